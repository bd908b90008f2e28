"""What the approvals page shows: replies that wait for a second person or a new look."""

from dataclasses import dataclass

from django.db.models import Prefetch

from campaign.models import Campaign, User
from responders import cautions, problems, weight
from responders.actions import approval
from responders.models import Reply
from videos.models import Consent, Rendition

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply with what its reader has to know; `seen` is what an approval is bound to."""

    reply: Reply
    seen: str
    why: str
    own: bool
    warnings: list[str]
    weight: weight.Weight


def waiting(campaign: Campaign, *, by: User) -> list[Waiting]:
    """The oldest first. A fixed number of queries."""
    posts = Rendition.objects.filter(kind=Rendition.Kind.POST)
    consents = Consent.objects.order_by("-version")
    rows = (
        Reply.objects.in_campaign(campaign)
        .filter(status__in=[Reply.Status.SUBMITTED, Reply.Status.STALE])
        .select_related(
            "mention__campaign", "account", "clip__storyteller__place", "author", "link"
        )
        .prefetch_related(
            Prefetch("clip__renditions", queryset=posts, to_attr="posts"),
            Prefetch("clip__storyteller__consents", queryset=consents, to_attr="agreed"),
        )
        .defer("mention__raw", "mention__search")
        .order_by("submitted_at", "approved_at", "pk")[:SHOWN]
    )
    return [_waiting(reply, by) for reply in rows]


def by_hand(campaign: Campaign) -> list[Reply]:
    """Approved, and not posted on the network by a person yet; the oldest first."""
    rows = Reply.objects.in_campaign(campaign).by_hand().select_related("mention", "author")
    return list(rows.defer("mention__raw", "mention__search").order_by("approved_at")[:SHOWN])


def _waiting(reply: Reply, by: User) -> Waiting:
    stale = reply.status == Reply.Status.STALE
    why = problems.DROPPED.get(reply.problem, "") if stale else reply.second_eyes_reason
    return Waiting(
        reply=reply,
        seen=approval.fingerprint_with(
            reply,
            film=_first(reply, "posts", "sha256"),
            consent=_consent(reply),
        ),
        why=why,
        own=by.pk in {reply.author_id, *reply.writers},
        warnings=cautions.warnings(reply),
        weight=weight.weigh(reply.text),
    )


def _first(reply: Reply, name: str, field: str) -> str | None:
    rows = getattr(reply.clip, name, []) if reply.clip else []
    return str(getattr(rows[0], field)) if rows else None


def _consent(reply: Reply) -> tuple[int, int] | None:
    agreed: list[Consent] = getattr(reply.clip.storyteller, "agreed", []) if reply.clip else []
    return (agreed[0].pk, agreed[0].version) if agreed else None
