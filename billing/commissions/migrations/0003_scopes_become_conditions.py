from django.db import migrations


def say_it_anew(apps, schema_editor):
    """What a rule covered and took, in the new words. A rule's id stays, and so does its version: nothing else changes."""
    for rule in apps.get_model('commissions', 'CommissionRule').objects.all():
        if rule.scope == 'vendor':
            rule.conditions = {'vendor': [str(rule.vendor_id)]}
        elif rule.scope == 'category':
            rule.conditions = {'category': [rule.category_path]}
        elif rule.scope != 'global':
            raise ValueError(f'commission rule {rule.id} covers “{rule.scope}”, which nobody knows')
        if rule.fixed_minor:
            rule.fixed = {rule.currency: rule.fixed_minor}
        rule.save(update_fields=['conditions', 'fixed'])


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0002_rules_say_more'),
    ]

    operations = [
        migrations.RunPython(say_it_anew, migrations.RunPython.noop),
    ]
