"""Who did what and when: the log of one tweet as a timeline, and of a campaign as a search."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from campaign.intake import index
from campaign.models import AuditEntry, Campaign, Mention, User
from responders import reasons
from responders.models import Reply
from videos.models import Clip

PAGE = 50
#: A search by handle looks at so many of their tweets, the newest.
TWEETS = 300

#: What was done, for a reader who was not there. What is not here is shown by its own verb.
WORDS = {
    "claimed": "took it",
    "lease ran out": "The claim ran out",
    "took over": "took it over",
    "handed over": "handed it over",
    "dismissed": "dismissed it",
    "restored": "put it back into the queue",
    "opted out": "noted that they want to be left alone",
    "trusted": "said that it is a tweet to answer",
    "asked the field": "asked the field to film an answer",
    "began another": "began another reply",
    "discarded": "discarded a reply beside others",
    "brought back": "brought a discarded reply back",
    "paired": "chose the clip",
    "submitted": "asked for second eyes",
    "approved": "approved the reply",
    "undone": "took the approval back",
    "sent back": "sent the reply back",
    "cancelled": "gave the reply up",
    "dropped": "The reply was dropped",
    "grew stale": "The reply needs a new look",
    "sending": "The reply was sent to X",
    "posted": "X posted the reply",
    "posted by hand": "posted the reply by hand",
    "found": "The reply was found on X",
    "pointed to": "showed that the reply is on X",
    "problem": "The reply did not go out",
    "outcome unknown": "X did not say whether it posted the reply",
    "told to wait": "X told us to wait",
    "not reached": "X could not be reached",
    "account stopped": "X refused the account",
    "film expired": "X had forgotten the film",
    "to be posted again": "let the reply be posted again",
    "taken down": "had the reply taken down",
    "removed": "The reply was deleted on X",
    "received": "sent a film",
    "prepared": "The film was prepared",
    "released": "gave it back",
    "retired": "took the clip off the shelf",
    "withdrew consent": "noted that the consent is withdrawn",
    "gave consent": "wrote a consent down",
    "looked at identity": "looked at who a storyteller is",
    "purged": "The films were deleted",
    "connected": "connected the account",
    "paused": "paused posting",
    "resumed": "resumed posting",
    "changed the rules of approval": "changed the rules of approval",
    "changed the words of themes": "changed the words of themes",
    "changed template": "changed a template",
    "made template": "made a template",
    "deleted template": "deleted a template",
}
#: Facts of an entry that a reader is told, and before which words.
_TOLD = {"comment": "", "reason": "", "kind": "", "id": "on X as ", "version": "version "}
_TYPES = {"mention": "tweet", "reply": "reply", "replytemplate": "template"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, in words. `who` is empty when the newsroom acted by itself."""

    entry: AuditEntry
    who: str
    what: str
    detail: str = ""
    mention: Mention | None = None
    clip: Clip | None = None

    @property
    def about(self) -> str:
        """What it was done to, where that is no tweet."""
        if self.clip is not None:
            return f"{self.clip.storyteller.public_name}: {self.clip.title}"
        kind = self.entry.target_type
        return f"{_TYPES.get(kind, kind)} {self.entry.target_id}"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Days are those of the newsroom, both included."""

    words: str = ""
    person: str = ""
    verb: str = ""
    first: date | None = None
    last: date | None = None
    asked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Search":
        """From an address; what makes no sense is as if it were not there."""
        said = {name: str(asked.get(name, "")).replace("\x00", "")[:100] for name in NAMES}
        return cls(
            words=said["q"].strip(),
            person=said["who"] if said["who"].isdecimal() and len(said["who"]) < 19 else "",
            verb=said["what"] if said["what"] in WORDS else "",
            first=_day(said["from"]),
            last=_day(said["to"]),
            asked={name: value for name, value in said.items() if value},
        )


NAMES = ("q", "who", "what", "from", "to")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def found(campaign: Campaign, search: Search) -> QuerySet[AuditEntry]:
    """The campaign's entries that it finds, the newest first."""
    entries = AuditEntry.objects.filter(campaign=campaign).select_related("actor").order_by("-id")
    if search.person:
        entries = entries.filter(actor_id=int(search.person))
    if search.verb:
        entries = entries.filter(verb=search.verb)
    if search.first:
        entries = entries.filter(at__gte=_begins(search.first))
    if search.last:
        entries = entries.filter(at__lt=_begins(search.last + timedelta(days=1)))
    return entries.filter(_about(campaign, search.words)) if search.words else entries


def page(campaign: Campaign, search: Search, *, before: int | None) -> tuple[list[Line], int]:
    """The next `PAGE` lines and the id that the page after them begins before; 0 at the end."""
    entries = found(campaign, search)
    if before is not None:
        entries = entries.filter(id__lt=before)
    rows = list(entries[: PAGE + 1])
    following = rows[PAGE - 1].pk if len(rows) > PAGE else 0
    return told(rows[:PAGE]), following


def timeline(mention: Mention) -> list[Line]:
    """All that happened to one tweet and to our replies to it, the oldest first."""
    replies = [str(pk) for pk in Reply.objects.filter(mention=mention).values_list("pk", flat=True)]
    about = Q(target_type="mention", target_id=str(mention.pk))
    about |= Q(target_type="reply", target_id__in=replies)
    entries = AuditEntry.objects.filter(about).select_related("actor").order_by("id")
    return told(entries)


def told(entries: Iterable[AuditEntry]) -> list[Line]:
    """The entries in words, with a fixed number of queries for all."""
    rows = list(entries)
    tweets = _tweets(rows)
    people = _people(rows)
    clips = _clips(rows)
    return [
        Line(
            entry=entry,
            who=entry.actor.short_name if entry.actor else "",
            what=WORDS.get(entry.verb, entry.verb),
            detail=_detail(entry, people=people, clips=clips),
            mention=tweets.get((entry.target_type, entry.target_id)),
            clip=clips.get(entry.target_id) if entry.target_type == "clip" else None,
        )
        for entry in rows
    ]


HEAD = ["at", "who", "what", "in words", "tweet of", "about", "id", "before", "after", "hash"]


def rows(campaign: Campaign, search: Search) -> Iterator[list[object]]:
    """Every line that is found, for a spreadsheet; read from the database bit by bit."""
    batch: list[AuditEntry] = []
    for entry in found(campaign, search).iterator(chunk_size=500):
        batch.append(entry)
        if len(batch) == 500:
            yield from map(_row, told(batch))
            batch = []
    yield from map(_row, told(batch))


def people_of(campaign: Campaign) -> list[User]:
    """Whom the search offers."""
    return list(campaign.people.order_by("name", "username"))


def _row(line: Line) -> list[object]:
    entry = line.entry
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        line.who,
        entry.verb,
        f"{line.what} {line.detail}".strip(),
        f"@{line.mention.author_handle}" if line.mention else "",
        entry.target_type,
        entry.target_id,
        str(entry.before or ""),
        str(entry.after or ""),
        entry.hash or "",
    ]


def _about(campaign: Campaign, words: str) -> Q:
    """Entries of tweets that the words find (`@name` a handle), or of whatever has that id."""
    tweets = Mention.objects.filter(campaign=campaign).found_by(index.query(words, [], []))
    mentions = list(tweets.order_by("-id").values_list("pk", flat=True)[:TWEETS])
    replies = Reply.objects.filter(mention__in=mentions).values_list("pk", flat=True)
    about = Q(target_type="mention", target_id__in=[str(pk) for pk in mentions])
    about |= Q(target_type="reply", target_id__in=[str(pk) for pk in replies])
    number = words.removeprefix("#")
    return about | Q(target_id=number) if number.isdecimal() else about


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _tweets(entries: list[AuditEntry]) -> dict[tuple[str, str], Mention]:
    named: dict[str, set[int]] = {"mention": set(), "reply": set()}
    for entry in entries:
        if entry.target_type in named and entry.target_id.isdecimal():
            named[entry.target_type].add(int(entry.target_id))
    replies = dict(
        Reply.objects.filter(pk__in=named["reply"]).values_list("pk", "mention_id")
        if named["reply"]
        else []
    )
    wanted = named["mention"] | set(replies.values())
    tweets = Mention.objects.only("author_handle", "lang").in_bulk(wanted) if wanted else {}
    by_reply = {("reply", str(pk)): tweets[tweet] for pk, tweet in replies.items()}
    return {("mention", str(pk)): tweet for pk, tweet in tweets.items()} | by_reply


def _people(entries: list[AuditEntry]) -> dict[int, User]:
    named = {entry.after.get("to") for entry in entries}
    named |= {entry.before.get("claimed_by") for entry in entries}
    wanted = [one for one in named if isinstance(one, int)]
    return User.objects.in_bulk(wanted) if wanted else {}


def _clips(entries: list[AuditEntry]) -> dict[str, Clip]:
    wanted = {str(entry.after["clip"]) for entry in entries if entry.after.get("clip")}
    wanted |= {entry.target_id for entry in entries if entry.target_type == "clip"}
    clips = Clip.objects.select_related("storyteller").in_bulk(wanted) if wanted else {}
    return {str(pk): clip for pk, clip in clips.items()}


def _detail(entry: AuditEntry, *, people: Mapping[int, User], clips: Mapping[str, Clip]) -> str:
    """What else there is to say: to whom, from whom, with which clip, why."""
    after: dict[str, Any] = entry.after
    said = []
    if to := people.get(after.get("to") or 0):
        said.append(f"to {to.short_name}")
    if before := people.get(entry.before.get("claimed_by") or 0):
        said.append(f"from {before.short_name}")
    if clip := clips.get(str(after.get("clip"))):
        said.append(f"{clip.storyteller.public_name}: {clip.title}")
    said += [f"{words}{_in_words(after[name])}" for name, words in _TOLD.items() if after.get(name)]
    return ", ".join(said)


def _in_words(value: object) -> str:
    known = {reason.value: words for reason, words in reasons.REASONS.items()}
    return known.get(str(value), str(value).replace("_", " "))
