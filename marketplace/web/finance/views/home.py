"""Where all the money is, what came in this month, and whether everything agrees."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.ledger.models import AccountCode
from billing.ledger.queries import balances, moved, moved_by_day, sold, total_of, trials
from billing.payments.queries import failed_refunds
from billing.payouts.models import TransferState
from billing.payouts.queries import MoneyOut, money_out, transfer_counts
from billing.reconciliation.models import ReconciliationRun
from billing.reconciliation.queries import latest_run, open_count, open_exceptions
from kit import clock
from kit.money import Money
from marketplace.web.backoffice.roles import for_finance
from marketplace.web.finance.matching import verdict
from observability.jobs import failing_count

CHART_DAYS = 30
FEES = (AccountCode.STRIPE_PROCESSING, AccountCode.DISPUTE_FEES, AccountCode.PAYOUT_FEES)


@require_GET
@for_finance
def home(request: HttpRequest) -> HttpResponse:
    currency = settings.CURRENCY
    out, differences, run = money_out(currency), open_count(), latest_run()
    payable = [book.amount_minor for book in balances(code=AccountCode.VENDOR_PAYABLE) if book.currency == currency]
    owed = -sum(amount for amount in payable if amount < 0)
    debt = sum(amount for amount in payable if amount > 0) + total_of(AccountCode.VENDOR_RECEIVABLE, currency=currency)
    context = {
        "verdict": verdict(run, differences),
        "exceptions": list(open_exceptions()[:5]),
        "flow": _flow(out, currency),
        "figures": _figures(owed, debt, out, differences, currency),
        "month": f"{clock.today():%B %Y}",
        "currency": currency,
        "ties": _ties(run, currency),
        **_month(currency),
    }
    return render(request, "finance/home.html", context)


def _flow(out: MoneyOut, currency: str) -> list[dict[str, Any]]:
    """Vendors' earnings, from paid to in the bank."""
    transfers, payouts = reverse("finance:transfers"), reverse("finance:payouts")
    steps = (
        ("Held", out.held_minor, "until delivery and the days after", f"{transfers}?state=held", "lock"),
        ("In transit", out.in_transit_minor, "sent, or in vendors' balances", transfers, "send"),
        ("On the way to banks", out.traveling_minor, "in payouts", payouts, "hourglass"),
        ("In the bank", out.in_the_bank_minor, "as the provider tells it", f"{payouts}?state=paid", "landmark"),
    )
    return [
        {"label": label, "amount_minor": amount, "currency": currency, "note": note, "url": url, "icon": icon}
        for label, amount, note, url, icon in steps
    ]


def _ties(run: ReconciliationRun | None, currency: str) -> list[dict[str, Any]]:
    """What must agree: debits and credits now; and, at the last match, our balance by the books and at the provider."""
    found = [trial for trial in trials() if trial.currency == currency]
    debits = found[0].debits_minor if found else 0
    credits = found[0].credits_minor if found else 0
    ties = [{"what": "Debits and credits", "one_minor": debits, "other_minor": credits}]
    sides = run.totals.get(currency, {}) if run else {}
    books, provider = sides.get("ledger", {}), sides.get("provider", {})
    if "available" in provider:
        ties.append(
            {
                "what": "Our balance, by the books and at the provider",
                "one_minor": books.get("pending", 0) + books.get("available", 0),
                "other_minor": provider.get("pending", 0) + provider["available"],
            }
        )
    return ties


def _figures(owed: int, debt: int, out: MoneyOut, differences: int, currency: str) -> list[dict[str, Any]]:
    refused, refunds = transfer_counts().get(TransferState.FAILED, 0), failed_refunds()
    return [
        {
            "label": "Owed to vendors",
            "value": _words(owed, currency),
            "note": _owed_note(owed, out, currency),
            "icon": "hand-coins",
            "url": f"{reverse('finance:ledger')}?code={AccountCode.VENDOR_PAYABLE}",
        },
        {
            "label": "Vendors' debt",
            "value": _words(debt, currency),
            "note": "to be settled with them" if debt else "nobody owes us",
            "icon": "circle-alert",
            "url": reverse("finance:vendors"),
        },
        {
            "label": "Refused transfers",
            "value": str(refused),
            "note": "read why, send again" if refused else "none",
            "icon": "send",
            "url": f"{reverse('finance:transfers')}?state=failed",
        },
        {
            "label": "Failed refunds",
            "value": str(refunds),
            "note": "customers wait for their money" if refunds else "none",
            "icon": "undo-2",
            "url": f"{reverse('finance:refunds')}?state=failed",
        },
        {
            "label": "Failing jobs",
            "value": str(failing := failing_count()),
            "note": "see why" if failing else "none",
            "icon": "activity",
            "url": reverse("finance:jobs"),
        },
        {
            "label": "Open differences",
            "value": str(differences),
            "note": "to explain" if differences else "none",
            "icon": "scale",
            "url": reverse("finance:reconciliation"),
        },
    ]


def _owed_note(owed: int, out: MoneyOut, currency: str) -> str:
    """How what the books owe vendors goes together with what is held above: it is the same money, and what is being sent."""
    sending = out.sending_minor + out.failed_minor
    words = f"the {_words(out.held_minor, currency)} held above"
    if sending:
        words += f", and {_words(sending, currency)} not sent yet"
    if rest := owed - out.held_minor - sending:
        words += f"; {_words(rest, currency)} by disputes, debts and what is taken back"
    return words


def _month(currency: str) -> dict[str, Any]:
    """Commission and the provider's fees of this month so far, and commission day by day."""
    today = clock.today()
    month = datetime.combine(today.replace(day=1), time.min, UTC)
    tomorrow = datetime.combine(today + timedelta(days=1), time.min, UTC)
    change = moved(
        [AccountCode.COMMISSION, *FEES],
        currency=currency,
        since=month,
        until=tomorrow,
    )
    gmv = sold(currency=currency, since=month, until=tomorrow)
    first = today - timedelta(days=CHART_DAYS - 1)
    by_day = moved_by_day(AccountCode.COMMISSION, currency=currency, since=datetime.combine(first, time.min, UTC))
    days = [first + timedelta(days=n) for n in range(CHART_DAYS)]
    commission, fees = -change[AccountCode.COMMISSION], sum(change[code] for code in FEES)
    return {
        "gmv_minor": gmv,
        "take_rate": f"{Decimal(commission * 100) / gmv:.1f}" if gmv > 0 and 0 <= commission <= gmv else "",
        "commission_minor": commission,
        "fees_minor": fees,
        "kept_minor": commission - fees,
        "commission_days": [(f"{day:%-d %b}", -by_day.get(day, 0)) for day in days],
    }


def _words(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))
