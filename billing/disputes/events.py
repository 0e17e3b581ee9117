"""What vendors hear of disputes by mail, and finance of debts."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.disputes.models import TO_ANSWER, Dispute, DisputeAnswer
from billing.disputes.queries import slices_of
from billing.payouts.debts import limit_of
from billing.payouts.owed import owed_by
from kit import clock
from kit.links import absolute_url
from kit.money import Money
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors.models import Vendor

REMIND_BEFORE = timedelta(days=3)


def mail_vendors(fact: Fact) -> None:
    """`dispute.opened` and `dispute.closed`, after commit: tell every vendor whose part it concerns, once."""
    dispute = Dispute.objects.get(id=UUID(fact.payload["dispute"]))
    _mail(dispute, "dispute_closed" if dispute.is_final else "dispute_opened", f"{dispute.state}:{dispute.version}")


def remind() -> int:
    """Remind vendors that have not handed in an answer, three days before it must be there; gives how many disputes."""
    due = Dispute.objects.filter(
        state__in=TO_ANSWER,
        submitted_at__isnull=True,
        reminded_at__isnull=True,
        evidence_due_at__gt=clock.now(),
        evidence_due_at__lte=clock.now() + REMIND_BEFORE,
    )
    rows = list(due.order_by("evidence_due_at")[:100])
    for dispute in rows:
        with transaction.atomic():
            answered = DisputeAnswer.objects.filter(dispute=dispute, handed_in_at__isnull=False)
            _mail(dispute, "dispute_reminder", "reminder", but=set(answered.values_list("vendor_id", flat=True)))
            Dispute.objects.filter(id=dispute.id).update(reminded_at=clock.now())
    return len(rows)


def _mail(dispute: Dispute, template: str, key: str, *, but: set[UUID] | None = None) -> None:
    parts = [part for part in slices_of([dispute]).get(dispute.id, []) if part.vendor_id not in (but or set())]
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in parts])
    for part in parts:
        vendor = vendors[part.vendor_id]
        send(
            f"dispute:{dispute.id}:{vendor.id}:{key}",
            template,
            vendor.email,
            {
                "vendor_name": vendor.name,
                "order_number": dispute.reference_number,
                "reason_given": dispute.reason.replace("_", " "),
                "amount": str(Money(part.amount_minor, part.currency)),
                "is_won": dispute.state == "won",
                "is_lost": dispute.state == "lost",
                "due": f"{dispute.evidence_due_at:%-d %B %Y, %H:%M} UTC" if dispute.evidence_due_at else "",
                "action_url": absolute_url("portal", f"/disputes/{dispute.id}/", vendor.slug),
                "action_label": "Open the dispute",
            },
            vendor_id=vendor.id,
        )


def tell_finance(fact: Fact) -> None:
    """`debt.made`, after commit: a vendor that owes more than it may is told to finance, once for each debt."""
    assert fact.vendor_id is not None
    owed, limit = owed_by(fact.vendor_id, settings.CURRENCY), limit_of(fact.vendor_id, settings.CURRENCY)
    if owed > limit and settings.FINANCE_EMAIL:
        vendor = Vendor.objects.get(id=fact.vendor_id)
        send(
            f"debt_limit:{fact.payload['debt']}",
            "debt_limit",
            settings.FINANCE_EMAIL,
            {
                "vendor_name": vendor.name,
                "owed": str(Money(owed, settings.CURRENCY)),
                "limit": str(Money(limit, settings.CURRENCY)),
                "action_url": absolute_url("office", f"/finance/debts/?vendor={vendor.id}"),
                "action_label": "See its debts",
            },
        )
