"""The first page: what needs a decision, and how the marketplace is doing."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.payments.queries import failed_refunds
from billing.payouts.models import TransferState
from billing.payouts.queries import transfer_counts
from billing.reconciliation.queries import open_count
from kit import clock
from marketplace.catalog.queries import visible_listings
from marketplace.orders.queries import Sales, sales_by_day
from marketplace.web.backoffice.roles import May, for_all, may, staff_of
from notifications.queries import failed_count as failed_mails
from outbox.queries import failed_count as failed_deliveries
from tenants.isolation.queries import quarantined_walls
from tenants.vendors.models import VendorState
from tenants.vendors.queries import state_counts, waiting_for_a_shop, waiting_for_us

DAYS = 14
WEEK = 7


@require_GET
@for_all
def home(request: HttpRequest) -> HttpResponse:
    allowed = may(staff_of(request))
    states = state_counts()
    context = {
        "decisions": list(_decisions(allowed, states)),
        "figures": _figures(states),
        **(_sales() if allowed.see_orders else {}),
    }
    return render(request, "backoffice/home.html", context)


def _decisions(allowed: May, states: dict[str, int]) -> Any:
    """What waits for somebody who may decide it: {icon, title, note, url}, nothing that counts zero."""
    vendors = reverse("backoffice:vendors")
    if allowed.moderate and (count := states.get(VendorState.APPLIED, 0)):
        yield _to_do(
            "clipboard-list",
            count,
            "vendor to approve",
            "vendors to approve",
            f"{vendors}?state=applied",
            "They wait for your answer",
        )
    if allowed.moderate and (count := waiting_for_us() - states.get(VendorState.APPLIED, 0)):
        yield _to_do(
            "eye",
            count,
            "vendor with a step to look at",
            "vendors with steps to look at",
            f"{vendors}?waits=us",
            "They did their part of the checklist",
        )
    if allowed.administrate and (count := waiting_for_a_shop()):
        yield _to_do(
            "hourglass",
            count,
            "vendor without a shop",
            "vendors without a shop",
            f"{vendors}?state=onboarding",
            "The builder makes more; look again if this stays",
        )
    if allowed.finance and (count := open_count()):
        yield _to_do(
            "scale",
            count,
            "difference to explain",
            "differences to explain",
            reverse("finance:reconciliation"),
            "Orders, books and provider do not agree",
        )
    if allowed.finance and (count := transfer_counts().get(TransferState.FAILED, 0)):
        yield _to_do(
            "send",
            count,
            "transfer refused",
            "transfers refused",
            f"{reverse('finance:transfers')}?state=failed",
            "Read why, then send again",
        )
    if allowed.finance and (count := failed_refunds()):
        yield _to_do(
            "undo-2",
            count,
            "refund failed",
            "refunds failed",
            f"{reverse('finance:refunds')}?state=failed",
            "Customers wait for their money",
        )
    if allowed.administrate and (count := quarantined_walls()):
        yield _to_do(
            "shield-alert",
            count,
            "shop quarantined",
            "shops quarantined",
            f"{reverse('backoffice:fleet')}?state=quarantined",
            "Closed to customers until it is mended",
        )
    if allowed.administrate and (count := failed_deliveries()):
        yield _to_do(
            "zap",
            count,
            "delivery given up",
            "deliveries given up",
            reverse("backoffice:facts"),
            "A listener failed twenty times",
        )
    if allowed.support and (count := failed_mails()):
        yield _to_do(
            "mail",
            count,
            "message not sent",
            "messages not sent",
            f"{reverse('backoffice:mail')}?state=failed",
            "The mail server refused them",
        )


def _to_do(icon: str, count: int, one: str, many: str, url: str, note: str) -> dict[str, Any]:
    return {"icon": icon, "title": f"{count} {one if count == 1 else many}", "note": note, "url": url}


def _figures(states: dict[str, int]) -> list[dict[str, Any]]:
    vendors = reverse("backoffice:vendors")
    return [
        {
            "label": "Vendors selling",
            "value": states.get(VendorState.ACTIVE, 0),
            "url": f"{vendors}?state=active",
            "icon": "store",
            "note": f"{states.get(VendorState.ONBOARDING, 0)} getting ready",
        },
        {"label": "Listings to buy", "value": f"{visible_listings():,}", "icon": "tag", "note": "in the catalogue"},
    ]


def _sales() -> dict[str, Any]:
    """Today, this week against the week before, and a point a day for the chart."""
    today = clock.today()
    first = today - timedelta(days=DAYS - 1)
    found = sales_by_day(currency=settings.CURRENCY, since=datetime.combine(first, time.min, UTC))
    days = [(first + timedelta(days=n), found.get(first + timedelta(days=n), Sales())) for n in range(DAYS)]
    week, before = days[-WEEK:], days[:-WEEK]
    orders, orders_before = sum(sales.orders for _, sales in week), sum(sales.orders for _, sales in before)
    gross, gross_before = sum(sales.gross_minor for _, sales in week), sum(sales.gross_minor for _, sales in before)
    return {
        "currency": settings.CURRENCY,
        "today": days[-1][1],
        "week_orders": orders,
        "week_orders_delta": _percent(orders, orders_before),
        "week_gross_minor": gross,
        "week_gross_delta": _percent(gross, gross_before),
        "days": [(f"{day:%-d %b}", sales.gross_minor) for day, sales in days],
    }


def _percent(now: int, before: int) -> int | None:
    """By how many percent more than before; None when there is nothing to compare with."""
    return round(100 * (now - before) / before) if before else None
