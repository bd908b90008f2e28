"""What admins and invited people fill in."""

import json
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator

from campaign import roles
from campaign.models import User

_ROLES = [(role, role.capitalize()) for role in roles.ROLES]
CREDENTIALS = (
    "consumer_key",
    "consumer_secret",
    "access_token",
    "access_token_secret",
    "bearer_token",
)


class SecretText(forms.Textarea):
    """What was typed is not sent back to the page."""

    def format_value(self, value: Any) -> str:  # noqa: ARG002  Django's signature
        return ""


class InvitationForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name", help_text="As colleagues call them.")
    email = forms.EmailField(label="Mail address", help_text="The invitation goes there.")
    role = forms.ChoiceField(choices=_ROLES, label="Role")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=_ROLES, label="Role")


class CredentialsForm(forms.Form):
    """The JSON of `connect_account`, pasted. It is never shown again."""

    credentials = forms.CharField(
        max_length=4_000,
        label="Credentials",
        help_text="One JSON object with " + ", ".join(CREDENTIALS) + ".",
        widget=SecretText(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_credentials(self) -> dict[str, str]:
        wrong = forms.ValidationError("Paste one JSON object with " + ", ".join(CREDENTIALS) + ".")
        try:
            given: Any = json.loads(self.cleaned_data["credentials"])
        except ValueError:
            raise wrong from None
        if not isinstance(given, dict) or any(not given.get(name) for name in CREDENTIALS):
            raise wrong
        return {name: str(given[name]) for name in CREDENTIALS}


class JoinForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        label="Choose a name to sign in with",
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Twelve characters or more; a few unrelated words are good.",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(username=self.cleaned_data.get("username", "")))
        return password
