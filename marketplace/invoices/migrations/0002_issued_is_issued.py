"""What was issued stays, kept by the database for everyone, its owner included.

- An invoice is never changed or removed; its file is added once.
- Numbers have no gaps: a series goes up by one, and at commit the number it stands at has its invoice.
- A credit note is of the same vendor order as the invoice it takes from, and that is an invoice.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION public.invoices_invoice_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.file_path = '' AND NEW.file_path <> '' AND NEW.filed_at IS NOT NULL
        AND length(NEW.file_sha256) = 64 AND NEW.file_bytes > 0
        AND to_jsonb(NEW) - '{file_path,file_sha256,file_bytes,filed_at}'::text[]
            = to_jsonb(OLD) - '{file_path,file_sha256,file_bytes,filed_at}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'invoices are never changed by %: correct one by a credit note', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoices_invoice_stays';
END $$;

CREATE FUNCTION public.invoices_number_is_next() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.invoices_invoiceseries
        WHERE id = NEW.series_id AND kind = NEW.kind AND last_number = NEW.sequence
            AND vendor_id IS NOT DISTINCT FROM CASE WHEN NEW.issuer = 'vendor' THEN NEW.vendor_id END
    ) THEN
        RAISE EXCEPTION '% is not the next number of its series', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_number_is_next';
    END IF;
    IF NEW.file_path <> '' THEN
        RAISE EXCEPTION '% comes with a file it cannot have yet', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_invoice_stays';
    END IF;
    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.invoices_invoice
        WHERE id = NEW.corrects_id AND kind = 'invoice' AND issuer = NEW.issuer
            AND vendor_order_id = NEW.vendor_order_id AND currency = NEW.currency
    ) THEN
        RAISE EXCEPTION '% takes from what is no invoice of its order', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_credit_is_of_its_order';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.invoices_series_counts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last_number = 0 THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.last_number = OLD.last_number + 1
        AND to_jsonb(NEW) - 'last_number' = to_jsonb(OLD) - 'last_number'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a series begins at 0, goes up by one, and is never removed (%)', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoices_series_counts';
END $$;

CREATE FUNCTION public.invoices_number_has_invoice() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.invoices_invoice WHERE series_id = NEW.id AND sequence = NEW.last_number
    ) THEN
        RAISE EXCEPTION 'number % of % % has no invoice', NEW.last_number, NEW.kind, NEW.year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_number_has_invoice';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER invoices_invoice_stays BEFORE UPDATE OR DELETE ON public.invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION public.invoices_invoice_stays();
CREATE TRIGGER invoices_invoices_stay BEFORE TRUNCATE ON public.invoices_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION public.invoices_invoice_stays();
CREATE TRIGGER invoices_number_is_next BEFORE INSERT ON public.invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION public.invoices_number_is_next();
CREATE TRIGGER invoices_series_counts BEFORE INSERT OR UPDATE OR DELETE ON public.invoices_invoiceseries
    FOR EACH ROW EXECUTE FUNCTION public.invoices_series_counts();
CREATE TRIGGER invoices_series_stay BEFORE TRUNCATE ON public.invoices_invoiceseries
    FOR EACH STATEMENT EXECUTE FUNCTION public.invoices_series_counts();
CREATE CONSTRAINT TRIGGER invoices_number_has_invoice AFTER UPDATE ON public.invoices_invoiceseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.invoices_number_has_invoice();
"""

UNDO = """
DROP TRIGGER invoices_number_has_invoice ON public.invoices_invoiceseries;
DROP TRIGGER invoices_series_stay ON public.invoices_invoiceseries;
DROP TRIGGER invoices_series_counts ON public.invoices_invoiceseries;
DROP TRIGGER invoices_number_is_next ON public.invoices_invoice;
DROP TRIGGER invoices_invoices_stay ON public.invoices_invoice;
DROP TRIGGER invoices_invoice_stays ON public.invoices_invoice;
DROP FUNCTION public.invoices_number_has_invoice();
DROP FUNCTION public.invoices_series_counts();
DROP FUNCTION public.invoices_number_is_next();
DROP FUNCTION public.invoices_invoice_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_invoices_and_credit_notes")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
