import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories
from videos import serving
from videos.models import Clip, Rendition

pytestmark = pytest.mark.django_db

DATA = bytes(range(256)) * 20


@pytest.fixture
def clip() -> Clip:
    """A ready clip whose three files are really there."""
    clip: Clip = factories.ClipFactory()
    for one in clip.renditions.all():
        name = default_storage.save(f"renditions/{uuid.uuid4().hex}", ContentFile(DATA))
        kind = "image/jpeg" if one.kind == Rendition.Kind.POSTER else "video/mp4"
        Rendition.objects.filter(pk=one.pk).update(file=name, content_type=kind, bytes=len(DATA))
    return clip


def body(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    blocks = response.streaming_content
    assert isinstance(blocks, Iterable)
    return b"".join(blocks)


def get(client: Client, clip: Clip, kind: str = "preview", **headers: str) -> Any:
    return client.get(reverse("clip-file", args=[clip.pk, kind]), headers=headers)


@pytest.fixture
def ana(client: Client, clip: Clip) -> Client:
    client.force_login(factories.editor(clip.campaign))
    return client


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("preview", "video/mp4"), ("post", "video/mp4"), ("poster", "image/jpeg")],
)
def test_clip_file_serves_each_rendition(
    ana: Client, clip: Clip, kind: str, content_type: str
) -> None:
    response = get(ana, clip, kind)

    assert (response.status_code, body(response)) == (200, DATA)
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Length",
            "Accept-Ranges",
            "Cache-Control",
            "X-Content-Type-Options",
            "Content-Security-Policy",
        )
    } == {
        "Content-Type": content_type,
        "Content-Length": str(len(DATA)),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=60",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def test_clip_file_never_serves_the_original(ana: Client, clip: Clip) -> None:
    assert get(ana, clip, "original").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-", 0, len(DATA) - 1),
        ("bytes=0-99", 0, 99),
        ("bytes=100-100", 100, 100),
        ("bytes=5000-999999", 5000, len(DATA) - 1),
        ("bytes=-20", len(DATA) - 20, len(DATA) - 1),
        ("bytes=-999999", 0, len(DATA) - 1),
    ],
)
def test_clip_file_serves_a_range(
    *, ana: Client, clip: Clip, wanted: str, first: int, last: int
) -> None:
    response = get(ana, clip, Range=wanted)

    assert (response.status_code, body(response)) == (206, DATA[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(DATA)}"
    assert response["Content-Length"] == str(last + 1 - first)


@pytest.mark.parametrize("wanted", ["bytes=5120-", "bytes=9-3", "bytes=-", "bytes=a-b", "bytes=-0"])
def test_clip_file_refuses_a_range_outside_of_the_file(
    ana: Client, clip: Clip, wanted: str
) -> None:
    response = get(ana, clip, Range=wanted)

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize("wanted", ["", "pages=1-2"])
def test_clip_file_ignores_a_range_of_something_else(ana: Client, clip: Clip, wanted: str) -> None:
    assert get(ana, clip, Range=wanted).status_code == 200


def test_clip_file_plays_through_in_pieces(
    ana: Client, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PIECE", 2000)
    heard = b""
    while len(heard) < len(DATA):
        response = get(ana, clip, Range=f"bytes={len(heard)}-")
        assert response.status_code == 206
        heard += body(response)

    assert heard == DATA


def test_clip_file_says_that_the_browser_has_it(ana: Client, clip: Clip) -> None:
    tag = get(ana, clip)["ETag"]

    response = get(ana, clip, **{"If-None-Match": tag})

    assert (response.status_code, response.content) == (304, b"")


def test_clip_file_gives_all_when_a_range_is_of_an_older_file(ana: Client, clip: Clip) -> None:
    response = get(ana, clip, **{"Range": "bytes=0-9", "If-Range": '"another"'})

    assert (response.status_code, body(response)) == (200, DATA)


def test_clip_file_answers_head_without_a_body(ana: Client, clip: Clip) -> None:
    response = ana.head(reverse("clip-file", args=[clip.pk, "preview"]))

    assert (response.status_code, response["Content-Length"]) == (200, str(len(DATA)))


def test_clip_file_is_gone_when_the_store_lost_it(ana: Client, clip: Clip) -> None:
    default_storage.delete(clip.renditions.get(kind="preview").file)

    assert get(ana, clip).status_code == 404


def test_clip_file_is_for_the_crew_of_its_place(client: Client, clip: Clip) -> None:
    client.force_login(factories.crew(clip.storyteller.place))

    assert body(get(client, clip)) == DATA


CHARLIES: dict[str, Callable[[Clip], Any]] = {
    "editor of another campaign": lambda _: factories.editor(factories.CampaignFactory()),
    "crew of another place": lambda _: factories.crew(factories.PlaceFactory()),
}


@pytest.mark.parametrize("who", sorted(CHARLIES))
def test_clip_file_does_not_exist_for_others(client: Client, clip: Clip, who: str) -> None:
    client.force_login(CHARLIES[who](clip))

    assert get(client, clip).status_code == 404


def test_clip_file_is_forbidden_without_a_role(client: Client, clip: Clip) -> None:
    client.force_login(factories.person(None, clip.campaign))

    assert get(client, clip).status_code == 403


def test_clip_file_asks_a_stranger_to_sign_in(client: Client, clip: Clip) -> None:
    response = get(client, clip)

    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in/")


def test_clip_file_is_gone_when_consent_is_withdrawn(ana: Client, clip: Clip) -> None:
    Clip.objects.update(status=Clip.Status.WITHDRAWN)

    assert get(ana, clip).status_code == 404


@pytest.mark.parametrize(
    ("name", "ending", "content_type"),
    [("public-clip", ".mp4", "video/mp4"), ("public-poster", ".jpg", "image/jpeg")],
)
def test_public_clip_is_for_everybody(
    *, client: Client, clip: Clip, name: str, ending: str, content_type: str
) -> None:
    url = reverse(name, args=[clip.pk])

    response = client.get(url)

    assert url == f"/v/{clip.pk}{ending}"
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert body(response) == DATA
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["public-clip", "public-poster"])
@pytest.mark.parametrize(
    "status", [status for status in Clip.Status.values if status != Clip.Status.READY]
)
def test_public_clip_is_gone_unless_ready(
    client: Client, clip: Clip, name: str, status: str
) -> None:
    Clip.objects.update(status=status, failure="lost")

    assert client.get(reverse(name, args=[clip.pk])).status_code == 404


@pytest.mark.parametrize("name", ["public-clip", "public-poster"])
@pytest.mark.parametrize("end", ["withdrawn_at", "expires_at"])
def test_public_clip_is_gone_without_consent(
    client: Client, clip: Clip, name: str, end: str
) -> None:
    clip.storyteller.consents.update(**{end: timezone.now()})

    assert client.get(reverse(name, args=[clip.pk])).status_code == 404


def test_public_clip_of_nobody_does_not_exist(client: Client) -> None:
    assert client.get(reverse("public-clip", args=[uuid.uuid4()])).status_code == 404
