"""How large each shop is: measured now and then for all of them at once, and kept on the wall."""

from django.db import connection

from kit import clock
from tenants.isolation.models import MAIN


def measure() -> int:
    """Note the size of every shop on this cluster; gives how many. A few milliseconds a hundred shops."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE isolation_wall w SET size_bytes = found.bytes, measured_at = %s
            FROM (SELECT n.nspname AS name, sum(pg_total_relation_size(c.oid)) AS bytes
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind = 'r' AND n.nspname ~ '^[vo]_[0-9a-f]{12}$' GROUP BY n.nspname) AS found
            WHERE found.name = w.name AND w.cluster = %s
            """,
            [clock.now(), MAIN],
        )
        return int(cursor.rowcount)
