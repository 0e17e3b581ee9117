"""Where the database differs from what the code declares: rights, policies with their conditions, roles, and every shop."""

import hashlib
import re
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tenants.isolation import shop_sql
from tenants.isolation.models import MAIN, FleetCheck, Wall, WallState
from tenants.isolation.policies import ROLES, VENDOR_OF_SESSION, public_tables

SHADOW = "walls_check"
KEPT = 20
SHOWN = 5  # so many shops are described in full; of more, only the names


def drift() -> list[str]:
    """The differences in words, empty when there are none. Runs as the owner; changes nothing.

    A shop that is set aside differs by being closed: whoever watches this has a vendor to help.
    """
    with connection.cursor() as cursor:
        return public_drift() + _set_aside() + _shops_that_differ(cursor) + _shops_built_otherwise(cursor)


def check() -> list[str]:
    """`drift`, kept for the office to see."""
    found = drift()
    FleetCheck.objects.all().delete()
    FleetCheck.objects.create(differences_count=len(found), differences=found[:KEPT])
    return found


def _set_aside() -> list[str]:
    walls = Wall.objects.filter(state=WallState.QUARANTINED).order_by("name")
    return [f"quarantined: shop {wall.name}: {wall.reason}" for wall in walls]


def _current() -> set[str]:
    """The names of shops that should be as this code's migrations make them."""
    walls = Wall.objects.filter(version=shop_sql.fingerprint(), cluster=MAIN).exclude(state=WallState.RETIRED)
    return set(walls.values_list("name", flat=True))


def public_drift() -> list[str]:
    """The same without the shops."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('souk.vendor_of_session()')")
        if cursor.fetchone() == (None,):
            return ["missing: everything"]
        declared, found = set(_declared(cursor)), set(_found(cursor))
    differences = [f"missing: {what}" for what in declared - found]
    return sorted(differences + [f"not declared: {what}" for what in found - declared])


def _declared(cursor: CursorWrapper) -> Iterator[str]:
    for table in public_tables():
        for role in ROLES:
            for privilege, columns in table.rights(role):
                yield from (f"{role} may {privilege} {table.name} {column}" for column in columns or ("*",))
        if table.is_walled:
            yield f"{table.name} forces row security"
    yield from (f"wall_reader may SELECT isolation_wall {column}" for column in ("name", "state", "vendor_id"))
    yield from _declared_policies(cursor)
    for role in (*ROLES, "wall_reader"):
        yield from (f"{role} may USAGE schema {schema}" for schema in ("public", "souk"))
    yield "wall_reader may CREATE schema souk"
    body = re.search(r"\$\$(.*)\$\$", VENDOR_OF_SESSION, re.S)
    assert body
    yield f"function vendor_of_session of wall_reader, definer True, {{search_path=pg_catalog}}: {body[1]}"
    for role in (*ROLES, "owner"):
        yield f"{role} may EXECUTE vendor_of_session"


def _declared_policies(cursor: CursorWrapper) -> list[str]:
    """What the database makes of our policies, read off empty copies of the tables that are gone again at once.

    Only the database can say whether two conditions are the same, since it keeps them in a form of its own.
    """
    with transaction.atomic():
        cursor.execute(f"CREATE SCHEMA {SHADOW}")
        for table in public_tables():
            if table.is_walled:
                cursor.execute(f'CREATE TABLE {SHADOW}."{table.name}" (LIKE public."{table.name}")')
                for statement in table.create_policies(SHADOW):
                    cursor.execute(statement)
        found = _policies(cursor, SHADOW)
        cursor.execute(f"DROP SCHEMA {SHADOW} CASCADE")
    return found


def _policies(cursor: CursorWrapper, schema: str) -> list[str]:
    cursor.execute(
        """
        SELECT format('policy %%s on %%s: %%s %%s to %%s using (%%s) check (%%s)', polname, relname,
                      CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END, polcmd,
                      array_to_string(polroles::regrole[], ', '),
                      pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy JOIN pg_class c ON c.oid = polrelid WHERE c.relnamespace = %s::regnamespace
        """,
        [schema],
    )
    return [text for (text,) in cursor.fetchall()]


def _found(cursor: CursorWrapper) -> Iterator[str]:
    yield from _policies(cursor, "public")
    for query in (
        # who may touch which table, or which of its columns
        """
        SELECT format('%s may %s %s *', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                      privilege_type, relname)
        FROM pg_class c, LATERAL aclexplode(relacl)
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND grantee <> relowner
        """,
        """
        SELECT format('%s may %s %s %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                      privilege_type, relname, attname)
        FROM pg_class c JOIN pg_attribute t ON attrelid = c.oid, LATERAL aclexplode(attacl)
        WHERE relnamespace = 'public'::regnamespace
        """,
        """
        SELECT format('%s forces row security', relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
        """,
        """
        SELECT format('%s may %s schema %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                      privilege_type, nspname)
        FROM pg_namespace, LATERAL aclexplode(nspacl)
        WHERE nspname IN ('public', 'souk') AND grantee <> nspowner
        """,
        """
        SELECT format('function %s of %s, definer %s, %s: %s', proname, proowner::regrole,
                      CASE WHEN prosecdef THEN 'True' ELSE 'False' END, proconfig, prosrc)
        FROM pg_proc WHERE pronamespace = 'souk'::regnamespace
        """,
        """
        SELECT format('%s may %s %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                      privilege_type, proname)
        FROM pg_proc, LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner)))
        WHERE pronamespace = 'souk'::regnamespace AND grantee <> proowner
        """,
        # roles that stand above the walls, or have become members of something
        """
        SELECT format('%s is superuser, bypasses row security, or makes roles or databases', rolname) FROM pg_roles
        WHERE (rolname IN ('owner', 'store', 'platform', 'doorman', 'vendor_base', 'wall_reader')
               OR rolname ~ '^v_[0-9a-f]{12}$')
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
        """,
        """
        SELECT format('%s is a member of %s', m.rolname, g.rolname)
        FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
        WHERE m.rolname IN ('store', 'platform', 'doorman', 'vendor_base', 'wall_reader')
           OR (m.rolname ~ '^v_[0-9a-f]{12}$' AND g.rolname <> 'vendor_base')
        """,
    ):
        cursor.execute(query)
        for (text,) in cursor.fetchall():
            yield text


_SHOP_LINES = """
    SELECT nspname AS wall,
           format('%%s may %%s %%s', CASE WHEN grantee = 0 THEN 'PUBLIC' WHEN grantee::regrole::text = nspname THEN 'vendor'
                                     ELSE grantee::regrole::text END, privilege_type, what) AS line
    FROM (
        SELECT nspname, relname::text AS what, relowner AS owner, aclexplode(relacl) AS acl
        FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid
        UNION ALL
        SELECT nspname, relname || '.' || attname, relowner, aclexplode(attacl)
        FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid JOIN pg_attribute ON attrelid = c.oid
        WHERE attacl IS NOT NULL
        UNION ALL
        SELECT nspname, 'schema', nspowner, aclexplode(nspacl) FROM pg_namespace
    ) AS found, LATERAL (SELECT (acl).grantee, (acl).privilege_type) AS one
    WHERE nspname ~ '^v_[0-9a-f]{12}$' AND grantee <> owner
"""


def _wanted_rights() -> set[str]:
    wanted = {f"{who} may USAGE schema" for who in ("vendor", "platform", "store")}
    for (table, who), privileges in shop_sql.shop_rights().items():
        wanted |= {f"{who} may {privilege} {table}" for privilege in privileges}
    return wanted


def differing_rights(cursor: CursorWrapper) -> list[str]:
    """The shops whose rights are not those declared. Compared by a digest each, made in the database: thousands of shops
    have a million rights between them."""
    digest = hashlib.md5("\n".join(sorted(_wanted_rights())).encode(), usedforsecurity=False).hexdigest()
    cursor.execute(
        f"SELECT wall FROM ({_SHOP_LINES}) AS lines GROUP BY wall "
        """HAVING md5(string_agg(line, E'\n' ORDER BY line COLLATE "C")) = %s""",
        [digest],
    )
    return sorted(_current() - {wall for (wall,) in cursor.fetchall()})


def _shops_that_differ(cursor: CursorWrapper) -> list[str]:
    different, wanted = differing_rights(cursor), _wanted_rights()
    cursor.execute(f"{_SHOP_LINES} AND nspname = ANY(%s)", [different[:SHOWN]])
    lines: dict[str, set[str]] = {wall: set() for wall in different[:SHOWN]}
    for wall, line in cursor.fetchall():
        lines[wall].add(line)
    told = []
    for wall, found in lines.items():
        told += [f"missing in shop {wall}: {line}" for line in sorted(wanted - found)]
        told += [f"not declared in shop {wall}: {line}" for line in sorted(found - wanted)]
    return told + [f"rights differ in shop {wall}" for wall in different[SHOWN:]]


_BUILT_LINES = """
    SELECT nspname AS wall, replace(line, nspname || '.', '') AS line
    FROM (
        SELECT nspname, format('column %%s.%%s %%s null:%%s default:%%s identity:%%s', relname, attname,
                      format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid), attidentity) AS line
        FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid JOIN pg_attribute ON attrelid = c.oid
        LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
        WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT nspname, format('constraint %%s.%%s %%s', relname, conname, pg_get_constraintdef(k.oid))
        FROM pg_namespace n JOIN pg_constraint k ON connamespace = n.oid JOIN pg_class c ON c.oid = conrelid
        WHERE contype <> 'n'
        UNION ALL
        SELECT nspname, format('index %%s', pg_get_indexdef(indexrelid))
        FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid JOIN pg_index ON indexrelid = c.oid
        UNION ALL
        SELECT nspname, format('trigger %%s.%%s', relname, tgname)
        FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid JOIN pg_trigger ON tgrelid = c.oid WHERE NOT tgisinternal
    ) AS built WHERE
"""


def _shops_built_otherwise(cursor: CursorWrapper) -> list[str]:
    """Shops whose tables, constraints or indexes are not the template's. No hand but a person's can mend them."""
    of_template, of_shops = f"{_BUILT_LINES} nspname = %s", f"{_BUILT_LINES} nspname ~ '^v_[0-9a-f]{{12}}$'"
    cursor.execute(of_template, [shop_sql.TEMPLATE])
    wanted = {line for _, line in cursor.fetchall()}
    if not wanted:
        return []
    digest = hashlib.md5("\n".join(sorted(wanted)).encode(), usedforsecurity=False).hexdigest()
    cursor.execute(
        f"SELECT wall FROM ({of_shops}) AS lines GROUP BY wall "
        """HAVING md5(string_agg(line, E'\n' ORDER BY line COLLATE "C")) = %s""",
        [digest],
    )
    different = sorted(_current() - {wall for (wall,) in cursor.fetchall()})
    told = []
    for wall in different[:SHOWN]:
        cursor.execute(of_template, [wall])
        found = {line for _, line in cursor.fetchall()}
        told += [f"not built in shop {wall}: {line}" for line in sorted(wanted - found)]
        told += [f"built by hand in shop {wall}: {line}" for line in sorted(found - wanted)]
    return told + [f"built otherwise: shop {wall}" for wall in different[SHOWN:]]
