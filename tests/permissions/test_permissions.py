"""Walks every address of the project as everybody: nothing opens that the table does not open.

Each address is asked by GET and by POST, in one's own campaign, in another's, and with the id of
another campaign's object. An address that the table does not know fails.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from campaign import roles
from campaign.models import User
from tests import factories
from tests.permissions.table import CREW, PERMISSIONS, PERSON, PUBLIC, STAFF, TABLE
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

#: Where somebody unknown is sent: to sign in, or to sign a phone in.
GATES = ("/sign-in/", "/field/join/")
NOBODY, REFUSED, NOT_FOUND, WRONG_METHOD = 302, 403, 404, 405


def names() -> Iterator[str]:
    yield from _names(get_resolver().url_patterns)


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield str(pattern.name)
        elif pattern.app_name != "admin":  # it has rules of its own, and a test of its own
            yield from _names(pattern.url_patterns)


@pytest.fixture
def world() -> World:
    return World()


def asked(client: Client, address: str) -> set[int]:
    answers = client.get(address), client.post(address)
    for answer in answers:
        if answer.streaming:
            list(answer)
    return {answer.status_code for answer in answers}


def arriving(person: User | None = None) -> Client:
    """A browser, which is told of an error as anybody is."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def somebody(role: str, world: World) -> User:
    if role == roles.CREW:
        return factories.crew(world.our_place)
    return factories.person(role, world.ours)


def campaign_addresses() -> dict[str, str]:
    return {name: needs for name, needs in TABLE.items() if needs in PERMISSIONS}


def test_table_knows_every_address() -> None:
    assert set(TABLE) == set(names())


def test_every_permission_of_the_table_is_a_roles() -> None:
    held = {f"campaign.{code}" for codes in roles.ROLES.values() for code in codes}
    assert set(TABLE.values()) <= held | {PUBLIC, PERSON, CREW, STAFF}


def test_nobody_signed_in_opens_only_what_is_public(world: World) -> None:
    client = arriving()
    opened = {}
    for name, needs in TABLE.items():
        if needs == PUBLIC:
            continue
        address = world.address(name, "ours")
        for answer in (client.get(address), client.post(address)):
            gate = answer.status_code == NOBODY and answer["Location"].startswith(GATES)
            if not gate and answer.status_code not in {401, REFUSED, WRONG_METHOD}:
                opened[name] = answer.status_code
    assert opened == {}


@pytest.mark.parametrize("role", roles.ROLES)
def test_role_opens_what_the_table_says(role: str, world: World) -> None:
    person = somebody(role, world)
    client = arriving(person)
    wrong = {}
    for name, needs in campaign_addresses().items():
        may = person.has_perm(needs)
        # Of another campaign: as if it did not exist, whatever one's role.
        in_campaign = "campaign" in world.arguments[name]
        elsewhere = asked(client, world.address(name, "theirs"))
        if in_campaign and not elsewhere <= {NOT_FOUND, WRONG_METHOD}:
            wrong[name] = "opens another campaign"
        answers = asked(client, world.address(name, "ours"))
        if not may and not answers <= {REFUSED, NOT_FOUND, WRONG_METHOD}:
            wrong[name] = f"opens without {needs}: {answers}"
        if may and REFUSED in answers and name not in world.refuses_more:
            wrong[name] = f"refuses in spite of {needs}"
        if may and max(answers) >= 500:
            wrong[name] = f"breaks: {answers}"
    assert wrong == {}


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_object_of_another_campaign_is_reached_by_its_id(role: str, world: World) -> None:
    client = arriving(somebody(role, world))
    reached = {}
    for name in campaign_addresses():
        address = world.foreign(name)
        if address is None:
            continue
        answers = asked(client, address)
        if not answers <= {REFUSED, NOT_FOUND, WRONG_METHOD}:
            reached[name] = answers
    assert reached == {}


@pytest.mark.parametrize("role", [role for role in roles.ROLES if role != roles.CREW])
def test_field_is_for_crews_alone(role: str, world: World) -> None:
    client = arriving(somebody(role, world))
    opened = {}
    for name, needs in TABLE.items():
        if needs == CREW:
            answers = asked(client, world.address(name, "ours"))
            if not answers <= {REFUSED, NOT_FOUND, WRONG_METHOD, NOBODY}:
                opened[name] = answers
    assert opened == {}


def test_admin_site_is_for_staff_alone(world: World) -> None:
    person = somebody(roles.ADMIN, world)
    client = arriving(person)
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name == "admin":
            for name in ("index", "campaign_user_changelist", "responders_reply_changelist"):
                answer = client.get(reverse(f"admin:{name}"))
                assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)


def test_public_pages_never_break(world: World) -> None:
    client = arriving()
    broken = {}
    for name, needs in TABLE.items():
        if needs == PUBLIC:
            try:
                answers = asked(client, world.address(name, "ours"))
            except NoReverseMatch:
                broken[name] = "no address"
                continue
            if max(answers) >= 500:
                broken[name] = str(answers)
    assert broken == {}
