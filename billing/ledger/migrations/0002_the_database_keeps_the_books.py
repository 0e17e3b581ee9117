"""Invariants of double entry, kept by the database for everyone, its owner included.

- At commit, every entry has the postings it says it has, at least two, and they sum to zero in each currency.
- A posting has its account's currency and vendor.
- Accounts, entries and postings are never updated, deleted or truncated; entries are corrected by reversal.

The functions run wherever the ledger is written, also while a vendor's schema is first on the search path: hence their
own pinned path and the qualified names. Restoring a dump loads the rows before it makes the triggers.
"""

from django.db import migrations

TABLES = ("ledger_ledgeraccount", "ledger_journalentry", "ledger_posting")

FUNCTIONS = """
CREATE FUNCTION public.ledger_entry_is_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry uuid;
    said integer;
    counted bigint;
    off record;
BEGIN
    IF TG_TABLE_NAME = 'ledger_posting' THEN
        entry := NEW.entry_id;
    ELSE
        entry := NEW.id;
    END IF;
    SELECT postings_count INTO said FROM public.ledger_journalentry WHERE id = entry;
    SELECT count(*) INTO counted FROM public.ledger_posting WHERE entry_id = entry;
    IF counted < 2 OR counted IS DISTINCT FROM said THEN
        RAISE EXCEPTION 'journal entry % has % postings and says %', entry, counted, said
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_is_complete';
    END IF;
    SELECT currency, sum(amount_minor) AS amount INTO off FROM public.ledger_posting
        WHERE entry_id = entry GROUP BY currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % is off balance by % %', entry, off.amount, off.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.ledger_posting_fits_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account record;
BEGIN
    SELECT currency, vendor_id INTO account FROM public.ledger_ledgeraccount WHERE id = NEW.account_id;
    IF account.currency IS DISTINCT FROM NEW.currency OR account.vendor_id IS DISTINCT FROM NEW.vendor_id THEN
        RAISE EXCEPTION 'posting % of % for vendor % does not fit account % of % for vendor %',
            NEW.id, NEW.currency, NEW.vendor_id, NEW.account_id, account.currency, account.vendor_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_fits_account';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.ledger_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is never changed by %: correct an entry by reversing it', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_stays';
END $$;
"""

TRIGGERS = """
CREATE CONSTRAINT TRIGGER ledger_entry_is_whole AFTER INSERT ON public.ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_entry_is_whole();
CREATE CONSTRAINT TRIGGER ledger_entry_is_whole AFTER INSERT ON public.ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_entry_is_whole();
CREATE TRIGGER ledger_posting_fits_account BEFORE INSERT ON public.ledger_posting
    FOR EACH ROW EXECUTE FUNCTION public.ledger_posting_fits_account();
""" + "".join(
    f"""
CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_stays();
"""
    for table in TABLES
)

UNDO = (
    "".join(f"DROP TRIGGER ledger_stays ON public.{table};\n" for table in TABLES)
    + """
DROP TRIGGER ledger_posting_fits_account ON public.ledger_posting;
DROP TRIGGER ledger_entry_is_whole ON public.ledger_posting;
DROP TRIGGER ledger_entry_is_whole ON public.ledger_journalentry;
DROP FUNCTION public.ledger_stays();
DROP FUNCTION public.ledger_posting_fits_account();
DROP FUNCTION public.ledger_entry_is_whole();
"""
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
