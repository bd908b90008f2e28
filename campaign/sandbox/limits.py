"""X's rate limits, counted in fixed windows, and the headers that tell them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from campaign.sandbox import problems
from campaign.sandbox.clock import Clock
from campaign.sandbox.signatures import Caller

QUARTER = 15 * 60
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Limit:
    """So many requests in a window, for each account or for the whole app."""

    requests: int
    seconds: float = QUARTER


DEFAULT = Limit(300)
USER: dict[str, Limit] = {
    "POST /2/tweets": Limit(100),
    "DELETE /2/tweets/{id}": Limit(50),
    "GET /2/tweets": Limit(900),
    "GET /2/tweets/{id}": Limit(900),
    "GET /2/tweets/search/recent": Limit(300),
    "GET /2/users/me": Limit(75),
    "GET /2/users/{id}/mentions": Limit(300),
    "GET /2/users/{id}/tweets": Limit(900),
    "POST /2/media/upload/initialize": Limit(1875),
    "POST /2/media/upload/{id}/append": Limit(1875),
    "POST /2/media/upload/{id}/finalize": Limit(1875),
    "GET /2/media/upload": Limit(1000),
    "POST /2/media/metadata": Limit(500),
    "POST /2/media/subtitles": Limit(100),
    "DELETE /2/media/subtitles": Limit(100),
}
APP: dict[str, Limit] = {
    "GET /2/tweets": Limit(3500),
    "GET /2/tweets/{id}": Limit(450),
    "GET /2/tweets/search/recent": Limit(450),
    "GET /2/tweets/search/stream": Limit(50),
    "GET /2/tweets/search/stream/rules": Limit(450),
    "POST /2/tweets/search/stream/rules": Limit(100),
    "GET /2/users/{id}/mentions": Limit(450),
    "GET /2/users/{id}/tweets": Limit(10_000),
}
# Beside the quarter of an hour, all accounts of an app share these.
APP_DAY: dict[str, Limit] = {"POST /2/tweets": Limit(10_000, DAY)}


@dataclass
class Window:
    """What is left until it closes."""

    limit: Limit
    closes: float
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit.requests - self.used)

    def headers(self, prefix: str) -> dict[str, str]:
        return {
            f"{prefix}-limit": str(self.limit.requests),
            f"{prefix}-remaining": str(self.remaining),
            f"{prefix}-reset": str(math.ceil(self.closes)),
        }


class Limits:
    """Counts requests, or refuses them with 429. `changed` overrides a limit by its route."""

    def __init__(self, clock: Clock) -> None:
        self.changed: dict[str, Limit] = {}
        self._clock = clock
        self._windows: dict[tuple[str, str, str], Window] = {}

    def spend(self, route: str, *, by: Caller) -> dict[str, str]:
        """The headers of the answer. A refused request costs nothing."""
        table, who = (APP, by.app) if by.method == "app" else (USER, by.account["id"])
        window = self._window("quarter", route, who, self._limit(route, table))
        headers = window.headers("x-rate-limit")
        windows = [window]
        if route in APP_DAY:
            day = self._window("day", route, by.app, APP_DAY[route])
            headers |= day.headers("x-app-limit-24hour")
            windows.append(day)
        if any(each.remaining == 0 for each in windows):
            refusal = problems.too_many_requests()
            refusal.headers |= headers
            raise refusal
        for each in windows:
            each.used += 1
        headers["x-rate-limit-remaining"] = str(window.remaining)
        if len(windows) > 1:
            headers["x-app-limit-24hour-remaining"] = str(windows[1].remaining)
        return headers

    def change(self, route: str, limit: Limit) -> None:
        """From now on, in a new window."""
        self.changed[route] = limit
        self.forget(route)

    def shrink(self, route: str) -> None:
        """Half of it from now on, also in the windows that are open."""
        before = self._limit(route, USER)
        self.changed[route] = half = Limit(max(1, before.requests // 2), before.seconds)
        for (_, known, _), window in self._windows.items():
            if known == route:
                window.limit = half

    def reset(self) -> None:
        self.changed.clear()
        self._windows.clear()

    def forget(self, route: str) -> None:
        for key in [key for key in self._windows if key[1] == route]:
            del self._windows[key]

    def _limit(self, route: str, table: Mapping[str, Limit]) -> Limit:
        return self.changed.get(route) or table.get(route, DEFAULT)

    def _window(self, span: str, route: str, who: str, limit: Limit) -> Window:
        now = self._clock.now()
        window = self._windows.get((span, route, who))
        if window is None or window.closes <= now:
            window = Window(limit, closes=now + limit.seconds)
            self._windows[span, route, who] = window
        return window
