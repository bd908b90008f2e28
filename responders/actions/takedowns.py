"""Taking back many replies at once: all with a clip, of a storyteller, or of the whole campaign.

The order is a row; it spreads to its replies in a job, and again by the sweep until none is left,
also to those that were on their way when it was given. Each reply is taken down by `takedown`.
"""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaign import audit, live
from campaign.models import Campaign, User
from responders import doorbells
from responders.actions import takedown
from responders.actions.changes import Refused
from responders.models import Reply, Takedown
from videos.models import Clip, Storyteller

MOST = 500
TAKEN_BACK = "taken_back"
_MAY_ARRIVE = (Reply.Status.POSTING, Reply.Status.UNKNOWN)


def order(
    campaign: Campaign,
    *,
    clip: Clip | None = None,
    storyteller: Storyteller | None = None,
    reason: str,
    by: User,
) -> Takedown:
    """Take down what was posted until now, and give up what waits: of a clip, a storyteller, or
    (neither) of the campaign. Raises `Refused`."""
    reason = reason.strip()[:200]
    if not reason:
        raise Refused("Write why, so that colleagues know.")
    scope = Takedown.Scope.CAMPAIGN
    if clip is not None:
        scope = Takedown.Scope.CLIP
    elif storyteller is not None:
        scope = Takedown.Scope.STORYTELLER
    with transaction.atomic():
        made = Takedown.objects.create(
            campaign=campaign,
            scope=scope,
            clip=clip,
            storyteller=storyteller,
            reason=reason,
            asked_at=timezone.now(),
            asked_by=by,
        )
        facts = {"scope": made.scope, "clip": made.clip_id, "storyteller": made.storyteller_id}
        audit.record("ordered a takedown", made, after=facts | {"reason": reason}, by=by)
        doorbells.ring(doorbells.SPREAD, made.pk)
        live.announce("reply", campaign=campaign)
    return made


def spread(takedown_id: int) -> int:
    """Take back each reply that the order concerns. Returns how many. Safe to repeat."""
    made = Takedown.objects.select_related("asked_by").filter(pk=takedown_id).first()
    if made is None or made.spread_at is not None:
        return 0
    standing = concerned(made).filter(status__in=[*takedown.SCHEDULED, Reply.Status.POSTED])
    pks = list(standing.order_by("mention_id").values_list("pk", flat=True)[:MOST])
    taken = sum(
        takedown.take_back(pk, reason=made.reason, kind=TAKEN_BACK, under=made, by=made.asked_by)
        for pk in pks
    )
    coming = concerned(made).filter(status__in=_MAY_ARRIVE)
    if len(pks) < MOST and not coming.exists():
        Takedown.objects.filter(pk=made.pk).update(spread_at=timezone.now())
    return taken


def unfinished() -> list[int]:
    return list(Takedown.objects.unspread().order_by("pk").values_list("pk", flat=True))


def concerned(made: Takedown) -> QuerySet[Reply]:
    """Replies that were written or posted before the order."""
    subject = {
        Takedown.Scope.CLIP: Q(clip=made.clip_id),
        Takedown.Scope.STORYTELLER: Q(clip__storyteller=made.storyteller_id),
        Takedown.Scope.CAMPAIGN: Q(),
    }[Takedown.Scope(made.scope)]
    before = Q(submitted_at__lte=made.asked_at) | Q(approved_at__lte=made.asked_at)
    return Reply.objects.in_campaign(made.campaign).filter(subject & before)
