"""A vendor's plan as the vendor API gives it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from billing.subscriptions.models import SubscriptionInvoice, VendorSubscription
from billing.subscriptions.queries import Banner
from billing.subscriptions.standing import grace_ends_at
from marketplace.web.usage import Used
from tenants.vendors.entitlements import Allowed


def plan(
    allowed: Allowed, usage: Iterable[Used], going: VendorSubscription | None, banner: Banner | None
) -> dict[str, Any]:
    return {
        "code": allowed.plan_code,
        "name": allowed.plan_name,
        "usage": [{"counted": line.kind, "used": line.used, "limit": line.limit} for line in usage],
        "has_api": allowed.has_api,
        "has_custom_domain": allowed.has_custom_domain,
        "subscription": subscription(going) if going else None,
        "notice": {"severity": banner.kind, "title": banner.title, "text": banner.text} if banner else None,
    }


def subscription(row: VendorSubscription) -> dict[str, Any]:
    return {
        "state": row.status,
        "interval": row.price.interval,
        "price_minor": row.price.amount_minor,
        "currency": row.price.currency,
        "period_starts_at": row.period_start,
        "period_ends_at": row.period_end,
        "trial_ends_at": row.trial_end,
        "ends_at": row.cancels_at,
        "pay_by": grace_ends_at(row),
    }


def lines(invoice: SubscriptionInvoice) -> list[dict[str, Any]]:
    return [
        {
            "description": line["description"],
            "net_minor": line["net_minor"],
            "starts_at": datetime.fromtimestamp(line["start"], UTC),
            "ends_at": datetime.fromtimestamp(line["end"], UTC),
            "is_proration": line["proration"],
        }
        for line in invoice.lines
    ]
