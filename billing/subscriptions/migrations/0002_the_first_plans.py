"""The plans there are on the first day. The office changes them; Stripe is told of them by a sweep."""

from django.db import migrations

PLANS = [
    # code, name, description, products, staff, warehouses, api, domain, monthly, yearly, trial days
    ("start", "Start", "Everything you need to begin", 250, 2, 1, False, False, None, None, 0),
    ("growth", "Growth", "For shops with a team and systems of their own", 1000, 10, 3, True, False, 2900, 29000, 14),
    ("scale", "Scale", "No limits, and a domain of your own", None, None, None, True, True, 9900, 99000, 0),
]


def make(apps, schema_editor):
    plan, price = apps.get_model("subscriptions", "Plan"), apps.get_model("subscriptions", "PlanPrice")
    for position, (code, name, words, products, staff, warehouses, api, domain, month, year, trial) in enumerate(PLANS):
        made = plan.objects.create(
            code=code,
            name=name,
            description=words,
            position=position,
            products_limit=products,
            staff_limit=staff,
            warehouses_limit=warehouses,
            has_api=api,
            has_custom_domain=domain,
        )
        for interval, amount in (("month", month), ("year", year)):
            if amount:
                price.objects.create(
                    plan=made, interval=interval, amount_minor=amount, currency="EUR", trial_days=trial
                )


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
