from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('shop_shipping', '0003_flat_prices_become_rates'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='shippingprofile',
            name='shipping_flat_not_negative',
        ),
        migrations.RemoveField(
            model_name='shippingprofile',
            name='countries',
        ),
        migrations.RemoveField(
            model_name='shippingprofile',
            name='currency',
        ),
        migrations.RemoveField(
            model_name='shippingprofile',
            name='flat_minor',
        ),
        migrations.RemoveField(
            model_name='shippingprofile',
            name='free_from_minor',
        ),
        migrations.RemoveField(
            model_name='shippingprofile',
            name='transit_days',
        ),
    ]
