"""The claim: one winner, a lease that ends, and nothing written without it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from campaign.models import AuditEntry, Mention, OptOut, User
from responders.actions import desk, writing
from responders.models import Reply
from responders.reasons import Reason
from tests import factories

THREADS = 20


def _verbs(mention: Mention) -> list[str]:
    entries = AuditEntry.objects.filter(target_type="mention", target_id=str(mention.pk))
    return list(entries.order_by("id").values_list("verb", flat=True))


def _end_lease(mention: Mention) -> None:
    Mention.objects.filter(pk=mention.pk).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )


def _lease_ends(mention: Mention) -> datetime:
    mention.refresh_from_db()
    assert mention.claimed_until is not None
    return mention.claimed_until


@pytest.fixture
def mention() -> Mention:
    return factories.MentionFactory()


@pytest.fixture
def ana(mention: Mention) -> User:
    return factories.editor(mention.campaign, name="Ana")


@pytest.fixture
def joe(mention: Mention) -> User:
    return factories.editor(mention.campaign, name="Joe")


@pytest.mark.django_db(transaction=True)
def test_claim_by_twenty_at_once_has_one_winner() -> None:
    mention = factories.MentionFactory()
    people = [factories.editor(mention.campaign) for _ in range(THREADS)]
    together = Barrier(THREADS)

    def run(person: User) -> User | str:
        try:
            together.wait()
            return desk.claim(Mention.objects.get(pk=mention.pk), by=person).author
        except desk.AlreadyClaimed as error:
            return str(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(run, people))

    winners = [outcome for outcome in outcomes if isinstance(outcome, User)]
    assert len(winners) == 1
    mention.refresh_from_db()
    assert (mention.status, mention.claimed_by) == (Mention.Status.CLAIMED, winners[0])
    losers = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert losers == [f"{winners[0].name} was first. Your draft is kept."] * (THREADS - 1)
    assert Reply.objects.count() == 1
    assert _verbs(mention) == ["claimed"]


@pytest.mark.django_db
def test_claim_begins_a_draft_in_the_mentions_language(ana: User) -> None:
    mention = factories.MentionFactory(lang="fr", author_handle="marc")
    campaign = mention.campaign
    factories.ReplyTemplateFactory(campaign=campaign, language="en", text="Hello {handle} {link}")
    factories.ReplyTemplateFactory(
        campaign=campaign, language="fr", text="Bonjour {handle}, {storyteller} répond : {link}"
    )
    petition = factories.PetitionFactory(campaign=campaign)

    reply = desk.claim(mention, by=ana)

    assert reply.link is not None
    assert reply.link.petition == petition
    assert reply.text == (
        f"Bonjour @marc, {{storyteller}} répond : http://testserver/s/{reply.link.slug}"
    )
    assert (reply.language, reply.status, reply.author) == ("fr", Reply.Status.DRAFT, ana)


@pytest.mark.django_db
def test_claim_without_petition_or_template_still_begins(mention: Mention, ana: User) -> None:
    reply = desk.claim(mention, by=ana)

    assert (reply.text, reply.link) == (f"@{mention.author_handle}", None)


@pytest.mark.django_db
def test_claim_of_ones_own_renews_it_and_keeps_the_draft(mention: Mention, ana: User) -> None:
    first = desk.claim(mention, by=ana)
    writing.save_draft(first, text="So far.", by=ana)
    Mention.objects.update(claimed_until=timezone.now() + timedelta(seconds=20))

    second = desk.claim(mention, by=ana)

    assert (second.pk, second.text) == (first.pk, "So far.")
    mention.refresh_from_db()
    assert mention.claimed_until is not None
    assert mention.claimed_until > timezone.now() + timedelta(minutes=4)


@pytest.mark.django_db
def test_claim_of_a_colleagues_says_who_was_first(mention: Mention, ana: User, joe: User) -> None:
    desk.claim(mention, by=ana)

    with pytest.raises(desk.AlreadyClaimed, match=r"^Ana was first\. Your draft is kept\.$"):
        desk.claim(mention, by=joe)


@pytest.mark.django_db
def test_claim_after_the_lease_ended_wins(mention: Mention, ana: User, joe: User) -> None:
    desk.claim(mention, by=ana)
    _end_lease(mention)

    assert desk.claim(mention, by=joe).author == joe


@pytest.mark.django_db
@pytest.mark.parametrize(
    "status", ["briefed", "answering", "answered", "dismissed", "filtered", "gone"]
)
def test_claim_of_what_is_not_waiting_is_refused(status: str, ana: User) -> None:
    mention = factories.MentionFactory(status=status, reason="hostile")

    with pytest.raises(desk.NotWaiting):
        desk.claim(mention, by=ana)

    mention.refresh_from_db()
    assert mention.status == status


@pytest.mark.django_db
def test_heartbeat_prolongs_only_a_lease_that_is_held(
    mention: Mention, ana: User, joe: User
) -> None:
    desk.claim(mention, by=ana)
    Mention.objects.update(claimed_until=timezone.now() + timedelta(seconds=5))

    assert desk.heartbeat(mention, by=ana) > timezone.now() + timedelta(minutes=4)
    with pytest.raises(desk.LeaseLost, match="Ana has it now"):
        desk.heartbeat(mention, by=joe)
    _end_lease(mention)
    with pytest.raises(desk.LeaseLost, match="Your five minutes were over"):
        desk.heartbeat(mention, by=ana)


@pytest.mark.django_db
def test_release_gives_it_back_and_keeps_the_draft(mention: Mention, ana: User, joe: User) -> None:
    draft = desk.claim(mention, by=ana)

    desk.release(mention, by=ana)

    mention.refresh_from_db()
    assert (mention.status, mention.claimed_by, mention.claimed_until) == ("waiting", None, None)
    assert desk.claim(mention, by=joe).pk != draft.pk
    desk.release(mention, by=joe)
    assert desk.claim(mention, by=ana).pk == draft.pk


@pytest.mark.django_db
def test_leaving_ends_the_claim_soon_unless_another_tab_goes_on(
    mention: Mention, ana: User, joe: User
) -> None:
    desk.claim(mention, by=ana)
    desk.leaving(mention, by=joe)
    assert _lease_ends(mention) > timezone.now() + desk.CLOSING

    desk.leaving(mention, by=ana)
    ends = _lease_ends(mention)
    assert ends <= timezone.now() + desk.CLOSING
    desk.leaving(mention, by=ana)
    assert _lease_ends(mention) == ends

    assert desk.heartbeat(mention, by=ana) > ends
    desk.leaving(mention, by=ana)
    _end_lease(mention)
    assert desk.expire_leases() == 1
    assert desk.claim(mention, by=joe).author == joe


@pytest.mark.django_db
def test_release_of_a_colleagues_is_refused(mention: Mention, ana: User, joe: User) -> None:
    desk.claim(mention, by=ana)

    with pytest.raises(desk.LeaseLost):
        desk.release(mention, by=joe)

    mention.refresh_from_db()
    assert mention.claimed_by == ana


@pytest.mark.django_db
def test_take_over_keeps_the_draft(mention: Mention, ana: User) -> None:
    senior = factories.senior(mention.campaign, name="Rose")
    draft = desk.claim(mention, by=ana)
    writing.save_draft(draft, text="Ana's words.", by=ana)

    taken = desk.take_over(mention, by=senior)

    assert (taken.pk, taken.text, taken.author) == (draft.pk, "Ana's words.", senior)
    with pytest.raises(writing.NotYours):
        writing.save_draft(draft, text="Too late.", by=ana)
    assert _verbs(mention) == ["claimed", "took over"]


@pytest.mark.django_db
def test_take_over_by_an_editor_is_refused(mention: Mention, ana: User, joe: User) -> None:
    desk.claim(mention, by=ana)

    with pytest.raises(PermissionDenied):
        desk.take_over(mention, by=joe)

    mention.refresh_from_db()
    assert mention.claimed_by == ana


@pytest.mark.django_db
def test_expire_leases_frees_what_ended_and_nothing_else(ana: User) -> None:
    over, held = factories.MentionFactory(), factories.MentionFactory()
    desk.claim(over, by=ana)
    desk.claim(held, by=ana)
    _end_lease(over)

    assert desk.expire_leases() == 1
    assert desk.expire_leases() == 0

    over.refresh_from_db()
    held.refresh_from_db()
    assert (over.status, held.status) == ("waiting", "claimed")
    assert _verbs(over) == ["claimed", "lease ran out"]


@pytest.mark.django_db(transaction=True)
def test_claim_next_by_twenty_at_once_gives_each_another() -> None:
    account = factories.AccountFactory()
    for _ in range(THREADS):
        factories.MentionFactory(account=account)
    people = [factories.editor(account.campaign) for _ in range(THREADS)]
    waiting = Mention.objects.waiting().ranked()
    together = Barrier(THREADS)

    def run(person: User) -> int:
        try:
            together.wait()
            found = desk.claim_next(waiting.none(), waiting.all(), by=person)
            assert found is not None
            return found.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        won = list(pool.map(run, people))

    assert len(set(won)) == THREADS
    assert desk.claim_next(waiting.all(), by=people[0]) is None
    assert desk.claim_next(by=people[0]) is None


@pytest.mark.django_db
def test_dismiss_needs_what_is_free_or_ones_own(mention: Mention, ana: User, joe: User) -> None:
    desk.claim(mention, by=ana)
    with pytest.raises(desk.AlreadyClaimed):
        desk.dismiss(mention, reason=Reason.HOSTILE, by=joe)

    desk.dismiss(mention, reason=Reason.HOSTILE, by=ana)

    mention.refresh_from_db()
    assert (mention.status, mention.reason, mention.handled_by) == ("dismissed", "hostile", ana)
    with pytest.raises(desk.NotWaiting):
        desk.dismiss(mention, reason=Reason.NOTHING, by=ana)


@pytest.mark.django_db
def test_restore_puts_it_back_unless_they_opted_out(mention: Mention, ana: User) -> None:
    desk.dismiss(mention, reason=Reason.NOTHING, by=ana)
    desk.restore(mention, by=ana)
    mention.refresh_from_db()
    assert (mention.status, mention.reason, mention.handled_by) == ("waiting", "", None)

    desk.never_answer(mention, by=ana)
    with pytest.raises(desk.DeskError, match="asked to be left alone"):
        desk.restore(mention, by=ana)


@pytest.mark.django_db
def test_never_answer_leaves_alone_all_that_they_have_waiting(mention: Mention, ana: User) -> None:
    same = {"account": mention.account, "author_id": mention.author_id}
    other, answered = (
        factories.MentionFactory(**same),
        factories.MentionFactory(**same, status=Mention.Status.ANSWERED),
    )
    stranger = factories.MentionFactory(account=mention.account)

    desk.never_answer(mention, by=ana)

    found = Mention.objects.in_bulk()
    assert {pk: row.status for pk, row in found.items()} == {
        mention.pk: "dismissed",
        other.pk: "dismissed",
        answered.pk: "answered",
        stranger.pk: "waiting",
    }
    assert OptOut.objects.get().author_id == mention.author_id
