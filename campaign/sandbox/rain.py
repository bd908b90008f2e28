"""Many people tweet at once: so many a second, for so long."""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from campaign.sandbox import sample
from campaign.sandbox.state import Draft, State
from campaign.sandbox.store import Post

MAX_RATE, MAX_SECONDS = 500.0, 3600.0
SEED_GAP_SECONDS = 290


def seed(state: State) -> None:
    """A first start has something to show: two hours of it."""
    if next(state.store.newest_posts(at=float("inf")), None):
        return
    now = state.clock.now()
    for index, mention in enumerate(sample.mentions()[: sample.SEEDS]):
        write(state, mention, at=now - 90 - index * SEED_GAP_SECONDS)


def write(state: State, mention: sample.Mention, *, at: float | None = None) -> Post:
    person = state.person(
        mention.handle, name=mention.name, lang=mention.lang, followers=mention.followers
    )
    return state.publish(Draft(mention.text, lang=mention.lang), by=person, at=at)


@dataclass
class Shower:
    """One rain, as it stands."""

    rate: float
    seconds: float
    fallen: int = 0

    @property
    def wanted(self) -> int:
        return round(self.rate * self.seconds)


class Rain:
    """At most one shower at a time."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._task: asyncio.Task[None] | None = None
        self.shower: Shower | None = None
        self._mentions = _endless()

    def start(self, *, rate: float, seconds: float) -> Shower:
        """Instead of a shower that is falling."""
        self.stop()
        shower = Shower(min(rate, MAX_RATE), min(seconds, MAX_SECONDS))
        self.shower = shower
        self._task = asyncio.create_task(self._fall(shower))
        return shower

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._task = self.shower = None
        self._state.audience.tell("rain", None)

    async def _fall(self, shower: Shower) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while shower.fallen < shower.wanted:
            await asyncio.sleep(max(0, begun + shower.fallen / shower.rate - loop.time()))
            write(self._state, next(self._mentions))
            shower.fallen += 1
            if shower.fallen % max(1, int(shower.rate)) == 0:
                self._state.audience.tell("rain", [shower.fallen, shower.wanted])
        self.shower = None
        self._state.audience.tell("rain", None)


def _endless() -> Iterator[sample.Mention]:
    """The sample in a new order, then again by namesakes: each is a person of their own."""
    for number in itertools.count():
        mentions = list(sample.mentions()[sample.SEEDS :])
        random.shuffle(mentions)
        for mention in mentions:
            yield _namesake(mention, number) if number else mention


def _namesake(mention: sample.Mention, number: int) -> sample.Mention:
    suffix = str(number + 1)
    handle = mention.handle[: 15 - len(suffix)] + suffix
    return replace(mention, handle=handle)
