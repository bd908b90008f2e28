"""Odd, broken and hostile files through the whole of the worker's part.

Each ends in a clear refusal; no file beside it is read, nothing is fetched, the worker goes on.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from tests import factories
from tests.videos import films
from videos.actions import footage, preparing
from videos.models import Clip, Rendition

pytestmark = pytest.mark.django_db

SECRET = "the-secret-that-nobody-reads"


class Listener:
    """A server that a hostile file would like us to call; it counts who does."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.socket.close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good film and a text that lie on this machine and are nobody's business."""
    folder = tmp_path_factory.mktemp("secret")
    (folder / "notes.txt").write_text(SECRET)
    films.film(folder / "film.mp4")
    return folder


Make = Callable[[Path, Path, str], bytes]


def hls_of_the_network(_folder: Path, _secret: Path, address: str) -> bytes:
    return f"#EXTM3U\n#EXTINF:10,\nhttp://{address}/film.ts\n#EXT-X-ENDLIST\n".encode()


def hls_of_a_file(_folder: Path, secret: Path, _address: str) -> bytes:
    return f"#EXTM3U\n#EXTINF:10,\nfile://{secret}/notes.txt\n#EXT-X-ENDLIST\n".encode()


def hls_of_two_joined(_folder: Path, secret: Path, address: str) -> bytes:
    joined = f"concat:http://{address}/head|file://{secret}/notes.txt"
    return f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n{joined}\n".encode()


def ffconcat(_folder: Path, secret: Path, _address: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{secret}/film.mp4'\n".encode()


def session_description(_folder: Path, _secret: Path, address: str) -> bytes:
    host, port = address.split(":")
    return f"v=0\no=- 0 0 IN IP4 {host}\nc=IN IP4 {host}\nm=video {port} RTP/AVP 96\n".encode()


def dash_manifest(_folder: Path, _secret: Path, address: str) -> bytes:
    base = f"<BaseURL>http://{address}/</BaseURL>"
    return f'<?xml version="1.0"?><MPD type="static"><Period>{base}</Period></MPD>'.encode()


def vector_picture(_folder: Path, secret: Path, _address: str) -> bytes:
    image = f'<image href="file://{secret}/notes.txt"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg">{image}</svg>'.encode()


def mp4_that_refers_to_a_file(folder: Path, secret: Path, _address: str) -> bytes:
    """Its picture is said to lie in a file of this machine; what it has itself is nothing."""
    data = bytearray(films.film(folder / "reference.mp4", sound=False).read_bytes())
    picture = data.index(b"mdat") - 4
    size = int.from_bytes(data[picture : picture + 4])
    data[picture + 8 : picture + size] = bytes(size - 8)
    # "url " with the flag that the data is in this very file: the flag goes.
    data[data.index(b"url \x00\x00\x00\x01") + 7] = 0
    return bytes(data) + f"{secret}/film.mp4\x00".encode()


def zip_with_a_films_name(_folder: Path, _secret: Path, _address: str) -> bytes:
    return b"PK\x03\x04" + b"\x00" * 2000


def page_of_html(_folder: Path, _secret: Path, _address: str) -> bytes:
    return b"<html><script>alert(1)</script></html>" * 50


def only_the_first_box(_folder: Path, _secret: Path, _address: str) -> bytes:
    return b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"


def boxes_without_end(_folder: Path, _secret: Path, _address: str) -> bytes:
    return b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + b"\x00\x00\x00\x08moov" * 20_000


def a_box_larger_than_the_world(_folder: Path, _secret: Path, _address: str) -> bytes:
    return b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41\x00\x00\x00\x01moov" + b"\xff" * 8


def one_still(folder: Path, _secret: Path, _address: str) -> bytes:
    films.ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", folder / "a.png")
    )
    return (folder / "a.png").read_bytes()


def half_of_it(folder: Path, _secret: Path, _address: str) -> bytes:
    return films.cut_off(folder / "half.mp4").read_bytes()


def noise(_folder: Path, _secret: Path, _address: str) -> bytes:
    return bytes(range(256)) * 400


HOSTILE: list[tuple[Make, set[str]]] = [
    (hls_of_the_network, {"not_a_video"}),
    (hls_of_a_file, {"not_a_video"}),
    (hls_of_two_joined, {"not_a_video"}),
    (ffconcat, {"not_a_video"}),
    (session_description, {"not_a_video"}),
    (dash_manifest, {"not_a_video"}),
    (vector_picture, {"not_a_video"}),
    (mp4_that_refers_to_a_file, {"unreadable", "cut_off", "not_a_video", "too_short"}),
    (zip_with_a_films_name, {"not_a_video"}),
    (page_of_html, {"not_a_video"}),
    (only_the_first_box, {"not_a_video"}),
    (boxes_without_end, {"not_a_video", "unreadable"}),
    (a_box_larger_than_the_world, {"not_a_video", "unreadable"}),
    (one_still, {"not_a_video", "too_short"}),
    (half_of_it, {"cut_off", "unreadable"}),
    (noise, {"not_a_video"}),
]
NAMES = [
    "clip.mp4",
    "../../../etc/passwd",
    "-i.mp4",
    "a;rm -rf ~.mp4",
    "$(id).mov",
    "file:notes.txt",
    "\u202egpm.4pm",
    "n" * 500 + ".mp4",
]


@pytest.mark.parametrize(("make", "reasons"), HOSTILE, ids=[make.__name__ for make, _ in HOSTILE])
def test_worker_refuses(
    tmp_path: Path, secret: Path, listener: Listener, *, make: Make, reasons: set[str]
) -> None:
    data = make(tmp_path, secret, listener.address)
    name = NAMES[len(data) % len(NAMES)]
    storyteller = factories.ConsentFactory().storyteller
    crew = factories.crew(storyteller.place)
    clip = footage.receive(
        ContentFile(data, name),
        footage.Telling(title="A roof", language="en"),
        storyteller=storyteller,
        by=crew,
    )
    assert clip.original == f"originals/{clip.pk.hex}"

    preparing.process(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.failure in reasons) == (Clip.Status.FAILED, True), clip.failure
    assert not Rendition.objects.exists()
    assert listener.calls == 0
