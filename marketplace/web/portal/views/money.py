"""A vendor's money: where it is, what was transferred, what arrived in the bank, and the account behind it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from billing.bank_transfer.wishes import account_of, last_wish, want_account
from billing.ledger.models import AccountCode, LedgerAccount
from billing.ledger.queries import (
    AccountPage,
    PeriodPage,
    Step,
    balance,
    explain_to_vendor,
    period_to_vendor,
    vendor_account,
)
from billing.payouts import queries, wishes
from billing.payouts.hold_rules import covers_words, live_hold_rules, says_words
from billing.payouts.models import PayoutSchedule, PayoutState, Transfer, TransferState
from billing.payouts.owed import debts_page
from billing.payouts.ways import FILTERS, RULE_WORDS, credit_ways, ways_page
from kit.errors import SoukError
from kit.money import Money
from kit.pagination import Page
from marketplace.orders.models import VendorOrder
from marketplace.orders.queries import numbers_of
from marketplace.web.form_errors import put_error
from marketplace.web.portal import present
from marketplace.web.portal.flow import money_flow
from marketplace.web.portal.forms import BankAccountForm, DemandForm, ScheduleForm, major
from marketplace.web.portal.roles import DOES_MONEY, OWNS, SEES_MONEY, changes, edits, shows
from marketplace.web.portal.ways import shown_ways
from marketplace.web.spreadsheet import csv_response

CHUNK = 500
Listed = TypeVar("Listed", Page[Any], AccountPage | PeriodPage)
TRANSFER_TABS = (
    ("", "All"),
    (TransferState.HELD, "Held"),
    (TransferState.DUE, "Due"),
    (TransferState.DONE, "Transferred"),
    (TransferState.FAILED, "Failed"),
    (TransferState.CANCELED, "Not transferred"),
)
RULES = {name: label.lower() for name, label in RULE_WORDS.items()}
ENTRIES = {
    "sale": "Customer's payment",
    "commission": "Commission",
    "transfer": "Transferred to your balance",
    "refund_owed": "Refund to the customer",
    "transfer_reversed": "Taken back from your balance",
    "vendor_debt": "You owe it: kept from later earnings",
    "debt_netted": "Kept to pay what you owed",
    "dispute_held": "Held: the customer's bank disputes it",
    "dispute_released": "Released from a dispute",
}


@shows(*SEES_MONEY, visits=True)
def overview(request: HttpRequest) -> HttpResponse:
    vendor_id = _vendor_id(request)
    page = queries.transfers_page(vendor_id=vendor_id, size=8)
    payouts_ = queries.payouts_page(vendor_id=vendor_id, size=4)
    open_debts = debts_page(vendor_id=vendor_id, is_open=True, size=20).rows
    owed = -balance(AccountCode.VENDOR_PAYABLE, currency=settings.CURRENCY, vendor_id=vendor_id)
    return render(
        request,
        "portal/money.html",
        {
            "tabs": money_tabs(request),
            "flow": money_flow(vendor_id),
            "owed": Money(owed, settings.CURRENCY),
            "transfers": _transfers(vendor_id, page.rows),
            "payouts": _payouts(vendor_id, payouts_.rows),
            "hold_days": settings.HOLD_DAYS,
            "debts": open_debts,
            "debt": Money(sum(debt.left_minor for debt in open_debts), settings.CURRENCY),
        },
    )


@shows(*SEES_MONEY, visits=True)
def transfers(request: HttpRequest) -> HttpResponse:
    vendor_id = _vendor_id(request)
    page = queries.transfers_page(vendor_id=vendor_id, state=_state(request), cursor=request.GET.get("cursor"))
    counts = queries.vendor_transfer_counts(vendor_id)
    states = [(value, label, counts.get(value, 0) if value else None) for value, label in TRANSFER_TABS]
    return render(
        request,
        "portal/transfers.html",
        {
            "tabs": money_tabs(request),
            "states": present.tabs(request, states),
            "transfers": _transfers(vendor_id, page.rows),
            "pages": present.pages(request, page),
            "csv_query": request.GET.urlencode(),
        },
    )


@edits(SEES_MONEY, DOES_MONEY, visits=True)
def payouts(request: HttpRequest) -> HttpResponse:
    """What went to the bank; here the vendor says when it wants to be paid out, and asks for its balance now."""
    vendor_id = _vendor_id(request)
    asked = request.POST.get("want", "")
    known = wishes.schedule_of(vendor_id)
    schedule = ScheduleForm(request.POST if asked == "schedule" else None, initial=_schedule_initial(known))
    demand = DemandForm(request.POST if asked == "payout" else None, initial={"wish": uuid4(), "method": "standard"})
    if schedule.is_bound and schedule.is_valid():
        try:
            wishes.want_schedule(vendor_id=vendor_id, **schedule.cleaned_data)
        except SoukError as error:
            put_error(schedule, error)
        else:
            messages.success(request, "Your wish is being applied. It holds in a few seconds.")
            return redirect("portal:payouts")
    if demand.is_bound and demand.is_valid():
        try:
            wishes.want_payout(
                vendor_id=vendor_id,
                wish_id=demand.cleaned_data["wish"],
                amount_minor=demand.cleaned_data["amount_minor"],
                method=demand.cleaned_data["method"],
            )
        except SoukError as error:
            put_error(demand, error)
        else:
            messages.success(request, "The payout is being asked for. You see here what became of it.")
            return redirect("portal:payouts")
    return _payouts_page(request, known, schedule, demand)


@changes(*OWNS)
def bank_account(request: HttpRequest) -> HttpResponse:
    """An owner says where orders paid by bank transfer are paid out; the marketplace agrees before it is so."""
    vendor_id = _vendor_id(request)
    form = BankAccountForm(request.POST)
    if form.is_valid():
        try:
            want_account(
                vendor_id=vendor_id,
                wish_id=form.cleaned_data["wish"],
                holder=form.cleaned_data["holder"],
                iban=form.cleaned_data["iban"],
                by=request.member.user_id,  # type: ignore[attr-defined]
            )
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "The marketplace has been asked. Until it agrees you are paid as before.")
            return redirect("portal:payouts")
    known = wishes.schedule_of(vendor_id)
    unasked = ScheduleForm(None, initial=_schedule_initial(known))
    return _payouts_page(
        request, known, unasked, DemandForm(None, initial={"wish": uuid4(), "method": "standard"}), form
    )


def _payouts_page(
    request: HttpRequest,
    known: PayoutSchedule | None,
    schedule: ScheduleForm,
    demand: DemandForm,
    account: BankAccountForm | None = None,
) -> HttpResponse:
    vendor_id = _vendor_id(request)
    page = queries.payouts_page(vendor_id=vendor_id, cursor=request.GET.get("cursor"), size=25)
    by_bank = bool(settings.BANK_TRANSFER_IBAN)
    account = account or BankAccountForm(None, initial={"wish": uuid4()})
    return render(
        request,
        "portal/payouts.html",
        {
            "tabs": money_tabs(request),
            "payouts": _payouts(vendor_id, page.rows),
            "pages": present.pages(request, page),
            "schedule": known,
            "schedule_words": wishes.in_words(known),
            "schedule_form": schedule,
            "demand_form": demand,
            "wishes": wishes.wishes_of(vendor_id, size=5),
            "currency": settings.CURRENCY,
            "returned": any(row.state == PayoutState.FAILED for row in page.rows[:1]),
            "by_bank": by_bank,
            "bank_account": account_of(vendor_id) if by_bank else None,
            "account_wish": last_wish(vendor_id) if by_bank else None,
            "account_form": account,
        },
        status=422 if schedule.errors or demand.errors or account.errors else 200,
    )


def _schedule_initial(known: PayoutSchedule | None) -> dict[str, Any]:
    if known is None:
        return {"interval": "daily", "minimum_minor": ""}
    return {
        "interval": known.interval,
        "weekday": known.weekday,
        "month_day": known.month_day,
        "minimum_minor": major(known.minimum_minor or None, known.currency),
    }


@shows(*SEES_MONEY, visits=True)
def way(request: HttpRequest) -> HttpResponse:
    """ "Where is my money": each order's lines on their whole way to the bank, and what they wait for."""
    vendor_id = _vendor_id(request)
    where = request.GET.get("where", "")
    where = where if where in dict(FILTERS) else ""
    page = ways_page(vendor_id, where=where, cursor=request.GET.get("cursor"))
    links = [
        {
            "label": label,
            "url": f"{request.path}?where={value}" if value else request.path,
            "current": value == where,
            "count": None,
        }
        for value, label in FILTERS
    ]
    return render(
        request,
        "portal/way.html",
        {
            "tabs": money_tabs(request),
            "filters": links,
            "ways": shown_ways(vendor_id, page.rows),
            "credits": [] if request.GET.get("cursor") else credit_ways(vendor_id, where=where),
            **_pages(request, page),
        },
    )


def _pages(request: HttpRequest, page: Page[Any]) -> dict[str, Any]:
    return {"pages": present.pages(request, page)}


@shows(*SEES_MONEY, visits=True)
def hold_rules(request: HttpRequest) -> HttpResponse:
    """Which holds a sale will have, before it is made."""
    rows = [
        {"kind": RULE_WORDS[row.kind], "covers": covers_words(row), "says": says_words(row)}
        for row in live_hold_rules()
    ]
    return render(
        request, "portal/hold_rules.html", {"tabs": money_tabs(request), "rules": rows, "hold_days": settings.HOLD_DAYS}
    )


@shows(*SEES_MONEY, visits=True)
def ledger(request: HttpRequest) -> HttpResponse:
    vendor_id = _vendor_id(request)
    account = vendor_account(AccountCode.VENDOR_PAYABLE, vendor_id=vendor_id, currency=settings.CURRENCY)
    month = _month(request)
    cursor = request.GET.get("cursor")
    page: AccountPage | PeriodPage | None = None
    if account and month:
        page = period_to_vendor(account, since=month[0], until=month[1], cursor=cursor)
    elif account:
        page = explain_to_vendor(account, cursor=cursor)
    context: dict[str, Any] = {
        "tabs": money_tabs(request),
        "currency": settings.CURRENCY,
        "month": f"{month[0]:%Y-%m}" if month else "",
        "month_name": f"{month[0]:%B %Y}" if month else "",
        "csv_query": request.GET.urlencode(),
    }
    if page:
        context |= {
            "rows": _steps(vendor_id, page.steps),
            "opening_minor": -page.opening_minor,
            "closing_minor": -page.closing_minor,
            "pages": present.pages(request, page),  # type: ignore[arg-type]
        }
    return render(request, "portal/ledger.html", context)


# --- As CSV -------------------------------------------------------------------------------------------------


@shows(*SEES_MONEY, visits=True)
def transfers_csv(request: HttpRequest) -> HttpResponseBase:
    vendor_id, state = _vendor_id(request), _state(request)
    header = [
        "order",
        "amount",
        "currency",
        "state",
        "where",
        "explanation",
        "release_at",
        "transferred_at",
        "reversed",
    ]

    def rows() -> Iterator[list[Any]]:
        for page in _all(lambda at: queries.transfers_page(vendor_id=vendor_id, state=state, cursor=at, size=CHUNK)):
            orders = numbers_of(vendor_id, [row.reference_id for row in page.rows])
            for place in queries.places_of(page.rows):
                row = place.transfer
                yield [
                    _number(orders, row),
                    Money(row.amount_minor, row.currency).major,
                    row.currency,
                    row.get_state_display(),
                    place.place,
                    place.explanation,
                    row.release_at,
                    row.done_at,
                    Money(row.reversed_minor, row.currency).major,
                ]

    return csv_response("transfers.csv", header, rows())


@shows(*SEES_MONEY, visits=True)
def payouts_csv(request: HttpRequest) -> HttpResponseBase:
    vendor_id = _vendor_id(request)

    def rows() -> Iterator[list[Any]]:
        for page in _all(lambda at: queries.payouts_page(vendor_id=vendor_id, cursor=at, size=CHUNK)):
            for row in page.rows:
                yield [
                    row.provider_payout_id,
                    Money(row.amount_minor, row.currency).major,
                    row.currency,
                    row.get_state_display(),
                    row.created_at,
                    row.arrives_on,
                    row.failure_reason,
                ]

    return csv_response(
        "payouts.csv", ["payout", "amount", "currency", "state", "created_at", "arrives_on", "failure"], rows()
    )


@shows(*SEES_MONEY, visits=True)
def ledger_csv(request: HttpRequest) -> HttpResponseBase:
    vendor_id = _vendor_id(request)
    account = vendor_account(AccountCode.VENDOR_PAYABLE, vendor_id=vendor_id, currency=settings.CURRENCY)
    month = _month(request)

    def read(account: LedgerAccount, at: str | None) -> AccountPage | PeriodPage:
        if month:
            return period_to_vendor(account, since=month[0], until=month[1], cursor=at, size=CHUNK)
        return explain_to_vendor(account, cursor=at, size=CHUNK)

    def rows() -> Iterator[list[Any]]:
        if account is None:
            return
        for page in _all(lambda at: read(account, at)):
            for row in _steps(vendor_id, page.steps):
                yield [
                    row["at"],
                    row["words"],
                    row["order"].number if row["order"] else "",
                    Money(row["amount_minor"], account.currency).major,
                    Money(row["balance_minor"], account.currency).major,
                    account.currency,
                    Money(row["vat_minor"], account.currency).major,
                ]

    head = ["at", "what", "order", "amount", "balance", "currency", "vat_in_commission"]
    return csv_response("account.csv", head, rows())


# --- Their parts --------------------------------------------------------------------------------------------


def money_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Tabs of all pages about money."""
    routes = (
        ("money", "Overview"),
        ("money_way", "Where it is"),
        ("transfers", "Transfers"),
        ("payouts", "Payouts"),
        ("ledger", "Account"),
        ("documents_of_money", "Documents"),
        ("sales_invoices", "Invoices"),
        ("hold_rules", "Holds"),
    )
    urls = [(reverse(f"portal:{route}"), label) for route, label in routes]
    return [{"label": label, "url": url, "current": request.path == url, "count": None} for url, label in urls]


def _transfers(vendor_id: UUID, rows: list[Transfer]) -> list[dict[str, Any]]:
    orders = numbers_of(vendor_id, [row.reference_id for row in rows])
    return [
        {
            "number": _number(orders, place.transfer),
            "transfer": place.transfer,
            "status": {"In the bank": "settled", "Needs attention": "failed", "Not transferred": "voided"}.get(
                place.place, "held" if place.transfer.state == TransferState.HELD else "in_transit"
            ),
            "place": place.place,
            "explanation": place.explanation,
            "rule": RULES.get(place.transfer.hold_rule, place.transfer.hold_rule.replace("_", " ")),
            "url": reverse("portal:order", args=[place.transfer.reference_id]),
        }
        for place in queries.places_of(rows)
    ]


def _payouts(vendor_id: UUID, rows: list[Any]) -> list[dict[str, Any]]:
    words = {PayoutState.PAID: "settled", PayoutState.IN_TRANSIT: "in_transit", PayoutState.PENDING: "scheduled"}
    carried = queries.carried_by(rows)
    links = [link for each in carried.values() for link in each]
    orders = numbers_of(vendor_id, [link.transfer.reference_id for link in links])
    return [
        {
            "payout": row,
            "status": words.get(PayoutState(row.state), row.state),
            "carried": [
                {
                    "number": _number(orders, link.transfer),
                    "url": reverse("portal:order", args=[link.transfer.reference_id]),
                    "amount_minor": link.amount_minor,
                }
                for link in carried.get(row.id, [])
            ],
        }
        for row in rows
    ]


def _number(orders: dict[UUID, VendorOrder], transfer: Transfer) -> str:
    """What the vendor calls the order that a transfer is for."""
    part = orders.get(transfer.reference_id)
    return part.number if part else transfer.reference_number


def _steps(vendor_id: UUID, steps: list[Step]) -> list[dict[str, Any]]:
    """Postings in the vendor's eyes: what we owe it grows by a credit, so signs are turned around."""
    orders: dict[UUID, VendorOrder] = numbers_of(vendor_id, [step.posting.entry.reference_id for step in steps])
    shown = []
    for step in steps:
        entry = step.posting.entry
        words = ENTRIES.get(entry.kind, entry.description or entry.kind.replace("_", " ").capitalize())
        part = orders.get(entry.reference_id) if entry.reference_id else None
        has_vat = part is not None and entry.kind == "commission" and not entry.reverses_id
        shown.append(
            {
                "at": entry.occurred_at,
                "words": f"{words}, corrected" if entry.reverses_id else words,
                "order": part,
                "vat_minor": -part.commission_tax_minor if part and has_vat else 0,
                "amount_minor": -step.posting.amount_minor,
                "balance_minor": -step.balance_minor,
            }
        )
    return shown


def _all(fetch: Callable[[str | None], Listed]) -> Iterator[Listed]:
    """Every page of a keyset list, one after the other."""
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def _month(request: HttpRequest) -> tuple[datetime, datetime] | None:
    """The month of `?month=2026-11`, from its first instant until before the next one's; None for all of time."""
    try:
        since = datetime.strptime(request.GET.get("month", ""), "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    return since, (since + timedelta(days=32)).replace(day=1)


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in TransferState.values else ""


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]
