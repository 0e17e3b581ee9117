from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_vat_on_commission")]

    operations = [
        migrations.AddField(
            "payment",
            "risk_level",
            models.CharField(
                blank=True, default="", help_text="the provider's word: normal, elevated, highest", max_length=12
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "paymentshare",
            "category_paths",
            models.JSONField(blank=True, default=list, help_text="of what was sold, for the hold rules"),
        ),
    ]
