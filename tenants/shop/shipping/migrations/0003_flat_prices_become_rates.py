from django.db import migrations

# The shop's one price becomes its default profile with one zone and one rate. Their ids are made of the profile's, so that
# every run gives the same. As SQL, so that it is replayed for thousands of shops.
FILL = """
    UPDATE shop_shipping_shippingprofile SET is_default = true
     WHERE id = (SELECT id FROM shop_shipping_shippingprofile ORDER BY id LIMIT 1);
    INSERT INTO shop_shipping_shippingzone (id, profile_id, name, countries, position)
    SELECT md5(p.id::text || ':zone')::uuid, p.id,
           CASE WHEN jsonb_array_length(p.countries) = 0 THEN 'Everywhere' ELSE 'Where we ship to' END,
           ARRAY(SELECT code FROM jsonb_array_elements_text(p.countries) AS code ORDER BY code), 0
      FROM shop_shipping_shippingprofile p;
    INSERT INTO shop_shipping_shippingrate
        (id, zone_id, name, carrier, price_minor, free_from_minor, transit_min_days, transit_max_days, position)
    SELECT md5(p.id::text || ':rate')::uuid, md5(p.id::text || ':zone')::uuid, p.name, '', p.flat_minor, p.free_from_minor,
           least(1, p.transit_days), p.transit_days, 0
      FROM shop_shipping_shippingprofile p;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""
EMPTY = """
    UPDATE shop_shipping_shippingprofile p
       SET name = r.name, flat_minor = r.price_minor, free_from_minor = r.free_from_minor, transit_days = r.transit_max_days,
           countries = to_jsonb(z.countries)
      FROM shop_shipping_shippingzone z JOIN shop_shipping_shippingrate r ON r.zone_id = z.id
     WHERE z.profile_id = p.id AND z.position = 0 AND r.position = 0;
    DELETE FROM shop_shipping_shippingrate;
    DELETE FROM shop_shipping_shippingzone;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('shop_shipping', '0002_profiles_zones_and_rates'),
    ]

    operations = [
        migrations.RunSQL(FILL, EMPTY),
    ]
