"""Who makes the trouble: a plan drawn from the seed, and the hands that carry it out.

What the newsroom promised is noted as it happens (when a pause was confirmed, when a consent was
gone, which words were approved), for the comparison afterwards.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from campaign.actions import opt_outs
from campaign.models import Account, Campaign, Pause
from responders.actions import approval, changes, pausing
from responders.actions.changes import Refused
from responders.models import Reply
from tests.chaos.cast import Cast
from tests.chaos.house import House
from tests.sandbox.server import Sandbox
from videos.actions import consent
from videos.models import Consent

CREATE = "POST /2/tweets"
TIMELINE = "GET /2/users/{id}/tweets"
STATUS = "GET /2/media/upload"
APPEND = "POST /2/media/upload/{id}/append"
DELETE = "DELETE /2/tweets/{id}"

#: (what, how often beside the others). The dear ones come seldom.
WHAT = {
    "fault": 40,
    "kill posting": 14,
    "kill uploads": 4,
    "kill clock": 4,
    "pause": 8,
    "edit": 5,
    "undo": 5,
    "wish": 4,
    "delete tweet": 4,
    "withdraw": 2,
    "shrink limit": 3,
    "empty valkey": 2,
    "restart postgres": 2,
}
FAULTS = [
    *[(kind, CREATE) for kind in (
        "timeout_after", "timeout_before", "reset_after", "reset_before", "error_after",
        "unreadable", "late_timeline", "429", "500", "503", "refuse", "402", "401", "413",
    )],
    *[(kind, TIMELINE) for kind in ("500", "reset_before", "timeout_before", "429", "unreadable")],
    *[(kind, APPEND) for kind in ("500", "413", "reset_after")],
    ("503", STATUS), ("media_fail", None), ("media_slow", None),
    *[(kind, DELETE) for kind in ("500", "timeout_after", "429", "reset_after")],
]  # fmt: skip
LANDED = (Reply.Status.POSTED, Reply.Status.REMOVING, Reply.Status.REMOVED)


EARLY = 0.4


@dataclass(frozen=True, slots=True)
class Event:
    """At so many seconds from the start. `number` and `share` say of what, and how much."""

    at: float
    what: str
    number: int
    share: float


def plan(seed: int, *, seconds: float) -> list[Event]:
    """The same seed makes the same plan."""
    random = Random(seed)
    events, at = [], 1.0
    while at < seconds:
        what = random.choices(list(WHAT), weights=list(WHAT.values()))[0]
        if what == "withdraw" and at < EARLY * seconds:
            what = "fault"  # something of theirs is to stand on X by then
        events.append(Event(at, what, random.randrange(1 << 30), random.random()))
        at += random.expovariate(1 / 0.6)
    return events


@dataclass
class Promises:
    """What must hold from a moment on. Times are this machine's."""

    approved: dict[int, set[str]] = field(default_factory=dict)
    withdrawn: dict[int, datetime] = field(default_factory=dict)  # by storyteller
    left_alone: dict[str, datetime] = field(default_factory=dict)  # by author
    pauses: list[tuple[set[int], datetime, datetime]] = field(default_factory=list)


class Monkey:
    """Carries a plan out, and does what editors and seniors do meanwhile."""

    def __init__(self, cast: Cast, house: House, sandbox: Sandbox) -> None:
        self.cast, self.house, self.sandbox = cast, house, sandbox
        self.promises = Promises()
        self.done: dict[str, int] = {}
        self._pauses: list[tuple[float, Pause, set[int], datetime]] = []
        self._do: dict[str, Callable[[Event], object]] = {
            "fault": self._fault,
            "kill posting": lambda event: house.kill("posting", event.number),
            "kill uploads": lambda event: house.kill("uploads", event.number),
            "kill clock": lambda event: house.kill("clock", event.number),
            "empty valkey": lambda _: house.kill_valkey(),
            "restart postgres": lambda event: house.restart_postgres(at_once=event.share < 0.5),
            "pause": self._pause,
            "edit": self._edit,
            "undo": self._undo,
            "wish": self._wish,
            "delete tweet": self._delete_tweet,
            "withdraw": self._withdraw,
            "shrink limit": self._shrink,
        }

    def run(self, events: list[Event], *, seconds: float) -> None:
        """Approvals come steadily over the first two thirds."""
        start = time.monotonic()
        rate = len(self.cast.waiting) / (0.66 * seconds)
        approved, waiting = 0, iter(events)
        event = next(waiting, None)
        while (now := time.monotonic() - start) < seconds:
            while event is not None and event.at <= now:
                self._carry_out(event)
                event = next(waiting, None)
            if approved < rate * now:
                approved += 1
                steadily(self.approve_next)
            self.tend()
            time.sleep(0.02)
        self.sandbox.clear_faults()
        self.sandbox.control("DELETE", "/_limits")
        self._lift_limits()
        while self.cast.waiting:
            steadily(self.approve_next)

    def tend(self) -> None:
        """What people and supervisors see to: the dead, what stopped by itself, what is stale."""
        self.house.revive()
        for until, pause, accounts, began in list(self._pauses):
            if time.monotonic() >= until:
                self._pauses.remove((until, pause, accounts, began))
                self.promises.pauses.append((accounts, began, timezone.now()))
                steadily(partial(self._resume, pause))
        steadily(self._resume_what_stopped_by_itself)
        steadily(self._approve_stale)

    def calm(self) -> None:
        """No more trouble: every pause ends."""
        self._pauses = [(0.0, *rest) for _, *rest in self._pauses]  # type: ignore[misc]
        self.tend()

    def approve_next(self) -> None:
        if self.cast.waiting:
            self._note(self.cast.waiting[-1])
        with suppress(Refused):
            self.cast.approve_next()

    def _carry_out(self, event: Event) -> None:
        try:
            steadily(lambda: self._do[event.what](event))
        except Refused:
            return
        self.done[event.what] = self.done.get(event.what, 0) + 1

    def _note(self, reply: Reply) -> None:
        self.promises.approved.setdefault(reply.pk, set()).add(reply.text)

    def _fault(self, event: Event) -> None:
        kind, on = FAULTS[event.number % len(FAULTS)]
        times = 1 + int(4 * event.share)
        self.sandbox.fault(kind, on, times=times, seconds=1 + 2 * event.share)

    def _shrink(self, event: Event) -> None:
        self.sandbox.limit(CREATE, 1 + event.number % 4, seconds=3)

    def _lift_limits(self) -> None:
        self.sandbox.limit(CREATE, 100_000)

    def _pause(self, event: Event) -> None:
        scopes: list[Campaign | Account | None] = [
            None, self.cast.campaign, *self.cast.accounts,
        ]  # fmt: skip
        scope = scopes[event.number % len(scopes)]
        reason = f"Chaos at {event.at:.1f} s"
        if Pause.objects.active().filter(reason=reason).exists():
            return  # the answer was lost, not the pause
        pause = pausing.pause(scope, reason=reason, by=self.cast.senior)
        covered = [scope] if isinstance(scope, Account) else self.cast.accounts
        until = time.monotonic() + 0.5 + 2 * event.share
        self._pauses.append((until, pause, {one.pk for one in covered}, timezone.now()))

    def _resume(self, pause: Pause) -> None:
        with suppress(Refused):
            pausing.resume(pause, by=self.cast.senior)
        self._lift_limits()

    def _resume_what_stopped_by_itself(self) -> None:
        """Credits, credentials, suspension: mended by somebody, a second later."""
        for pause in Pause.objects.active().filter(started_by=None):
            if (timezone.now() - pause.started_at).total_seconds() > 1:
                self._resume(pause)

    def _approve_stale(self) -> None:
        for reply in Reply.objects.filter(status=Reply.Status.STALE).select_related("mention")[:5]:
            self._note(reply)
            with suppress(Refused):
                approval.approve(reply, seen=approval.fingerprint(reply), by=self.cast.senior)

    def _some(self, event: Event, *status: str) -> Reply | None:
        pks = list(Reply.objects.filter(status__in=status).order_by("pk").values_list("pk"))
        return Reply.objects.get(pk=pks[event.number % len(pks)][0]) if pks else None

    def _edit(self, event: Event) -> None:
        """Behind the newsroom's back: what was approved is not what stands there any more."""
        reply = self._some(event, Reply.Status.APPROVED)
        if reply is None:
            return
        with changes.locked(reply.pk) as found:
            if found.status == Reply.Status.APPROVED:
                Reply.objects.filter(pk=found.pk).update(text=f"{found.text} (edited)")

    def _undo(self, event: Event) -> None:
        """Taken back, changed, and approved anew."""
        reply = self._some(event, Reply.Status.APPROVED)
        if reply is None:
            return
        undone = approval.undo(reply, by=self.cast.editor)
        undone.text = f"{undone.text} (again)"
        undone.save(update_fields=["text"])
        self.cast.waiting.append(undone)

    def _wish(self, event: Event) -> None:
        reply = self._some(event, Reply.Status.APPROVED, Reply.Status.POSTED)
        if reply is None:
            return
        opt_outs.leave_alone(reply.mention, by=self.cast.senior)
        self.promises.left_alone.setdefault(reply.mention.author_id, timezone.now())

    def _delete_tweet(self, event: Event) -> None:
        reply = self._some(event, Reply.Status.APPROVED)
        if reply is not None:
            with suppress(AssertionError):  # deleted already
                self.sandbox.delete(reply.mention.external_id)

    def _withdraw(self, event: Event) -> None:
        """Of three at most, so that there is something left to post."""
        clip = self.cast.clips[event.number % 3]
        with suppress(consent.NothingToWithdrawError):
            consent.withdraw(clip.storyteller, channel=Consent.Channel.CREW, by=self.cast.senior)
        self.promises.withdrawn.setdefault(clip.storyteller_id, timezone.now())


def steadily(do: Callable[[], object], *, seconds: float = 40) -> None:
    """Again, while PostgreSQL is away; a change whose answer was lost refuses to be made twice."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            do()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def times(events: list[Event]) -> Iterator[str]:
    """The plan in words, for a log."""
    for event in events:
        yield f"{event.at:6.1f} s  {event.what}"
