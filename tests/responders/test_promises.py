"""Promises over every order of events that hypothesis can think of.

Editors approve, submit, undo, edit; seniors take over, agree, pause, settle; people withdraw and
opt out; workers begin, send, hear or do not hear, die; sweeps look; the clock runs and jumps. After
every step no tweet has two replies, and nothing began that was not allowed at that moment; in the
end nothing is lost.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from campaign import live
from campaign.models import Campaign, Mention, OptOut, Pause, User
from campaign.networks import registry
from campaign.networks.base import (
    NetworkError,
    OutcomeUnknown,
    PostedPost,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from responders.actions import approval, desk, pausing, posting, reconcile
from responders.actions.changes import Refused
from responders.actions.posting import Sending
from responders.models import Attempt, MediaUpload, Reply
from tests import factories
from tests.responders.fakes import POSTED, POSTED_UNHEARD, FakeNetwork, film_ready
from tests.responders.machines import Rewound, explore
from videos.models import Consent, Storyteller

MENTIONS = 4
PEOPLE = 2
which = st.integers(0, MENTIONS - 1)
who = st.integers(0, PEOPLE - 1)
#: What the network may do with one call.
ANSWERS: dict[str, Callable[[], str | NetworkError]] = {
    "posted, unheard": lambda: POSTED_UNHEARD,
    "posted": lambda: POSTED,
    "lost before it landed": lambda: OutcomeUnknown("reset"),
    "told to wait": lambda: RateLimited(timezone.now() + timedelta(seconds=30)),
    "not reached": lambda: Unreachable("no route"),
    "refused": lambda: Rejected(Refusal.REFUSED, "No."),
    "duplicate": lambda: Rejected(Refusal.DUPLICATE, "duplicate content"),
    "credits": lambda: Rejected(Refusal.CREDITS, "No more."),
    "media": lambda: Rejected(Refusal.MEDIA_INVALID, "Your media IDs are invalid."),
}


@dataclass
class World:
    """Four tweets with an approved reply each, due; made once, and rolled back to."""

    campaign: Campaign
    storyteller: Storyteller
    senior: User
    people: list[User]
    mentions: list[Mention]
    seen: dict[int, str]


def open_newsroom() -> World:
    campaign = factories.CampaignFactory(hold_seconds=10)
    account = factories.AccountFactory(campaign=campaign, network="x")
    clip = factories.ClipFactory(storyteller__campaign=campaign, consent__networks=["x"])
    people = [factories.editor(campaign) for _ in range(PEOPLE)]
    mentions: list[Mention] = [
        factories.MentionFactory(account=account, network="x") for _ in range(MENTIONS)
    ]
    for mention in mentions:
        for person in people:
            factories.ReplyFactory(
                mention=mention, account=account, clip=clip, author=person, text="Thank you."
            )
    film_ready(Reply.objects.filter(clip=clip)[0], hours=10_000)
    seen = {}
    for mention in mentions:
        reply = desk.claim(mention, by=people[0])
        approval.approve(reply, seen=approval.fingerprint(reply), by=people[0])
        seen[reply.pk] = reply.text
    senior = factories.senior(campaign)
    return World(campaign, clip.storyteller, senior, people, mentions, seen)


class Newsroom(Rewound):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.network = FakeNetwork()
        self.real = registry.NETWORKS["x"]
        registry.NETWORKS["x"] = lambda _credentials, _id: self.network
        self.flying: list[Sending] = []
        self.heard: list[tuple[Sending, PostedPost | NetworkError]] = []
        self.campaign, self.senior = self.world.campaign, self.world.senior
        self.people, self.seen = self.world.people, dict(self.world.seen)
        ids = [mention.pk for mention in self.world.mentions]
        self.mentions = list(Mention.objects.filter(pk__in=ids).order_by("pk"))
        self.wait(11)

    def reply(self, mention: int, person: int) -> Reply:
        """The person's, or whoever's it became: they try all the same."""
        replies = Reply.objects.filter(mention=self.mentions[mention]).order_by("-id")
        return replies.filter(author=self.people[person]).first() or replies[0]

    # People ---------------------------------------------------------------------------------

    @rule(mention=which, person=who)
    def claim_and_approve(self, mention: int, person: int) -> None:
        self.claim(mention, person)
        self.approve(mention, person)

    def claim(self, mention: int, person: int) -> None:
        with suppress(desk.DeskError):
            reply = desk.claim(self.mentions[mention], by=self.people[person])
            other = Reply.objects.exclude(clip=None)[0]
            Reply.objects.filter(pk=reply.pk, clip=None).update(clip=other.clip, text="Thank you.")

    def approve(self, mention: int, person: int) -> None:
        self.agree(self.reply(mention, person), by=self.people[person])

    def agree(self, reply: Reply, *, by: User) -> None:
        with suppress(Refused):
            approval.approve(reply, seen=approval.fingerprint(reply), by=by)
            self.seen[reply.pk] = reply.text

    @rule(mention=which, person=who, agrees=st.booleans())
    def ask_a_senior(self, mention: int, person: int, agrees: bool) -> None:
        """For second eyes: they agree, or take the tweet over and approve what they found."""
        self.claim(mention, person)
        reply = self.reply(mention, person)
        with suppress(Refused, desk.DeskError):
            if agrees:
                self.agree(approval.submit(reply, by=self.people[person]), by=self.senior)
            else:
                self.agree(desk.take_over(self.mentions[mention], by=self.senior), by=self.senior)

    @rule(
        what=st.sampled_from(
            ["opt_out", "withdraw", "pause", "edit", "undo", "cancel", "resume", "consent_again"]
        ),
        mention=which,
        person=who,
    )
    def somebody_interferes(self, what: str, mention: int, person: int) -> None:
        """One rule for all, so that most of what happens is still somebody's ordinary work."""
        with suppress(Refused):
            getattr(self, what)(mention, person)

    def undo(self, mention: int, person: int) -> None:
        approval.undo(self.reply(mention, person), by=self.people[person])

    def cancel(self, mention: int, person: int) -> None:
        approval.cancel(self.reply(mention, person), by=self.senior)

    def edit(self, mention: int, _person: int) -> None:
        """Behind the approval's back, as no page allows it."""
        replies = Reply.objects.filter(mention=self.mentions[mention])
        replies.exclude(status="posted").update(text=Concat("text", Value("!")))

    def pause(self, *_: int) -> None:
        pausing.pause(self.campaign, reason="Checking", by=self.senior)

    def resume(self, *_: int) -> None:
        for stop in Pause.objects.active():
            pausing.resume(stop, by=self.senior)

    def withdraw(self, *_: int) -> None:
        Consent.objects.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())

    def consent_again(self, *_: int) -> None:
        newest = Consent.objects.order_by("-version")[0]
        if newest.withdrawn_at:
            factories.ConsentFactory(
                storyteller=self.world.storyteller, version=newest.version + 1, networks=["x"]
            )

    def opt_out(self, mention: int, _person: int) -> None:
        OptOut.objects.get_or_create(
            network="x",
            author_id=self.mentions[mention].author_id,
            defaults={"author_handle": "x", "reason": "asked"},
        )

    @rule()
    def post_again(self) -> None:
        for reply in Reply.objects.filter(status="problem"):
            with suppress(Refused):
                reconcile.post_again(reply, by=self.senior)

    # Workers --------------------------------------------------------------------------------

    @rule(answer=st.sampled_from(list(ANSWERS)), until=st.sampled_from(["saved", "sent", "begun"]))
    def work(self, answer: str, until: str) -> None:
        """Workers take what is due, and come so far with it."""
        began = self._begin()
        if until != "begun":
            for _ in range(began):
                self.send(answer)
        if until == "saved":
            for _ in range(began):
                self.save()

    def _begin(self) -> int:
        began = 0
        for pk in Reply.objects.approved().values_list("pk", flat=True):
            sending = posting.begin(pk, worker="test")
            if sending is None:
                continue
            began += 1
            self.flying.append(sending)
            author = Reply.objects.get(pk=pk).mention.author_id
            assert not Pause.objects.active().exists()
            assert Consent.objects.order_by("-version")[0].withdrawn_at is None
            assert not OptOut.objects.filter(author_id=author).exists()
            assert sending.text == self.seen[pk]
        return began

    @precondition(lambda self: self.flying)
    @rule(answer=st.sampled_from(list(ANSWERS)))
    def send(self, answer: str) -> None:
        sending = self.flying.pop()
        if answer == "duplicate" and not self._landed(sending.in_reply_to):
            answer = "refused"
        self.network.answers = [ANSWERS[answer]()]
        self.heard.append((sending, posting.call(sending, self.network)))

    @precondition(lambda self: self.heard)
    @rule()
    def save(self) -> None:
        sending, result = self.heard.pop()
        posting.finish(sending, result)

    @precondition(lambda self: self.flying or self.heard)
    @rule()
    def worker_dies(self) -> None:
        (self.flying or self.heard).pop(0)

    @rule()
    def sweep(self) -> None:
        desk.expire_leases()
        reconcile.adopt_lost()
        for account in reconcile.due_accounts():
            reconcile.look(account)

    @rule(seconds=st.sampled_from([1, 11, 11, 40, 100, 4_000]))
    def wait(self, seconds: int) -> None:
        if self.flying or self.heard:
            seconds = min(seconds, 40)  # a worker answers within its time, or is dead
        self.coordinates.shift(seconds)
        MediaUpload.objects.exclude(state="ready").update(
            state="ready", media_id="7002", expires_at=timezone.now() + timedelta(days=400)
        )

    # What holds -----------------------------------------------------------------------------

    def _landed(self, mention: str) -> int:
        return sum(post.in_reply_to == mention for post in self.network.timeline)

    @invariant()
    def no_tweet_has_two_replies(self) -> None:
        for mention in self.mentions:
            assert self._landed(mention.external_id) <= 1

    @invariant()
    def what_landed_is_never_forgotten(self) -> None:
        """A post of ours belongs to a reply that says so, or that is known to be in doubt."""
        saying = ["posted", "posting", "unknown", "problem"]
        for post in self.network.timeline:
            replies = Reply.objects.filter(mention__external_id=post.in_reply_to)
            again = replies.filter(status="approved", attempts__outcome="unknown")
            assert replies.filter(status__in=saying).exists() or again.exists()

    def teardown(self) -> None:
        try:
            self._nothing_is_lost()
        finally:
            super().teardown()
            registry.NETWORKS["x"] = self.real
            live.connection().delete(f"wait:{self.mentions[0].account_id}")

    def _nothing_is_lost(self) -> None:
        """Everything works again: what was approved ends somewhere, and says truly where."""
        self.flying = []
        self.heard = []
        self.resume()
        for reply in Reply.objects.exclude(status="approved"):
            assert posting.begin(reply.pk, worker="test") is None
        for _ in range(5):
            self.wait(100)
            self.sweep()
            for reply in Reply.objects.approved():
                self.network.answers = []
                posting.post(reply.pk, worker="test")
        left = set(Reply.objects.values_list("status", flat=True))
        assert left <= {"draft", "submitted", "posted", "problem", "cancelled", "stale"}
        self.no_tweet_has_two_replies()
        for reply in Reply.objects.posted():
            assert self._landed(reply.mention.external_id) == 1
            assert reply.mention.status == Mention.Status.ANSWERED
        assert not Attempt.objects.filter(outcome="").exists()


@pytest.mark.django_db
@pytest.mark.timeout(400)
def test_promises_hold_in_every_order_of_events() -> None:
    Newsroom.world = open_newsroom()
    explore(Newsroom, examples=12, steps=24)
