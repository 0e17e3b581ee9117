"""The attacks: each of them statements, by what they go for. Words in capitals stand for ids (see `test_attacks.filled`)."""

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

ATTACKS = {**READING, **WRITING, **REBUILDING, **DISTURBING}
