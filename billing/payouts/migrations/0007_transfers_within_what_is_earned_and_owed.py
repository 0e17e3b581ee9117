"""The database keeps transfers within their share also when money was taken back, became debt, and was sent again."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION public.payouts_transfers_within_share() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    net bigint;
    planned bigint;
BEGIN
    SELECT {net} INTO net FROM public.payments_paymentshare WHERE reference_id = NEW.reference_id;
    SELECT sum({amount}) INTO planned FROM public.payouts_transfer
        WHERE reference_id = NEW.reference_id AND state <> 'canceled';
    IF planned > net THEN
        RAISE EXCEPTION 'the transfers of vendor order % come to %, its share to %', NEW.reference_id, planned, net
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfers_within_share';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0006_reversals_and_debts"), ("payments", "0006_disputed_and_owed_parts")]

    operations = [
        migrations.RunSQL(
            FUNCTION.format(net="net_minor + indebted_minor", amount="amount_minor + netted_minor - reversed_minor"),
            FUNCTION.format(net="net_minor", amount="amount_minor"),
        ),
    ]
