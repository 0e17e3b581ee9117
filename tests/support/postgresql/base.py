"""The product's database wrapper for tests that run inside one transaction, logged in as superuser.

A login cannot change inside a transaction, so there `bind` becomes SET LOCAL SESSION AUTHORIZATION: session_user, grants and
row policies act the same, and it ends with the test. Outside a transaction the real thing runs.
"""

from typing import Any

from psycopg.pq import ExecStatus

from tenants.isolation.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    authorized: str | None = None

    def bind(self, role: str, schema: str | None) -> Any:
        if not self.in_atomic_block:
            return super().bind(role, schema)
        before = (self.authorized, self.schema_name)
        self._authorize(role)
        self.set_schema(schema or "public")
        return before

    def unbind(self, before: Any) -> None:
        if not self.in_atomic_block:
            return super().unbind(before)
        role, schema = before
        self._authorize(role)
        self.set_schema(schema)
        return None

    def _authorize(self, role: str | None) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role or 'DEFAULT'}")
        self.authorized = role

    # Where a test is one transaction, every transaction of the product's is a savepoint: a quarter of all statements. They
    # need neither a cursor nor a place in the log, unless somebody reads it.
    def _savepoint(self, sid: str) -> None:
        if not self._told(self.ops.savepoint_create_sql(sid)):
            super()._savepoint(sid)

    def _savepoint_commit(self, sid: str) -> None:
        if not self._told(self.ops.savepoint_commit_sql(sid)):
            super()._savepoint_commit(sid)

    def _told(self, statement: str) -> bool:
        """Say it straight to the server; False where the usual way must, as it also does when the server refuses."""
        # The search path is set when a cursor is made: it must be there before the savepoint, which would undo it.
        if (
            self.connection is None
            or self.queries_logged
            or self.search_path_set_schemas is None
            or self.execute_wrappers
        ):
            return False
        return bool(self.connection.pgconn.exec_(statement.encode()).status == ExecStatus.COMMAND_OK)
