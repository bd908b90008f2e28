from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Account, AuditEntry, Mention, OptOut, Pause
from campaign.networks import registry
from campaign.networks.base import (
    OutcomeUnknown,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from responders import pacing
from responders.actions import pausing, posting
from responders.models import Attempt, MediaUpload, Reply
from tests import factories
from tests.responders.fakes import FakeNetwork
from videos.models import Clip, Consent, Rendition

pytestmark = pytest.mark.django_db

Due = Callable[..., Reply]


def post(reply: Reply) -> Reply:
    posting.post(reply.pk, worker="test")
    reply.refresh_from_db()
    return reply


def test_post_sends_text_film_and_target_once(due: Due, network: FakeNetwork) -> None:
    reply = post(due())
    assert network.creates == [reply.mention.external_id]
    attempt = Attempt.objects.get()
    assert attempt.request == {
        "text": reply.text,
        "in_reply_to": reply.mention.external_id,
        "media_ids": ["7001"],
    }
    assert (attempt.outcome, attempt.number, attempt.worker) == ("posted", 1, "test")
    assert (reply.status, reply.external_id) == (Reply.Status.POSTED, attempt.external_id)


def test_post_settles_mention_clip_and_link(due: Due, network: FakeNetwork) -> None:
    reply = post(due())
    mention = Mention.objects.get()
    assert (mention.status, mention.handled_by) == (Mention.Status.ANSWERED, reply.author)
    clip = Clip.objects.get()
    assert (clip.used, clip.used_at is not None) == (1, True)
    assert reply.link is not None
    reply.link.refresh_from_db()
    assert reply.link.posted_at == reply.posted_at
    verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["approved", "sending", "posted"]


def test_post_does_nothing_the_second_time(due: Due, network: FakeNetwork) -> None:
    reply = post(due())
    post(reply)
    assert len(network.creates) == 1


def test_post_waits_for_the_hold(due: Due, network: FakeNetwork) -> None:
    reply = due()
    Reply.objects.update(due_at=timezone.now() + timedelta(seconds=5))
    assert post(reply).status == Reply.Status.APPROVED
    assert network.calls == []


def test_post_writes_the_attempt_before_it_calls(
    due: Due, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(*_args: object, **_facts: object) -> None:
        seen.append((Attempt.objects.get().outcome, Reply.objects.get().status))
        raise Unreachable("no")

    monkeypatch.setattr(network, "create_reply", look)
    post(due())
    assert seen == [("", "posting")]


# What may come of it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        Refusal.NOT_SUMMONED,
        Refusal.GONE,
        Refusal.BLOCKED,
        Refusal.TOO_LONG,
        Refusal.TOO_LARGE,
        Refusal.REFUSED,
    ],
)
def test_refused_for_good_becomes_a_problem(due: Due, network: FakeNetwork, kind: Refusal) -> None:
    network.answers = [Rejected(kind, "In X's own words.")]
    reply = post(due())
    assert (reply.status, reply.problem, reply.problem_detail) == (
        Reply.Status.PROBLEM,
        kind.value,
        "In X's own words.",
    )
    assert Attempt.objects.get().outcome == "refused"
    gone = Mention.objects.get().status == Mention.Status.GONE
    assert gone == (kind is Refusal.GONE)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Refusal.CREDITS, Account.Status.OUT_OF_CREDITS),
        (Refusal.REVOKED, Account.Status.REVOKED),
        (Refusal.SUSPENDED, Account.Status.SUSPENDED),
    ],
)
def test_refusal_of_the_account_pauses_it_and_keeps_the_reply(
    due: Due, network: FakeNetwork, kind: Refusal, status: str
) -> None:
    network.answers = [Rejected(kind, "No more.")]
    reply = post(due())
    assert reply.status == Reply.Status.APPROVED
    account = Account.objects.get()
    assert account.status == status
    stop = Pause.objects.get()
    assert (stop.account, stop.started_by) == (account, None)
    post(reply)
    assert len(network.creates) == 1


def test_incomplete_credentials_pause_the_account(
    due: Due, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = due()

    def connect(_credentials: object, _id: str) -> FakeNetwork:
        raise Rejected(Refusal.REVOKED, "The account's credentials lack bearer_token.")

    monkeypatch.setitem(registry.NETWORKS, "x", connect)
    assert post(reply).status == Reply.Status.APPROVED
    assert Pause.objects.get().account == reply.account
    assert not Attempt.objects.exists()


def test_told_to_wait_is_due_when_the_window_opens(due: Due, network: FakeNetwork) -> None:
    until = timezone.now() + timedelta(minutes=7)
    network.answers = [RateLimited(until)]
    reply = post(due())
    assert (reply.status, reply.due_at) == (Reply.Status.APPROVED, until)
    assert Attempt.objects.get().outcome == "limited"


def test_told_to_wait_holds_the_accounts_other_replies(due: Due, network: FakeNetwork) -> None:
    until = timezone.now() + timedelta(minutes=7)
    first = due()
    second = due(mention__account=first.account)
    network.answers = [RateLimited(until)]
    post(first)
    assert post(second).due_at == until
    assert len(network.creates) == 1
    assert pacing.waits_until(first.account_id) == until


def test_unreachable_is_tried_again_later_and_later(due: Due, network: FakeNetwork) -> None:
    network.answers = [Unreachable("no route"), Unreachable("no route")]
    reply = post(due())
    waits = []
    for _ in range(2):
        assert reply.status == Reply.Status.APPROVED
        assert reply.due_at is not None
        waits.append((reply.due_at - timezone.now()).total_seconds())
        Reply.objects.update(due_at=timezone.now())
        Attempt.objects.update(finished_at=timezone.now() - timedelta(minutes=2))
        post(reply)
    assert 1 < waits[0] < 3 < waits[1] < 5
    assert reply.status == Reply.Status.POSTED
    outcomes = Attempt.objects.values_list("number", "outcome")
    assert list(outcomes) == [(1, "unreachable"), (2, "unreachable"), (3, "posted")]


@pytest.mark.parametrize(
    "error",
    [OutcomeUnknown("503"), Rejected(Refusal.DUPLICATE, "duplicate content"), ValueError("bug")],
)
def test_anything_else_is_unknown_and_never_sent_again(
    due: Due, network: FakeNetwork, error: Exception
) -> None:
    network.answers = [error]
    reply = post(due())
    assert reply.status == Reply.Status.UNKNOWN
    assert Attempt.objects.get().outcome == "unknown"
    post(reply)
    assert len(network.creates) == 1


def test_invalid_media_is_uploaded_anew(due: Due, network: FakeNetwork) -> None:
    network.answers = [Rejected(Refusal.MEDIA_INVALID, "Your media IDs are invalid.")]
    reply = post(due())
    assert reply.status == Reply.Status.APPROVED
    upload = MediaUpload.objects.get()
    assert (upload.state, upload.media_id) == (MediaUpload.State.PENDING, "")
    post(reply)
    assert len(network.creates) == 1


def test_late_answer_of_an_attempt_given_up_is_taken(due: Due, network: FakeNetwork) -> None:
    reply = due()
    sending = posting.begin(reply.pk, worker="slow")
    assert sending is not None
    Attempt.objects.update(outcome="unknown", finished_at=timezone.now())
    Reply.objects.update(status="unknown")
    posting.finish(sending, network.create_reply(sending.text, in_reply_to=sending.in_reply_to))
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED


# What is looked at right before ---------------------------------------------------------------


def opted_out(reply: Reply) -> None:
    OptOut.objects.create(
        network="x", author_id=reply.mention.author_id, author_handle="x", reason="asked"
    )


def withdrawn(reply: Reply) -> None:
    Consent.objects.update(withdrawn_at=timezone.now())


def consent_over(reply: Reply) -> None:
    Consent.objects.update(expires_at=timezone.now())


def clip_pulled(reply: Reply) -> None:
    Clip.objects.update(status=Clip.Status.WITHDRAWN)


def dismissed(reply: Reply) -> None:
    Mention.objects.update(status="dismissed", reason="hostile")


def answered(reply: Reply) -> None:
    Mention.objects.update(status="answered")


@pytest.mark.parametrize(
    ("happens", "reason", "mention"),
    [
        (opted_out, "opted_out", "dismissed"),
        (withdrawn, "consent", "waiting"),
        (consent_over, "consent", "waiting"),
        (clip_pulled, "clip", "waiting"),
        (dismissed, "dismissed", "dismissed"),
        (answered, "answered", "answered"),
    ],
)
def test_post_gives_up_what_must_not_go(
    due: Due, network: FakeNetwork, *, happens: Callable[[Reply], None], reason: str, mention: str
) -> None:
    reply = due()
    happens(reply)
    post(reply)
    assert (reply.status, reply.problem) == (Reply.Status.CANCELLED, reason)
    assert Mention.objects.get().status == mention
    assert network.calls == []


def edited(reply: Reply) -> None:
    Reply.objects.update(text="Other words")


def encoded_anew(reply: Reply) -> None:
    Rendition.objects.filter(kind="post").update(sha256="1" * 64)


def new_consent(reply: Reply) -> None:
    assert reply.clip is not None
    factories.ConsentFactory(storyteller=reply.clip.storyteller, version=2)


@pytest.mark.parametrize("happens", [edited, encoded_anew, new_consent])
def test_post_asks_for_a_new_approval_of_what_changed(
    due: Due, network: FakeNetwork, happens: Callable[[Reply], None]
) -> None:
    reply = due()
    happens(reply)
    post(reply)
    assert (reply.status, reply.problem) == (Reply.Status.STALE, "changed")
    assert network.calls == []


def not_replyable(reply: Reply) -> None:
    Mention.objects.update(replyable=False, replyable_reason="not_mentioned")


def deleted(reply: Reply) -> None:
    Mention.objects.update(status="gone")


def film_failed(reply: Reply) -> None:
    MediaUpload.objects.update(state="failed", failure="InvalidMedia")


@pytest.mark.parametrize(
    ("happens", "kind"),
    [(not_replyable, "not_summoned"), (deleted, "gone"), (film_failed, "film")],
)
def test_post_hands_to_a_person_what_cannot_go(
    due: Due, network: FakeNetwork, happens: Callable[[Reply], None], kind: str
) -> None:
    reply = due()
    happens(reply)
    post(reply)
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, kind)
    assert network.calls == []
    assert not Attempt.objects.exists()


def paused(reply: Reply) -> None:
    pausing.pause(reply.mention.campaign, reason="Checking", by=reply.author)


def account_paused(reply: Reply) -> None:
    pausing.pause(reply.account, reason="Checking", by=reply.author)


def all_paused(reply: Reply) -> None:
    pausing.pause(None, reason="Checking", by=reply.author)


def account_off(reply: Reply) -> None:
    Account.objects.update(status=Account.Status.OFF)


def over_the_limit(reply: Reply) -> None:
    Account.objects.update(daily_reply_limit=0)


def over_the_budget(reply: Reply) -> None:
    Account.objects.update(daily_budget_cents=19)


def film_missing(reply: Reply) -> None:
    MediaUpload.objects.all().delete()


def film_too_old(reply: Reply) -> None:
    MediaUpload.objects.update(expires_at=timezone.now() + timedelta(seconds=30))


@pytest.mark.parametrize(
    "happens",
    [
        paused,
        account_paused,
        all_paused,
        account_off,
        over_the_limit,
        over_the_budget,
        film_missing,
        film_too_old,
    ],
)
def test_post_waits_for_what_will_pass(
    due: Due, network: FakeNetwork, happens: Callable[[Reply], None]
) -> None:
    reply = due()
    happens(reply)
    assert post(reply).status == Reply.Status.APPROVED
    assert network.calls == []
    assert not Attempt.objects.exists()


def test_post_is_not_held_by_anothers_pause(due: Due, network: FakeNetwork) -> None:
    reply = due()
    other = factories.AccountFactory()
    pausing.pause(other, reason="Theirs", by=reply.author)
    pausing.pause(other.campaign, reason="Theirs", by=reply.author)
    assert post(reply).status == Reply.Status.POSTED


def test_daily_limit_counts_what_was_posted_today(due: Due, network: FakeNetwork) -> None:
    first = due()
    Account.objects.update(daily_reply_limit=1)
    second = due(mention__account=first.account)
    assert post(first).status == Reply.Status.POSTED
    post(second)
    assert second.status == Reply.Status.APPROVED
    assert second.due_at is not None
    assert second.due_at - timezone.now() <= timedelta(minutes=1)
    Reply.objects.filter(pk=first.pk).update(posted_at=timezone.now() - timedelta(days=1))
    Reply.objects.filter(pk=second.pk).update(due_at=timezone.now())
    assert post(second).status == Reply.Status.POSTED


def test_stale_after_the_pause_needs_a_new_approval(due: Due, network: FakeNetwork) -> None:
    reply = due()
    fresh = due(mention__account=reply.account)
    stop = pausing.pause(reply.mention.campaign, reason="Checking", by=reply.author)
    Reply.objects.filter(pk=reply.pk).update(due_at=timezone.now() - timedelta(minutes=31))
    assert pausing.resume(stop, by=reply.author) == 1
    assert post(reply).status == Reply.Status.STALE
    assert post(fresh).status == Reply.Status.POSTED


def test_resume_makes_a_stopped_account_active_again(due: Due, network: FakeNetwork) -> None:
    network.answers = [Rejected(Refusal.CREDITS, "No more.")]
    reply = post(due())
    pausing.resume(Pause.objects.get(), by=reply.author)
    assert post(reply).status == Reply.Status.POSTED


def test_pause_twice_and_resume_twice_are_refused(due: Due) -> None:
    reply = due()
    campaign: Any = reply.mention.campaign
    stop = pausing.pause(campaign, reason="Checking", by=reply.author)
    with pytest.raises(pausing.Refused):
        pausing.pause(campaign, reason="Again", by=reply.author)
    pausing.resume(stop, by=reply.author)
    with pytest.raises(pausing.Refused):
        pausing.resume(stop, by=reply.author)
