"""Approves replies inside a running newsroom and prints, as JSON, how long each took to leave.

`python -m tests.bench.approvals HOLD`: without a hold one after the other, counted from the call of
`approve`; with one they wait side by side, and count from the end of the hold.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import django
import requests

django.setup()

from django.conf import settings  # noqa: E402  Django first

from campaign.models import Campaign, Mention, User  # noqa: E402
from campaign.networks import registry  # noqa: E402
from responders.actions import approval, desk, writing  # noqa: E402
from responders.models import MediaUpload, Reply  # noqa: E402
from videos.models import Clip  # noqa: E402

T = TypeVar("T")

REPLIES = 60
PATIENCE = 240.0
UNDER_WAY = (Clip.Status.RECEIVED, Clip.Status.PROCESSING)
#: Seconds between two approvals that wait side by side.
APART = 0.25


def main() -> None:
    _lift_the_limit()
    campaign = Campaign.objects.get()
    hold = int(sys.argv[1])
    Campaign.objects.update(hold_seconds=hold)
    maya = User.objects.get(username="maya")
    # FFmpeg takes both cores while the demo's films are prepared: that is not what is measured.
    _until(lambda: not Clip.objects.filter(status__in=UNDER_WAY).exists() or None)
    clip = _until(lambda: Clip.objects.ready().order_by("received_at").first())
    replies = [_draft(number, campaign=campaign, clip=clip, by=maya) for number in range(REPLIES)]
    _until(lambda: MediaUpload.objects.filter(state=MediaUpload.State.READY, clip=clip).first())
    approved = _held(replies, by=maya) if hold else [_approve(reply, by=maya) for reply in replies]
    bare = [_post_directly(reply) for reply in replies]
    sys.stdout.write(json.dumps({"approved": approved, "bare": bare}))


def _lift_the_limit() -> None:
    """X lets an account post 100 times in 15 minutes, which is fewer than are measured here."""
    limit = {"on": "POST /2/tweets", "requests": 10_000}
    requests.post(f"{settings.X_API_URL}/_limits", json=limit, timeout=10).raise_for_status()


def _until(look: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise RuntimeError("waited in vain")


def _tweet(number: int) -> str:
    tweet = {
        "text": f"What can one person do, asks voice {number}? @iwelcome_now #IWelcome",
        "handle": f"asker_{number}",
    }
    answer = requests.post(f"{settings.X_API_URL}/_posts", json=tweet, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["ids"][0])


def _draft(number: int, *, campaign: Campaign, clip: Clip, by: User) -> Reply:
    tweet = _tweet(number)
    mention = _until(lambda: Mention.objects.filter(external_id=tweet).first())
    reply = desk.claim(mention, by=by)
    return writing.pair(reply, clip=clip, by=by)


def _held(replies: list[Reply], *, by: User) -> list[float]:
    """Approved one by one, as quick editors would; each has left alone."""
    began = time.time()
    for reply in replies:
        desk.heartbeat(reply.mention, by=by)
        approval.approve(reply, seen=approval.fingerprint(reply), by=by)
        time.sleep(APART)
    ours = Reply.objects.filter(pk__in=[reply.pk for reply in replies])
    _until(lambda: ours.posted().count() == len(replies) or None)
    arrived = _arrivals(since=began)
    return [arrived[reply.mention.external_id] - _over(reply) for reply in replies]


def _over(reply: Reply) -> float:
    """When its hold was over."""
    reply.refresh_from_db()
    assert reply.due_at is not None
    return reply.due_at.timestamp()


def _approve(reply: Reply, *, by: User) -> float:
    desk.heartbeat(reply.mention, by=by)
    seen = approval.fingerprint(reply)
    began = time.time()
    approval.approve(reply, seen=seen, by=by)
    arrived = _until(lambda: _arrival(reply.mention.external_id, since=began))
    _until(lambda: Reply.objects.posted().filter(pk=reply.pk).first())
    return arrived - began


def _arrival(tweet: str, *, since: float) -> float | None:
    """When the sandbox was asked to answer that tweet."""
    return _arrivals(since=since).get(tweet)


def _arrivals(*, since: float) -> dict[str, float]:
    """When the sandbox was asked for an answer, by the tweet."""
    query = {"method": "POST", "path": "/2/tweets", "since": str(since)}
    found = requests.get(f"{settings.X_API_URL}/_requests", params=query, timeout=10).json()
    return {
        request["body"]["reply"]["in_reply_to_tweet_id"]: float(request["at"])
        for request in found["requests"]
    }


def _post_directly(reply: Reply) -> float:
    """The same call without the newsroom around it, to a tweet of its own."""
    network = registry.connect(reply.account)
    tweet = _tweet(reply.pk + 100_000)
    began = time.time()
    network.create_reply(f"{tweet} {reply.text}"[:200], in_reply_to=tweet, media_ids=[])
    return _until(lambda: _arrival(tweet, since=began)) - began


if __name__ == "__main__":
    main()
