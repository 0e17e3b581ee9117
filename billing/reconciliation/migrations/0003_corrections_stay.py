"""A correction is what its entry is rebuilt from: nobody changes or removes one, the table's owner included."""

from django.db import migrations

MAKE = """
CREATE TRIGGER corrections_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON public.reconciliation_correction
    FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0002_worked_through"),
        ("ledger", "0002_the_database_keeps_the_books"),
    ]
    operations = [migrations.RunSQL(MAKE, "DROP TRIGGER corrections_stay ON public.reconciliation_correction")]
