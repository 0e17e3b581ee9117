"""What an attacker can do who gets SQL of any kind, several statements at once, into one vendor's connection.

Every attack runs over a real login of lindqvist's and goes for moreau's or everybody's. Every statement is also run by the
superuser, and succeeds there: it is the wall that stops it, and not a slip of the pen.

What PostgreSQL leaves open to every role, and what is done about it: names and rough sizes of others' schemas (the names are
random), a role's own password (tests/tenants/isolation/test_mending.py) and its own settings (test_locking_out.py), NOTIFY
(what is heard is a hint, and looked into).
"""

import contextlib
import re
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from tests.isolation.attacks import ATTACKS, UNCONTROLLED, WRITING

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
        text = re.sub(rf"\b{name}\b", value, text)
    return text


# Tables that tell of vendors, their people and their things alone.
OF_VENDORS = {"vendors_vendor", "vendors_member", "vendors_domain", "vendors_invitation"}
# Who of the staff looked at this vendor's portal: its own visits alone.
OF_STAFF = {"vendors_portalvisit"}
# Name and address on the vendor's own paid part of an order, and whether its words were read; and rules that only sound
# like a person.
OF_CUSTOMERS = {
    *("orders_vendororder.ship_to", "returns_refundpolicy.customer_cancels"),
    *("promotions_promotion.customer_limit", "order_messages_thread.customer_read_at"),
}


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


# These are no error: PostgreSQL warns, or finds nothing to do. (what is done, what is asked afterwards as superuser)
IN_VAIN = {
    "another role into the own tables": (
        "GRANT SELECT ON shop_inventory_warehouse TO THEIRS",
        "SELECT has_table_privilege('THEIRS', 'OWN.shop_inventory_warehouse', 'SELECT')",
    ),
    "the platform out of the own tables": (
        "REVOKE ALL ON shop_inventory_warehouse FROM platform",
        "SELECT has_table_privilege('platform', 'OWN.shop_inventory_warehouse', 'SELECT')",
    ),
    "another role into the own schema": (
        "GRANT USAGE ON SCHEMA OWN TO THEIRS",
        "SELECT has_schema_privilege('THEIRS', 'OWN', 'USAGE')",
    ),
    "all rights that the own role was given": (
        "DROP OWNED BY OWN",
        "SELECT has_table_privilege('OWN', 'OWN.shop_inventory_warehouse', 'SELECT')",
    ),
    "another's vendor order": (
        "UPDATE public.orders_vendororder SET fulfillment = 'delivered' WHERE id = THEIR_PART",
        "SELECT fulfillment FROM public.orders_vendororder WHERE id = THEIR_PART",
    ),
    "all vendor orders": (
        "UPDATE public.orders_vendororder SET fulfillment = 'delivered'",
        "SELECT fulfillment FROM public.orders_vendororder WHERE id = THEIR_PART",
    ),
    "another's parcel": (
        "UPDATE public.fulfillment_parcel SET carrier = 'Mine' WHERE id = THEIR_PARCEL",
        "SELECT carrier FROM public.fulfillment_parcel WHERE id = THEIR_PARCEL",
    ),
    "another's team": (
        "UPDATE public.vendors_member SET role = 'viewer' WHERE vendor_id = THEIR_VENDOR",
        "SELECT role FROM public.vendors_member WHERE vendor_id = THEIR_VENDOR",
    ),
    "another's profile": (
        "UPDATE public.vendors_vendor SET name = 'Mine' WHERE id = THEIR_VENDOR",
        "SELECT name FROM public.vendors_vendor WHERE id = THEIR_VENDOR",
    ),
}


@pytest.mark.parametrize(("done", "asked"), IN_VAIN.values(), ids=IN_VAIN)
def test_without_an_error_nothing_comes_of(done, asked, street, log_in):
    done, asked = filled(done, street), filled(asked, street)
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor:
        before = run(superuser, asked)
        vendor.execute("BEGIN")
        run(vendor, done)
        vendor.execute("COMMIT")
        assert run(superuser, asked) == before
        superuser.execute("BEGIN")
        superuser.execute(f"SET LOCAL search_path = {street.lindqvist.wall}, public")
        run(superuser, done)
        assert run(superuser, asked) != before
        superuser.execute("ROLLBACK")


def test_an_error_tells_nothing_of_rows_that_a_policy_hides(street, log_in):
    """A condition that fails on the other's rows alone is not asked of them."""
    text = "SELECT 1 / (CASE WHEN number = 'S-1001-M' THEN 0 ELSE 1 END) FROM public.orders_vendororder"
    with log_in("postgres") as superuser, pytest.raises(errors.DivisionByZero):
        run(superuser, text)
    with log_in(street.lindqvist.wall) as vendor:
        assert run(vendor, text) == [(1,)]


def test_whether_an_id_is_anothers_or_nobodys_cannot_be_told(street, log_in):
    """What a vendor writes is refused in the same words, whether it refers to another's row or to none."""
    written = WRITING["an own parcel in another's vendor order"]
    told = []
    with log_in(street.lindqvist.wall) as vendor:
        for text in (written, written.replace("THEIR_PART", f"'{uuid4()}'")):
            with pytest.raises(DENIED) as refused:
                run(vendor, filled(text, street))
            told.append(str(refused.value))
    assert told[0] == told[1]


# A key over rows that the policy keeps a vendor from writing; it speaks before the key does, and says the same of every name:
# tests/tenants/vendors/test_domains.py.
KEPT_FROM = {("vendors_customdomain", "host")}


def test_no_key_of_what_vendors_write_answers_for_others_rows(street, log_in):
    """A row that is refused for being there already tells that it is. So of what vendors insert, or may change, every unique
    key has the vendor in it, or something that is the vendor's own, or is a random id."""
    from tenants.isolation.policies import public_tables

    with log_in("postgres") as superuser:
        keys = superuser.execute(
            """
            SELECT relname, array_agg(attname::text ORDER BY attname) FROM pg_index i JOIN pg_class c ON c.oid = indrelid
            JOIN pg_attribute a ON attrelid = c.oid AND attnum = ANY(indkey)
            WHERE indisunique AND relnamespace = 'public'::regnamespace GROUP BY indexrelid, relname
            """
        ).fetchall()
    probed = 0
    for table in public_tables():
        rights = table.rights("vendor_base")
        if not any(privilege in ("INSERT", "UPDATE") for privilege, _ in rights):
            continue
        written = {
            column for privilege, columns in rights for column in (columns or table.columns) if privilege != "SELECT"
        }
        owned = {table.vendor_column, "id", *(reference.column for reference in table.references)}
        for name, columns in keys:
            if name == table.name and written & set(columns) and (name, *columns) not in KEPT_FROM:
                probed += 1
                assert owned & set(columns), (name, columns)
    assert probed > 8


def test_another_vendors_query_cannot_be_canceled(street, log_in):
    with log_in("postgres") as superuser, log_in(street.lindqvist.wall) as vendor, log_in(street.moreau.wall) as other:
        text = f"SELECT pg_cancel_backend({other.info.backend_pid})"
        with pytest.raises(DENIED):
            run(vendor, text)
        assert run(superuser, text) == [(True,)]


def test_of_customers_a_vendor_reads_who_ordered_from_it_and_no_more(street, log_in):
    """Every column that a vendor's role may read and that, by its name, could tell of a person; think of each new one."""
    with log_in("postgres") as superuser:
        columns = superuser.execute(
            """
            SELECT format('%%s.%%s', relname, attname) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT attisdropped
              AND has_column_privilege(%s, c.oid, attnum, 'SELECT')
              AND attname ~ 'email|phone|address|ship_to|user|person|customer|birth' ORDER BY 1
            """,
            [street.lindqvist.wall],
        ).fetchall()
    assert {column for (column,) in columns if column.split(".")[0] not in OF_VENDORS | OF_STAFF} == OF_CUSTOMERS


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
            INSERT INTO onboarding_vendordocument
                (id, vendor_id, step, name, content_type, size_bytes, sha256, path, sent_by, sent_at) VALUES
                (OWN_PART, OWN_VENDOR, 'x', 'x', 'x', 1, 'x', 'onboarding/' || OWN_VENDOR || '/a.pdf', OWN_PART, now());
            INSERT INTO onboarding_event
                (id, vendor_id, step, name, actor_kind, actor_id, reason, document_id, at) VALUES
                (gen_random_uuid(), OWN_VENDOR, 'x', 'document_sent', 'member', OWN_PART, '', OWN_PART, now());
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
