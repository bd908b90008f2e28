"""Signatures from elsewhere, files, webhooks in and out, requests kept out of our own network."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from petitions import osdi, outward, sheets
from petitions.actions import counting, imports, outgoing, platforms, signing
from petitions.models import (
    CountSnapshot,
    CsvImport,
    OutsideSignature,
    Petition,
    Signature,
    Source,
    WebhookDelivery,
)
from petitions.osdi import Outsider
from tests import factories
from tests.petitions.conftest import tess
from tests.petitions.test_review import address, rosa

__all__ = ["rosa"]
pytestmark = pytest.mark.django_db
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


class Elsewhere(ThreadingHTTPServer):
    """Another system on this machine: says what it was told to, keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Any] = {}
        self.status = 200
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Elsewhere

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append((self.path, dict(self.headers), body))
        text = json.dumps(self.server.answers.get(self.path.partition("?")[0], {})).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[Elsewhere]:
    settings.OUTGOING_TRUSTED_HOSTS = ["127.0.0.1"]
    server = Elsewhere()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def source(
    petition: Petition, kind: str = "osdi", **facts: Any
) -> tuple[Source, platforms.Secrets]:
    return platforms.add_source(
        petition, kind=kind, name="Elsewhere", by=factories.UserFactory(), **facts
    )


def osdi_signature(number: int, email: str) -> dict[str, Any]:
    return {
        "identifiers": [f"action_network:{number}"],
        "created_date": "2026-02-03T12:00:00Z",
        "person": {
            "email_addresses": [
                {"address": "old@example.org"},
                {"primary": True, "address": email},
            ],
            "postal_addresses": [{"country": "ke"}],
        },
    }


def outside(petition: Petition) -> tuple[int, int]:
    counting.count_all()
    platforms.total_all()
    count = CountSnapshot.objects.get(petition=petition)
    return count.outside, count.unverified


def test_people_who_signed_here_and_elsewhere_count_once(petition: Petition) -> None:
    one, _ = source(petition, "csv")
    other, _ = source(petition, "csv")
    people = [
        Outsider(external_id=str(n), email=f"t{n}@gmail.com", signed_at=NOON) for n in range(3)
    ]
    platforms.receive(one, people)
    platforms.receive(other, people[1:])
    assert outside(petition) == (3, 0)

    signing.sign(petition, person=tess(email="T.0+x@googlemail.com"), link=None)
    assert outside(petition) == (3, 0)
    signing.confirm(Signature.objects.get().pk)
    assert outside(petition) == (2, 0)

    platforms.set_active(one, active=False, by=factories.UserFactory())
    assert outside(petition) == (2, 0)
    platforms.set_active(other, active=False, by=factories.UserFactory())
    assert outside(petition) == (0, 0)


def test_an_outside_signature_keeps_no_address_in_the_clear(petition: Petition) -> None:
    one, _ = source(petition, "csv")
    platforms.receive(one, [Outsider(external_id="1", email="t@example.org", signed_at=NOON)])

    stored = dict(OutsideSignature.objects.extra(select={"raw": "email"}).values("raw").get())
    assert "example.org" not in str(stored)


def test_a_webhook_is_taken_in_once_however_often_it_comes(
    visitor: Client, petition: Petition
) -> None:
    _, made = source(petition)
    body = json.dumps(
        [
            {"osdi:signature": osdi_signature(1, "a@example.org"), "idempotency_key": "x"},
            {"osdi:signature": osdi_signature(2, "not an address")},
            {"osdi:signature": {"person": {}}},
            {"osdi:donation": {}},
        ]
    )

    answers = [
        visitor.post(f"/hooks/{made.token}", body, content_type="application/json").json()
        for _ in range(2)
    ]

    assert answers == [
        {"added": 1, "known": 0, "refused": 2},
        {"added": 0, "known": 1, "refused": 2},
    ]
    stored = OutsideSignature.objects.get()
    assert (stored.external_id, stored.email, stored.country, stored.signed_at) == (
        "action_network:1", "a@example.org", "KE", NOON,
    )  # fmt: skip


def signed(secret: str, body: str, *, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }


def test_a_webhook_that_is_signed_wrongly_or_late_is_refused(
    visitor: Client, petition: Petition
) -> None:
    _, made = source(petition, signed=True)
    body = json.dumps([{"osdi:signature": osdi_signature(1, "a@example.org")}])
    other = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    late = datetime.now(UTC) - timedelta(minutes=6)

    def post(headers: dict[str, str], sent: str = body) -> Any:
        path = f"/hooks/{made.token}"
        return visitor.post(path, sent, content_type="application/json", headers=headers)

    wrong = [
        {}, signed(other, body), signed(made.signing, body, at=late),
        signed(made.signing, body) | {"webhook-signature": "nonsense"},
    ]  # fmt: skip
    assert [post(headers).status_code for headers in wrong] == [401] * 4
    assert post(signed(made.signing, body), sent=body + " ").status_code == 401
    assert not OutsideSignature.objects.exists()

    good = signed(made.signing, body)
    assert post(good).json() == {"added": 1, "known": 0, "refused": 0}
    assert post(good).json()["replayed"] is True
    assert OutsideSignature.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("{", 400), ("\x00", 400), ("null", 200), ('"text"', 200), ("[[[1]]]", 200)],
)
def test_a_webhook_of_nonsense_does_no_harm(
    visitor: Client, petition: Petition, body: str, status: int
) -> None:
    _, made = source(petition)

    response = visitor.post(f"/hooks/{made.token}", body, content_type="application/json")

    assert response.status_code == status
    assert visitor.post("/hooks/unknown", "[]", content_type="application/json").status_code == 404


def test_polling_reads_every_page_and_goes_on_from_there(
    petition: Petition, elsewhere: Elsewhere
) -> None:
    first, second = "/api/v2/petitions/1/signatures", "/api/v2/petitions/1/signatures/2"
    person = f"{elsewhere.url}/api/v2/people/3"
    unread = osdi_signature(3, "")
    unread["_links"] = {"osdi:person": {"href": person}}
    elsewhere.answers = {
        first: {
            "_embedded": {"osdi:signatures": [osdi_signature(1, "a@example.org")]},
            "_links": {"next": {"href": elsewhere.url + second}},
        },
        second: {"_embedded": {"osdi:signatures": [unread, osdi_signature(1, "a@example.org")]}},
        "/api/v2/people/3": {"email_addresses": [{"address": "c@example.org"}]},
    }
    unread["person"] = {}
    made, _ = source(petition, url=elsewhere.url + first, api_key="hush")

    platforms.poll_due()
    platforms.poll_due()  # not due yet

    assert set(OutsideSignature.objects.values_list("email", "external_id")) is not None
    found = {(one.external_id, one.email) for one in OutsideSignature.objects.all()}
    assert found == {
        ("action_network:1", "a@example.org"), ("action_network:3", "c@example.org"),
    }  # fmt: skip
    assert [path for path, _, _ in elsewhere.got] == [first, second, "/api/v2/people/3"]
    assert {headers["OSDI-API-Token"] for _, headers, _ in elsewhere.got} == {"hush"}
    made.refresh_from_db()
    assert (made.error, made.cursor, made.seen_until is not None) == ("", "", True)
    Source.objects.update(polled_at=timezone.now() - timedelta(hours=1))
    platforms.poll_due()
    assert "filter=modified_date+gt" in elsewhere.got[3][0]


def test_polling_follows_to_no_other_host_and_says_so(
    petition: Petition, elsewhere: Elsewhere
) -> None:
    elsewhere.answers = {"/": {"_links": {"next": {"href": "https://evil.example/"}}}}
    made, _ = source(petition, url=elsewhere.url + "/", api_key="hush")

    platforms.poll_due()

    made.refresh_from_db()
    assert made.error == "The platform sends us to another host; we do not follow."
    assert len(elsewhere.got) == 1


@pytest.mark.parametrize(
    ("answer", "path", "number", "error"),
    [
        ({"data": [{"total": 1234}]}, "data.0.total", 1234, ""),
        ({"total": "1,234"}, "total", 1234, ""),
        ({"total": -1}, "total", 0, "What stands there is not a number of signatures."),
        ({"total": True}, "total", 0, "What stands there is not a number of signatures."),
        ({}, "total", 0, "The answer has nothing at “total”."),
    ],
)
def test_a_number_at_an_address_is_read(
    petition: Petition, elsewhere: Elsewhere, *, answer: Any, path: str, number: int, error: str
) -> None:
    elsewhere.answers = {"/n": answer}
    made, _ = source(petition, "url", url=elsewhere.url + "/n", json_path=path)

    platforms.poll_due()

    made.refresh_from_db()
    assert (made.number, made.error) == (number, error)
    assert outside(petition) == (0, number)


def test_a_number_is_typed_in_by_managers(rosa: Client, petition: Petition) -> None:
    made, _ = source(petition, "number")
    path = address(petition, f"platforms/source/{made.pk}/")

    for written in ("2,310", "-5", "many", "99999999999"):
        rosa.post(path, {"number": written})

    assert outside(petition) == (0, 2_310)
    assert "2,310 more on other platforms" in rosa.get("/p/share/?lang=en").content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/",
        "https://169.254.169.254/latest/", "https://localhost/", "https://0.0.0.0/",
        "https://[::ffff:10.0.0.1]/", "https://user:pw@93.184.216.34/", "ftp://example.org/",
        "https:///x", "https://2130706433/", "https://example.org:99999/", "nonsense",
    ],
)  # fmt: skip
def test_no_request_goes_into_our_own_network(url: str) -> None:
    with pytest.raises(outward.Refused):
        outward.check(url)


def test_a_request_follows_no_redirect(elsewhere: Elsewhere) -> None:
    elsewhere.status = 302

    assert outward.fetch(elsewhere.url + "/").status == 302
    assert len(elsewhere.got) == 1


def test_a_confirmed_signature_is_told_signed_and_once(
    petition: Petition, elsewhere: Elsewhere
) -> None:
    endpoint = outgoing.add_endpoint(
        petition, url=elsewhere.url + "/in", with_people=True, by=factories.UserFactory()
    )
    for n, news in enumerate((False, True)):
        person = tess(email=f"t{n}@example.org", wants_news=news)
        signing.sign(petition, person=person, link=None)
    for one in Signature.objects.order_by("id"):
        signing.confirm(one.pk)
        signing.confirm(one.pk)

    assert (outgoing.deliver_due(), outgoing.deliver_due()) == (2, 0)

    bodies = [Webhook(endpoint.secret).verify(body, headers) for _, headers, body in elsewhere.got]
    assert [body["type"] for body in bodies] == ["signature.confirmed"] * 2
    people = sorted(str(body["data"].get("person", {}).get("email")) for body in bodies)
    assert people == ["None", "t1@example.org"]


def test_a_webhook_that_fails_is_tried_again_and_given_up(
    petition: Petition, elsewhere: Elsewhere
) -> None:
    outgoing.add_endpoint(
        petition, url=elsewhere.url, with_people=False, by=factories.UserFactory()
    )
    elsewhere.status = 500
    with time_machine.travel("2026-12-03T12:00Z", tick=False) as clock:
        signing.sign(petition, person=tess(), link=None)
        signing.confirm(Signature.objects.get().pk)
        for pause in (timedelta(), *outgoing.PAUSES):
            clock.shift(pause)
            assert outgoing.deliver_due() == 1
            assert outgoing.deliver_due() == 0

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.status) == ("failed", 8, 500)
    assert len({headers["webhook-id"] for _, headers, _ in elsewhere.got}) == 1


def test_a_stopped_webhook_is_told_nothing(petition: Petition, elsewhere: Elsewhere) -> None:
    by = factories.UserFactory()
    endpoint = outgoing.add_endpoint(petition, url=elsewhere.url, with_people=False, by=by)
    signing.sign(petition, person=tess(), link=None)
    signing.confirm(Signature.objects.get().pk)
    outgoing.stop_endpoint(endpoint, by=by)

    assert outgoing.deliver_due() == 0
    assert not elsewhere.got


CSV = "Email;Pays;Date\na@example.org;Kenya;2026-02-03\nb@example.org;Côte d’Ivoire;\nnobody;;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_looked_at_loaded_and_reported(
    rosa: Client, petition: Petition, encoding: str
) -> None:
    made, _ = source(petition, "csv")
    given = SimpleUploadedFile("list.csv", CSV.encode(encoding))

    response = rosa.post(
        address(petition, f"platforms/source/{made.pk}/file/"), {"file": given}, follow=True
    )
    assert "3 lines" in " ".join(response.content.decode().split())
    assert not OutsideSignature.objects.exists()
    path = response.request["PATH_INFO"]
    columns = {"email": "0", "country": "1", "date": "2", "id": ""}
    for _ in range(2):
        response = rosa.post(path, columns | {"do": "load"}, follow=True)

    assert "2 new, 0 known already, 1 refused" in " ".join(response.content.decode().split())
    assert {(one.email, one.country) for one in OutsideSignature.objects.all()} == {
        ("a@example.org", "KE"), ("b@example.org", "CI"),
    }  # fmt: skip
    loaded = CsvImport.objects.get()
    assert (loaded.content, loaded.problems) == ("", [[4, "no address that mail reaches"]])


def test_a_large_file_is_loaded_by_the_worker_and_twice_adds_nothing(petition: Petition) -> None:
    made, _ = source(petition, "csv")
    rows = "\n".join(f"t{n}@example.org" for n in range(imports.AT_ONCE + 1))
    by = factories.UserFactory()
    for _ in range(2):
        loaded = imports.look_at(made, filename="x.csv", content=f"email\n{rows}".encode(), by=by)
        imports.start(loaded, by=by)
        assert CsvImport.objects.get(pk=loaded.pk).state == "waiting"
        imports.load(loaded.pk)
        imports.load(loaded.pk)

    done = CsvImport.objects.order_by("at").values_list("state", "added", "known")
    assert list(done) == [("done", 1_001, 0), ("done", 0, 1_001)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no signatures"),
        (b"email\n", "no signatures"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\x00\x01\x02\xff\xfe", "not a text file"),
        (b"name\nAna\n", "Say which column"),
        (b'email\n"' + b"x" * 20_000, "breaks off"),
    ],
)
def test_a_file_that_is_none_says_what_to_do(
    petition: Petition, content: bytes, words: str
) -> None:
    made, _ = source(petition, "csv")
    by = factories.UserFactory()

    with pytest.raises(sheets.Unreadable, match=words):
        imports.start(imports.look_at(made, filename="x", content=content, by=by), by=by)

    assert not OutsideSignature.objects.exists()


def test_osdi_reads_what_it_can() -> None:
    assert list(osdi.signatures({"a": 1})) == []
    assert osdi.read({"identifiers": [1, None, "x:1"], "created_date": "soon"}) is not None
    assert osdi.read({"person": "nobody"}) is None
