"""One account's ears: the stream in one thread, the database in a second, search in a third.

The stream never waits for the database. While that is away, posts wait in memory up to a limit;
what does not fit is found again by search, since the cursor has not moved. Nothing is lost.
"""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from campaign import live
from campaign.intake import alarm, gap, write
from campaign.intake.guard import Guard
from campaign.intake.inbox import LIMIT, Cursor, Inbox
from campaign.intake.write import Tally
from campaign.models import Account
from campaign.networks import registry
from campaign.networks.base import (
    Arrived,
    Connected,
    IncomingPost,
    Lost,
    Network,
    NetworkError,
    Rule,
    Skipped,
    StreamEvent,
)

log = logging.getLogger(__name__)

TAKE_WAIT = 0.5
CARE_EVERY = 5.0
LOCK_EVERY = 1.0
SECOND_LOOK = 30.0
DATABASE_WAIT = (0.2, 5.0)
RULES_WAIT = (5.0, 320.0)

Result = TypeVar("Result")


def query(account: Account) -> str:
    """What to listen and search for. Reposts and our own posts would only cost money."""
    handle, hashtag = account.handle, account.campaign.hashtag
    return f'(@{handle} OR #{hashtag} OR url:"x.com/{handle}/status") -is:retweet -from:{handle}'


def _is_away(error: Exception) -> bool:
    """Whether the database went, rather than refused: for some ends psycopg2 has no class."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


class Listener(Thread):
    """Listens until told to stop, or until another machine holds the account's lock."""

    def __init__(self, account: Account, *, limit: int = LIMIT) -> None:
        super().__init__(name=f"listen-{account.handle}", daemon=True)
        self._account = account
        self._stopping = Event()
        self._guard = Guard(account.pk)
        self._inbox = Inbox(limit=limit)
        self._cursor = Cursor(account.newest_id)
        self._writing = Lock()
        self._gap_wanted = Event()
        self._dropped = 0
        self._alive_at: float | None = None
        self._state = self._told = ""
        self.tally = Tally()

    def stop(self) -> None:
        self._stopping.set()
        self._gap_wanted.set()

    def run(self) -> None:
        try:
            if self._wait_for_lock():
                self._listen()
        except Exception:
            log.exception("the listener of %s broke and is started again", self._account)
        finally:
            self.stop()
            self._guard.release()
            connection.close()

    # The stream's thread ---------------------------------------------------------------------

    def _wait_for_lock(self) -> bool:
        told = False
        while not self._stopping.is_set():
            if self._steadily(self._guard.acquire, patient=True):
                return True
            if not told:
                log.info("another listener serves %s; waiting for it to end", self._account)
                told = True
            self._stopping.wait(LOCK_EVERY)
        return False

    def _listen(self) -> None:
        """The stream is read in a thread of its own; this one writes and keeps the lock."""
        threads = [
            Thread(target=self._follow, name=f"{self.name}-stream", daemon=True),
            Thread(target=self._fill_gaps, name=f"{self.name}-gap", daemon=True),
        ]
        for thread in threads:
            thread.start()
        self._write_all()
        self.stop()
        for thread in threads:
            thread.join(timeout=10)

    def _follow(self) -> None:
        try:
            network = registry.connect(self._account)
            if self._set_rules(network):
                for event in network.stream(stop=self._stopping):
                    self._on(event)
            network.close()
        except NetworkError as error:
            log.warning("%s cannot listen: %s", self._account, error)
            self._stopping.wait(60)
        except Exception:
            log.exception("the stream of %s broke", self._account)
        finally:
            self.stop()

    def _set_rules(self, network: Network) -> bool:
        rule = Rule(value=query(self._account), tag=f"newsroom {self._account.handle}")
        wait, most = RULES_WAIT
        while not self._stopping.is_set():
            try:
                network.listen_for([rule])
            except NetworkError as error:
                log.warning(
                    "%s cannot set its rules, again in %.0f s: %s", self._account, wait, error
                )
                self._stopping.wait(wait)
                wait = min(wait * 2, most)
            else:
                return True
        return False

    def _on(self, event: StreamEvent) -> None:
        match event:
            case Arrived(post):
                self._alive_at = time.time()
                if not self._inbox.put(post):
                    self._drop()
            case Connected():
                log.info("%s is connected to the stream", self._account)
                self._alive_at = time.time()
                self._cursor.broke()
                self._gap_wanted.set()
                self._state = "live"
            case Lost(reason, retry_in):
                log.warning(
                    "%s lost the stream, again in %.1f s: %s", self._account, retry_in, reason
                )
                self._cursor.broke()
                self._state = "lost"
            case Skipped(reason):
                self.tally.skipped[reason] += 1
                log.warning("a message of the stream was skipped: %s", reason)
            case _:
                self._alive_at = time.time()

    def _drop(self) -> None:
        self._cursor.broke()
        if not self._dropped:
            log.error("%s: memory is full, later posts will be searched for", self._account)
        self._dropped += 1

    # The database's thread -------------------------------------------------------------------

    def _write_all(self) -> None:
        care_at = 0.0
        while not self._stopping.is_set():
            self._store_stream(self._inbox.take(wait=TAKE_WAIT))
            self._steadily(self._tell, patient=False)
            if time.monotonic() >= care_at:
                care_at = time.monotonic() + CARE_EVERY
                if not self._steadily(self._care, patient=True):
                    log.warning("the lock of %s is lost; listening starts anew", self._account)
                    return
        while posts := self._inbox.take(wait=0, window=0):
            if not self._store_stream(posts):
                return

    def _store_stream(self, posts: Sequence[IncomingPost]) -> bool:
        if not posts:
            return True
        if self._steadily(lambda: self._store(posts), patient=not self._stopping.is_set()) is None:
            return False
        self._cursor.stored(post.id for post in posts)
        self._steadily(self._save_cursor, patient=False)
        if self._dropped and not self._inbox:
            log.warning("%s: %s posts are searched for now", self._account, self._dropped)
            self._dropped = 0
            self._gap_wanted.set()
        return True

    def _store(self, posts: Sequence[IncomingPost]) -> Tally:
        with self._writing:
            tally = write.write(posts, account=self._account)
            self.tally.add(tally)
        if tally.new:
            Account.objects.filter(pk=self._account.pk).update(last_mention_at=timezone.now())
        return tally

    def _save_cursor(self) -> int:
        return Account.objects.filter(pk=self._account.pk).update(newest_id=self._cursor.newest_id)

    def _tell(self) -> None:
        """The stream's thread does not: even an announcement may need the database."""
        if self._told != (state := self._state):
            live.announce("account", campaign=self._account.campaign_id, state=state)
            self._told = state

    def _care(self) -> bool:
        """Each few seconds: still ours? fresh settings, sign of life, alarm."""
        if not self._guard.holds():
            return False
        mine = Account.objects.filter(pk=self._account.pk)
        if self._alive_at and time.time() - self._alive_at < 2 * CARE_EVERY + 20:
            mine.update(stream_seen_at=timezone.now())
        account = mine.select_related("campaign").first()
        if account is None:
            return False
        self._account = account
        alarm.check(account, at=timezone.now())
        return True

    def _steadily(self, do: Callable[[], Result], *, patient: bool) -> Result | None:
        """Do it, and while the database is away and we are patient, again. None: not done."""
        wait, most = DATABASE_WAIT
        told = False
        while True:
            try:
                return do()
            except (DatabaseError, InterfaceError) as error:
                if not _is_away(error):
                    raise
                connection.close()
                if not told:
                    told = True
                    words = str(error).splitlines()[0] if str(error) else type(error).__name__
                    log.warning("the database does not answer: %s", words)
                if not patient or self._stopping.wait(wait):
                    return None
                wait = min(wait * 2, most)

    # Search's thread -------------------------------------------------------------------------

    def _fill_gaps(self) -> None:
        try:
            network = registry.connect(self._account)
            while not self._stopping.is_set():
                self._gap_wanted.wait()
                self._gap_wanted.clear()
                if not self._stopping.is_set():
                    self._fill(network)
            network.close()
        except NetworkError as error:
            log.warning("%s cannot search: %s", self._account, error)
        except Exception:
            log.exception("the search of %s broke", self._account)
            self.stop()
        finally:
            connection.close()

    def _fill(self, network: Network) -> None:
        number = self._cursor.broke()
        filled = self._search(network, cursor=self._cursor.newest_id)
        if not filled.complete or not self._cursor.filled(filled.newest_id, number=number):
            return
        self._steadily(self._save_cursor, patient=True)
        log.info("%s: the gap is filled, %s posts found", self._account, filled.found)
        # Search lags behind the stream by some seconds: look once more at the newest.
        if not self._gap_wanted.wait(SECOND_LOOK):
            self._search(network, cursor=filled.newest_id)

    def _search(self, network: Network, *, cursor: str) -> gap.Filled:
        return gap.fill(
            network,
            query=query(self._account),
            cursor=cursor,
            store=lambda posts: self._steadily(lambda: self._store(posts), patient=True),
            stop=self._stopping,
        )
