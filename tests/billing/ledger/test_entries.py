"""Which entry each fact makes: the table of the house, entry by entry, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger import entries
from billing.ledger.entries import CannotBuild, Earmark, Movement, Sale, ShareOfSale, Sources

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")
ORDER, LINEN, TEA = UUID(int=10), UUID(int=11), UUID(int=12)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=7)
SALE = Sale(ORDER, (ShareOfSale(LINDQVIST, LINEN, 8000, 800), ShareOfSale(MOREAU, TEA, 4000, 600)))
SOURCES = Sources(
    sales={"ch_1": SALE},
    transfers={"tr_1": Earmark(LINDQVIST, LINEN)},
    refunds={"re_1": Earmark(LINDQVIST, LINEN)},
)


def movement(type, amount, source="", *, fee=0, category=None, available_at=NOON):
    return Movement("txn_1", type, category or type, amount, fee, amount - fee, "EUR", NOON, available_at, source)


def lines(draft):
    return {(line.code, line.vendor_id): line.amount_minor for line in draft.lines}


def entry(*args, **kwargs):
    return entries.entry_for(movement(*args, **kwargs), SOURCES)


def test_a_sale():
    draft = entry("charge", 12000, "ch_1", fee=205, available_at=LATER)
    assert (draft.source_key, draft.kind, draft.reference_id) == ("txn:txn_1", "sale", ORDER)
    assert lines(draft) == {
        ("1010", None): 11795,
        ("5000", None): 205,
        ("2000", LINDQVIST): -8000,
        ("2000", MOREAU): -4000,
    }


def test_a_sale_is_pending_first_even_when_its_money_is_there_at_once():
    at_once = movement("charge", 12000, "ch_1", fee=205)
    assert lines(entries.entry_for(at_once, SOURCES))["1010", None] == 11795
    assert lines(entries.funds_available(at_once)) == {("1020", None): 11795, ("1010", None): -11795}


def test_shares_that_do_not_sum_to_the_charge_are_no_sale():
    with pytest.raises(CannotBuild):
        entry("charge", 12001, "ch_1")


def test_a_commission():
    draft = entries.commission(SALE.shares[0], currency="EUR", occurred_at=NOON)
    assert (draft.source_key, draft.reference_id) == (f"commission:{LINEN}", LINEN)
    assert lines(draft) == {("2000", LINDQVIST): 800, ("4000", None): -800}
    assert entries.commission(ShareOfSale(LINDQVIST, LINEN, 8000, 0), currency="EUR", occurred_at=NOON) is None


def test_the_vat_in_a_commission_is_owed_and_none_of_ours():
    draft = entries.commission(ShareOfSale(LINDQVIST, LINEN, 8000, 952, 152), currency="EUR", occurred_at=NOON)
    assert lines(draft) == {("2000", LINDQVIST): 952, ("4000", None): -800, ("2200", None): -152}


def test_funds_become_available_once():
    draft = entries.funds_available(movement("charge", 12000, "ch_1", fee=205, available_at=LATER))
    assert (draft.source_key, draft.occurred_at) == ("txn:txn_1:avail", LATER)
    assert lines(draft) == {("1020", None): 11795, ("1010", None): -11795}
    assert entries.funds_available(movement("transfer", -7200, "tr_1")) is None


def test_a_transfer_of_money_that_is_there():
    assert lines(entry("transfer", -7200, "tr_1")) == {("2000", LINDQVIST): 7200, ("1020", None): -7200}


def test_a_transfer_drawn_on_a_pending_charge_is_pending_too():
    pending = movement("transfer", -7200, "tr_1", available_at=LATER)
    assert lines(entries.entry_for(pending, SOURCES)) == {("2000", LINDQVIST): 7200, ("1010", None): -7200}
    assert lines(entries.funds_available(pending)) == {("1020", None): -7200, ("1010", None): 7200}


def test_a_reversal_of_a_transfer_is_none_of_ours():
    draft = entry("transfer_refund", 2700, "trr_1")
    assert lines(draft) == {("1020", None): 2700, ("2900", None): -2700}
    assert draft.description == "Not explained: transfer_refund trr_1"


def test_a_refund_passes_through_what_is_owed():
    owed = entries.refund_owed(
        refund_id=UUID(int=7),
        mark=Earmark(LINDQVIST, LINEN),
        amount_minor=3000,
        net_minor=2643,
        commission_tax_minor=57,
        currency="EUR",
        occurred_at=NOON,
    )
    assert owed.source_key == f"refund:{UUID(int=7)}"
    assert lines(owed) == {
        ("2000", LINDQVIST): 2643,
        ("4000", None): 300,
        ("2200", None): 57,
        ("2100", None): -3000,
    }
    assert lines(entry("refund", -3000, "re_1")) == {("2100", None): 3000, ("1020", None): -3000}
    assert lines(entry("refund_failure", 3000, "re_1")) == {("1020", None): 3000, ("2100", None): -3000}


def test_a_dispute_withdrawn_and_reinstated():
    withdrawn = entry("adjustment", -12000, "dp_1", fee=2000, category="dispute")
    assert lines(withdrawn) == {("1310", None): 12000, ("5010", None): 2000, ("1020", None): -14000}
    reinstated = entry("adjustment", 12000, "dp_1", fee=-2000, category="dispute_reversal")
    assert lines(reinstated) == {("1310", None): -12000, ("5010", None): -2000, ("1020", None): 14000}


def test_our_own_payout_leaves_arrives_and_comes_back():
    left = entry("payout", -50000, "po_1", available_at=LATER)
    assert lines(left) == {("1030", None): 50000, ("1020", None): -50000}
    assert entries.funds_available(movement("payout", -50000, "po_1", available_at=LATER)) is None
    arrived = entries.payout_paid(
        provider_payout_id="po_1",
        payout_id=UUID(int=8),
        amount_minor=50000,
        currency="EUR",
        occurred_at=LATER,
    )
    assert arrived.source_key == "payout:po_1:paid"
    assert lines(arrived) == {("1100", None): 50000, ("1030", None): -50000}
    assert lines(entry("payout_failure", 50000, "po_1")) == {("1020", None): 50000, ("1030", None): -50000}


@pytest.mark.parametrize(
    ("type", "account"),
    [("stripe_fee", "5020"), ("tax_fee", "5020"), ("stripe_fx_fee", "5040"), ("exchange_rate", "5040")],
)
def test_fees_of_the_provider(type, account):
    assert lines(entry(type, -200)) == {(account, None): 200, ("1020", None): -200}


@pytest.mark.parametrize(
    ("type", "source"),
    [("topup", "tu_1"), ("charge", "ch_other"), ("transfer", "tr_other"), ("refund", "re_other")],
)
def test_what_nobody_knows_goes_to_suspense(type, source):
    draft = entry(type, 900, source)
    assert draft.kind == "unknown"
    assert lines(draft)["2900", None] == -900
    assert source in draft.description


def test_a_movement_of_nothing_makes_no_entry():
    assert entry("topup", 0) is None
    assert entries.funds_available(movement("charge", 0, available_at=LATER)) is None


known = st.sampled_from(
    [
        ("transfer", "tr_1"),
        ("transfer_refund", "trr_1"),
        ("refund", "re_1"),
        ("refund_failure", "re_1"),
        ("adjustment", "dp_1"),
        ("payout", "po_1"),
        ("payout_failure", "po_1"),
        ("stripe_fee", ""),
        ("something_new", "x_1"),
    ]
)


@given(known, st.integers(-(10**9), 10**9), st.integers(-1000, 1000), st.booleans())
def test_every_movement_balances_and_lands_by_its_net(known, amount, fee, lag):
    """Whatever comes: the entry balances, has no line of zero, and with its second entry puts the net into 1020."""
    type, source = known
    category = "dispute" if type == "adjustment" else type
    moved = movement(type, amount, source, fee=fee, category=category, available_at=LATER if lag else NOON)
    drafts = [d for d in (entries.entry_for(moved, SOURCES), entries.funds_available(moved)) if d]
    at_provider = 0
    for draft in drafts:
        assert sum(line.amount_minor for line in draft.lines) == 0
        assert len(draft.lines) >= 2
        assert all(line.amount_minor for line in draft.lines)
        at_provider += sum(line.amount_minor for line in draft.lines if line.code in ("1010", "1020"))
    assert at_provider == moved.net_minor
    pending = sum(line.amount_minor for draft in drafts for line in draft.lines if line.code == "1010")
    assert pending == 0


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 100)), min_size=1, max_size=12),
    st.integers(0, 500),
)
def test_every_sale_owes_the_vendors_exactly_what_was_charged(parts, fee):
    shares = tuple(
        ShareOfSale(UUID(int=n + 1), UUID(int=n + 100), gross, gross * percent // 100)
        for n, (gross, percent) in enumerate(parts)
    )
    charged = sum(share.gross_minor for share in shares)
    moved = replace(movement("charge", charged, "ch_2", fee=fee, available_at=LATER))
    draft = entries.entry_for(moved, Sources(sales={"ch_2": Sale(ORDER, shares)}))
    assert sum(line.amount_minor for line in draft.lines) == 0
    assert sum(-line.amount_minor for line in draft.lines if line.code == "2000") == charged
