"""Charges, refunds, transfers, reversals, payouts, disputes: exact amounts, and that the sums hold."""

from __future__ import annotations

import pytest
import stripe

from tests.billing.sandbox.harness import Sandbox, onboarded, open_account, open_session, paid_charge

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}


def balances(client: stripe.StripeClient, account: str | None = None) -> tuple[int, int]:
    """(pending, available) in cents."""
    balance = client.v1.balance.retrieve({}, {"stripe_account": account} if account else {})
    return balance.pending[0].amount, balance.available[0].amount


def test_card_fee_is_rounded_half_up(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    # 1.5 % of 0.99 is 1.485 cents, of 1.00 exactly 1.5 cents.
    assert [paid_charge(client, sandbox, amount).balance_transaction.fee for amount in (99, 100, 12345)] == [
        26,
        27,
        210,
    ]


def test_bypass_pending_card_is_available_at_once(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    paid_charge(client, sandbox, 10000, "4000000000000077")
    assert balances(client) == (0, 10000 - 175)


def test_intent_declines_and_recovers(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 5000, "currency": "eur", "automatic_payment_methods": NO_REDIRECTS}
    )
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"})
    assert (caught.value.code, caught.value.error.decline_code, caught.value.http_status) == (
        "card_declined",
        "insufficient_funds",
        402,
    )
    intent = client.v1.payment_intents.retrieve(intent.id)
    assert (intent.status, intent.last_payment_error.decline_code) == ("requires_payment_method", "insufficient_funds")
    intent = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (intent.status, intent.amount_received) == ("succeeded", 5000)
    assert [c.status for c in client.v1.charges.list({"payment_intent": intent.id}).data] == ["succeeded", "failed"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_manual_capture_takes_a_part(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "eur",
            "capture_method": "manual",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": NO_REDIRECTS,
        }
    )
    assert (intent.status, intent.amount_capturable, balances(client)) == ("requires_capture", 5000, (0, 0))
    intent = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3000})
    assert (intent.status, intent.amount_received, balances(client)) == ("succeeded", 3000, (3000 - 70, 0))


def test_off_session_authentication_is_required(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create(
            {
                "amount": 5000,
                "currency": "eur",
                "confirm": True,
                "off_session": True,
                "payment_method": "pm_card_authenticationRequired",
            }
        )
    assert caught.value.code == "authentication_required"


def test_three_d_secure_through_the_api(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "eur",
            "confirm": True,
            "return_url": "http://localhost:8000/back",
            "payment_method": "pm_card_authenticationRequired",
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    done = sandbox.http.post(intent.next_action.redirect_to_url.url, data={"action": "complete"})
    assert done.headers["location"] == (
        f"http://localhost:8000/back?payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status=succeeded"
    )
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


# -- transfers -----------------------------------------------------------
def test_transfers_of_a_source_reach_its_gross_and_no_more(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    base = {"currency": "eur", "destination": vendor, "source_transaction": charge.id}
    client.v1.transfers.create({"amount": 9000, **base})
    with pytest.raises(
        stripe.InvalidRequestError, match=r"must not exceed the source amount of €100.00.*amounting to €90.00"
    ):
        client.v1.transfers.create({"amount": 1001, **base})
    client.v1.transfers.create({"amount": 1000, **base})
    # The platform has paid Stripe's fee out of its own pocket.
    assert balances(client) == (-175, 0)
    assert balances(client, vendor) == (10000, 0)


def test_transfer_rules(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    base = {"amount": 100, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    for change, message in (
        ({"source_transaction": charge.payment_intent}, "No such charge"),
        ({"currency": "usd"}, "must be the same as the transfer currency"),
        ({"transfer_group": "other"}, "must be the same as the transfer_group"),
        ({"amount": 0}, "greater than or equal to 1"),
        ({"destination": "acct_nothing"}, "No such destination"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=message):
            client.v1.transfers.create({**base, **change})
    newcomer = open_account(client)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create({**base, "destination": newcomer.id})
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    far = open_account(client, identity={"country": "BR", "entity_type": "company"})
    sandbox.control(f"accounts/{far.id}/onboard")
    with pytest.raises(stripe.InvalidRequestError, match="Funds can't be sent to accounts located in BR"):
        client.v1.transfers.create({**base, "destination": far.id})
    sandbox.control(f"accounts/{vendor}/capability", {"status": "restricted"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create(base)
    assert client.v1.transfers.list().data == []


def test_group_is_invented_for_a_charge_without_one(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    intent = client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": NO_REDIRECTS,
        }
    )
    transfer = client.v1.transfers.create(
        {"amount": 1, "currency": "eur", "destination": vendor, "source_transaction": intent.latest_charge}
    )
    assert transfer.transfer_group == f"group_{intent.id}"
    assert client.v1.charges.retrieve(intent.latest_charge).transfer_group == f"group_{intent.id}"


def test_transfer_without_source_needs_available_money(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    paid_charge(client, sandbox, 10000)
    params = {"amount": 1000, "currency": "eur", "destination": vendor, "metadata": {"vendor_order": "7"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create(params)
    assert caught.value.code == "balance_insufficient"
    sandbox.advance(days=2)
    transfer = client.v1.transfers.create(params)
    assert balances(client, vendor) == (0, 1000)
    payment = client.v1.transfers.retrieve(transfer.id, {"expand": ["destination_payment", "balance_transaction"]})
    assert (payment.destination_payment.amount, payment.balance_transaction.net) == (1000, -1000)
    assert client.v1.transfers.update(transfer.id, {"description": "May"}).description == "May"


def test_reversals_to_the_last_cent(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    transfer = client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    client.v1.transfers.reversals.create(transfer.id, {"amount": 2500, "metadata": {"refund": "re_1"}})
    transfer = client.v1.transfers.retrieve(transfer.id)
    assert (transfer.amount_reversed, transfer.reversed, len(transfer.reversals.data)) == (2500, False, 1)
    assert (balances(client), balances(client, vendor)) == ((10000 - 175 - 6500, 0), (6500, 0))
    with pytest.raises(stripe.InvalidRequestError, match="greater than unreversed amount"):
        client.v1.transfers.reversals.create(transfer.id, {"amount": 6501})
    client.v1.transfers.reversals.create(transfer.id)
    assert client.v1.transfers.retrieve(transfer.id).reversed is True
    assert [r.amount for r in client.v1.transfers.reversals.list(transfer.id).data] == [6500, 2500]
    assert (balances(client), balances(client, vendor)) == ((10000 - 175, 0), (0, 0))
    with pytest.raises(stripe.InvalidRequestError, match="already fully reversed"):
        client.v1.transfers.reversals.create(transfer.id)


@pytest.mark.parametrize("mode", ["negative", "refuse"])
def test_reversal_on_an_empty_vendor(sandbox: Sandbox, client: stripe.StripeClient, mode: str) -> None:
    sandbox.control("config", {"reversal_when_short": mode})
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    transfer = client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    sandbox.advance(days=3)
    assert balances(client, vendor) == (0, 0)
    if mode == "negative":
        client.v1.transfers.reversals.create(transfer.id, {"amount": 4000})
        assert balances(client, vendor) == (0, -4000)
    else:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.transfers.reversals.create(transfer.id, {"amount": 4000})
        assert caught.value.code == "balance_insufficient"
        assert balances(client, vendor) == (0, 0)


# -- refunds -------------------------------------------------------------
def test_refund_waits_for_available_money(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox, 10000)
    refund = client.v1.refunds.create({"payment_intent": charge.payment_intent, "amount": 3000})
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == ("pending", "insufficient_funds", None)
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 3000
    assert balances(client) == (9825, 0)
    sandbox.advance(days=2)
    refund = client.v1.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]})
    assert (refund.status, refund.balance_transaction.net) == ("succeeded", -3000)
    assert balances(client) == (0, 6825)


def test_refunds_stop_at_the_charge(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox, 10000, "4000000000000077")
    client.v1.refunds.create({"charge": charge.id, "amount": 4000})
    with pytest.raises(
        stripe.InvalidRequestError,
        match=r"Refund amount \(€60.01\) is greater than unrefunded amount on charge \(€60.00\)",
    ):
        client.v1.refunds.create({"charge": charge.id, "amount": 6001})
    sandbox.control("topup", {"amount": 1000})
    client.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"
    assert [r.amount for r in client.v1.refunds.list({"charge": charge.id}).data] == [6000, 4000]
    assert balances(client) == (0, 825)
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        client.v1.refunds.cancel(client.v1.refunds.list().data[0].id)


def test_refund_that_fails_later_returns_the_money(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("topup", {"amount": 5000})
    charge = paid_charge(client, sandbox, 3000, "4000000000005126")
    refund = client.v1.refunds.create({"charge": charge.id})
    assert (refund.status, balances(client)[1]) == ("succeeded", 2000)
    sandbox.advance(hours=2)
    refund = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (refund.status, refund.failure_balance_transaction.type, balances(client)[1]) == (
        "failed",
        "refund_failure",
        5000,
    )


def test_refund_of_a_slow_card_succeeds_later(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("topup", {"amount": 5000})
    refund = client.v1.refunds.create({"charge": paid_charge(client, sandbox, 3000, "4000000000007726").id})
    assert refund.status == "pending"
    sandbox.advance(hours=2)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


# -- payouts -------------------------------------------------------------
def test_manual_payout_and_its_limits(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("topup", {"amount": 5000})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payouts.create({"amount": 5001, "currency": "eur"})
    assert caught.value.code == "balance_insufficient"
    payout = client.v1.payouts.create({"amount": 4000, "currency": "eur"})
    assert (payout.status, payout.automatic, payout.reconciliation_status) == ("pending", False, "not_applicable")
    with pytest.raises(stripe.InvalidRequestError, match="only be filtered on automatic"):
        client.v1.balance_transactions.list({"payout": payout.id})
    assert client.v1.payouts.cancel(payout.id).status == "canceled"
    assert balances(client) == (0, 5000)
    payout = client.v1.payouts.create({"amount": 4000, "currency": "eur"})
    sandbox.advance(hours=1)
    assert client.v1.payouts.retrieve(payout.id).status == "in_transit"
    sandbox.advance(hours=23)
    assert client.v1.payouts.retrieve(payout.id).status == "paid"
    assert balances(client) == (0, 1000)


def test_reconciliation_may_come_too_early(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    options: stripe.RequestOptions = {"stripe_account": vendor}
    sandbox.advance(days=2)
    seconds = 86400 - sandbox.state()["now"] % 86400
    sandbox.advance(seconds=seconds)
    payout = client.v1.payouts.list({}, options).data[0]
    assert (payout.status, payout.reconciliation_status) == ("pending", "in_progress")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.balance_transactions.list({"payout": payout.id}, options)
    assert caught.value.code == "payout_reconciliation_not_ready"


def test_returned_payout_stops_payouts_until_there_is_a_new_bank_account(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    vendor = onboarded(client, sandbox, iban="DE00 0000 0000 0000 1116")
    charge = paid_charge(client, sandbox, 10000)
    client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    sandbox.advance(days=5)
    options: stripe.RequestOptions = {"stripe_account": vendor}
    payout = client.v1.payouts.list({}, options).data[0]
    assert (payout.status, payout.failure_code, balances(client, vendor)) == ("failed", "account_closed", (0, 9000))
    assert client.v1.accounts.retrieve(vendor).payouts_enabled is False
    sandbox.control(f"accounts/{vendor}/onboard")
    sandbox.advance(days=3)
    assert [p.status for p in client.v1.payouts.list({}, options).data] == ["paid", "failed"]
    assert balances(client, vendor) == (0, 0)


def test_payout_may_fail_after_it_was_paid(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("topup", {"amount": 5000})
    payout = client.v1.payouts.create({"amount": 5000, "currency": "eur"})
    sandbox.advance(days=2)
    sandbox.control(f"payouts/{payout.id}/fail")
    assert client.v1.payouts.retrieve(payout.id).status == "failed"
    assert balances(client) == (0, 5000)


def test_balance_settings_drive_payouts(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    options: stripe.RequestOptions = {"stripe_account": vendor}
    client.v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}}, options)
    client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    sandbox.advance(days=10)
    assert (client.v1.payouts.list({}, options).data, balances(client, vendor)) == ([], (0, 9000))
    settings = client.v1.balance_settings.update(
        {
            "payments": {
                "payouts": {
                    "schedule": {"interval": "weekly", "weekly_payout_days": ["monday"]},
                    "minimum_balance_by_currency": {"eur": 2000},
                }
            }
        },
        options,
    )
    assert settings.payments.payouts.schedule.weekly_payout_days == ["monday"]
    sandbox.advance(days=10)
    payout = client.v1.payouts.list({}, options).data[0]
    assert (payout.amount, payout.status, balances(client, vendor)) == (7000, "paid", (0, 2000))
    movements = client.v1.balance_transactions.list({"payout": payout.id}, options).data
    assert sum(m.net for m in movements) == 0
    assert sorted(m.type for m in movements) == ["payment", "payout", "payout_minimum_balance_hold"]


def test_settlement_override_withholds_longer(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000)
    client.v1.balance_settings.update(
        {"payments": {"settlement_timing": {"delay_days_override": 7}}}, {"stripe_account": vendor}
    )
    client.v1.transfers.create(
        {"amount": 9000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    sandbox.advance(days=6)
    assert balances(client, vendor) == (9000, 0)
    sandbox.advance(days=1)
    assert balances(client, vendor) == (0, 9000)


# -- disputes ------------------------------------------------------------
def test_dispute_takes_amount_and_fee_and_winning_returns_them(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox, 10000, "4000000000000259")
    dispute = client.v1.disputes.list({"charge": charge.id}).data[0]
    assert (dispute.status, dispute.balance_transactions[0].net, balances(client)) == (
        "needs_response",
        -12000,
        (9825, -12000),
    )
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_disputed"
    won = client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    )
    assert (won.status, len(won.balance_transactions), balances(client)) == ("won", 2, (9825, 0))


def test_what_a_bank_keeps_of_a_charge_is_refunded_no_more_and_the_rest_is(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    charge = paid_charge(client, sandbox, 10000, "4000000000000077")
    sandbox.control(f"charges/{charge.id}/dispute", {"reason": "fraudulent", "amount": 4000})
    dispute = client.v1.disputes.list({"charge": charge.id}).data[0]
    for amount, code, words in ((6000, "charge_disputed", "charged back"), (6001, None, "unrefunded amount")):
        with pytest.raises(stripe.InvalidRequestError, match=words) as caught:
            client.v1.refunds.create({"charge": charge.id, "amount": amount})
        assert caught.value.code == code
        if amount == 6000:
            client.v1.disputes.close(dispute.id)
    assert client.v1.refunds.create({"charge": charge.id}).amount == 6000
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        client.v1.refunds.create({"charge": charge.id, "amount": 1})


def test_inquiry_moves_no_money(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox, 10000, "4000000000001976")
    dispute = client.v1.disputes.list({"charge": charge.id}).data[0]
    assert (dispute.status, dispute.is_charge_refundable, balances(client)) == (
        "warning_needs_response",
        True,
        (9825, 0),
    )
    assert client.v1.disputes.close(dispute.id).status == "warning_closed"
    assert balances(client) == (9825, 0)


# -- sessions ------------------------------------------------------------
def test_session_expires_by_the_clock_and_by_hand(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    now = sandbox.state()["now"]
    short = open_session(client, expires_at=now + 1900)
    with pytest.raises(stripe.InvalidRequestError, match="at least 30 minutes"):
        open_session(client, expires_at=now + 1700)
    sandbox.advance(seconds=2000)
    short = client.v1.checkout.sessions.retrieve(short.id)
    assert (short.status, short.payment_status, short.url) == ("expired", "unpaid", None)
    other = open_session(client)
    assert client.v1.checkout.sessions.expire(other.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(other.id)
    assert [e.data.object.id for e in client.v1.events.list({"type": "checkout.session.expired"}).data] == [
        other.id,
        short.id,
    ]


def test_expired_session_gives_its_intent_up(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    sandbox.control(f"sessions/{session.id}/pay", {"card": "4000002760003184"})
    client.v1.checkout.sessions.expire(session.id)
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_intent.status) == ("expired", "canceled")
    assert client.v1.charges.list().data == []


def test_paid_session_cannot_be_paid_again_or_expired(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    first = sandbox.control(f"sessions/{session.id}/pay", {})
    assert (first["status"], first["payment_status"]) == ("complete", "paid")
    with pytest.raises(Exception, match="400"):
        sandbox.control(f"sessions/{session.id}/pay", {})
    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        client.v1.checkout.sessions.expire(session.id)
    assert len(client.v1.charges.list().data) == 1


def test_vendor_pays_as_a_customer(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    session = open_session(client, customer_account=vendor)
    sandbox.control(f"sessions/{session.id}/pay", {})
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.customer_account, session.payment_intent.customer_account) == (vendor, vendor)
    with pytest.raises(stripe.InvalidRequestError, match="No such customer account"):
        open_session(client, customer_account="acct_nothing")


def test_every_balance_is_the_sum_of_its_movements(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendors = [onboarded(client, sandbox) for _ in range(3)]
    for index, amount in enumerate((2000, 3333, 10000, 777, 12345, 9999)):
        charge = paid_charge(client, sandbox, amount, "4000000000000077" if index % 2 else "4242424242424242")
        shares = [amount // 4] * 3
        transfers = [
            client.v1.transfers.create(
                {"amount": share, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
            )
            for vendor, share in zip(vendors, shares, strict=True)
        ]
        if index in (1, 4):
            client.v1.refunds.create({"charge": charge.id, "amount": amount // 3})
            client.v1.transfers.reversals.create(transfers[0].id, {"amount": shares[0] // 2})
        sandbox.advance(hours=20)
    sandbox.advance(days=6)
    state = sandbox.state()
    assert state["drift"] == []
    for account in (None, *vendors):
        options: stripe.RequestOptions = {"stripe_account": account} if account else {}
        movements = list(client.v1.balance_transactions.list({"limit": 100}, options).auto_paging_iter())
        assert sum(balances(client, account)) == sum(m.net for m in movements)
        assert all(m.net == m.amount - m.fee for m in movements)
        payouts = list(client.v1.payouts.list({"limit": 100}, options).auto_paging_iter())
        assert all(
            sum(m.net for m in client.v1.balance_transactions.list({"payout": p.id, "limit": 100}, options).data) == 0
            for p in payouts
        )
        assert bool(payouts) == bool(account)
