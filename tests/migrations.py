"""No migration may lock a big table, or break the version that is still at work.

Part of `make check-migrations`. django-migration-linter reads the SQL of each; what it does not
look for is added here. docs/operator.md says what to write instead. Django asks a server for some
of it, so one is started.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser.base import Check, CheckMode, CheckType
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

from campaign.local.services import Postgres

#: From before there was a newsroom to keep up: they have only ever met empty tables.
LET_THROUGH = (
    "0001_schema",
    "0002_append_only",
    "0002_audit_is_append_only",
    "0002_closed_hours_are_marked",
    "0003_roles",
)
APPS = ("campaign", "responders", "videos", "petitions")
#: How a migration names its variables is no matter of locks.
NOT_OURS = ("RUNPYTHON_ARGS_NAMING_CONVENTION", "RUNPYTHON_MODEL_VARIABLE_NAME")

_CONSTRAINT = re.compile(r'ALTER TABLE ("\w+") ADD CONSTRAINT "\w+" (?:CHECK|FOREIGN KEY)')
_FILL = re.compile(r"\s*(?:UPDATE|DELETE\s+FROM|INSERT\s+INTO\b.*\bSELECT)\b", re.IGNORECASE)
_WORKED_OUT = re.compile(r"ALTER TABLE .* ADD COLUMN .*(?:GENERATED ALWAYS AS|DEFAULT \w+\()")


def scans_under_lock(statements: list[str], **_facts: object) -> bool:
    """A constraint that is checked at once reads the whole table while nobody may write."""
    made = {found[1] for one in statements if (found := re.match(r'CREATE TABLE ("\w+")', one))}
    return any(
        (found := _CONSTRAINT.match(one)) and found[1] not in made and "NOT VALID" not in one
        for one in statements
    )


def fills(statement: str, **_facts: object) -> bool:
    """Rows that are changed by one statement stay locked until the last of them is."""
    return bool(_FILL.match(statement))


def rewrites(statement: str, **_facts: object) -> bool:
    """A column that is worked out for each row writes the whole table anew, under a lock."""
    return bool(_WORKED_OUT.match(statement))


class Analyser(PostgresqlAnalyser):
    migration_checks = [
        *PostgresqlAnalyser.migration_checks,
        Check(
            "SCANS",
            scans_under_lock,
            "ADD CONSTRAINT reads the whole table under a lock: add it NOT VALID, validate later",
            CheckMode.TRANSACTION,
            CheckType.ERROR,
        ),
        Check(
            "FILLS",
            fills,
            "changes many rows in one statement: do it in batches, in a job",
            CheckMode.ONE_LINER,
            CheckType.ERROR,
        ),
        Check(
            "REWRITES",
            rewrites,
            "ADD COLUMN with a value worked out for each row writes the whole table anew",
            CheckMode.ONE_LINER,
            CheckType.ERROR,
        ),
    ]


def issues(statements: Iterable[str]) -> Iterator[str]:
    """The codes of what is wrong with the SQL of one migration, warnings as well."""
    analyser = Analyser(NOT_OURS)
    analyser.analyse([one.strip() for one in statements])
    yield from sorted({issue.code for issue in (*analyser.errors, *analyser.warnings)})


def linter() -> Any:
    made = MigrationLinter(
        include_apps=APPS,
        ignore_name=LET_THROUGH,
        exclude_migration_tests=NOT_OURS,
        all_warnings_as_errors=True,
        no_cache=True,
        quiet=["ok", "ignore"],
    )
    made.sql_analyser_class = Analyser
    return made


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="newsroom-migrations-") as folder,
        Postgres(Path(folder) / "postgres", fast=True) as postgres,
    ):
        os.environ |= {"DJANGO_SETTINGS_MODULE": "campaign.settings", "DATABASE_URL": postgres.url}
        django.setup()
        found = linter()
        found.lint_all_migrations()
        from django.db import connections  # noqa: PLC0415  needs the settings

        connections.close_all()
    if found.has_errors:
        sys.stdout.write("docs/operator.md#migrations says how to write these.\n")
    return int(found.has_errors)


if __name__ == "__main__":
    sys.exit(main())
