from django.db import migrations, models

PER = [('item', 'For each item'), ('order', 'Once for a vendor order')]


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0001_initial'),
    ]

    operations = [
        migrations.AddField('commissionrule', 'conditions', models.JSONField(blank=True, default=dict, help_text='by kind; see billing.commissions.conditions')),
        migrations.AddField('commissionrule', 'tiers', models.JSONField(blank=True, default=list, help_text='[{currency, from_minor, rate_bps}]')),
        migrations.AddField('commissionrule', 'fixed', models.JSONField(blank=True, default=dict)),
        migrations.AddField('commissionrule', 'fixed_per', models.CharField(choices=PER, default='item', max_length=5)),
        migrations.AddField('commissionrule', 'minimum', models.JSONField(blank=True, default=dict)),
        migrations.AddField('commissionrule', 'maximum', models.JSONField(blank=True, default=dict)),
        migrations.AddField('commissionrule', 'limits_per', models.CharField(choices=PER, default='item', max_length=5)),
        migrations.AddField('commissionrule', 'on_shipping', models.BooleanField(default=False)),
        migrations.AddField('commissionrule', 'includes_tax', models.BooleanField(default=False)),
    ]
