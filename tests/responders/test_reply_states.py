"""The life of a reply up to its approval, over every order of events that hypothesis can think of.

Editors claim, write candidates, hand over, submit, approve and undo; seniors take over, change it,
send it back; leases run out; what the network takes from nobody but a person is posted by hand.
After every step: one answer a tweet, nobody is the second eyes on their own words, the tweet's
state and its reply's agree, and no word that was typed is gone.
"""

from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from campaign.models import Mention, User
from campaign.networks import registry
from campaign.networks.base import Author, IncomingPost, Kind
from responders.actions import approval, by_hand, desk, handing, writing
from responders.actions.changes import Refused
from responders.models import Reply
from tests import factories
from tests.responders.fakes import FakeNetwork
from tests.responders.machines import Rewound, explore
from videos.models import Clip

MENTIONS = 2
which = st.integers(0, MENTIONS - 1)
who = st.integers(0, 3)
WORK = [
    "another",
    "discard",
    "bring_back",
    "submit",
    "submit",
    "approve",
    "hand_over",
    "take_over",
    "release",
]
DECISIONS = ["agree", "agree", "change", "send_back", "undo", "cancel", "post_by_hand"]
EVENTS = [*WORK, *DECISIONS, "time_passes"]
REFUSALS = (desk.DeskError, Refused)


class Desk(Rewound):
    """Ana and Bob are editors, Rose and Sam seniors; the second tweet is answered by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.network = FakeNetwork()
        registry.NETWORKS["fake"] = lambda _credentials, _id: self.network
        self.typed: dict[int, str] = {}
        self.words = 0
        self.clip, self.people = self.world
        self.mentions = list(Mention.objects.order_by("pk"))

    world: ClassVar[tuple[Clip, list[User]]]

    def mention(self, number: int) -> Mention:
        return Mention.objects.select_related("campaign").get(pk=self.mentions[number].pk)

    def draft(self, mention: int, person: int) -> Reply:
        return writing.draft_of(self.mention(mention), by=self.people[person])

    def answer(self, mention: int) -> Reply:
        return Reply.objects.filter(
            mention=self.mentions[mention], status__in=Reply.COMMITTED
        ).get()

    @rule(events=st.lists(st.tuples(st.sampled_from(EVENTS), which, who), min_size=4, max_size=8))
    def things_happen(self, events: list[tuple[str, int, int]]) -> None:
        for what, mention, person in events:
            with suppress(*REFUSALS, PermissionDenied, Reply.DoesNotExist):
                if what in WORK:
                    getattr(self, what)(mention, self.at_work(mention, person))
                elif what in DECISIONS:
                    getattr(self, what)(self.answer(mention), self.people[person])
                else:
                    self.time_passes(minutes=6 if person else 1)
            self.check()

    def at_work(self, mention: int, person: int) -> int:
        """Mostly the one who holds it; now and then somebody who should not."""
        now = self.mention(mention)
        if now.status == Mention.Status.WAITING:
            self.claim_and_write(mention, person)
        elif now.status == Mention.Status.CLAIMED and now.claimed_by and person:
            return self.people.index(now.claimed_by)
        return person

    def claim_and_write(self, mention: int, person: int) -> None:
        desk.claim(self.mention(mention), by=self.people[person])
        draft = self.draft(mention, person)
        draft = writing.pair(draft, clip=self.clip, by=self.people[person])
        self.words += 1
        text = f"Thank you, for the {self.words}. time."
        writing.save_draft(draft, text=text, by=self.people[person])
        self.typed[draft.pk] = text

    def another(self, mention: int, person: int) -> None:
        beside = self.draft(mention, person)
        added = writing.add_candidate(self.mention(mention), beside=beside, by=self.people[person])
        self.typed[added.pk] = added.text

    def discard(self, mention: int, person: int) -> None:
        writing.discard_candidate(self.draft(mention, person), by=self.people[person])

    def bring_back(self, mention: int, person: int) -> None:
        gone = Reply.objects.filter(mention=self.mentions[mention], problem=Reply.DISCARDED)
        writing.bring_back_candidate(gone.latest("pk"), by=self.people[person])

    def submit(self, mention: int, person: int) -> None:
        approval.submit(self.draft(mention, person), by=self.people[person])

    def approve(self, mention: int, person: int) -> None:
        draft = self.draft(mention, person)
        approval.approve(draft, seen=approval.fingerprint(draft), by=self.people[person])

    def hand_over(self, mention: int, person: int) -> None:
        to = self.people[(person + 1) % len(self.people)]
        handing.hand_over(self.mention(mention), to=str(to.pk), by=self.people[person])

    def take_over(self, mention: int, person: int) -> None:
        desk.take_over(self.mention(mention), by=self.people[person])

    def release(self, mention: int, person: int) -> None:
        desk.release(self.mention(mention), by=self.people[person])

    def agree(self, reply: Reply, by: User) -> None:
        approval.approve(reply, seen=approval.fingerprint(reply), by=by)

    def change(self, reply: Reply, by: User) -> None:
        self.words += 1
        text = f"Better, for the {self.words}. time."
        approval.approve(reply, seen=approval.fingerprint(reply), text=text, by=by)
        self.typed[reply.pk] = text

    def send_back(self, reply: Reply, by: User) -> None:
        approval.send_back(reply, comment="Warmer", by=by)

    def undo(self, reply: Reply, by: User) -> None:
        approval.undo(reply, by=by)

    def cancel(self, reply: Reply, by: User) -> None:
        approval.cancel(reply, by=by)
        del self.typed[reply.pk]

    def post_by_hand(self, reply: Reply, by: User) -> None:
        post = IncomingPost(
            id=str(7_000 + reply.pk),
            author=Author(id=reply.account.external_id, handle="ours"),
            text=reply.text,
            lang="en",
            posted_at=timezone.now(),
            kind=Kind.REPLY,
            in_reply_to=reply.mention.external_id,
        )
        self.network.post = lambda _id: post  # type: ignore[method-assign,assignment]
        by_hand.posted(reply, link=post.id, by=by)

    def time_passes(self, minutes: int) -> None:
        self.coordinates.shift(timedelta(minutes=minutes))
        desk.expire_leases()

    # What holds -----------------------------------------------------------------------------

    def check(self) -> None:
        self.one_answer_a_tweet_and_their_states_agree()
        self.one_candidate_is_approved_and_the_rest_retired()
        self.nobody_is_the_second_eyes_on_their_own_words()
        self.what_is_approved_is_what_was_seen()
        self.no_answer_goes_out_by_the_wrong_way()
        self.no_word_is_lost()

    def one_answer_a_tweet_and_their_states_agree(self) -> None:
        for mention in Mention.objects.all():
            answers = list(Reply.objects.filter(mention=mention, status__in=Reply.COMMITTED))
            assert len(answers) <= 1
            wanted = {"answering", "answered"} if answers else {"waiting", "claimed"}
            assert mention.status in wanted
            assert (mention.status == "answered") == any(
                reply.status == "posted" for reply in answers
            )

    def one_candidate_is_approved_and_the_rest_retired(self) -> None:
        drafts = Reply.objects.filter(status="draft")
        assert not drafts.filter(mention__replies__status__in=["approved", "by_hand"]).exists()

    def nobody_is_the_second_eyes_on_their_own_words(self) -> None:
        for reply in Reply.objects.filter(needs_second_eyes=True, approved_by__isnull=False):
            assert reply.approved_by_id not in {reply.author_id, *reply.writers}
            assert reply.approved_by is not None
            assert reply.approved_by.has_perm(approval.APPROVE_RIGHT)

    def what_is_approved_is_what_was_seen(self) -> None:
        for reply in Reply.objects.filter(status__in=["approved", "by_hand"]):
            assert approval.fingerprint(reply) == reply.fingerprint

    def no_answer_goes_out_by_the_wrong_way(self) -> None:
        for reply in Reply.objects.filter(status__in=["approved", "by_hand", "posted"]):
            assert reply.by_hand == (not reply.mention.replyable)

    def no_word_is_lost(self) -> None:
        kept = dict(Reply.objects.values_list("pk", "text"))
        assert {pk: kept[pk] for pk in self.typed} == self.typed
        retired = Reply.objects.filter(problem=Reply.NOT_CHOSEN)
        assert not retired.filter(mention__status__in=Mention.OPEN).exists()

    def teardown(self) -> None:
        super().teardown()
        registry.NETWORKS.pop("fake", None)


def open_desk() -> tuple[Clip, list[User]]:
    campaign = factories.CampaignFactory(hold_seconds=10)
    account = factories.AccountFactory(campaign=campaign, network="fake")
    for replyable in (True, False):
        factories.MentionFactory(account=account, network="fake", replyable=replyable)
    makers = (factories.editor, factories.editor, factories.senior, factories.senior)
    clip = factories.ClipFactory(storyteller__campaign=campaign, consent__networks=["fake"])
    return clip, [make(campaign) for make in makers]


@pytest.mark.django_db
@pytest.mark.timeout(400)
def test_reply_keeps_its_promises_in_every_order_of_events() -> None:
    Desk.world = open_desk()
    explore(Desk, examples=12, steps=5)
