"""What the time between a tweet and our reply was spent on, for the reports."""

from collections.abc import Iterator
from datetime import datetime

from campaign.models import Mention
from responders.models import Reply
from videos.models import Brief

FIELD, LIBRARY = "field", "library"


def lane(reply: Reply, *, mention: Mention) -> str:
    """Filmed for this very mention, or taken from the library; "" before a clip is chosen."""
    if reply.clip is None:
        return ""
    return FIELD if _brief_of(reply, mention=mention) else LIBRARY


def between(reply: Reply, *, posted_at: datetime) -> dict[str, float]:
    """Seconds of each step, in their order; together they are the whole time since the tweet.

    A step whose end nobody noted is left out, and the next one begins where the last one ended.
    """
    mention = reply.mention
    seconds: dict[str, float] = {}
    at = mention.posted_at
    for name, end in _ends(reply, mention=mention, posted_at=posted_at):
        if end is not None and at <= end <= posted_at:
            seconds[name] = round((end - at).total_seconds(), 1)
            at = end
    return seconds


def _ends(
    reply: Reply, *, mention: Mention, posted_at: datetime
) -> Iterator[tuple[str, datetime | None]]:
    brief = _brief_of(reply, mention=mention)
    if brief is not None:
        yield "waiting", brief.sent_at
        yield "brief", brief.filming_at or brief.accepted_at
        yield "filming", brief.uploading_at
        yield "uploading", brief.received_at
        yield "london", brief.ready_at
    else:
        yield "waiting", mention.claimed_at
    yield "writing", reply.approved_at
    yield "posting", posted_at


def _brief_of(reply: Reply, *, mention: Mention) -> Brief | None:
    """The brief that the reply's clip was filmed for, if it was about this mention."""
    brief = reply.clip.brief if reply.clip else None
    return brief if brief is not None and brief.mention_id == mention.pk else None
