"""Hiding people: one person draws, the worker renders, another looks at the result and verifies.

Until then a clip that needs it has no file but a working copy that London's reviewers alone see.
"""

import hashlib
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import User
from videos import custody, storage
from videos.actions import brief_footage, footage
from videos.models import Clip, Consent, Protection, Rendition, Storyteller
from videos.processing.edits import MAX_BOXES, MAX_KEYS, Box, Key

SIDES = ("left", "top", "width", "height")


class ProtectionError(Exception):
    """It cannot be protected like this; the text says what to do."""


class SamePersonError(ProtectionError):
    """Whoever drew the boxes does not vouch for them."""


def needed(clip: Clip) -> str:
    """Why this clip may not be shown as it is, in a few words; "" when it may."""
    # The media worker asks too, and has no key for the encrypted columns.
    consents = Consent.objects.newest().only("show_face", "show_voice")
    newest = consents.filter(storyteller=clip.storyteller_id).first()
    if newest is None:
        return "no consent"
    hidden = []
    if not newest.show_face and not clip.voice_only:
        hidden.append("face")
    if not newest.show_voice:
        hidden.append("voice")
    return f"{' and '.join(hidden)} may not be shown" if hidden else ""


def require(clip: Clip, *, reason: str, by: User | None) -> None:
    """Take a clip off the shelf until somebody in it is hidden. Also again, after a mistake."""
    reason = reason.strip()[:200]
    if not reason:
        raise ProtectionError("Write who or what must be hidden.")
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status not in {Clip.Status.READY, Clip.Status.REVIEW}:
            raise ProtectionError("This clip is not on the shelf.")
        _set_needed(clip, reason=reason)
        gone = hide_files(clip)
        _move(clip, Clip.Status.REVIEW)
        custody.record(clip, custody.Kind.PROTECTED, by=by, step="required")
        audit.record("asked to hide", clip, after={"status": clip.status}, by=by)
        transaction.on_commit(lambda: storage.remove_all(gone), robust=True)


def draw(clip: Clip, boxes: object, *, voice: Protection.Voice, by: User) -> Protection:
    """Keep what was drawn and have it rendered. `boxes` come from the page, and are checked.

    Raises `ProtectionError` when that would not hide what has to be hidden.
    """
    drawn = checked(boxes)
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status not in {Clip.Status.READY, Clip.Status.REVIEW}:
            raise ProtectionError("This clip is being prepared just now. Wait until it is done.")
        _check_enough(clip, drawn, voice)
        protection, _ = Protection.objects.update_or_create(
            clip=clip,
            defaults={
                "status": Protection.Status.DRAWN,
                "boxes": drawn,
                "voice": voice,
                "drawn_at": timezone.now(),
                "drawn_by": by,
                "verified_at": None,
                "verified_by": None,
            },
        )
        gone = hide_files(clip)
        footage.queue_again(clip)
        digest = hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()
        facts: dict[str, Any] = {"step": "drawn", "boxes": len(drawn), "voice": voice.value}
        custody.record(clip, custody.Kind.PROTECTED, by=by, drawing=digest, **facts)
        audit.record("drew protection", clip, after=facts, by=by)
        transaction.on_commit(lambda: storage.remove_all(gone), robust=True)
    return protection


def verify(clip: Clip, *, by: User) -> None:
    """A second person has looked at the result from beginning to end and vouches for it.

    Raises `SamePersonError` for whoever drew it.
    """
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        protection = _rendered(clip)
        if protection.drawn_by_id == by.pk:
            raise SamePersonError("Somebody else has to look: you drew this yourself.")
        protection.status = Protection.Status.VERIFIED
        protection.verified_at = timezone.now()
        protection.verified_by = by
        protection.save(update_fields=["status", "verified_at", "verified_by"])
        post = clip.renditions.filter(kind=Rendition.Kind.POST).first()
        if clip.accepted_at or not clip.campaign.review_new_clips:
            _move(clip, Clip.Status.READY)
        else:
            footage.announce(clip)
        transaction.on_commit(lambda: brief_footage.ready(clip.pk), robust=True)
        sha256 = post.sha256 if post else ""
        custody.record(clip, custody.Kind.VERIFIED, sha256=sha256, by=by)
        audit.record("verified protection", clip, after={"status": clip.status}, by=by)


def reject(clip: Clip, *, reason: str, by: User) -> None:
    """The result does not hide enough: it is drawn again. What was rendered goes."""
    reason = reason.strip()[:200]
    if not reason:
        raise ProtectionError("Write what can still be seen or heard, and when.")
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        _rendered(clip)
        _set_needed(clip, reason=reason)
        gone = hide_files(clip)
        footage.announce(clip)
        custody.record(clip, custody.Kind.PROTECTED, by=by, step="rejected")
        audit.record("rejected protection", clip, after={"status": clip.status}, by=by)
        transaction.on_commit(lambda: storage.remove_all(gone), robust=True)


def follow_consent(storyteller: Storyteller, *, by: User | None) -> int:
    """A new consent may allow less: clips that show more leave the shelf until they are protected.

    Returns how many.
    """
    found = 0
    for clip in Clip.objects.ready().filter(storyteller=storyteller).order_by("pk"):
        why = needed(clip)
        verified = Protection.objects.filter(clip=clip, status=Protection.Status.VERIFIED).first()
        if not why or (verified and not _too_little(clip, verified)):
            continue
        require(clip, reason=f"{why} any more"[:200], by=by)
        found += 1
    return found


def hide_files(clip: Clip) -> list[str]:
    """Turn the preview into the working copy, and forget the rest; returns files to be deleted."""
    rows = Rendition.objects.filter(clip=clip)
    if not rows.filter(kind=Rendition.Kind.WORKING).exists():
        rows.filter(kind=Rendition.Kind.PREVIEW).update(kind=Rendition.Kind.WORKING)
    others = rows.exclude(kind=Rendition.Kind.WORKING)
    gone = [name for name in others.values_list("file", flat=True) if name]
    others.delete()
    return gone


def checked(boxes: object) -> list[dict[str, Any]]:
    """The boxes as they are stored. Raises `ProtectionError` for what no page of ours sends."""
    if not isinstance(boxes, list) or len(boxes) > MAX_BOXES:
        raise ProtectionError(f"At most {MAX_BOXES} boxes can be drawn in a clip.")
    return [_checked_box(box) for box in boxes]


def as_boxes(stored: Sequence[Mapping[str, Any]]) -> tuple[Box, ...]:
    """Stored boxes as the renderer takes them."""
    return tuple(
        Box(tuple(Key(**key) for key in box["keys"]), to_end=box["to_end"]) for box in stored
    )


def _checked_box(box: object) -> dict[str, Any]:
    keys = box.get("keys") if isinstance(box, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAX_KEYS:
        raise ProtectionError("A box has no place. Delete it, or draw it again.")
    placed = sorted((_checked_key(key) for key in keys), key=lambda key: key["at"])
    assert isinstance(box, dict)  # noqa: S101 - it has keys; this tells mypy
    return {"keys": placed, "to_end": bool(box.get("to_end", True))}


def _checked_key(key: object) -> dict[str, Any]:
    if not isinstance(key, dict):
        raise ProtectionError("A box has no place. Delete it, or draw it again.")
    try:
        sides = {name: float(key[name]) for name in SIDES}
        at = int(key["at"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtectionError("A box has no place. Delete it, or draw it again.") from error
    if not all(math.isfinite(side) and -1 <= side <= 2 for side in sides.values()) or at < 0:
        raise ProtectionError("A box lies outside of the picture. Draw it again.")
    if sides["width"] <= 0 or sides["height"] <= 0:
        raise ProtectionError("A box is empty. Delete it, or draw it again.")
    return {"at": at, **{name: round(side, 4) for name, side in sides.items()}}


def _check_enough(clip: Clip, boxes: list[dict[str, Any]], voice: Protection.Voice) -> None:
    why = needed(clip)
    if "face" in why and not boxes:
        raise ProtectionError("Their face may not be shown: draw at least one box over it.")
    if "voice" not in why:
        return
    if voice == Protection.Voice.KEPT:
        raise ProtectionError("Their voice may not be heard: have it changed or removed.")
    if voice == Protection.Voice.CHANGED and clip.storyteller.risk == Storyteller.Risk.HIGH:
        raise ProtectionError(
            "They are at high risk, and a changed voice can partly be undone: remove it."
        )


def _too_little(clip: Clip, protection: Protection) -> bool:
    try:
        _check_enough(clip, protection.boxes, Protection.Voice(protection.voice))
    except ProtectionError:
        return True
    return False


def _set_needed(clip: Clip, *, reason: str) -> None:
    Protection.objects.update_or_create(
        clip=clip,
        defaults={
            "status": Protection.Status.NEEDED,
            "reason": reason,
            "verified_at": None,
            "verified_by": None,
        },
    )


def _rendered(clip: Clip) -> Protection:
    protection = Protection.objects.select_for_update().filter(clip=clip).first()
    if protection is None or protection.status != Protection.Status.RENDERED:
        raise ProtectionError("There is nothing to look at yet, or it was settled already.")
    return protection


def _move(clip: Clip, status: Clip.Status) -> None:
    clip.status = status
    clip.save(update_fields=["status"])
    footage.announce(clip)


def of(clip_id: uuid.UUID) -> Protection | None:
    return Protection.objects.filter(clip=clip_id).first()
