"""X's words on an upload: its ticket, and how far the processing of the video is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.networks import x_payload
from campaign.networks.base import MediaStage, MediaState, MediaTicket, OutcomeUnknown
from campaign.networks.x_answers import Answer


def ticket(answer: Answer) -> MediaTicket:
    data = answer.data if isinstance(answer.data, dict) else {}
    if not x_payload.is_id(data.get("id")):
        raise OutcomeUnknown("X did not name the upload", facts=answer.facts)
    seconds = data.get("expires_after_secs")
    expires_at = (
        datetime.now(UTC) + timedelta(seconds=min(seconds, 10**8))
        if isinstance(seconds, int)
        else None
    )
    return MediaTicket(data["id"], expires_at)


def state(answer: Answer) -> MediaState:
    """Without `processing_info` there is nothing left to process."""
    upload = ticket(answer)
    info = answer.data.get("processing_info")
    if not isinstance(info, dict):
        return MediaState(upload.media_id, MediaStage.SUCCEEDED, expires_at=upload.expires_at)
    known = {stage.value: stage for stage in MediaStage}
    progress = info.get("progress_percent")
    wait = info.get("check_after_secs")
    problem = info.get("error")
    return MediaState(
        upload.media_id,
        known.get(str(info.get("state")), MediaStage.IN_PROGRESS),
        check_after=float(wait) if isinstance(wait, int | float) else 1.0,
        expires_at=upload.expires_at,
        progress=progress if isinstance(progress, int) else None,
        error=_error(problem) if isinstance(problem, dict) else "",
    )


def _error(problem: Mapping[str, Any]) -> str:
    parts = [problem.get("name"), problem.get("message") or problem.get("detail")]
    return ": ".join(str(part) for part in parts if part)[:300]
