"""Many at once on the real database, and workers that die in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import django_rq
import pytest
import redis
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from campaign import live
from campaign.management.commands import worker as worker_command
from campaign.networks import registry
from responders import doorbells
from responders.actions import approval, pausing, posting, reconcile, sweeps
from responders.models import Attempt, MediaUpload, Reply
from tests import factories
from tests.responders.fakes import FakeNetwork, film_ready, small_film
from tests.sandbox.server import Sandbox, running_sandbox

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
Due = Callable[..., Reply]


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Each in a thread and a connection of its own, begun together; results or errors."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return call()
        except approval.Refused as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_approve_twice_at_once_has_one_winner(draft: Due) -> None:
    reply = draft()
    seen = approval.fingerprint(reply)
    results = at_once(*[lambda: approval.approve(reply, seen=seen, by=reply.author)] * 6)
    assert sum(isinstance(one, Reply) for one in results) == 1
    assert sum(isinstance(one, approval.Settled) for one in results) == 5


def test_database_refuses_two_replies_to_a_mention(draft: Due) -> None:
    first = draft()
    second = factories.ReplyFactory(
        mention=first.mention, account=first.account, author=factories.editor()
    )
    mentions = Reply.objects.filter(mention=first.mention)
    assert set(mentions) == {first, second}
    with pytest.raises(IntegrityError, match="one_reply_a_mention"), transaction.atomic():
        mentions.update(status=Reply.Status.SUBMITTED)


@pytest.mark.parametrize("_turn", range(5))
def test_undo_against_post_ends_in_one_of_the_two(
    due: Due, network: FakeNetwork, _turn: int
) -> None:
    reply = due()
    undone, _ = at_once(
        lambda: approval.undo(reply, by=reply.author),
        lambda: posting.post(reply.pk, worker="test"),
    )
    reply.refresh_from_db()
    if isinstance(undone, Reply):
        assert (reply.status, network.creates) == (Reply.Status.DRAFT, [])
    else:
        assert (reply.status, len(network.creates)) == (Reply.Status.POSTED, 1)


def test_many_workers_at_one_reply_send_once(due: Due, network: FakeNetwork) -> None:
    reply = due()
    at_once(*[lambda: posting.post(reply.pk, worker="test")] * 8)
    reply.refresh_from_db()
    assert (reply.status, len(network.creates)) == (Reply.Status.POSTED, 1)
    assert Attempt.objects.count() == 1


def test_nothing_begins_once_pause_has_returned(due: Due, network: FakeNetwork) -> None:
    first = due()
    replies = [first, *[due(mention__account=first.account) for _ in range(7)]]
    after: list[int] = []

    def stop() -> None:
        time.sleep(0.02)
        pausing.pause(first.account, reason="Stop", by=None)
        after.append(Attempt.objects.count())

    at_once(stop, *[lambda pk=one.pk: posting.post(pk, worker="test") for one in replies])
    assert Attempt.objects.count() == after[0]
    assert len(network.creates) == after[0]


def test_database_refuses_a_second_attempt_in_flight(due: Due) -> None:
    reply = due()
    assert posting.begin(reply.pk, worker="one") is not None
    with pytest.raises(IntegrityError, match="one_attempt_in_flight"), transaction.atomic():
        Attempt.objects.create(reply=reply, number=2, worker="two", started_at=timezone.now())


# Redis is empty -------------------------------------------------------------------------------


def test_sweep_rings_again_for_what_an_empty_redis_forgot(
    due: Due, network: FakeNetwork, redis_connection: redis.Redis
) -> None:
    reply = due()
    MediaUpload.objects.update(state="pending", media_id="", expires_at=None)
    redis_connection.flushdb()
    assert (sweeps.ring_for_due_replies(), sweeps.ring_for_films()) == (1, 1)
    assert (_waiting("posting"), _waiting("uploads")) == (1, 1)
    film_ready(reply)
    _work("posting")
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED


def test_sweep_does_not_fill_the_queue(due: Due) -> None:
    due()
    for _ in range(5):
        sweeps.ring_for_due_replies()
    assert _waiting("posting") == 2  # the approval's own bell, and the sweep's


def test_sweep_leaves_paused_replies_alone(due: Due) -> None:
    reply = due()
    pausing.pause(reply.mention.campaign, reason="Checking", by=reply.author)
    assert sweeps.ring_for_due_replies() == 0


def test_approve_without_hold_rings_at_once(draft: Due, redis_connection: redis.Redis) -> None:
    reply = draft(mention__account__campaign__hold_seconds=0)
    approval.approve(reply, seen=approval.fingerprint(reply), by=reply.author)
    assert _waiting("posting") == 1


def test_approve_works_without_redis(draft: Due) -> None:
    reply = draft()
    with pytest.MonkeyPatch.context() as patch, override_settings(REDIS_URL="redis://127.0.0.1:1"):
        patch.setattr(live, "_redis", None)
        began = time.monotonic()
        approval.approve(reply, seen=approval.fingerprint(reply), by=reply.author)
        assert time.monotonic() - began < 1
    reply.refresh_from_db()
    assert reply.status == Reply.Status.APPROVED


def _waiting(queue: str) -> int:
    found = django_rq.get_queue(queue)
    return int(len(found) + found.scheduled_job_registry.count)


def _work(queue: str) -> None:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    worker_command.work(queue, burst=True)
    for number, handler in kept.items():
        signal.signal(number, handler)


# A worker is killed ---------------------------------------------------------------------------


@pytest.fixture
def sandbox_reply(due: Due) -> Iterator[tuple[Sandbox, Reply]]:
    with running_sandbox() as sandbox, override_settings(X_API_URL=sandbox.base_url):
        tweet = sandbox.tweet(f"Nobody should wait for years. @{sandbox.handle} #IWelcome")
        account = factories.AccountFactory(**sandbox.account)
        reply = due(mention__account=account, mention__external_id=tweet, text="Thank you.")
        MediaUpload.objects.update(media_id=_sandbox_film(sandbox, reply))
        yield sandbox, reply


def _sandbox_film(sandbox: Sandbox, reply: Reply) -> str:
    film = small_film()
    network = registry.connect(reply.account)
    ticket = network.upload_start(total_bytes=len(film), media_type="video/mp4")
    network.upload_append(ticket.media_id, index=0, chunk=film)
    network.upload_finish(ticket.media_id)
    deadline = time.monotonic() + 10
    while not network.media_state(ticket.media_id).ready:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    network.close()
    return ticket.media_id


def _posting_process(sandbox: Sandbox) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "posting"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": _test_database_url(), "X_API_URL": sandbox.base_url},
    )


def _test_database_url() -> str:
    """This run's own test database, as the worker is to find it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_worker_killed_after_sending_never_posts_twice(
    sandbox_reply: tuple[Sandbox, Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, reply = sandbox_reply
    sandbox.fault("timeout_after", on="POST /2/tweets", seconds=30)
    doorbells.ring(doorbells.POST, reply.pk)
    worker = _posting_process(sandbox)
    try:
        _wait_for(lambda: sandbox.posts(by=sandbox.handle))
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    sandbox.clear_faults()
    reply.refresh_from_db()
    assert (reply.status, Attempt.objects.get().outcome) == (Reply.Status.POSTING, "")

    # Another worker, every bell and the sweeps change nothing while nobody knows.
    posting.post(reply.pk, worker="another")
    sweeps.ring_for_due_replies()
    sweeps.settle_the_unknown()
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTING

    monkeypatch.setattr(posting, "LEASE", timedelta(0))
    sweeps.settle_the_unknown()
    reply.refresh_from_db()
    assert reply.status == Reply.Status.UNKNOWN
    posting.post(reply.pk, worker="another")

    monkeypatch.setattr(reconcile, "LOOKS_AFTER", (0, 1))
    assert reconcile.look(reply.account_id) == 1
    reply.refresh_from_db()
    posts = sandbox.posts(by=sandbox.handle)
    assert (reply.status, reply.external_id) == (Reply.Status.POSTED, posts[0]["id"])
    assert len(posts) == 1


def test_worker_killed_before_sending_is_found_out(
    sandbox_reply: tuple[Sandbox, Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, reply = sandbox_reply
    sandbox.fault("timeout_before", on="POST /2/tweets", seconds=30)
    doorbells.ring(doorbells.POST, reply.pk)
    worker = _posting_process(sandbox)
    try:
        _wait_for(lambda: Attempt.objects.exists() and sandbox.requests("POST", "/2/tweets"))
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    sandbox.clear_faults()
    monkeypatch.setattr(posting, "LEASE", timedelta(0))
    monkeypatch.setattr(reconcile, "LOOKS_AFTER", (0, 0))
    sweeps.settle_the_unknown()
    assert [reconcile.look(reply.account_id) for _ in range(2)] == [0, 0]
    reply.refresh_from_db()
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "not_found")
    assert sandbox.posts(by=sandbox.handle) == []
    reconcile.post_again(reply, by=factories.senior())
    posting.post(reply.pk, worker="another")
    assert len(sandbox.posts(by=sandbox.handle)) == 1
