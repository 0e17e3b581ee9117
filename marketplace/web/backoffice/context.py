"""What every page of the back office and the finance console shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from approvals.queries import waiting_count
from billing.disputes.queries import to_answer
from billing.reconciliation.queries import open_count
from kit.links import absolute_url
from marketplace.returns.shown import office_waiting
from marketplace.reviews.queries import reported
from marketplace.web.backoffice.roles import May, may
from observability.jobs import failing_count
from outbox.queries import failed_count
from tenants.isolation.queries import quarantined_walls
from tenants.vendors.queries import waiting_for_us


def office_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/backoffice.html` and `layouts/finance.html`."""
    staff = request.staff  # type: ignore[attr-defined]
    if staff is None:
        return {}
    match = request.resolver_match
    is_finance = match is not None and match.namespace == "finance"
    allowed = may(staff)
    return {
        "may": allowed,
        "nav": SimpleLazyObject(lambda: (_finance_nav if is_finance else _office_nav)(request.path, allowed)),
        "person": {"name": staff.user.name, "email": staff.user.email, "role": staff.get_role_display()},
        "environment": "Sandbox" if settings.STRIPE_API_BASE else "",
        "home_url": reverse("finance:home" if is_finance else "backoffice:home"),
        "sign_out_url": reverse("sign_out"),
        "search_url": reverse(_searched(is_finance, allowed)),
        "search_words": "" if allowed.see_orders else "Vendor, address, e-mail",
        "query": request.GET.get("q", ""),
        "switch_links": _other_faces(is_finance, allowed),
    }


def _searched(is_finance: bool, allowed: May) -> str:
    """The list that the head's search field looks through."""
    if is_finance:
        return "finance:payments"
    return "backoffice:orders" if allowed.see_orders else "backoffice:vendors"


def _other_faces(is_finance: bool, allowed: May) -> list[dict[str, str]]:
    links = [{"label": "Marketplace", "url": absolute_url("market", "/"), "icon": "store"}]
    if is_finance:
        links.insert(0, {"label": "Back office", "url": reverse("backoffice:home"), "icon": "building-2"})
    elif allowed.finance:
        links.insert(0, {"label": "Finance console", "url": reverse("finance:home"), "icon": "landmark"})
    return links


def _office_nav(path: str, allowed: May) -> list[dict[str, Any]]:
    items = [_item(path, "Home", "backoffice:home", "house", exact=True)]
    waiting = waiting_for_us() if allowed.moderate else 0
    items.append(_item(path, "Vendors", "backoffice:vendors", "store", count=waiting))
    if allowed.see_orders:
        items.append(_item(path, "Orders", "backoffice:orders", "shopping-bag"))
        waits = office_waiting()
        items.append(_item(path, "Refunds", "backoffice:refunds", "undo-2", count=waits.get("refunds", 0)))
        items.append(_item(path, "Claims", "backoffice:claims", "scale", count=waits.get("claims", 0)))
    if allowed.support or allowed.keep_books:
        items.append(_item(path, "Gift cards", "backoffice:gift_cards", "gift"))
    if allowed.support:
        items.append(_item(path, "Customers", "backoffice:customers", "users"))
        count = waits.get("messages", 0)
        items.append(_item(path, "Messages", "backoffice:threads", "message-square", count=count))
        items.append(_item(path, "Data requests", "backoffice:data_requests", "shield"))
        items.append(_item(path, "Mail", "backoffice:mail", "mail"))
    if allowed.administrate:
        items += [
            _item(path, "Commissions", "backoffice:commissions", "badge-percent", title="Rules"),
            _item(path, "Promotions", "backoffice:promotions", "tag"),
            _item(path, "Waiting rooms", "backoffice:waiting_rooms", "hourglass"),
            _item(path, "VAT rates", "backoffice:tax_rates", "percent"),
            _item(path, "Plans", "backoffice:plans", "layers"),
            _item(path, "Checklist", "backoffice:onboarding", "clipboard-list"),
        ]
    if allowed.moderate:
        items.append(_item(path, "Categories", "backoffice:categories", "tags"))
        # Whose work it is gets the count; an administrator's page asks for seven others already.
        waiting = 0 if allowed.administrate else reported()
        items.append(_item(path, "Reviews", "backoffice:reviews", "star", count=waiting))
    if allowed.administrate:
        items += [
            _item(path, "Fleet", "backoffice:fleet", "boxes", count=quarantined_walls(), title="Running it"),
            _item(path, "Team", "backoffice:team", "user"),
            _item(path, "Facts", "backoffice:facts", "zap", count=failed_count()),
            _item(path, "Audit", "backoffice:audit", "history"),
        ]
    if allowed.finance:
        items.append(_item(path, "Finance console", "finance:home", "landmark", title="Money"))
    return items


def _finance_nav(path: str, allowed: May) -> list[dict[str, Any]]:
    return [
        _item(path, "Overview", "finance:home", "layout-dashboard", exact=True),
        _item(path, "Reconciliation", "finance:reconciliation", "scale", count=open_count()),
        _item(path, "Approvals", "finance:approvals", "badge-check", count=waiting_count()),
        _item(path, "Payments", "finance:payments", "credit-card", title="Money in"),
        _item(path, "Bank", "finance:bank", "banknote"),
        _item(path, "Refunds", "finance:refunds", "undo-2"),
        _item(path, "Disputes", "finance:disputes", "shield-alert", count=to_answer()),
        _item(path, "Transfers", "finance:transfers", "send", title="Money out"),
        _item(path, "Hold rules", "finance:hold_rules", "lock"),
        _item(path, "Payouts", "finance:payouts", "landmark"),
        _item(path, "Credits", "finance:adjustments", "hand-coins"),
        _item(path, "Vendor debt", "finance:debts", "wallet"),
        _item(path, "Vendors", "finance:vendors", "store"),
        _item(path, "Balances", "finance:ledger", "book-open", exact=True, title="Books"),
        _item(path, "Journal", "finance:entries", "receipt-text"),
        _item(path, "Months", "finance:periods", "calendar"),
        _item(path, "Documents", "finance:documents", "file-text"),
        _item(path, "Exports", "finance:exports", "download"),
        _item(path, "Jobs", "finance:jobs", "activity", count=failing_count(), title="Running it"),
        _item(path, "Back office", "backoffice:home", "building-2", exact=True, title="Elsewhere"),
    ]


def _item(
    path: str, label: str, route: str, icon: str, *, count: int = 0, title: str = "", exact: bool = False
) -> dict[str, Any]:
    url = reverse(route)
    current = path == url if exact else path.startswith(url)
    return {"label": label, "url": url, "icon": icon, "count": count, "title": title, "current": current}
