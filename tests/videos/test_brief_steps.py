"""Every order of events that hypothesis can think of, over one mention, two places and two editors.

After every step: each brief's times are in order and fit its state, at most one brief of a mention
is open, and the mention waits for footage exactly as long as somebody is to film or to decide.
"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    rule,
)

from campaign.models import Mention
from tests import factories
from tests.responders.machines import Rewound, explore
from videos.actions import brief_footage, brief_state, briefs, crew_steps
from videos.models import Brief, Clip, Place, Storyteller

side = st.integers(0, 1)


class Field(Rewound):
    @initialize()
    def open_newsroom(self) -> None:
        self.mention = factories.MentionFactory(priority=40)
        self.campaign = self.mention.campaign
        self.editors = [factories.editor(self.campaign) for _ in range(2)]
        self.places: list[Place] = [factories.PlaceFactory(), factories.PlaceFactory()]
        self.crews = [factories.crew(place) for place in self.places]
        self.tellers: list[Storyteller] = [
            factories.StorytellerFactory(campaign=self.campaign, place=place)
            for place in self.places
        ]
        self.clips: list[Clip] = []
        self.settled: dict[int, tuple[str, datetime | None]] = {}

    def newest(self) -> Brief | None:
        return Brief.objects.order_by("-pk").first()

    def asking(self, place: int, person: int) -> briefs.Asking:
        return briefs.Asking(
            place=self.places[place],
            storyteller=self.tellers[place] if person else None,
            words="Thank her.",
            language="en",
            deadline=timezone.now() + timedelta(minutes=40),
        )

    # London ---------------------------------------------------------------------------------

    @rule(place=side, person=side)
    def ask(self, place: int, person: int) -> None:
        with suppress(brief_state.MentionTakenError):
            briefs.ask(
                self.asking(place, person),
                campaign=self.campaign,
                mention=self.mention,
                by=self.editors[person],
            )

    @rule(place=side, person=side)
    def reassign(self, place: int, person: int) -> None:
        brief = self.newest()
        with suppress(brief_state.BriefError):
            if brief:
                briefs.reassign(brief, self.asking(place, person), by=self.editors[person])

    @rule(what=st.sampled_from(["cancel", "give_time", "tweet_deleted", "sweep"]))
    def london(self, what: str) -> None:
        brief = self.newest()
        with suppress(brief_state.BriefOverError):
            if what == "sweep":
                brief_footage.sweep()
            elif what == "tweet_deleted":
                Mention.objects.filter(pk=self.mention.pk).update(
                    status=Mention.Status.GONE, claimed_by=None, claimed_until=None
                )
                brief_footage.sweep()
            elif brief and what == "cancel":
                briefs.cancel(brief, by=self.editors[0])
            elif brief:
                briefs.give_time(brief, minutes=30, by=self.editors[0])

    @rule(person=side)
    def claim(self, person: int) -> None:
        now = timezone.now()
        Mention.objects.filter(pk=self.mention.pk, status=Mention.Status.WAITING).update(
            status=Mention.Status.CLAIMED,
            claimed_by=self.editors[person],
            claimed_at=now,
            claimed_until=now + timedelta(minutes=5),
        )

    # The crews ------------------------------------------------------------------------------

    @rule(crew=side, what=st.sampled_from(["accept", "start_filming", "decline", "write", "saw"]))
    def crew_acts(self, crew: int, what: str) -> None:
        brief = self.newest()
        if brief is None:
            return
        before = Brief.objects.filter(pk=brief.pk).values().get()
        by = self.crews[crew]
        with suppress(brief_state.BriefOverError):
            try:
                if what == "decline":
                    crew_steps.decline(brief, refusal=Brief.Refusal.LIGHT, by=by)
                elif what == "write":
                    briefs.write(brief, "Two takes.", by=by)
                elif what == "saw":
                    crew_steps.saw([brief])
                else:
                    getattr(crew_steps, what)(brief, by=by)
            except brief_state.NotYourPlaceError:
                assert brief.place != self.places[crew]
                assert Brief.objects.filter(pk=brief.pk).values().get() == before

    @rule(late=side)
    def film_arrives(self, late: int) -> None:
        """For the newest brief, or for one before it, whatever became of it."""
        found = list(Brief.objects.order_by("-pk")[: late + 1])
        if not found:
            return
        brief = found[-1]
        self.clips.append(
            factories.ClipFactory(
                storyteller=self.tellers[self.places.index(brief.place)],
                consent=False,
                renditions=False,
                brief=brief,
                status=Clip.Status.RECEIVED,
                ready_at=None,
            )
        )
        brief_footage.uploading(brief)
        brief_footage.received(brief, by=self.crews[self.places.index(brief.place)])

    @rule()
    def film_is_ready(self) -> None:
        if self.clips:
            clip = self.clips.pop()
            Clip.objects.filter(pk=clip.pk).update(
                status=Clip.Status.READY, ready_at=timezone.now()
            )
            brief_footage.ready(clip.pk)

    @rule(minutes=st.sampled_from([1, 3, 30]))
    def wait(self, minutes: int) -> None:
        self.coordinates.shift(timedelta(minutes=minutes))

    # Promises -------------------------------------------------------------------------------

    @invariant()
    def times_are_in_order(self) -> None:
        for brief in Brief.objects.all():
            steps = [
                brief.sent_at,
                brief.accepted_at,
                brief.filming_at,
                brief.received_at,
                brief.ready_at,
            ]
            taken = [at for at in steps if at is not None]
            assert taken == sorted(taken)
            assert (brief.received_at is not None) == (brief.status == Brief.Status.RECEIVED)
            assert (brief.cancelled_at is not None) == (brief.status == Brief.Status.CANCELLED)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for brief in Brief.objects.exclude(status__in=Brief.OPEN):
            at = brief.received_at or brief.declined_at or brief.cancelled_at
            status, then = self.settled.setdefault(brief.pk, (brief.status, at))
            assert then == at
            assert brief.status == status or (status, brief.status) == ("declined", "cancelled")

    @invariant()
    def mention_waits_as_long_as_somebody_must_act(self) -> None:
        mention = Mention.objects.get(pk=self.mention.pk)
        unsettled = Brief.objects.unsettled()
        assert Brief.objects.open().count() <= 1
        assert unsettled.count() <= 1
        if mention.status != Mention.Status.GONE:
            assert (mention.status == Mention.Status.BRIEFED) == unsettled.exists()


@pytest.mark.django_db
def test_briefs_keep_their_promises() -> None:
    explore(Field, examples=15, steps=25)


@pytest.mark.django_db
def test_write_twice_with_one_key_is_one_line() -> None:
    brief = factories.BriefFactory()
    crew, key = factories.crew(brief.place), uuid.uuid4()
    first = briefs.write(brief, "  May he answer\nwith a question? ", key=key, by=crew)
    again = briefs.write(brief, "May he answer with a question?", key=key, by=crew)
    assert again == first
    assert (first.text, first.from_crew) == ("May he answer with a question?", True)
    assert brief.messages.count() == 1
