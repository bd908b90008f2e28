"""Gaps: where search begins, which page moves the cursor, what happens when it fails."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from campaign.intake import gap
from campaign.intake.gap import Filled
from campaign.intake.inbox import Cursor, Inbox
from campaign.networks.base import (
    IncomingPost,
    NetworkError,
    OutcomeUnknown,
    Page,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from tests.intake.posts import incoming


def snowflake(moment: datetime) -> str:
    return str((int(moment.timestamp() * 1000) - 1_288_834_974_657) << 22)


def recent(**ago: float) -> str:
    return snowflake(datetime.now(UTC) - timedelta(**ago))


class Search:
    """A network that only finds: each call gets the next page, or error, and is noted."""

    def __init__(self, *answers: Page | NetworkError) -> None:
        self.answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    def search_recent(self, query: str, **facts: Any) -> Page:
        self.calls.append(facts)
        answer = self.answers.pop(0)
        if isinstance(answer, NetworkError):
            raise answer
        return answer


def fill(
    search: Search, cursor: str, *, stop: Event | None = None, refuse: bool = False
) -> tuple[Filled, list[str]]:
    stored: list[str] = []

    def store(posts: Sequence[IncomingPost]) -> object | None:
        stored.extend(post.id for post in posts)
        return None if refuse else stored

    filled = gap.fill(
        search,  # type: ignore[arg-type]  # the one verb that is needed
        query="@iwelcome",
        cursor=cursor,
        store=store,
        stop=stop or Event(),
    )
    return filled, stored


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gap, "RETRY_FIRST", 0.01)


def pages() -> list[Page]:
    return [
        Page([incoming(9), incoming(8)], newest_id=incoming(9).id, next_token="p2"),
        Page([incoming(7)], newest_id=incoming(7).id, next_token="p3"),
        Page([incoming(6)], newest_id=incoming(6).id),
    ]


def test_fill_turns_all_pages_and_takes_the_newest_of_the_first() -> None:
    search = Search(*pages())
    filled, stored = fill(search, recent(hours=1))
    assert filled == Filled(incoming(9).id, 4, complete=True)
    assert stored == [incoming(n).id for n in (9, 8, 7, 6)]
    assert [call["next_token"] for call in search.calls] == ["", "p2", "p3"]
    assert len({call["since_id"] for call in search.calls}) == 1


def test_fill_begins_two_minutes_before_the_cursor() -> None:
    cursor = datetime.now(UTC) - timedelta(hours=1)
    search = Search(Page([]))
    filled, _ = fill(search, snowflake(cursor))
    assert search.calls[0]["since_id"] == snowflake(cursor - timedelta(minutes=2))
    assert filled == Filled(snowflake(cursor), 0, complete=True)


@pytest.mark.parametrize("cursor", ["", "17", recent(days=8)], ids=["none", "strange", "old"])
def test_fill_takes_one_page_where_search_does_not_reach_back(cursor: str) -> None:
    search = Search(*pages())
    filled, _ = fill(search, cursor)
    assert [call["since_id"] for call in search.calls] == [""]
    assert filled == Filled(incoming(9).id, 2, complete=True)


@pytest.mark.parametrize(
    "trouble",
    [
        Unreachable("no name"),
        OutcomeUnknown("503"),
        RateLimited(datetime.now(UTC) - timedelta(seconds=1)),
    ],
)
def test_fill_waits_out_trouble_and_misses_no_page(trouble: NetworkError) -> None:
    first, second, third = pages()
    search = Search(trouble, first, trouble, second, third)
    filled, stored = fill(search, recent(hours=1))
    assert filled.complete
    assert len(stored) == 4
    assert [call["next_token"] for call in search.calls] == ["", "", "p2", "p2", "p3"]


def test_fill_is_incomplete_when_search_is_refused() -> None:
    search = Search(pages()[0], Rejected(Refusal.REVOKED, "no"))
    assert fill(search, recent(hours=1))[0].complete is False


def test_fill_is_incomplete_when_a_page_cannot_be_stored() -> None:
    assert fill(Search(*pages()), recent(hours=1), refuse=True)[0].complete is False


def test_fill_is_incomplete_when_told_to_stop() -> None:
    stop = Event()
    stop.set()
    assert fill(Search(), recent(hours=1), stop=stop)[0].complete is False


# The cursor -------------------------------------------------------------------------------------


def test_cursor_stays_until_the_gap_is_filled() -> None:
    cursor = Cursor("100")
    number = cursor.broke()
    cursor.stored(["300"])
    assert cursor.newest_id == "100"
    assert cursor.filled("250", number=number)
    assert cursor.newest_id == "300"
    cursor.stored(["299", "400"])
    assert cursor.newest_id == "400"


def test_cursor_stays_when_the_stream_breaks_while_the_gap_is_filled() -> None:
    cursor = Cursor("100")
    number = cursor.broke()
    cursor.broke()
    cursor.stored(["300"])
    assert not cursor.filled("250", number=number)
    assert cursor.newest_id == "100"


def test_cursor_stays_from_a_break_on() -> None:
    cursor = Cursor("")
    assert cursor.filled("50", number=cursor.broke())
    cursor.broke()
    cursor.stored(["60"])
    assert cursor.newest_id == "50"


def test_cursor_compares_numbers() -> None:
    cursor = Cursor("99")
    cursor.filled("", number=cursor.broke())
    cursor.stored(["100"])
    assert cursor.newest_id == "100"


# The inbox --------------------------------------------------------------------------------------


def test_inbox_gives_at_most_a_batch_and_says_when_it_is_full() -> None:
    inbox = Inbox(limit=700)
    assert [inbox.put(incoming(number)) for number in range(701)] == [True] * 700 + [False]
    assert len(inbox.take(wait=0)) == 500
    assert len(inbox.take(wait=0, window=0)) == 200
    assert inbox.take(wait=0, window=0) == []
