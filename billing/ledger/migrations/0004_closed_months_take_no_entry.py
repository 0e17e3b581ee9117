"""Closed months, kept by the database for everyone, its owner included.

- No entry is dated before the end of the last closed month. Whoever posts holds a shared lock until its transaction ends,
  and whoever closes takes that lock alone: an entry is in the books before the month is checked, or it is refused.
- A closed month is opened again only when a second person agreed after it was closed, and the last one first. Beside that
  a closed month is never changed, and no month is ever deleted.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION public.ledger_period_takes_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opens_at timestamptz;
    late record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger periods', 0));
    SELECT max(ends_on)::timestamp AT TIME ZONE 'UTC' INTO opens_at
        FROM public.ledger_period WHERE closed_at IS NOT NULL;
    SELECT source_key, occurred_at INTO late FROM entered WHERE occurred_at < opens_at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % of % lies in a closed month; the first open instant is %',
            late.source_key, late.occurred_at, opens_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_period_takes_entries';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.ledger_period_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'months of the books are never removed (%)', TG_OP
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_stays';
    END IF;
    IF (NEW.id, NEW.starts_on, NEW.ends_on) IS DISTINCT FROM (OLD.id, OLD.starts_on, OLD.ends_on) THEN
        RAISE EXCEPTION 'the days of a month are never changed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_stays';
    END IF;
    IF OLD.closed_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'the month of % is closed and never changed', OLD.starts_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_stays';
    END IF;
    IF EXISTS (SELECT FROM public.ledger_period WHERE starts_on > OLD.starts_on AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a month after % is closed too, and is opened first', OLD.starts_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_stays';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.ledger_reopening
        WHERE period_id = OLD.id AND approved_at >= OLD.closed_at AND approved_by <> asked_by
    ) THEN
        RAISE EXCEPTION 'nobody agreed to open the month of % again', OLD.starts_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_four_eyes';
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER ledger_period_takes_entries AFTER INSERT ON public.ledger_journalentry
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_period_takes_entries();
CREATE TRIGGER ledger_period_stays BEFORE UPDATE OR DELETE ON public.ledger_period
    FOR EACH ROW EXECUTE FUNCTION public.ledger_period_stays();
CREATE TRIGGER ledger_period_stays_whole BEFORE TRUNCATE ON public.ledger_period
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_period_stays();
"""

UNDO = """
DROP TRIGGER ledger_period_stays_whole ON public.ledger_period;
DROP TRIGGER ledger_period_stays ON public.ledger_period;
DROP TRIGGER ledger_period_takes_entries ON public.ledger_journalentry;
DROP FUNCTION public.ledger_period_stays();
DROP FUNCTION public.ledger_period_takes_entries();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_months_are_closed")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
