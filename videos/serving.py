"""Sends one finished file to a browser: whole, a range of it, or the word that it has it already.

Only renditions come here, never an original; who may have them is for the view to know.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)

from videos import storage
from videos.models import Rendition

#: Longer numbers are no sizes of files.
RANGE = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})\Z")
BLOCK = 64 * 1024
# A player asks for "everything from here on" and then watches slowly. A range gets this much at
# most, so that no slow viewer holds one of the web's threads for long; players ask again.
PIECE = 2 * 1024 * 1024


def send(request: HttpRequest, rendition: Rendition, *, cache: str) -> HttpResponseBase:
    """The answer to `request` for this file; `cache` is its Cache-Control."""
    path = storage.local_path(rendition.file)
    response = (
        HttpResponseRedirect(storage.signed_url(rendition.file))
        if path is None
        else _from_disk(request, rendition, path)
    )
    response["Cache-Control"] = cache if path else "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _from_disk(request: HttpRequest, rendition: Rendition, path: Path) -> HttpResponseBase:
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise Http404("This file is not in the store.") from error
    tag = f'"{rendition.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        wanted = ""
    span = _span(wanted, size)
    if span is None:
        return HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        )
    first, last = span
    headers = {"ETag": tag, "Accept-Ranges": "bytes", "Content-Length": str(last - first + 1)}
    status = 200
    if wanted.startswith("bytes="):
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    body = () if request.method == "HEAD" else _blocks(path, first, last)
    return StreamingHttpResponse(
        body, status=status, content_type=rendition.content_type, headers=headers
    )


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First and last byte to send; None if the range lies outside of the file.

    A header that is no single range of bytes is answered with the whole file, as RFC 9110 has it.
    """
    found = RANGE.match(wanted)
    if not found or found.groups() == ("", ""):
        return (0, size - 1) if not wanted.startswith("bytes=") else None
    start, end = found.groups()
    if not start:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(int(end or size), size - 1)
    if first > last:
        return None
    return first, min(last, first + PIECE - 1)


def _blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
