"""What docs/security.md says holds for the whole project, where one test can see all of it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import django_rq
import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from redis import RedisError

from campaign import encryption
from campaign.management.commands import worker
from campaign.models import AuditEntry, Campaign, User
from tests import factories
from tests.process.helpers import ROOT, bare_environment

APPS = ("campaign", "responders", "videos", "petitions")
#: What can open a connection to another machine.
CLIENTS = {"requests", "urllib3", "urllib.request", "http.client", "httpx", "aiohttp", "socket"}
#: Who does, and what keeps them from being sent elsewhere (docs/security.md).
OUTGOING = {
    "campaign/networks/transport.py",  # X_API_URL, which the operator sets
    "campaign/networks/stream.py",  # X_STREAM_URL, the same
    "campaign/networks/x.py",  # signs requests, which the transport sends
    "petitions/outward.py",  # addresses that people type in: public ones alone, looked up once
    "videos/push.py",  # settings.PUSH_SERVICES alone
}
#: On a developer's machine only.
LOCAL = ("campaign/local/", "campaign/sandbox/", "campaign/management/commands/")

NEW_PASSWORD = "another four unrelated words"
OLD_PASSWORD = "four unrelated words here"


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_whoever_calls_other_machines_is_known() -> None:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    calling = {str(path.relative_to(ROOT)) for path in paths if imported(path) & CLIENTS}
    assert {name for name in calling if not name.startswith(LOCAL)} == OUTGOING


def test_settings_of_a_deployment_pass_djangos_own_check() -> None:
    production = bare_environment() | {
        "SECRET_KEY": "a-key-for-one-check-a-key-for-one-check-a-key-for-one-check-0123",
        "EMAIL_HMAC_KEYS": "a-key-for-one-check-a-key-for-one-check",
        "FIELD_ENCRYPTION_KEYS": django_settings.FIELD_ENCRYPTION_KEYS[0],
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "PUBLIC_URL": "https://newsroom.example.org",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.django_db
def test_change_in_the_admin_is_in_the_audit_log(root: Client) -> None:
    campaign = factories.CampaignFactory(hold_seconds=10)
    page = reverse("admin:campaign_campaign_change", args=[campaign.pk])
    form = root.get(page).context["adminform"].form.initial
    languages = ",".join(campaign.languages)
    changed = {**form, "languages": languages, "hold_seconds": 0, "name": "Another name"}
    sent = {name: one for name, one in changed.items() if one is not None and one is not False}
    assert root.post(page, sent).status_code == 302
    assert Campaign.objects.get().hold_seconds == 0
    entry = AuditEntry.objects.get(verb="changed in the admin")
    assert (entry.target_type, entry.target_id) == ("campaign", str(campaign.pk))
    assert entry.before | {"hold_seconds": 0} == entry.after
    assert (entry.before["hold_seconds"], entry.after["hold_seconds"]) == (10, 0)
    assert entry.after["name"] == "…"


@pytest.mark.django_db
def test_admin_sets_nobodys_password(root: Client) -> None:
    somebody = factories.UserFactory()
    before = somebody.password
    for page in (f"/admin/campaign/user/{somebody.pk}/password/", "/admin/campaign/user/add/"):
        answer = root.post(page, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        assert answer.status_code in {302, 403, 404}
    somebody.refresh_from_db()
    assert somebody.password == before


@pytest.mark.django_db
def test_what_somebody_was_shown_is_kept_nowhere() -> None:
    campaign = factories.CampaignFactory(slug="iwelcome")
    client = Client()
    client.force_login(factories.editor(campaign))
    page = client.get("/c/iwelcome/desk/")
    assert (page.status_code, page["Cache-Control"]) == (200, "private, no-store")
    assert "camera=()" in page["Permissions-Policy"]
    policy = page["Content-Security-Policy"]
    assert ("unsafe" in policy, "default-src 'none'" in policy) == (False, True)
    assert (page["Cross-Origin-Opener-Policy"], page["X-Frame-Options"]) == ("same-origin", "DENY")


@pytest.mark.django_db
def test_public_page_may_be_kept_by_anybody() -> None:
    petition = factories.PetitionTextFactory().petition
    page = Client().get(f"/p/{petition.slug}/")
    assert "public" in page["Cache-Control"]
    assert "camera=()" in page["Permissions-Policy"]


@pytest.fixture
def forgetful() -> User:
    return factories.UserFactory(email="maya@example.org")


def ask_for_a_new_password() -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "maya@example.org"})
    assert answer.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_mail_for_a_new_password_is_the_workers_and_sealed_till_then(forgetful: User) -> None:
    ask_for_a_new_password()
    assert mail.outbox == []
    [job] = django_rq.get_queue("mail").jobs
    sealed = job.kwargs["sealed"]
    worker.work("mail", burst=True)
    [letter] = mail.outbox
    assert letter.to == ["maya@example.org"]
    assert django_settings.PUBLIC_URL in letter.body
    assert (job.args, set(job.kwargs)) == ((), {"sealed"})
    assert "maya@example.org" in encryption.decrypt(sealed)
    assert "maya@example.org" not in sealed


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_a_password_or_a_factor_is_told_by_mail(forgetful: User) -> None:
    forgetful.set_password(OLD_PASSWORD)
    forgetful.save()
    client = Client(REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Firefox")
    client.post(reverse("account_login"), {"login": forgetful.username, "password": OLD_PASSWORD})
    new = {"oldpassword": OLD_PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(reverse("account_change_password"), new).status_code == 302
    client.post(reverse("account_reauthenticate"), {"password": NEW_PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302

    worker.work("mail", burst=True)
    password, factor, *_ = mail.outbox
    assert [one.to for one in (password, factor)] == [["maya@example.org"]] * 2
    assert "Your password has been changed." in password.body
    assert "Authenticator app activated." in factor.body
    for letter in (password, factor):
        assert "From: 192.0.2.7, Firefox" in letter.body
        assert f"{django_settings.PUBLIC_URL}{reverse('usersessions_list')}" in letter.body
        assert [secret in letter.body, NEW_PASSWORD in letter.body] == [False, False]


@pytest.mark.django_db(transaction=True)
def test_mail_for_a_new_password_goes_out_without_redis(
    forgetful: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_name: str) -> None:
        raise RedisError("no route")

    monkeypatch.setattr("campaign.actions.letters.django_rq.get_queue", away)
    ask_for_a_new_password()
    assert [letter.to for letter in mail.outbox] == [["maya@example.org"]]
