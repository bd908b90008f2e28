"""What the media worker runs; each takes an id, calls one action and survives running twice."""

import uuid

from videos.actions import captions, notices, preparing, uploads
from videos.models import Clip


def prepare_clip(clip_id: str) -> None:
    preparing.process(uuid.UUID(clip_id))


def store_upload(upload_id: str) -> None:
    uploads.store(uuid.UUID(upload_id))


def send_notice(notice_id: int) -> None:
    notices.send(notice_id)


def transcribe_clip(clip_id: str) -> None:
    clip = Clip.objects.filter(pk=uuid.UUID(clip_id)).first()
    if clip is not None:
        captions.transcribe(clip)
