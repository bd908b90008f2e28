"""What the outbox shows: held, on their way, posted, in trouble, put right. A fixed number of
queries each, whatever the number of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, DurationField, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaign.models import Account, AuditEntry, Campaign, Pause
from petitions.models import ClickCount
from responders import problems
from responders.actions import budgets, media
from responders.models import Attempt, Look, MediaUpload, Reply, ReplyQuerySet
from videos.models import Rendition

POSTED_SHOWN = 40
IN_FLIGHT_SHOWN = 20
PROBLEMS_SHOWN = 20
RIGHT_SHOWN = 8
#: The longest hold that a campaign can set; what is due later waits for something else.
LONGEST_HOLD = timedelta(seconds=60)
NEW_FOR = timedelta(seconds=60)


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Figures:
    posted: int
    median: timedelta | None
    window: str
    window_until: str
    stale: int


@dataclass(frozen=True, slots=True)
class Journey:
    """A reply past its hold: how far it is, of four steps, and what it waits for."""

    reply: Reply
    step: int
    words: str
    share: int | None = None
    attempt: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the evidence."""

    at: datetime
    words: str
    mark: str = "looked"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A publishing problem with its evidence."""

    reply: Reply
    problem: problems.Problem
    events: list[Event]
    looking: bool
    clear_looks: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A problem of today that is settled, and by whom."""

    reply: Reply
    words: str
    by: str


def figures(campaign: Campaign) -> Figures:
    ours = Reply.objects.in_campaign(campaign)
    today = ours.posted().filter(posted_at__gte=budgets.midnight(timezone.now()))
    median = today.aggregate(median=Median(F("posted_at") - F("mention__posted_at")))["median"]
    window, until = _window(campaign)
    return Figures(
        posted=today.count(),
        median=median,
        window=window,
        window_until=until,
        stale=ours.filter(status=Reply.Status.STALE).count(),
    )


def held(campaign: Campaign) -> list[Reply]:
    """Approved, and still to be undone: the next to go first."""
    now = timezone.now()
    rows = _rows(campaign).approved().filter(due_at__gt=now)
    return list(rows.filter(due_at__lte=F("approved_at") + LONGEST_HOLD).order_by("due_at"))


def stale(campaign: Campaign) -> list[Reply]:
    """Approved once, and in need of a new look: they waited too long, or changed."""
    return list(_rows(campaign).filter(status=Reply.Status.STALE).order_by("approved_at"))


def in_flight(campaign: Campaign) -> list[Journey]:
    """On their way, the oldest approval first."""
    now = timezone.now()
    past_hold = Q(due_at__lte=now) | Q(due_at__gt=F("approved_at") + LONGEST_HOLD)
    rows = _rows(campaign).filter(
        Q(status=Reply.Status.POSTING) | Q(status=Reply.Status.APPROVED) & past_hold
    )
    replies = list(rows.prefetch_related("attempts").order_by("approved_at")[:IN_FLIGHT_SHOWN])
    if not replies:
        return []
    films = _films(replies)
    paused = _paused(campaign)
    spent = _spent({reply.account for reply in replies}, at=now)
    return [
        _journey(
            reply,
            film=films.get(reply.pk),
            paused=_is_paused(reply, paused),
            spent=reply.account_id in spent,
            now=now,
        )
        for reply in replies
    ]


def posted(campaign: Campaign) -> list[Reply]:
    """The last that went out, the newest first, with how many people clicked."""
    clicks = (
        ClickCount.objects.filter(link=OuterRef("link"))
        .order_by()
        .values("link")
        .annotate(people=Sum("people"))
        .values("people")
    )
    standing = [Reply.Status.POSTED, Reply.Status.REMOVING, Reply.Status.REMOVED]
    rows = (
        _rows(campaign)
        .filter(status__in=standing)
        .annotate(
            clicked=Coalesce(Subquery(clicks, output_field=IntegerField()), 0),
            took=F("posted_at") - F("mention__posted_at"),
        )
    )
    return list(rows.order_by("-posted_at")[:POSTED_SHOWN])


def trouble(campaign: Campaign) -> list[Trouble]:
    """What a person may have to settle, the oldest first."""
    rows = _rows(campaign).problems().prefetch_related("attempts__looks")
    return [_trouble(reply) for reply in rows.order_by("problem_at")[:PROBLEMS_SHOWN]]


def put_right(campaign: Campaign) -> list[Mended]:
    """Problems of today that are over."""
    today = budgets.midnight(timezone.now())
    over = [
        Reply.Status.POSTED,
        Reply.Status.CANCELLED,
        Reply.Status.APPROVED,
        Reply.Status.REMOVED,
    ]
    rows = (
        _rows(campaign)
        .filter(problem_at__gte=today, status__in=over)
        .prefetch_related("attempts__looks")
        .order_by("-updated_at")[:RIGHT_SHOWN]
    )
    replies = list(rows)
    actors = _who_settled(replies)
    return [
        Mended(reply, words=_how_settled(reply), by=actors.get(reply.pk, "by itself"))
        for reply in replies
    ]


def _rows(campaign: Campaign) -> ReplyQuerySet:
    return (
        Reply.objects.in_campaign(campaign)
        .select_related(
            "mention", "account", "clip__storyteller__place", "author", "approved_by", "link"
        )
        .defer("mention__raw", "mention__author_bio")
    )


def _window(campaign: Campaign) -> tuple[str, str]:
    """How many posts X still allows until when, by its last answer."""
    last = (
        Attempt.objects.filter(
            reply__account__campaign=campaign,
            outcome=Attempt.Outcome.POSTED,
            reply__posted_at__gte=timezone.now() - timedelta(minutes=30),
        )
        .order_by("-reply__posted_at")
        .values_list("response", flat=True)
        .first()
    )
    window: dict[str, Any] = (last or {}).get("window") or {}
    until = datetime.fromisoformat(window["resets_at"]) if window.get("resets_at") else None
    if until is None or until <= timezone.now():
        return "", ""
    return f"{window['remaining']} of {window['limit']}", f"{timezone.localtime(until):%H:%M}"


def _films(replies: list[Reply]) -> dict[int, MediaUpload]:
    """How far each reply's film is on its account's network."""
    films = Rendition.objects.filter(
        clip__in={reply.clip_id for reply in replies}, kind=Rendition.Kind.POST
    )
    hashes = dict(films.values_list("clip_id", "sha256"))
    uploads = {
        (upload.account_id, upload.sha256): upload
        for upload in MediaUpload.objects.filter(sha256__in=hashes.values())
    }
    found = {}
    for reply in replies:
        sha256 = hashes.get(reply.clip.pk) if reply.clip else None
        if sha256 and (upload := uploads.get((reply.account_id, sha256))):
            found[reply.pk] = upload
    return found


def _paused(campaign: Campaign) -> list[Pause]:
    return list(Pause.objects.active().filter(Q(campaign=campaign) | Q(campaign=None)))


def _is_paused(reply: Reply, pauses: Iterable[Pause]) -> bool:
    if reply.account.status != Account.Status.ACTIVE:
        return True
    return any(stop.account_id in {None, reply.account_id} for stop in pauses)


def _spent(accounts: set[Account], *, at: datetime) -> set[int]:
    """Accounts whose daily limit is reached."""
    return {one.pk for one in accounts if budgets.day(one, at=at).replies_left <= 0}


def _journey(
    reply: Reply, *, film: MediaUpload | None, paused: bool, spent: bool, now: datetime
) -> Journey:
    attempts = list(reply.attempts.all())
    last = attempts[-1] if attempts else None
    number = len(attempts) + (reply.status != Reply.Status.POSTING)
    if reply.status == Reply.Status.POSTING and last is not None:
        words = "Sent. Waiting for X to answer"
        return Journey(reply, 4, words, attempt=last.number, since=last.started_at)
    if paused:
        return Journey(reply, 1, "Paused. It waits where it is", attempt=number)
    if spent:
        words = "Today’s limit is reached. It goes on at midnight, or when the limit is raised"
        return Journey(reply, 1, words, attempt=number)
    if reply.due_at is not None and reply.due_at > now:
        return Journey(reply, 1, _wait_words(reply, last), attempt=number)
    if film is None or not media.is_ready(film):
        words, share = _film_words(film)
        return Journey(reply, 2, words, share=share, attempt=number)
    return Journey(reply, 3, "The film is ready. Last checks", attempt=number, since=reply.due_at)


def _wait_words(reply: Reply, last: Attempt | None) -> str:
    until = f"{timezone.localtime(reply.due_at):%H:%M:%S}"
    if last is not None and last.outcome == Attempt.Outcome.UNREACHABLE:
        return f"X cannot be reached. Tried again at {until}"
    if last is not None and last.outcome == Attempt.Outcome.LIMITED:
        return f"X asks us to wait until {until}"
    return f"Kept apart from the reply before it. It goes at {until}"


def _film_words(film: MediaUpload | None) -> tuple[str, int | None]:
    if film is None or film.state == MediaUpload.State.PENDING:
        return "The film is next to be uploaded", None
    if film.state == MediaUpload.State.UPLOADING:
        share = 100 * film.bytes_sent // film.bytes_total if film.bytes_total else 0
        return "The film is on its way to X", share
    if film.state == MediaUpload.State.FAILED:
        return "X could not prepare the film", None
    return "X is preparing the film", None


def _trouble(reply: Reply) -> Trouble:
    events: list[Event] = []
    clear = 0
    for attempt in reply.attempts.all():
        events += _attempt_events(attempt)
        looks = list(attempt.looks.all())
        clear = sum(not look.failure for look in looks)
        events += _look_events(looks, over=reply.status == Reply.Status.PROBLEM)
    return Trouble(
        reply=reply,
        problem=problems.describe(reply.problem),
        events=events,
        looking=reply.status == Reply.Status.UNKNOWN,
        clear_looks=clear,
    )


_ENDED = {
    Attempt.Outcome.REFUSED: ("X refused", "bad"),
    Attempt.Outcome.LIMITED: ("X asked us to wait", "looked"),
    Attempt.Outcome.UNREACHABLE: ("X could not be reached; nothing left", "looked"),
    Attempt.Outcome.POSTED: ("X took it", "ok"),
}


def _attempt_events(attempt: Attempt) -> list[Event]:
    events = [
        Event(attempt.started_at, f"Attempt {attempt.number} written down, then sent", "sent")
    ]
    if attempt.finished_at is None:
        return events
    if attempt.outcome == Attempt.Outcome.UNKNOWN:
        words = _lost_words(attempt)
        events.append(Event(attempt.finished_at, words, "unknown"))
    else:
        words, mark = _ENDED[Attempt.Outcome(attempt.outcome)]
        events.append(Event(attempt.finished_at, words, mark))
    return events


def _lost_words(attempt: Attempt) -> str:
    status = attempt.response.get("status")
    if status == 403:
        return "X says it has an equal post already"
    if status:
        return f"X answered {status}, which does not say"
    if str(attempt.response.get("error", "")).startswith("The worker"):
        return "The worker that sent it was lost"
    seconds = (attempt.finished_at - attempt.started_at).total_seconds()  # type: ignore[operator]  # the caller saw to it
    return f"No answer in {max(1, round(seconds))} s; the connection was cut"


def _look_events(looks: list[Look], *, over: bool) -> list[Event]:
    events = []
    for number, look in enumerate(looks, start=1):
        if look.found_id:
            words = "Found it on our timeline"
        elif look.failure:
            words = "Looked, but could not see our timeline"
        elif over and number == len(looks):
            words = f"Last look, all {look.posts_seen} posts since: not there"
        else:
            words = f"Looked {'at our timeline' if number == 1 else 'again'}: not there"
        events.append(Event(look.at, words, "ok" if look.found_id else "looked"))
    return events


def _who_settled(replies: list[Reply]) -> dict[int, str]:
    """The person of the newest audit entry of each reply that has one; the newsroom has none."""
    newest: dict[int, str] = {}
    entries = AuditEntry.objects.filter(
        target_type="reply", target_id__in=[str(reply.pk) for reply in replies]
    )
    settled = [
        "found",
        "posted",
        "pointed to",
        "cancelled",
        "to be posted again",
        "dropped",
        "taken down",
    ]
    for entry in entries.filter(verb__in=settled).select_related("actor").order_by("id"):
        if entry.verb == "posted" and int(entry.target_id) in newest:
            continue  # what a person sent again was their decision
        newest[int(entry.target_id)] = entry.actor.short_name if entry.actor else "by itself"
    return newest


def _how_settled(reply: Reply) -> str:
    if reply.status == Reply.Status.CANCELLED:
        problem = problems.DROPPED.get(reply.problem) or problems.describe(reply.problem).title
        return f"{problem.rstrip('.')}; reply dropped"
    if reply.status == Reply.Status.REMOVED:
        return "Taken down on X"
    attempts = list(reply.attempts.all())
    if len(attempts) > 1:
        return f"Sent again; attempt {attempts[-1].number}"
    looks = [look for attempt in attempts for look in attempt.looks.all()]
    found = next((look for look in looks if look.found_id), None)
    if found is not None and attempts[0].finished_at is not None:
        seconds = round((found.at - attempts[0].started_at).total_seconds())
        return f"Unknown, then found on our timeline after {seconds} s"
    return "Posted by hand, link checked" if not attempts else "Found on X by a colleague"
