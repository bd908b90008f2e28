"""The listener against a live sandbox and a database that comes and goes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from campaign.intake import alarm, listener, listening, write
from campaign.intake.guard import Guard
from campaign.models import Account, AuditEntry, Mention
from campaign.networks import stream
from tests.factories import AccountFactory, CampaignFactory
from tests.intake.posts import line
from tests.sandbox.server import Sandbox, running_sandbox

PATIENCE = 20.0
STREAM = "GET /2/tweets/search/stream"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(heartbeat=0.5) as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox, settings: Settings) -> Account:
    settings.X_API_URL = settings.X_STREAM_URL = sandbox.base_url
    return AccountFactory(**sandbox.account, campaign__languages=["en"])


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Event]]:
    """Starts listening; everything is stopped at the end of the test."""
    monkeypatch.setattr(listening, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(listener, "CARE_EVERY", 0.2)
    monkeypatch.setattr(listener, "LOCK_EVERY", 0.05)
    monkeypatch.setattr(listener, "SECOND_LOOK", 0.2)
    running: list[tuple[Event, Thread]] = []

    def start() -> Event:
        stop = Event()

        def work() -> None:
            listening.listen(stop=stop)
            connection.close()

        thread = Thread(target=work)
        thread.start()
        running.append((stop, thread))
        return stop

    yield start
    for stop, _ in running:
        stop.set()
    for _, thread in running:
        thread.join(20)
        assert not thread.is_alive()


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def stored(*ids: str) -> bool:
    return Mention.objects.filter(external_id__in=ids).count() == len(ids)


def cursor_at(account: Account, post_id: str) -> bool:
    return Account.objects.get(pk=account.pk).newest_id == post_id


def settled(account: Account) -> bool:
    """The first gap is filled, so the stream moves the cursor."""
    return Account.objects.get(pk=account.pk).newest_id != ""


@pytest.mark.django_db(transaction=True)
def test_listen_stores_what_people_write(
    account: Account, sandbox: Sandbox, listen: Callable[[], Event]
) -> None:
    before = sandbox.tweet("Before you came @iwelcome_now", handle="early")
    listen()
    until(lambda: stored(before))
    tweet = sandbox.tweet("What can I do? @iwelcome_now #IWelcome", handle="tess", followers=900)
    until(lambda: stored(tweet))
    mention = Mention.objects.get(external_id=tweet)
    assert (mention.author_handle, mention.replyable_reason) == ("tess", "mentioned")
    assert (mention.status, mention.author_followers) == ("waiting", 900)
    until(lambda: cursor_at(account, tweet))
    fresh = Account.objects.get(pk=account.pk)
    assert fresh.last_mention_at is not None
    until(lambda: Account.objects.get(pk=account.pk).stream_seen_at)


@pytest.mark.django_db(transaction=True)
def test_listen_fills_the_gap_of_a_broken_stream(
    account: Account, sandbox: Sandbox, listen: Callable[[], Event]
) -> None:
    first = sandbox.tweet("First @iwelcome_now", handle="anna")
    listen()
    until(lambda: stored(first) and settled(account))
    sandbox.fault("503", STREAM)
    sandbox.fault("stream_drop")
    missed = [sandbox.tweet(f"Missed {n} @iwelcome_now", handle=f"m{n}") for n in range(130)]
    sandbox.clear_faults()
    until(lambda: stored(*missed))
    assert Mention.objects.filter(external_id__in=missed).count() == 130
    until(lambda: cursor_at(account, missed[-1]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "kind", ["stream_stall", "out_of_order", "duplicate_delivery", "unreadable", "stream_error"]
)
def test_listen_stores_each_post_once_whatever_the_stream_does(
    account: Account,
    sandbox: Sandbox,
    listen: Callable[[], Event],
    monkeypatch: pytest.MonkeyPatch,
    *,
    kind: str,
) -> None:
    monkeypatch.setattr(stream, "READ_TIMEOUT", 1.0)
    monkeypatch.setattr(stream, "LIMITED_FIRST", 0.1)
    first = sandbox.tweet(f"Before {kind} @iwelcome_now", handle="anna")
    listen()
    until(lambda: stored(first) and settled(account))
    sandbox.fault(kind, STREAM, seconds=30)
    sent = [sandbox.tweet(f"{n} {kind} @iwelcome_now", handle=f"voice_{n}") for n in range(3)]
    until(lambda: stored(*sent))
    assert Mention.objects.filter(external_id__in=sent).count() == 3
    until(lambda: cursor_at(account, sent[-1]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [OperationalError, DatabaseError])
def test_listen_loses_nothing_while_the_database_is_away(
    account: Account,
    sandbox: Sandbox,
    listen: Callable[[], Event],
    monkeypatch: pytest.MonkeyPatch,
    *,
    kind: type[DatabaseError],
) -> None:
    """Memory holds five posts here; the others are found again by search."""
    monkeypatch.setattr(listener.Listener.__init__, "__kwdefaults__", {"limit": 5})
    first = sandbox.tweet("First @iwelcome_now", handle="berta")
    listen()
    until(lambda: stored(first) and settled(account))
    real, away = write.write, Event()
    tried = Event()

    def write_if_there(*args: Any, **more: Any) -> Any:
        if away.is_set():
            tried.set()
            raise kind("the server closed the connection unexpectedly")
        return real(*args, **more)

    monkeypatch.setattr(write, "write", write_if_there)
    away.set()
    sent = [sandbox.tweet(f"Away {n} @iwelcome_now", handle=f"a{n}") for n in range(40)]
    assert tried.wait(10)
    time.sleep(0.3)
    assert not stored(*sent)
    away.clear()
    until(lambda: stored(*sent))
    until(lambda: cursor_at(account, sent[-1]))


@pytest.mark.django_db(transaction=True)
def test_listen_survives_connections_that_postgresql_ends(
    account: Account, sandbox: Sandbox, listen: Callable[[], Event]
) -> None:
    listen()
    first = sandbox.tweet("First @iwelcome_now", handle="carla")
    until(lambda: stored(first))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    second = sandbox.tweet("Second @iwelcome_now", handle="dora")
    until(lambda: stored(second))
    assert Mention.objects.filter(external_id__in=[first, second]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_second_listener_waits_until_the_first_ends(
    account: Account, sandbox: Sandbox, listen: Callable[[], Event]
) -> None:
    holder = Guard(account.pk)
    assert holder.acquire()
    sandbox.clear_requests()
    listen()
    time.sleep(0.5)
    assert sandbox.requests(path="/2/tweets/search/stream") == []
    holder.release()
    tweet = sandbox.tweet("Hello @iwelcome_now", handle="emma")
    until(lambda: stored(tweet))


@pytest.mark.django_db(transaction=True)
def test_listen_waits_quietly_and_takes_an_account_that_is_connected_later(
    sandbox: Sandbox,
    settings: Settings,
    listen: Callable[[], Event],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.X_API_URL = settings.X_STREAM_URL = sandbox.base_url
    caplog.set_level("INFO", logger="campaign.intake.listening")
    listen()
    until(lambda: "manage.py connect_account" in caplog.text)
    time.sleep(0.3)
    assert caplog.text.count("connect_account") == 1
    campaign = CampaignFactory(slug="iwelcome")
    _connect(sandbox.credentials, campaign="iwelcome")
    tweet = sandbox.tweet("Now you hear me @iwelcome_now", handle="fanny")
    until(lambda: stored(tweet))
    assert Account.objects.get().campaign == campaign


@pytest.mark.django_db(transaction=True)
def test_listen_ends_with_an_account_that_is_turned_off(
    account: Account, sandbox: Sandbox, listen: Callable[[], Event]
) -> None:
    listen()
    tweet = sandbox.tweet("On @iwelcome_now", handle="gina")
    until(lambda: stored(tweet))
    Account.objects.update(status=Account.Status.OFF)
    guard = Guard(account.pk)
    until(guard.acquire)
    guard.release()


@pytest.mark.django_db(transaction=True)
def test_the_command_ends_clean_on_sigterm(account: Account, sandbox: Sandbox) -> None:
    name = connection.settings_dict["NAME"]
    base, _, _ = os.environ["DATABASE_URL"].partition("?")
    query = os.environ["DATABASE_URL"].partition("?")[2]
    url = f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    environment = os.environ | {
        "DATABASE_URL": url,
        "X_API_URL": sandbox.base_url,
        "X_STREAM_URL": sandbox.base_url,
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "listen"],
        env=environment,
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    tweet = sandbox.tweet("To another process @iwelcome_now", handle="helen")
    until(lambda: stored(tweet))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "Traceback" not in errors


# The alarm ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_alarm_goes_on_once_and_off_again(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    account = AccountFactory(last_mention_at=now - timedelta(minutes=16), stream_seen_at=now)
    alarm.sweep()
    alarm.sweep()
    account.refresh_from_db()
    assert account.quiet_since >= now
    assert caplog.text.count("has heard nothing for 15 minutes") == 1
    Account.objects.update(last_mention_at=now)
    alarm.sweep()
    account.refresh_from_db()
    assert account.quiet_since is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mention", "stream", "quiet"),
    [(None, None, False), (14, 0, False), (16, 0, True), (1, 16, True), (None, 1, False)],
)
def test_alarm_listens_to_mentions_and_to_the_stream(
    mention: int | None, stream: int | None, quiet: bool
) -> None:
    now = timezone.now()
    account = AccountFactory(
        last_mention_at=None if mention is None else now - timedelta(minutes=mention),
        stream_seen_at=None if stream is None else now - timedelta(minutes=stream),
    )
    assert alarm.is_quiet(account, at=now) is quiet


@pytest.mark.django_db
def test_alarm_leaves_accounts_alone_that_are_off() -> None:
    ago = timezone.now() - timedelta(hours=3)
    account = AccountFactory(last_mention_at=ago, status=Account.Status.OFF)
    alarm.sweep()
    account.refresh_from_db()
    assert account.quiet_since is None


# The commands ---------------------------------------------------------------------------------


def _connect(credentials: Any, *, campaign: str) -> str:
    out = StringIO()
    path = Path(os.environ["DATA_DIR"]) / "credentials.json"
    path.write_text(json.dumps(credentials))
    try:
        arguments = ["--campaign", campaign, "--credentials", str(path)]
        call_command("connect_account", "x", *arguments, stdout=out)
    finally:
        path.unlink()
    return out.getvalue()


@pytest.mark.django_db
def test_connect_account_stores_checked_credentials_encrypted(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.X_API_URL = settings.X_STREAM_URL = sandbox.base_url
    CampaignFactory(slug="iwelcome", name="I Welcome")
    for _ in range(2):
        said = _connect(sandbox.credentials, campaign="iwelcome")
        assert said == "@iwelcome_now is connected and answers for I Welcome.\n"
        Account.objects.filter(status="active").update(status="revoked")
    account = Account.objects.get()
    assert (account.external_id, account.handle) == (sandbox.account_id, sandbox.handle)
    assert account.credentials == sandbox.credentials
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM campaign_account")
        assert "sandbox" not in cursor.fetchone()[0]
    entries = AuditEntry.objects.filter(verb="connected").order_by("id")
    assert [entry.before.get("status") for entry in entries] == [None, "revoked"]
    assert "secret" not in json.dumps([entry.after for entry in entries])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"access_token_secret": "wrong"}, "Nothing was stored"),
        ({"bearer_token": "wrong"}, "Nothing was stored"),
        ({"bearer_token": ""}, "lack bearer_token"),
        ({"bearer_token": 7}, "object of texts"),
    ],
)
def test_connect_account_stores_nothing_that_the_network_refuses(
    sandbox: Sandbox, settings: Settings, change: dict[str, Any], words: str
) -> None:
    settings.X_API_URL = settings.X_STREAM_URL = sandbox.base_url
    CampaignFactory(slug="iwelcome")
    with pytest.raises(CommandError, match=words) as caught:
        _connect(dict(sandbox.credentials) | change, campaign="iwelcome")
    assert "sandbox-" not in str(caught.value)
    assert Account.objects.count() == 0


@pytest.mark.django_db
def test_connect_account_moves_no_account_to_another_campaign(
    account: Account, sandbox: Sandbox
) -> None:
    CampaignFactory(slug="other")
    with pytest.raises(CommandError, match="another campaign"):
        _connect(sandbox.credentials, campaign="other")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--campaign", "nope", "--credentials", "x.json"], "no campaign “nope”. Known: iwelcome"),
        (["--campaign", "iwelcome", "--credentials", "/no/file.json"], "cannot be read"),
        (["--campaign", "iwelcome", "--credentials", __file__], "not JSON"),
    ],
)
def test_connect_account_says_what_is_wrong(arguments: list[str], words: str) -> None:
    CampaignFactory(slug="iwelcome")
    with pytest.raises(CommandError, match=words):
        call_command("connect_account", "x", *arguments)


@pytest.mark.django_db
def test_listen_replays_a_file(tmp_path: Path) -> None:
    AccountFactory(handle="iwelcome")
    file = tmp_path / "posts.jsonl"
    file.write_bytes(line(1) + b"rubbish\n" + line(2, "Ahoj", lang="cs"))
    out = StringIO()
    call_command("listen", "--replay", str(file), stdout=out)
    assert out.getvalue() == (
        "Replayed for @iwelcome: 2 new, 0 known already, 1 filtered (language 1), "
        "1 skipped (not_json 1).\n"
    )


@pytest.mark.django_db
def test_listen_asks_which_account_a_replay_is_for(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(line(1))
    with pytest.raises(CommandError, match=r"no such account\. Known: none yet"):
        call_command("listen", "--replay", str(file))
    AccountFactory(handle="one")
    AccountFactory(handle="two")
    with pytest.raises(CommandError, match=r"--account HANDLE\. Known: @one, @two"):
        call_command("listen", "--replay", str(file))
    call_command("listen", "--replay", str(file), "--account", "@TWO", stdout=StringIO())
    assert Mention.objects.get().account.handle == "two"


@pytest.mark.django_db
def test_listen_says_that_a_replay_cannot_be_read() -> None:
    AccountFactory()
    with pytest.raises(CommandError, match="/no/such/file cannot be read"):
        call_command("listen", "--replay", "/no/such/file")
