"""A crew's phone: signed in by a code that works once, for months, and out at once."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from campaign import devices
from campaign.actions import devices as phones
from campaign.models import AuditEntry, Device, User
from tests import factories
from videos import crew as crews

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace() -> User:
    return factories.crew(factories.PlaceFactory(), name="Grace")


@pytest.fixture
def tom() -> User:
    return factories.senior()


@pytest.fixture
def phone(grace: User, tom: User, client: Client) -> Device:
    """Grace's phone, signed in through the page like any other; `client` is its browser."""
    invitation = phones.invite(grace, name="Grace’s phone", by=tom)
    assert client.post("/field/join/", {"code": invitation.code})["Location"] == "/field/"
    return Device.objects.get()


def test_join_stores_hashes_alone(phone: Device, client: Client) -> None:
    token = client.cookies[devices.COOKIE].value

    stored = str(Device.objects.values().get())

    assert token not in stored
    assert len(token) == 43
    assert client.cookies[devices.COOKIE]["httponly"] is True


def test_device_survives_weeks_without_a_session(phone: Device, client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(weeks=20), tick=False):
        response = client.get("/field/")

        assert response.status_code == 200
        assert response.cookies[devices.COOKIE]["max-age"] == 180 * 86_400
    assert Device.objects.filter(seen_at__gt=timezone.now() + timedelta(weeks=19)).exists()


def test_crew_of_a_device_is_its_person_and_place(phone: Device, client: Client) -> None:
    request = client.get("/field/").wsgi_request

    crew = crews.crew_of(request)

    assert (crew.user, crew.place, crew.device) == (phone.user, phone.user.crew.place, phone)


def test_code_works_once(phone: Device, grace: User, tom: User) -> None:
    code = phones.invite(grace, name="Another", by=tom).code
    phones.join(code)

    with pytest.raises(phones.CodeNotValidError):
        phones.join(code)


def test_code_is_taken_however_it_is_typed(grace: User, tom: User) -> None:
    code = phones.invite(grace, name="Phone", by=tom).code
    typed = f" {code[:5].lower()}-{code[5:].lower().replace('0', 'o')} "

    assert phones.join(typed)[0].user == grace


def test_code_ends_after_two_days(grace: User, tom: User) -> None:
    code = phones.invite(grace, name="Phone", by=tom).code

    with (
        time_machine.travel(timezone.now() + timedelta(days=2, seconds=1)),
        pytest.raises(phones.CodeNotValidError),
    ):
        phones.join(code)


def test_opening_the_link_signs_nobody_in(grace: User, tom: User, client: Client) -> None:
    code = phones.invite(grace, name="Phone", by=tom).code

    page = client.get(f"/field/join/{code}/")

    assert "Grace" in page.content.decode()
    assert devices.COOKIE not in client.cookies
    assert phones.join(code)


def test_wrong_code_says_what_to_do(client: Client) -> None:
    response = client.post("/field/join/", {"code": "AAAAAAAAAA"})

    assert response.status_code == 422
    assert "Ask London for a new one" in response.content.decode()


@pytest.mark.parametrize("path", ["/field/", "/", "/field/join/"])
def test_revoked_device_sees_nothing_and_is_wiped(
    phone: Device, tom: User, client: Client, path: str
) -> None:
    phones.revoke(phone, by=tom)

    response = client.get(path)

    assert (response.status_code, response.content) == (401, b"This phone is signed out.")
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response["X-Device"] == "revoked"
    assert response.cookies[devices.COOKIE]["max-age"] == 0
    assert Device.objects.get().wiped_at is not None


def test_device_of_somebody_who_left_is_wiped(phone: Device, client: Client) -> None:
    User.objects.filter(pk=phone.user_id).update(is_active=False)

    assert client.get("/field/").status_code == 401


def test_revoke_says_when_it_was_done_already(phone: Device, tom: User) -> None:
    phones.revoke(phone, by=tom)

    with pytest.raises(phones.DeviceError):
        phones.revoke(phone, by=tom)
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == [
        "invited device",
        "joined device",
        "revoked device",
    ]


def test_invite_is_for_crews_alone(tom: User) -> None:
    with pytest.raises(phones.DeviceError):
        phones.invite(factories.manager(), name="Phone", by=tom)


def test_device_signs_nobody_in_for_other_pages(phone: Device, client: Client) -> None:
    """Also where its person has another role beside the crew's."""
    phone.user.groups.add(factories.person("admin").groups.get())

    assert client.get("/")["Location"] == "/sign-in/?next=/"
