"""The questions that the desk asks of a campaign's mentions: lanes, pages of cards, counts.

Written for a table of millions: every page is a range of an index (`mention_in_queue`,
`mention_in_doubt`, `mention_lane`) or found by one (`mention_search`), pages follow each other by
key and not by offset, counts stop at `MOST`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db import connection
from django.db.models import BigIntegerField, F, Prefetch, Q, QuerySet, Subquery, Value

from campaign.intake import countries, index
from campaign.models import Campaign, Mention, Ranking
from campaign.models.expressions import IsAmong
from campaign.models.mentions import MentionQuerySet
from campaign.prepared import Given, Prepared
from responders.models import Reply
from videos.models import Brief

PAGE = 30
MOST = 10_000
COUNTS_LAST = 2.0
SILENT_MINUTES = 1
NEWEST = 2_000
#: So many tweets or fewer are looked up by their words before they are put in order.
FEW = 2_000
#: Words are common if so many of the newest hold them.
SAMPLE, COMMON = 500, 5
COUNTRIES_LAST = 300


class Lane(StrEnum):
    ANSWER = "answer"
    BRIEFED = "briefed"
    MANUAL = "manual"
    DOUBT = "doubt"
    DISMISSED = "dismissed"
    ANSWERED = "answered"
    FILTERED = "filtered"

    @property
    def label(self) -> str:
        return {Lane.ANSWER: "To answer", Lane.DOUBT: "Hostile?"}.get(self, self.value.title())

    @property
    def is_open(self) -> bool:
        """Its cards can be claimed, and stand in order of priority."""
        return self in {Lane.ANSWER, Lane.MANUAL, Lane.DOUBT}


_STATUS = {
    Lane.BRIEFED: Mention.Status.BRIEFED,
    Lane.ANSWERED: Mention.Status.ANSWERED,
    Lane.FILTERED: Mention.Status.FILTERED,
    Lane.DISMISSED: Mention.Status.DISMISSED,
}


#: Whose cards tell of our answer, or of what the field was asked.
_TOLD = {Lane.BRIEFED, Lane.ANSWERED}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the editor chose to see. All of it stands in the page's address.

    `words` are looked for in tweets, names and places, `@name` among handles.
    """

    lane: Lane = Lane.ANSWER
    language: str = ""
    theme: str = ""
    country: str = ""
    reach: str = ""
    sure: bool = False
    clip: bool = False
    words: str = ""

    @property
    def chosen(self) -> bool:
        return self != Filters(lane=self.lane)

    @property
    def asked(self) -> dict[str, str]:
        """As they stand in an address, without what is as it always is."""
        asked = {
            "lane": "" if self.lane is Lane.ANSWER else self.lane.value,
            "lang": self.language,
            "theme": self.theme,
            "country": self.country,
            "reach": self.reach,
            "sure": "1" if self.sure else "",
            "clip": "1" if self.clip else "",
            "q": self.words,
        }
        return {name: value for name, value in asked.items() if value}

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Filters":
        """From an address; what is no filter of ours is as if it were not there."""
        said = {name: str(asked.get(name, "")).replace("\x00", "") for name in NAMES}
        lane = said["lane"]
        return cls(
            lane=Lane(lane) if lane in set(Lane) else Lane.ANSWER,
            language=said["lang"][:8],
            theme=said["theme"][:40],
            country=said["country"][:2].upper(),
            reach=said["reach"] if said["reach"] in index.REACHES else "",
            sure=said["sure"] == "1",
            clip=said["clip"] == "1",
            words=said["q"][:100],
        )

    def query(self, *, answerable: Iterable[str]) -> str:
        """For the index of mentions; ANSWERABLE are the themes with a ready clip."""
        marks = [index.lang(self.language)] if self.language else []
        marks += [index.theme(self.theme)] if self.theme else []
        marks += [index.country(self.country)] if self.country else []
        marks += [index.reach(self.reach)] if self.reach else []
        marks += [index.SURE] if self.sure else []
        either = [index.theme(one) for one in answerable] or ["none"] if self.clip else []
        return index.query(self.words, marks, either)


NAMES = ("lane", "lang", "theme", "country", "reach", "sure", "clip", "q")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which card a page begins: its place in the queue, in microseconds, and its id."""

    place: int
    id: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """From an address; None for anything that is no cursor of ours."""
        first, _, second = text.partition("-")
        if not (first.isdecimal() and second.isdecimal()) or len(text) > 40:
            return None
        if int(first) > LATEST or int(second) >= 2**63:
            return None
        return cls(place=int(first), id=int(second))

    @classmethod
    def at(cls, mention: Mention) -> "Cursor":
        return cls(place=(mention.queue_at - EPOCH) // MICROSECOND, id=mention.pk)

    @property
    def moment(self) -> datetime:
        return EPOCH + self.place * MICROSECOND

    def __str__(self) -> str:
        return f"{self.place}-{self.id}"


#: The year 3000: what is later is no cursor of ours.
LATEST = 32_503_680_000_000_000


@dataclass(frozen=True, slots=True)
class Page:
    mentions: list[Mention]
    following: Cursor | None
    newest: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand where; a count of `MOST` or more is written "10,000+"."""

    answer: int = 0
    briefed: int = 0
    manual: int = 0
    doubt: int = 0
    dismissed: int = 0
    answered: int = 0
    filtered: int = 0
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
        if mention.doubt:
            return Lane.DOUBT
        return Lane.ANSWER if mention.replyable else Lane.MANUAL
    found = {status.value: lane for lane, status in _STATUS.items()}
    return found.get(mention.status, Lane.ANSWERED)


def mentions(campaign: Campaign, filters: Filters) -> MentionQuerySet:
    """The cards of a lane in its order, filtered. With words, it looks which there are first."""
    lane, query = _lane(campaign, filters.lane), _query(campaign, filters)
    ordered = _found(campaign, lane, query, words=filters.words)
    ordered = ordered.ranked() if filters.lane.is_open else ordered.order_by("-id")
    return _for_cards(ordered)


def _found(
    campaign: Campaign, chosen: MentionQuerySet, query: str, *, words: str
) -> MentionQuerySet:
    """Of the CHOSEN those that the query finds.

    PostgreSQL takes every beginning of a word for a common one, and reads a whole lane in its order
    for one that few tweets hold. So those few are looked up first, by the words alone.
    """
    found = chosen.found_by(query)
    if not words:
        return found
    saying = Mention.objects.filter(campaign=campaign).found_by(query)
    newest = saying.filter(pk__gt=newest_id(campaign) - SAMPLE)
    if newest.count() >= COMMON:
        return found
    few = list(saying.values_list("pk", flat=True)[: FEW + 1])
    if len(few) > FEW:
        return found
    return chosen.filter(IsAmong(F("pk"), Value(few, ArrayField(BigIntegerField()))))


def page(campaign: Campaign, filters: Filters, *, after: Cursor | None = None) -> Page:
    """The next `PAGE` cards. `newest` is the mention that came last: what comes later is new."""
    found = _after(mentions(campaign, filters), filters.lane, after)
    if filters.lane in _TOLD:
        found = with_answers(found)
    newest = Subquery(_newest_first(campaign).values("pk")[:1])
    rows = list(found.annotate(newest=newest)[: PAGE + 1])
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    return Page(
        mentions=shown,
        following=Cursor.at(last) if last else None,
        newest=getattr(rows[0], "newest", 0) if rows else newest_id(campaign),
    )


def cards(campaign: Campaign, ids: Iterable[int]) -> QuerySet[Mention]:
    """Single cards as they are now, whatever lane they went to."""
    return with_answers(_for_cards(Mention.objects.filter(campaign=campaign, pk__in=list(ids))))


def to_post_by_hand(campaign: Campaign) -> list[Mention]:
    """Tweets whose answer is approved, and waits for a person to post it on the network."""
    waiting = Reply.objects.by_hand().in_campaign(campaign).order_by("approved_at")
    ids = list(waiting.values_list("mention", flat=True)[:PAGE])
    found = {mention.pk: mention for mention in cards(campaign, ids)} if ids else {}
    return [found[pk] for pk in ids]


_NEWEST = Prepared(
    lambda: (
        Mention.objects.filter(campaign=Given("campaign"))
        .order_by("-id")
        .values_list("pk", flat=True)[:1]
    )
)


def newest_id(campaign: Campaign) -> int:
    """The mention that came last; what comes later is "new"."""
    return _NEWEST.first(campaign=campaign.pk) or 0


def arrived(campaign: Campaign, filters: Filters, *, after: int) -> int:
    """How many waiting cards of the lane came after that id; 100 means "many"."""
    if not filters.lane.is_open:
        return 0
    fresh = _lane(campaign, filters.lane).waiting().filter(pk__gt=after)
    fresh = _found(campaign, fresh, _query(campaign, filters), words=filters.words)
    return fresh.order_by()[:100].count()


def next_after(mention: Mention, campaign: Campaign, filters: Filters) -> Mention | None:
    """The first waiting card behind it in the lane; else the lane's first; None if it is empty."""
    return next(filter(None, (one.first() for one in following(mention, campaign, filters))), None)


def following(
    mention: Mention, campaign: Campaign, filters: Filters
) -> tuple[MentionQuerySet, ...]:
    """The waiting cards behind it in the lane, and then all; nothing in a lane that is not open."""
    if not filters.lane.is_open:
        return ()
    waiting = mentions(campaign, filters).waiting().exclude(pk=mention.pk)
    return _after(waiting, filters.lane, Cursor.at(mention)), waiting


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


def countries_of(campaign: Campaign) -> list[tuple[str, str]]:
    """Code and name of where the newest mentions came from, as far as it is known."""
    key = f"desk-countries:{campaign.pk}"
    kept = cache.get(key)
    if not isinstance(kept, list):
        newest = _newest_first(campaign).exclude(country="").values("country")[:NEWEST]
        codes = {row["country"] for row in newest}
        kept = sorted(((code, countries.name(code)) for code in codes), key=lambda one: one[1])
        cache.set(key, kept, COUNTRIES_LAST)
    return kept


def _newest_first(campaign: Campaign) -> QuerySet[Mention]:
    return Mention.objects.filter(campaign=campaign).order_by("-id")


def _lane(campaign: Campaign, lane: Lane) -> MentionQuerySet:
    own = Mention.objects.filter(campaign=campaign)
    if not lane.is_open:
        return own.filter(status=_STATUS[lane])
    if lane is Lane.DOUBT:
        return own.open().exclude(doubt="")
    return own.open().filter(doubt="", replyable=lane is Lane.ANSWER)


def _query(campaign: Campaign, filters: Filters) -> str:
    if not filters.clip:
        return filters.query(answerable=())
    ranking = Ranking.objects.filter(campaign=campaign).first()
    return filters.query(answerable=ranking.answerable if ranking else ())


def _for_cards(chosen: MentionQuerySet) -> MentionQuerySet:
    return chosen.select_related("claimed_by", "handled_by").defer("raw", "search")


def with_answers(chosen: MentionQuerySet) -> MentionQuerySet:
    """With our replies as `answers` and what the field was `asked`: those that left the queue."""
    done = (
        Reply.objects.exclude(status__in=[Reply.Status.DRAFT, Reply.Status.CANCELLED])
        .select_related("clip__storyteller", "author")
        .order_by("-pk")
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
    asked = Brief.objects.select_related("place", "storyteller").order_by("-pk")
    return chosen.prefetch_related(
        Prefetch("replies", queryset=done, to_attr="answers"),
        Prefetch("briefs", queryset=asked, to_attr="asked"),
    )


def _after(chosen: MentionQuerySet, lane: Lane, after: Cursor | None) -> MentionQuerySet:
    if after is None:
        return chosen
    if not lane.is_open:
        return chosen.filter(pk__lt=after.id)
    # The first condition lets the index begin where the page does; the second is the order.
    behind = Q(queue_at__gt=after.moment) | Q(queue_at=after.moment, pk__gt=after.id)
    return chosen.filter(behind, queue_at__gte=after.moment)


#: Each lane's condition, as its index has it.
_LANES = {
    Lane.ANSWER: "status IN ('waiting', 'claimed') AND doubt = '' AND replyable",
    Lane.BRIEFED: "status = 'briefed'",
    Lane.MANUAL: "status IN ('waiting', 'claimed') AND doubt = '' AND NOT replyable",
    Lane.DOUBT: "status IN ('waiting', 'claimed') AND NOT (doubt = '')",
    Lane.DISMISSED: "status = 'dismissed'",
    Lane.ANSWERED: "status = 'answered'",
    Lane.FILTERED: "status = 'filtered'",
}
_OF_LANES = ",\n".join(
    f"(SELECT count(*) FROM (SELECT 1 FROM campaign_mention WHERE campaign_id = %(campaign)s"  # noqa: S608  our own words
    f" AND {condition} LIMIT %(most)s) AS a)"
    for condition in _LANES.values()
)
_COUNT = """
SELECT
  {lanes},
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


_COUNT = _COUNT.replace("{lanes}", _OF_LANES)


def _count(campaign: int) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"campaign": campaign, "most": MOST})
        row = cursor.fetchone()
    names = (*_LANES, "eyes", "held", "posting", "problems", "silent")
    return Counts(**dict(zip(map(str, names), row, strict=True)))
