"""Selling and payouts each have a door. Whoever was let in before did what was asked then, on the day it began to sell."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vendors", "0006_closing_and_out_of_service")]
    operations = [
        migrations.AddField("vendor", "selling_cleared_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("vendor", "payouts_cleared_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("vendor", "waits_for_us_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            "UPDATE vendors_vendor SET selling_cleared_at = activated_at, payouts_cleared_at = activated_at"
            " WHERE activated_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            "vendor",
            models.Index(
                condition=models.Q(("waits_for_us_at__isnull", False)),
                fields=["waits_for_us_at", "id"],
                name="vendor_waits_for_us",
            ),
        ),
    ]
