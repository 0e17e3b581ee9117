import kit.sound
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_catalog', '0004_what_the_catalogue_takes_is_sound'),
        ('shop_inventory', '0010_stock_from_files'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=kit.sound.IsDate('ships_on'), name='stock_ships_on_sound'),
        ),
    ]
