"""Several candidates for one tweet, and second eyes that change it and are never one's own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign.models import Account, Mention, User
from responders.actions import approval, desk, eyes, handing, writing
from responders.models import Notice, Reply, Revision
from tests import factories
from videos.models import Clip

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    account = factories.AccountFactory()
    factories.PetitionFactory(campaign=account.campaign)
    for text in ("First, {handle}: {link}", "Second, {handle}: {link}"):
        factories.ReplyTemplateFactory(campaign=account.campaign, text=text)
    return account


@pytest.fixture
def ana(account: Account) -> User:
    return factories.editor(account.campaign, name="Ana")


@pytest.fixture
def rose(account: Account) -> User:
    return factories.senior(account.campaign, name="Rose")


@pytest.fixture
def mention(account: Account) -> Mention:
    return factories.MentionFactory(account=account, author_handle="tess")


@pytest.fixture
def clip(account: Account) -> Clip:
    return factories.ClipFactory(storyteller__campaign=account.campaign)


@pytest.fixture
def first(mention: Mention, clip: Clip, ana: User) -> Reply:
    return writing.pair(desk.claim(mention, by=ana), clip=clip, by=ana)


@pytest.fixture
def second(mention: Mention, first: Reply, ana: User) -> Reply:
    return writing.add_candidate(mention, beside=first, by=ana)


def approve(reply: Reply, *, by: User, text: str | None = None) -> Reply:
    reply.refresh_from_db()
    return approval.approve(reply, seen=approval.fingerprint(reply), text=text, by=by)


def submitted(reply: Reply, *, by: User) -> Reply:
    return approval.submit(reply, by=by)


def statuses(mention: Mention) -> list[tuple[str, str]]:
    rows = Reply.objects.filter(mention=mention).order_by("variant", "pk")
    return [(reply.letter, reply.status) for reply in rows]


def test_another_candidate_begins_from_the_next_template_with_the_same_clip(
    first: Reply, second: Reply
) -> None:
    assert (first.letter, second.letter) == ("A", "B")
    assert first.text.startswith("First, @tess")
    assert second.text.startswith("Second, @tess")
    assert second.clip == first.clip
    assert second.link != first.link


def test_four_candidates_are_the_most(mention: Mention, first: Reply, ana: User) -> None:
    for _ in range(3):
        writing.add_candidate(mention, beside=first, by=ana)
    with pytest.raises(writing.TooMany):
        writing.add_candidate(mention, beside=first, by=ana)
    assert [letter for letter, _ in statuses(mention)] == ["A", "B", "C", "D"]


def test_database_refuses_two_drafts_of_one_letter(first: Reply, second: Reply) -> None:
    with pytest.raises(IntegrityError, match="one_draft_a_letter"), transaction.atomic():
        Reply.objects.filter(pk=second.pk).update(variant=0)


def test_approving_one_retires_the_rest_and_undo_brings_them_back(
    mention: Mention, first: Reply, second: Reply, ana: User
) -> None:
    approve(second, by=ana)
    assert statuses(mention) == [("A", "cancelled"), ("B", "approved")]
    second.refresh_from_db()
    approval.undo(second, by=ana)
    assert statuses(mention) == [("A", "draft"), ("B", "draft")]
    first.refresh_from_db()
    assert first.problem == ""


def test_a_retired_candidate_is_not_approved(first: Reply, second: Reply, ana: User) -> None:
    approve(second, by=ana)
    with pytest.raises(approval.Settled):
        approve(first, by=ana)


def test_named_draft_is_found_and_a_second_click_is_told_so(
    mention: Mention, first: Reply, second: Reply, ana: User
) -> None:
    assert writing.draft_of(mention, pk=str(first.pk), by=ana) == first
    approve(first, by=ana)
    with pytest.raises(approval.Settled) as told:
        writing.draft_of(mention, pk=str(first.pk), by=ana)
    assert str(told.value) == "This reply is approved already."


def test_a_colleagues_draft_is_not_found_by_its_id(
    mention: Mention, first: Reply, rose: User
) -> None:
    with pytest.raises(writing.NoDraft):
        writing.draft_of(mention, pk=str(first.pk), by=rose)


def test_approve_with_changes_makes_a_version_and_tells_the_author(
    first: Reply, ana: User, rose: User
) -> None:
    submitted(first, by=ana)
    old = Reply.objects.get().text
    changed = approve(first, by=rose, text=f"{old} Thank you.")
    assert (changed.status, changed.version, changed.approved_by) == ("approved", 2, rose)
    assert approval.fingerprint(changed) == changed.fingerprint
    assert [(one.number, one.text, one.by) for one in Revision.objects.all()] == [
        (1, old, ana),
        (2, f"{old} Thank you.", rose),
    ]
    notice = Notice.objects.get()
    assert (notice.to, notice.kind, notice.by, notice.reply) == (ana, "edited", rose, changed)


def test_approve_with_changes_still_has_to_fit(first: Reply, ana: User, rose: User) -> None:
    submitted(first, by=ana)
    with pytest.raises(approval.NotReady):
        approve(first, by=rose, text="x" * 281)
    first.refresh_from_db()
    assert (first.status, first.version, Revision.objects.count()) == ("submitted", 1, 0)


def test_changes_upon_what_was_not_seen_are_refused(first: Reply, ana: User, rose: User) -> None:
    submitted(first, by=ana)
    with pytest.raises(approval.Changed):
        approval.approve(first, seen="of an older page", text="Mine", by=rose)


def test_sent_back_tells_the_author_why(first: Reply, ana: User, rose: User) -> None:
    submitted(first, by=ana)
    approval.send_back(first, comment="Warmer, please.", by=rose)
    notice = Notice.objects.get()
    assert (notice.to, notice.kind, notice.words) == (ana, "sent_back", "Warmer, please.")


def test_hand_over_moves_claim_and_all_candidates(
    mention: Mention, second: Reply, ana: User, rose: User
) -> None:
    handing.hand_over(mention, to=str(rose.pk), words="You know her.", by=ana)
    mention.refresh_from_db()
    assert (mention.claimed_by, mention.status) == (rose, "claimed")
    assert {(one.author, *one.writers) for one in Reply.objects.all()} == {(rose, ana.pk)}
    assert Notice.objects.get().words == "You know her."


def test_hand_over_goes_to_colleagues_alone(mention: Mention, first: Reply, ana: User) -> None:
    strangers = [factories.senior(factories.CampaignFactory()), factories.manager(mention.campaign)]
    for stranger in [*strangers, ana]:
        with pytest.raises(handing.NotHere):
            handing.hand_over(mention, to=str(stranger.pk), by=ana)


def test_hand_over_of_what_ran_out_is_refused(
    mention: Mention, first: Reply, ana: User, rose: User
) -> None:
    Mention.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(desk.LeaseLost):
        handing.hand_over(mention, to=str(rose.pk), by=ana)


def test_who_wrote_it_before_is_not_its_second_eyes(
    mention: Mention, rose: User, clip: Clip
) -> None:
    """A senior writes, hands it over, and would then approve their own words."""
    own = writing.pair(desk.claim(mention, by=rose), clip=clip, by=rose)
    bob = factories.editor(mention.campaign, name="Bob")
    handing.hand_over(mention, to=str(bob.pk), by=rose)
    own.refresh_from_db()
    submitted(own, by=bob)
    with pytest.raises(approval.OwnReply):
        approve(own, by=rose)
    forged = {"status": "approved", "approved_by": rose, "approved_at": timezone.now()}
    with pytest.raises(IntegrityError, match="second_eyes_are_anothers"), transaction.atomic():
        Reply.objects.filter(pk=own.pk).update(
            due_at=timezone.now(), fingerprint="f" * 64, **forged
        )
    assert approve(own, by=factories.senior(mention.campaign)).status == "approved"


def test_first_replies_of_an_editor_are_read_twice(
    mention: Mention, first: Reply, ana: User
) -> None:
    campaign = mention.campaign
    campaign.second_eyes_first_replies = 2
    campaign.save()
    first = Reply.objects.get(pk=first.pk)
    assert eyes.needed(first) == "Ana is new here"
    for _ in range(2):
        factories.approved_reply(author=ana, mention__account=mention.account)
    assert eyes.needed(first) == ""


def test_discarding_one_keeps_its_words_and_can_be_undone(
    mention: Mention, first: Reply, second: Reply, rose: User
) -> None:
    ana = first.author
    writing.save_draft(first, text="Not this one", by=ana)
    writing.discard_candidate(first, by=ana)
    assert statuses(mention) == [("A", "cancelled"), ("B", "draft")]
    with pytest.raises(writing.OnlyOne):
        writing.discard_candidate(second, by=ana)
    with pytest.raises(writing.NotYours):
        writing.bring_back_candidate(second, by=ana)
    # Its letter was given to another meanwhile.
    writing.add_candidate(mention, beside=second, by=ana)
    writing.bring_back_candidate(first, by=ana)
    first.refresh_from_db()
    assert (first.letter, first.status, first.text) == ("C", "draft", "Not this one")
    desk.take_over(mention, by=rose)
    with pytest.raises(desk.LeaseLost):
        writing.discard_candidate(first, by=ana)


def test_a_discarded_candidate_does_not_come_back_with_the_retired(
    mention: Mention, first: Reply, second: Reply, ana: User
) -> None:
    third = writing.add_candidate(mention, beside=second, by=ana)
    writing.discard_candidate(second, by=ana)
    approval.undo(approve(first, by=ana), by=ana)
    assert statuses(mention) == [("A", "draft"), ("B", "cancelled"), ("C", "draft")]
    assert third.variant == 2
