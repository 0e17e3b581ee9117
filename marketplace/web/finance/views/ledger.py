"""The books: balances, how each came to be, the journal, one entry."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount
from billing.ledger.periods import midnight
from billing.ledger.queries import (
    accounts_page,
    entries_page,
    entry_kinds,
    explain_balance,
    explain_by_kind,
    held_by,
    postings_of_kind,
    trials,
    with_postings,
)
from billing.stripe.queries import movement_of
from kit import clock
from marketplace.web.backoffice.roles import for_finance
from marketplace.web.backoffice.tables import (
    DayField,
    Filter,
    addresses,
    choice,
    csv_file,
    ends,
    every_row,
    link,
    major,
    pages,
    starts,
    wants_csv,
)
from marketplace.web.finance.references import Reference, references
from tenants.vendors.queries import named


class CodeFilter(Filter):
    code = forms.ChoiceField(choices=[("", ""), *AccountCode.choices])


@require_GET
@for_finance
def ledger(request: HttpRequest) -> HttpResponse:
    """The trial balance; with `?code=` the accounts of one code and what each holds."""
    if code := CodeFilter(request).chosen["code"]:
        page = accounts_page(code=code, cursor=request.GET.get("cursor"))
        held = held_by([account.id for account in page.rows])
        vendors, to_account = named(account.vendor_id for account in page.rows), addresses("finance:account")
        context: dict[str, Any] = {
            "code": code,
            "code_name": AccountCode(code).label.removesuffix("/v"),
            "rows": [
                {
                    "account": account,
                    "url": to_account(account.id),
                    "held_minor": held[account.id],
                    "vendor": vendors.get(account.vendor_id) if account.vendor_id else None,
                }
                for account in page.rows
            ],
            "trail": [{"label": "Balances", "url": reverse("finance:ledger")}, {"label": code}],
            **pages(request, page),
        }
        return render(request, "finance/accounts.html", context)
    return render(request, "finance/ledger.html", {"trials": trials()})


class KindFilter(Filter):
    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    since = DayField("From")
    until = DayField("Until")


@require_GET
@for_finance
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """How an account came to hold what it holds; with `?kind=` its postings by entries of that kind."""
    shown = _account(account_id)
    chosen = KindFilter(request).chosen
    if chosen["kind"]:
        return _of_kind(request, shown, chosen)
    page = explain_balance(shown, cursor=request.GET.get("cursor"))
    entries_shown = [step.posting.entry for step in page.steps]
    found, to_entry = references(entry.reference_id for entry in entries_shown), addresses("finance:entry")
    context = {
        **_heading(shown, "postings"),
        "page": page,
        "rows": [
            {"step": step, "entry": entry, "url": to_entry(entry.id), "reference": _about(entry, found)}
            for step, entry in zip(page.steps, entries_shown, strict=True)
        ],
        **pages(request, page),
    }
    return render(request, "finance/account.html", context)


@require_GET
@for_finance
def account_kinds(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """What each kind of entry did to an account within a span, this month when none is chosen."""
    shown, narrowed = _account(account_id), KindFilter(request)
    chosen = narrowed.chosen
    since = chosen["since"] or clock.today().replace(day=1)
    until = chosen["until"] or clock.today()
    opening, kinds, closing = explain_by_kind(shown, since=midnight(since), until=ends(until))
    postings = reverse("finance:account", args=[shown.id])
    context = {
        **_heading(shown, "kinds"),
        "filter": narrowed,
        "clear_url": request.path,
        "since": since,
        "until": until,
        "opening_minor": opening,
        "closing_minor": closing,
        "rows": [
            {"sum": each, "url": f"{postings}?{urlencode({'kind': each.kind, 'since': since, 'until': until})}"}
            for each in kinds
        ],
    }
    return render(request, "finance/account_kinds.html", context)


def _of_kind(request: HttpRequest, shown: LedgerAccount, chosen: dict[str, Any]) -> HttpResponse:
    kind = chosen["kind"]
    page = postings_of_kind(
        shown, kind, since=starts(chosen["since"]), until=ends(chosen["until"]), cursor=request.GET.get("cursor")
    )
    found, to_entry = references(posting.entry.reference_id for posting in page.rows), addresses("finance:entry")
    context = {
        **_heading(shown, "postings"),
        "kind": _kind_words(kind),
        "clear_url": request.path,
        "rows": [
            {
                "step": {"posting": posting},
                "entry": posting.entry,
                "url": to_entry(posting.entry_id),
                "reference": _about(posting.entry, found),
            }
            for posting in page.rows
        ],
        **pages(request, page),
    }
    return render(request, "finance/account.html", context)


def _account(account_id: UUID) -> LedgerAccount:
    shown = LedgerAccount.objects.filter(id=account_id).first()
    if shown is None:
        raise Http404("There is no such account.")
    return shown


def _heading(shown: LedgerAccount, current: str) -> dict[str, Any]:
    """What both pages of an account have above their table."""
    vendor = named([shown.vendor_id]).get(shown.vendor_id) if shown.vendor_id else None
    ways = (("postings", "Postings", "finance:account"), ("kinds", "By kind", "finance:account_kinds"))
    return {
        "account": shown,
        "name": shown.name,
        "vendor": vendor,
        "tabs": [
            {"label": label, "url": reverse(route, args=[shown.id]), "current": name == current}
            for name, label, route in ways
        ],
        "trail": [
            {"label": "Balances", "url": reverse("finance:ledger")},
            {"label": shown.code, "url": f"{reverse('finance:ledger')}?code={shown.code}"},
            {"label": vendor.name if vendor else "All"},
        ],
    }


def _about(entry: JournalEntry, found: dict[UUID, Reference]) -> Reference | None:
    return found.get(entry.reference_id) if entry.reference_id else None


class JournalFilter(Filter):
    q = forms.CharField(label="Source, e.g. txn:txn_1", max_length=120)
    kind = choice("Kind", [], everything="All kinds")
    reference = forms.UUIDField(widget=forms.HiddenInput)
    since = DayField("From")
    until = DayField("Until")

    def __init__(self, request: HttpRequest):
        super().__init__(request)
        self.fields["kind"].choices = [("", "All kinds"), *((kind, _kind_words(kind)) for kind in entry_kinds())]  # type: ignore[attr-defined]


def _kind_words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


@require_GET
@for_finance
def entries(request: HttpRequest) -> HttpResponseBase:
    """The journal, newest first; `?reference=` the id of an order, a vendor order or a payout."""
    narrowed = JournalFilter(request)
    chosen = narrowed.chosen
    query: dict[str, Any] = {
        "kind": chosen["kind"],
        "search": chosen["q"],
        "reference_id": chosen["reference"] or None,
        "since": starts(chosen["since"]),
        "until": ends(chosen["until"]),
    }
    if wants_csv(request):
        return csv_file("journal", CSV_HEADS, _csv_rows(query))
    page = entries_page(**query, cursor=request.GET.get("cursor"))
    found = references([*(entry.reference_id for entry in page.rows), query["reference_id"]])
    to = Addresses(addresses("finance:entry"), addresses("finance:account"), reverse("finance:ledger"))
    context = {
        "rows": [_shown(entry, found, to) for entry in page.rows],
        "about": found.get(query["reference_id"]) if query["reference_id"] else None,
        "filter": narrowed,
        "clear_url": link(request, q=None, kind=None, reference=None, since=None, until=None),
        **pages(request, page),
    }
    return render(request, "finance/entries.html", context)


class Addresses(NamedTuple):
    """Where the rows of a list lead."""

    entry: Callable[[UUID], str]
    account: Callable[[UUID], str]
    ledger: str


def _shown(entry: JournalEntry, found: dict[UUID, Reference], to: Addresses) -> dict[str, Any]:
    postings = list(entry.postings.all())
    return {
        "entry": entry,
        "url": to.entry(entry.id),
        "kind": _kind_words(entry.kind),
        "amount_minor": sum(posting.amount_minor for posting in postings if posting.amount_minor > 0),
        "currency": postings[0].currency if postings else "",
        "debits": _sides((posting.account for posting in postings if posting.amount_minor > 0), to),
        "credits": _sides((posting.account for posting in postings if posting.amount_minor < 0), to),
        "reference": _about(entry, found),
    }


def _sides(accounts: Iterable[LedgerAccount], to: Addresses) -> SafeString:
    """Links to each code once; of several vendors' accounts to them all."""
    by_code: dict[str, list[LedgerAccount]] = {}
    for account in accounts:
        by_code.setdefault(account.code, []).append(account)
    links = (
        (to.account(of_code[0].id), code)
        if len(of_code) == 1
        else (f"{to.ledger}?code={code}", f"{code} × {len(of_code)}")
        for code, of_code in by_code.items()
    )
    return format_html_join(", ", '<a class="plain-link" href="{}">{}</a>', links)


CSV_HEADS = (
    *("entry", "occurred", "posted", "kind", "source", "description", "reference"),
    *("account", "account_name", "vendor", "currency", "debit", "credit"),
)


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """A row a posting, so that the columns sum to zero."""
    for part in every_row(lambda **page: entries_page(**query, **page)):
        found = references(entry.reference_id for entry in part)
        vendors = named(posting.vendor_id for entry in part for posting in entry.postings.all())
        for entry in part:
            reference = _about(entry, found)
            for posting in entry.postings.all():
                amount = major(abs(posting.amount_minor), posting.currency)
                yield (
                    str(entry.id),
                    entry.occurred_at,
                    entry.posted_at,
                    entry.kind,
                    entry.source_key,
                    entry.description,
                    reference.label if reference else "",
                    posting.account.code,
                    AccountCode(posting.account.code).label.removesuffix("/v"),
                    vendors[posting.vendor_id].name if posting.vendor_id in vendors else "",
                    posting.currency,
                    amount if posting.amount_minor > 0 else "",
                    amount if posting.amount_minor < 0 else "",
                )


@require_GET
@for_finance
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry: its postings, what it is about, and the provider's movement it was made from."""
    found = with_postings(JournalEntry.objects.filter(id=entry_id)).first()
    if found is None:
        raise Http404("There is no such entry.")
    postings = sorted(found.postings.all(), key=lambda posting: (posting.amount_minor < 0, posting.account.code))
    vendors = named(posting.vendor_id for posting in postings)
    context = {
        "entry": found,
        "kind": _kind_words(found.kind),
        "postings": [
            {
                "posting": posting,
                "name": AccountCode(posting.account.code).label.removesuffix("/v"),
                "vendor": vendors.get(posting.vendor_id) if posting.vendor_id else None,
            }
            for posting in postings
        ],
        "debits_minor": sum(posting.amount_minor for posting in postings if posting.amount_minor > 0),
        "credits_minor": -sum(posting.amount_minor for posting in postings if posting.amount_minor < 0),
        "currency": postings[0].currency if postings else "",
        "reference": references([found.reference_id]).get(found.reference_id) if found.reference_id else None,
        "movement": movement_of(found.source_key),
        "reversals": list(found.reversals.order_by("id")),
        "trail": [{"label": "Journal", "url": reverse("finance:entries")}, {"label": found.source_key}],
    }
    return render(request, "finance/entry.html", context)
