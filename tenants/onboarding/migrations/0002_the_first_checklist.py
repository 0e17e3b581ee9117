"""What was asked before there was a checklist: a payout account, before anything is sold. The rest is there, and off."""

from django.db import migrations

# code and kind, title, explanation
STEPS = (
    ("terms", "Terms", "What you and the marketplace agree on."),
    ("profile", "Shop profile", "Your tagline and your story: customers read them before they buy."),
    ("address", "Address", "Where the business is established. It stands on what we invoice to you."),
    ("payout_account", "Payout account", "Who you are and where your money shall go, told to Stripe on its own pages."),
    ("products", "First products", "Published, so that there is something to look at when your shop opens."),
    ("review", "A last look", "We look at your shop as a customer would."),
)


def forward(apps, schema_editor):
    Step = apps.get_model("onboarding", "Step")
    for position, (code, title, explanation) in enumerate(STEPS, 1):
        is_asked = code == "payout_account"
        Step.objects.create(
            code=code,
            kind=code,
            title=title,
            explanation=explanation,
            position=position,
            is_on=is_asked,
            for_selling=is_asked or code in ("terms", "profile", "products", "review"),
            for_payout=is_asked or code == "address",
            minimum=3 if code == "products" else None,
        )


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_the_checklist")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
