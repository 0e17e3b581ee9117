"""What a customer's bank takes: held, taken back from the right vendor, given back, or lost. 120.00 of two vendors."""

import itertools

import pytest
from django.db import transaction

from billing.disputes import actions as disputes
from billing.disputes.models import Dispute, DisputeEvent, DisputeState, Phase
from billing.ledger.models import JournalEntry
from billing.payments import actions
from billing.payments.provider import SessionLine
from billing.payouts.models import Hold, Reversal, Transfer, TransferState, VendorDebt
from billing.reconciliation.actions import reconcile
from billing.stripe import tasks
from billing.stripe.client import stripe_client
from billing.stripe.disputes import AlreadyAnswered, Document, NothingToSay, accept_dispute, submit_answer
from billing.stripe.sync import sync_balance
from kit.ids import uuid7
from tests.billing.stripe.conftest import send
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE

pytestmark = pytest.mark.django_db
CUSHION = {"2000/moreau": -45000}
STAFF = uuid7()


@pytest.fixture
def paid(purchase, released_at_once):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    purchase.refresh()
    return purchase


def dispute(purchase, reason="fraudulent", *, drain=True, **more):
    charge = purchase.payment.provider_charge_id
    purchase.sandbox.control(f"charges/{charge}/dispute", {"reason": reason, **more})
    if drain:
        purchase.sandbox.drain()
        return Dispute.objects.get(provider_dispute_id=newest(charge))
    return None


def newest(charge):
    return stripe_client().v1.disputes.list({"charge": charge}).data[0].id


def close(purchase, found, status):
    purchase.sandbox.control(f"disputes/{found.provider_dispute_id}/close", {"status": status})
    purchase.sandbox.drain()
    found.refresh_from_db()
    purchase.refresh()


def test_taken_before_the_transfer_and_won(paid, books, explained):
    found = dispute(paid)
    assert (found.state, found.phase, found.withdrawn_minor, found.fee_minor) == ("needs_response", "held", 12000, 2000)
    assert books() == {
        "1020": 11795 - 14000,
        "5000": 205,
        "5010": 2000,
        "1310": 12000,
        "2400/lindqvist": -7200,
        "2400/moreau": -3400,
        "4000": -1400,
    }
    assert JournalEntry.objects.get(kind="dispute_held").reference_id == paid.payment.reference_id
    assert {row.state for row in Transfer.objects.all()} == {TransferState.CANCELED}
    assert send(paid, paid.lindqvist, paid.moreau) == 0
    explained()
    close(paid, found, "won")
    assert (found.state, found.phase, found.fee_minor) == ("won", "returned", 0)
    assert books() == {"1020": 11795, "5000": 205, "2000/lindqvist": -7200, "2000/moreau": -3400, "4000": -1400}
    explained()
    # Released meanwhile, so that they are sent now, each once.
    paid.sandbox.advance(hours=1)
    assert tasks.send_transfers() == 2
    paid.sandbox.drain()
    explained()


def test_taken_after_the_transfer_reversed_won_and_transferred_again(transferred, books, explained):
    found = dispute(transferred)
    assert [row.amount_minor for row in Reversal.objects.order_by("amount_minor")] == [3400, 7200]
    assert tasks.send_reversals() == 2
    held = books()
    assert (held["2400/lindqvist"], held["2400/moreau"], held["1310"]) == (-7200, -3400, 12000)
    assert "2000/lindqvist" not in held
    transferred.sandbox.drain()
    explained()
    close(transferred, found, "won")
    assert tasks.send_transfers() == 2
    again = Transfer.objects.filter(part="again1")
    assert sorted(row.amount_minor for row in again) == [3400, 7200]
    transferred.sandbox.drain()
    transferred.refresh()
    assert (transferred.lindqvist.transferred_minor, transferred.lindqvist.reversed_minor) == (7200, 0)
    assert {k: v for k, v in books().items() if k.startswith(("13", "20", "24"))} == CUSHION
    explained()


def test_lost_is_the_vendors_and_our_commission_was_in_vain(transferred, books, explained):
    found = dispute(transferred)
    tasks.send_reversals()
    close(transferred, found, "lost")
    assert {k: v for k, v in books().items() if k[:2] in ("13", "20", "24", "40", "50")} == {
        **CUSHION,
        "4000": -5000,
        "5000": 775 + 205,
        # The fee of 20.00 by what was disputed of each: 13.33 and 6.67.
        "1300/lindqvist": 1333,
        "1300/moreau": 667,
    }
    assert sorted(VendorDebt.objects.values_list("cause", "amount_minor")) == [
        ("dispute_fee", 667),
        ("dispute_fee", 1333),
    ]
    transferred.refresh()
    assert (transferred.moreau.disputed_minor, transferred.moreau.left_minor) == (4000, 0)
    explained()
    totals = reconcile().totals["EUR"]
    assert totals["orders"]["commission"] == totals["ledger"]["commission"] == 5000
    assert set(JournalEntry.objects.filter(kind="dispute_lost").values_list("reference_id", flat=True)) == {
        transferred.lindqvist.reference_id,
        transferred.moreau.reference_id,
    }


def test_lost_and_borne_by_us_leaves_the_vendors_as_they_were(transferred, books, explained):
    found = dispute(transferred)
    disputes.decide_bearers(dispute_id=found.id, borne_by="platform", fee_borne_by="platform", by=STAFF)
    tasks.send_reversals()
    close(transferred, found, "lost")
    assert tasks.send_transfers() == 2
    assert {k: v for k, v in books().items() if k[:2] in ("13", "20", "24", "40", "50")} == {
        **CUSHION,
        "4000": -6400,
        "5000": 980,
        "5010": 2000,
        "5030": 12000,
    }
    transferred.sandbox.drain()
    explained()
    with pytest.raises(disputes.DisputeClosed):
        disputes.decide_bearers(dispute_id=found.id, borne_by="vendor", fee_borne_by="vendor", by=STAFF)


def test_what_the_vendors_balance_refuses_is_owed_while_it_is_disputed(transferred, books, explained):
    transferred.sandbox.control("config", {"reversal_when_short": "refuse"})
    transferred.sandbox.advance(days=3)
    found = dispute(transferred)
    tasks.send_reversals()
    assert (books()["1300/lindqvist"], books()["2400/lindqvist"]) == (7200, -7200)
    transferred.sandbox.drain()
    explained()
    close(transferred, found, "won")
    # What comes back pays the debt that it left.
    assert tasks.send_transfers() == 2
    assert {k: v for k, v in books().items() if k[:2] in ("13", "20", "24")} == CUSHION
    transferred.sandbox.drain()
    explained()


def test_staff_gives_all_of_it_to_the_vendor_it_is_about(transferred, books, explained):
    found = dispute(transferred, "product_not_received", amount=4000)
    assert {row.vendor_id: row.amount_minor for row in found.slices.all()} == {
        transferred.lindqvist.vendor_id: 2667,
        transferred.moreau.vendor_id: 1333,
    }
    found = disputes.assign(dispute_id=found.id, share_id=transferred.moreau.id, by=STAFF)
    tasks.send_reversals()
    assert (found.version, books().get("2400/lindqvist"), books()["2400/moreau"]) == (2, None, -3400)
    transferred.refresh()
    assert (transferred.lindqvist.reversed_minor, transferred.moreau.reversed_minor) == (0, 3400)
    transferred.sandbox.drain()
    explained()
    close(transferred, found, "lost")
    assert (books()["1300/moreau"], "1300/lindqvist" in books()) == (2000, False)
    explained()


def test_an_inquiry_moves_nothing_and_holds_what_was_not_sent(paid, books, explained):
    before = books()
    found = dispute(paid, "inquiry")
    assert (found.state, found.phase, books()) == ("warning_needs_response", "none", before)
    assert send(paid, paid.lindqvist, paid.moreau) == 0
    assert Hold.objects.filter(rule="dispute", released_at=None).count() == 2
    explained()
    # It may still be refunded, and that is no double payment.
    actions.request_refund(share=paid.moreau, amount_minor=1000, key="returned:1", reason="Returned")
    tasks.send_refunds()
    close(paid, found, "won")
    assert found.state == "warning_closed"
    assert not Hold.objects.filter(rule="dispute", released_at=None).exists()
    paid.sandbox.advance(hours=1)
    assert tasks.send_transfers() == 2
    paid.sandbox.drain()
    explained()


def test_an_inquiry_that_becomes_a_dispute_takes_what_is_left_after_a_refund(transferred, books, explained):
    found = dispute(transferred, "inquiry")
    actions.request_refund(share=transferred.lindqvist, amount_minor=3000, key="returned:1", reason="Returned")
    tasks.send_refunds()
    tasks.send_reversals()
    transferred.sandbox.control(f"disputes/{found.provider_dispute_id}/escalate")
    transferred.sandbox.drain()
    tasks.send_reversals()
    found.refresh_from_db()
    # The bank takes all 120.00, though 30.00 went back already: that double payment is ours.
    assert (found.phase, found.platform_minor, books()["2400/lindqvist"]) == (Phase.HELD, 3000, -4500)
    with pytest.raises(actions.PaymentDisputed):
        actions.request_refund(share=transferred.moreau, amount_minor=100, key="returned:2", reason="Returned")
    transferred.sandbox.drain()
    explained()
    close(transferred, found, "lost")
    assert books()["5030"] == 3000
    explained()


def test_two_disputes_of_one_charge_divide_what_the_first_left(transferred, books, explained):
    dispute(transferred, amount=6000, drain=False)
    dispute(transferred, amount=3000, drain=False)
    transferred.sandbox.drain()
    first, second = Dispute.objects.order_by("opened_at", "provider_dispute_id")
    tasks.send_reversals()
    transferred.refresh()
    assert transferred.lindqvist.disputed_minor + transferred.moreau.disputed_minor == 9000
    transferred.sandbox.drain()
    explained()
    close(transferred, first, "lost")
    close(transferred, second, "won")
    tasks.send_transfers()
    transferred.sandbox.drain()
    transferred.refresh()
    taken = sum(row.amount_minor for row in first.slices.all())
    assert transferred.lindqvist.disputed_minor + transferred.moreau.disputed_minor == taken
    explained()


@pytest.mark.parametrize("bearer", ["vendor", "platform"])
def test_after_a_part_is_lost_the_rest_of_the_payment_is_refunded_and_no_more(transferred, books, explained, bearer):
    lindqvist, moreau = transferred.lindqvist, transferred.moreau
    found = dispute(transferred, amount=5000)
    disputes.decide_terms(
        dispute_id=found.id, share_id=lindqvist.id, borne_by=bearer, fee_borne_by="platform", by=STAFF
    )
    tasks.send_reversals()
    close(transferred, found, "lost")
    transferred.refresh()
    assert transferred.payment.refunds_blocked_at is None
    with pytest.raises(actions.RefundTooLarge, match=r"30\.00"):
        actions.request_refund(share=lindqvist, amount_minor=3001, key="returned:1", reason="Returned")
    for share, amount in ((moreau, 4000), (lindqvist, 3000)):
        actions.request_refund(share=share, amount_minor=amount, key=f"returned:{share.id}", reason="Returned")
    with pytest.raises(actions.PaymentDisputed, match="keeps what was left"):
        actions.request_refund(share=lindqvist, amount_minor=1, key="returned:2", reason="Returned")
    assert tasks.send_refunds() == 2
    transferred.sandbox.drain()
    transferred.refresh()
    assert transferred.payment.refunded_minor == 7000
    lost = (5000, 0) if bearer == "vendor" else (0, 5000)
    assert (transferred.lindqvist.disputed_minor, transferred.lindqvist.platform_lost_minor) == lost
    tasks.send_reversals()
    transferred.sandbox.drain()
    explained()


class Undone(Exception):
    """Ends a savepoint so that the next permutation starts from the same rows."""


def test_any_order_of_its_news_gives_the_same_books(transferred, books, agree):
    dispute(transferred, drain=False)
    transferred.sandbox.control(f"disputes/{newest(transferred.payment.provider_charge_id)}/close", {"status": "lost"})
    hooks = transferred.sandbox.caught()
    news = {
        f"webhook {n}": lambda h=hook: (transferred.sandbox.deliver([h, h]), tasks.process_inbox())
        for n, hook in enumerate(hooks)
    }
    news["balance read"] = sync_balance
    outcomes = set()
    for names in itertools.permutations(news):
        try:
            with transaction.atomic():
                for name in names:
                    news[name]()
                agree()
                kinds = tuple(sorted(JournalEntry.objects.values_list("kind", flat=True)))
                outcomes.add((tuple(sorted(books().items())), kinds))
                raise Undone
        except Undone:
            pass
    assert len(hooks) >= 3
    assert len(outcomes) == 1


def test_the_answer_goes_with_its_documents_once_and_decides(paid, explained):
    found = dispute(paid)
    with pytest.raises(NothingToSay):
        submit_answer(dispute_id=found.id, texts={"uncategorized_text": "  "}, documents=[], by=STAFF)
    receipt = Document(uuid7(), "receipt", "receipt.pdf", b"%PDF-1.7 paid", "")
    found = submit_answer(
        dispute_id=found.id,
        texts={"uncategorized_text": "It was delivered", "shipping_tracking_number": "RR123"},
        documents=[receipt],
        by=STAFF,
    )
    assert (found.state, found.submitted_at is not None) == ("under_review", True)
    theirs = stripe_client().v1.disputes.retrieve(found.provider_dispute_id).evidence
    assert (theirs.shipping_tracking_number, theirs.receipt[:5]) == ("RR123", "file_")
    with pytest.raises(AlreadyAnswered):
        submit_answer(dispute_id=found.id, texts={"uncategorized_text": "And more"}, documents=[], by=STAFF)
    paid.sandbox.drain()
    assert list(DisputeEvent.objects.filter(kind="submitted").values_list("by", flat=True)) == [STAFF]
    explained()


def test_a_winning_answer_and_giving_in(paid, explained):
    found = dispute(paid)
    found = submit_answer(dispute_id=found.id, texts={"uncategorized_text": "winning_evidence"}, documents=[], by=STAFF)
    assert (found.state, found.phase) == (DisputeState.WON, Phase.RETURNED)
    second = dispute(paid, amount=5000)
    second = accept_dispute(dispute_id=second.id, by=STAFF)
    assert (second.state, second.phase, second.accepted_at is not None) == (DisputeState.LOST, Phase.LOST, True)
    paid.sandbox.drain()
    explained()


def test_the_vat_in_our_commission_goes_with_it(sandbox, two_vendors, account_of, books, explained):
    from kit.money import Money

    account_of(two_vendors[0])
    payment = actions.create_payment(
        reference_id=uuid7(),
        reference_number="S-1003",
        customer_email="ines@example.com",
        amount=Money(10000, "EUR"),
        shares=[actions.ShareInput(two_vendors[0].id, uuid7(), 10000, 1250, 250)],
    )
    actions.start(
        payment_id=payment.id,
        lines=[SessionLine("Goods", 10000)],
        success_url="http://localhost:8000/a",
        cancel_url="http://localhost:8000/b",
    )
    sandbox.pay(payment.attempts.get().provider_session_id, CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    payment.refresh_from_db()
    sandbox.control(f"charges/{payment.provider_charge_id}/dispute", {"reason": "fraudulent", "amount": 4000})
    sandbox.drain()
    found = Dispute.objects.get()
    sandbox.control(f"disputes/{found.provider_dispute_id}/close", {"status": "lost"})
    sandbox.drain()
    assert (books()["4000"], books()["2200"]) == (-600, -150)
    explained()
