from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_inventory', '0004_backorders_and_safety_stock'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('strategy', models.CharField(choices=[('position', 'The first of your list that has it'), ('nearest', "One in the customer's country, then by your list"), ('fastest', 'The one whose next parcels leave first'), ('fewest_parcels', 'As few parcels as can be')], default='position', max_length=20)),
            ],
        ),
        migrations.AddConstraint(
            model_name='stocksettings',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='stock_settings_once'),
        ),
    ]
