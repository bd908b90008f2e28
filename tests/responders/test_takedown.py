"""A reply is taken down: each answer of the network, lost bells, withdrawn clips, who must not."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import django_rq
import pytest
import redis
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from campaign.models import Account, AuditEntry, Mention, Pause, User
from campaign.networks import registry
from campaign.networks.base import (
    OutcomeUnknown,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from responders import jobs
from responders.actions import approval, drafts, pausing, posting, reconcile, sweeps, takedown
from responders.models import Attempt, MediaUpload, Reply
from tests import factories
from tests.responders.fakes import POSTED_UNHEARD, FakeNetwork, small_film
from tests.responders.test_races import at_once
from tests.sandbox.server import Sandbox, running_sandbox
from videos.actions import consent
from videos.models import Clip, Consent

pytestmark = pytest.mark.django_db

Due = Callable[..., Reply]


@pytest.fixture
def posted(due: Due, network: FakeNetwork) -> Due:
    """A reply that stands on the network."""

    def make(**facts: Any) -> Reply:
        reply = due(**facts)
        posting.post(reply.pk, worker="test")
        reply.refresh_from_db()
        assert reply.status == Reply.Status.POSTED
        return reply

    return make


@pytest.fixture
def ana() -> User:
    return factories.senior(name="Ana")


def take_down(reply: Reply, by: User) -> Reply:
    return takedown.take_down(reply, reason="Wrong film", by=by)


def remove(reply: Reply) -> Reply:
    """Once, as if it were due now."""
    Reply.objects.filter(pk=reply.pk).update(due_at=timezone.now())
    takedown.remove(reply.pk)
    reply.refresh_from_db()
    return reply


def withdraw(reply: Reply, *, by: User) -> None:
    assert reply.clip is not None
    consent.withdraw(reply.clip.storyteller, channel=Consent.Channel.CREW, by=by)


def tell_desk(reply: Reply) -> None:
    """What the job of a withdrawal does."""
    assert reply.clip is not None
    jobs.take_down_storyteller(reply.clip.storyteller_id)


# One reply ------------------------------------------------------------------------------------


def test_take_down_deletes_the_post(posted: Due, network: FakeNetwork, ana: User) -> None:
    reply = take_down(posted(), ana)
    assert (reply.status, network.deletes) == (Reply.Status.REMOVING, [])
    reply = remove(reply)
    assert (reply.status, network.deletes) == (Reply.Status.REMOVED, [reply.external_id])
    assert network.timeline == []
    assert Mention.objects.get().status == Mention.Status.ANSWERED


def test_take_down_is_written_down(posted: Due, ana: User) -> None:
    remove(take_down(posted(), ana))
    entries = AuditEntry.objects.filter(verb__in=["taken down", "removed"]).order_by("id")
    assert [(one.verb, one.actor, one.after) for one in entries] == [
        ("taken down", ana, {"status": "removing", "reason": "Wrong film"}),
        ("removed", None, {"status": "removed", "id": Reply.objects.get().external_id}),
    ]


def test_take_down_rings_for_the_worker(
    posted: Due, ana: User, django_capture_on_commit_callbacks: Any
) -> None:
    reply = posted()
    with django_capture_on_commit_callbacks(execute=True):
        take_down(reply, ana)
    (job,) = django_rq.get_queue("posting").jobs
    assert (job.func_name, job.args) == ("responders.jobs.remove_reply", (reply.pk,))
    job.func(*job.args)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.REMOVED


def test_take_down_wants_a_reason(posted: Due, ana: User) -> None:
    reply = posted()
    with pytest.raises(takedown.Refused, match="Write why"):
        takedown.take_down(reply, reason="  ", by=ana)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED


def test_take_down_twice_is_refused(posted: Due, ana: User) -> None:
    reply = take_down(posted(), ana)
    with pytest.raises(takedown.Refused, match="being taken down already"):
        take_down(reply, ana)
    remove(reply)
    with pytest.raises(takedown.Refused, match="was taken down already"):
        take_down(reply, ana)


def test_take_down_refuses_what_is_not_posted(due: Due, network: FakeNetwork, ana: User) -> None:
    reply = due()
    with pytest.raises(takedown.Refused, match="not posted"):
        take_down(reply, ana)
    network.answers = [OutcomeUnknown("reset")]
    posting.post(reply.pk, worker="test")
    with pytest.raises(takedown.Refused, match="Settle that first"):
        take_down(reply, ana)


def test_removing_goes_on_while_posting_is_paused(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    reply = take_down(posted(), ana)
    pausing.pause(reply.mention.campaign, reason="Checking", by=ana)
    assert remove(reply).status == Reply.Status.REMOVED


# What the network may answer ------------------------------------------------------------------


def test_remove_takes_gone_for_done(posted: Due, network: FakeNetwork, ana: User) -> None:
    network.delete_answers = [Rejected(Refusal.GONE, "Not Found")]
    assert remove(take_down(posted(), ana)).status == Reply.Status.REMOVED


def test_remove_waits_as_long_as_it_is_told(posted: Due, network: FakeNetwork, ana: User) -> None:
    later = timezone.now() + timedelta(minutes=7)
    network.delete_answers = [RateLimited(later)]
    reply = remove(take_down(posted(), ana))
    assert (reply.status, reply.due_at) == (Reply.Status.REMOVING, later)
    takedown.remove(reply.pk)
    assert len(network.deletes) == 1
    assert remove(reply).status == Reply.Status.REMOVED


@pytest.mark.parametrize("error", [Unreachable("no"), OutcomeUnknown("reset"), ValueError("?")])
def test_remove_tries_again_after_a_growing_pause(
    posted: Due, network: FakeNetwork, ana: User, *, error: Exception
) -> None:
    network.delete_answers = [error, error]
    reply = take_down(posted(), ana)
    waits = []
    for _ in range(2):
        reply = remove(reply)
        assert (reply.status, reply.due_at is not None) == (Reply.Status.REMOVING, True)
        waits.append(_seconds_until(reply.due_at))
    assert (1 < waits[0] < 3, 3 < waits[1] < 5) == (True, True)
    assert remove(reply).status == Reply.Status.REMOVED
    assert len(network.deletes) == 3


def _seconds_until(at: datetime | None) -> float:
    assert at is not None
    return (at - timezone.now()).total_seconds()


def test_remove_without_a_clear_answer_ends_with_a_person(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    network.delete_answers = [OutcomeUnknown("no answer in 20 s")] * 20
    reply = take_down(posted(), ana)
    for _ in range(20):
        remove(reply)
    assert (reply.status, reply.problem, reply.problem_detail) == (
        Reply.Status.PROBLEM,
        "not_removed",
        "no answer in 20 s",
    )
    assert len(network.deletes) == takedown.MOST_TRIES


def test_remove_that_cannot_reach_the_network_never_gives_up(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    network.delete_answers = [Unreachable("no")] * 20
    reply = take_down(posted(), ana)
    for _ in range(20):
        remove(reply)
    assert (reply.status, len(network.deletes)) == (Reply.Status.REMOVING, 20)


def test_remove_refused_for_good_is_a_problem_in_its_words(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    network.delete_answers = [Rejected(Refusal.REFUSED, "You may not delete this.")]
    reply = remove(take_down(posted(), ana))
    assert (reply.status, reply.problem, reply.problem_detail) == (
        Reply.Status.PROBLEM,
        "not_removed",
        "You may not delete this.",
    )
    assert remove(take_down(reply, ana)).status == Reply.Status.REMOVED


def test_remove_refused_to_the_account_stops_it(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    network.delete_answers = [Rejected(Refusal.REVOKED, "Bad token")]
    reply = remove(take_down(posted(), ana))
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "not_removed")
    assert Account.objects.get().status == Account.Status.REVOKED
    assert Pause.objects.active().count() == 1


def test_what_could_not_be_removed_is_never_posted_or_dropped(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    reply = posted()
    Attempt.objects.all().delete()  # as if a person had posted it by hand and pasted its link
    network.delete_answers = [Rejected(Refusal.REFUSED, "No.")]
    remove(take_down(reply, ana))
    for act in (
        lambda: reconcile.post_again(reply, by=ana),
        lambda: reconcile.it_is_there(reply, link=reply.external_id, by=ana),
        lambda: approval.cancel(reply, by=ana),
    ):
        with pytest.raises(takedown.Refused):
            act()
    reply.refresh_from_db()
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "not_removed")
    assert len(network.creates) == 1


# Workers that die, bells that are lost, many at once ------------------------------------------


def test_worker_killed_after_the_call_is_followed_by_another(
    posted: Due, network: FakeNetwork, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = take_down(posted(), ana)
    with monkeypatch.context() as patch:
        patch.setattr(takedown, "_settle", lambda *_: None)
        takedown.remove(reply.pk)
    reply.refresh_from_db()
    assert (reply.status, len(network.deletes)) == (Reply.Status.REMOVING, 1)
    takedown.remove(reply.pk)
    assert len(network.deletes) == 1  # the dead worker's lease still runs
    assert takedown.due(at=timezone.now() + takedown.LEASE) == [reply.pk]
    network.delete_answers = [Rejected(Refusal.GONE, "Not Found")]
    assert remove(reply).status == Reply.Status.REMOVED


def test_sweep_rings_again_for_a_lost_bell(
    posted: Due, ana: User, django_capture_on_commit_callbacks: Any
) -> None:
    reply = take_down(posted(), ana)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweeps.ring_for_removals() == 1
    (job,) = django_rq.get_queue("posting").jobs
    assert job.args == (reply.pk,)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_one_removal_have_one_effect(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    reply = take_down(posted(), ana)
    at_once(*[lambda: takedown.remove(reply.pk)] * 6)
    reply.refresh_from_db()
    assert (reply.status, network.deletes) == (Reply.Status.REMOVED, [reply.external_id])
    assert AuditEntry.objects.filter(verb="removed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_people_at_one_take_down_have_one_winner(posted: Due, ana: User) -> None:
    reply = posted()
    results = at_once(*[lambda: take_down(reply, ana)] * 6)
    assert sum(isinstance(one, Reply) for one in results) == 1
    assert AuditEntry.objects.filter(verb="taken down").count() == 1


# A withdrawn consent --------------------------------------------------------------------------


def test_withdrawal_takes_down_what_was_posted(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    reply, other = posted(), posted()
    withdraw(reply, by=ana)
    tell_desk(reply)
    remove(reply)
    other.refresh_from_db()
    assert (reply.status, other.status) == (Reply.Status.REMOVED, Reply.Status.POSTED)
    assert network.deletes == [reply.external_id]
    entry = AuditEntry.objects.get(verb="taken down")
    assert (entry.actor, entry.after["reason"]) == (ana, "consent withdrawn")


def test_withdrawal_drops_what_waits_and_frees_its_tweet(
    due: Due, network: FakeNetwork, ana: User
) -> None:
    reply = due()
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.refresh_from_db()
    assert (reply.status, reply.problem) == (Reply.Status.CANCELLED, "consent")
    assert reply.mention.status == Mention.Status.WAITING
    posting.post(reply.pk, worker="test")
    assert network.calls == []


@pytest.mark.parametrize("status", ["submitted", "stale"])
def test_withdrawal_drops_every_kind_of_waiting(due: Due, ana: User, status: str) -> None:
    reply = due()
    Reply.objects.update(status=status)
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.CANCELLED


def test_withdrawal_leaves_drafts_that_nobody_can_approve(draft: Due, ana: User) -> None:
    reply = draft()
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.DRAFT
    with pytest.raises(approval.NotReady):
        approval.approve(reply, seen=approval.fingerprint(reply), by=reply.author)


def test_withdrawal_before_a_lost_bell_still_posts_nothing(
    due: Due, network: FakeNetwork, ana: User
) -> None:
    reply = due()
    withdraw(reply, by=ana)
    posting.post(reply.pk, worker="test")
    reply.refresh_from_db()
    assert (reply.status, network.creates) == (Reply.Status.CANCELLED, [])


def test_withdrawal_empties_the_petition_page(posted: Due, ana: User) -> None:
    reply = posted()
    assert reply.link is not None
    assert reply.clip is not None
    subject = drafts.subject_of(reply, mention=reply.mention)
    assert subject.clip_id == reply.clip.pk
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.link.refresh_from_db()
    assert (reply.link.clip_id, reply.link.shown_name, reply.link.shown_quote) == (None, "", "")


def test_withdrawal_while_a_post_is_in_flight_is_found_by_the_sweep(
    due: Due, network: FakeNetwork, ana: User
) -> None:
    reply = due()
    sending = posting.begin(reply.pk, worker="test")
    assert sending is not None
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTING
    posting.finish(sending, posting.call(sending, network))
    assert sweeps.ring_for_removals() == 1
    assert remove(reply).status == Reply.Status.REMOVED


def test_withdrawal_of_a_reply_in_doubt_takes_it_down_once_it_is_found(
    due: Due, network: FakeNetwork, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = due()
    network.answers = [POSTED_UNHEARD]
    posting.post(reply.pk, worker="test")
    withdraw(reply, by=ana)
    tell_desk(reply)
    monkeypatch.setattr(reconcile, "LOOKS_AFTER", (0,))
    assert reconcile.look(reply.account_id) == 1
    assert sweeps.ring_for_removals() == 1
    assert remove(reply).status == Reply.Status.REMOVED


def test_withdrawal_of_an_approval_in_doubt_asks_a_person(
    due: Due, network: FakeNetwork, ana: User
) -> None:
    reply = due()
    network.answers = [OutcomeUnknown("reset")]
    posting.post(reply.pk, worker="test")
    Reply.objects.update(status="approved")
    withdraw(reply, by=ana)
    tell_desk(reply)
    reply.refresh_from_db()
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "not_found")
    assert reply.takedown is not None  # its report names what a person has to settle
    assert reply.clip is not None
    assert reply.takedown.storyteller == reply.clip.storyteller


def test_sweep_finds_a_withdrawal_whose_bell_was_lost(
    posted: Due, due: Due, network: FakeNetwork, ana: User
) -> None:
    first = posted()
    waiting = due(clip=first.clip, mention__account=first.account)
    withdraw(first, by=ana)
    assert sweeps.ring_for_removals() == 1
    waiting.refresh_from_db()
    assert waiting.status == Reply.Status.CANCELLED
    assert remove(first).status == Reply.Status.REMOVED
    assert sweeps.ring_for_removals() == 0


def test_withdrawal_spares_clips_of_a_newer_consent(
    posted: Due, network: FakeNetwork, ana: User
) -> None:
    reply = posted()
    assert reply.clip is not None
    storyteller = reply.clip.storyteller
    withdraw(reply, by=ana)
    factories.ConsentFactory(storyteller=storyteller, version=2)
    new = factories.ClipFactory(storyteller=storyteller, consent=False)
    later = posted(clip=new, mention__account=reply.account)
    tell_desk(reply)
    consent.sweep()
    later.refresh_from_db()
    new.refresh_from_db()
    assert (later.status, new.status) == (Reply.Status.POSTED, Clip.Status.READY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", range(3))
def test_withdrawal_against_post_leaves_nothing_standing(
    due: Due, network: FakeNetwork, ana: User, _turn: int
) -> None:
    reply = due()
    at_once(
        lambda: posting.post(reply.pk, worker="test"),
        lambda: withdraw(reply, by=ana),
        lambda: tell_desk(reply),
    )
    sweeps.ring_for_removals()
    reply.refresh_from_db()
    if reply.status == Reply.Status.REMOVING:
        remove(reply)
    assert (reply.status, len(network.creates)) in [
        (Reply.Status.REMOVED, 1),
        (Reply.Status.CANCELLED, 0),
    ]
    assert network.timeline == []


# Against the sandbox --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_withdrawal_takes_the_reply_off_the_sandbox(
    due: Due, ana: User, redis_connection: redis.Redis
) -> None:
    with running_sandbox() as sandbox, override_settings(X_API_URL=sandbox.base_url):
        reply = _post_to(sandbox, due)
        assert len(sandbox.posts(by=sandbox.handle)) == 1
        assert reply.clip is not None
        film = reply.clip.renditions.get(kind="post")
        default_storage.save(film.file, ContentFile(small_film()))
        withdraw(reply, by=ana)
        assert default_storage.exists(f"renditions/{reply.clip_id}-post") is False
        redis_connection.flushdb()  # the bell is lost, and X loses its answer to the first call
        sandbox.fault("reset_after", on="DELETE /2/tweets/{id}")
        sweeps.ring_for_removals()
        assert remove(reply).status == Reply.Status.REMOVING
        assert remove(reply).status == Reply.Status.REMOVED
        assert sandbox.posts(by=sandbox.handle) == []


def _post_to(sandbox: Sandbox, due: Due) -> Reply:
    tweet = sandbox.tweet(f"Nobody should wait for years. @{sandbox.handle} #IWelcome")
    account = factories.AccountFactory(**sandbox.account)
    reply = due(mention__account=account, mention__external_id=tweet, text="Thank you.")
    network = registry.connect(reply.account)
    film = small_film()
    ticket = network.upload_start(total_bytes=len(film), media_type="video/mp4")
    network.upload_append(ticket.media_id, index=0, chunk=film)
    network.upload_finish(ticket.media_id)
    deadline = time.monotonic() + 10
    while not network.media_state(ticket.media_id).ready:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    network.close()
    MediaUpload.objects.update(media_id=ticket.media_id)
    posting.post(reply.pk, worker="test")
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED
    return reply


# The button -----------------------------------------------------------------------------------


def down(client: Client, reply: Reply, **facts: str) -> Any:
    address = reverse("outbox-down", args=[reply.mention.campaign.slug, reply.pk])
    return client.post(address, facts, headers={"HX-Request": "true"})


def test_button_takes_a_posted_reply_down(client: Client, posted: Due) -> None:
    reply = posted()
    client.force_login(factories.senior(reply.mention.campaign))
    page = reverse("outbox", args=[reply.mention.campaign.slug])
    assert f'id="down-{reply.pk}"' in client.get(page).content.decode()
    body = down(client, reply, reason="Wrong film").content.decode()
    assert "is being taken down." in body
    assert "Being removed" in " ".join(body.split())
    remove(reply)
    assert "Removed by us" in client.get(page).content.decode()
    assert f'id="down-{reply.pk}"' not in client.get(page).content.decode()


def test_button_says_what_is_missing(client: Client, posted: Due) -> None:
    reply = posted()
    client.force_login(factories.senior(reply.mention.campaign))
    assert down(client, reply).context["refused"] == "Write why, so that colleagues know."


def test_button_on_a_problem_tries_again(client: Client, posted: Due, network: FakeNetwork) -> None:
    reply = posted()
    client.force_login(factories.senior(reply.mention.campaign))
    network.delete_answers = [Rejected(Refusal.REFUSED, "You may not.")]
    remove(take_down(reply, reply.author))
    page = reverse("outbox", args=[reply.mention.campaign.slug])
    body = client.get(page).content.decode()
    assert "It is still there." in body
    assert "“You may not.”" in body
    assert f'id="again-{reply.pk}"' not in body
    assert "outbox-drop" not in body
    down(client, reply, reason="Again")
    assert remove(reply).status == Reply.Status.REMOVED
    put_right = client.get(page).context["put_right"]
    assert [one.words for one in put_right] == ["Taken down on X"]


def test_charlie_the_editor_does_not_see_the_button(client: Client, posted: Due) -> None:
    reply = posted()
    client.force_login(factories.editor(reply.mention.campaign))
    page = reverse("outbox", args=[reply.mention.campaign.slug])
    assert f"down-{reply.pk}" not in client.get(page).content.decode()
    assert down(client, reply, reason="x").status_code == 403
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED
