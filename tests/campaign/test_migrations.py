"""The linter of migrations finds what would stop a newsroom that is at work."""

import pytest

from tests.migrations import issues

TABLE = '"campaign_mention"'


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([f"CREATE INDEX a ON {TABLE} (lang);"], ["CREATE_INDEX"]),
        ([f"CREATE INDEX CONCURRENTLY a ON {TABLE} (lang);"], []),
        ([f"ALTER TABLE {TABLE} ADD COLUMN a integer NULL;"], []),
        ([f"ALTER TABLE {TABLE} ADD COLUMN a integer DEFAULT 0 NOT NULL;"], []),
        ([f"ALTER TABLE {TABLE} ADD COLUMN a integer NOT NULL;"], ["NOT_NULL"]),
        (
            [
                f"ALTER TABLE {TABLE} ADD COLUMN a integer DEFAULT 0 NOT NULL;",
                f"ALTER TABLE {TABLE} ALTER COLUMN a DROP DEFAULT;",
            ],
            ["NOT_NULL"],
        ),
        ([f"ALTER TABLE {TABLE} ALTER COLUMN a TYPE bigint;"], ["ALTER_COLUMN"]),
        ([f"ALTER TABLE {TABLE} DROP COLUMN a;"], ["DROP_COLUMN"]),
        ([f'ALTER TABLE {TABLE} ADD CONSTRAINT "c" CHECK (a > 0);'], ["SCANS"]),
        ([f'ALTER TABLE {TABLE} ADD CONSTRAINT "c" CHECK (a > 0) NOT VALID;'], []),
        (
            [
                f"CREATE TABLE {TABLE} (a integer NOT NULL);",
                f'ALTER TABLE {TABLE} ADD CONSTRAINT "c" CHECK (a > 0);',
                f"CREATE INDEX a ON {TABLE} (a);",
            ],
            [],
        ),
        (['UPDATE "campaign_mention" SET a = 1;'], ["FILLS"]),
        ([f"ALTER TABLE {TABLE} ADD COLUMN a uuid DEFAULT gen_random_uuid();"], ["REWRITES"]),
    ],
)
def test_linter_finds_what_locks_or_breaks(statements: list[str], found: list[str]) -> None:
    assert list(issues(statements)) == found
