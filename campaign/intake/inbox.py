"""What stands between the stream and the database: a queue with a limit, and a cursor."""

import time
from collections import deque
from collections.abc import Iterable
from threading import Condition, Lock

from campaign.networks.base import IncomingPost

LIMIT = 20_000
BATCH = 500
WINDOW = 0.1


class Inbox:
    """Posts that are not stored yet. One thread puts, one takes."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._posts: deque[IncomingPost] = deque()
        self._news = Condition()

    def __len__(self) -> int:
        return len(self._posts)

    def put(self, post: IncomingPost) -> bool:
        """False if there is no room: the post is lost here and must be searched for."""
        with self._news:
            if len(self._posts) >= self._limit:
                return False
            self._posts.append(post)
            self._news.notify()
            return True

    def take(self, *, wait: float, window: float = WINDOW) -> list[IncomingPost]:
        """Up to 500 posts: waits `wait` seconds for a first one, then `window` for more."""
        with self._news:
            if not self._posts:
                self._news.wait(wait)
            end = time.monotonic() + window
            while self._posts and len(self._posts) < BATCH:
                left = end - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    break
            return [self._posts.popleft() for _ in range(min(BATCH, len(self._posts)))]


class Cursor:
    """Up to which post everything is stored.

    From the moment the stream breaks until search has filled the gap, newer posts may be stored
    while older ones are missing: so long the cursor stays. A break during the filling starts anew.
    """

    def __init__(self, newest_id: str) -> None:
        self._newest = int(newest_id) if newest_id.isdecimal() else 0
        self._ahead = self._newest
        self._breaks = 1
        self._settled = False
        self._lock = Lock()

    @property
    def newest_id(self) -> str:
        with self._lock:
            return str(self._newest) if self._newest else ""

    def broke(self) -> int:
        """Something may have been missed from here on. Returns the number of this break."""
        with self._lock:
            self._settled = False
            self._breaks += 1
            return self._breaks

    def stored(self, ids: Iterable[str]) -> None:
        """The stream's posts of these ids are in the database."""
        with self._lock:
            self._ahead = max([self._ahead, *(int(one) for one in ids)])
            if self._settled:
                self._newest = self._ahead

    def filled(self, newest_id: str, *, number: int) -> bool:
        """The gap of this break is filled; False if the stream broke again meanwhile."""
        with self._lock:
            if number != self._breaks:
                return False
            self._settled = True
            found = int(newest_id) if newest_id.isdecimal() else 0
            self._newest = self._ahead = max(self._ahead, self._newest, found)
            return True
