"""The questions that the desk asks of a campaign's mentions: lanes, pages of cards, counts.

Written for a table of millions: every page is a range of a partial index (`mention_queue`,
`mention_lane`), pages follow each other by key and not by offset, counts stop at `MOST`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.core.cache import cache
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet, Subquery

from campaign.models import Campaign, Mention
from campaign.models.mentions import MentionQuerySet
from responders.models import Reply

PAGE = 30
MOST = 10_000
COUNTS_LAST = 2.0
SILENT_MINUTES = 1
#: A search reads so many of a lane's cards and no more, in the lane's own order.
SEARCHED = 5_000


class Lane(StrEnum):
    ANSWER = "answer"
    MANUAL = "manual"
    ANSWERED = "answered"
    FILTERED = "filtered"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        return "To answer" if self is Lane.ANSWER else self.value.title()

    @property
    def is_open(self) -> bool:
        """Its cards can be claimed, and stand in order of priority."""
        return self in {Lane.ANSWER, Lane.MANUAL}


_STATUS = {
    Lane.ANSWERED: Mention.Status.ANSWERED,
    Lane.FILTERED: Mention.Status.FILTERED,
    Lane.DISMISSED: Mention.Status.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the editor chose to see; `words` are looked for in texts, `@name` among handles."""

    lane: Lane = Lane.ANSWER
    language: str = ""
    words: str = ""

    @property
    def chosen(self) -> bool:
        return bool(self.language or self.words)


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which card a page begins, in the lane's order."""

    priority: int
    id: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """From an address; None for anything that is no cursor of ours."""
        first, _, second = text.partition("-")
        if not (first.isdecimal() and second.isdecimal()) or len(text) > 24:
            return None
        return cls(priority=min(int(first), 100), id=int(second))

    def __str__(self) -> str:
        return f"{self.priority}-{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    mentions: list[Mention]
    following: Cursor | None
    newest: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand where; a count of `MOST` or more is written "10,000+"."""

    answer: int = 0
    manual: int = 0
    answered: int = 0
    filtered: int = 0
    dismissed: int = 0
    eyes: int = 0
    held: int = 0
    posting: int = 0
    problems: int = 0
    #: Seconds since the stream last showed a sign of life; None before its first.
    silent: float | None = None

    @property
    def stream(self) -> str:
        """In the words of the live pill; "" while the stream is as it should be."""
        if self.silent is None:
            return "Stream not connected"
        minutes = int(self.silent // 60)
        return f"Stream silent, {minutes} min" if minutes >= SILENT_MINUTES else ""

    @property
    def waiting(self) -> int:
        return min(MOST, self.answer + self.manual)


def lane_of(mention: Mention) -> Lane:
    """Where its card is to be found."""
    if mention.status in Mention.OPEN:
        return Lane.ANSWER if mention.replyable else Lane.MANUAL
    found = {status.value: lane for lane, status in _STATUS.items()}
    return found.get(mention.status, Lane.ANSWERED)


def mentions(campaign: Campaign, filters: Filters) -> MentionQuerySet:
    """The cards of a lane in its order, filtered."""
    chosen = _lane(campaign, filters.lane)
    if filters.language:
        chosen = chosen.filter(lang=filters.language)
    words = filters.words.strip()
    if not words:
        return chosen
    found = Q(text__icontains=words) | Q(author_handle__icontains=words)
    if words.startswith("@"):
        found = Q(author_handle__istartswith=words[1:])
    # Only these rows are read, by their keys: a word that nobody wrote must not cost a whole lane.
    reach = chosen.values("pk")[:SEARCHED]
    near = Mention.objects.filter(found, pk__in=reach)
    return _for_cards(_in_order(near, filters.lane))


def page(campaign: Campaign, filters: Filters, *, after: Cursor | None = None) -> Page:
    """The next `PAGE` cards. `newest` is the mention that came last: what comes later is new."""
    found = _after(mentions(campaign, filters), filters.lane, after)
    if not filters.lane.is_open:
        found = _with_answers(found)
    newest = Subquery(_newest_first(campaign).values("pk")[:1])
    rows = list(found.annotate(newest=newest)[: PAGE + 1])
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    return Page(
        mentions=shown,
        following=Cursor(priority=last.priority, id=last.pk) if last else None,
        newest=getattr(rows[0], "newest", 0) if rows else newest_id(campaign),
    )


def cards(campaign: Campaign, ids: Iterable[int]) -> QuerySet[Mention]:
    """Single cards as they are now, whatever lane they went to."""
    return _with_answers(_for_cards(Mention.objects.filter(campaign=campaign, pk__in=list(ids))))


def newest_id(campaign: Campaign) -> int:
    """The mention that came last; what comes later is "new"."""
    return _newest_first(campaign).values_list("pk", flat=True).first() or 0


def arrived(campaign: Campaign, filters: Filters, *, after: int) -> int:
    """How many waiting cards of the lane came after that id; 100 means "many"."""
    if not filters.lane.is_open:
        return 0
    fresh = Mention.objects.filter(campaign=campaign, pk__gt=after, status=Mention.Status.WAITING)
    fresh = fresh.filter(replyable=filters.lane is Lane.ANSWER)
    if filters.language:
        fresh = fresh.filter(lang=filters.language)
    return fresh.order_by()[:100].count()


def next_after(mention: Mention, campaign: Campaign, filters: Filters) -> Mention | None:
    """The first waiting card behind it in the lane; else the lane's first; None if it is empty."""
    waiting = mentions(campaign, filters).waiting().exclude(pk=mention.pk)
    if not filters.lane.is_open:
        return None
    cursor = Cursor(priority=mention.priority, id=mention.pk)
    return _after(waiting, filters.lane, cursor).first() or waiting.first()


def counts(campaign: Campaign) -> Counts:
    """All counts in one query, at most two seconds old."""
    key = f"desk-counts:{campaign.pk}"
    kept = cache.get(key)
    if isinstance(kept, dict):
        return Counts(**kept)
    found = _count(campaign.pk)
    cache.set(key, asdict(found), COUNTS_LAST)
    return found


def languages(campaign: Campaign) -> list[str]:
    """What the language filter offers: what the campaign is staffed for."""
    return list(campaign.languages)


def _newest_first(campaign: Campaign) -> QuerySet[Mention]:
    return Mention.objects.filter(campaign=campaign).order_by("-id")


def _lane(campaign: Campaign, lane: Lane) -> MentionQuerySet:
    own = Mention.objects.filter(campaign=campaign)
    if lane.is_open:
        own = own.filter(status__in=Mention.OPEN, replyable=lane is Lane.ANSWER)
    else:
        own = own.filter(status=_STATUS[lane])
    return _for_cards(_in_order(own, lane))


def _in_order(chosen: MentionQuerySet, lane: Lane) -> MentionQuerySet:
    return chosen.ranked() if lane.is_open else chosen.order_by("-id")


def _for_cards(chosen: MentionQuerySet) -> MentionQuerySet:
    return chosen.select_related("claimed_by", "handled_by").defer("raw")


def _with_answers(chosen: MentionQuerySet) -> MentionQuerySet:
    """With our replies as `answers`, which only cards that left the queue have."""
    done = (
        Reply.objects.exclude(status__in=[Reply.Status.DRAFT, Reply.Status.CANCELLED])
        .select_related("clip__storyteller", "author")
        .only(
            "mention_id",
            "status",
            "due_at",
            "posted_at",
            "clip__storyteller__public_name",
            "author__name",
            "author__username",
        )
    )
    return chosen.prefetch_related(Prefetch("replies", queryset=done, to_attr="answers"))


def _after(chosen: MentionQuerySet, lane: Lane, after: Cursor | None) -> MentionQuerySet:
    if after is None:
        return chosen
    if not lane.is_open:
        return chosen.filter(pk__lt=after.id)
    # The first condition lets the index begin where the page does; the second is the order.
    behind = Q(priority__lt=after.priority) | Q(priority=after.priority, pk__gt=after.id)
    return chosen.filter(behind, priority__lte=after.priority)


_COUNT = """
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s
     AND status IN ('waiting', 'claimed') AND replyable LIMIT %(most)s) AS a),
  (SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s
     AND status IN ('waiting', 'claimed') AND NOT replyable LIMIT %(most)s) AS b),
  (SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s
     AND status = 'answered' LIMIT %(most)s) AS c),
  (SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s
     AND status = 'filtered' LIMIT %(most)s) AS d),
  (SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s
     AND status = 'dismissed' LIMIT %(most)s) AS e),
  r.eyes, r.held, r.posting, r.problems,
  (SELECT extract(epoch FROM now() - max(stream_seen_at))::float FROM campaign_account
     WHERE campaign_id = %(campaign)s)
FROM (
  SELECT
    count(*) FILTER (WHERE reply.status = 'submitted') AS eyes,
    count(*) FILTER (WHERE reply.status = 'approved') AS held,
    count(*) FILTER (WHERE reply.status = 'posting') AS posting,
    count(*) FILTER (WHERE reply.status IN ('unknown', 'problem')) AS problems
  FROM responders_reply AS reply JOIN campaign_account AS account ON account.id = reply.account_id
  WHERE account.campaign_id = %(campaign)s
    AND reply.status IN ('submitted', 'approved', 'posting', 'unknown', 'problem')
) AS r
"""


def _count(campaign: int) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"campaign": campaign, "most": MOST})
        row = cursor.fetchone()
    names = ("answer", "manual", "answered", "filtered", "dismissed", "eyes")
    return Counts(**dict(zip((*names, "held", "posting", "problems", "silent"), row, strict=True)))
