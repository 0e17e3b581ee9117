"""Mending vendors' login roles, and ending sessions of theirs that stay too long.

PostgreSQL lets every role change its own password and store settings for its own sessions. Statements injected into a
vendor's connection could so lock that vendor out, or make its sessions read-only. Neither lasts: a process that is not let
in tells the builder, which tries for itself and sets the password again; stored settings are found by looking.

A session's own limits of time are the session's to change. One that did, and sleeps in a transaction, would hold what it
locked against the checkout, keep the server from cleaning up after anybody, and occupy a thread of the portal.
"""

import contextlib
from datetime import timedelta

import psycopg
import structlog
from django.db import OperationalError, connection, transaction

from tenants.isolation.models import Wall
from tenants.isolation.passwords import password_of, verifier_of
from tenants.isolation.postgresql.base import LOCKED_OUT
from tenants.isolation.shop_sql import NAME

log = structlog.get_logger(__name__)
# Far beyond what any page or turn of an import takes: a statement of theirs has fifteen seconds.
LONGEST = timedelta(minutes=2)
# Whoever may notify could otherwise have us remember, and try to log in as, as many roles as there are words.
MOST_HEARD = 1000
_heard: set[str] = set()


def listen() -> None:
    """Hear from now on, while this connection lives, of roles that were not let in. Cheap to repeat."""
    connection.ensure_connection()
    raw = connection.connection
    if getattr(raw, "souk_listens", False):
        return
    raw.add_notify_handler(lambda notice: _hear(notice.payload))
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {LOCKED_OUT}")
    raw.souk_listens = True


def _hear(word: str) -> None:
    # Anybody may notify, so what is heard is a hint: only our own roles, and later only if they are truly locked out.
    if NAME.fullmatch(word) and len(_heard) < MOST_HEARD:
        _heard.add(word)


def end_overlong_sessions(longest: timedelta = LONGEST) -> int:
    """End vendors' sessions that have been in one transaction, or at one message, for longer; gives how many. Runs as the
    builder, which may since it made their roles.

    Their connections are then closed, and whoever used them meets an error, as when the server restarts.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(
            """
            SELECT usename, pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE usename ~ '^v_[0-9a-f]{12}$' AND datname = current_database() AND pid <> pg_backend_pid()
              AND clock_timestamp() - make_interval(secs => %s)
                  > least(xact_start, CASE state WHEN 'active' THEN query_start END)
            """,
            [longest.total_seconds()],
        )
        ended = [name for name, is_ended in cursor.fetchall() if is_ended]
    for name in ended:
        log.warning("session_ended", wall=name, cause="it stayed too long in one transaction")
    return len(ended)


def mend_roles() -> int:
    """Reset vendors' roles that stored settings of their own, and those that were reported and cannot log in. Runs as the
    builder; gives how many were reset."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE rolname LIKE 'v\\_%'"
        )
        altered = {name for (name,) in cursor.fetchall()}
    reported = set(_heard)
    _heard.clear()
    known = set(Wall.objects.filter(name__in=altered | reported).values_list("name", flat=True))
    broken = {name for name in known if name in altered or not can_log_in(name)}
    mended = 0
    for name in sorted(broken):
        try:
            reset_role(name)
        except OperationalError:
            # Its own session is at it, and is ended before long. It is no reason for others to wait.
            log.warning("role_not_reset", wall=name)
            _hear(name)
        else:
            mended += 1
    return mended


def reset_role(name: str) -> None:
    """Give a vendor's role its derived password again, and none of the settings it stored. Runs as the builder."""
    assert NAME.fullmatch(name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SET LOCAL ROLE NONE;
            SET LOCAL lock_timeout = '500ms';
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
