"""A vendor that has an owner keeps one: said by the database, to every role that may change members.

A vendor's own role changes them too, for the portal's page. Whatever is sent over its connection, a shop that nobody may
enter any more is not committed. The vendor's row orders those who do it at once, as in `tenants.vendors.team`.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION public.member_owner_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.vendors_vendor WHERE id = OLD.vendor_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM public.vendors_member WHERE vendor_id = OLD.vendor_id AND role = 'owner' AND left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'vendor % would have no owner', OLD.vendor_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_owner_stays';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER member_owner_stays AFTER UPDATE OF role, left_at, vendor_id ON public.vendors_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (
        OLD.role = 'owner' AND OLD.left_at IS NULL
        AND (NEW.role <> 'owner' OR NEW.left_at IS NOT NULL OR NEW.vendor_id <> OLD.vendor_id)
    )
    EXECUTE FUNCTION public.member_owner_stays();
"""
BACK = """
DROP TRIGGER member_owner_stays ON public.vendors_member;
DROP FUNCTION public.member_owner_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("vendors", "0003_invitation")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
