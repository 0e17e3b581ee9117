"""What was issued stays, kept by the database for everyone, its owner included.

- A document is never changed or removed; its file is added once. It is issued of a closed month only.
- A month with documents is not opened again.
- Numbers have no gaps: a series goes up by one, and at commit the number it stands at has its document.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION public.statements_document_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.file_path = '' AND NEW.file_path <> '' AND NEW.filed_at IS NOT NULL
        AND length(NEW.file_sha256) = 64 AND NEW.file_bytes > 0
        AND to_jsonb(NEW) - '{file_path,file_sha256,file_bytes,filed_at}'::text[]
            = to_jsonb(OLD) - '{file_path,file_sha256,file_bytes,filed_at}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'documents are never changed by %: correct one by a credit note', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'statements_document_stays';
END $$;

CREATE FUNCTION public.statements_document_is_of_closed_month() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.ledger_period WHERE starts_on = NEW.starts_on AND closed_at IS NOT NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the month of % is open: % cannot be issued', NEW.starts_on, NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_document_is_of_closed_month';
    END IF;
    IF NEW.sequence <> (SELECT last_number FROM public.statements_documentseries
                        WHERE kind = NEW.kind AND year = NEW.year) THEN
        RAISE EXCEPTION '% is not the next number of its series', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_number_is_next';
    END IF;
    IF NEW.file_path <> '' THEN
        RAISE EXCEPTION '% comes with a file it cannot have yet', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_document_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.statements_series_counts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last_number = 0 THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.last_number = OLD.last_number + 1
        AND (NEW.id, NEW.kind, NEW.year) IS NOT DISTINCT FROM (OLD.id, OLD.kind, OLD.year)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a series begins at 0, goes up by one, and is never removed (%)', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'statements_series_counts';
END $$;

CREATE FUNCTION public.statements_number_has_document() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.statements_document
        WHERE kind = NEW.kind AND year = NEW.year AND sequence = NEW.last_number
    ) THEN
        RAISE EXCEPTION 'number % of % % has no document', NEW.last_number, NEW.kind, NEW.year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_number_has_document';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.statements_month_stays_closed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.statements_document WHERE starts_on = OLD.starts_on) THEN
        RAISE EXCEPTION 'documents of % are issued: correct them in an open month', OLD.starts_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'statements_month_stays_closed';
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER statements_document_stays BEFORE UPDATE OR DELETE ON public.statements_document
    FOR EACH ROW EXECUTE FUNCTION public.statements_document_stays();
CREATE TRIGGER statements_documents_stay BEFORE TRUNCATE ON public.statements_document
    FOR EACH STATEMENT EXECUTE FUNCTION public.statements_document_stays();
CREATE TRIGGER statements_document_is_of_closed_month BEFORE INSERT ON public.statements_document
    FOR EACH ROW EXECUTE FUNCTION public.statements_document_is_of_closed_month();
CREATE TRIGGER statements_series_counts BEFORE INSERT OR UPDATE OR DELETE ON public.statements_documentseries
    FOR EACH ROW EXECUTE FUNCTION public.statements_series_counts();
CREATE TRIGGER statements_series_stay BEFORE TRUNCATE ON public.statements_documentseries
    FOR EACH STATEMENT EXECUTE FUNCTION public.statements_series_counts();
CREATE CONSTRAINT TRIGGER statements_number_has_document AFTER UPDATE ON public.statements_documentseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.statements_number_has_document();
CREATE TRIGGER statements_month_stays_closed BEFORE UPDATE ON public.ledger_period
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION public.statements_month_stays_closed();
"""

UNDO = """
DROP TRIGGER statements_month_stays_closed ON public.ledger_period;
DROP TRIGGER statements_number_has_document ON public.statements_documentseries;
DROP TRIGGER statements_series_stay ON public.statements_documentseries;
DROP TRIGGER statements_series_counts ON public.statements_documentseries;
DROP TRIGGER statements_document_is_of_closed_month ON public.statements_document;
DROP TRIGGER statements_documents_stay ON public.statements_document;
DROP TRIGGER statements_document_stays ON public.statements_document;
DROP FUNCTION public.statements_month_stays_closed();
DROP FUNCTION public.statements_number_has_document();
DROP FUNCTION public.statements_series_counts();
DROP FUNCTION public.statements_document_is_of_closed_month();
DROP FUNCTION public.statements_document_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial"), ("ledger", "0004_closed_months_take_no_entry")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
