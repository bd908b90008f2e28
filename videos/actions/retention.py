"""Nothing is kept longer than it is needed, and nothing goes that a court may ask for."""

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, When, fields
from django.utils import timezone

from campaign import audit
from campaign.models import User
from videos import custody, storage
from videos.actions import footage
from videos.models import Clip, ClipQuerySet, Consent, ConsentQuerySet, Rendition

log = logging.getLogger(__name__)

MOST = 100
OVER = (Clip.Status.RETIRED, Clip.Status.WITHDRAWN, Clip.Status.FAILED)


class RetentionError(Exception):
    """The hold cannot be changed like this; the text says why."""


@transaction.atomic
def hold(clip: Clip, *, reason: str, by: User) -> None:
    """Keep every file of this clip until the hold is lifted, whatever ends meanwhile.

    It does not bring a clip back: what is withdrawn stays out of use.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise RetentionError("Write who asked for it and why.")
    _set_hold(clip, reason, by=by)


@transaction.atomic
def release(clip: Clip, *, by: User) -> None:
    """Lift the hold: the files go when their time has come."""
    _set_hold(clip, "", by=by)


def due() -> ClipQuerySet:
    """Clips whose original has been kept long enough."""
    now = timezone.now()
    kept_for = F("campaign__keep_footage_days") * timedelta(days=1)
    until = ExpressionWrapper(F("received_at") + kept_for, output_field=fields.DateTimeField())
    clips = Clip.objects.alias(until=until).filter(legal_hold="", purged_at=None)
    busy = Q(status__in=[Clip.Status.RECEIVED, Clip.Status.PROCESSING])
    return clips.filter(Q(keep_until__lt=now.date()) | Q(keep_until=None, until__lt=now), ~busy)


def evidence_due() -> ConsentQuerySet:
    """Consents whose evidence nobody can need any more.

    That is long after everything was taken down by a withdrawal, or after a newer consent with
    evidence of its own took this one's place. A consent that ended by itself, or whose posts
    stay, may have to be shown for as long as they can be seen.
    """
    newer = Consent.objects.filter(
        storyteller=OuterRef("storyteller"), version__gt=OuterRef("version"), evidence__gt=""
    )
    everything = Q(withdrawal_scope=Consent.Scope.EVERYTHING)
    replaced_at = Subquery(newer.order_by("version").values("given_at")[:1])
    ended_at = Case(When(everything, then=F("withdrawn_at")), default=replaced_at)
    kept_for = F("storyteller__campaign__keep_footage_days") * timedelta(days=1)
    until = ExpressionWrapper(F("ended_at") + kept_for, output_field=fields.DateTimeField())
    held = Clip.objects.filter(storyteller=OuterRef("storyteller")).exclude(legal_hold="")
    kept = Consent.objects.filter(~Exists(held), evidence__gt="", evidence_purged_at=None)
    return kept.alias(ended_at=ended_at).alias(until=until).filter(until__lt=timezone.now())


def purge() -> int:
    """Delete what was kept long enough: originals and working copies, and all of what is over.

    What is on the shelf keeps its finished files. Evidence of consents goes, too. Returns of how
    many clips and consents; the rest comes next time.
    """
    clips = list(due().values_list("pk", flat=True)[:MOST])
    consents = list(evidence_due().values_list("pk", flat=True)[:MOST])
    return sum(map(_purge, clips)) + sum(map(_purge_evidence, consents))


def _purge(clip_id: uuid.UUID) -> bool:
    with transaction.atomic():
        clip = footage.lock(clip_id)
        if clip.legal_hold or clip.purged_at is not None:
            return False
        rows = Rendition.objects.filter(clip=clip).exclude(file="")
        if clip.status not in OVER:
            rows = rows.filter(kind=Rendition.Kind.WORKING)
        files = [clip.original, *rows.values_list("file", flat=True)]
        rows.update(file="")
        clip.purged_at = timezone.now()
        clip.save(update_fields=["purged_at"])
        facts = {"files": len(files), "why": "end of its time"}
        custody.record(clip, custody.Kind.PURGED, sha256=clip.original_sha256, by=None, **facts)
        audit.record("purged", clip, after=facts, by=None)
        transaction.on_commit(lambda: storage.remove_all(files), robust=True)
    return True


@transaction.atomic
def _purge_evidence(pk: int) -> bool:
    gone = evidence_due().filter(pk=pk).update(evidence_purged_at=timezone.now())
    if not gone:
        return False
    consent = Consent.objects.select_related("storyteller").get(pk=pk)
    facts = {"version": consent.version, "sha256": consent.evidence_sha256}
    audit.record("purged evidence of consent", consent.storyteller, after=facts, by=None)
    transaction.on_commit(lambda: storage.remove_all([consent.evidence]), robust=True)
    return True


def _set_hold(clip: Clip, reason: str, *, by: User) -> None:
    clip = footage.lock(clip.pk)
    if clip.legal_hold == reason:
        return
    clip.legal_hold = reason
    clip.save(update_fields=["legal_hold"])
    custody.record(clip, custody.Kind.HELD, by=by, held=bool(reason))
    audit.record("held" if reason else "released hold", clip, after={"held": bool(reason)}, by=by)
