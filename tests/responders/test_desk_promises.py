"""Promises of the desk over every order of events that hypothesis can think of.

Editors and seniors claim, write, let go, close tabs, dismiss; leases run out as the clock jumps;
the network deletes tweets; rules change under the queue. After every step one person at most may
write, everybody else is told who, nothing that was typed is lost, and every tweet stands in one
lane, which counts it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
)

from campaign.models import Campaign, Mention, OptOut, Ranking, User
from responders import queue
from responders.actions import desk, ranking, writing
from responders.models import Reply
from responders.queue import Filters, Lane
from responders.reasons import Reason
from tests import factories
from tests.responders.machines import Rewound, explore

MENTIONS = 3
TEXTS = ("My kids sleep in tents", "Send them back", "A school for all")
which = st.integers(0, MENTIONS - 1)
who = st.integers(0, 2)
Held = dict[int, tuple[int, datetime]]


class Desk(Rewound):
    """What the newsroom ought to think beside what it does: who holds what, until when."""

    world: ClassVar[tuple[Campaign, list[User]]]

    def __init__(self) -> None:
        super().__init__()
        self.held: Held = {}
        self.typed: dict[tuple[int, int], str] = {}
        self.words = 0
        self.campaign, self.people = self.world
        self.mentions = list(Mention.objects.order_by("pk"))

    # What people try ------------------------------------------------------------------------

    def tries(self, act: Callable[[], object], *, mention: int, may: bool) -> None:
        """ACT goes through exactly when it MAY; otherwise it says why and changes nothing."""
        before = self._row(mention)
        refusal = ""
        try:
            with transaction.atomic():
                act()
        except (desk.DeskError, PermissionDenied) as error:
            refusal = str(error)
        assert bool(refusal) is not may, refusal
        if refusal:
            assert self._row(mention) == before

    def _row(self, mention: int) -> tuple[object, ...]:
        names = ("status", "claimed_by", "claimed_until", "doubt", "reason")
        row: tuple[object, ...] = Mention.objects.values_list(*names).get(
            pk=self.mentions[mention].pk
        )
        return row

    def _status(self, mention: int) -> object:
        return self._row(mention)[0]

    def _holder(self, mention: int) -> int | None:
        person, until = self.held.get(mention, (0, timezone.now()))
        return person if until > timezone.now() else None

    def _free_for(self, mention: int, person: int) -> bool:
        opened = self._status(mention) in Mention.OPEN
        return opened and self._holder(mention) in {None, person}

    @rule(mention=which, person=who)
    def claim(self, mention: int, person: int) -> None:
        may = self._free_for(mention, person)
        self.tries(
            lambda: desk.claim(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=may,
        )
        if may:
            self.held[mention] = (person, timezone.now() + desk.LEASE)

    @rule(person=who)
    def claim_next(self, person: int) -> None:
        first = queue.mentions(self.campaign, Filters()).waiting().first()
        found = desk.claim_next(
            queue.mentions(self.campaign, Filters()).waiting(), by=self.people[person]
        )
        assert found == first
        if found is not None:
            at = next(at for at, one in enumerate(self.mentions) if one.pk == found.pk)
            self.held[at] = (person, timezone.now() + desk.LEASE)

    @rule(mention=which, person=who)
    def heartbeat(self, mention: int, person: int) -> None:
        may = self._holder(mention) == person
        self.tries(
            lambda: desk.heartbeat(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=may,
        )
        if may:
            self.held[mention] = (person, timezone.now() + desk.LEASE)

    @rule(mention=which, person=who)
    def release(self, mention: int, person: int) -> None:
        may = self._holder(mention) == person
        self.tries(
            lambda: desk.release(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=may,
        )
        if may:
            del self.held[mention]

    @rule(mention=which, person=who)
    def close_tab(self, mention: int, person: int) -> None:
        desk.leaving(self.mentions[mention], by=self.people[person])
        if self._holder(mention) == person:
            until = min(self.held[mention][1], timezone.now() + desk.CLOSING)
            self.held[mention] = (person, until)

    @rule(mention=which, person=who)
    def take_over(self, mention: int, person: int) -> None:
        senior = person == 2
        may = senior and self._status(mention) in Mention.OPEN
        # The row names the last holder until a sweep has looked, also when the lease is over.
        last = Mention.objects.get(pk=self.mentions[mention].pk).claimed_by
        own = self._drafts(mention, person)
        self.tries(
            lambda: desk.take_over(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=may,
        )
        if not may:
            return
        self.held[mention] = (person, timezone.now() + desk.LEASE)
        if last is not None and last != self.people[person] and not own:
            former = self.people.index(last)
            if (mention, former) in self.typed:
                self.typed[mention, person] = self.typed.pop((mention, former))

    @rule(mention=which, person=who)
    def dismiss(self, mention: int, person: int) -> None:
        may = self._free_for(mention, person)
        self.tries(
            lambda: desk.dismiss(
                self.mentions[mention], reason=Reason.OFF_TOPIC, by=self.people[person]
            ),
            mention=mention,
            may=may,
        )
        if may:
            self.held.pop(mention, None)

    @rule(mention=which, person=who)
    def restore(self, mention: int, person: int) -> None:
        alone = OptOut.objects.filter(author_id=self.mentions[mention].author_id).exists()
        self.tries(
            lambda: desk.restore(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=self._status(mention) == "dismissed" and not alone,
        )

    @rule(mention=which, person=who)
    def trust(self, mention: int, person: int) -> None:
        self.tries(
            lambda: desk.trust(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=self._free_for(mention, person),
        )

    @rule(mention=which, person=who)
    def leave_alone(self, mention: int, person: int) -> None:
        if self.words % 4:
            return  # seldom: it ends the tweet's story
        may = self._free_for(mention, person)
        self.tries(
            lambda: desk.never_answer(self.mentions[mention], by=self.people[person]),
            mention=mention,
            may=may,
        )
        if may:
            self.held.pop(mention, None)

    @rule(mention=which, person=who)
    def write(self, mention: int, person: int) -> None:
        """Whatever is typed into a draft of one's own is kept, claim or no claim."""
        draft = next(iter(self._drafts(mention, person)), None)
        if draft is None:
            return
        self.words += 1
        text = f"Words {self.words}"
        told = ""
        try:
            writing.save_draft(draft, text=text, by=self.people[person])
        except desk.LeaseLost as error:
            told = str(error)
        assert ("Your draft is kept" in told) is (self._holder(mention) != person)
        self.typed[mention, person] = text

    def _drafts(self, mention: int, person: int) -> list[Reply]:
        return list(Reply.objects.drafts_for(self.mentions[mention], by=self.people[person]))

    # What happens by itself -----------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 16, 120, 301, 4_000]))
    def wait(self, seconds: int) -> None:
        self.coordinates.shift(seconds)

    @rule()
    def sweep(self) -> None:
        desk.expire_leases()

    @rule(theme=st.sampled_from(["school", "shelter"]))
    def rules_change(self, theme: str) -> None:
        factories.ClipFactory(storyteller__campaign=self.campaign, themes=[theme])
        ranking.keep_ranked()
        assert theme in Ranking.objects.get(campaign=self.campaign).answerable

    @rule(mention=which)
    def deleted_on_the_network(self, mention: int) -> None:
        if self.words % 5:
            return
        gone = Mention.objects.filter(pk=self.mentions[mention].pk)
        gone.update(status="gone", claimed_by=None, claimed_at=None, claimed_until=None)
        self.held.pop(mention, None)

    # What holds -----------------------------------------------------------------------------

    @invariant()
    def one_person_at_most_may_write(self) -> None:
        for number, mention in enumerate(self.mentions):
            now = Mention.objects.get(pk=mention.pk)
            holding = [
                at
                for at, person in enumerate(self.people)
                if desk.is_held(now, by=person, at=timezone.now())
            ]
            expected = self._holder(number)
            assert holding == ([] if expected is None else [expected])

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        for (mention, person), text in self.typed.items():
            assert text in [draft.text for draft in self._drafts(mention, person)]

    @invariant()
    def every_tweet_stands_in_one_lane_and_is_counted_there(self) -> None:
        cache.clear()
        counts = queue.counts(self.campaign)
        for lane in Lane:
            shown = queue.mentions(self.campaign, Filters(lane=lane))
            assert {queue.lane_of(one) for one in shown} <= {lane}
            assert len(shown) == getattr(counts, lane.value)
        gone = Mention.objects.filter(campaign=self.campaign, status="gone").count()
        assert sum(getattr(counts, lane.value) for lane in Lane) + gone == MENTIONS

    @invariant()
    def who_asked_to_be_left_alone_is(self) -> None:
        for author in OptOut.objects.values_list("author_id", flat=True):
            assert not Mention.objects.open().filter(author_id=author).exists()


def open_desk() -> tuple[Campaign, list[User]]:
    """Three tweets in three lanes; Ana, Bob, and Rose, a senior."""
    account = factories.AccountFactory()
    campaign = account.campaign
    makers = (factories.editor, factories.editor, factories.senior)
    for number, text in enumerate(TEXTS):
        factories.MentionFactory(account=account, text=text, replyable=number != 1)
    ranking.keep_ranked()
    return campaign, [make(campaign) for make in makers]


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_promises_of_the_desk_hold_in_every_order_of_events() -> None:
    Desk.world = open_desk()
    explore(Desk, examples=12, steps=25)
