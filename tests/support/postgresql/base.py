"""The product's database wrapper for tests that run inside one transaction, logged in as superuser.

A login cannot change inside a transaction, so there `bind` becomes SET LOCAL SESSION AUTHORIZATION: session_user, grants and
row policies act the same, and it ends with the test. Outside a transaction the real thing runs.
"""

from typing import Any

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
