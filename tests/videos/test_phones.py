"""The coordinator's page: who may make codes and end phones, and what the page says."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaign.actions import devices
from campaign.models import Campaign, Device, User
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/c/ours/phones/"


@pytest.fixture
def campaign() -> Campaign:
    made: Campaign = factories.CampaignFactory(slug="ours")
    return made


@pytest.fixture
def grace(campaign: Campaign) -> User:
    user = factories.crew(factories.PlaceFactory(), name="Grace")
    user.campaigns.add(campaign)
    return user


@pytest.fixture
def tom(campaign: Campaign, client: Client) -> User:
    user = factories.senior(campaign, name="Tom")
    client.force_login(user)
    return user


def test_code_is_shown_once_as_picture_link_and_letters(
    client: Client, tom: User, grace: User
) -> None:
    page = client.post(PAGE, {"person": grace.pk, "name": "Red phone"}).content.decode()

    link = re.search(r"http://testserver/field/join/(\w{10})/", page)
    assert link is not None
    code = link[1]
    assert f"{code[:5]} {code[5:]}" in page
    assert "<svg" in page
    assert code not in client.get(PAGE).content.decode()
    assert devices.join(code)[0].user == grace


def test_revoke_signs_the_phone_out(client: Client, tom: User, grace: User) -> None:
    device = devices.invite(grace, name="Red phone", by=tom).device

    response = client.post(f"{PAGE}{device.pk}/revoke/")

    assert response["Location"] == PAGE
    assert Device.objects.get().revoked_by == tom
    assert "Signed out by Tom" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "Phone"}, "Choose whose phone it is."),
        ({"person": 0, "name": "Phone"}, "Choose somebody of this campaign’s crews."),
        ({"name": ""}, "Say which phone, so that you find it when it is lost."),
    ],
)
def test_mistakes_are_said_beside_the_field(
    client: Client, tom: User, grace: User, *, data: dict[str, str], words: str
) -> None:
    response = client.post(PAGE, data)

    assert (response.status_code, Device.objects.count()) == (422, 0)
    assert words in response.content.decode()


@pytest.mark.parametrize("role", ["editor", "manager", "crew", None])
def test_phones_are_for_coordinators_alone(
    client: Client, campaign: Campaign, grace: User, role: str | None
) -> None:
    device = devices.invite(grace, name="Phone", by=factories.senior()).device
    client.force_login(factories.person(role, campaign))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"person": grace.pk, "name": "Mine"}).status_code == 403
    assert client.post(f"{PAGE}{device.pk}/revoke/").status_code == 403


def test_phones_of_another_campaign_are_nobodys(client: Client, tom: User, grace: User) -> None:
    other = factories.crew(factories.PlaceFactory())
    device = devices.invite(other, name="Elsewhere", by=tom).device

    assert "Elsewhere" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{device.pk}/revoke/").status_code == 404
    assert client.post(PAGE, {"person": other.pk, "name": "Mine"}).status_code == 422


def test_phones_asks_the_same_number_of_questions(client: Client, tom: User, grace: User) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    devices.invite(grace, name="One", by=tom)
    questions()
    with_one = questions()
    for name in ("Two", "Three"):
        devices.invite(grace, name=name, by=tom)

    assert questions() == with_one
