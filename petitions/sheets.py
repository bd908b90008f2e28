"""Files of signatures, as spreadsheets write them: any usual encoding, any usual separator."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.utils.dateparse import parse_date, parse_datetime

from campaign import encryption
from petitions import addresses
from petitions.osdi import Outsider
from petitions.wording import WORDS, countries

MOST_BYTES = 50 * 1024 * 1024
MOST_CELL = 10_000
#: What columns are called by the platforms that people export from.
NAMES = {
    "email": {
        "email", "e-mail", "email address", "email_address", "mail", "adresse e-mail", "courriel",
        "البريد الإلكتروني", "barua pepe", "e-mail-adresse", "correo",
    },
    "country": {
        "country", "country code", "country_code", "pays", "البلد", "nchi", "land", "país",
    },
    "id": {"id", "uuid", "signature id", "signature_id", "identifier", "can2_user_id"},
    "date": {
        "date", "signed at", "signed_at", "created_date", "created at", "created_at",
        "timestamp", "timestamp (est)", "signed on",
    },
}  # fmt: skip


class Unreadable(ValueError):
    """This is no file of signatures; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    header: list[str]
    rows: list[list[str]]

    def guess(self) -> dict[str, int]:
        """Which column holds what, by its name; without an address column, the one with @s."""
        plain = [name.strip().lower() for name in self.header]
        found = {
            what: next((i for i, name in enumerate(plain) if name in names), -1)
            for what, names in NAMES.items()
        }
        if found["email"] < 0:
            for i in range(len(self.header)):
                sample = [row[i] for row in self.rows[:20] if i < len(row)]
                if sample and sum("@" in cell for cell in sample) > len(sample) / 2:
                    found["email"] = i
                    break
        return {what: i for what, i in found.items() if i >= 0}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that holds no signature; `line` as a spreadsheet counts them."""

    line: int
    why: str


def decode(content: bytes) -> str:
    """Raises `Unreadable`. UTF-8 and UTF-16 are told by their marks; the rest is Windows' own."""
    if len(content) > MOST_BYTES:
        raise Unreadable("This file is larger than 50 MB. Split it, and load the parts.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("This is an Excel file. Save it as CSV (UTF-8) and load that.")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or b"\0" in content:
            raise Unreadable("This is not a text file. Save it as CSV (UTF-8).") from None
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Unreadable("This is not a text file. Save it as CSV (UTF-8).")
    return text


def parse(text: str) -> Sheet:
    """Raises `Unreadable`."""
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    csv.field_size_limit(MOST_CELL)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise Unreadable(f"The file breaks off: {error}. Save it as CSV once more.") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise Unreadable("The file has no signatures: it needs a line of names and lines below.")
    return Sheet(header=rows[0], rows=rows[1:])


def people(sheet: Sheet, columns: dict[str, int]) -> Iterator[Outsider | Refusal]:
    """One for each line. Without an id, the address is one: a file loaded twice adds nothing."""
    for number, row in enumerate(sheet.rows, start=2):
        cells = {what: row[i].strip() if i < len(row) else "" for what, i in columns.items()}
        try:
            email = addresses.check(cells.get("email", ""))
        except addresses.Unusable:
            yield Refusal(number, "no address that mail reaches")
            continue
        signed_at = _time(cells.get("date", ""))
        if signed_at is None:
            yield Refusal(number, f"cannot read the date “{cells['date'][:40]}”")
            continue
        yield Outsider(
            external_id=cells.get("id", "")[:120] or _id_of(email),
            email=email,
            country=_country(cells.get("country", "")),
            signed_at=signed_at,
        )


def _id_of(email: str) -> str:
    """The address's own hash: what is kept of a line must not say whose it was."""
    return encryption.fingerprint(addresses.canonical(email), purpose="sheet")


def _time(text: str) -> datetime | None:
    """Now, when there is no date at all; None for one that cannot be read."""
    if not text:
        return datetime.now(UTC)
    try:
        found = parse_datetime(text) or None
        day = None if found else parse_date(text[:10])
    except ValueError:
        return None
    if day is not None:
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found


@lru_cache
def _codes() -> dict[str, str]:
    names = {name.casefold(): code for lang in WORDS for code, name in countries(lang)}
    return names | {code.casefold(): code for code, _ in countries("en")} | {
        "uk": "GB", "usa": "US", "united states of america": "US",
    }  # fmt: skip


def _country(text: str) -> str:
    return _codes().get(text.casefold(), "")
