"""The finance console: where the money is, how each balance came to be, and downloads that sum to zero."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.ledger.actions import post, reverse
from billing.ledger.entries import Line
from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount, Posting
from billing.ledger.queries import explain_by_kind, moved
from kit import clock
from marketplace.orders.models import VendorOrder
from marketplace.web.backoffice.tables import ends, starts


def entry_of(source):
    return JournalEntry.objects.get(source_key=source)


def test_the_overview_says_where_all_money_is(desk, market_day):
    page = desk("finance").page("/finance/")
    for words in (
        "Never matched",
        "14.10 EUR",  # Moreau's earnings, held: 15.10 less 1.00
        "115.90 EUR",  # Lindqvist's, in transit
        "11.00 EUR",  # commission this month
        "2.05 EUR",  # the provider's fee
        "8.95 EUR",  # kept
        "nobody owes us",
    ):
        assert words in page, words


def test_commission_by_day_is_what_the_ledger_holds_of_each_day_of_the_platforms(desk, market_day):
    at, today = desk("finance"), clock.today()
    midnight = datetime.combine(today, time.min, UTC)
    moment, first = timedelta(microseconds=1), midnight - timedelta(days=29)

    def days():
        return dict(at.get("/finance/").context["commission_days"])

    def entered(key, minor, occurred_at):
        lines = [Line("4000", -minor), Line("2900", minor)]
        return post(
            source_key=f"correction:{key}", kind="correction", currency="EUR", occurred_at=occurred_at, lines=lines
        )

    before = days()
    entered("late", 500, midnight - moment)
    given_back = entered("early", 300, midnight)
    reverse(entry=given_back, reason="In error", occurred_at=midnight + moment)
    entered("first", 70, first)
    entered("too old", 9999, first - moment)
    after = days()
    # A reader somewhere else sees the same days.
    with timezone.override("Pacific/Auckland"):
        assert days() == after
    changed = {day: amount - before[day] for day, amount in after.items() if amount != before[day]}
    assert changed == {f"{day:%-d %b}": amount for day, amount in ((midnight - moment, 500), (first, 70))}
    whole = moved([AccountCode.COMMISSION], currency="EUR", since=first, until=midnight + timedelta(days=1))
    assert (len(after), sum(after.values())) == (30, -whole[AccountCode.COMMISSION])


def test_a_take_rate_is_said_of_what_was_sold_and_of_nothing_else(desk, market_day):
    at = desk("finance")
    sold = at.get("/finance/").context
    rate = Decimal(sold["commission_minor"] * 100) / sold["gmv_minor"]
    assert f"<dt>Take rate</dt><dd>{rate:.1f} %</dd>" in at.page("/finance/")
    # More went back than was taken: no share of what was sold.
    lines = [Line("4000", sold["commission_minor"] + 1), Line("2900", -sold["commission_minor"] - 1)]
    post(source_key="correction:1", kind="correction", currency="EUR", occurred_at=clock.now(), lines=lines)
    assert "<dt>Take rate</dt><dd>—</dd>" in at.page("/finance/")


def test_a_negative_payable_is_a_debt(desk, market_day):
    post(
        source_key="correction:1",
        kind="correction",
        currency="EUR",
        occurred_at=clock.now(),
        lines=[Line("2000", 20000, market_day.moreau.id), Line("2900", -20000)],
    )
    at = desk("finance")
    assert "185.90 EUR" in at.page("/finance/")  # 200.00 less the 14.10 we owed
    rows = {row[1]: row for row in at.csv("/finance/vendors/?format=csv")}
    assert (rows["moreau"][7], rows["moreau"][10]) == ("0.00", "185.90")


def test_the_trial_balance_sums_to_zero_and_leads_to_accounts(desk, market_day):
    at = desk("finance")
    page = at.page("/finance/ledger/")
    assert 'class="zero"><data class="amount" value="0">0.00 EUR' in page
    accounts = at.page("/finance/ledger/?code=2000")
    assert "Moreau" in accounts
    assert "−14.10 EUR" in accounts
    assert at.page("/finance/ledger/?code=nonsense") != accounts


def test_a_balance_is_explained_posting_by_posting(desk, market_day):
    account = LedgerAccount.objects.get(code="2000", vendor_id=market_day.moreau.id)
    page = desk("finance").page(f"/finance/ledger/accounts/{account.id}/")
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.moreau.id)
    for words in ("−15.10 EUR", "1.00 EUR", "−14.10 EUR", part.number, market_day.paid.number, "Opening"):
        assert words in page, words


def test_an_entry_shows_its_postings_and_the_providers_movement(desk, market_day):
    page = desk("finance").page(f"/finance/ledger/entries/{entry_of('txn:txn_ch_1').id}/")
    for words in ("138.95 EUR", "2.05 EUR", "−125.90 EUR", "−15.10 EUR", "txn_ch_1", market_day.paid.number):
        assert words in page, words


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ("", 4),
        ("kind=commission", 2),
        ("q=txn:txn_ch", 1),
        ("q=txn:", 2),
        ("kind=nonsense", 4),
        ("since=2999-01-01", 0),
        ("until=2000-01-01", 0),
        ("until=9999-12-31", 4),
        ("since=0001-01-01", 4),
        ("reference=00000000-0000-0000-0000-000000000000", 0),
        ("reference=nonsense", 4),
    ],
)
def test_the_journal_is_narrowed_and_what_is_downloaded_sums_to_zero(desk, market_day, query, sources):
    rows = desk("finance").csv(f"/finance/ledger/entries/?format=csv&{query}")
    heads, lines = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert len({line["source"] for line in lines}) == sources
    assert sum(Decimal(line["debit"] or 0) - Decimal(line["credit"] or 0) for line in lines) == 0
    assert heads[:4] == ["entry", "occurred", "posted", "kind"]


def test_everything_about_an_order_is_found_by_its_reference(desk, market_day):
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)
    at = desk("finance")
    rows = at.csv(f"/finance/ledger/entries/?format=csv&reference={part.id}")
    assert {row[3] for row in rows[1:]} == {"commission", "transfer"}
    assert f"About {part.number}" in at.page(f"/finance/ledger/entries/?reference={part.id}")


def test_the_download_has_every_posting(desk, market_day, monkeypatch):
    from marketplace.web.backoffice import tables

    monkeypatch.setattr(tables, "CSV_PART", 1)
    rows = desk("finance").csv("/finance/ledger/entries/?format=csv")
    assert len(rows) - 1 == Posting.objects.count()


def test_each_vendors_money_is_a_row(desk, market_day):
    rows = {row[1]: row[3:] for row in desk("finance").csv("/finance/vendors/?format=csv")}
    #                          paid     refunded commission held    owed   transferred bank debt
    assert rows["lindqvist"] == ["125.90", "0.00", "10.00", "0.00", "0.00", "115.90", "0.00", "0.00"]
    assert rows["moreau"] == ["15.10", "0.00", "1.00", "14.10", "14.10", "0.00", "0.00", "0.00"]
    owed = -Posting.objects.filter(account__code="2000").aggregate(held=Sum("amount_minor"))["held"]
    assert owed == 1410


def test_the_overview_says_what_was_sold_what_was_taken_and_that_it_ties_out(desk, market_day):
    page = desk("finance_viewer").page("/finance/")
    assert "141.00 EUR" in page
    assert "7.8 %" in page
    assert "Debits and credits" in page
    assert "mismatched" not in page


def test_searching_vendors(desk, market_day):
    page = desk("finance").page("/finance/vendors/?q=more")
    assert "Moreau" in page
    assert "Lindqvist" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/finance/",
        "/finance/ledger/",
        "/finance/ledger/?code=2000",
        "/finance/ledger/entries/",
        "/finance/vendors/",
        "/finance/transfers/",
        "/finance/payouts/",
        "/finance/payments/",
        "/finance/refunds/",
        "/finance/reconciliation/",
        "/finance/reconciliation/?state=runs",
    ],
)
def test_pages_take_few_queries(desk, market_day, path, django_assert_max_num_queries):
    at = desk("administrator")
    with django_assert_max_num_queries(22 if path == "/finance/" else 13):
        at.page(path)


@pytest.mark.parametrize(
    "path",
    [
        "/finance/ledger/accounts/{}/",
        "/finance/ledger/entries/{}/",
        "/finance/payouts/{}/",
        "/finance/reconciliation/runs/{}/",
    ],
)
def test_what_is_not_there_is_not_found(desk, path):
    from uuid import uuid4

    assert desk("finance").get(path.format(uuid4())).status_code == 404


def test_empty_books_have_pages_too(desk):
    at = desk("finance")
    assert "The books are empty" in at.page("/finance/ledger/")
    for path in ("/finance/", "/finance/ledger/entries/", "/finance/vendors/", "/finance/refunds/"):
        at.page(path)


def test_a_balance_is_explained_by_kind_and_each_kind_leads_to_its_postings(desk, market_day):
    at, account = desk("finance_viewer"), LedgerAccount.objects.get(code="2000", vendor_id=market_day.lindqvist.id)
    path = f"/finance/ledger/accounts/{account.id}/"
    assert f'href="{path}kinds/"' in at.page(path)
    page = at.page(f"{path}kinds/")
    for told in ("Sale", "−125.90 EUR", "Commission", "+10.00 EUR", "Transfer", "+115.90 EUR"):
        assert told in page
    today = clock.today()
    of_sales = f"{path}?kind=sale&amp;since={today.replace(day=1)}&amp;until={today}"
    assert of_sales in page
    sales = at.page(of_sales.replace("&amp;", "&"))
    assert "−125.90 EUR" in sales
    assert "115.90 EUR" not in sales
    since, until = starts(today), ends(today)
    opening, kinds, closing = explain_by_kind(account, since=since, until=until)
    assert (opening, closing) == (0, 0)
    assert {each.kind: (each.debits_minor, each.credits_minor, each.postings_count) for each in kinds} == {
        "commission": (1000, 0, 1),
        "sale": (0, 12590, 1),
        "transfer": (11590, 0, 1),
    }
    # Of a span that lies before, or after, all of it, there is only what the account held.
    assert explain_by_kind(account, since=since - timedelta(days=9), until=since) == (0, [], 0)
    post(
        source_key="later:1",
        kind="adjusted",
        currency="EUR",
        occurred_at=clock.now(),
        lines=[Line("2000", -700, market_day.lindqvist.id), Line("2900", 700)],
    )
    assert explain_by_kind(account, since=until) == (-700, [], -700)
    with CaptureQueriesContext(connection) as asked:
        at.page(f"{path}kinds/")
    assert len(asked) <= 14
