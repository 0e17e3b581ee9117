from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('provider_stripe', '0003_one_pace_for_all'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['object_id'], name='webhook_event_same_errand'),
        ),
    ]
