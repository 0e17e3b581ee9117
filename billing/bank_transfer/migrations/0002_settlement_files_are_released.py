"""A file of much money is released by a second person; those made before were given out at once."""

from django.db import migrations, models


def release_what_was_made(apps, schema_editor):
    files = apps.get_model("bank_transfer", "SettlementFile").objects.filter(released_at=None)
    files.update(released_at=models.F("made_at"))


class Migration(migrations.Migration):
    dependencies = [("bank_transfer", "0001_incoming_and_settlements")]

    operations = [
        migrations.AddField(
            model_name="settlementfile",
            name="released_at",
            field=models.DateTimeField(blank=True, help_text="when as many as it takes had agreed", null=True),
        ),
        migrations.AddField(
            model_name="settlementfile",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, help_text="refused, and without lines since", null=True),
        ),
        migrations.RunPython(release_what_was_made, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="settlementfile",
            constraint=models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(released_at__isnull=False),
                name="settlement_file_sent_released",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementfile",
            constraint=models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(released_at__isnull=True),
                name="settlement_file_withdrawn_or_released",
            ),
        ),
    ]
