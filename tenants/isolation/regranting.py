"""Mending rights that were changed by hand: what grants and policies declare is made again, and nothing else stays."""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tenants.isolation import policies, shop_sql
from tenants.isolation.drift import differing_rights, public_drift


def mend_rights() -> int:
    """Make again what grants and policies declare, in public tables and in each shop whose rights differ; gives how many
    shops. Runs as the owner. What was built or quarantined stays for a person: `drift` tells it."""
    if public_drift():
        policies.apply()
    grants = "\n".join(shop_sql.shop_grants())
    with connection.cursor() as cursor:
        names = differing_rights(cursor)
        for name in names:
            assert shop_sql.NAME.fullmatch(name)
            with transaction.atomic():
                for statement in _revocations(cursor, name):
                    cursor.execute(statement)
                cursor.execute(grants.replace(shop_sql.PLACEHOLDER, name))
    return len(names)


def _revocations(cursor: CursorWrapper, name: str) -> list[str]:
    """Everything that anybody but the owner may do in a shop, taken back."""
    cursor.execute(
        """
        SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(grantee::regrole::text) END
        FROM pg_namespace n,
             LATERAL (SELECT aclexplode(nspacl) AS acl
                      UNION ALL SELECT aclexplode(relacl) FROM pg_class WHERE relnamespace = n.oid
                      UNION ALL SELECT aclexplode(attacl) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
                                WHERE relnamespace = n.oid AND attacl IS NOT NULL) AS found,
             LATERAL (SELECT (acl).grantee) AS one
        WHERE nspname = %s AND grantee <> nspowner
        """,
        [name],
    )
    everybody = ", ".join(grantee for (grantee,) in cursor.fetchall())
    if not everybody:
        return []
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {name} FROM {everybody}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {name} FROM {everybody}",
        f"REVOKE ALL ON SCHEMA {name} FROM {everybody}",
    ]
