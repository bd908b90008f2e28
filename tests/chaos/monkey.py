"""The hands that carry a plan out, and do what editors, seniors and supervisors do meanwhile.

What the newsroom promised is noted as it happens, for the comparison afterwards.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from campaign.actions import opt_outs
from campaign.models import Account, Campaign, Pause
from responders import problems
from responders.actions import approval, changes, pace, pausing, reconcile, takedown
from responders.actions.changes import Refused
from responders.models import Reply
from tests.chaos.cast import Cast
from tests.chaos.house import House
from tests.chaos.plan import CREATE, FAULTS, UNLIMITED, Event
from tests.chaos.promises import Promises
from tests.sandbox.server import Sandbox
from videos.actions import consent
from videos.models import Consent

FILM_PROBLEMS = [kind for kind, problem in problems.PROBLEMS.items() if problem.film]


class Monkey:
    """One, for one run."""

    def __init__(self, cast: Cast, house: House, sandbox: Sandbox) -> None:
        self.cast, self.house, self.sandbox = cast, house, sandbox
        self.promises = Promises()
        self.done: dict[str, int] = {}
        self.voices = 0
        self._pauses: list[tuple[float, Pause, set[int], datetime]] = []
        self._do: dict[str, Callable[[Event], object]] = {
            "fault": self._fault,
            "kill posting": lambda event: house.kill("posting", event.number),
            "kill uploads": lambda event: house.kill("uploads", event.number),
            "kill clock": lambda event: house.kill("clock", event.number),
            "kill listen": lambda event: house.kill("listen", event.number),
            "empty valkey": lambda _: house.kill_valkey(),
            "restart postgres": lambda event: house.restart_postgres(at_once=event.share < 0.5),
            "pause": self._pause,
            "edit": self._edit,
            "undo": self._undo,
            "wish": self._wish,
            "tweet": self._tweet,
            "delete tweet": self._delete_tweet,
            "take down": self._take_down,
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
        self.lift_limits()
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
        steadily(self._try_films_again)

    def calm(self) -> None:
        """No more trouble: every pause ends, and no message waits for the one after it."""
        self._pauses = [(0.0, *rest) for _, *rest in self._pauses]  # type: ignore[misc]
        self.tend()
        for account in self.cast.accounts:
            self.sandbox.tweet(f"@{account.handle} good night", handle="last_voice")

    def lift_limits(self) -> None:
        for route in UNLIMITED:
            self.sandbox.limit(route, 100_000)

    def held_back(self) -> list[str]:
        """What keeps replies back now that all is over: nothing should."""
        pauses = [f"pause: {pause.reason}" for pause in Pause.objects.active()]
        now = timezone.now()
        waits = {one: pace.next_at(one, at=now) for one in Account.objects.all()}
        late = [f"{one} waits until {until:%H:%M:%S}" for one, until in waits.items() if until]
        stopped = [f"{one} is {one.status}" for one in waits if one.status != one.Status.ACTIVE]
        return [*pauses, *late, *stopped]

    def approve_next(self) -> None:
        if self.cast.waiting:
            self._note(self.cast.waiting[-1])
        self.cast.approve_next()

    def _carry_out(self, event: Event) -> None:
        with suppress(Refused):
            steadily(lambda: self._do[event.what](event))
        self.done[event.what] = self.done.get(event.what, 0) + 1

    def _note(self, reply: Reply) -> None:
        self.promises.approved.setdefault(reply.pk, set()).add(reply.text)

    def _fault(self, event: Event) -> None:
        kind, on, words = FAULTS[event.number]
        if kind == "limit_shrinks":
            self.sandbox.limit(CREATE, 6, seconds=3)
        times = 1 + int(4 * event.share)
        self.sandbox.fault(kind, on, times=times, seconds=1 + 2 * event.share, detail=words)

    def _shrink(self, event: Event) -> None:
        self.sandbox.limit(CREATE, 1 + event.number % 4, seconds=3)

    def _pause(self, event: Event) -> None:
        scopes: list[Campaign | Account | None] = [
            None, self.cast.campaign, *self.cast.accounts,
        ]  # fmt: skip
        scope = scopes[event.number % len(scopes)]
        reason = f"Chaos at {event.at:.1f} s"
        # Is it there already, then the answer was lost, not the pause.
        pause = Pause.objects.active().filter(reason=reason).first()
        pause = pause or pausing.pause(scope, reason=reason, by=self.cast.senior)
        covered = [scope] if isinstance(scope, Account) else self.cast.accounts
        until = time.monotonic() + 0.5 + 2 * event.share
        self._pauses.append((until, pause, {one.pk for one in covered}, timezone.now()))

    def _resume(self, pause: Pause) -> None:
        with suppress(Refused):
            pausing.resume(pause, by=self.cast.senior)
        self.lift_limits()

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

    def _try_films_again(self) -> None:
        """Seniors do not leave those until the evening."""
        films = Reply.objects.filter(status=Reply.Status.PROBLEM, problem__in=FILM_PROBLEMS)
        for reply in films.select_related("mention", "account", "clip", "link")[:5]:
            with suppress(Refused):
                reconcile.post_again(reply, by=self.cast.senior)

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

    def _tweet(self, event: Event) -> None:
        """Somebody writes to us while all this goes on."""
        self.voices += 1
        account = self.cast.accounts[event.number % len(self.cast.accounts)]
        words = f"@{account.handle} late voice {self.voices}"
        self.sandbox.tweet(words, handle=f"late_{self.voices}")

    def _delete_tweet(self, event: Event) -> None:
        reply = self._some(event, Reply.Status.APPROVED)
        if reply is not None:
            with suppress(AssertionError):  # deleted already
                self.sandbox.delete(reply.mention.external_id)

    def _take_down(self, event: Event) -> None:
        reply = self._some(event, Reply.Status.POSTED)
        if reply is None:
            return
        takedown.take_down(reply, reason="Chaos", by=self.cast.senior)
        self.promises.taken_down.add(reply.pk)

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
