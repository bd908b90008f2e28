"""Tables for spreadsheets: memory stays flat, and no cell runs as a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

import xlsxwriter

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Spreadsheets take the file for Unicode by this mark.
_UNICODE = "\ufeff"
#: Rows that are written and sent at once.
BATCH = 2_000
#: Rows of a workbook: it is sent when its last row is written, and nobody waits for ever.
MOST_IN_WORKBOOK = 100_000


class TooLong(Exception):
    """More rows than a workbook is made of here."""


def lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A CSV file as it is sent: the head at once, then the rows in batches, as they come.

    Numbers stay numbers; every text is made safe.
    """
    yield _UNICODE + _written([head])
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield _written(batch)


def _written(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(
        [safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue()


def safe(cell: str) -> str:
    """Text that a spreadsheet shows and never runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def workbook(name: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> IO[bytes]:
    """An Excel file in a temporary file, its rows written as they come. Raises TooLong.

    Texts are written as texts: nothing in it is a formula, so nothing has to be made safe.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever asked closes it
    try:
        _fill(file, name, head, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _fill(
    file: IO[bytes], name: str, head: Iterable[str], rows: Iterable[Iterable[object]]
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet(name[:31])
        page.freeze_panes(1, 0)
        page.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            if number > MOST_IN_WORKBOOK:
                raise TooLong
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    page.write_number(number, column, cell)
                elif cell is not None:
                    page.write_string(number, column, str(cell))
