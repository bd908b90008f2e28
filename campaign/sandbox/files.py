"""What pages and players load: videos in ranges, captions, avatars."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from campaign.sandbox import cards, problems
from campaign.sandbox.api import refused, state_of
from campaign.sandbox.store import Store

PIECE = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def video(request: Request) -> Response:
    """GET /media/{id}.mp4, whole or in part (RFC 9110, 14)."""
    store, number = state_of(request).store, request.path_params["id"]
    media, size = store.media(number), store.content_size(number)
    if not media or not size:
        return refused(problems.page_not_found(request.url.path))
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "max-age=3600"}
    span = _span(request.headers.get("range", ""), size)
    if span is None:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span
    partial = "range" in request.headers
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    headers["Content-Length"] = str(end - start + 1)
    return StreamingResponse(
        _Pieces(store, number, start, end),
        206 if partial else 200,
        headers=headers,
        media_type=media.type,
    )


class _Pieces:
    """Read as the player takes them, on the event loop as all of the store is."""

    def __init__(self, store: Store, number: int, start: int, end: int) -> None:
        self._store, self._number = store, number
        self._places: Iterator[tuple[int, int]] = (
            (place, min(PIECE, end + 1 - place)) for place in range(start, end + 1, PIECE)
        )

    def __aiter__(self) -> "_Pieces":
        return self

    async def __anext__(self) -> bytes:
        for place, length in self._places:
            return self._store.content(self._number, start=place, length=length)
        raise StopAsyncIteration


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte; None where the file has no such bytes."""
    found = RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return 0, size - 1
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    start, end = int(first), min(int(last or size - 1), size - 1)
    return (start, end) if start <= end else None


async def captions(request: Request) -> Response:
    """Browsers want WebVTT; SubRip differs by its commas and its first line."""
    store, number = state_of(request).store, request.path_params["id"]
    media, size = store.media(number), store.content_size(number)
    if not media or not size or media.category != "subtitles":
        return refused(problems.page_not_found(request.url.path))
    written = store.content(number, start=0, length=size).decode("utf-8-sig", "replace")
    if not written.startswith("WEBVTT"):
        written = "WEBVTT\n\n" + re.sub(r"(\d\d:\d\d:\d\d),(\d{3})", r"\1.\2", written)
    return Response(written, media_type="text/vtt")


async def avatar(request: Request) -> Response:
    person = state_of(request).store.person_called(request.path_params["handle"])
    if not person:
        return refused(problems.page_not_found(request.url.path))
    initials, colour = cards.avatar(person)
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" fill="{colour}"/>'
        '<text x="24" y="24" dy=".36em" text-anchor="middle" fill="#fff" font-size="18" '
        f'font-weight="600" font-family="system-ui, sans-serif">{escape(initials)}</text></svg>'
    )
    headers = {
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "max-age=600",
    }
    return Response(picture, media_type="image/svg+xml", headers=headers)


ROUTES: list[Route] = [
    Route("/media/{id:int}.mp4", video),
    Route("/media/{id:int}.vtt", captions),
    Route("/avatar/{handle}.svg", avatar),
]
