"""Every address, as everybody, with nonsense in every field that any page knows: nothing breaks.

Each walk asks by GET and by POST, within a campaign whose things are really there, so that the
nonsense gets as far as it can. For the sake of time each role asks a third of the addresses, not
the same as the role before; `FUZZ=20` has everybody ask all of them, twenty times, by chance.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaign import roles
from campaign.models import User
from tests import factories
from tests.permissions.table import TABLE
from tests.permissions.world import World
from tests.process.helpers import ROOT

pytestmark = pytest.mark.django_db

ROLES = ["nobody", *roles.ROLES]
THIRDS = 3
FARTHER = int(os.environ.get("FUZZ", "0"))
#: Of a download no more than this is read.
MOST_PIECES = 50
#: What the newsroom refuses at once when there are more of them (DATA_UPLOAD_MAX_NUMBER_FIELDS).
MOST_FIELDS = 190

_IN_CODE = re.compile(r"""(?:GET|POST|form|query|data|wanted)(?:\.get\(|\.getlist\(|\[)"(\w+)\"""")
_IN_PAGES = re.compile(r'\bname="([\w-]+)"')
_IN_FORMS = re.compile(r"^    (\w+) = forms\.\w+", re.MULTILINE)

#: What a field may be asked to take. The first of each kind is what it wants.
usual = st.sampled_from(
    ["", "1", "0", "en", "ar", "x", "on", "true", "all", "2026-11-26", "2026-11-26T20:00", "10"]
)
odd = st.sampled_from(
    [
        "-1",
        "9" * 30,
        "1e309",
        "NaN",
        "٣",
        "²",
        "\0",
        "a\0b",
        "%00",
        "\ud7ff\U0010ffff",
        "مرحبا \u202e \u0000",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "../../etc/passwd",
        "2026-02-30",
        "0000-00-00",
        "99999-01-01T99:99",
        "{",
        "[]",
        '{"a": [1, null, {}]}',
        "[[[[[[1]]]]]]",
        "http://[::1",
        "https://127.0.0.1:1/",
        "a@b",
        "@" * 300,
        "x" * 5000,
        "00000000-0000-0000-0000-000000000001",
        ",",
        "\r\nSet-Cookie: a=b",
    ]
)
value = st.one_of(usual, odd, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


@cache
def fields() -> tuple[str, ...]:
    """Every name that a page sends or a view reads."""
    code = [
        p.read_text()
        for app in ("campaign", "responders", "videos", "petitions")
        for p in (ROOT / app).rglob("*.py")
        if "sandbox" not in p.parts
    ]
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.*")]
    found = {name for text in code for one in (_IN_CODE, _IN_FORMS) for name in one.findall(text)}
    found |= {name for text in pages for name in _IN_PAGES.findall(text)}
    return tuple(sorted(found - {"csrfmiddlewaretoken"}))


@st.composite
def nonsense(draw: st.DrawFn) -> dict[str, str]:
    """A value for each of many fields, most of them odd."""
    pool = draw(st.lists(value, min_size=12, max_size=12))
    chance = draw(st.randoms(use_true_random=False))
    names = chance.sample(fields(), min(MOST_FIELDS, len(fields())))
    return {name: chance.choice(pool) for name in names}


headers = st.fixed_dictionaries(
    {},
    optional={
        "HX-Request": st.just("true"),
        "Accept-Language": st.sampled_from(["ar", "xx;q=nonsense", "sw,en;q=0.5"]),
        "Range": st.sampled_from(["bytes=0-", "bytes=9-1", "bytes=" + "9" * 40 + "-"]),
        "Accept": st.sampled_from(["application/json", "text/event-stream", "*/*"]),
        "Cookie": st.sampled_from(["sessionid=nonsense", "csrftoken=\u00e9", "messages=nonsense"]),
    },
)


@pytest.fixture
def world() -> World:
    return World()


def somebody(role: str, world: World) -> User | None:
    if role == "nobody":
        return None
    if role == roles.CREW:
        person = factories.crew(world.things["storyteller"].place)
        person.campaigns.add(world.theirs)
        return person
    return factories.person(role, world.theirs)


def answers(client: Client, address: str, sent: dict[str, str]) -> Iterator[Any]:
    for method in (client.get, client.post):
        with transaction.atomic():
            answer = method(address, sent)
            if answer.streaming:
                for _, _piece in zip(range(MOST_PIECES), answer, strict=False):
                    pass
            transaction.set_rollback(True)
        yield answer


@pytest.mark.parametrize("role", ROLES)
@settings(
    max_examples=max(1, FARTHER),
    derandomize=not FARTHER,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=nonsense(), extra=headers)
def test_nonsense_breaks_no_page(
    role: str, world: World, sent: dict[str, str], extra: dict[str, str]
) -> None:
    client = Client(raise_request_exception=False, headers=extra)
    person = somebody(role, world)
    broken = {}
    for name in TABLE if FARTHER else list(TABLE)[ROLES.index(role) % THIRDS :: THIRDS]:
        if person is not None:
            client.force_login(person)  # some of them sign out
        for answer in answers(client, world.own(name), sent):
            if answer.status_code >= 500:
                broken[f"{name} {answer.wsgi_request.method}"] = repr(answer.exc_info)
    assert broken == {}
