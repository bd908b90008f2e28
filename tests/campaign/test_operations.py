"""What an operator sees: log lines that can be followed, metrics, and the doctor."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pythonjsonlogger.json import JsonFormatter

from campaign import doctor, logs, roles
from campaign.management.commands import worker
from campaign.models import Account
from campaign.networks.base import Unreachable
from responders import doorbells
from responders.models import Reply
from tests import factories

pytestmark = pytest.mark.django_db


@contextmanager
def written(name: str) -> Iterator[list[dict[str, str]]]:
    """The lines of that logger, as `LOG_FORMAT=json` writes them."""
    lines: list[dict[str, str]] = []
    formatter: dict[str, Any] = {**django_settings.LOGGING["formatters"]["json"]}  # type: ignore[index]  # one dict of many kinds
    del formatter["()"]
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter(fmt=formatter.pop("format"), **formatter))
    handler.addFilter(logs.Facts())
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        lines += [json.loads(line) for line in handler.stream.getvalue().splitlines()]


def test_line_says_which_request_and_page_it_belongs_to() -> None:
    campaign = factories.CampaignFactory(slug="iwelcome")
    client = Client()
    client.force_login(factories.editor(campaign))
    with written("django.request") as lines:
        answer = client.get("/c/iwelcome/desk/9999/", headers={"X-Request-ID": "proxy-12345678"})
    assert (answer.status_code, answer["X-Request-ID"]) == (404, "proxy-12345678")
    [line] = lines
    assert (line["request"], line["campaign"], line["pk"], line["level"]) == (
        "proxy-12345678",
        "iwelcome",
        "9999",
        "WARNING",
    )


@pytest.mark.parametrize("given", ["", "short", "line\\nbreak-and-more", "x" * 65, "<script>12345"])
def test_request_id_that_could_harm_a_log_is_replaced(given: str) -> None:
    kept = Client().get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"]
    assert kept != given
    assert len(kept) == 32


def test_job_writes_the_request_that_rang_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(_id: int) -> None:
        seen.append(logs.current("request") + " " + logs.current("does"))

    monkeypatch.setattr("responders.jobs.post_reply", look)
    before = logs.current("request")
    with logs.about(request="abcdefgh"):
        doorbells._ring_all(doorbells.POST, [7], quiet_for=0)
    worker.work("posting", burst=True)
    assert seen == ["abcdefgh responders.jobs.post_reply"]
    assert logs.current("request") == before


def test_metrics_need_their_token(settings: Settings) -> None:
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "hush"
    assert Client().get("/metrics").status_code == 401
    wrong = Client().get("/metrics", headers={"Authorization": "Bearer guess"})
    assert wrong.status_code == 401


def samples(settings: Settings) -> dict[str, float]:
    settings.METRICS_TOKEN = "hush"
    page = Client().get("/metrics", headers={"Authorization": "Bearer hush"})
    lines = (line for line in page.content.decode().splitlines() if not line.startswith("#"))
    return {name: float(number) for name, number in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_tell_how_things_are(settings: Settings) -> None:
    account = factories.AccountFactory(
        handle="iwelcome_now", stream_seen_at=timezone.now() - timedelta(seconds=100)
    )
    mention = factories.MentionFactory(account=account)
    factories.ReplyFactory(mention=mention, status=Reply.Status.SUBMITTED)
    told = samples(settings)
    assert told["newsroom_redis_up"] == 1
    assert told['newsroom_workers{queue="posting"}'] == 0
    assert told['newsroom_mentions{status="waiting"}'] == 1
    assert told['newsroom_replies{status="submitted"}'] == 1
    assert told['newsroom_account_active{account="iwelcome_now"}'] == 1
    assert told['newsroom_budget_left_cents{account="iwelcome_now"}'] == account.daily_budget_cents
    assert 100 <= told['newsroom_stream_silence_seconds{account="iwelcome_now"}'] < 130


def findings(*checks: str, settings: Settings) -> list[tuple[str, str]]:
    settings.DOCTOR = [f"campaign.doctor.{check}" for check in checks]
    return [(finding.level, finding.what) for finding in doctor.examine()]


def test_doctor_sees_a_missing_worker_and_a_good_database(settings: Settings) -> None:
    found = findings("database_is_current", "redis_and_workers_answer", settings=settings)
    assert found[0][0] == "ok"
    assert found[1] == ("ok", "Redis answers.")
    assert ("mend", "Nobody works on posting.") in found


def test_doctor_sees_settings_for_a_developer(settings: Settings) -> None:
    settings.DEBUG = True
    found = findings("settings_are_for_the_public", settings=settings)
    assert ("mend", "DEBUG is on.") in found
    assert ("mend", "PUBLIC_URL is http://testserver.") in found


def test_doctor_tries_the_storage(settings: Settings) -> None:
    assert findings("storage_keeps_and_forgets", settings=settings)[0] == (
        "ok",
        "Footage is kept and read back.",
    )


def test_doctor_asks_the_network_about_each_account(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_account: Account) -> SimpleNamespace:
        raise Unreachable("no route")

    account = factories.AccountFactory(handle="iwelcome_now", stream_seen_at=timezone.now())
    good = SimpleNamespace(me=lambda: None, close=lambda: None)
    monkeypatch.setattr("campaign.networks.registry.connect", lambda _account: good)
    assert findings("accounts_may_post", settings=settings) == [("ok", "@iwelcome_now may post.")]
    monkeypatch.setattr("campaign.networks.registry.connect", refuse)
    [(level, _)] = findings("accounts_may_post", settings=settings)
    assert level == "mend"
    Account.objects.filter(pk=account.pk).update(status=Account.Status.OFF)
    assert findings("accounts_may_post", settings=settings) == [
        ("look", "@iwelcome_now: Turned off.")
    ]


def test_doctor_counts_admins_and_ends_with_1(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DOCTOR = ["campaign.doctor.people_can_decide"]
    factories.person(roles.ADMIN)
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "1 admin: changes of roles and credentials take two." in said
    assert "Nobody may open Setup." in said
    factories.person(roles.ADMIN, is_staff=True, is_superuser=True)
    call_command("doctor")
    assert capsys.readouterr().out == "ok    2 admins.\n"


def test_doctor_says_what_a_new_newsroom_begins_with(settings: Settings) -> None:
    nothing = findings("accounts_may_post", settings=settings)
    factories.CampaignFactory()
    campaign = findings("accounts_may_post", settings=settings)
    assert (nothing, campaign) == (
        [("mend", "There is no campaign.")],
        [("mend", "No account is connected.")],
    )


def test_doctor_says_that_a_key_is_missing(settings: Settings) -> None:
    factories.AccountFactory(credentials={"access_token": "kept"})
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    [(level, said)] = findings("accounts_may_post", settings=settings)
    assert level == "mend"
    assert "put the key that wrote it back at the end of FIELD_ENCRYPTION_KEYS" in said
