"""One listener an account, over all machines: an advisory lock of PostgreSQL.

The lock lives in a connection of its own and dies with it, so a listener that is killed frees it
at once. It belongs to one thread.
"""

from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_CLASS = 7_201


class Guard:
    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self._connection: BaseDatabaseWrapper | None = None

    def acquire(self) -> bool:
        """Whether this account is ours to listen for. Raises the database's own errors."""
        if self._connection is None:
            self._connection = connections["default"].copy()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, self._account_id]
                )
                return bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError):
            self.release()
            raise

    def holds(self) -> bool:
        """Whether the connection, and with it the lock, is still there."""
        if self._connection is None or self._connection.connection is None:
            return False
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError):
            return False
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
