"""What the media worker runs; each takes an id, calls one action and survives running twice."""

import uuid

from videos.actions import notices, preparing, uploads


def prepare_clip(clip_id: str) -> None:
    preparing.process(uuid.UUID(clip_id))


def store_upload(upload_id: str) -> None:
    uploads.store(uuid.UUID(upload_id))


def send_notice(notice_id: int) -> None:
    notices.send(notice_id)
