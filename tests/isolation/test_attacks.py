"""What an attacker can do who gets SQL of any kind, several statements at once, into one vendor's connection.

Every attack runs over a real login of lindqvist's and goes for moreau's or everybody's. Every statement is also run by the
superuser, and succeeds there: it is the wall that stops it, and not a slip of the pen.
"""

import contextlib
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

DENIED = errors.InsufficientPrivilege
NOT_FOUND = errors.UndefinedTable


def run(connection: psycopg.Connection, text: str) -> list[tuple]:
    """All the statements of `text`; gives the rows of the last that has any."""
    cursor = connection.execute(text)
    rows: list[tuple] = []
    while True:
        if cursor.description:
            rows = cursor.fetchall()
        if not cursor.nextset():
            return rows


def filled(text: str, street) -> str:
    own, theirs = street.lindqvist, street.moreau
    for name, value in {
        "OWN_VENDOR": f"'{own.vendor.id}'",
        "THEIR_VENDOR": f"'{theirs.vendor.id}'",
        "OWN_PART": f"'{own.vendor_order_id}'",
        "THEIR_PART": f"'{theirs.vendor_order_id}'",
        "OWN_PARCEL": f"'{own.parcel_id}'",
        "THEIR_PARCEL": f"'{theirs.parcel_id}'",
        "THEIR_LINE": f"'{theirs.line_id}'",
        "ORDER_ID": f"'{own.order_id}'",
        "NEW": f"'{uuid4()}'",
        "THEIRS": theirs.wall,
        "OWN": own.wall,
    }.items():
        text = text.replace(name, value)
    return text


READING = {
    "another shop by its name": "SELECT name FROM THEIRS.shop_inventory_warehouse",
    "another shop after RESET ROLE": "RESET ROLE; SELECT name FROM THEIRS.shop_inventory_warehouse",
    "SET ROLE to another vendor": "SET ROLE THEIRS; SELECT name FROM THEIRS.shop_inventory_warehouse",
    "SET ROLE to the platform": "SET ROLE platform; SELECT name FROM THEIRS.shop_inventory_warehouse",
    "SET ROLE to the store": "SET ROLE store; SELECT email FROM public.accounts_user",
    "SET ROLE to the owner": "SET ROLE owner; SELECT email FROM public.accounts_user",
    "SET ROLE to whoever reads the walls": "SET ROLE wall_reader; SELECT name FROM public.isolation_wall",
    "SET SESSION AUTHORIZATION": "SET SESSION AUTHORIZATION THEIRS; SELECT name FROM THEIRS.shop_inventory_warehouse",
    "a role changed inside one SELECT": (
        "SELECT set_config('role', 'THEIRS', true), "
        "(SELECT string_agg(word, ',') FROM ts_stat('SELECT to_tsvector(name) FROM THEIRS.shop_inventory_warehouse'))"
    ),
    "people": "SELECT email, password FROM public.accounts_user",
    "sessions": "SELECT session_data FROM public.django_session",
    "orders with their customers": "SELECT email FROM public.orders_order",
    "which wall is whose": "SELECT name, vendor_id FROM public.isolation_wall",
    "facts that others told": "SELECT payload FROM public.outbox_fact",
    "row security switched off": "SET row_security = off; SELECT slug FROM public.vendors_vendor",
    "passwords' verifiers": "SELECT rolpassword FROM pg_authid",
    "files": "SELECT pg_read_file('/etc/hostname')",
    "folders": "SELECT pg_ls_dir('.')",
    "what others are doing": "SELECT query FROM pg_stat_activity",
    "how busy other shops are": "SELECT n_tup_ins FROM pg_stat_all_tables",
    "who locks what": "SELECT relation FROM pg_locks",
}
WRITING = {
    "a fact of another vendor's": (
        "INSERT INTO public.outbox_fact (id, name, vendor_id, payload, recorded_at) "
        "VALUES (NEW, 'shop.products_changed', THEIR_VENDOR, '{}', now())"
    ),
    "a fact that only the platform tells": (
        "INSERT INTO public.outbox_fact (id, name, vendor_id, payload, recorded_at) "
        "VALUES (NEW, 'payment.captured', OWN_VENDOR, '{}', now())"
    ),
    "a parcel of another vendor's": (
        "INSERT INTO public.fulfillment_parcel (id, vendor_order_id, vendor_id, number, carrier, tracking_number, "
        "tracking_url, packed_at) VALUES (NEW, THEIR_PART, THEIR_VENDOR, 2, '', '', '', now())"
    ),
    "an own parcel in another's vendor order": (
        "INSERT INTO public.fulfillment_parcel (id, vendor_order_id, vendor_id, number, carrier, tracking_number, "
        "tracking_url, packed_at) VALUES (NEW, THEIR_PART, OWN_VENDOR, 2, '', '', '', now())"
    ),
    "an own parcel moved into another's vendor order": (
        "UPDATE public.fulfillment_parcel SET vendor_order_id = THEIR_PART, number = 9 WHERE id = OWN_PARCEL"
    ),
    "an own parcel given away": ("UPDATE public.fulfillment_parcel SET vendor_id = THEIR_VENDOR WHERE id = OWN_PARCEL"),
    "another's goods in an own parcel": (
        "INSERT INTO public.fulfillment_parcelline (id, parcel_id, order_line_id, vendor_id, quantity) "
        "VALUES (NEW, OWN_PARCEL, THEIR_LINE, OWN_VENDOR, 1)"
    ),
    "an event in another's vendor order": (
        "INSERT INTO public.orders_orderevent (id, order_id, vendor_order_id, vendor_id, name, actor_kind, note, at) "
        "VALUES (NEW, ORDER_ID, THEIR_PART, OWN_VENDOR, 'shipped', 'member', '', now())"
    ),
    "an event of the customer's": (
        "INSERT INTO public.orders_orderevent (id, order_id, vendor_order_id, vendor_id, name, actor_kind, note, at) "
        "VALUES (NEW, ORDER_ID, OWN_PART, OWN_VENDOR, 'shipped', 'customer', '', now())"
    ),
    "an event that only the platform records": (
        "INSERT INTO public.orders_orderevent (id, order_id, vendor_order_id, vendor_id, name, actor_kind, note, at) "
        "VALUES (NEW, ORDER_ID, OWN_PART, OWN_VENDOR, 'paid', 'system', '', now())"
    ),
    "an event of a whole order": (
        "INSERT INTO public.orders_orderevent (id, order_id, vendor_id, name, actor_kind, note, at) "
        "VALUES (NEW, ORDER_ID, OWN_VENDOR, 'shipped', 'member', '', now())"
    ),
    "the own state": "UPDATE public.vendors_vendor SET state = 'active' WHERE id = OWN_VENDOR",
    "the own wall's name": "UPDATE public.vendors_vendor SET schema_name = 'v_000000000000' WHERE id = OWN_VENDOR",
    "an own amount": "UPDATE public.orders_vendororder SET commission_minor = 0 WHERE id = OWN_PART",
    "an own payment date": "UPDATE public.orders_vendororder SET paid_at = now() WHERE id = OWN_PART",
    "which migrations the own shop has seen": "DELETE FROM OWN.django_migrations",
}
REBUILDING = {
    "drop an own table": "DROP TABLE shop_inventory_warehouse CASCADE",
    "change an own table": "ALTER TABLE shop_inventory_warehouse ADD COLUMN x int",
    "empty an own table at once": "TRUNCATE shop_inventory_warehouse CASCADE",
    "a trigger on an own table": (
        "CREATE TRIGGER t BEFORE INSERT ON shop_inventory_warehouse FOR EACH ROW EXECUTE FUNCTION public.ledger_stays()"
    ),
    "a table in the own shop": "CREATE TABLE OWN.t (x int)",
    "a table in public": "CREATE TABLE public.t (x int)",
    "a view that runs as its owner": "CREATE VIEW public.v AS SELECT 1",
    "a temporary table": "CREATE TEMP TABLE t (x int)",
    "a function in the own shop": "CREATE FUNCTION OWN.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a function beside ours": "CREATE FUNCTION souk.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a leaky temporary function": "CREATE FUNCTION pg_temp.f(text) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    "our definer function": (
        "CREATE OR REPLACE FUNCTION souk.vendor_of_session() RETURNS uuid LANGUAGE sql AS 'SELECT null::uuid'"
    ),
    "a block of code": "DO $$ BEGIN PERFORM 1; END $$",
    "a schema": "CREATE SCHEMA s",
    "row security of a table": "ALTER TABLE public.vendors_vendor DISABLE ROW LEVEL SECURITY",
    "a policy": "CREATE POLICY p ON public.vendors_vendor USING (true)",
    "another policy's condition": "ALTER POLICY vendor_select ON public.vendors_vendor USING (true)",
    "a role": "CREATE ROLE v_thief LOGIN",
    "the own role's rights": "ALTER ROLE OWN BYPASSRLS",
    "the own role's connection limit": "ALTER ROLE OWN CONNECTION LIMIT -1",
    "another role's password": "ALTER ROLE THEIRS PASSWORD 'x'",
    "membership in the platform": "GRANT platform TO OWN",
    "the own role for another vendor": "GRANT OWN TO THEIRS",
    "a library's extension": "CREATE EXTENSION dblink",
    "the search path of all": "ALTER DATABASE DATABASE_NAME SET search_path = OWN",
}
DISTURBING = {
    "an advisory lock": "SELECT pg_advisory_lock(1)",
    "an advisory lock without waiting": "SELECT pg_try_advisory_lock(1)",
    "a large object": "SELECT lo_create(0)",
    "a large object with content": "SELECT lo_from_bytea(0, 'x')",
    "a notice by function": "SELECT pg_notify('x', 'y')",
    "a snapshot that holds back cleaning": "BEGIN; SELECT pg_export_snapshot(); COMMIT",
    "filling the write-ahead log": "SELECT pg_logical_emit_message(false, 'x', 'y')",
    "rows from a program": "COPY shop_inventory_warehouse (name) FROM PROGRAM 'true'",
    "rows into a file": "COPY (SELECT 1) TO '/dev/null'",
    "skipping triggers and foreign keys": "SET session_replication_role = replica",
    "logging what others write": "SET log_statement = 'all'",
    "a setting of the server": "SET log_min_messages = 'panic'",
}
# These cannot run in a transaction that is rolled back, or would change the cluster for others.
UNCONTROLLED = ("ALTER DATABASE", "CREATE EXTENSION")


ATTACKS = {**READING, **WRITING, **REBUILDING, **DISTURBING}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_the_wall_holds_against(text, street, log_in):
    with log_in("postgres") as superuser:
        text = filled(text, street).replace("DATABASE_NAME", superuser.info.dbname)
        if not text.startswith(UNCONTROLLED):
            superuser.execute("BEGIN")
            superuser.execute(f"SET LOCAL search_path = {street.lindqvist.wall}, public")
            run(superuser, text.replace("BEGIN; ", "").replace("; COMMIT", ""))
            superuser.execute("ROLLBACK")
    with log_in(street.lindqvist.wall) as vendor, pytest.raises(DENIED):
        run(vendor, text)


def test_another_search_path_finds_nothing(street, log_in):
    text = f"SET search_path = {street.moreau.wall}; SELECT name FROM shop_inventory_warehouse"
    with log_in("postgres") as superuser:
        assert run(superuser, text) == [("Secret of moreau",)]
    with log_in(street.lindqvist.wall) as vendor, pytest.raises(NOT_FOUND):
        run(vendor, text)


def test_a_vendor_reads_and_writes_what_is_its_own(street, log_in):
    own = street.lindqvist
    with log_in(own.wall) as vendor:
        assert run(vendor, "SELECT name FROM shop_inventory_warehouse") == [("Secret of lindqvist",)]
        assert run(vendor, "SELECT slug FROM vendors_vendor") == [("lindqvist",)]
        assert run(vendor, "SELECT id FROM orders_vendororder") == [(own.vendor_order_id,)]
        vendor.execute("BEGIN")
        written = filled(
            """
            INSERT INTO outbox_fact (id, name, vendor_id, payload, recorded_at)
                VALUES (NEW, 'shop.products_changed', OWN_VENDOR, '{}', now());
            UPDATE orders_vendororder SET fulfillment = 'accepted', accepted_at = now() WHERE id = OWN_PART;
            INSERT INTO orders_orderevent (id, order_id, vendor_order_id, vendor_id, name, actor_kind, note, at)
                VALUES (gen_random_uuid(), ORDER_ID, OWN_PART, OWN_VENDOR, 'accepted', 'member', '', now());
            UPDATE fulfillment_parcel SET carrier = 'DHL' WHERE id = OWN_PARCEL;
            SELECT id FROM orders_vendororder FOR UPDATE
            """,
            street,
        )
        assert run(vendor, written) == [(own.vendor_order_id,)]
        vendor.execute("ROLLBACK")


def test_a_vendor_holds_its_place_in_its_plan_by_its_own_row_alone(street, log_in):
    lock = "SELECT id FROM public.vendors_vendor FOR NO KEY UPDATE"
    assert run(log_in(street.lindqvist.wall), lock) == [(street.lindqvist.vendor.id,)]


def test_another_vendors_session_cannot_be_ended(street, log_in):
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor, log_in(street.moreau.wall) as other:
        text = f"SELECT pg_terminate_backend({other.info.backend_pid})"
        with pytest.raises(DENIED):
            run(vendor, text)
        assert run(other, "SELECT name FROM shop_inventory_warehouse") == [("Secret of moreau",)]
        assert run(superuser, text) == [(True,)]


def test_a_forged_setting_changes_nothing(street, log_in):
    with log_in(street.lindqvist.wall) as vendor:
        run(vendor, f"SET app.vendor_id = '{street.moreau.vendor.id}'; SET ROLE vendor_base; SET search_path = public")
        assert run(vendor, "SELECT slug FROM vendors_vendor") == [("lindqvist",)]
        # Not even for the function to find another table of walls than ours.
        run(vendor, f"SET search_path = {street.lindqvist.wall}, pg_catalog")
        assert run(vendor, "SELECT souk.vendor_of_session()") == [(street.lindqvist.vendor.id,)]


def test_every_public_table_shows_a_vendor_its_own_rows_or_nothing(street, log_in):
    """All tables there are, also those that are yet to come: none may show a row of another vendor's."""
    from tenants.isolation.policies import public_tables

    shown, hidden = {}, []
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor:
        for table in public_tables():
            column = table.vendor_column
            rows = "all" if table.access.vendor_rows == "all" else "own"
            try:
                vendor.execute(f'SELECT {column or "1"} FROM public."{table.name}"').fetchall()
            except DENIED:
                hidden.append(table.name)
                continue
            if rows == "own" and column:
                owners = vendor.execute(f'SELECT DISTINCT {column} FROM public."{table.name}"').fetchall()
                assert {owner for (owner,) in owners} <= {street.lindqvist.vendor.id}, table.name
                others = superuser.execute(
                    f'SELECT count(*) FROM public."{table.name}" WHERE {column} = %s', [street.moreau.vendor.id]
                ).fetchone()[0]
                shown[table.name] = others
    # The control: these had rows of moreau's, and showed none of them.
    assert {name: count for name, count in shown.items() if count} == {
        "fulfillment_parcel": 1,
        "orders_orderevent": 1,
        "orders_orderline": 1,
        "orders_vendororder": 1,
        "vendors_domain": 1,
        "vendors_member": 1,
        "vendors_vendor": 1,
    }
    assert {"accounts_user", "django_session", "isolation_wall", "orders_order", "outbox_fact"} <= set(hidden)


def test_no_vendor_can_lock_a_table_that_others_use(street, log_in):
    """LOCK TABLE goes with the right to update a whole table, so vendors have that on no table of public."""
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor:
        tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall()
        assert len(tables) > 50
        for (table,) in tables:
            for mode in ("SHARE", "ACCESS EXCLUSIVE"):
                text = f'BEGIN; LOCK TABLE public."{table}" IN {mode} MODE NOWAIT; ROLLBACK'
                run(superuser, text)
                with pytest.raises(DENIED):
                    run(vendor, text)
                vendor.execute("ROLLBACK")


def test_what_the_owner_makes_next_is_closed_until_it_is_granted(street, log_in):
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor:
        run(
            superuser,
            "SET ROLE owner; CREATE TABLE public.new (id int GENERATED ALWAYS AS IDENTITY); "
            "CREATE FUNCTION public.newer() RETURNS int LANGUAGE sql AS 'SELECT 1'; RESET ROLE",
        )
        for text in ("SELECT * FROM public.new", "SELECT public.newer()", "SELECT nextval('public.new_id_seq')"):
            run(superuser, text)
            with pytest.raises(DENIED):
                run(vendor, text)
        run(superuser, "DROP TABLE public.new; DROP FUNCTION public.newer()")


def test_no_sequence_and_no_function_of_ours_is_open_to_everybody(street, log_in):
    with log_in("postgres") as superuser:
        open_to_all = superuser.execute(
            """
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE pronamespace IN ('souk'::regnamespace, 'public'::regnamespace)
              AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
              AND has_function_privilege(%(vendor)s, p.oid, 'EXECUTE')
            UNION ALL
            SELECT c.oid::regclass::text FROM pg_class c
            WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege(%(vendor)s, c.oid, 'USAGE, SELECT, UPDATE') END
            """,
            {"vendor": street.lindqvist.wall},
        ).fetchall()
    assert open_to_all == [("souk.vendor_of_session()",)]


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_other_databases_of_the_cluster_are_closed(database, street, log_in):
    log_in("postgres", database if database != "template1" else "postgres").close()
    for role in (street.lindqvist.wall, "doorman", "store", "platform"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            log_in(role, database)


def test_no_role_stands_above_the_walls(street, log_in):
    with log_in("postgres") as superuser:
        above = superuser.execute(
            "SELECT rolname FROM pg_roles WHERE rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb"
        ).fetchall()
        assert above == [("postgres",)]
        assert superuser.execute("SELECT rolname FROM pg_roles WHERE rolcreaterole").fetchall() in (
            [("postgres",), ("builder",)],
            [("builder",), ("postgres",)],
        )
        groups = superuser.execute(
            """
            SELECT m.rolname, array_agg(g.rolname::text ORDER BY g.rolname)
            FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
            WHERE m.rolname IN ('store', 'platform', 'doorman', 'vendor_base', 'wall_reader', %s) GROUP BY 1
            """,
            [street.lindqvist.wall],
        ).fetchall()
    assert groups == [(street.lindqvist.wall, ["vendor_base"])]


def test_the_door_man_finds_vendors_and_nothing_else(street, log_in):
    with log_in("postgres") as superuser, log_in("doorman") as doorman:
        readable = []
        for (table,) in superuser.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall():
            with contextlib.suppress(DENIED):
                doorman.execute(f'SELECT 1 FROM public."{table}"')
                readable.append(table)
        assert readable == ["vendors_domain", "vendors_vendor"]
        assert doorman.execute("SELECT slug FROM vendors_vendor ORDER BY 1").fetchall() == [("lindqvist",), ("moreau",)]
        with pytest.raises(DENIED):
            doorman.execute(f"SELECT * FROM {street.lindqvist.wall}.shop_inventory_warehouse")
