"""Tables for spreadsheets, line by line: memory stays flat, and no cell runs as a formula."""

import csv
from collections.abc import Iterable, Iterator

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Spreadsheets take the file for Unicode by this mark.
_UNICODE = "\ufeff"


class _Line:
    """What `csv` writes to; it keeps nothing."""

    def write(self, text: str) -> str:
        return text


def lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The file as it is sent. Numbers stay numbers; every text is made safe."""
    writer = csv.writer(_Line())
    yield _UNICODE + writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])


def safe(cell: str) -> str:
    """Text that a spreadsheet shows and never runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
