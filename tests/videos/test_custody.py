"""The chain of custody: nothing in it is changed, left out or added later without showing."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories
from videos import custody
from videos.models import Clip, CustodyEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip() -> Clip:
    clip: Clip = factories.ClipFactory()
    custody.record(clip, custody.Kind.RECEIVED, sha256=clip.original_sha256, by=None, bytes=5)
    custody.record(clip, custody.Kind.MADE, by=None, file="post", seconds=7.25)
    custody.record(clip, custody.Kind.POSTED, by=None, network="x", id="123")
    return clip


def found() -> list[tuple[int, str]]:
    events = CustodyEvent.objects.order_by("clip", "number")
    return [(one.number, one.wrong) for one in custody.breaks(events)]


def tamper(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE videos_custodyevent DISABLE TRIGGER custody_append_only")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE videos_custodyevent ENABLE TRIGGER custody_append_only")


def test_chain_of_each_clip_holds(clip: Clip) -> None:
    other = factories.ClipFactory()
    custody.record(other, custody.Kind.RECEIVED, by=None)
    assert list(CustodyEvent.objects.filter(clip=clip).values_list("number", flat=True)) == [
        1,
        2,
        3,
    ]
    assert CustodyEvent.objects.get(clip=other).number == 1
    assert found() == []


@pytest.mark.parametrize(
    ("sql", "breaks"),
    [
        (
            'UPDATE videos_custodyevent SET facts = \'{"id": "124"}\' WHERE number = 3',
            [(3, "it was changed after it was written")],
        ),
        ("DELETE FROM videos_custodyevent WHERE number = 2", [(3, "event 2 is missing")]),
        (
            "UPDATE videos_custodyevent SET previous_hash = '' WHERE number = 2",
            [(2, "it does not follow the event before it")],
        ),
    ],
)
def test_tampering_shows(clip: Clip, sql: str, breaks: list[tuple[int, str]]) -> None:
    tamper(sql)
    assert found() == breaks


def test_database_refuses_change_and_deletion(clip: Clip) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CustodyEvent.objects.update(kind="posted")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CustodyEvent.objects.filter(clip=clip)._raw_delete("default")
