"""The people of a soak: `python -m tests.soak.crowd SECONDS`, with the newsroom's own settings.

Prints as JSON what was done, and what of it the database or the network does not know afterwards.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django
import requests

django.setup()

from django.conf import settings  # noqa: E402  Django first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402

from campaign.models import Account, Campaign, Mention, User  # noqa: E402
from petitions.actions import signing  # noqa: E402
from petitions.models import Petition, Signature  # noqa: E402
from responders.actions import approval, desk, writing  # noqa: E402
from responders.actions.changes import Refused  # noqa: E402
from responders.models import Reply  # noqa: E402
from videos.models import Clip  # noqa: E402

TWEETS_A_SECOND = 2.0
TABS = 8
#: Seconds between two things that one person does.
PACES = {"answer": 2.0, "sign": 0.5, "read": 0.5}
PATIENCE = 120.0


class Crowd:
    def __init__(self, *, seconds: float) -> None:
        self.began = time.time()
        self.until = time.monotonic() + seconds
        self.seconds = seconds
        self.campaign = Campaign.objects.get()
        self.maya = User.objects.get(username="maya")
        self.petition = Petition.objects.open().earliest("id")
        self.cookie = {settings.SESSION_COOKIE_NAME: session_of(self.maya)}
        self.done: Counter[str] = Counter()
        self.approved: list[int] = []
        self.lost: list[str] = []

    def work(self) -> None:
        """Everybody at once, for the whole time."""
        sandbox("_rain", rate=TWEETS_A_SECOND, seconds=max(1.0, self.seconds - 5))
        people: list[tuple[Callable[[], None], float]] = [
            (self.answer, PACES["answer"]),
            (self.sign, PACES["sign"]),
            *[(self.read, PACES["read"])] * 2,
            *[(self.keep_a_tab_open, 0.2)] * TABS,
        ]
        threads = [threading.Thread(target=self._keep_at, args=one) for one in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def answer(self) -> None:
        """An editor takes the next tweet, pairs a clip and approves."""
        called = Mention.objects.filter(campaign=self.campaign, replyable_reason="mentioned")
        mention = desk.claim_next(called.waiting().ranked(), by=self.maya)
        if mention is None:
            return
        clip = Clip.objects.ready().filter(campaign=self.campaign).order_by("received_at").first()
        reply = desk.claim(mention, by=self.maya)
        if clip is not None:
            reply = writing.pair(reply, clip=clip, by=self.maya)
        try:
            approval.approve(reply, seen=approval.fingerprint(reply), by=self.maya)
        except Refused:
            self.done["not approved"] += 1
            desk.release(mention, by=self.maya)
            return
        self.approved.append(reply.pk)
        self.done["approved"] += 1

    def sign(self) -> None:
        self.done["signed"] += 1
        number = self.done["signed"]
        person = signing.Person(
            name=f"Signer {number}",
            email=f"soak-{number}@example.org",
            country="GB",
            language="en",
            wants_news=False,
        )
        signing.sign(self.petition, person=person, link=None)

    def read(self) -> None:
        for path in (f"/c/{self.campaign.slug}/desk/", f"/p/{self.petition.slug}/"):
            answer = requests.get(settings.PUBLIC_URL + path, cookies=self.cookie, timeout=30)
            self.done[f"read {answer.status_code}"] += 1
            if answer.status_code != 200:
                self.lost.append(f"{path} answered {answer.status_code}")

    def keep_a_tab_open(self) -> None:
        """Half a minute of news, then another tab."""
        address = f"{settings.PUBLIC_URL}/events?campaign={self.campaign.slug}"
        until = min(self.until, time.monotonic() + 30)
        with (
            suppress(requests.ConnectionError),  # quiet for too long: a tab comes back by itself
            requests.get(address, cookies=self.cookie, stream=True, timeout=10) as news,
        ):
            for line in news.iter_lines():
                self.done["news"] += line.startswith(b"data:")
                if time.monotonic() > until:
                    return

    def _keep_at(self, task: Callable[[], None], pace: float) -> None:
        try:
            while time.monotonic() < self.until:
                began = time.monotonic()
                task()
                close_old_connections()
                time.sleep(max(0.0, pace - (time.monotonic() - began)))
        except Exception as error:  # noqa: BLE001  a crowd whose member stops proves nothing
            self.lost.append(f"{task.__name__} broke: {error!r}")
        finally:
            connection.close()

    def settle(self) -> None:
        """Wait until all that was begun is at its end, and see whether it is all there."""
        tweets = {one["id"] for one in theirs(self.campaign, since=self.began)}
        known = Mention.objects.filter(external_id__in=tweets)
        self._expect("tweets without a mention", lambda: len(tweets) - known.count())
        approved = Reply.objects.filter(pk__in=self.approved)
        self._expect(
            "approved replies not posted",
            lambda: approved.exclude(status=Reply.Status.POSTED).count(),
        )
        answered = Counter(one["in_reply_to"] for one in posts() if one["in_reply_to"])
        ours = set(approved.values_list("mention__external_id", flat=True))
        self._expect(
            "tweets not answered exactly once", lambda: sum(answered[one] != 1 for one in ours)
        )
        signed = Signature.objects.filter(petition=self.petition, domain="example.org")
        self._expect("signers without their mail", lambda: signed.filter(mail_due=True).count())
        self.done["mentions"] = known.count()
        self.done["signatures"] = signed.count()

    def _expect(self, what: str, count: Callable[[], int]) -> None:
        deadline = time.monotonic() + PATIENCE
        while (left := count()) and time.monotonic() < deadline:
            time.sleep(0.5)
        if left:
            self.lost.append(f"{left} {what}")


def session_of(person: User) -> str:
    """The key of a session in which they are signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def sandbox(path: str, **asked: Any) -> None:
    requests.post(f"{settings.X_API_URL}/{path}", json=asked, timeout=10).raise_for_status()


def posts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{settings.X_API_URL}/_posts", timeout=30).json()[
        "posts"
    ]
    return found


def theirs(campaign: Campaign, *, since: float) -> list[dict[str, Any]]:
    """Tweets since then that call on the campaign's account by name."""
    handle = f"@{Account.objects.get(campaign=campaign).handle}".lower()
    new = (one for one in posts() if one["created_at"] >= since)
    return [one for one in new if handle in one["text"].lower()]


def main(seconds: float) -> None:
    Campaign.objects.update(hold_seconds=0)
    Account.objects.update(daily_reply_limit=100_000, daily_budget_cents=10_000_000)
    sandbox("_limits", on="POST /2/tweets", requests=100_000)
    crowd = Crowd(seconds=seconds)
    crowd.work()
    crowd.settle()
    sys.stdout.write(json.dumps({**crowd.done, "lost": crowd.lost}, ensure_ascii=False))


if __name__ == "__main__":
    main(float(sys.argv[1]))
