"""A table as CSV, line by line."""

from collections.abc import Iterable, Iterator

from campaign import spreadsheet
from petitions.reports.breakdown import By, Row

_HEAD: dict[By, list[str]] = {
    "clip": ["clip id", "clip", "storyteller", "place"],
    "storyteller": ["place", "storyteller"],
    "day": ["day"],
    "language": ["language"],
}
_NUMBERS = [
    "replies",
    "clicks by people",
    "clicks by bots",
    "signatures confirmed",
    "signatures still to confirm",
    "signed of clicks",
    "likely from",
    "likely to",
    "median seconds from tweet to reply",
]


def lines(rows: Iterable[Row], *, by: By) -> Iterator[str]:
    cells = ([str(cell or "") for cell in _names(row)] + _numbers(row) for row in rows)
    return spreadsheet.lines([*_HEAD[by], *_NUMBERS], cells)


def _names(row: Row) -> list[object]:
    if row.of_link:
        return list(row.key)
    names: list[object] = [""] * len(_HEAD[row.by])
    names[-1 if row.by == "storyteller" else min(1, len(names) - 1)] = row.name
    return names


def _numbers(row: Row) -> list[str]:
    low, high = row.signed.likely
    rates = (
        [f"{row.signed.share:.4f}", f"{low:.4f}", f"{high:.4f}"] if row.signed.known else [""] * 3
    )
    wait = str(round(row.wait.total_seconds())) if row.wait else ""
    counts = [row.replies, row.people, row.bots, row.confirmed, row.pending]
    return [*map(str, counts), *rates, wait]
