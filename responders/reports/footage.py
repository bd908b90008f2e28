"""What became of footage on the desk: where a clip was used, and what a withdrawal has done."""

from dataclasses import dataclass, field

from django.db.models import Count, Sum

from petitions.models import ClickCount, Signature
from petitions.reports.rates import Rate
from responders.actions.takedown import NOT_REMOVED
from responders.models import Reply
from videos.models import Clip, Consent, Rendition, Storyteller

MOST = 200


@dataclass(frozen=True, slots=True)
class Use:
    """One reply with the clip, and what its link brought so far."""

    reply: Reply
    clicks: int
    signatures: int

    @property
    def rate(self) -> Rate:
        return Rate(self.signatures, self.clicks)


@dataclass(frozen=True, slots=True)
class Uses:
    """All of them, newest first, with their sum."""

    replies: list[Use]

    @property
    def clicks(self) -> int:
        return sum(one.clicks for one in self.replies)

    @property
    def signatures(self) -> int:
        return sum(one.signatures for one in self.replies)

    @property
    def rate(self) -> Rate:
        return Rate(self.signatures, self.clicks)


@dataclass(slots=True)
class Withdrawal:
    """What was done after a storyteller took their consent back, and what could not be."""

    consent: Consent
    clips: list[Clip]
    files_left: int
    held: int
    dropped: list[Reply] = field(default_factory=list)
    removed: list[Reply] = field(default_factory=list)
    removing: list[Reply] = field(default_factory=list)
    refused: list[Reply] = field(default_factory=list)
    standing: list[Reply] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not (self.removing or self.refused or self.files_left)


_POSTED = (Reply.Status.POSTED, Reply.Status.REMOVING, Reply.Status.REMOVED)


def uses(clip: Clip) -> Uses:
    """Replies that went out with this clip. Three queries."""
    replies = list(
        Reply.objects.filter(clip=clip, status__in=_POSTED)
        .select_related("mention", "account", "link")
        .order_by("-posted_at")[:MOST]
    )
    links = [one.link_id for one in replies if one.link_id]
    clicks = dict(
        ClickCount.objects.filter(link__in=links)
        .order_by()
        .values_list("link")
        .annotate(people=Sum("people"))
        .values_list("link", "people")
    )
    signed = dict(
        Signature.objects.confirmed()
        .filter(link__in=links)
        .order_by()
        .values_list("link")
        .annotate(number=Count("pk"))
        .values_list("link", "number")
    )
    return Uses(
        [
            Use(one, clicks.get(one.link_id or 0, 0), signed.get(one.link_id or 0, 0))
            for one in replies
        ]
    )


def withdrawal(storyteller: Storyteller) -> Withdrawal | None:
    """The newest withdrawal of somebody and where its effects stand now; None if there is none."""
    consents = storyteller.consents.filter(withdrawn_at__isnull=False).order_by("-version")
    consent = consents.select_related("withdrawn_by").first()
    if consent is None:
        return None
    gone = (Clip.Status.WITHDRAWN, Clip.Status.RETIRED)
    clips = list(storyteller.clips.filter(status__in=gone).order_by("-received_at"))
    files = Rendition.objects.filter(clip__in=clips, clip__status=Clip.Status.WITHDRAWN)
    report = Withdrawal(
        consent=consent,
        clips=clips,
        files_left=files.filter(clip__legal_hold="").exclude(file="").count(),
        held=sum(1 for clip in clips if clip.legal_hold),
    )
    replies = Reply.objects.filter(clip__in=clips).select_related("mention", "account")
    for reply in replies.order_by("-updated_at")[:MOST]:
        _sort_in(report, reply)
    return report


def _sort_in(report: Withdrawal, reply: Reply) -> None:
    lists = {
        Reply.Status.REMOVED: report.removed,
        Reply.Status.REMOVING: report.removing,
        Reply.Status.POSTED: report.standing,
    }
    if reply.status in lists:
        lists[Reply.Status(reply.status)].append(reply)
    elif reply.status == Reply.Status.PROBLEM and reply.problem == NOT_REMOVED:
        report.refused.append(reply)
    elif reply.status == Reply.Status.CANCELLED and reply.problem == "consent":
        report.dropped.append(reply)
