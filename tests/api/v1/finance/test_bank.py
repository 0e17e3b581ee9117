"""Money by our own bank, by API: recorded, paid out, and to whom only two people together say."""

from typing import Any

import pytest

from approvals.models import Approval
from billing.bank_transfer.provider import NAME
from billing.ledger.queries import balance
from billing.payouts.models import Hold, Transfer
from kit import clock
from marketplace.checkout.actions import start_payment
from marketplace.orders.models import Order
from tests.support.api import Held, items
from tests.support.office import place

FINANCE = "/api/v1/finance"
IBAN = "NL91ABNA0417164300"


@pytest.fixture
def order(db: None, settings: Any, put_on_shelf: Any, address: Any, everything_ten_percent: Any) -> Any:
    """Ada's lamp of Lindqvist's, to be paid by bank transfer."""
    from accounts.models import User

    settings.BANK_TRANSFER_IBAN = "DE89370400440532013000"
    ada = User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    made = place(ada, address, put_on_shelf("lindqvist", price_minor=12100))
    start_payment(order=made, success_url="http://x/ok", cancel_url="http://x/orders/1/", by=NAME)
    return Order.objects.get(id=made.id)


def test_an_order_is_paid_by_bank_and_its_vendor_by_a_file_that_two_agree_to(
    at_office: Any, order: Any, settings: Any
) -> None:
    settings.FOUR_EYES_MINOR = 10000
    caller, controller = Held(at_office("finance"), "finance"), Held(at_office("controller"), "finance")
    line = {"order_number": order.number, "amount_minor": order.total_minor + 700, "currency": "EUR"}
    line |= {"received_on": str(clock.today()), "bank_reference": "B-1", "payer": "A. Vermeer"}
    unknown = caller.post(f"{FINANCE}/bank-receipts", {**line, "order_number": "NOPE"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "bank_reference_unknown")
    made = caller.post(f"{FINANCE}/bank-receipts", line, Idempotency_Key="a-line-of-the-statement")
    assert (made.status_code, made.json()["payment_state"]) == (201, "paid")
    assert caller.get(made["Location"]).json() == made.json()
    again = caller.post(f"{FINANCE}/bank-receipts", line)
    assert (again.status_code, again.json()) == (201, made.json()), "Sent twice, it is once."
    other = controller.post(f"{FINANCE}/bank-receipts", line)
    assert (other.status_code, other.json()["code"]) == (409, "incoming_recorded")
    back = caller.post(f"{made['Location']}/return", {"reference": "OUT-1"})
    assert (back.status_code, back.json()["returned_minor"]) == (200, 700)
    assert caller.post(f"{made['Location']}/return", {"reference": "OUT-2"}).json()["code"] == "nothing_to_give_back"
    assert [row["bank_reference"] for row in items(caller, f"{FINANCE}/bank-receipts")] == ["B-1"]

    transfer = Transfer.objects.get()
    Hold.objects.update(released_at=clock.now())
    Transfer.objects.update(state="due", release_at=clock.now())
    account = f"{FINANCE}/bank-accounts/{transfer.vendor_id}"
    assert caller.get(account).status_code == 404
    asked = caller.put(account, {"holder": "Lindqvist", "iban": IBAN, "reason": "Letter of 3 March"})
    assert (asked.status_code, asked.json()["kind"], asked.json()["decision"]) == (200, "bank.account", "")
    assert caller.get(account).status_code == 404
    controller.post(f"{FINANCE}/approvals/{asked.json()['id']}/decision", {"grant": True})
    assert caller.get(account).json()["iban"] == IBAN

    file = caller.post(f"{FINANCE}/settlement-files")
    assert (file.status_code, file.json()["released_at"], len(file.json()["lines"])) == (201, None, 1)
    for early in (caller.get(f"{file['Location']}/xml"), caller.post(f"{file['Location']}/sent")):
        assert (early.status_code, early.json()["code"]) == (409, "settlement_not_released")
    waiting = Approval.objects.get(decision="")
    assert caller.post(f"{FINANCE}/approvals/{waiting.id}/decision", {"grant": True}).status_code == 403
    controller.post(f"{FINANCE}/approvals/{waiting.id}/decision", {"grant": True})
    written = caller.get(f"{file['Location']}/xml")
    assert (written["Content-Type"], IBAN.encode() in written.content) == ("application/xml", True)
    sent = caller.post(f"{file['Location']}/sent")
    assert (sent.status_code, sent.json()["sent_at"] is not None) == (200, True)
    assert balance("2000", currency="EUR", vendor_id=transfer.vendor_id) == 0
    line_id = sent.json()["lines"][0]["id"]
    came_back = caller.post(f"{FINANCE}/settlement-lines/{line_id}/return", {"reason": "Account closed"})
    assert came_back.json()["lines"][0]["return_reason"] == "Account closed"
    assert [row["id"] for row in items(caller, f"{FINANCE}/settlement-files")] == [file.json()["id"]]
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == ("failed", "Account closed")
