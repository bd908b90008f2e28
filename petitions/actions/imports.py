"""Files of signatures: looked at first, loaded when a manager says so, and reported on."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import django_rq
from django.db import transaction
from django.utils import timezone
from redis import RedisError

from campaign import audit
from campaign.models import User
from petitions import sheets
from petitions.actions import platforms
from petitions.models import CsvImport, Source
from petitions.osdi import Outsider
from petitions.sheets import Refusal, Sheet

log = logging.getLogger(__name__)

State = CsvImport.State
#: A file of more rows is loaded by the worker.
AT_ONCE = 1_000
BATCH = 1_000
#: Lines that the report names; all of them are counted.
MOST_PROBLEMS = 200
COLUMNS = ("email", "country", "date", "id")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be loaded: the first lines, and how many could not be."""

    header: list[str]
    first: list[list[str]]
    columns: dict[str, int]
    rows: int
    refused: int
    problems: list[Refusal]


def look_at(source: Source, *, filename: str, content: bytes, by: User) -> CsvImport:
    """Keep the file, encrypted, and loaded by nobody yet. Raises `sheets.Unreadable`."""
    text = sheets.decode(content)
    sheet = sheets.parse(text)
    return CsvImport.objects.create(
        source=source,
        filename=filename[-200:],
        content=text,
        columns=sheet.guess(),
        rows=len(sheet.rows),
        by=by,
    )


def choose_columns(loaded: CsvImport, columns: Mapping[str, int]) -> None:
    """Another column holds the address, the country, … than we guessed."""
    loaded.columns = {what: i for what, i in columns.items() if what in COLUMNS and i >= 0}
    loaded.save(update_fields=["columns"])


def preview(loaded: CsvImport) -> Preview:
    sheet = sheets.parse(loaded.content)
    problems = [one for one in _people(sheet, loaded.columns) if isinstance(one, Refusal)]
    return Preview(
        header=sheet.header,
        first=sheet.rows[:8],
        columns=loaded.columns,
        rows=len(sheet.rows),
        refused=len(problems),
        problems=problems[:20],
    )


def _people(sheet: Sheet, columns: dict[str, int]) -> Iterator[Outsider | Refusal]:
    if "email" not in columns:
        raise sheets.Unreadable("Say which column holds the mail addresses.")
    return sheets.people(sheet, columns)


def start(loaded: CsvImport, *, by: User) -> None:
    """Load it: a small file at once, a large one by the worker. Said twice, it is loaded once.

    Raises `sheets.Unreadable` when no column of addresses is known.
    """
    if "email" not in loaded.columns:
        raise sheets.Unreadable("Say which column holds the mail addresses.")
    with transaction.atomic():
        waiting = CsvImport.objects.filter(pk=loaded.pk, state=State.PREVIEW)
        if not waiting.update(state=State.WAITING):
            return
        facts = {"source": loaded.source_id, "rows": loaded.rows}
        audit.record("loaded a file of signatures", loaded.source.petition, after=facts, by=by)
    if loaded.rows <= AT_ONCE:
        load(loaded.pk)
        return
    try:
        django_rq.get_queue("platforms").enqueue("petitions.jobs.load_import", loaded.pk)
    except RedisError as error:
        log.warning("a file waits for the sweep: %s", error)


def ring_for_waiting() -> None:
    """For the clock: files whose bell was lost."""
    before = timezone.now() - timedelta(minutes=5)
    for pk in CsvImport.objects.filter(state=State.WAITING, at__lt=before).values_list("pk"):
        try:
            queue = django_rq.get_queue("platforms")
            if queue.count == 0:
                queue.enqueue("petitions.jobs.load_import", pk[0])
        except RedisError as error:
            log.warning("a file waits: %s", error)


def load(import_id: UUID) -> None:
    """Once, however often it is called; a file whose loading was cut off begins again."""
    with transaction.atomic():
        loaded = (
            CsvImport.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("source__petition")
            .filter(pk=import_id, state=State.WAITING)
            .first()
        )
        if loaded is None:
            return
        try:
            _load(loaded)
            loaded.state = State.DONE
        except sheets.Unreadable as error:
            loaded.state, loaded.problems = State.FAILED, [[0, str(error)]]
        loaded.content = ""
        loaded.finished_at = timezone.now()
        loaded.save()
    platforms.total_all()


def _load(loaded: CsvImport) -> None:
    sheet = sheets.parse(loaded.content)
    batch: list[Outsider] = []
    problems: list[list[object]] = []
    for one in _people(sheet, loaded.columns):
        if isinstance(one, Refusal):
            loaded.refused += 1
            if len(problems) < MOST_PROBLEMS:
                problems.append([one.line, one.why])
            continue
        batch.append(one)
        if len(batch) == BATCH:
            _take(loaded, batch)
            batch = []
    _take(loaded, batch)
    loaded.problems = problems


def _take(loaded: CsvImport, batch: list[Outsider]) -> None:
    received = platforms.receive(loaded.source, batch)
    loaded.added += received.added
    loaded.known += received.known
