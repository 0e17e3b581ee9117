import django.db.models.deletion
import kit.clock
import kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_catalog', '0003_paused_products'),
        ('shop_inventory', '0006_freeing_holds'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockCount',
            fields=[
                ('id', models.UUIDField(default=kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(default=kit.clock.now)),
                ('started_by', models.UUIDField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('applied_by', models.UUIDField(blank=True, null=True)),
                ('given_up_at', models.DateTimeField(blank=True, null=True)),
                ('warehouse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='shop_inventory.warehouse')),
            ],
        ),
        migrations.CreateModel(
            name='StockCountLine',
            fields=[
                ('id', models.UUIDField(default=kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sku', models.CharField(max_length=60)),
                ('expected', models.IntegerField()),
                ('counted', models.PositiveIntegerField(blank=True, null=True)),
                ('count', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='shop_inventory.stockcount')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shop_catalog.variant')),
            ],
        ),
        migrations.AddConstraint(
            model_name='stockcount',
            constraint=models.UniqueConstraint(condition=models.Q(('applied_at__isnull', True), ('given_up_at__isnull', True)), fields=('warehouse',), name='stock_count_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='stockcount',
            constraint=models.CheckConstraint(condition=models.Q(('applied_at__isnull', True), ('given_up_at__isnull', True), _connector='OR'), name='stock_count_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.UniqueConstraint(fields=('count', 'variant'), name='stock_count_line_once'),
        ),
    ]
