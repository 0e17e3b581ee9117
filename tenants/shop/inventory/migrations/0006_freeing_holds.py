import kit.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_inventory', '0005_allocation_strategy'),
    ]

    operations = [
        migrations.CreateModel(
            name='HoldFreeing',
            fields=[
                ('order_id', models.UUIDField(primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=200)),
                ('asked_by', models.UUIDField()),
                ('asked_at', models.DateTimeField(default=kit.clock.now)),
            ],
        ),
    ]
