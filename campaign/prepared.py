"""Queries that are asked so often that making their SQL costs more than running it.

A queryset is written as ever, with `Given("name")` where a value comes later. Its SQL is made once
a process; each asking only fills the values in:

    STANDING = Prepared(lambda: Reply.objects.filter(mention=Given("mention"), status="posted"))
    STANDING.first(mention=7)

Nothing is prepared on the server, so a pooler may stand in between. For the few that stand in the
way of a post, or that every page asks: elsewhere a queryset is easier to read.
"""

import copy
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")


class Given(models.Value):
    """The place of a value that is given when the query is asked, as the database's driver takes
    it: a key, not the row."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(name, output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # noqa: ARG002
        return "%s", [self]


class Prepared(Generic[Row]):
    """A queryset whose SQL is made at its first use and kept.

    What it was made with stays: read the time and settings through `Given`, too.
    """

    def __init__(self, build: "Callable[[], models.QuerySet[Any, Row]]") -> None:
        self._build = build
        self._made: _Made | None = None

    def all(self, **given: Any) -> list[Row]:
        """The rows, as the queryset would give them. KeyError when a value is missing."""
        made = self._made = self._made or _make(self._build())
        connection = connections[made.queryset.db]
        if made.queryset.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("A prepared lock belongs inside a transaction.")
        values = tuple(given[one.name] if isinstance(one, Given) else one for one in made.places)
        # The compiler knows the columns; with SQL and converters at hand it makes nothing more.
        compiler = copy.copy(made.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (made.sql, values)
        compiler.get_converters = lambda _columns: made.converters
        asked: Any = made.queryset.all()
        asked.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(asked)

    def get(self, **given: Any) -> Row:
        """The only row. The model's `DoesNotExist` or `MultipleObjectsReturned` as ever."""
        rows = self.all(**given)
        if len(rows) == 1:
            return rows[0]
        assert self._made is not None  # noqa: S101  it was just asked
        model = self._made.queryset.model
        raise model.MultipleObjectsReturned() if rows else model.DoesNotExist()

    def first(self, **given: Any) -> Row | None:
        """The first row; None if there is none. Give the queryset its order and its limit."""
        return next(iter(self.all(**given)), None)


class _Made(NamedTuple):
    queryset: "models.QuerySet[Any, Any]"
    compiler: Any
    sql: str
    places: tuple[Any, ...]
    converters: Any


def _make(queryset: "models.QuerySet[Any, Any]") -> _Made:
    compiler: Any = queryset.query.get_compiler(queryset.db)
    sql, places = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    return _Made(queryset, compiler, sql, tuple(places), compiler.get_converters(columns))
