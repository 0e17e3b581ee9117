"""Every transfer there is gets the hold it has followed, and the database keeps transfers within their share.

The function has its own pinned path, for it runs also while a vendor's schema is first on the search path.
"""

from django.conf import settings
from django.db import migrations

FUNCTION = """
CREATE FUNCTION public.payouts_transfers_within_share() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    net bigint;
    planned bigint;
BEGIN
    SELECT net_minor INTO net FROM public.payments_paymentshare WHERE reference_id = NEW.reference_id;
    SELECT sum(amount_minor) INTO planned FROM public.payouts_transfer
        WHERE reference_id = NEW.reference_id AND state <> 'canceled';
    IF planned > net THEN
        RAISE EXCEPTION 'the transfers of vendor order % come to %, its share to %', NEW.reference_id, planned, net
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfers_within_share';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payouts_transfers_within_share AFTER INSERT OR UPDATE ON public.payouts_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.payouts_transfers_within_share();
"""
UNDO = """
DROP TRIGGER payouts_transfers_within_share ON public.payouts_transfer;
DROP FUNCTION public.payouts_transfers_within_share();
"""


def place_holds(apps, schema_editor):
    days = settings.HOLD_DAYS
    reason = "Released on delivery" if not days else f"Released {days} day{'s' if days != 1 else ''} after delivery"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payouts_hold (id, transfer_id, vendor_id, rule, reason, days_after_delivery, release_at,"
            " placed_at, released_at, released_reason)"
            " SELECT gen_random_uuid(), id, vendor_id, 'delivered_plus_days', %s, %s, release_at, created_at, NULL, ''"
            " FROM payouts_transfer",
            [reason, days],
        )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_holds")]

    operations = [
        migrations.RunPython(place_holds, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTION, UNDO),
    ]
