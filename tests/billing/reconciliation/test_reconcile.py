"""The three-way match: silent when all agrees, exact when it does not."""

import io
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from billing.ledger import actions, periods
from billing.ledger.entries import Line
from billing.ledger.models import JournalEntry, Posting
from billing.ledger.queries import trial_balance
from billing.payments.models import Payment, PaymentShare
from billing.payments.provider import ProviderBalance, ProviderUnavailable
from billing.payouts.models import Payout, PayoutState, Transfer
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException
from billing.reconciliation.queries import latest_run
from billing.reconciliation.tasks import reconcile_when_due
from billing.stripe.balances import book
from billing.stripe.models import BalanceTransaction
from tests.billing.reconciliation.conftest import tamper

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def shown(exceptions):
    return [(e.check_name, e.account, e.expected_minor, e.found_minor, e.difference_minor) for e in exceptions]


def test_nothing_at_all_matches(books):
    run, exceptions = books.reconcile()
    assert exceptions == []
    assert run.matches
    assert run.entries_checked == 0


def test_vat_on_commission_stands_apart_and_is_given_back_with_refunds(books):
    _, (share,) = books.order((LINDQVIST, 12000, 1190, 190))
    books.refund(share, 4000, 3603, 63)
    run, exceptions = books.reconcile()
    assert shown(exceptions) == []
    assert (run.totals["EUR"]["orders"]["commission"], run.totals["EUR"]["ledger"]["commission"]) == (666, 666)
    assert Posting.objects.filter(account__code="2200").aggregate(sum=Sum("amount_minor"))["sum"] == -127
    PaymentShare.objects.filter(id=share.id).update(commission_tax_minor=191)
    _, exceptions = books.reconcile()
    assert sorted(row[:4] for row in shown(exceptions)) == [
        ("entry_from_source", "2200 Tax payable", -191, -190),
        ("entry_from_source", "4000 Commission", -999, -1000),
    ]


def test_a_busy_week_matches_to_the_cent(busy_week):
    run, exceptions = busy_week.reconcile()
    assert shown(exceptions) == []
    assert run.matches
    assert run.entries_checked == JournalEntry.objects.count() == 15
    assert run.totals == {
        "EUR": {
            "orders": {"charged": 46400, "transferred": 3865, "owed to vendors": 33550, "commission": 5985},
            "ledger": {
                "charged": 46400,
                "transferred": 3865,
                "owed to vendors": 33550,
                "commission": 5985,
                "pending": 11795,
                "available": 26799,
            },
            "provider": {"charged": 46400, "transferred": 3865, "pending": 11795, "available": 26799},
        }
    }


def test_a_tampered_posting_is_named_and_nothing_else(busy_week):
    entry = JournalEntry.objects.filter(kind="sale").order_by("id").first()
    posting = Posting.objects.get(entry=entry, vendor_id=MOREAU)
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor - 1 WHERE id = %s", [posting.id])
    run, (found,) = busy_week.reconcile()
    assert not run.matches
    assert found.key == f"entry:{entry.source_key}:2000:{MOREAU}:EUR"
    assert found.entry_id == entry.id
    assert found.vendor_id == MOREAU
    assert shown([found]) == [("entry_from_source", "2000 Vendor payable", -4000, -4001, -1)]
    assert entry.source_key in found.explanation


@pytest.mark.parametrize("kind", ["sale", "commission", "funds_available", "transfer", "refund_owed", "refund", "fee"])
def test_every_posting_of_every_kind_is_checked(busy_week, kind):
    entry = JournalEntry.objects.filter(kind=kind).order_by("id").first()
    for posting in Posting.objects.filter(entry=entry).select_related("account"):
        tamper("UPDATE ledger_posting SET amount_minor = amount_minor + 100 WHERE id = %s", [posting.id])
        _, (found,) = busy_week.reconcile()
        assert (found.entry_id, found.difference_minor) == (entry.id, 100)
        assert found.account.startswith(posting.account.code)
        tamper("UPDATE ledger_posting SET amount_minor = amount_minor - 100 WHERE id = %s", [posting.id])
    assert busy_week.reconcile()[1] == []


def test_a_pair_of_changes_that_still_balances_is_seen(busy_week):
    entry = JournalEntry.objects.filter(kind="commission").order_by("id").first()
    for posting in Posting.objects.filter(entry=entry):
        sign = 1 if posting.amount_minor > 0 else -1
        tamper("UPDATE ledger_posting SET amount_minor = amount_minor + %s WHERE id = %s", [5 * sign, posting.id])
    _, found = busy_week.reconcile()
    assert sorted(shown(found)) == [
        ("entry_from_source", "2000 Vendor payable", 800, 805, 5),
        ("entry_from_source", "4000 Commission", -800, -805, -5),
    ]


def test_a_posting_moved_to_another_account_is_seen(busy_week):
    entry = JournalEntry.objects.filter(kind="transfer").order_by("id").first()
    posting = Posting.objects.get(entry=entry, vendor_id=LINDQVIST)
    other = Posting.objects.filter(vendor_id=MOREAU).first()
    tamper(
        "UPDATE ledger_posting SET account_id = %s, vendor_id = %s WHERE id = %s",
        [other.account_id, MOREAU, posting.id],
    )
    _, found = busy_week.reconcile()
    assert sorted((e.vendor_id, e.expected_minor, e.found_minor) for e in found) == [
        (LINDQVIST, 2250, 0),
        (MOREAU, 0, 2250),
    ]


def test_a_deleted_entry_is_missed(busy_week):
    entry = JournalEntry.objects.filter(kind="sale").order_by("id").first()
    tamper("DELETE FROM ledger_posting WHERE entry_id = %s", [entry.id])
    tamper("DELETE FROM ledger_journalentry WHERE id = %s", [entry.id])
    _, (found,) = busy_week.reconcile()
    assert found.key == f"entry:{entry.source_key}:missing"
    assert (found.check_name, found.expected_minor, found.found_minor) == ("source_in_books", 12000, 0)


def test_an_entry_nobody_made_is_not_explained(busy_week):
    entry = actions.post(
        source_key="txn:invented",
        kind="sale",
        lines=(Line("1020", 700), Line("2000", -700, MOREAU)),
        currency="EUR",
        occurred_at=JournalEntry.objects.first().occurred_at,
    )
    _, (found,) = busy_week.reconcile()
    assert (found.check_name, found.entry_id, found.found_minor) == ("entry_has_source", entry.id, 700)
    assert found.account == "1020 Stripe available, 2000 Vendor payable"


def test_a_reversal_nobody_called_for_shows_in_the_sums(busy_week):
    entry = JournalEntry.objects.filter(kind="sale").order_by("id").first()
    actions.reverse(entry=entry, reason="By mistake")
    _, found = busy_week.reconcile()
    assert {(e.check_name, e.account, e.difference_minor) for e in found} == {
        ("provider_balance", "1010 Stripe pending", -11795),
        ("vendor_payable", "2000 Vendor payable", -8000),
        ("vendor_payable", "2000 Vendor payable", -4000),
    }


def test_a_movement_that_was_not_entered_is_missed(busy_week):
    row = busy_week.mirror("stripe_fee", -150, "")
    _, (found,) = busy_week.reconcile()
    assert (found.key, found.expected_minor) == (f"entry:txn:{row.transaction_id}:missing", 150)
    book([row.transaction_id])
    assert busy_week.reconcile()[1] == []


def test_what_became_available_and_was_not_entered_is_missed(busy_week):
    row = BalanceTransaction.objects.get(status="pending")
    BalanceTransaction.objects.filter(id=row.id).update(status="available")
    busy_week.ours["EUR"] = [0, 26799 + 11795]
    _, (found,) = busy_week.reconcile()
    assert found.key == f"entry:txn:{row.transaction_id}:avail:missing"
    book([row.transaction_id])
    run, exceptions = busy_week.reconcile()
    assert exceptions == []
    assert (run.totals["EUR"]["ledger"]["pending"], run.totals["EUR"]["ledger"]["available"]) == (0, 38594)


def test_an_unknown_movement_waits_in_suspense(busy_week):
    row = busy_week.move("topup", 5000, "tu_1")
    _, (found,) = busy_week.reconcile()
    assert (found.key, found.account, found.found_minor) == (
        f"suspense:txn:{row.transaction_id}",
        "2900 Suspense",
        -5000,
    )


def test_the_providers_balance_is_compared(busy_week):
    busy_week.ours["EUR"][1] -= 42
    _, (found,) = busy_week.reconcile()
    assert shown([found]) == [("provider_balance", "1020 Stripe available", 26757, 26799, 42)]
    busy_week.ours["SEK"] = [7, 0]
    _, found = busy_week.reconcile()
    assert [(e.currency, e.expected_minor, e.found_minor) for e in found] == [
        ("SEK", 7, 0),
        ("EUR", 26757, 26799),
    ]


def test_a_provider_that_does_not_answer_is_an_exception_until_it_does(busy_week):
    def silent():
        raise ProviderUnavailable("no answer")

    run = reconcile(fetch_balances=silent)
    assert run.exceptions_count == 1
    assert ReconciliationException.objects.get().key == "provider:unreachable"
    busy_week.reconcile()
    assert ReconciliationException.objects.get().state == "resolved"


def test_a_vendors_balance_is_compared(busy_week):
    busy_week.theirs[MOREAU] += 1
    _, (found,) = busy_week.reconcile()
    assert (found.check_name, found.vendor_id, found.expected_minor, found.found_minor) == (
        "vendor_balance",
        MOREAU,
        1615,
        1616,
    )


def test_our_records_are_compared_with_each_other(busy_week):
    share = PaymentShare.objects.get(gross_minor=2500)
    tamper("UPDATE payments_paymentshare SET transferred_minor = 2000 WHERE id = %s", [share.id])
    _, (found,) = busy_week.reconcile()
    assert (found.check_name, found.expected_minor, found.found_minor) == ("share_transferred", 2000, 2250)


def test_a_payment_that_says_another_amount_is_named(busy_week):
    payment = Payment.objects.get(amount_minor=12000)
    Payment.objects.filter(id=payment.id).update(amount_minor=12100)
    _, found = busy_week.reconcile()
    assert {(e.check_name, e.expected_minor, e.found_minor) for e in found} == {
        ("shares_sum", 12100, 12000),
        ("charge_amount", 12100, 12000),
    }


def test_shares_that_do_not_sum_to_the_charge_are_named(busy_week):
    share = PaymentShare.objects.get(gross_minor=8000)
    PaymentShare.objects.filter(id=share.id).update(gross_minor=8100, net_minor=7300)
    _, found = busy_week.reconcile()
    assert [e.check_name for e in found] == ["entry_from_source", "vendor_payable", "shares_sum"]
    assert "cannot be rebuilt" in found[0].explanation


def test_a_transfer_the_provider_never_made_is_named(busy_week):
    made = Transfer.objects.get(amount_minor=2250)
    made.provider_transfer_id = "tr_lost"
    made.save()
    _, found = busy_week.reconcile()
    assert {(e.check_name, e.vendor_id, e.expected_minor, e.found_minor) for e in found} >= {
        ("transfer_amount", LINDQVIST, 2250, 0)
    }


def test_a_vendors_payout_is_compared_with_what_it_contains(busy_week):
    payout = Payout.objects.get(vendor_id=LINDQVIST)
    rows = BalanceTransaction.objects.filter(payout_id=payout.provider_payout_id, type="payment")
    rows.update(amount_minor=2249, net_minor=2249)
    _, (found,) = busy_week.reconcile()
    assert (found.check_name, found.expected_minor, found.found_minor) == ("payout_amount", 2250, 2249)


def test_our_own_payout_on_its_way_paid_and_come_back(busy_week):
    from billing.stripe.payouts import _book_arrival

    payout = Payout.objects.create(
        provider_payout_id="po_ours",
        amount_minor=1000,
        currency="EUR",
        state=PayoutState.IN_TRANSIT,
        created_at=JournalEntry.objects.first().occurred_at,
    )
    busy_week.move("payout", -1000, "po_ours")
    assert busy_week.reconcile()[1] == []
    Payout.objects.filter(id=payout.id).update(state=PayoutState.PAID)
    _, (found,) = busy_week.reconcile()
    assert found.key == "entry:payout:po_ours:paid:missing"
    payout.refresh_from_db()
    _book_arrival(payout)
    assert busy_week.reconcile()[1] == []
    payout.state = PayoutState.FAILED
    payout.save()
    _book_arrival(payout)
    busy_week.move("payout_failure", 1000, "po_ours")
    assert busy_week.reconcile()[1] == []


def test_an_exception_is_kept_once_and_resolved_when_gone(busy_week):
    posting = Posting.objects.filter(entry__kind="fee").first()
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE id = %s", [posting.id])
    first, (found,) = busy_week.reconcile()
    second, (again,) = busy_week.reconcile()
    assert again.id == found.id
    assert again.run_id == second.id != first.id
    assert again.first_seen_at == found.first_seen_at < again.last_seen_at
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor - 1 WHERE id = %s", [posting.id])
    third, left = busy_week.reconcile()
    assert left == []
    assert third.matches
    again.refresh_from_db()
    assert again.state == "resolved"
    assert again.resolved_at is not None
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE id = %s", [posting.id])
    _, (anew,) = busy_week.reconcile()
    assert anew.id != found.id


def test_the_number_of_statements_does_not_grow_with_orders(books):
    taken = []
    for more in (3, 20):
        for _ in range(more):
            books.order((LINDQVIST, 8000, 800), (MOREAU, 4000, 600))
        with CaptureQueriesContext(connection) as statements:
            run, _ = books.reconcile()
        assert run.matches
        taken.append(len(statements))
    assert taken[0] == taken[1]


@pytest.mark.django_db(transaction=True)
def test_the_match_reads_one_snapshot():
    """Outside a test's transaction: what it reads is of one moment, and it changes nothing but its own rows."""
    run = reconcile(fetch_balances=lambda: [ProviderBalance("", "EUR", 0, 0)])
    assert run.matches
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


def test_the_command_names_entry_account_and_difference(busy_week, settings):
    entry = JournalEntry.objects.filter(kind="sale").order_by("id").first()
    posting = Posting.objects.get(entry=entry, vendor_id=MOREAU)
    settings.PAYMENT_PROVIDER = f"{__name__}.Balances"
    Balances.found = busy_week.balances()
    out = io.StringIO()
    call_command("reconcile", "--no-sync", stdout=out)
    assert "15 entries checked. Orders, ledger and provider match to the cent." in out.getvalue()
    assert "charged                     464.00          464.00          464.00" in out.getvalue()
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor - 100 WHERE id = %s", [posting.id])
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", "--no-sync", stdout=out)
    assert ended.value.code == 1
    for told in (
        entry.source_key,
        "2000 Vendor payable",
        "-40.00 EUR",
        "-41.00 EUR",
        "difference  -1.00 EUR",
    ):
        assert told in out.getvalue()


def test_the_match_is_made_daily_and_soon_again_while_something_is_open(busy_week, settings, move_clock):
    settings.PAYMENT_PROVIDER = f"{__name__}.Balances"
    Balances.found = busy_week.balances()
    assert [reconcile_when_due(), reconcile_when_due()] == [1, 0]
    move_clock(timedelta(hours=25))
    Balances.found = []
    assert reconcile_when_due() == 1
    assert latest_run().exceptions_count == 3
    assert reconcile_when_due() == 0
    move_clock(timedelta(minutes=11))
    Balances.found = busy_week.balances()
    assert [reconcile_when_due(), reconcile_when_due()] == [1, 0]
    assert latest_run().matches


def test_what_came_after_its_month_was_closed_still_agrees(busy_week):
    """Entries are rebuilt from their facts, which keep their real dates; the books date late ones into the open."""
    period = periods.close(month=periods.Month(date(2026, 3, 1)), by=LINDQVIST)
    _, (late,) = busy_week.order((LINDQVIST, 5000, 500), available=True)
    busy_week.refund(late, 1000, 900)
    moved = JournalEntry.objects.filter(occurred_at=APRIL)
    assert sorted((entry.kind, entry.description.partition(" (")[2]) for entry in moved) == [
        ("commission", "occurred 2026-03-02 12:00 UTC)"),
        ("funds_available", "occurred 2026-03-09 12:00 UTC)"),
        ("refund", "occurred 2026-03-02 12:00 UTC)"),
        ("refund_owed", "occurred 2026-03-02 12:00 UTC)"),
        ("sale", "occurred 2026-03-02 12:00 UTC)"),
    ]
    run, exceptions = busy_week.reconcile()
    assert (run.exceptions_count, exceptions) == (0, [])
    assert [(line["code"], line["debits_minor"]) for line in period.totals] == [
        (line.code, line.debits_minor) for line in trial_balance(until=APRIL)
    ]


class Balances:
    """A provider that knows balances only: the command is tested here, the network elsewhere."""

    found: list[ProviderBalance] = []

    def fetch_balances(self):
        return self.found
