"""What banks kept before the shares said so, and payments whose disputes are all decided: refundable again for the rest."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Sum


def note_what_was_lost(apps, schema_editor):
    slices = apps.get_model("disputes", "DisputeSlice").objects.filter(
        dispute__state="lost",
        dispute__borne_by="platform",
        dispute__reinstated_minor__lt=F("dispute__withdrawn_minor"),
        version=F("dispute__version"),
    )
    shares = apps.get_model("payments", "PaymentShare").objects
    for share_id, lost in slices.order_by().values_list("share_id").annotate(Sum("amount_minor")):
        share = shares.get(id=share_id)
        share.platform_lost_minor = min(lost, share.gross_minor - share.refunded_minor - share.disputed_minor)
        share.save(update_fields=["platform_lost_minor"])
    final = ("won", "lost", "warning_closed", "prevented")
    asking = apps.get_model("disputes", "Dispute").objects.filter(payment=OuterRef("pk"), is_refundable=False)
    apps.get_model("payments", "Payment").objects.filter(
        ~Exists(asking.exclude(state__in=final)), refunds_blocked_at__isnull=False
    ).update(refunds_blocked_at=None)


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_disputes"), ("payments", "0008_what_the_platform_lost")]

    operations = [migrations.RunPython(note_what_was_lost, migrations.RunPython.noop)]
