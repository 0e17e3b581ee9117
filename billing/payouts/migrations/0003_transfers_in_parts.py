"""A vendor order's earnings may go in parts: what was planned of them stays, and a part goes once."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payouts", "0002_found_by_end"), ("payments", "0005_what_hold_rules_ask")]

    operations = [
        migrations.AddField(
            "transfer",
            "part",
            models.CharField(
                choices=[("earnings", "Earnings"), ("reserve", "Reserve")], default="earnings", max_length=10
            ),
        ),
        migrations.AddField(
            "transfer",
            "planned_minor",
            models.BigIntegerField(
                default=0, help_text="of the share's net when it was sold; refunds leave it as it is"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE payouts_transfer t SET planned_minor = coalesce("
            "(SELECT net_minor FROM payments_paymentshare s WHERE s.reference_id = t.reference_id), amount_minor)",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("transfer", "transfer_once"),
        migrations.AddConstraint(
            "transfer", models.UniqueConstraint(fields=["reference_id", "part"], name="transfer_once_a_part")
        ),
        migrations.AddConstraint(
            "transfer",
            models.CheckConstraint(condition=Q(planned_minor__gt=0), name="transfer_planned_positive"),
        ),
    ]
