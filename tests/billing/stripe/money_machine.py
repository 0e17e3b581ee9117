"""Any life of the money: purchases, refunds, disputes, transfers, payouts, clock, failures and news in any order.

A hypothesis state machine over the real SDK and the sandbox. After every step the rules of `MoneyMachine._hold` hold; at
the end of every life all that is owed is worked off, every event is told once more, and the three-way match must find
nothing.
"""

import json
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from billing.ledger.models import JournalEntry, Posting
from billing.payments import actions
from billing.payments.models import Payment, PaymentAttempt, PaymentShare, PaymentState, Purpose, Refund
from billing.payments.provider import ProviderRefused, ProviderUnavailable, SessionLine
from billing.payouts import actions as payouts
from billing.payouts.models import Transfer, TransferState
from billing.prepaid import actions as prepaid
from billing.prepaid.means import Means, Source, spread
from billing.prepaid.models import GiftCard, Prepaid
from billing.reconciliation.actions import reconcile
from billing.sandbox.delivery import notification
from billing.stripe import plan_checkouts, tasks
from billing.stripe import subscriptions as plans
from billing.stripe.confirm import confirm_session
from billing.stripe.models import ConnectedAccount, WebhookEvent
from billing.subscriptions.models import PlanPrice
from billing.subscriptions.queries import subscription_of
from billing.subscriptions.sweeps import dun, recognize_revenue
from kit import clock
from kit.errors import SoukError
from kit.ids import uuid7
from kit.money import Money
from tests.support.sandbox import CARD, CARD_AVAILABLE_AT_ONCE, CARD_DECLINED, Hook, Sandbox

CARDS = {
    "pays": CARD,
    "pays, available at once": CARD_AVAILABLE_AT_ONCE,
    "is declined": CARD_DECLINED,
    "refund pends": "4000 0000 0000 7726",
    "refund fails later": "4000 0000 0000 5126",
}
SWEEPS: dict[str, Callable[[], object]] = {
    "inbox": tasks.process_inbox,
    "transfers": tasks.send_transfers,
    "refunds": tasks.send_refunds,
    "reversals": tasks.send_reversals,
    "given back": prepaid.give_back_due,
    "disputes": tasks.sync_disputes,
    "balance": tasks.sync_balance,
    "payouts": tasks.sync_payouts,
    "expiry": tasks.expire_sessions,
    "healing": tasks.heal_events,
    "subscriptions": tasks.refresh_subscriptions,
    "revenue": recognize_revenue,
    "dunning": dun,
}
FAULTS = {
    "/v1/transfers": ("500", "drop", "429", "409", "balance_insufficient"),
    "/v1/refunds": ("500", "drop", "429", "409"),
    "/v1/transfers/*": ("500", "drop", "429", "409"),
    "/v1/checkout/sessions": ("500", "drop", "429"),
}
CUSTOMER, STAFF = uuid7(), uuid7()
BACK = "http://localhost:8000/sell/plan/"
# As many as the SDK tries before it gives up.
TIMES = 3
# What may never be, as (rule, what breaks it); the database checks some of it as well.
RULES = """
SELECT 'an entry does not balance', entry_id::text FROM ledger_posting
  GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0
UNION ALL
SELECT 'shares do not sum to what is paid', p.id::text FROM payments_payment p
  JOIN payments_paymentshare s ON s.payment_id = p.id GROUP BY p.id
  HAVING sum(s.gross_minor) <> p.amount_minor OR sum(s.refunded_minor) <> p.refunded_minor
    OR p.refunded_minor > p.amount_minor
UNION ALL
SELECT 'not 0 <= reversed <= transferred <= net', id::text FROM payments_paymentshare
  -- What could not be taken back, and became debt, is as good as reversed: it may be earned and sent once more.
  WHERE NOT (0 <= reversed_minor AND reversed_minor <= transferred_minor
    AND transferred_minor <= net_minor + indebted_minor)
UNION ALL
SELECT 'a share is given back that was not paid', id::text FROM payments_paymentshare
  WHERE NOT (refunded_minor BETWEEN 0 AND gross_minor AND refunded_commission_tax_minor BETWEEN 0 AND commission_tax_minor
    AND refunded_subsidy_minor + disputed_subsidy_minor BETWEEN 0 AND subsidy_minor)
UNION ALL
-- Left to right as a customer, the platform and a bank see it: what is gone of a share is gone from all it was made of.
SELECT 'a vendor bears another part of what is gone than is its', id::text FROM payments_paymentshare
  WHERE refunded_minor + disputed_minor = gross_minor AND gross_minor > 0
    AND refunded_subsidy_minor + disputed_subsidy_minor <> subsidy_minor
"""

# Per currency: the movements that are in the books, and what the books say we hold at Stripe.
BOOKS = """
SELECT p.currency, coalesce(array_agg(DISTINCT e.source_key) FILTER (WHERE starts_with(e.source_key, 'txn:')), '{}'),
    coalesce(sum(p.amount_minor) FILTER (WHERE a.code IN ('1010', '1020')), 0)
  FROM ledger_posting p
  JOIN ledger_journalentry e ON e.id = p.entry_id
  JOIN ledger_ledgeraccount a ON a.id = p.account_id
  GROUP BY p.currency
"""
# What the sandbox was to send: of each webhook its turn, the event, and where to.
SENT = """
SELECT d.id, e.body, e.thin, coalesce(json_extract(o.hidden, '$.url'), json_extract(o.body, '$.url'))
  FROM deliveries d JOIN events e ON e.id = d.event JOIN objects o ON o.id = d.endpoint
  WHERE d.id > ? AND d.state = 'held' ORDER BY d.id
"""


@dataclass
class Stage:
    """What all lives share: the servers, and how a life begins."""

    sandbox: Sandbox
    settings: Any
    vendors: tuple[Any, ...]
    open_accounts: Callable[[], None]
    # The sandbox's own file: a look into it is cheaper than a call, and takes nothing of what is to be tested away.
    disk: sqlite3.Connection
    # How often each turn was taken, and how many lives there were.
    taken: Counter[str] = field(default_factory=Counter)
    lives: int = 0

    @property
    def steps(self) -> int:
        return self.taken.total()


Turn = Callable[["MoneyMachine", random.Random], bool]
TURNS: dict[str, Turn] = {}
# The turns as cards, dealt until none is left and then shuffled anew: what takes long is there once, and yet is dealt.
DECK: list[str] = []


def turn(often: int = 5) -> Callable[[Turn], Turn]:
    """One thing that may happen, with chances of its own. False when there is nothing it could happen to."""

    def keep(function: Turn) -> Turn:
        TURNS[function.__name__] = function
        DECK.extend([function.__name__] * often)
        return function

    return keep


class MoneyMachine(RuleBasedStateMachine):
    """One life. Its rows are undone at the end, and its sandbox begins anew."""

    stage: Stage
    number: int

    def __init__(self) -> None:
        super().__init__()
        self.stage.lives += 1
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.stage.open_accounts()
        # News that has come and was not yet told, and all that ever came.
        self.news: list[Hook] = []
        self.heard: list[Hook] = []
        self.last_sent = 0
        self.chance = 0
        self.cards: list[str] = []
        self.taken: Counter[str] = Counter()
        self._take_news()

    # One rule for all turns: where each is its own, hypothesis leaves out half of them for a whole life, and where
    # nobody buys, nothing can go wrong. What comes depends on the walk and the step as well, for hypothesis begins each
    # walk with a life of zeros.
    @rule(chance=st.integers(0, 2**32))
    def step(self, chance: int) -> None:
        self.chance = chance
        draw = random.Random(f"{self.number} {self.taken.total()} {chance}")
        self.cards = self.cards or draw.sample(DECK, len(DECK))
        name = self.cards.pop()
        if not TURNS[name](self, draw):
            # Instead what came least in this life: what can seldom happen is taken when it can.
            seldom = sorted(TURNS, key=lambda name: (self.taken[name], name))
            name = next(name for name in seldom if TURNS[name](self, draw))
        self.taken[name] += 1
        self.stage.taken[name] += 1
        self._take_news()
        self._hold()

    # -- what may happen ---------------------------------------------------
    @turn()
    def buy(self, draw: random.Random) -> bool:
        """A customer pays up to three vendors amounts that nothing makes even."""
        payment = self._gift_card(draw) if draw.random() < 0.15 else self._order(draw)
        card = draw.choice(["pays", "pays", "pays, available at once", "refund pends", "refund fails later"])
        if self._start(payment):
            self._pay(payment, CARDS[card])
        if draw.random() < 0.5:
            # The return page.
            self._settle(payment)
        return True

    @turn()
    def try_to_buy(self, draw: random.Random) -> bool:
        """The card is declined, or the page left: nothing is paid, and may still be paid later."""
        payment = self._order(draw)
        if self._start(payment) and draw.random() < 0.5:
            self._pay(payment, CARDS["is declined"])
        return True

    @turn()
    def pay_after_all(self, draw: random.Random) -> bool:
        """A second tab, or a second try, or a page that was left open while the order was canceled."""
        payment = self._pick(Payment.objects.exclude(state=PaymentState.PAID), draw) or self._order(draw)
        if payment.state == PaymentState.PENDING:
            self._start(payment)
        self._pay(payment, CARD)
        return True

    @turn()
    def cancel_unpaid(self, draw: random.Random) -> bool:
        payment = self._pick(Payment.objects.filter(state=PaymentState.PENDING), draw) or self._order(draw)
        actions.cancel_payment(reference_id=payment.reference_id)
        prepaid.release([payment.reference_id])
        return True

    @turn()
    def refund_a_part(self, draw: random.Random) -> bool:
        share = self._pick(self._paid_shares(), draw)
        left = actions.left_of(share)[0] if share else 0
        return left > 0 and self._refund(share, draw.randint(1, left))

    @turn()
    def refund_the_rest(self, draw: random.Random) -> bool:
        payment = self._pick(Payment.objects.filter(state=PaymentState.PAID), draw)
        if payment is None:
            return False
        left = {share: actions.left_of(share) for share in payment.shares.order_by("id")}
        done = [self._refund(share, rest.gross) for share, rest in left.items() if rest.whole > 0]
        return any(done)

    @turn()
    def deliver(self, draw: random.Random) -> bool:
        """A vendor's parcel arrives, so that its hold gets its date."""
        share = self._pick(self._paid_shares(), draw)
        if share is None:
            return False
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
        return True

    @turn()
    def deliver_everything(self, draw: random.Random) -> bool:
        held = Transfer.objects.filter(state=TransferState.HELD, release_at__isnull=True)
        shares = list(self._paid_shares().filter(id__in=held.values("share_id")).order_by("id"))
        for share in shares:
            payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
        return bool(shares)

    @turn()
    def work(self, draw: random.Random) -> bool:
        """One of the worker's sweeps runs, whenever it likes."""
        self._sweep(draw.choice(sorted(SWEEPS)))
        return True

    @turn(often=2)
    def work_on_everything(self, draw: random.Random) -> bool:
        for which in draw.sample(sorted(SWEEPS), len(SWEEPS)):
            self._sweep(which)
        return True

    @turn()
    def let_time_pass(self, draw: random.Random) -> bool:
        self.stage.sandbox.advance(hours=draw.randint(1, 24 * 8))
        return True

    @turn(often=2)
    def a_quiet_week(self, draw: random.Random) -> bool:
        """Days pass in which the worker gets everything done: what was delivered is sent, and paid to the banks."""
        for _ in range(2):
            self.stage.sandbox.advance(hours=draw.randint(24, 84))
            self._take_news()
            self._tell(self.news)
            self.news = []
            for which in ("transfers", "reversals", "payouts"):
                self._sweep(which)
        return True

    @turn()
    def tell_some_news(self, draw: random.Random) -> bool:
        """Webhooks come in any order, some of them not now."""
        if not self._have_news(draw):
            return False
        draw.shuffle(self.news)
        many = draw.randint(1, len(self.news))
        told, self.news = self.news[:many], self.news[many:]
        self._tell(told)
        return True

    @turn()
    def lose_some_news(self, draw: random.Random) -> bool:
        """Webhooks that never come: the lists say it all the same."""
        if not self._have_news(draw):
            return False
        self.news = [hook for hook in self.news if draw.random() < 0.7]
        return True

    @turn(often=2)
    def tell_it_again(self, draw: random.Random) -> bool:
        """Events that were done come again, and are even done again: nothing moves."""
        self._replay(draw.sample(self.heard, min(draw.randint(1, 4), len(self.heard))))
        return True

    @turn()
    def let_calls_fail(self, draw: random.Random) -> bool:
        """The next calls to Stripe fail, or are carried out with their answer lost."""
        path = draw.choice(sorted(FAULTS))
        self.stage.sandbox.fail(path, draw.choice(FAULTS[path]), times=draw.choice([1, TIMES]))
        return True

    @turn()
    def dispute(self, draw: random.Random) -> bool:
        payment = self._pick(Payment.objects.filter(state=PaymentState.PAID), draw)
        if payment is None:
            return False
        reason = draw.choice(["fraudulent", "product_not_received", "inquiry"])
        return self._control(f"charges/{payment.provider_charge_id}/dispute", {"reason": reason})

    @turn()
    def decide_a_dispute(self, draw: random.Random) -> bool:
        undecided = "warning_needs_response needs_response under_review"
        found = self._of_stripe("dispute", undecided) or (self.dispute(draw) and self._of_stripe("dispute", undecided))
        return bool(found) and self._control(
            f"disputes/{draw.choice(found)}/close", {"status": draw.choice(["won", "lost"])}
        )

    @turn(often=2)
    def return_a_payout(self, draw: random.Random) -> bool:
        """A bank sends a payout back, paid or not."""
        found = self._vendors_payouts() or (self._sell_and_pay_out(draw) and self._vendors_payouts())
        return bool(found) and self._control(f"payouts/{draw.choice(found)}/fail", {})

    @turn()
    def give_a_new_bank_account(self, draw: random.Random) -> bool:
        """Where a payout came back, payouts go on; anywhere else the next ones go elsewhere."""
        account = self._pick(ConnectedAccount.objects.all(), draw)
        return self._control(f"accounts/{account.account_id}/onboard", {})

    @turn(often=2)
    def fail_a_refund(self, draw: random.Random) -> bool:
        """A refund comes back, even one that had succeeded."""
        standing = "pending succeeded"
        found = self._of_stripe("refund", standing)
        if not found and self.refund_a_part(draw):
            self._sweep("refunds")
            found = self._of_stripe("refund", standing)
        return bool(found) and self._control(f"refunds/{draw.choice(found)}/fail", {})

    @turn(often=2)
    def subscribe_or_switch(self, draw: random.Random) -> bool:
        """A vendor takes a plan, or another one; its card may fail when the first month is over."""
        vendor = draw.choice(self.stage.vendors)
        prices = list(PlanPrice.objects.filter(retired_at=None).order_by("id"))
        with suppress(ProviderUnavailable, ProviderRefused, SoukError):
            if subscription_of(vendor.id) is None:
                plan_checkouts.open_checkout(vendor, draw.choice(prices), success_url=BACK, cancel_url=BACK)
                session = self.stage.sandbox.http_json("GET", "/v1/checkout/sessions")["data"][0]["id"]
                self.stage.sandbox.pay(session, draw.choice([CARD, CARD, "4000 0000 0000 0341"]))
                plan_checkouts.take_checkout(session, vendor_id=vendor.id)
            else:
                plans.switch(vendor, draw.choice(prices), at=plans.preview_switch(vendor, draw.choice(prices)).at)
        return True

    @turn()
    def change_what_a_vendor_can_receive(self, draw: random.Random) -> bool:
        account = self._pick(ConnectedAccount.objects.all(), draw)
        status = draw.choice(["active", "active", "restricted"])
        return self._control(f"accounts/{account.account_id}/capability", {"status": status})

    @turn()
    def change_what_a_short_balance_does(self, draw: random.Random) -> bool:
        """A reversal from a vendor that has too little is refused, or makes its balance negative: Stripe says both."""
        return self._control("config", {"reversal_when_short": draw.choice(["refuse", "negative"])})

    # -- the end of a life ---------------------------------------------------
    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._settle_all()
        finally:
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)

    def _settle_all(self) -> None:
        """Nothing fails any more; the news that was kept back comes, the worker does all it can."""
        self._control("fail", method="DELETE")
        for account in ConnectedAccount.objects.order_by("id"):
            self._control(f"accounts/{account.account_id}/capability", {"status": "active"})
        for _ in range(3):
            self.stage.sandbox.advance(hours=30)
            self._take_news()
            news, self.news = self.news, []
            self._tell(news)
            for which in SWEEPS:
                self._sweep(which)
        # Every event of every fifth life; of the others a few, for each is fetched again from Stripe.
        self._replay(self.heard if (self.number + self.chance) % 5 == 0 else self.heard[:: len(self.heard) // 20 + 1])
        self._agree_to_the_cent()
        run = reconcile()
        found = [(row.key, row.explanation) for row in run.exceptions.all()]
        assert found == [], found

    # -- what must hold after every step -------------------------------------
    def _hold(self) -> None:
        with connection.cursor() as cursor:
            # The database's own rules of the books, which wait for the end of a transaction, are asked now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(RULES)
            broken = cursor.fetchall()
            cursor.execute(BOOKS)
            books = cursor.fetchall()
        assert broken == [], broken
        self._agree_but_for_unheard(books)

    def _agree_but_for_unheard(self, books: list[tuple[str, list[str], int]]) -> None:
        """Our accounts at Stripe hold the sum of the movements that are in the books, per currency, and they are there
        exactly once; what is not in the books yet is what we have not heard of."""
        posted = {key for _, keys, _ in books for key in keys}
        should: Counter[str] = Counter()
        for id, currency, net, _ in self._movements():
            if f"txn:{id}" in posted:
                should[currency] += net
        held = Counter({currency: amount for currency, _, amount in books})
        assert +should == +held
        assert -should == -held

    def _agree_to_the_cent(self) -> None:
        pending: Counter[str] = Counter()
        available: Counter[str] = Counter()
        for _, currency, net, status in self._movements():
            (pending if status == "pending" else available)[currency] += net
        assert dict(self._held("1010")) == {unit: amount for unit, amount in pending.items() if amount}
        assert dict(self._held("1020")) == {unit: amount for unit, amount in available.items() if amount}

    def _held(self, *codes: str) -> list[tuple[str, int]]:
        rows = Posting.objects.filter(account__code__in=codes).values_list("currency").annotate(sum=Sum("amount_minor"))
        return [(currency, amount) for currency, amount in rows.order_by() if amount]

    def _movements(self) -> list[tuple[str, str, int, str]]:
        """(id, currency, net, status) of the platform's movements, from the sandbox's own disk."""
        return list(
            self.stage.disk.execute(
                "SELECT id, upper(currency), net, status FROM movements WHERE account = "
                "(SELECT json_extract(value, '$') FROM meta WHERE key = 'platform')"
            )
        )

    # -- how it is done --------------------------------------------------------
    def _order(self, draw: random.Random, *, vendors: int = 0) -> Payment:
        shares = []
        for vendor in draw.sample(self.stage.vendors, vendors or draw.choice([1, 1, 2, 3])):
            amount = draw.randint(50, 20_000)
            # Coupons: the platform bears nothing, a part, or, of all but the first vendor's goods, even everything.
            subsidy = draw.choice([0, 0, draw.randint(1, amount), amount * draw.randint(1, 3)])
            sold = amount + subsidy
            if shares and subsidy and draw.random() < 0.3:
                amount, subsidy = 0, sold
            commission = sold * draw.randint(0, 10_000) // 10_000
            tax = commission * draw.choice([0, 19, 23]) // 123
            shares.append(actions.ShareInput(vendor.id, uuid7(), amount, commission, tax, subsidy_minor=subsidy))
        means = self._means(draw, sum(share.gross_minor for share in shares))
        payment = actions.create_payment(
            reference_id=uuid7(),
            reference_number=f"S-{Payment.objects.count() + 1}",
            customer_email="ines@example.com",
            amount=Money(means.total_minor, "EUR"),
            shares=shares,
            prepaid_minor=means.prepaid_minor,
        )
        prepaid.hold(payment=payment, means=means)
        return payment

    def _gift_card(self, draw: random.Random) -> Payment:
        amount = Money(draw.randint(1_000, 20_000), "EUR")
        card = prepaid.begin_purchase(amount=amount, buyer_email="ines@example.com", recipient_email="mo@oduya.example")
        return Payment.objects.get(reference_id=card.id)

    def _means(self, draw: random.Random, total: int) -> Means:
        """Every third order is paid with what there is of gift cards and store credit, in part or whole."""
        if draw.random() > 0.35:
            return Means(total)
        if draw.random() < 0.5:
            worth = Money(draw.randint(1, 9_000), "EUR")
            prepaid.give_credit(
                user_id=CUSTOMER, amount=worth, reason="Came late", by=STAFF, role="controller", once=uuid7()
            )
        rows = Prepaid.objects.exclude(gift_card__frozen_at__isnull=False).order_by("id")
        sources = [Source(row.id, row.kind, "", row.free_minor) for row in rows if row.free_minor]
        return spread(total, draw.sample(sources, min(len(sources), 2)), least_minor=50)

    def _have_news(self, draw: random.Random) -> bool:
        if not self.news:
            self.buy(draw)
            self._take_news()
        return bool(self.news)

    def _sell_and_pay_out(self, draw: random.Random) -> bool:
        """A purchase goes all its way to the bank of its vendor, unless a call fails."""
        payment = self._order(draw, vendors=1)
        if not self._start(payment):
            return False
        self._pay(payment, CARD_AVAILABLE_AT_ONCE)
        self._settle(payment)
        share = payment.shares.get()
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
        account = ConnectedAccount.objects.get(vendor_id=share.vendor_id)
        if not account.can_receive or self._of_stripe("payout", "failed"):
            self._control(f"accounts/{account.account_id}/onboard", {})
        for _ in range(2):
            self.stage.sandbox.advance(hours=30)
            self._sweep("transfers")
        return True

    def _vendors_payouts(self) -> list[str]:
        return self._of_stripe("payout", "pending in_transit paid")

    def _start(self, payment: Payment) -> bool:
        if payment.purpose == Purpose.GIFT_CARD:
            lines = [SessionLine("Gift card", payment.amount_minor)]
        else:
            shares = payment.shares.order_by("id")
            lines = [SessionLine("Goods", share.charged_minor) for share in shares if share.charged_minor]
        try:
            if not payment.charged_minor:
                prepaid.pay_covered(payment_id=payment.id)
                return False
            actions.start(
                payment_id=payment.id,
                lines=lines,
                success_url="http://localhost:8000/",
                cancel_url="http://localhost:8000/cart",
            )
        except (ProviderUnavailable, ProviderRefused, actions.PaymentClosed, actions.AlreadyPaid):
            return False
        return True

    def _pay(self, payment: Payment, card: str) -> None:
        attempt = PaymentAttempt.objects.filter(payment=payment).order_by("-number").first()
        if attempt and attempt.provider_session_id:
            self.stage.sandbox.pay(attempt.provider_session_id, card)

    def _refund(self, share: PaymentShare, amount: int) -> bool:
        try:
            actions.request_refund(share=share, amount_minor=amount, key=f"life:{uuid7()}", reason="Changed my mind")
        except actions.PaymentDisputed:
            return False
        return True

    def _settle(self, payment: Payment) -> None:
        attempt = PaymentAttempt.objects.filter(payment=payment).exclude(provider_session_id="").first()
        if attempt:
            confirm_session(attempt.provider_session_id)

    def _sweep(self, which: str) -> None:
        # The worker logs it and rings again.
        with suppress(ProviderUnavailable, ProviderRefused):
            SWEEPS[which]()

    def _take_news(self) -> None:
        """What the sandbox holds back for us, told in one look instead of a call for each."""
        for turn, body, is_thin, url in self.stage.disk.execute(SENT, [self.last_sent]):
            self.last_sent = turn
            event = json.loads(body)
            told = notification(event if is_thin else {**event, "pending_webhooks": 1})
            hook = Hook(urlsplit(url).path, told.encode(), signature="")
            self.news.append(hook)
            self.heard.append(hook)

    def _tell(self, told: list[Hook]) -> None:
        """Deliver webhooks as Stripe does when it tries again: signed anew."""
        secrets = self.stage.settings.STRIPE_WEBHOOK_SECRETS
        signed = []
        for hook in told:
            secret = secrets[hook.path.rpartition("/")[2]][0]
            body = hook.body.decode()
            signed.append(replace(hook, signature=stripe.WebhookSignature.generate_signature_header(body, secret)))
        assert set(self.stage.sandbox.deliver(signed)) <= {200}
        self._sweep("inbox")

    def _replay(self, told: list[Hook]) -> None:
        """Told again, and done again as if it never had been. What that changes the first time is what was new by then:
        what waited to be asked again, and what Stripe's lists say. The second time it changes nothing."""
        again = WebhookEvent.objects.filter(event_id__in=[json.loads(hook.body)["id"] for hook in told])
        before = self._picture()
        for _ in range(2):
            self._tell(told)
            WebhookEvent.objects.filter(done_at__isnull=True).update(due_at=clock.now())
            again.update(done_at=None, due_at=clock.now(), attempts=0)
            self._sweep("inbox")
            self._sweep("balance")
            was, before = before, self._picture()
            if before == was:
                return
        raise AssertionError(f"told again, it changed: {before - was} from {was - before}")

    def _picture(self) -> set[tuple[Any, ...]]:
        """Everything about money that we keep."""
        return {
            *JournalEntry.objects.values_list("source_key"),
            *PaymentShare.objects.values_list(
                *("id", "refunded_minor", "refunded_prepaid_minor", "refunded_subsidy_minor", "transferred_minor"),
                "reversed_minor",
            ),
            *Transfer.objects.values_list("id", "amount_minor", "reversed_minor"),
            *Refund.objects.values_list("id", "amount_minor"),
            *Prepaid.objects.values_list("id", "balance_minor", "held_minor"),
            *GiftCard.objects.values_list("id", "issued_at"),
        }

    def _paid_shares(self) -> Any:
        return PaymentShare.objects.filter(payment__state=PaymentState.PAID)

    def _pick(self, rows: Any, draw: random.Random) -> Any:
        """One of the rows; None when there are none."""
        ids = list(rows.order_by("id").values_list("id", flat=True))
        return rows.get(id=draw.choice(ids)) if ids else None

    def _of_stripe(self, kind: str, states: str) -> list[str]:
        """The ids of what Stripe has of a kind, in one of these states."""
        found = self.stage.disk.execute(
            "SELECT id FROM objects WHERE kind = ? AND instr(?, json_extract(body, '$.status')) "
            "AND json_extract(body, '$.source_transfer_reversal') IS NULL ORDER BY seq",
            [kind, states],
        )
        return [id for (id,) in found]

    def _control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> bool:
        """Turn a knob; False when it does not fit the moment, as of a payout that came back already."""
        status = self.stage.sandbox.try_control(path, body, method)
        assert status < 500
        return status < 400
