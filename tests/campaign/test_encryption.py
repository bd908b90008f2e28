import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection

from campaign import encryption
from campaign.models import Account
from tests import factories


@pytest.mark.django_db
def test_credentials_are_unreadable_in_the_database() -> None:
    account = factories.AccountFactory(credentials={"consumer_secret": "hush-hush"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM campaign_account")
        (stored,) = cursor.fetchone()
    assert "hush-hush" not in stored
    assert Account.objects.get(pk=account.pk).credentials == {"consumer_secret": "hush-hush"}


def test_old_keys_still_read_after_a_rotation(settings: LazySettings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [old]
    token = encryption.encrypt("hush")
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert encryption.decrypt(token) == "hush"


def test_lost_key_says_what_to_do(settings: LazySettings) -> None:
    token = encryption.encrypt("hush")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(encryption.Undecryptable, match="FIELD_ENCRYPTION_KEYS"):
        encryption.decrypt(token)


def test_fingerprint_differs_by_text_and_purpose() -> None:
    one = encryption.fingerprint("ana@example.org", purpose="signature")
    assert one == encryption.fingerprint("ana@example.org", purpose="signature")
    assert one != encryption.fingerprint("ana@example.com", purpose="signature")
    assert one != encryption.fingerprint("ana@example.org", purpose="click")
    assert len(one) == 64
