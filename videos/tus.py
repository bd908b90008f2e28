"""Films arrive by tus, the resumable upload protocol (source: tus.io, protocol 1.0.0).

Core with the extensions creation, termination, checksum and expiration, as an ASGI application: a
hundred slow phones hold no thread. One is borrowed for a look into the database and for each block
that is written, never while waiting for bytes. An upload is created only for a film that the phone
has told of before (`/field/films/`): what is said of a film, and the consent, come first.

The end of a body is never taken for the end of the film: a dropped connection can look just so.
Only the file's size and the hash of the whole say that all of it is here.
"""

import asyncio
import base64
import hashlib
import logging
import tempfile
import uuid
from binascii import Error as Base64Error
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.http.cookie import parse_cookie
from django.utils.http import http_date

from campaign import devices
from videos import crew as crews
from videos import spool
from videos.actions import uploads
from videos.models import Upload
from videos.processing.probe import MAX_BYTES

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[str, str]

VERSION = "1.0.0"
BASE = "/field/uploads/"
EXTENSIONS = "creation,termination,checksum,expiration"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
METHODS = {"OPTIONS", "POST", "HEAD", "PATCH", "DELETE"}
OFFSET_STREAM = "application/offset+octet-stream"
#: A connection that brings nothing for so long is dead; its bytes are kept, the phone comes back.
SILENCE_SECONDS = 30.0
MISMATCH = 460


class Answer(Exception):
    """What the request is answered with; raised wherever that is known."""

    def __init__(self, status: int, text: str = "", **headers: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class GoneAwayError(Exception):
    """The connection broke; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Headers


async def application(scope: Message, receive: Receive, send: Send) -> None:
    request = _request(scope)
    try:
        await _handle(request, receive)
    except GoneAwayError:
        return
    except Answer as answer:
        await _answer(answer, request, send)
    except OSError:
        log.exception("the spool cannot be written")
        text = "London cannot take films just now. They are safe on the phone; try again later."
        await _answer(Answer(507, text), request, send)


def _request(scope: Message) -> Request:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    # The protocol lets clients that know only GET and POST name the method in a header.
    method = headers.get("x-http-method-override") or scope["method"]
    return Request(method=str(method).upper(), path=scope["path"], headers=headers)


async def _handle(request: Request, receive: Receive) -> None:
    """Always ends by raising."""
    if request.method not in METHODS:
        raise Answer(405, "Not a method of this protocol.", Allow=", ".join(sorted(METHODS)))
    if request.method == "OPTIONS":
        raise Answer(
            204,
            Tus_Version=VERSION,
            Tus_Extension=EXTENSIONS,
            Tus_Max_Size=str(MAX_BYTES),
            Tus_Checksum_Algorithm=",".join(ALGORITHMS),
        )
    _check_request(request)
    if request.method == "POST":
        upload = await _find(request, _film_named(request))
        await _create(request, upload)
    upload = await _find(request, _film_in_address(request))
    if request.method == "HEAD":
        await _tell_offset(upload)
    if request.method == "DELETE":
        await _delete(upload)
    await _patch(request, upload, receive)


def _check_request(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise Answer(412, f"Tus-Resumable must be {VERSION}.", Tus_Version=VERSION)
    # The cookie is not enough: another site's page could send it along.
    origin = request.headers.get("origin")
    if origin and origin.rpartition("//")[2] != request.headers.get("host"):
        raise Answer(403, "Films come from our own pages alone.")


def _film_named(request: Request) -> uuid.UUID:
    if request.path != BASE:
        raise Answer(404, "There is nothing here.")
    for pair in request.headers.get("upload-metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "film":
            with suppress(ValueError, Base64Error):
                return uuid.UUID(base64.b64decode(value, validate=True).decode())
    raise Answer(400, "Upload-Metadata must name the film that was told of.")


def _film_in_address(request: Request) -> uuid.UUID:
    with suppress(ValueError):
        return uuid.UUID(request.path.removeprefix(BASE))
    raise Answer(404, "There is nothing here.")


async def _find(request: Request, film: uuid.UUID) -> Upload:
    """The upload of the phone's own place, still open."""
    upload = await sync_to_async(_look_up)(request.headers.get("cookie", ""), film)
    # Killed between the last byte and the check, or the answer got lost on its way.
    if upload.is_open and await asyncio.to_thread(spool.offset, film) >= upload.length:
        with suppress(uploads.DamagedError):
            await _finish(upload)
            raise Answer(410, "All of it is here.")
    if not upload.is_open:
        raise Answer(410, "This film is not on its way any more.")
    return upload


def _look_up(cookie: str, film: uuid.UUID) -> Upload:
    """Runs in the database's thread."""
    close_old_connections()
    try:
        person = devices.person_of(parse_cookie(cookie))
        if person is None:
            raise Answer(401, "Sign this phone in first.")
        crew = crews.crew_of_person(person)
    except devices.DeviceRevokedError:
        raise Answer(401, "This phone is signed out.", **_wipe()) from None
    except PermissionDenied:
        raise Answer(403, "Films come from crews alone.") from None
    rows = Upload.objects.at(crew.place).select_related("brief", "storyteller", "user")
    upload = rows.filter(pk=film).first()
    if upload is None:
        raise Answer(404, "Nobody told of this film.")
    return upload


def _wipe() -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in devices.WIPE.items()}


async def _create(request: Request, upload: Upload) -> None:
    if _number(request, "upload-length") != upload.length:
        raise Answer(400, f"This film has {upload.length} bytes.")
    await sync_to_async(uploads.begin)(upload)
    raise Answer(201, Location=f"{BASE}{upload.pk}", **_expires(upload))


async def _tell_offset(upload: Upload) -> None:
    raise Answer(
        200,
        Upload_Offset=str(await asyncio.to_thread(spool.offset, upload.pk)),
        Upload_Length=str(upload.length),
        Cache_Control="no-store",
        **_expires(upload),
    )


async def _delete(upload: Upload) -> None:
    try:
        await sync_to_async(uploads.remove)(upload, by=upload.user)
    except uploads.NotOpenError as error:
        raise Answer(410, str(error)) from None
    raise Answer(204)


async def _patch(request: Request, upload: Upload, receive: Receive) -> None:
    if request.headers.get("content-type") != OFFSET_STREAM:
        raise Answer(415, f"Content-Type must be {OFFSET_STREAM}.")
    start = _number(request, "upload-offset")
    here = await asyncio.to_thread(spool.offset, upload.pk)
    if start != here:
        raise Answer(409, "The film ends elsewhere here.", Upload_Offset=str(here))
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and start + int(announced) > upload.length:
        raise Answer(413, "That is more than the film has.")
    checksum = request.headers.get("upload-checksum")
    writer = Writer(upload, at=start)
    try:
        if checksum is None:
            await _copy(receive, writer)
        else:
            await _copy_checked(receive, writer, checksum)
    except spool.WrongOffsetError as error:
        raise Answer(409, "Another connection went on.", Upload_Offset=str(error.offset)) from None
    await asyncio.to_thread(spool.keep, upload.pk)
    if writer.end == upload.length:
        try:
            await _finish(upload)
        except uploads.DamagedError as error:
            raise Answer(MISMATCH, str(error)) from None
    else:
        await sync_to_async(uploads.tell_progress)(upload)
    raise Answer(204, Upload_Offset=str(writer.end), **_expires(upload))


class Writer:
    """Gathers what comes into blocks, and puts each at the end of the spooled file."""

    def __init__(self, upload: Upload, *, at: int) -> None:
        self.upload = upload
        self.end = at
        self._block = bytearray()

    async def write(self, data: bytes) -> None:
        if self.end + len(self._block) + len(data) > self.upload.length:
            raise Answer(413, "That is more than the film has.")
        self._block += data
        if len(self._block) >= spool.BLOCK:
            await asyncio.to_thread(self.flush)

    def flush(self) -> None:
        """At once, in this very thread: also where the task is being cancelled."""
        if self._block:
            block, self._block = bytes(self._block), bytearray()
            self.end = spool.append(self.upload.pk, block, at=self.end)


async def _copy(receive: Receive, writer: Writer) -> None:
    """Every byte that comes is kept, however the connection ends."""
    try:
        await _read(receive, writer.write)
    finally:
        writer.flush()


async def _copy_checked(receive: Receive, writer: Writer, checksum: str) -> None:
    """The protocol's checksum is of this request's bytes: they count together or not at all."""
    name, _, expected = checksum.partition(" ")
    if name not in ALGORITHMS:
        raise Answer(400, f"Known checksums: {', '.join(ALGORITHMS)}.")
    digest = ALGORITHMS[name]()
    with tempfile.SpooledTemporaryFile(max_size=1024 * 1024, dir=str(settings.SPOOL_DIR)) as aside:
        left = writer.upload.length - writer.end

        async def keep_aside(data: bytes) -> None:
            if aside.tell() + len(data) > left:
                raise Answer(413, "That is more than the film has.")
            digest.update(data)
            await asyncio.to_thread(aside.write, data)

        await _read(receive, keep_aside)
        if base64.b64encode(digest.digest()).decode() != expected.strip():
            raise Answer(MISMATCH, "These bytes are not those that were sent.")
        await asyncio.to_thread(_move, aside, writer)


def _move(aside: IO[bytes], writer: Writer) -> None:
    aside.seek(0)
    while block := aside.read(spool.BLOCK):
        writer.end = spool.append(writer.upload.pk, block, at=writer.end)


async def _read(receive: Receive, write: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand on the body until its end. Raises `GoneAwayError` when the connection breaks."""
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await receive()
        except TimeoutError:
            raise Answer(408, "Nothing came for a while.") from None
        if message["type"] == "http.disconnect":
            raise GoneAwayError
        if body := message.get("body", b""):
            await write(body)
        if not message.get("more_body", False):
            return


async def _finish(upload: Upload) -> None:
    await asyncio.to_thread(spool.keep, upload.pk)
    sha256 = await asyncio.to_thread(spool.sha256, upload.pk)
    await sync_to_async(uploads.finish)(upload, sha256=sha256)


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isdecimal() and value.isascii() and len(value) < 16):
        raise Answer(400, f"{name} must be a number.")
    return int(value)


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload_Expires": http_date(upload.expires_at.timestamp())}


async def _answer(answer: Answer, request: Request, send: Send) -> None:
    body = answer.text.encode()
    headers = {
        "Tus-Resumable": VERSION,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        **answer.headers,
    }
    if answer.status != 204:
        headers |= {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})
