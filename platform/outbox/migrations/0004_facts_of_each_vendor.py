from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0003_lanes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('fanned_out_at__isnull', True)), fields=['vendor_id', 'id'], name='fact_lanes'),
        ),
    ]
