from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import AuditEntry, Mention, OptOut
from responders import cautions
from responders.actions import approval, eyes
from responders.models import MediaUpload, Reply
from tests import factories
from videos.models import Clip, Consent, Rendition

pytestmark = pytest.mark.django_db

Draft = Callable[..., Reply]


def approve(reply: Reply) -> Reply:
    return approval.approve(reply, seen=approval.fingerprint(reply), by=reply.author)


def test_approve_starts_the_hold(draft: Draft, time_machine: Any) -> None:
    reply = draft()
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    seen = approval.fingerprint(reply)
    approve(reply)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.APPROVED
    assert reply.due_at == now + timedelta(seconds=10)
    assert (reply.approved_at, reply.approved_by, reply.fingerprint) == (now, reply.author, seen)
    mention = Mention.objects.get()
    assert (mention.status, mention.claimed_until) == (Mention.Status.ANSWERING, None)
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.actor, entry.campaign) == ("approved", reply.author, mention.campaign)


def test_approve_has_the_film_made_ready(draft: Draft) -> None:
    reply = approve(draft())
    film = Rendition.objects.get(clip=reply.clip_id, kind="post")
    upload = MediaUpload.objects.get()
    assert (upload.sha256, upload.state) == (film.sha256, MediaUpload.State.PENDING)


def test_approve_tells_the_link_who_answers(draft: Draft) -> None:
    reply = approve(draft())
    assert reply.link is not None
    reply.link.refresh_from_db()
    assert reply.link.reply_id == reply.pk
    assert reply.link.clip_id == reply.clip_id


def change_text(reply: Reply) -> None:
    Reply.objects.filter(pk=reply.pk).update(text="Something else entirely")


def change_film(reply: Reply) -> None:
    Rendition.objects.filter(clip=reply.clip_id, kind="post").update(sha256="0" * 64)


def change_consent(reply: Reply) -> None:
    assert reply.clip is not None
    factories.ConsentFactory(storyteller=reply.clip.storyteller, version=2)


def change_link(reply: Reply) -> None:
    other = factories.TrackedLinkFactory(petition__campaign=reply.mention.campaign)
    Reply.objects.filter(pk=reply.pk).update(link=other)


def change_clip(reply: Reply) -> None:
    assert reply.clip is not None
    other = factories.ClipFactory(storyteller__campaign=reply.mention.campaign)
    Reply.objects.filter(pk=reply.pk).update(clip=other)


@pytest.mark.parametrize(
    "change", [change_text, change_film, change_consent, change_link, change_clip]
)
def test_approve_refuses_what_was_not_seen(draft: Draft, change: Callable[[Reply], None]) -> None:
    reply = draft()
    seen = approval.fingerprint(reply)
    change(reply)
    with pytest.raises(approval.Changed):
        approval.approve(reply, seen=seen, by=reply.author)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.DRAFT


def no_text(reply: Reply) -> None:
    reply.text = "  "


def long_text(reply: Reply) -> None:
    reply.text = "a" * 281


def no_clip(reply: Reply) -> None:
    reply.clip = None


def withdrawn(reply: Reply) -> None:
    Consent.objects.update(withdrawn_at=timezone.now())


def expired(reply: Reply) -> None:
    Consent.objects.update(expires_at=timezone.now())


def other_network(reply: Reply) -> None:
    assert reply.clip is not None
    storyteller = reply.clip.storyteller
    factories.ConsentFactory(storyteller=storyteller, version=2, networks=["mastodon"])


def off_the_shelf(reply: Reply) -> None:
    Clip.objects.update(status=Clip.Status.RETIRED)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_text, "There is no text yet."),
        (long_text, "The text is 1 characters too long for X."),
        (no_clip, "There is no clip yet."),
        (withdrawn, "Leila has not agreed to this, or no longer does. Choose another clip."),
        (expired, "Leila has not agreed to this, or no longer does. Choose another clip."),
        (other_network, "Leila has not agreed to this, or no longer does. Choose another clip."),
        (off_the_shelf, "This clip is not ready, or was taken off the shelf. Choose another."),
    ],
)
def test_approve_refuses_what_is_not_ready(
    draft: Draft, spoil: Callable[[Reply], None], words: str
) -> None:
    reply = draft(clip__storyteller__public_name="Leila")
    spoil(reply)
    reply.save()
    with pytest.raises(approval.NotReady) as refusal:
        approve(reply)
    assert str(refusal.value) == words


def test_approve_takes_280_with_a_link_counted_as_23(draft: Draft) -> None:
    link = "https://example.org/s/" + "a" * 60
    reply = draft(text=f"{'a' * 256} {link}")
    assert approve(reply).status == Reply.Status.APPROVED


def test_approve_refuses_people_who_opted_out(draft: Draft) -> None:
    reply = draft()
    OptOut.objects.create(
        network="x", author_id=reply.mention.author_id, author_handle="x", reason="asked"
    )
    with pytest.raises(approval.OptedOut):
        approve(reply)


def test_approve_refuses_after_the_lease_ran_out(draft: Draft, time_machine: Any) -> None:
    reply = draft()
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    with pytest.raises(approval.ClaimLost):
        approve(reply)


def test_approve_refuses_anothers_claim(draft: Draft) -> None:
    reply = draft()
    bob = factories.editor(reply.mention.campaign, name="Bob")
    Mention.objects.update(claimed_by=bob)
    with pytest.raises(approval.ClaimLost) as refusal:
        approve(reply)
    assert str(refusal.value) == "Bob was first. Your draft is kept."


def test_approve_refuses_a_second_reply_to_a_mention(draft: Draft) -> None:
    first = draft()
    second = factories.ReplyFactory(mention=first.mention, account=first.account)
    Reply.objects.filter(pk=second.pk).update(status=Reply.Status.SUBMITTED)
    with pytest.raises(approval.AnsweredAlready):
        approve(first)
    first.refresh_from_db()
    assert first.status == Reply.Status.DRAFT


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, ""),
        ({"mention__author_followers": 50_000}, ""),
        ({"mention__author_followers": 50_001}, "50,001 people follow them"),
        ({"mention__author_followers": None}, ""),
        ({"mention__text": "They KILLED my friend"}, "the word “killed”"),
        ({"mention__text": "Skills, today, the gunners"}, ""),
        ({"mention__text": "Die Schule ist gut"}, ""),
        ({"mention__text": "بعد القتل"}, "the word “قتل”"),
        ({"text": "Talk to a lawyer"}, "the word “lawyer”"),
        (
            {"mention__account__campaign__always_second_eyes": True},
            "every reply is seen twice",
        ),
    ],
)
def test_second_eyes_are_needed_by_rule(facts: dict[str, Any], reason: str) -> None:
    assert eyes.needed(factories.ReplyFactory(**facts)) == reason


def test_approve_alone_refuses_what_needs_second_eyes(draft: Draft) -> None:
    reply = draft(mention__author_followers=60_000)
    with pytest.raises(approval.NeedsSecondEyes):
        approve(reply)


def test_submitted_reply_is_approved_by_a_senior(draft: Draft) -> None:
    reply = draft(mention__author_followers=60_000)
    approval.submit(reply, by=reply.author)
    reply.refresh_from_db()
    assert (reply.status, reply.second_eyes_reason) == ("submitted", "60,000 people follow them")
    tom = factories.senior(reply.mention.campaign)
    approval.approve(reply, seen=approval.fingerprint(reply), by=tom)
    reply.refresh_from_db()
    assert (reply.status, reply.approved_by) == ("approved", tom)


def test_submitted_reply_is_not_approved_by_its_author(draft: Draft) -> None:
    reply = draft(author=factories.senior())
    approval.submit(reply, by=reply.author)
    with pytest.raises(approval.OwnReply):
        approve(reply)


def test_submitted_reply_is_not_approved_by_an_editor(draft: Draft) -> None:
    reply = draft()
    approval.submit(reply, by=reply.author)
    bob = factories.editor(reply.mention.campaign)
    with pytest.raises(approval.NotAllowed):
        approval.approve(reply, seen=approval.fingerprint(reply), by=bob)


def test_undo_gives_the_draft_back_to_its_author(draft: Draft) -> None:
    reply = draft()
    approve(reply)
    bob = factories.editor(reply.mention.campaign)
    approval.undo(reply, by=bob)
    reply.refresh_from_db()
    mention = Mention.objects.get()
    assert (reply.status, reply.fingerprint, reply.approved_by) == ("draft", "", None)
    assert (mention.status, mention.claimed_by) == (Mention.Status.CLAIMED, reply.author)
    assert approve(reply).status == Reply.Status.APPROVED


@pytest.mark.parametrize("status", ["posting", "unknown"])
def test_undo_refuses_what_may_have_left(due: Draft, status: str) -> None:
    reply = due()
    Reply.objects.update(status=status)
    with pytest.raises(approval.Settled):
        approval.undo(reply, by=reply.author)
    reply.refresh_from_db()
    assert reply.status == status


def test_send_back_keeps_the_comment_with_the_draft(draft: Draft) -> None:
    reply = draft()
    approval.submit(reply, by=reply.author)
    approval.send_back(reply, comment=" Warmer, please. ", by=factories.senior())
    reply.refresh_from_db()
    assert (reply.status, reply.problem, reply.problem_detail) == (
        "draft",
        "sent_back",
        "Warmer, please.",
    )
    assert Mention.objects.get().claimed_by == reply.author


def test_send_back_needs_a_comment(draft: Draft) -> None:
    reply = draft()
    approval.submit(reply, by=reply.author)
    with pytest.raises(approval.NotReady):
        approval.send_back(reply, comment="  ", by=factories.senior())


def test_cancel_frees_the_mention(due: Draft) -> None:
    reply = due()
    approval.cancel(reply, by=reply.author)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.CANCELLED
    assert Mention.objects.get().status == Mention.Status.WAITING


def test_cancel_dismisses_what_can_never_be_answered(due: Draft) -> None:
    reply = due()
    Reply.objects.update(status="problem", problem="blocked", problem_at=timezone.now())
    approval.cancel(reply, by=reply.author)
    mention = Mention.objects.get()
    assert (mention.status, mention.reason) == (Mention.Status.DISMISSED, "blocked")


def test_warnings_name_what_is_missing(draft: Draft) -> None:
    reply = draft(mention__author_handle="tess", text="Thank you.", mention__replyable=False)
    assert cautions.warnings(reply) == [
        "No @tess in the text.",
        "No petition link in the text.",
        "No #IWelcome in the text.",
        "X does not let us reply to this tweet; it will have to be posted by hand.",
    ]
