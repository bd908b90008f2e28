"""What became of takedowns: every reply that one concerned, and how far each is."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from campaign.models import Campaign
from responders import problems
from responders.models import Reply, Takedown, TakedownQuerySet
from videos.models import Clip, Storyteller

SHOWN = 50
ROWS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One reply under a takedown. `took` is from the order until X had deleted it."""

    reply: Reply
    words: str
    mark: str
    took: timedelta | None


@dataclass(frozen=True, slots=True)
class Report:
    takedown: Takedown
    subject: str
    rows: list[Row]
    counts: dict[str, int]

    @property
    def whole(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Subjects:
    """What can be taken down, each with `standing`: how many replies of it are on the network."""

    clips: list[Clip]
    storytellers: list[Storyteller]
    standing: int


def subjects(campaign: Campaign) -> Subjects:
    standing = Count("replies", filter=Q(replies__status=Reply.Status.POSTED))
    clips = Clip.objects.filter(campaign=campaign, replies__isnull=False)
    theirs = Count("clips__replies", filter=Q(clips__replies__status=Reply.Status.POSTED))
    storytellers = Storyteller.objects.filter(campaign=campaign).annotate(standing=theirs)
    return Subjects(
        clips=list(
            clips.annotate(standing=standing)
            .select_related("storyteller")
            .order_by("storyteller__public_name", "title")
        ),
        storytellers=list(storytellers.order_by("public_name")),
        standing=Reply.objects.in_campaign(campaign).posted().count(),
    )


def takedowns(campaign: Campaign) -> list[Takedown]:
    """The newest first, with how many replies are off, under way, given up, or in trouble."""
    return list(_rows(campaign).order_by("-asked_at")[:SHOWN])


def _rows(campaign: Campaign) -> TakedownQuerySet:
    status = Reply.Status
    return (
        Takedown.objects.filter(campaign=campaign)
        .select_related("clip", "storyteller", "asked_by")
        .annotate(
            off=Count("replies", filter=Q(replies__status=status.REMOVED)),
            going=Count("replies", filter=Q(replies__status=status.REMOVING)),
            given_up=Count("replies", filter=Q(replies__status=status.CANCELLED)),
            trouble=Count("replies", filter=Q(replies__status=status.PROBLEM)),
        )
    )


def report(takedown: Takedown) -> Report:
    """A fixed number of queries, whatever the number of replies."""
    replies = takedown.replies.select_related(
        "mention", "account", "clip__storyteller", "takedown"
    ).defer("mention__raw")
    rows = [_row(reply, takedown=takedown) for reply in replies.order_by("removed_at", "pk")[:ROWS]]
    return Report(
        takedown=takedown,
        subject=subject(takedown),
        rows=rows,
        counts=dict(Counter(row.mark for row in rows)),
    )


def subject(takedown: Takedown) -> str:
    if takedown.clip is not None:
        return f"All replies with the clip “{takedown.clip.title}”"
    if takedown.storyteller is not None:
        return f"All replies with {takedown.storyteller.public_name}"
    return "One reply" if takedown.scope == Takedown.Scope.REPLY else "All replies of the campaign"


def _row(reply: Reply, *, takedown: Takedown) -> Row:
    status = Reply.Status
    took = reply.removed_at - takedown.asked_at if reply.removed_at else None
    match reply.status:
        case status.REMOVED:
            return Row(reply, "Off X", "off", took)
        case status.REMOVING:
            return Row(reply, "X is asked to delete it", "going", None)
        case status.CANCELLED:
            return Row(reply, "Given up before it went out", "given_up", None)
        case status.PROBLEM:
            return Row(reply, problems.describe(reply.problem).title, "trouble", None)
        case _:
            return Row(reply, reply.get_status_display(), "going", None)
