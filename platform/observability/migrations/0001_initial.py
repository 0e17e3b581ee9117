from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('through', models.DateTimeField(blank=True, null=True)),
                ('totals', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'tallies',
            },
        ),
    ]
