"""Finance was one role that could do everything there; whoever had it is a controller now."""

from django.db import migrations, models

OVER = "UPDATE public.accounts_staffmember SET role = 'controller' WHERE role = 'finance'"
BACK = (
    "UPDATE public.accounts_staffmember SET role = 'finance' WHERE role IN ('finance_viewer', 'accountant', 'controller')"
)
ROLES = [
    ("administrator", "Administrator"),
    ("finance_viewer", "Finance viewer"),
    ("accountant", "Accountant"),
    ("controller", "Controller"),
    ("support", "Support"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AlterField("staffmember", "role", models.CharField(choices=ROLES, max_length=20)),
        migrations.RunSQL(OVER, BACK),
    ]
