"""Mending vendors' login roles.

PostgreSQL lets every role change its own password and store settings for its own sessions. Statements injected into a
vendor's connection could so lock that vendor out, or make its sessions read-only. Neither lasts: a process that is not let
in tells the builder, which tries for itself and sets the password again; stored settings are found by looking.
"""

import contextlib

import psycopg
import structlog
from django.db import connection, transaction

from tenants.isolation.models import Wall
from tenants.isolation.passwords import password_of, verifier_of
from tenants.isolation.postgresql.base import LOCKED_OUT
from tenants.isolation.shop_sql import NAME

log = structlog.get_logger(__name__)
_heard: set[str] = set()


def listen() -> None:
    """Hear from now on, while this connection lives, of roles that were not let in. Cheap to repeat."""
    connection.ensure_connection()
    raw = connection.connection
    if getattr(raw, "souk_listens", False):
        return
    raw.add_notify_handler(lambda notice: _heard.add(notice.payload))
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {LOCKED_OUT}")
    raw.souk_listens = True


def mend_roles() -> int:
    """Reset vendors' roles that stored settings of their own, and those that were reported and cannot log in. Runs as the
    builder; gives how many were reset."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE rolname LIKE 'v\\_%'"
        )
        altered = {name for (name,) in cursor.fetchall()}
    # Anybody may notify, so what was heard is a hint: only our own roles, and only if they are truly locked out.
    reported = {name for name in _heard if NAME.fullmatch(name)}
    _heard.clear()
    known = set(Wall.objects.filter(name__in=altered | reported).values_list("name", flat=True))
    broken = {name for name in known if name in altered or not can_log_in(name)}
    for name in sorted(broken):
        reset_role(name)
    return len(broken)


def reset_role(name: str) -> None:
    """Give a vendor's role its derived password again, and none of the settings it stored. Runs as the builder."""
    assert NAME.fullmatch(name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SET LOCAL ROLE NONE;
            ALTER ROLE {name} LOGIN PASSWORD '{verifier_of(name)}';
            ALTER ROLE {name} RESET ALL;
            ALTER ROLE {name} IN DATABASE {connection.ops.quote_name(connection.settings_dict["NAME"])} RESET ALL
            """
        )
    log.warning("role_reset", wall=name)


def can_log_in(name: str) -> bool:
    """Does the role get in with the password derived for it?"""
    own = connection.settings_dict
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(
            host=own["HOST"], port=own["PORT"], dbname=own["NAME"], user=name, password=password_of(name)
        ).close()
        return True
    return False
