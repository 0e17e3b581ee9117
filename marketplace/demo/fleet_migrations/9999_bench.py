import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop_inventory", "0010_stock_from_files")]

    operations = [
        migrations.AddField("warehouse", "bench_note", models.CharField(max_length=40, default="")),
        migrations.CreateModel(
            name="BenchThing",
            fields=[
                ("id", models.UUIDField(primary_key=True, default=uuid.uuid4)),
                ("name", models.CharField(max_length=40)),
                ("warehouse", models.ForeignKey("shop_inventory.warehouse", models.CASCADE)),
            ],
        ),
        migrations.AddIndex("reservation", models.Index(fields=["quantity"], name="bench_reservation")),
    ]
