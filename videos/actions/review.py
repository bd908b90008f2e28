"""London looks at what came: cuts it, describes it, accepts it, or asks the crew to film again."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import User
from videos import custody, storage
from videos.actions import brief_footage, footage, protection
from videos.models import Clip, Protection, Rendition
from videos.processing.probe import MAX_SECONDS, MIN_SECONDS

OPEN = (Clip.Status.READY, Clip.Status.REVIEW)


class ReviewError(Exception):
    """It cannot be done with this clip now; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Description:
    """What London says of a clip, for those who look for one."""

    title: str
    quote: str
    language: str
    themes: tuple[str, ...]


def accept(clip: Clip, *, nobody_else: bool, by: User) -> None:
    """Put a clip on the shelf: somebody has looked at all of it.

    `nobody_else`: nobody can be seen, heard or read who has not agreed (the check of bystanders).
    Raises `ReviewError`.
    """
    if not nobody_else:
        raise ReviewError("Look for bystanders first: faces, voices, names on walls and screens.")
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status not in OPEN:
            raise ReviewError("This clip is not here any more. Reload the page.")
        if clip.accepted_at is not None:
            raise ReviewError("Somebody has accepted it already.")
        hidden = protection.of(clip.pk)
        if hidden is not None and hidden.status != Protection.Status.VERIFIED:
            raise ReviewError("Somebody in it must be hidden first, and a second person verify it.")
        post = clip.renditions.filter(kind=Rendition.Kind.POST).first()
        if post is None:
            raise ReviewError("There is no film to show yet. Wait until it is prepared.")
        before = clip.status
        clip.accepted_at = timezone.now()
        clip.accepted_by = by
        clip.status = Clip.Status.READY
        clip.save(update_fields=["accepted_at", "accepted_by", "status"])
        footage.announce(clip)
        custody.record(clip, custody.Kind.ACCEPTED, sha256=post.sha256, by=by, bystanders="none")
        transaction.on_commit(lambda: brief_footage.ready(clip.pk), robust=True)
        after = {"status": clip.status}
        audit.record("accepted", clip, before={"status": before}, after=after, by=by)


@transaction.atomic
def describe(clip: Clip, description: Description, *, by: User) -> None:
    """Change what is said of a clip."""
    clip = footage.lock(clip.pk)
    clip.title = description.title
    clip.quote = description.quote
    clip.language = description.language
    clip.themes = list(description.themes)
    clip.save(update_fields=["title", "quote", "language", "themes"])
    footage.announce(clip)
    audit.record("described", clip, after={"themes": clip.themes}, by=by)


def trim(clip: Clip, *, start: float | None, end: float | None, by: User) -> bool:
    """Cut a clip to `start`–`end`, in seconds of the original; None is its own beginning or end.

    It is made again from the original. Returns whether anything changes. Raises `ReviewError`.
    """
    first, last = start or 0.0, end if end is not None else MAX_SECONDS
    if not (0 <= first < last <= MAX_SECONDS) or last - first < MIN_SECONDS:
        raise ReviewError("At least half a second must be left. Choose other ends.")
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status not in OPEN:
            raise ReviewError("This clip is being prepared just now. Wait until it is done.")
        if (clip.trim_start or None, clip.trim_end) == (start or None, end):
            return False
        clip.trim_start, clip.trim_end = start or None, end
        clip.save(update_fields=["trim_start", "trim_end"])
        make_again(clip, by=by, why="cut")
        audit.record("cut", clip, after={"start": clip.trim_start, "end": clip.trim_end}, by=by)
    return True


def make_again(clip: Clip, *, by: User | None, why: str) -> None:
    """Have the files of a locked clip made anew. What was rendered and verified starts over.

    The caller writes the audit entry.
    """
    gone = protection.hide_files(clip)
    Protection.objects.filter(
        clip=clip, status__in=[Protection.Status.RENDERED, Protection.Status.VERIFIED]
    ).update(status=Protection.Status.DRAWN, verified_at=None, verified_by=None)
    footage.queue_again(clip)
    custody.record(clip, custody.Kind.MADE, by=by, step="again", why=why)
    transaction.on_commit(lambda: storage.remove_all(gone), robust=True)


def ask_again(clip: Clip, *, words: str, by: User) -> None:
    """Ask the crew to film it again, and say why; this clip leaves. Raises `ReviewError`."""
    words = words.strip()[:300]
    if not words:
        raise ReviewError("Write what the crew should do differently.")
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status not in {*OPEN, Clip.Status.FAILED}:
            raise ReviewError("This clip is not here any more. Reload the page.")
        before = clip.status
        clip.status = Clip.Status.RETIRED
        clip.asked_again = words
        clip.asked_again_at = timezone.now()
        clip.save(update_fields=["status", "asked_again", "asked_again_at"])
        footage.announce(clip)
        custody.record(clip, custody.Kind.RETIRED, by=by, why="asked again")
        after = {"status": clip.status}
        audit.record("asked again", clip, before={"status": before}, after=after, by=by)


def retry(clip: Clip, *, by: User) -> None:
    """Prepare a failed clip once more, from the original that is kept. Raises `ReviewError`."""
    with transaction.atomic():
        clip = footage.lock(clip.pk)
        if clip.status != Clip.Status.FAILED:
            raise ReviewError("This clip did not fail. Reload the page.")
        if clip.purged_at is not None:
            raise ReviewError("Its original was deleted at the end of its time. Film it again.")
        before = clip.failure
        footage.queue_again(clip)
        clip.failure = ""
        clip.save(update_fields=["failure"])
        audit.record("tried again", clip, before={"failure": before}, by=by)
