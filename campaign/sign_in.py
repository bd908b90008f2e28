"""How people come in: what django-allauth asks of us.

Nobody signs up. An invitation makes the person; after that a name and password, a passkey or the
organisation's own sign-in lets them in, and the secrets of second factors are encrypted at rest.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from campaign import encryption
from campaign.actions import letters
from campaign.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth's signature
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By the mail worker: how long a page takes does not tell whose address is known here."""
        facts = {
            "request": self.request,
            "newsroom": settings.PUBLIC_URL,
            "email": email,
            **context,
        }
        letters.send(self.render_mail(template_prefix, email, facts))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under the public address, whatever host the request named."""
        here: str = super().get_reset_password_from_key_url(key)
        return settings.PUBLIC_URL + "/" + here.split("/", 3)[3]


class OrganisationAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signs in those who were invited, by the address that the organisation has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002  allauth's signature
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:  # noqa: ARG002  allauth's signature
        return True


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor of somebody whose role requires one stays."""
        if not authenticator.user.needs_second_factor:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        if isinstance(user, User):
            entity["display_name"] = user.short_name
        return entity
