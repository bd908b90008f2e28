"""The tus server by the protocol's rules, in hand-made requests; and what it must never do."""

import base64
import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from campaign import devices
from campaign.actions import devices as phones
from tests import factories
from tests.videos.phone import BASE, STREAM, TUS, Phone
from videos import spool, tus
from videos.actions import uploads
from videos.models import Upload

pytestmark = pytest.mark.django_db

FILM = os.urandom(700_000)


@pytest.fixture(autouse=True)
def _keep_the_tests_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the database's thread is the test's own, in the middle of its transaction."""
    monkeypatch.setattr(tus, "close_old_connections", lambda: None)


@pytest.fixture
def phone(client: Client) -> Phone:
    """Signed in for its place, with a film that London was told of."""
    storyteller = factories.ConsentFactory().storyteller
    grace = factories.crew(storyteller.place, name="Grace")
    invitation = phones.invite(grace, name="Grace’s", by=factories.senior())
    client.post("/field/join/", {"code": invitation.code})
    phone = Phone(client, FILM)
    assert phone.tell(storyteller.pk).status_code == 201
    return phone


@pytest.fixture
def begun(phone: Phone) -> Phone:
    assert phone.create().status == 201
    return phone


def upload(phone: Phone) -> Upload:
    return Upload.objects.get(pk=phone.id)


def test_options_tells_what_is_spoken() -> None:
    heard = Phone(Client(), FILM).ask("OPTIONS", BASE, {})

    assert heard.status == 204
    assert heard.headers | {"x-content-type-options": "", "cache-control": ""} == {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,termination,checksum,expiration",
        "tus-max-size": str(512 * 1024**2),
        "tus-checksum-algorithm": "sha1,sha256",
        "x-content-type-options": "",
        "cache-control": "",
    }


def test_film_arrives_in_pieces(begun: Phone) -> None:
    assert begun.offset().headers["upload-offset"] == "0"
    first = begun.send(0, 300_000)
    assert (first.status, first.headers["upload-offset"]) == (204, "300000")
    assert begun.offset().headers["upload-offset"] == "300000"
    assert begun.send(300_000).status == 204

    assert upload(begun).status == "received"
    assert spool.sha256(begun.id) == begun.sha256
    assert upload(begun).begun_at is not None


def test_create_answers_where_and_until_when(phone: Phone) -> None:
    heard = phone.create()

    assert (heard.status, heard.headers["location"]) == (201, phone.path)
    assert heard.headers["upload-expires"].endswith("GMT")
    again = phone.create()
    assert (again.status, again.headers["location"]) == (201, phone.path)


def test_drop_in_the_middle_loses_nothing_that_came(begun: Phone) -> None:
    headers = STREAM | {"Upload-Offset": "0", "Content-Length": str(len(FILM))}

    begun.ask("PATCH", begun.path, headers, [FILM[:64_000], FILM[64_000:100_001]], ends="broken")

    assert begun.offset().headers["upload-offset"] == "100001"
    assert upload(begun).status == "announced"


def test_clean_end_before_the_announced_one_is_not_taken_for_the_whole(begun: Phone) -> None:
    headers = STREAM | {"Upload-Offset": "0", "Content-Length": str(len(FILM))}

    heard = begun.ask("PATCH", begun.path, headers, [FILM[:1000]])

    assert (heard.status, heard.headers["upload-offset"]) == (204, "1000")
    assert upload(begun).status == "announced"


def test_head_after_finishing_answers_410(begun: Phone) -> None:
    begun.send(0)

    assert begun.offset().status == 410
    assert begun.send(0).status == 410
    assert begun.create().status == 410
    assert begun.ask("DELETE", begun.path, TUS).status == 410


def test_finishing_that_was_killed_is_made_up_for(begun: Phone) -> None:
    """All bytes came, and the process died before it could check them."""
    spool.append(begun.id, FILM, at=0)

    assert begun.offset().status == 410
    assert upload(begun).status == "received"


def test_damaged_film_starts_over(begun: Phone) -> None:
    spool.append(begun.id, b"x" * 1000, at=0)

    heard = begun.send(1000)

    assert (heard.status, upload(begun).status) == (460, "announced")
    assert begun.offset().headers["upload-offset"] == "0"
    assert begun.send(0).status == 204
    assert upload(begun).status == "received"


@pytest.mark.parametrize("start", [1, 699_999, 700_001])
def test_patch_elsewhere_than_at_the_end_is_a_conflict(begun: Phone, start: int) -> None:
    headers = STREAM | {"Upload-Offset": str(start), "Content-Length": "1"}

    heard = begun.ask("PATCH", begun.path, headers, [b"x"])

    assert (heard.status, heard.headers["upload-offset"]) == (409, "0")


def test_second_writer_never_mixes_its_bytes_in(begun: Phone) -> None:
    """A connection that was thought dead still writes while the phone has come back."""
    stale = tus.Writer(upload(begun), at=0)
    assert begun.send(0, 100_000).status == 204

    stale._block += b"stale"
    with pytest.raises(spool.WrongOffsetError):
        stale.flush()

    assert begun.send(100_000).status == 204
    assert spool.sha256(begun.id) == begun.sha256


def test_more_than_the_film_has_is_refused(begun: Phone) -> None:
    announced = STREAM | {"Upload-Offset": "0", "Content-Length": str(len(FILM) + 1)}
    unannounced = STREAM | {"Upload-Offset": "0"}

    assert begun.ask("PATCH", begun.path, announced, [FILM, b"x"]).status == 413
    assert begun.ask("PATCH", begun.path, unannounced, [FILM[:10], FILM]).status == 413
    assert begun.offset().headers["upload-offset"] == "10"


WRONG: list[tuple[str, dict[str, str], int]] = [
    ("PATCH", {"Tus-Resumable": "0.2.2"}, 412),
    ("PATCH", {"Tus-Resumable": ""}, 412),
    ("PATCH", {"Content-Type": "application/octet-stream"}, 415),
    ("PATCH", {"Upload-Offset": "-1"}, 400),
    ("PATCH", {"Upload-Offset": "٣"}, 400),
    ("PATCH", {"Upload-Offset": "9" * 30}, 400),
    ("PATCH", {"Upload-Checksum": "md5 abc"}, 400),
    ("PATCH", {"Upload-Checksum": "sha256 bm9wZQ=="}, 460),
    ("PATCH", {"Origin": "https://elsewhere.example"}, 403),
    ("GET", {}, 405),
]


@pytest.mark.parametrize(("method", "changes", "status"), WRONG)
def test_wrong_requests_are_refused_and_change_nothing(
    begun: Phone, method: str, changes: dict[str, str], status: int
) -> None:
    headers = STREAM | {"Upload-Offset": "0", "Content-Length": "4"} | changes
    sent = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    assert begun.ask(method, begun.path, sent, [b"abcd"]).status == status
    assert spool.offset(begun.id) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"Upload-Length": "5"},
        {"Upload-Length": ""},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "film !!!"},
        {"Upload-Metadata": "film bm90IGFuIGlk"},
    ],
)
def test_create_wants_the_film_that_was_told_of(phone: Phone, changes: dict[str, str]) -> None:
    assert phone.create(**changes).status == 400


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_checksum_of_a_piece_counts_it_whole_or_not_at_all(begun: Phone, name: str) -> None:
    piece = FILM[:200_000]
    right = base64.b64encode(hashlib.new(name, piece).digest()).decode()
    headers = STREAM | {
        "Upload-Offset": "0",
        "Content-Length": str(len(piece)),
        "Upload-Checksum": f"{name} {right}",
    }

    begun.ask("PATCH", begun.path, headers, [piece[:50_000]], ends="broken")
    assert spool.offset(begun.id) == 0
    assert begun.ask("PATCH", begun.path, headers, [piece[:-1] + b"?"]).status == 460
    assert spool.offset(begun.id) == 0
    assert begun.ask("PATCH", begun.path, headers, [piece]).status == 204
    assert spool.offset(begun.id) == 200_000


def test_method_may_be_named_in_a_header(begun: Phone) -> None:
    headers = STREAM | {
        "Upload-Offset": "0",
        "Content-Length": "3",
        "X-HTTP-Method-Override": "PATCH",
    }

    assert begun.ask("POST", begun.path, headers, [FILM[:3]]).status == 204


def test_termination_forgets_the_film(
    begun: Phone, django_capture_on_commit_callbacks: Any
) -> None:
    begun.send(0, 1000)

    with django_capture_on_commit_callbacks(execute=True):
        assert begun.ask("DELETE", begun.path, TUS).status == 204

    assert not spool.exists(begun.id)
    assert begun.offset().status == 410


def test_connection_that_falls_silent_is_ended_and_its_bytes_kept(
    begun: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tus, "SILENCE_SECONDS", 0.05)
    headers = STREAM | {"Upload-Offset": "0"}

    heard = begun.ask("PATCH", begun.path, headers, [FILM[:1000]], ends="silent")

    assert heard.status == 408
    assert begun.offset().headers["upload-offset"] == "1000"


def test_full_disk_is_told_and_nothing_is_torn(
    begun: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.send(0, 1000)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(spool, "_write", full)
        assert begun.send(1000).status == 507
    assert begun.offset().headers["upload-offset"] == "1000"


def test_other_place_finds_nothing(begun: Phone) -> None:
    client = Client()
    client.force_login(factories.crew(factories.PlaceFactory(), name="Charlie"))
    charlie = Phone(client, FILM, id=begun.id)

    assert [charlie.create().status, charlie.offset().status, charlie.send(0).status] == [404] * 3
    assert charlie.ask("DELETE", charlie.path, TUS).status == 404


@pytest.mark.parametrize(("role", "status"), [(None, 403), ("editor", 403), ("crew", 403)])
def test_only_crews_with_a_place_send(begun: Phone, role: str | None, status: int) -> None:
    client = Client()
    client.force_login(factories.person(role))

    assert Phone(client, FILM, id=begun.id).send(0).status == status


def test_stranger_is_refused(begun: Phone) -> None:
    assert Phone(Client(), FILM, id=begun.id).send(0).status == 401


def test_revoked_phone_sends_nothing_and_is_wiped(begun: Phone) -> None:
    device = upload(begun).device
    assert device is not None
    phones.revoke(device, by=factories.senior())

    heard = begun.send(0)

    assert (heard.status, heard.headers["x-device"]) == (401, "revoked")
    assert heard.headers["clear-site-data"] == devices.WIPE["Clear-Site-Data"]
    assert spool.offset(begun.id) == 0


def test_expired_upload_is_gone_and_may_begin_anew(
    begun: Phone, django_capture_on_commit_callbacks: Any
) -> None:
    begun.send(0, 1000)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.sweep() == 1
    assert not spool.exists(begun.id)
    assert begun.offset().status == 410

    assert begun.tell(upload(begun).storyteller_id).status_code == 201
    assert begun.create().status == 201
    assert begun.send(0).status == 204


def test_quota_of_a_place_holds(begun: Phone, settings: LazySettings) -> None:
    settings.UPLOAD_QUOTA = len(FILM) + 10
    storyteller = upload(begun).storyteller_id

    full = Phone(begun.client, b"x" * 11).tell(storyteller)

    assert full.status_code == 503
    assert "Too much is on its way" in full.json()["errors"]["film"][0]
    assert Phone(begun.client, b"x" * 10).tell(storyteller).status_code == 201
