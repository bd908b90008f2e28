"""Crews are told of briefs by push and by mail, outside of quiet hours, and only what is true."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import django_rq
import http_ece
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.test import Client

from campaign.actions import devices as phones
from campaign.models import User
from tests import factories
from videos import push
from videos.actions import briefs, crew_steps, notices
from videos.models import Brief, Notice, Place, PushSubscription

pytestmark = pytest.mark.django_db

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
#: 13:00 and 21:00 in Kakuma.
DAY = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
EVENING = datetime(2026, 2, 3, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Phone:
    """A browser with its push service: what the service got, and what the browser reads of it."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.answer = 201
        self.got: list[tuple[dict[str, str], bytes]] = []
        phone = self

        class Service(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                phone.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(phone.answer)
                if phone.answer == 302:
                    self.send_header("Location", f"{phone.origin}/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": _b64(point), "auth": _b64(self.auth)}
        return {"endpoint": f"{self.origin}/push/1", "keys": keys}

    def read(self) -> list[dict[str, str]]:
        return [
            json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth))
            for _, body in self.got
        ]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def phone(settings: Any) -> Iterator[Phone]:
    made = Phone()
    settings.VAPID_PRIVATE_KEY = KEY
    settings.PUSH_SERVICES = [made.origin]
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def kakuma() -> Place:
    made: Place = factories.PlaceFactory()
    return made


@pytest.fixture
def grace(kakuma: Place) -> User:
    return factories.crew(kakuma, name="Grace", email="grace@example.org", language="sw")


def asked(place: Place) -> Brief:
    campaign = factories.CampaignFactory()
    asking = briefs.Asking(
        place=place, words="Thank her.", language="en", deadline=datetime.now(UTC) + 45 * MINUTE
    )
    return briefs.ask(asking, campaign=campaign, by=factories.editor(campaign))


def send_owed() -> list[bool]:
    return [notices.send(notice.pk) for notice in Notice.objects.order_by("pk")]


def test_new_brief_rings_in_their_language_and_names_nobody(
    phone: Phone, kakuma: Place, grace: User
) -> None:
    notices.subscribe(phone.subscription, device=None, user=grace)
    with time_machine.travel(DAY, tick=False):
        brief = asked(kakuma)
        assert send_owed() == [True, True]
        assert send_owed() == [False, False]
    assert phone.read() == [
        {
            "title": "Kazi mpya",
            "body": "Mwisho 13:45",
            "tag": f"brief-{brief.pk}",
            "lang": "sw",
            "dir": "ltr",
            "url": "/field/",
        }
    ]
    headers = phone.got[0][0]
    assert (headers["ttl"], headers["urgency"]) == ("2700", "high")
    assert headers["authorization"].startswith("vapid t=")
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["grace@example.org"], "Kazi mpya, mwisho 13:45")
    assert "http://testserver/field/" in letter.body
    assert "Thank her" not in str(letter.body)


def test_nothing_rings_in_quiet_hours(phone: Phone, kakuma: Place, grace: User) -> None:
    notices.subscribe(phone.subscription, device=None, user=grace)
    with time_machine.travel(EVENING, tick=False) as clock:
        asked(kakuma)
        assert notices.sweep() == 0
        assert send_owed() == [False, False]
        clock.move_to(EVENING + timedelta(hours=9, minutes=30))  # 06:30 there
        assert notices.sweep() == 2
        assert send_owed() == [True, True]
    assert (len(phone.got), len(mail.outbox)) == (1, 1)


def test_what_is_over_is_not_told(phone: Phone, kakuma: Place, grace: User) -> None:
    notices.subscribe(phone.subscription, device=None, user=grace)
    with time_machine.travel(EVENING, tick=False) as clock:
        crew_steps.accept(asked(kakuma), by=grace)
        clock.move_to(EVENING + timedelta(hours=10))
        assert send_owed() == [False, False]
    assert Notice.objects.filter(dropped_at=None).count() == 0
    assert (phone.got, mail.outbox) == ([], [])


def test_taking_back_and_a_line_ring_too(phone: Phone, kakuma: Place, grace: User) -> None:
    notices.subscribe(phone.subscription, device=None, user=grace)
    with time_machine.travel(DAY, tick=False):
        brief = asked(kakuma)
        crew_steps.saw([brief])
        briefs.write(brief, "By noon, please.", by=brief.sent_by)
        briefs.write(brief, "Ndiyo.", by=grace)
        assert send_owed() == [True, False, True]  # the mail is for what nobody saw
        briefs.cancel(brief, by=brief.sent_by)
        send_owed()
    assert [message["title"] for message in phone.read()] == [
        "Kazi mpya",
        "London imekuandikia",
        "Kazi imeondolewa",
    ]


@pytest.mark.parametrize("answer", [404, 410])
def test_a_phone_that_is_gone_is_forgotten(
    phone: Phone, kakuma: Place, grace: User, answer: int
) -> None:
    notices.subscribe(phone.subscription, device=None, user=grace)
    phone.answer = answer
    with time_machine.travel(DAY, tick=False):
        asked(kakuma)
        send_owed()
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("answer", [302, 500])
def test_a_service_in_trouble_is_tried_again_and_given_up(
    phone: Phone, kakuma: Place, grace: User, answer: int
) -> None:
    User.objects.update(email="")
    notices.subscribe(phone.subscription, device=None, user=grace)
    phone.answer = answer
    with time_machine.travel(DAY, tick=False) as clock:
        asked(kakuma)
        for _ in range(5):
            assert send_owed() == [False]
            assert send_owed() == [False]  # not before the pause is over
            clock.shift(21 * MINUTE)
    assert len(phone.got) == 4
    assert Notice.objects.get().dropped_at is not None


def test_a_lost_phone_rings_no_more(phone: Phone, kakuma: Place, grace: User) -> None:
    invitation = phones.invite(grace, name="Grace’s phone", by=factories.senior())
    device, _token = phones.join(invitation.code)
    notices.subscribe(phone.subscription, device=device, user=grace)
    assert PushSubscription.objects.trusted().count() == 1
    phones.revoke(device, by=factories.senior())
    assert PushSubscription.objects.trusted().count() == 0


def test_only_those_on_duty_are_told_unless_nobody_is(kakuma: Place, grace: User) -> None:
    off = factories.crew(kakuma, email="off@example.org")
    off.crew.on_duty = False
    off.crew.save()
    with time_machine.travel(DAY, tick=False):
        asked(kakuma)
        assert {notice.user for notice in Notice.objects.all()} == {grace}
        grace.crew.on_duty = False
        grace.crew.save()
        asked(kakuma)
    assert {notice.user for notice in Notice.objects.all()} == {grace, off}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:6379/",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/?https://fcm.googleapis.com",
        "https://fcm.googleapis.com@127.0.0.1/",
        "https://fcm.googleapis.com:8443/x",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_no_other_address_is_ever_called(endpoint: str, kakuma: Place, grace: User) -> None:
    assert push.is_service("https://fcm.googleapis.com/fcm/send/abc")
    assert push.is_service("https://web.push.apple.com/abc")
    with pytest.raises(notices.BadSubscriptionError):
        notices.subscribe(
            {"endpoint": endpoint, "keys": {"p256dh": "x", "auth": "y"}}, device=None, user=grace
        )
    with pytest.raises(push.SubscriptionGoneError):
        push.send({"endpoint": endpoint}, {}, lasts=MINUTE)


@pytest.mark.django_db(transaction=True)
def test_a_new_brief_asks_the_worker_once_committed(kakuma: Place, grace: User) -> None:
    with time_machine.travel(DAY, tick=False):
        asked(kakuma)
    (job,) = django_rq.get_queue("mail").jobs
    assert (job.func_name, job.args) == (
        "videos.jobs.send_notice",
        (Notice.objects.get().pk,),
    )


def test_a_phone_subscribes_and_leaves(
    phone: Phone, client: Client, kakuma: Place, grace: User
) -> None:
    client.force_login(grace)
    body = json.dumps(phone.subscription)
    answer = client.post("/field/push/", body, content_type="application/json")
    assert answer.status_code == 204
    assert PushSubscription.objects.get().user == grace
    assert client.post("/field/push/", "{}", content_type="application/json").status_code == 422
    assert client.delete("/field/push/", body, content_type="application/json").status_code == 204
    assert not PushSubscription.objects.exists()
