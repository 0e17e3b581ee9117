"""Nobody changes or removes an audit entry, the table's owner included."""

from django.db import migrations

MAKE = """
CREATE FUNCTION public.audit_entries_stay() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_entries_stay';
END $$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON public.audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_entries_stay();
"""
UNMAKE = """
DROP TRIGGER audit_entries_stay ON public.audit_auditentry;
DROP FUNCTION public.audit_entries_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNMAKE)]
