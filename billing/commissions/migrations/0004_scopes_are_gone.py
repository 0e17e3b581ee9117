from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0003_scopes_become_conditions'),
    ]

    operations = [
        migrations.RemoveConstraint('commissionrule', 'commission_scope_says_what'),
        migrations.RemoveConstraint('commissionrule', 'commission_fixed_not_negative'),
        migrations.RemoveField('commissionrule', 'scope'),
        migrations.RemoveField('commissionrule', 'vendor_id'),
        migrations.RemoveField('commissionrule', 'category_path'),
        migrations.RemoveField('commissionrule', 'fixed_minor'),
        migrations.RemoveField('commissionrule', 'currency'),
    ]
