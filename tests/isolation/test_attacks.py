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
    "whom the platform invited": "SELECT email FROM public.onboarding_vendorinvitation",
    "ways back to checklists": "SELECT id FROM public.onboarding_resumelink",
    "facts that others told": "SELECT payload FROM public.outbox_fact",
    "row security switched off": "SET row_security = off; SELECT slug FROM public.vendors_vendor",
    "passwords' verifiers": "SELECT rolpassword FROM pg_authid",
    "files": "SELECT pg_read_file('/etc/hostname')",
    "folders": "SELECT pg_ls_dir('.')",
    "what others are doing": "SELECT query FROM pg_stat_activity",
    "how busy other shops are": "SELECT n_tup_ins FROM pg_stat_all_tables",
    "who locks what": "SELECT relation FROM pg_locks",
    "another shop's plan of a query": "EXPLAIN SELECT name FROM THEIRS.shop_inventory_warehouse",
    "another shop by a function that runs queries": (
        "SELECT word FROM ts_stat('SELECT to_tsvector(name) FROM THEIRS.shop_inventory_warehouse')"
    ),
    "another shop by a function that rewrites by queries": (
        "SELECT ts_rewrite('a'::tsquery, "
        "'SELECT ''a''::tsquery, plainto_tsquery(name) FROM THEIRS.shop_inventory_warehouse')"
    ),
    "another shop's sequence": "SELECT nextval('THEIRS.django_migrations_id_seq')",
    "how large another shop's table is, by its name": "SELECT pg_relation_size('THEIRS.shop_inventory_warehouse')",
    "which keys open another shop": "SELECT prefix FROM THEIRS.shop_integrations_apikey",
    "SET ROLE to the builder": "SET ROLE builder; SELECT 1",
    "SET ROLE to the door man": "SET ROLE doorman; SELECT slug FROM public.vendors_vendor",
    "RESET SESSION AUTHORIZATION to somebody": (
        "SET SESSION AUTHORIZATION DEFAULT; SELECT name FROM THEIRS.shop_inventory_warehouse"
    ),
    "shared rows, held": "SELECT id FROM public.listings_listing FOR UPDATE",
    "shared rows, held against deleting": "SELECT id FROM public.listings_listing FOR KEY SHARE",
    "samples of columns": "SELECT stavalues1 FROM pg_statistic",
    "passwords' digests by their old name": "SELECT passwd FROM pg_shadow",
    "who may log in from where": "SELECT * FROM pg_hba_file_rules",
    "the server's files of settings": "SELECT * FROM pg_file_settings",
    "where the data lie": "SELECT current_setting('data_directory')",
    "bytes of files": "SELECT pg_read_binary_file('PG_VERSION')",
    "when a file was changed": "SELECT pg_stat_file('PG_VERSION')",
    "the log of changes": "SELECT pg_ls_waldir()",
    "other backends' memory": "SELECT * FROM pg_shmem_allocations",
    "credentials of other servers": "SELECT umoptions FROM pg_user_mapping",
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
    "the own door to selling": "UPDATE public.vendors_vendor SET selling_cleared_at = now() WHERE id = OWN_VENDOR",
    "the own door to payouts": "UPDATE public.vendors_vendor SET payouts_cleared_at = now() WHERE id = OWN_VENDOR",
    "the own step, accepted": (
        "INSERT INTO public.onboarding_event (id, vendor_id, step, name, actor_kind, actor_id, reason, at) "
        "VALUES (NEW, OWN_VENDOR, 'review', 'accepted', 'member', NEW, '', now())"
    ),
    "the own step, waived in the name of staff": (
        "INSERT INTO public.onboarding_event (id, vendor_id, step, name, actor_kind, actor_id, reason, at) "
        "VALUES (NEW, OWN_VENDOR, 'review', 'waived', 'staff', NEW, 'Known to us.', now())"
    ),
    "what a vendor says, said in the name of staff": (
        "INSERT INTO public.onboarding_event (id, vendor_id, step, name, actor_kind, actor_id, reason, at) "
        "VALUES (NEW, OWN_VENDOR, 'profile', 'sent_again', 'staff', NEW, '', now())"
    ),
    "another vendor's step": (
        "INSERT INTO public.onboarding_event (id, vendor_id, step, name, actor_kind, actor_id, reason, at) "
        "VALUES (NEW, THEIR_VENDOR, 'profile', 'sent_again', 'member', NEW, '', now())"
    ),
    "what was said of a step": "UPDATE public.onboarding_event SET name = 'accepted', actor_kind = 'staff'",
    "what was said of a step, deleted": "DELETE FROM public.onboarding_event",
    "a step of everybody's checklist": "UPDATE public.onboarding_step SET is_on = false",
    "terms of its own": (
        "INSERT INTO public.onboarding_terms (id, version, text, published_at, published_by) "
        "VALUES (NEW, 99, 'We keep it all.', now(), NEW)"
    ),
    "a paper that is another vendor's file": (
        "INSERT INTO public.onboarding_vendordocument "
        "(id, vendor_id, step, name, content_type, size_bytes, sha256, path, sent_by, sent_at) VALUES "
        "(NEW, OWN_VENDOR, 'x', 'x', 'x', 1, 'x', 'onboarding/' || THEIR_VENDOR || '/a.pdf', NEW, now())"
    ),
    "a paper that is another vendor's file, by going up": (
        "INSERT INTO public.onboarding_vendordocument "
        "(id, vendor_id, step, name, content_type, size_bytes, sha256, path, sent_by, sent_at) VALUES "
        "(NEW, OWN_VENDOR, 'x', 'x', 'x', 1, 'x', "
        "'onboarding/' || OWN_VENDOR || '/../' || THEIR_VENDOR || '/a.pdf', NEW, now())"
    ),
    "another file in place of a paper": "UPDATE public.onboarding_vendordocument SET path = 'x'",
    "the own wall's name": "UPDATE public.vendors_vendor SET schema_name = 'v_000000000000' WHERE id = OWN_VENDOR",
    "an own amount": "UPDATE public.orders_vendororder SET commission_minor = 0 WHERE id = OWN_PART",
    "an own payment date": "UPDATE public.orders_vendororder SET paid_at = now() WHERE id = OWN_PART",
    "which migrations the own shop has seen": "DELETE FROM OWN.django_migrations",
    "a row in another shop": (
        "INSERT INTO THEIRS.shop_inventory_warehouse (id, name, country, position) VALUES (NEW, 'x', 'SE', 9)"
    ),
    "another shop's rows": "UPDATE THEIRS.shop_inventory_warehouse SET name = 'Mine'",
    "another shop's rows, deleted": "DELETE FROM THEIRS.shop_inventory_warehouse",
    "another shop's rows, all at once": "TRUNCATE THEIRS.shop_inventory_warehouse CASCADE",
    "another shop's rows by MERGE": (
        "MERGE INTO THEIRS.shop_inventory_warehouse AS t USING (SELECT 1) AS s ON true "
        "WHEN MATCHED THEN UPDATE SET name = 'x'"
    ),
    "another's parcel, taken over by a conflict": (
        "INSERT INTO public.fulfillment_parcel (id, vendor_order_id, vendor_id, number, carrier, tracking_number, "
        "tracking_url, packed_at) VALUES (THEIR_PARCEL, OWN_PART, OWN_VENDOR, 7, '', '', '', now()) "
        "ON CONFLICT (id) DO UPDATE SET carrier = 'Mine'"
    ),
    "the own plan": "UPDATE public.vendors_vendorentitlements SET products_limit = NULL",
    "another host name": (
        "INSERT INTO public.vendors_domain (id, vendor_id, host, is_primary) VALUES (NEW, OWN_VENDOR, 'x.localhost', false)"
    ),
    "an own vendor order, deleted": "DELETE FROM public.fulfillment_parcel WHERE id = OWN_PARCEL",
    "an own line's words": "UPDATE public.orders_orderline SET title = 'Mine'",
    "money owed": "UPDATE public.payouts_transfer SET amount_minor = 1",
    "a payment": "UPDATE public.payments_payment SET amount_minor = 1",
    "the unified catalogue": "UPDATE public.listings_offer SET price_minor = 1",
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
    "all rights that vendors were given": "DROP OWNED BY vendor_base",
    "all that the owner owns": "REASSIGN OWNED BY owner TO OWN",
    "rights on what the owner makes next": "ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO OWN",
    "the own role out of its group": "REVOKE vendor_base FROM OWN",
    "another role's name": "ALTER ROLE THEIRS RENAME TO v_ffffffffffff",
    "the own role's login": "ALTER ROLE OWN NOLOGIN",
    "how long the own password is good": "ALTER ROLE OWN VALID UNTIL '2000-01-01'",
    "what the own role inherits": "ALTER ROLE OWN NOINHERIT",
    "another role's settings": "ALTER ROLE THEIRS SET default_transaction_read_only = on",
    "settings of the group": "ALTER ROLE vendor_base SET default_transaction_read_only = on",
    "settings of all roles": "ALTER ROLE ALL SET default_transaction_read_only = on",
    "settings of the server": "ALTER SYSTEM SET max_connections = 1",
    "the own schema's name": "ALTER SCHEMA OWN RENAME TO mine",
    "the own schema itself": "DROP SCHEMA OWN CASCADE",
    "another's schema": "DROP SCHEMA THEIRS CASCADE",
    "whose an own table is": "ALTER TABLE shop_inventory_warehouse OWNER TO OWN",
    "a rule on an own table": "CREATE RULE r AS ON INSERT TO shop_inventory_warehouse DO INSTEAD NOTHING",
    "an index on a shared table": "CREATE INDEX ON public.orders_vendororder (number)",
    "a shared index made anew": "REINDEX TABLE public.orders_vendororder",
    "our definer function's rights": "ALTER FUNCTION souk.vendor_of_session() SECURITY INVOKER",
    "our definer function itself": "DROP FUNCTION souk.vendor_of_session() CASCADE",
    "a type": "CREATE TYPE OWN.t AS (x int)",
    "a domain": "CREATE DOMAIN public.d AS int",
    "a sequence": "CREATE SEQUENCE OWN.s",
    "a temporary sequence": "CREATE TEMP SEQUENCE s",
    "a temporary view": "CREATE TEMP VIEW v AS SELECT 1",
    "an operator": "CREATE OPERATOR OWN.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)",
    "a publication": "CREATE PUBLICATION p FOR TABLE public.vendors_vendor",
    "a server elsewhere": "CREATE FOREIGN DATA WRAPPER w",
    "words about the database": "COMMENT ON DATABASE DATABASE_NAME IS 'mine'",
    "words about a shared table": "COMMENT ON TABLE public.vendors_vendor IS 'mine'",
    "another database": "CREATE DATABASE mine",
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
    "a checkpoint": "CHECKPOINT",
    "a library": "LOAD 'auto_explain'",
    "the next file of the log of changes": "SELECT pg_switch_wal()",
    "settings read again": "SELECT pg_reload_conf()",
    "a copy that goes on for ever": "SELECT pg_backup_start('x')",
    "statistics forgotten": "SELECT pg_stat_reset()",
    "statistics by which everybody's queries are planned": "SELECT pg_clear_relation_stats('public', 'vendors_vendor')",
}
# These cannot run in a transaction that is rolled back, or would change the cluster for others.
UNCONTROLLED = (
    *("ALTER DATABASE", "ALTER SYSTEM", "CREATE DATABASE", "CREATE EXTENSION", "REASSIGN OWNED", "LOAD"),
    "SELECT pg_backup_start",
)


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
