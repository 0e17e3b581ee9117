"""Where a vendor's money is, as its pages and downloads say it."""

import csv
import io
from datetime import date

import pytest
from django.db import ProgrammingError, transaction

from billing.ledger.actions import post
from billing.ledger.entries import Line as Side
from billing.ledger.entries import ShareOfSale, commission
from billing.ledger.models import JournalEntry
from billing.payouts.adjustments import credit_vendor, debit_vendor
from billing.payouts.models import Payout, PayoutTransfer, Transfer
from kit import clock
from kit.ids import uuid7
from marketplace.web.portal import present
from marketplace.web.spreadsheet import cell
from tenants.isolation.doors import bind_vendor


@pytest.fixture
def sold(paid, desk_of):
    """(the owner of Lindqvist at the portal, its part, Moreau's part), the sale and its commission in the books."""
    order, lamp, _soap = paid()
    parts = [order.vendor_orders.get(vendor_slug=slug) for slug in ("lindqvist", "moreau")]
    now = clock.now()
    post(
        source_key="txn:1",
        kind="sale",
        lines=[Side("1010", order.total_minor), *(Side("2000", -part.total_minor, part.vendor_id) for part in parts)],
        currency="EUR",
        occurred_at=now,
        reference_id=order.id,
        description="Customer's payment",
    )
    for part in parts:
        share = ShareOfSale(part.vendor_id, part.id, part.total_minor, part.commission_minor)
        draft = commission(share, currency="EUR", occurred_at=now)
        post(
            source_key=draft.source_key,
            kind=draft.kind,
            lines=draft.lines,
            currency="EUR",
            occurred_at=now,
            reference_id=draft.reference_id,
            description=draft.description,
        )
    return desk_of(lamp.vendor), *parts


def shown(minor):
    return f"{minor / 100:,.2f} EUR"


def rows_of(answer):
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_flow_adds_up(sold):
    desk, mine, _ = sold
    earned = mine.total_minor - mine.commission_minor
    for path in ("/", "/money/"):
        page = desk.text(path)
        assert shown(mine.total_minor) in page
        assert f"less {shown(mine.commission_minor)} commission" in page
        assert shown(earned) in page


def test_transfers_say_where_why_and_until_when(sold):
    desk, mine, other = sold
    page = desk.text("/money/transfers/")
    assert mine.number in page
    assert other.number not in page
    assert "Released 7 days after delivery" in page
    assert "not yet known" in page
    assert "No earnings yet" in desk.text("/money/transfers/?state=done")
    assert desk.get("/money/transfers/?state=%27&cursor=").status_code == 200


def test_a_payout_tells_what_it_contains(sold):
    desk, mine, _ = sold
    transfer = Transfer.objects.get(vendor_id=mine.vendor_id)
    transfer.state, transfer.done_at = "done", clock.now()
    transfer.save()
    payout = Payout.objects.create(
        vendor_id=mine.vendor_id,
        provider_payout_id="po_1",
        amount_minor=transfer.amount_minor,
        currency="EUR",
        state="paid",
        arrives_on=date(2026, 3, 12),
        created_at=clock.now(),
    )
    PayoutTransfer.objects.create(
        payout=payout, transfer=transfer, vendor_id=mine.vendor_id, amount_minor=transfer.amount_minor
    )
    page = desk.text("/money/payouts/")
    assert mine.number in page
    assert "1 order" in page
    assert "12 Mar 2026" in page
    assert "Arrived on 12 March 2026" in desk.text(f"/orders/{mine.id}/")
    assert rows_of(desk.get("/money/payouts.csv"))[1][:4] == [
        "po_1",
        f"{transfer.amount_minor / 100:.2f}",
        "EUR",
        "Paid",
    ]


def test_the_account_runs_from_opening_to_what_is_owed(sold):
    desk, mine, _ = sold
    earned = mine.total_minor - mine.commission_minor
    page = desk.text("/money/ledger/")
    assert "Customer&#x27;s payment" in page
    assert page.count(mine.number) == 2
    assert f">+{shown(mine.total_minor)}<" in page
    assert f">−{shown(mine.commission_minor)}<" in page
    assert shown(earned) in page
    assert "Before these entries" in page
    header, *rows = rows_of(desk.get("/money/ledger.csv"))
    assert header == ["at", "what", "order", "amount", "balance", "currency", "vat_in_commission"]
    assert [(row[1], row[2], row[3], row[4]) for row in rows] == [
        ("Commission", mine.number, f"{-mine.commission_minor / 100:.2f}", f"{earned / 100:.2f}"),
        ("Customer's payment", mine.number, f"{mine.total_minor / 100:.2f}", f"{mine.total_minor / 100:.2f}"),
    ]


def test_credits_and_debits_by_hand_stand_in_the_account_with_their_reasons(sold):
    desk, mine, _ = sold
    for act, amount, reason in ((credit_vendor, 700, "Sorry for the parcel"), (debit_vendor, 300, "Labels we bought")):
        act(vendor=desk.vendor, amount_minor=amount, reason=reason, by=uuid7())
    page = desk.text("/money/ledger/")
    assert "Sorry for the parcel" in page
    _, *rows = rows_of(desk.get("/money/ledger.csv"))
    earned = mine.total_minor - mine.commission_minor
    assert [(row[1], row[3], row[4]) for row in rows[:3]] == [
        ("You owe it: kept from later earnings", "3.00", f"{(earned + 700) / 100:.2f}"),
        ("Labels we bought", "-3.00", f"{(earned + 400) / 100:.2f}"),
        ("Sorry for the parcel", "7.00", f"{(earned + 700) / 100:.2f}"),
    ]
    page = desk.text("/money/")
    assert "Labels we bought" in page
    assert f"less {shown(mine.commission_minor)} commission, plus 7.00 EUR credits, debts and disputes" in page
    way = desk.text("/money/way/")
    assert "Credits from the marketplace" in way
    assert "Sorry for the parcel" in way
    assert "Sorry for the parcel" not in desk.text("/money/way/?where=bank")


def test_vat_on_commission_is_told_apart(settings, request):
    settings.PLATFORM_COUNTRY = "SE"
    desk, mine, _ = request.getfixturevalue("sold")
    net, vat = mine.commission_minor - mine.commission_tax_minor, mine.commission_tax_minor
    assert (net > 0, vat) == (True, (net * 25 + 50) // 100)
    order = desk.text(f"/orders/{mine.id}/")
    assert "VAT on commission" in order
    assert present.commission_tax_words(mine).startswith("25 %, ")
    assert f"−{shown(vat)}" in order
    assert f"after {shown(net)} commission and {shown(vat)} VAT on it" in desk.text("/money/way/")
    assert f"−{shown(vat)} of it VAT" in desk.text("/money/ledger/")
    header, *rows = rows_of(desk.get("/money/ledger.csv"))
    assert [dict(zip(header, row, strict=True))["vat_in_commission"] for row in rows] == [f"{-vat / 100:.2f}", "0.00"]


def test_a_vendor_reads_only_the_entries_that_moved_its_account(sold):
    desk, _, _ = sold
    assert JournalEntry.objects.count() == 3
    with bind_vendor(desk.vendor):
        kinds = JournalEntry.objects.order_by("kind").values_list("kind", flat=True)
        assert list(kinds) == ["commission", "sale"]
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            JournalEntry.objects.values_list("postings_count", flat=True)[0]


def test_transfers_as_csv_are_the_vendors_own(sold):
    desk, mine, _ = sold
    header, *rows = rows_of(desk.get("/money/transfers.csv"))
    assert header[:2] == ["order", "amount"]
    assert [row[1] for row in rows] == [f"{(mine.total_minor - mine.commission_minor) / 100:.2f}"]
    assert rows_of(desk.get("/money/transfers.csv?state=done")) == [header]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert cell(text) == f"'{text}"


def test_numbers_and_plain_texts_stay_as_they_are():
    from decimal import Decimal

    assert [cell(value) for value in (-5, Decimal("-1.20"), "a=b", None, date(2026, 3, 2))] == [
        "-5",
        "-1.20",
        "a=b",
        "",
        "2026-03-02",
    ]
