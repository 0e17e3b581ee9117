"""Vendors: found, seen whole, approved or rejected."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from audit.queries import entries_of_vendor
from billing.ledger.models import AccountCode
from billing.ledger.queries import balances, vendor_balances
from billing.payouts.queries import vendor_money
from billing.stripe.checklists import checklist, checklists
from billing.stripe.models import ConnectedAccount
from billing.stripe.queries import account_of
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.links import absolute_url
from marketplace.catalog.queries import shop_overview
from marketplace.orders.queries import Sales, sales_of_vendors
from marketplace.web.backoffice.forms import (
    ClosingForm,
    LiftingForm,
    RejectionForm,
    SuspensionForm,
    VisitForm,
    add_refusal,
)
from marketplace.web.backoffice.roles import May, for_administrators, for_all, for_moderators, may, staff_of
from marketplace.web.backoffice.tables import (
    Filter,
    choice,
    csv_file,
    every_row,
    link,
    major,
    pages,
    tabs,
    wants_csv,
)
from marketplace.web.backoffice.views.audit import told
from marketplace.web.life import named_by, timeline
from tenants.isolation.queries import newest_version, wall_of
from tenants.onboarding.checklist import LATER, PLATFORM, PROVIDER, VENDOR, Checklist
from tenants.onboarding.models import Event, EventName
from tenants.onboarding.queries import events_of
from tenants.vendors.actions import approve_vendor, reject_vendor
from tenants.vendors.fleet import exports_of
from tenants.vendors.leaving import MAY_LEAVE, begin_closing, close_vendor, obstacles_to_closing, reopen_vendor
from tenants.vendors.lifecycle import TRANSITIONS, life_of
from tenants.vendors.models import Vendor, VendorState
from tenants.vendors.queries import countries, members_of, state_counts, vendors_page
from tenants.vendors.vacation import away_words
from tenants.vendors.visits import NO_PORTAL, visits_to


class VendorFilter(Filter):
    q = forms.CharField(label="Name, address or e-mail")
    state = forms.ChoiceField(choices=[("", "All"), *VendorState.choices], widget=forms.HiddenInput)
    country = choice("Country", [], everything="All countries")
    waits = choice("Waits for", [("us", "Waiting for us")], everything="Waiting for anybody")

    def __init__(self, request: HttpRequest):
        super().__init__(request)
        self.fields["country"].choices = [("", "All countries"), *((code, code) for code in countries())]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class VendorRow:
    """A vendor in the list; `owed_minor` is what we owe it (negative: it owes us), `next` what happens now."""

    vendor: Vendor
    sales: Sales
    owed_minor: int
    next: str


@require_GET
@for_all
def vendors(request: HttpRequest) -> HttpResponseBase:
    narrowed = VendorFilter(request)
    chosen = narrowed.chosen
    query = {
        "state": chosen["state"],
        "search": chosen["q"],
        "country": chosen["country"],
        "waits_for_us": chosen["waits"] == "us",
    }
    with_money = may(staff_of(request)).see_orders
    if wants_csv(request):
        heads = (*CSV_HEADS, *CSV_MONEY) if with_money else CSV_HEADS
        return csv_file("vendors", heads, (row[: len(heads)] for row in _csv_rows(query)))
    page = vendors_page(**query, cursor=request.GET.get("cursor"))
    counts = state_counts()
    states = [(state.value, state.label, counts.get(state, 0)) for state in VendorState]
    context = {
        "rows": _rows(page.rows),
        "filter": narrowed,
        "currency": settings.CURRENCY,
        "columns": COLUMNS + MONEY_COLUMNS if with_money else COLUMNS,
        "tabs": tabs(request, "state", [("", "All", sum(counts.values())), *states]),
        "clear_url": link(request, q=None, country=None, waits=None),
        **pages(request, page),
    }
    return render(request, "backoffice/vendors.html", context)


def _rows(found: Sequence[Vendor]) -> list[VendorRow]:
    ids = [vendor.id for vendor in found]
    sales = sales_of_vendors(ids, currency=settings.CURRENCY)
    owed = vendor_balances(ids, code=AccountCode.VENDOR_PAYABLE, currency=settings.CURRENCY)
    asked = checklists(found)
    return [
        VendorRow(vendor, sales[vendor.id], -owed[vendor.id], next_step(vendor, asked[vendor.id])) for vendor in found
    ]


WHO = {VENDOR: "Vendor", PLATFORM: "We", PROVIDER: "Stripe"}


def next_step(vendor: Vendor, asked: Checklist) -> str:
    """Who has to do what next, in a few words: we first, then the vendor, then Stripe."""
    if vendor.state == VendorState.APPLIED:
        return "We: decide on the application"
    if vendor.state == VendorState.ONBOARDING and not vendor.schema_name:
        return "We: the shop is being made"
    if vendor.out_of_service_at is not None:
        return "We: the shop is out of service"
    turns = {who: [item for item in asked.open if item.who == who and item.state != LATER] for who in WHO}
    for who in (PLATFORM, VENDOR, PROVIDER):
        if items := turns[who]:
            more = f", and {len(items) - 1} more" if len(items) > 1 else ""
            return f"{WHO[who]}: {items[0].title}, {items[0].what[0].lower()}{items[0].what[1:]}{more}"
    if vendor.state == VendorState.ACTIVE and vendor.payouts_ready_at is None:
        return "Vendor: sells, and cannot be paid"
    return ""


COLUMNS, MONEY_COLUMNS = "Vendor, Country, State, Next, Applied", ", Orders:num, Sold:num, We owe:num, Last order"
CSV_HEADS = ("vendor", "address", "state", "country", "email", "applied", "activated")
CSV_MONEY = ("orders", "sales", "owed")


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: vendors_page(**query, **page)):
        for row in _rows(part):
            vendor = row.vendor
            yield (
                vendor.name,
                vendor.slug,
                vendor.state,
                vendor.country,
                vendor.email,
                vendor.applied_at,
                vendor.activated_at,
                row.sales.orders,
                major(row.sales.gross_minor, vendor.currency),
                major(row.owed_minor, vendor.currency),
            )


@require_GET
@for_all
def vendor(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """All about a vendor. While its shop is being made, the page looks again by itself."""
    return vendor_page(request, vendor_or_404(vendor_id))


def vendor_or_404(vendor_id: UUID) -> Vendor:
    found = Vendor.objects.filter(id=vendor_id).first()
    if found is None:
        raise Http404("There is no such vendor.")
    return found


def vendor_page(
    request: HttpRequest,
    found: Vendor,
    rejection_form: forms.Form | None = None,
    status: int = 200,
    closing_form: forms.Form | None = None,
    visit_form: forms.Form | None = None,
    suspension_form: forms.Form | None = None,
    lifting_form: forms.Form | None = None,
) -> HttpResponse:
    """All about a vendor, with whichever form was sent and refused."""
    account = account_of(found.id)
    with_money = may(staff_of(request)).see_orders
    books = balances(vendor_id=found.id)
    events = list(events_of(found))
    asked = checklist(found, events=events)
    life, places = life_of(found), _places(found, may(staff_of(request)))
    context = {
        "vendor": found,
        "rejection": rejection_form or RejectionForm(),
        "suspension": suspension_form or SuspensionForm(),
        "lifting": lifting_form or LiftingForm(),
        "may_suspend": found.state in TRANSITIONS["suspended"].begins,
        "away": away_words(found.away_until) if found.is_away(clock.now()) else "",
        "events": timeline(life, named_by(names_of(event.actor_id for event in life))),
        "visit_form": visit_form or VisitForm(),
        "visits": visits_to(found, 5),
        "may_visit": found.state not in NO_PORTAL and found.is_reachable,
        "closing": closing_form or ClosingForm(),
        "may_leave": found.state in MAY_LEAVE,
        "obstacles": [{"words": each, "url": places.get(each.about, "")} for each in obstacles_to_closing(found)]
        if found.state == VendorState.CLOSING
        else [],
        "export": exports_of([found.id]).get(found.id),
        "waits_for_shop": found.state == VendorState.ONBOARDING and not found.schema_name,
        "next_step": next_step(found, asked),
        **_on_the_way(found, asked, events),
        "profile": _profile(found),
        "history": told(entries_of_vendor(found.id, action="" if with_money else "vendor.", size=20).rows),
        "people": list(members_of(found)),
        "domains": list(found.domains.order_by("-is_primary", "host")),
        "wall": wall_of(found.id),
        "wall_version": newest_version(),
        "account": account,
        "requirements": _requirements(account),
        "sales": sales_of_vendors([found.id], currency=found.currency)[found.id],
        "money": vendor_money(found.id, found.currency),
        "books": books,
        "owed_minor": -sum(book.amount_minor for book in books if book.code == AccountCode.VENDOR_PAYABLE),
        "shop": shop_overview(found) if found.is_reachable else None,
        "shop_url": absolute_url("shop", "/", vendor=found.slug) if found.may_sell else "",
        "trail": [{"label": "Vendors", "url": reverse("backoffice:vendors")}, {"label": found.name}],
    }
    return render(request, "backoffice/vendor.html", context, status=status)


def _on_the_way(found: Vendor, asked: Checklist, events: list[Event]) -> dict[str, Any]:
    """The checklist with what staff may decide of it, and its history."""
    names = names_of({event.actor_id for event in events if event.actor_id and event.actor_kind == "staff"})
    people = {member.user_id: str(member) for member in found.members.all()}
    titles = {item.code: item.title for item in asked.items}
    papers = {event.document_id: event.document for event in events if event.document_id}

    def who(actor_id: UUID | None) -> str:
        return (names.get(actor_id) or people.get(actor_id, "")) if actor_id else ""

    return {
        "checklist": [
            {
                "item": item,
                "who": WHO.get(item.who, ""),
                "by": who(item.by),
                "paper": papers.get(item.document_id) if item.document_id else None,
            }
            for item in asked.items
        ],
        "waits_for_vendor": any(item.who == VENDOR for item in asked.open),
        "timeline": [
            {
                "title": ": ".join(filter(None, [titles.get(event.step, event.step), event.get_name_display()])),
                "at": event.at,
                "note": ". ".join(filter(None, [who(event.actor_id), event.reason])),
                "icon": EVENT_ICONS.get(event.name, "circle"),
                "tone": EVENT_TONES.get(event.name, ""),
            }
            for event in reversed(events)
        ],
    }


EVENT_ICONS: dict[str, str] = {
    EventName.ACCEPTED: "check",
    EventName.REJECTED: "undo-2",
    EventName.WAIVED: "check",
    EventName.DOCUMENT_SENT: "file-text",
    EventName.REMINDED: "mail",
    EventName.SELLING_CLOSED: "lock",
    EventName.PAYOUTS_CLOSED: "lock",
}
EVENT_TONES: dict[str, str] = {
    EventName.ACCEPTED: "good",
    EventName.SELLING_OPENED: "good",
    EventName.PAYOUTS_OPENED: "good",
    EventName.REJECTED: "bad",
    EventName.SELLING_CLOSED: "bad",
    EventName.PAYOUTS_CLOSED: "bad",
    EventName.WAIVED: "warn",
}


def _places(found: Vendor, allowed: May) -> dict[str, str]:
    """Where staff of this role see what is open of a vendor."""
    places: dict[str, str] = {}
    if allowed.see_orders:
        places |= {
            "orders": f"{reverse('backoffice:orders')}?vendor={found.slug}",
            "refunds": reverse("backoffice:refunds"),
        }
    if allowed.finance:
        vendor = f"?vendor={found.slug}"
        places |= {"disputes": reverse("finance:disputes"), "money": f"{reverse('finance:transfers')}{vendor}"}
    return places


def _profile(found: Vendor) -> list[dict[str, str]]:
    facts = (
        ("Legal name", found.legal_name),
        ("VAT number", found.vat_id),
        ("Established at", ", ".join([*found.postal_address, found.country])),
        ("E-mail", found.email),
        ("Address", found.slug),
        ("Tagline", found.tagline),
    )
    return [{"label": label, "value": value or "—"} for label, value in facts]


def _requirements(account: ConnectedAccount | None) -> list[dict[str, str]]:
    """What the provider still asks for, in words: "identity.business_details" is "Business details"."""
    return [
        {
            "label": str(entry.get("description", "")).rsplit(".", 1)[-1].replace("_", " ").capitalize(),
            "value": str(entry.get("status", "")).replace("_", " "),
        }
        for entry in (account.requirements_due if account else [])
    ]


@require_POST
@for_moderators
def approval(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found = vendor_or_404(vendor_id)
    try:
        approved = approve_vendor(vendor=found, by=staff_of(request).user_id)
    except (Conflict, InvalidInput) as refused:
        messages.error(request, str(refused))
    else:
        made = "The shop is open." if approved.schema_name else "The shop is being made."
        messages.success(request, f"{approved.name} is approved. {made}")
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))


def decided(
    request: HttpRequest, found: Vendor, form: forms.Form, *, named: str, act: Callable[..., object], words: str
) -> HttpResponse:
    """Do to a vendor what a form with a reason asks; back to its page, with the form (`named`) where it was refused."""
    refused_page = partial(vendor_page, request, found, status=422, **{named: form})
    if not form.is_valid():
        return refused_page()
    try:
        act(vendor=found, by=staff_of(request).user_id, reason=form.cleaned_data["reason"])
    except InvalidInput as refused:
        add_refusal(form, refused)
        return refused_page()
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))


@require_POST
@for_moderators
def rejection(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found, form = vendor_or_404(vendor_id), RejectionForm(request.POST)
    words = f"{found.name} is turned down and gets a mail with the reason."
    return decided(request, found, form, named="rejection_form", act=reject_vendor, words=words)


@require_POST
@for_administrators
def closing(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """End selling; what is open is still to be finished."""
    found, form = vendor_or_404(vendor_id), ClosingForm(request.POST)
    words = f"{found.name} sells no more, and gets a mail with the reason."
    return decided(request, found, form, named="closing_form", act=begin_closing, words=words)


@require_POST
@for_administrators
def closure(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Close a vendor of which nothing is open and whose shop is exported."""
    found = vendor_or_404(vendor_id)
    try:
        close_vendor(vendor=found, by=staff_of(request).user_id)
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.name} is closed. Its shop is kept for {settings.CLOSED_SHOP_DAYS} days.")
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))


@require_POST
@for_administrators
def reopening(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Take a closing or closed vendor back."""
    found = vendor_or_404(vendor_id)
    try:
        back = reopen_vendor(vendor=found, by=staff_of(request).user_id)
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{back.name} is back.")
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))
