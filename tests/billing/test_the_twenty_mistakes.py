"""The twenty most dangerous mistakes of a marketplace on Stripe, and that ours does not make them.

Each test is named for its mistake, in the order of the list that we keep. What is said of code is read from the code;
what is said of behavior is done against the sandbox. Not tested, since no test could fail:

- 12 in part: that endpoints made by hand at Stripe are pinned too. Ours are made by `register_endpoints`.
- 15 in part: whether the platform's own payouts at Stripe are automatic is a setting of the live account. Our transfers
  draw on their charge, so a sweep of the balance cannot stop them; the operator's guide asks for the floor.
- 20 in part: that a hold is not called "escrow" is read from our pages; what people say is theirs.
"""

import ast
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction

from billing.payments import actions
from billing.payments.models import PaymentShare, PaymentState, Refund
from billing.payouts import actions as payouts
from billing.payouts.models import Payout, Transfer, TransferState
from billing.reconciliation.actions import reconcile
from billing.stripe import tasks
from billing.stripe.client import API_VERSION, stripe_client
from billing.stripe.confirm import confirm_session
from billing.stripe.payouts import sync_payout
from billing.stripe.provider import StripeProvider
from billing.stripe.sync import sync_balance
from kit import clock
from kit.money import split_largest_remainder
from tests.billing.stripe.conftest import Purchase, account_of, agree, books, explained, only_billing, purchase
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE, Hook, sandbox, sandbox_process

__all__ = ["account_of", "agree", "books", "explained", "only_billing", "purchase", "sandbox", "sandbox_process"]

ROOT = Path(__file__).resolve().parents[2]
DEBIT, FAILING_DEBIT = "AT321904300235473204", "AT861904300235473202"
# Calls that move no money and make nothing twice, by the end of their name: why they need no key of ours.
KEYLESS = {
    "sessions.expire": "ends what is open; a second time it is refused",
    "account_links.create": "a link is good once; two are two ways to the same page",
    "billing_portal.sessions.create": "a way to a page",
    "balance_settings.update": "says what our payouts leave; said twice it is the same",
    "products.update": "says what a plan is called; said twice it is the same",
    "prices.update": "takes a price out of the offer; a second time it is out already",
    "configurations.update": "says what the billing page shows; said twice it is the same",
    "subscriptions.update": "says what a subscription shall be; said twice it is the same",
    "subscriptions.resume": "a second time it is refused",
    "subscriptions.cancel": "a second time it is refused",
    "invoices.create_preview": "makes nothing",
}
WRITES = ("create", "update", "confirm", "capture", "cancel", "pay", "resume", "pause", "close", "expire", "reverse")
MOVING = ("transfers.create", "refunds.create", "reversals.create", "payouts.create", "payment_intents.create")
NEVER_SENT = {
    *("payment_method_types", "application_fee_amount", "application_fee", "on_behalf_of", "transfer_data"),
    *("reverse_transfer", "refund_application_fee", "usage_record", "aggregate_usage", "coupon", "promotion_code"),
    *("automatic_tax", "configurations"),
}


# -- reading the code ------------------------------------------------------
def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Our own code that deals with money and with Stripe: not the sandbox, which stands for Stripe itself."""
    for folder in ("billing", "api/webhooks", "marketplace/checkout"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "sandbox" not in file.parts and "migrations" not in file.parts:
                yield file.relative_to(ROOT), ast.parse(file.read_text())


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """The calls to Stripe of a module: `v1.transfers.create`. What a name stands for is followed within the module."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (chain := dotted(node.value, {})):
            names[node.targets[0].id] = chain
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (chain := dotted(node.func, names)):
            yield chain, node


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """`stripe_client().v1.transfers.create` as "v1.transfers.create"; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "stripe_client":
        return ".".join(parts[::-1])
    if isinstance(node, ast.Name) and node.id in names:
        return ".".join([names[node.id], *parts[::-1]])
    return ""


def text_of(node: ast.AST) -> str:
    return ast.unparse(node)


# -- what happens at Stripe ---------------------------------------------------
@pytest.fixture
def sold(purchase: Purchase, settings: Any) -> Purchase:
    """Paid, its money there, both vendors' earnings due."""
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    purchase.refresh()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    return purchase


def debit(purchase: Purchase, iban: str) -> str:
    """Pay by bank debit: complete, not yet paid. Gives the session."""
    purchase.start()
    session = purchase.attempt.provider_session_id
    purchase.sandbox.control(f"sessions/{session}/pay", {"debit": iban})
    return session


def at_stripe() -> list[Any]:
    return list(stripe_client().v1.transfers.list({"limit": 100}).data)


def signed(endpoint: str, body: bytes) -> Hook:
    secret = django_settings.STRIPE_WEBHOOK_SECRETS[endpoint][0]
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=int(time.time()))
    return Hook(f"/stripe/wh/{endpoint}", body, header)


def test_1_nobody_is_paid_on_the_success_page_while_the_payment_is_unpaid(purchase, books):
    session = debit(purchase, DEBIT)
    confirm_session(session)  # the success page
    purchase.sandbox.drain()  # checkout.session.completed, with payment_status=unpaid
    purchase.refresh()
    assert purchase.payment.state != PaymentState.PAID
    assert books() == {}
    purchase.sandbox.advance(seconds=200)
    purchase.sandbox.drain()
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID


def test_2_a_refund_after_the_transfer_is_not_our_loss(sold, books, agree):
    tasks.send_transfers()
    before = books()
    actions.request_refund(share=sold.lindqvist, amount_minor=8000, key="returned:1", reason="Broken")
    for _ in range(3):
        tasks.send_refunds()
        for name in ("send_reversals", "send_transfers"):
            getattr(tasks, name, lambda: None)()
        sold.sandbox.drain()
    sync_balance()
    agree()
    ours = {code: amount - before.get(code, 0) for code, amount in books().items() if code[:1] in "45"}
    # What we lose is the commission, which the vendor is given back: its 72.00 are the vendor's, taken back or owed.
    assert ours.get("4000", 0) == 800
    back = sum(transfer.amount_reversed for transfer in at_stripe())
    owed = sum(a for code, a in books().items() if code in ("2000/lindqvist", "1300/lindqvist"))
    assert back + owed == 7200


def test_3_every_call_that_makes_or_moves_something_has_a_key_of_ours():
    keyless = []
    for file, tree in sources():
        for name, call in calls(tree):
            if name.rpartition(".")[2] not in WRITES or "webhook_endpoints" in name or "event_destinations" in name:
                continue  # endpoints are made by looking first which there are, and are none of money's business
            if "idempotency_key" in text_of(call) or any(name.endswith(known) for known in KEYLESS):
                continue
            keyless.append(f"{file}:{call.lineno} {name}")
    assert keyless == []


def test_3_no_key_is_made_by_chance_or_used_again_after_a_refusal(sold):
    for file, tree in sources():
        for _, call in calls(tree):
            assert not re.search(r"idempotency_key.*(uuid4|token_|random|now\()", text_of(call)), file
    sold.sandbox.fail("/v1/transfers", "balance_insufficient")
    tasks.send_transfers()
    refused = Transfer.objects.exclude(state=TransferState.DONE).get()
    assert refused.attempt == 2  # the old key would repeat the refusal for a day


@pytest.mark.parametrize("mode", ["drop", "500_after"])
def test_4_a_lost_answer_is_not_a_failure(sold, mode, explained):
    sold.sandbox.fail("/v1/transfers", mode, times=6)
    first = tasks.send_transfers()
    assert first == {"drop": 0, "500_after": 2}[mode]  # the SDK's own second try finds the answer under the key
    sold.sandbox.control("fail", method="DELETE")
    Transfer.objects.filter(state=TransferState.SENT).update(next_try_at=clock.now())
    assert first + tasks.send_transfers() == 2
    assert sorted(t.amount for t in at_stripe()) == [3400, 7200]
    explained()


def test_5_events_come_twice_out_of_order_and_before_our_own_commit(purchase, books):
    purchase.start()
    purchase.pay()
    hooks = purchase.sandbox.caught()
    assert set(purchase.sandbox.deliver([*reversed(hooks), *hooks])) == {200}
    tasks.process_inbox()
    once = books()
    purchase.sandbox.deliver(hooks)
    tasks.process_inbox()
    assert books() == once
    assert sum(once.values()) == 0


def test_6_nothing_is_read_from_an_event_but_what_to_fetch(purchase, books):
    purchase.start()
    purchase.pay()
    forged = []
    for hook in purchase.sandbox.caught():
        event = json.loads(hook.body)
        thing = event.get("data", {}).get("object", {})
        thing |= {name: 99 for name in ("amount", "amount_total", "amount_received") if name in thing}
        event["created"] = 1
        forged.append(signed(hook.path.rpartition("/")[2], json.dumps(event).encode()))
    assert set(purchase.sandbox.deliver(forged)) == {200}
    tasks.process_inbox()
    assert books()["4000"] == -1400
    assert books()["1010"] == 11795


def test_7_each_endpoint_has_its_secrets_and_believes_no_other(purchase, settings):
    purchase.start()
    purchase.pay()
    hook = next(h for h in purchase.sandbox.caught() if h.path.endswith("platform"))
    body, old = hook.body, int(time.time()) - 3600

    def sent(secret: str, at: int | None = None, path: str = hook.path, content: bytes = body) -> int:
        header = stripe.WebhookSignature.generate_signature_header(
            body.decode(), secret, timestamp=at or int(time.time())
        )
        return purchase.sandbox.deliver([Hook(path, content, header)])[0]

    secret = settings.STRIPE_WEBHOOK_SECRETS["platform"][0]
    assert sent(settings.STRIPE_WEBHOOK_SECRETS["connect"][0]) == 400
    assert sent("whsec_nobody") == 400
    assert sent(secret, old) == 400
    assert sent(secret, content=json.dumps(json.loads(body), indent=1).encode()) == 400
    settings.STRIPE_WEBHOOK_SECRETS = {**settings.STRIPE_WEBHOOK_SECRETS, "platform": ["whsec_new", secret]}
    assert sent(secret) == 200  # while the secret is rolled both are taken
    assert sent("whsec_new") == 200


def test_8_an_event_that_names_another_vendor_writes_nothing_of_it(sold, two_vendors):
    tasks.send_transfers()
    sold.sandbox.advance(days=2)
    sold.sandbox.caught()
    mine, other = (Transfer.objects.get(share_id=share.id) for share in (sold.lindqvist, sold.moreau))
    accounts = {t.destination for t in at_stripe()}
    assert len(accounts) == 2
    known = {t.id: t.destination for t in at_stripe()}
    account, stranger = known[mine.provider_transfer_id], known[other.provider_transfer_id]
    payout = stripe_client().v1.payouts.list({}, {"stripe_account": account}).data[0]
    body = {"id": "evt_forged", "object": "event", "type": "payout.paid", "account": stranger, "created": 1}
    body |= {"data": {"object": {"id": payout.id, "object": "payout"}}, "livemode": False}
    assert sold.sandbox.deliver([signed("connect", json.dumps(body).encode())]) == [200]
    tasks.process_inbox()
    assert not Payout.objects.filter(provider_payout_id=payout.id).exists()
    sync_payout(payout.id, account_id=account)
    assert Payout.objects.get(provider_payout_id=payout.id).vendor_id == mine.vendor_id


def test_9_each_vendor_s_balance_is_its_own(sold):
    tasks.send_transfers()
    found = {b.account_id: b.pending_minor + b.available_minor for b in StripeProvider().fetch_balances()}
    assert sorted(amount for account, amount in found.items() if account) == [3400, 7200]
    assert found[""] == 12000 - 205 - 10600


def test_10_no_double_of_stripe_stands_in_for_it():
    doubles = []
    for file in sorted((ROOT / "tests" / "billing").rglob("*.py")):
        text = file.read_text()
        if file != Path(__file__) and re.search(
            r"MagicMock|mock\.patch|monkeypatch\.setattr\([^)]*stripe_client", text
        ):
            doubles.append(str(file.relative_to(ROOT)))
    assert doubles == []
    with pytest.raises(AttributeError):
        stripe.StripeObject.construct_from({"id": "ch_1"}, "sk").get("id")


def test_11_nothing_of_older_versions_is_sent():
    sent = []
    for file, tree in sources():
        for node in ast.walk(tree):
            keys = node.keys if isinstance(node, ast.Dict) else []
            sent += [
                f"{file}:{node.lineno} {key.value}"
                for key in keys
                if isinstance(key, ast.Constant) and key.value in NEVER_SENT and "provider_stripe" not in str(file)
            ]
            if isinstance(node, ast.Dict):
                pairs = {text_of(k): text_of(v) for k, v in zip(node.keys, node.values, strict=True) if k}
                assert pairs.get("'type'") not in ("'express'", "'custom'", "'standard'"), f"{file}:{node.lineno}"
    assert sent == []


def test_12_endpoints_are_pinned_to_the_version_that_we_speak(sandbox, settings):
    assert stripe.api_version == API_VERSION
    made = stripe_client().v1.webhook_endpoints.list().data
    assert [endpoint.api_version for endpoint in made if endpoint.status == "enabled"] == [API_VERSION] * len(made)


def test_13_money_is_whole_numbers_and_parts_make_the_whole():
    floats = []
    # The provider takes a tax rate's percentage as a number, and two currencies with two digits more than they have.
    allowed = {"float(percent)", "amount_minor * 100"}
    for file, tree in sources():
        for node in ast.walk(tree):
            is_float = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            hundreds = (
                isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div) and text_of(node.right) == "100"
            )
            if (is_float or hundreds) and text_of(node) not in allowed:
                floats.append(f"{file}:{node.lineno} {text_of(node)}")
    assert floats == []
    for amount in (1, 99, 100, 12001, -7):
        for weights in ([1, 1, 1], [8000, 4001, 3], [0, 5, 1]):
            assert sum(split_largest_remainder(amount, weights)) == amount


def test_14_what_is_transferred_is_the_net_of_the_shares_and_no_more(sold):
    tasks.send_transfers()
    assert sum(t.amount for t in at_stripe()) == 12000 - 1400
    assert sum(t.amount for t in at_stripe()) <= 12000 - 205
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentShare.objects.filter(id=sold.lindqvist.id).update(transferred_minor=7201)


def test_15_every_transfer_draws_on_its_charge(sold):
    for file, tree in sources():
        for name, call in calls(tree):
            # A credit by hand belongs to no charge: it waits for our available balance to cover it.
            # What we add to a share where we bear a discount may come to more than its charge, and waits as a credit does.
            if name.endswith("v1.transfers.create") and not str(file).endswith("billing/stripe/credits.py"):
                assert "asked['source_transaction'] = transfer.source_charge_id" in text_of(tree), (
                    f"{file}:{call.lineno}"
                )
    tasks.send_transfers()
    sold.refresh()
    assert {t.source_transaction for t in at_stripe()} == {sold.payment.provider_charge_id}


def test_16_a_debit_that_its_bank_has_not_answered_is_transferred_to_nobody(purchase, books, settings):
    settings.HOLD_DAYS = 0
    debit(purchase, FAILING_DEBIT)
    purchase.sandbox.drain()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    assert tasks.send_transfers() == 0
    purchase.sandbox.advance(seconds=200)
    purchase.sandbox.drain()
    assert (tasks.send_transfers(), at_stripe(), books()) == (0, [], {})


def test_17_a_dispute_is_booked_by_the_money_and_paid_may_become_failed(sold, books, agree):
    sold.refresh()
    before = books()
    inquiry = sold.sandbox.control(f"charges/{sold.payment.provider_charge_id}/dispute", {"reason": "inquiry"})
    sold.sandbox.drain()
    assert books() == before  # an inquiry moves nothing
    sold.sandbox.control(f"disputes/{inquiry['id']}/close", {"status": "won"})
    actions.request_refund(share=sold.lindqvist, amount_minor=500, key="returned:1", reason="Scratched")
    tasks.send_refunds()
    refund = Refund.objects.get()
    assert refund.state == "succeeded"
    sold.sandbox.control(f"refunds/{refund.provider_refund_id}/fail")
    sold.sandbox.drain()
    refund.refresh_from_db()
    assert refund.state == "failed"
    agree()


def test_18_what_a_vendor_may_receive_is_asked_when_it_is_sent(sold):
    for file, tree in sources():
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not names & {"charges_enabled", "payouts_enabled"}, file
    sold.sandbox.control("fail", {"path": "/v1/transfers", "mode": "lose_capability", "times": 2})
    assert tasks.send_transfers() == 0
    assert set(Transfer.objects.values_list("state", flat=True)) == {TransferState.HELD}
    assert at_stripe() == []


def test_19_what_moved_at_stripe_without_us_is_found_by_the_comparison(sold, explained):
    tasks.send_transfers()
    sold.sandbox.drain()
    sync_balance()
    explained()
    sold.sandbox.control("topup", {"amount": 777, "currency": "eur"})
    sync_balance()
    assert reconcile().exceptions.exists()


def test_20_no_tax_is_asked_of_stripe_no_hold_is_an_escrow_and_no_vendor_is_paid_out_by_hand():
    for file, tree in sources():
        for name, call in calls(tree):
            assert "automatic_tax" not in text_of(call), f"{file}:{call.lineno}"
            if "balance_settings" in name:
                assert "manual" not in text_of(call), f"{file}:{call.lineno}"
    pages = [file for file in (ROOT / "templates").rglob("*.html") if "escrow" in file.read_text().lower()]
    assert pages == []
