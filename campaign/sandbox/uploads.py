"""X's media endpoints: a video comes in pieces, is processed, and expires."""

import base64
from dataclasses import replace

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from campaign.sandbox import api, bodies, mp4, parameters, problems
from campaign.sandbox.api import Call, answer
from campaign.sandbox.faults import FINALIZE
from campaign.sandbox.store import Media
from campaign.sandbox.wire import VIDEO_KEY, Json

CHUNK = 1024 * 1024
MAX_SEGMENT = 999
UPLOAD_SECONDS = 1_295_999
KEPT_SECONDS = 86_400


async def initialize(call: Call) -> Response:
    """POST /2/media/upload/initialize."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.Initialize)
    media = Media(
        id=call.state.clock.next_id(),
        owner_id=call.by.account_id,
        type=wanted.media_type,
        category=wanted.media_category,
        total_bytes=wanted.total_bytes,
        expires_at=call.state.clock.now() + UPLOAD_SECONDS,
        finalized_at=None,
        ready_at=None,
        failure=None,
        duration_ms=None,
        width=None,
        height=None,
        alt_text=None,
        subtitles={},
    )
    call.state.store.save_media(media)
    return answer({"data": _facts(media) | {"expires_after_secs": UPLOAD_SECONDS}})


async def append(call: Call) -> Response:
    """POST /2/media/upload/{id}/append. Every second answer is a 204 without a body."""
    parameters.query(call.request, parameters.NoQuery)
    media = _open_upload(call)
    segment, data = await _chunk(call)
    if len(data) > CHUNK:
        raise problems.Refused(413, None)
    if not data or call.state.store.received(media) + len(data) > media.total_bytes:
        raise _wrong("media", "The chunk is empty or goes past total_bytes")
    call.state.store.add_chunk(media, segment=segment, data=data)
    if segment % 2:
        return Response(status_code=204)
    return answer({"data": {"expires_at": int(media.expires_at)}})


async def _chunk(call: Call) -> tuple[int, bytes]:
    if call.request.headers.get("content-type", "").startswith("application/json"):
        wanted = await parameters.body(call.request, bodies.Append)
        try:
            return wanted.segment_index, base64.b64decode(wanted.media, validate=True)
        except ValueError:
            raise _wrong("media", "not base64") from None
    async with call.request.form(max_part_size=2 * CHUNK) as form:
        unknown = sorted(set(form) - {"media", "segment_index"})
        if unknown:
            raise _wrong(
                unknown[0], f"The field [{unknown[0]}] is not one of [media,segment_index]"
            )
        index, media = str(form.get("segment_index", "")), form.get("media")
        if not (index.isascii() and index.isdigit() and int(index) <= MAX_SEGMENT):
            raise _wrong("segment_index", "must be a number from 0 to 999")
        if media is None:
            raise _wrong("media", "The `media` field can not be empty")
        data = await media.read() if isinstance(media, UploadFile) else media.encode()
        return int(index), data


async def finalize(call: Call) -> Response:
    """POST /2/media/upload/{id}/finalize: processing begins."""
    parameters.query(call.request, parameters.NoQuery)
    media = _open_upload(call)
    if call.state.store.received(media) != media.total_bytes:
        raise _wrong("media_id", "Segments do not add up to provided total file size.")
    now = call.state.clock.now()
    data = call.state.store.join_chunks(media)
    media = replace(media, finalized_at=now, ready_at=now, expires_at=now + KEPT_SECONDS)
    if media.type.startswith("video/"):
        media = _process(call, media, data)
    call.state.store.save_media(media)
    body = _facts(media) | {"size": len(data), "expires_after_secs": KEPT_SECONDS}
    if media.type.startswith("video/"):
        body["processing_info"] = {"state": "pending", "check_after_secs": 1}
    return answer({"data": body})


def _process(call: Call, media: Media, data: bytes) -> Media:
    """What the processing will have found when its time is over."""
    fault = call.state.faults.take(FINALIZE, kinds={"media_slow", "media_fail"})
    seconds = call.state.settings.processing_seconds
    if fault and fault.kind == "media_slow":
        seconds = fault.seconds or 15
    media = replace(media, ready_at=(media.finalized_at or 0) + seconds)
    if fault and fault.kind == "media_fail":
        return replace(media, failure=fault.detail or "could not be read")
    try:
        facts = mp4.inspect(data)
    except mp4.NotPlayable as error:
        return replace(media, failure=str(error))
    return replace(media, duration_ms=facts.duration_ms, width=facts.width, height=facts.height)


async def status(call: Call) -> Response:
    """GET /2/media/upload?command=STATUS."""
    query = parameters.query(call.request, parameters.StatusQuery)
    media = _own(call, int(query.media_id))
    now = call.state.clock.now()
    state = media.state(at=now)
    info: Json = {"state": state}
    if state in {"pending", "in_progress"}:
        info |= {"check_after_secs": 1, "progress_percent": _progress(media, at=now)}
    elif state == "succeeded":
        info["progress_percent"] = 100
    else:
        info["error"] = {
            "code": 1,
            "name": "InvalidMedia",
            "message": f"Unsupported or damaged video: {media.failure}",
        }
    left = max(0, int(media.expires_at - now))
    body = _facts(media) | {"expires_after_secs": left, "processing_info": info}
    size = call.state.store.content_size(media.id)
    if size:
        body["size"] = size
    if media.type.startswith("video/") and state == "succeeded":
        body["video"] = {"video_type": media.type}
    return answer({"data": body})


def _progress(media: Media, *, at: float) -> int:
    if media.finalized_at is None or media.ready_at is None:
        return 0
    whole = media.ready_at - media.finalized_at
    return min(99, int(100 * (at - media.finalized_at) / whole)) if whole else 99


async def metadata(call: Call) -> Response:
    """POST /2/media/metadata: what the video shows, in words."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.AddMetadata)
    media = _own(call, int(wanted.id))
    facts: Json = {}
    if wanted.metadata and wanted.metadata.alt_text:
        words = wanted.metadata.alt_text.text
        call.state.store.save_media(replace(media, alt_text=words))
        facts["alt_text"] = {"text": words}
    return answer({"data": {"id": wanted.id, "associated_metadata": facts}})


async def add_subtitles(call: Call) -> Response:
    """POST /2/media/subtitles: a track that was uploaded before."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.AddSubtitles)
    media = _own(call, int(wanted.id))
    track = _own(call, int(wanted.subtitles.id))
    if track.category != "subtitles":
        raise _wrong("subtitles.id", "is not a subtitle file")
    language = wanted.subtitles.language_code
    call.state.store.save_media(replace(media, subtitles={**media.subtitles, language: track.id}))
    return answer(
        {
            "data": {
                "id": wanted.id,
                "media_category": wanted.media_category,
                "associated_subtitles": {"subtitles": [wanted.subtitles.model_dump()]},
            }
        }
    )


async def remove_subtitles(call: Call) -> Response:
    """DELETE /2/media/subtitles."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.RemoveSubtitles)
    media = _own(call, int(wanted.id))
    kept = {name: track for name, track in media.subtitles.items() if name != wanted.language_code}
    call.state.store.save_media(replace(media, subtitles=kept))
    return answer({"data": {"deleted": len(kept) < len(media.subtitles)}})


def _own(call: Call, number: int) -> Media:
    media = call.state.store.media(number)
    if not media or media.owner_id != call.by.account_id:
        raise _wrong("media_id", problems.MEDIA_INVALID, value=str(number))
    return media


def _open_upload(call: Call) -> Media:
    media = _own(call, call.number())
    if media.finalized_at is not None or media.expires_at <= call.state.clock.now():
        raise _wrong("media_id", "The upload is finalized or has expired", value=str(media.id))
    return media


def _wrong(name: str, message: str, *, value: str = "") -> problems.Refused:
    return problems.invalid_request([({name: [value] if value else []}, message)])


def _facts(media: Media) -> Json:
    return {"id": str(media.id), "media_key": f"{VIDEO_KEY}{media.id}"}


ROUTES: list[Route] = [
    api.route("POST", "/2/media/upload/initialize", initialize, accepts=api.ACCOUNTS),
    api.route("POST", "/2/media/upload/{id}/append", append, accepts=api.ACCOUNTS),
    api.route("POST", "/2/media/upload/{id}/finalize", finalize, accepts=api.ACCOUNTS),
    api.route("GET", "/2/media/upload", status, accepts=api.ACCOUNTS),
    api.route("POST", "/2/media/metadata", metadata, accepts=api.ACCOUNTS),
    api.route("POST", "/2/media/subtitles", add_subtitles, accepts=api.ACCOUNTS),
    api.route("DELETE", "/2/media/subtitles", remove_subtitles, accepts=api.ACCOUNTS),
]
