"""An order paid by bank transfer, from the choice to the vendor's bank, with books that the match rebuilds."""

from datetime import timedelta
from uuid import uuid4
from xml.etree import ElementTree as Xml

import pytest

from approvals.actions import OwnRequest, decide
from approvals.models import Approval
from audit.models import AuditEntry
from billing.bank_transfer.actions import (
    NoSuchOrder,
    NothingToGiveBack,
    RecordedAlready,
    excess_of,
    give_back,
    pay_refund,
    record_incoming,
)
from billing.bank_transfer.models import SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.provider import NAME
from billing.bank_transfer.settlement import (
    NothingDue,
    NotOpen,
    NotReleased,
    check_iban,
    file_for_the_bank,
    make_file,
    mark_returned,
    mark_sent,
    set_bank_account,
)
from billing.bank_transfer.two_people import ask_for_account
from billing.bank_transfer.wishes import AccountWaits, account_of, last_wish, want_account
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance, trial_balance
from billing.payments.actions import request_refund
from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import retry_transfer
from billing.payouts.debts import checkout_closed, debit, open_checkout
from billing.payouts.holds import release_hold
from billing.payouts.models import Hold, Reversal, Transfer, VendorDebt
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException
from billing.stripe import refunds as stripe_refunds
from billing.stripe import reversals as stripe_reversals
from billing.stripe import transfers as stripe_transfers
from billing.stripe.expiry import expire_sessions
from billing.stripe.floor import OWED, owed_minor
from kit import clock
from kit.errors import InvalidInput
from kit.ids import uuid7
from kit.money import Money
from marketplace.checkout.actions import start_payment
from marketplace.orders.models import Order
from outbox.tasks import deliver
from tenants.vendors.models import Vendor
from tests.support.office import place

BY = uuid4()
IBAN, OURS = "NL91ABNA0417164300", "DE89370400440532013000"
SEPA = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture(autouse=True)
def offered(settings):
    settings.BANK_TRANSFER_IBAN, settings.BANK_TRANSFER_HOLDER = OURS, "Soük Market"


@pytest.fixture
def order(db, put_on_shelf, address, everything_ten_percent):
    """A lamp of Lindqvist's for 121.00 and delivery, to be paid by bank transfer."""
    from accounts.models import User

    ada = User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    made = place(ada, address, put_on_shelf("lindqvist", price_minor=12100))
    start_payment(order=made, success_url="http://x/ok", cancel_url="http://x/orders/1/?payment=stopped", by=NAME)
    return Order.objects.get(id=made.id)


def pay(order, amount, reference="BANK-1"):
    return record_incoming(
        order_number=order.number.lower(),
        amount=Money(amount, "EUR"),
        received_on=clock.today(),
        bank_reference=reference,
        by=BY,
        payer="A. Vermeer",
    )


def payment_of(order) -> Payment:
    return Payment.objects.get(reference_id=order.id)


def held(code, vendor_id=None):
    return balance(code, currency="EUR", vendor_id=vendor_id)


def match():
    reconcile(fetch_balances=list)
    assert sum(line.balance_minor for line in trial_balance()) == 0
    return list(ReconciliationException.objects.filter(state="open").values_list("check_name", "explanation"))


def due(order) -> Transfer:
    transfer = Transfer.objects.get(payment_id=payment_of(order).id)
    for hold in Hold.objects.filter(transfer=transfer, released_at=None):
        release_hold(hold=hold) if "hold" in release_hold.__annotations__ else release_hold(
            transfer=transfer, rule=hold.rule
        )
    Transfer.objects.filter(id=transfer.id).update(state="due", release_at=clock.now())
    return Transfer.objects.get(id=transfer.id)


def test_an_order_waits_for_its_money_and_is_paid_by_what_comes_in_parts(order):
    total = order.total_minor
    payment = payment_of(order)
    assert (payment.state, payment.attempts.get().provider) == ("pending", NAME)
    assert order.hold_until > clock.now() + timedelta(days=6)
    pay(order, total - 500)
    assert payment_of(order).state == "pending"
    assert (held("1100"), held("2110")) == (total - 500, 500 - total)
    # The buyer's until the order is paid in full: our own payouts leave as much.
    assert owed_minor("EUR") == total - 500
    assert match() == []
    pay(order, 500, "BANK-2")
    payment = payment_of(order)
    share = PaymentShare.objects.get(payment=payment)
    assert (payment.state, payment.provider, payment.fee_minor) == ("paid", NAME, 0)
    assert (held("1100"), held("2110")) == (total, 0)
    assert held("2000", share.vendor_id) == -share.net_minor
    assert held("1010") == held("1020") == 0
    assert match() == []


def test_too_much_is_given_back_once_and_a_line_is_recorded_once(order):
    came = pay(order, order.total_minor + 700)
    assert pay(order, order.total_minor + 700) == came
    assert excess_of(payment_of(order)) == 700
    with pytest.raises(RecordedAlready):
        pay(order, 700)
    for _ in range(2):
        give_back(incoming_id=came.id, reference="OUT-1", by=BY)
    assert (held("1100"), held("2110")) == (order.total_minor, 0)
    with pytest.raises(NothingToGiveBack):
        give_back(incoming_id=came.id, reference="OUT-2", by=BY)
    with pytest.raises(NoSuchOrder):
        record_incoming(
            order_number="NOPE", amount=Money(1, "EUR"), received_on=clock.today(), bank_reference="B", by=BY
        )
    assert match() == []


def test_what_is_not_paid_in_time_expires_and_a_part_that_came_is_given_back(order):
    came = pay(order, 500)
    payment_of(order).attempts.update(expires_at=clock.now() - timedelta(minutes=1))
    assert expire_sessions() == 1
    assert payment_of(order).state == "expired"
    give_back(incoming_id=came.id, reference="OUT-1", by=BY)
    assert held("1100") == held("2110") == 0
    assert match() == []


def test_a_refund_is_paid_from_the_bank_and_never_asked_of_stripe(order):
    pay(order, order.total_minor)
    share = PaymentShare.objects.get(payment=payment_of(order))
    refund = request_refund(share=share, amount_minor=1000, reason="A scratch", key="scratch:1")
    assert stripe_refunds.claim() is None
    done = pay_refund(refund_id=refund.id, reference="OUT-9", by=BY)
    assert (done.state, AuditEntry.objects.get(action="bank.refund_paid").data["reference"]) == ("succeeded", "OUT-9")
    assert (held("1100"), held("2100")) == (order.total_minor - 1000, 0)
    assert match() == []


def test_vendors_are_paid_by_a_file_and_what_the_bank_gives_back_is_owed_again(order):
    pay(order, order.total_minor)
    transfer = due(order)
    assert stripe_transfers.claim() is None
    with pytest.raises(NothingDue):
        make_file(by=BY)
    set_bank_account(vendor_id=transfer.vendor_id, holder="Lindqvist & Söner", iban="nl91 abna 0417 1643 00", by=BY)
    file = make_file(by=BY)
    document = Xml.fromstring(file.xml)
    one = document.find(f".//{SEPA}CdtTrfTxInf")
    paths = ("Amt/{0}InstdAmt", "Cdtr/{0}Nm", "CdtrAcct/{0}Id/{0}IBAN")
    told = [one.findtext(SEPA + path.format(SEPA)) for path in paths]
    assert told == [f"{transfer.amount_minor / 100:.2f}", "Lindqvist Soner", IBAN]
    assert document.findtext(f".//{SEPA}Dbtr/{SEPA}Nm") == "Souk Market"
    assert document.findtext(f".//{SEPA}GrpHdr/{SEPA}CtrlSum") == f"{file.total_minor / 100:.2f}"
    with pytest.raises(NothingDue):
        make_file(by=BY)
    assert match() == []
    mark_sent(file_id=file.id, by=BY)
    with pytest.raises(NotOpen):
        mark_sent(file_id=file.id, by=BY)
    assert held("2000", transfer.vendor_id) == 0
    assert match() == []
    line = mark_returned(line_id=SettlementLine.objects.get().id, reason="Account closed", by=BY)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == ("failed", "Account closed")
    assert held("2000", transfer.vendor_id) == -line.amount_minor
    assert match() == []
    with pytest.raises(NotOpen):
        mark_returned(line_id=line.id, reason="Twice", by=BY)
    retry_transfer(transfer_id=transfer.id)
    mark_sent(file_id=make_file(by=BY).id, by=BY)
    assert held("2000", transfer.vendor_id) == 0
    assert match() == []


def test_much_money_goes_to_the_bank_when_two_agree_and_is_due_again_when_not(order, settings):
    settings.FOUR_EYES_MINOR = 10000
    pay(order, order.total_minor)
    transfer = due(order)
    set_bank_account(vendor_id=transfer.vendor_id, holder="Lindqvist", iban=IBAN, by=BY)
    refused = make_file(by=BY)
    for early in (lambda: file_for_the_bank(refused.id), lambda: mark_sent(file_id=refused.id, by=BY)):
        with pytest.raises(NotReleased):
            early()
    decide(approval_id=Approval.objects.get().id, grant=False, by=uuid4(), note="Look at the IBAN again")
    transfer.refresh_from_db()
    assert (transfer.state, SettlementLine.objects.count()) == ("due", 0)
    with pytest.raises(NotOpen):
        mark_sent(file_id=refused.id, by=BY)
    file = make_file(by=BY)
    approval = Approval.objects.get(decision="")
    with pytest.raises(OwnRequest):
        decide(approval_id=approval.id, grant=True, by=BY)
    granted = decide(approval_id=approval.id, grant=True, by=uuid4())
    assert (granted.done_as, granted.amount_minor) == (f"settlement_file:{file.id}", transfer.amount_minor)
    assert file_for_the_bank(file.id).xml == file.xml
    mark_sent(file_id=file.id, by=BY)
    assert held("2000", transfer.vendor_id) == 0
    assert match() == []
    assert SettlementFile.objects.get(withdrawn_at=None).sent_at is not None


def test_a_file_pays_what_is_left_when_debts_are_paid(order, settings):
    pay(order, order.total_minor)
    transfer = due(order)
    vendor_id, earned = transfer.vendor_id, transfer.amount_minor
    set_bank_account(vendor_id=vendor_id, holder="Lindqvist", iban=IBAN, by=BY)
    for amount in (400, 600):
        debit(debt_id=uuid7(), vendor_id=vendor_id, amount_minor=amount, currency="EUR", reason="Labels")
    paying = open_checkout(vendor_id=vendor_id, currency="EUR", by=None)
    with pytest.raises(NothingDue):
        make_file(by=BY)
    checkout_closed(checkout_id=paying.id)
    file = make_file(by=BY)
    assert (file.total_minor, SettlementLine.objects.get().amount_minor) == (earned - 1000, earned - 1000)
    assert list(VendorDebt.objects.values_list("settled_minor", flat=True).order_by("id")) == [400, 600]
    mark_sent(file_id=file.id, by=BY)
    assert (held("1300", vendor_id), held("2000", vendor_id), held("5050")) == (0, 0, -1000)
    assert match() == []


def test_what_is_due_may_pay_debts_with_all_of_it(order, settings):
    pay(order, order.total_minor)
    transfer = due(order)
    set_bank_account(vendor_id=transfer.vendor_id, holder="Lindqvist", iban=IBAN, by=BY)
    owes = transfer.amount_minor + 500
    debit(debt_id=uuid7(), vendor_id=transfer.vendor_id, amount_minor=owes, currency="EUR", reason="Labels")
    with pytest.raises(NothingDue, match="paid what vendors owe"):
        make_file(by=BY)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.amount_minor, transfer.netted_minor) == ("done", 0, owes - 500)
    assert (held("1300", transfer.vendor_id), held("2000", transfer.vendor_id)) == (500, 0)
    assert match() == []


def test_an_owner_says_where_it_is_paid_and_finance_decides(order, make_vendor, settings):
    settings.EVENT_TABLE = "config.events"
    vendor = Vendor.objects.get(slug="lindqvist")
    owner, asked = uuid4(), {"holder": "Lindqvist AB", "iban": "nl91 abna 0417 1643 00"}
    wish_id = uuid7()
    for _ in range(2):  # sent twice, it is one
        want_account(vendor_id=vendor.id, wish_id=wish_id, **asked, by=owner)
    deliver()
    approval, wish = Approval.objects.get(), last_wish(vendor.id)
    assert (approval.kind, approval.requested_by, wish.approval_id, wish.state) == (
        "bank.account",
        owner,
        approval.id,
        "waiting",
    )
    with pytest.raises(AccountWaits):
        want_account(vendor_id=vendor.id, wish_id=uuid7(), **asked, by=owner)
    with pytest.raises(OwnRequest):
        decide(approval_id=approval.id, grant=True, by=owner)
    decide(approval_id=approval.id, grant=False, by=BY, note="Nobody answered the telephone")
    refused = last_wish(vendor.id)
    assert (refused.state, refused.note, account_of(vendor.id)) == ("refused", "Nobody answered the telephone", None)
    want_account(vendor_id=vendor.id, wish_id=uuid7(), **asked, by=owner)
    deliver()
    decide(approval_id=Approval.objects.get(decision="").id, grant=True, by=BY)
    assert (last_wish(vendor.id).state, account_of(vendor.id).iban) == ("agreed", IBAN)
    with pytest.raises(InvalidInput, match="paid there already"):
        want_account(vendor_id=vendor.id, wish_id=uuid7(), **asked, by=owner)
    # One that the office asked for waits: finance decides about one at a time.
    ask_for_account(vendor_id=vendor.id, vendor_name="Lindqvist", holder="L", iban=OURS, reason="A letter", by=BY)
    want_account(vendor_id=vendor.id, wish_id=uuid7(), holder="Lindqvist", iban=OURS, by=owner)
    deliver()
    assert (last_wish(vendor.id).state, last_wish(vendor.id).note) == (
        "refused",
        "Another change of your account waits already.",
    )


def test_what_our_bank_paid_a_vendor_is_never_asked_of_stripe_and_becomes_its_debt(order, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # whoever asks there fails
    pay(order, order.total_minor)
    transfer = due(order)
    set_bank_account(vendor_id=transfer.vendor_id, holder="Lindqvist", iban=IBAN, by=BY)
    mark_sent(file_id=make_file(by=BY).id, by=BY)
    share = PaymentShare.objects.get(payment=payment_of(order))
    refund = request_refund(share=share, amount_minor=1000, reason="A scratch", key="scratch:1")
    pay_refund(refund_id=refund.id, reference="OUT-9", by=BY)
    assert Reversal.objects.get().state == "due"
    assert stripe_reversals.send_reversals() == 0
    reversal, debt = Reversal.objects.get(), VendorDebt.objects.get()
    assert (reversal.state, reversal.error, reversal.provider_reversal_id) == ("canceled", "Owed instead", "")
    assert (debt.amount_minor, debt.cause) == (refund.net_minor, "refund")
    assert "paid to your bank" in debt.reason
    assert (held("1300", transfer.vendor_id), held("2000", transfer.vendor_id)) == (refund.net_minor, 0)
    assert match() == []


def test_all_that_is_owed_is_left_by_our_own_payouts():
    """Every account of what we owe, but for plans that are paid ahead: those are owed in time, not in money."""
    owed = {str(code) for code in AccountCode if code.startswith("2")} - {str(AccountCode.DEFERRED_REVENUE)}
    assert owed == set(map(str, OWED))


@pytest.mark.parametrize("wrong", ["", "NL91ABNA0417164301", "NL91", "91NLABNA0417164300", "NL91ABNA041716430é"])
def test_a_wrong_iban_is_refused(wrong):
    with pytest.raises(InvalidInput):
        check_iban(wrong)


def test_staff_record_and_pay_on_the_bank_page(order, desk):
    at = desk("accountant")
    assert order.number in at.page("/finance/bank/")
    line = {"order_number": order.number, "amount": "1.00", "received_on": str(clock.today()), "bank_reference": "B-1"}
    assert at.post("/finance/bank/receipts/", {**line, "order_number": "NOPE"}).status_code == 422
    assert at.post("/finance/bank/receipts/", line).status_code == 302
    answer = at.post(
        "/finance/bank/receipts/",
        {**line, "bank_reference": "B-2", "amount": f"{order.total_minor / 100}"},
        follow=True,
    )
    assert f"Order {order.number} is paid" in answer.content.decode()
    page = at.page("/finance/bank/")
    assert "1.00 EUR" in page
    assert "Given back" in page
    transfer = due(order)
    path = f"/finance/bank/vendors/{transfer.vendor_id}/account/"
    account = {"holder": "Lindqvist", "iban": IBAN, "reason": "Letter of 3 March"}
    assert "No account is known" in at.page(path)
    assert f'href="{path}"' in at.page("/finance/bank/")
    assert "look at its digits again" in at.post(path, {**account, "iban": IBAN[:-1] + "1"}).content.decode()
    at.post(path, account)
    assert not VendorBankAccount.objects.exists()
    decision = f"/finance/approvals/{Approval.objects.get().id}/decision/"
    assert at.post(decision, {"decision": "grant"}).status_code == 403
    desk("controller").post(decision, {"decision": "grant"})
    assert IBAN in at.page(path)
    at.post("/finance/bank/files/")
    file = SettlementLine.objects.get().file
    assert b"pain.001.001.09" in at.get(f"/finance/bank/files/{file.id}/").content
    at.post(f"/finance/bank/files/{file.id}/sent/")
    transfer.refresh_from_db()
    assert transfer.state == "done"
    assert "Came back" in at.page("/finance/bank/")
    assert "Record" not in desk("finance_viewer").page("/finance/bank/").split("<main")[1].split("What came")[0]
