"""Whatever happens to an order, its events rebuild it."""

import random
from contextlib import suppress

import pytest

from kit.errors import SoukError
from kit.ids import uuid7
from marketplace.fulfillment.actions import accept, correct_tracking, deliver, pack, ship
from marketplace.fulfillment.models import Parcel
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order, OrderEvent, StockHold
from marketplace.returns.actions import Actor, ask
from marketplace.returns.answering import (
    Found,
    accept_return,
    close_return,
    decline_return,
    inspect_return,
    receive_return,
)
from marketplace.returns.asking import say_sent, withdraw_return
from marketplace.returns.claims import dismiss_claim, grant_claim, open_claim, say
from marketplace.returns.exchange import send_replacement
from marketplace.returns.models import Claim, Return
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of
from marketplace.returns.replay import replay
from marketplace.returns.tasks import carry_out_due
from tenants.isolation.doors import in_shop
from tests.support.going_back import ADDRESS, CUSTOMER, asked, check_replay, give_back

STAFF = Actor("staff", uuid7(), "staff:administrator")


class Life:
    """What anybody may try with three lamps at any moment; most of it is refused."""

    def __init__(self, bought, dice):
        self.bought, self.dice = bought, dice
        bought.owner = Actor("member", uuid7(), "member:owner")

    def accept(self):
        accept(vendor_order_id=self.bought.lamps.id, by=self.bought.owner.id)

    def pack(self):
        line = self.bought.lamps.lines.get()
        pack(vendor_order_id=self.bought.lamps.id, by=None, quantities={line.id: self.dice.randint(1, 2)})

    def ship(self):
        ship(parcel_id=self.parcel().id, carrier="DHL", tracking_number=str(self.dice.random()), by=None)

    def correct(self):
        correct_tracking(parcel_id=self.parcel().id, carrier="DPD", tracking_number="2", by=None)

    def deliver(self):
        deliver(parcel_id=self.parcel().id, by=None)

    def cancel(self):
        self.money("cancellation", Ask(self.bought.lamps.id, units={self.bought.lamps.lines.get().id: 1}))

    def refund(self):
        self.money("refund", Ask(self.bought.lamps.id, goodwill_minor=self.dice.randint(1, 50)))

    def begin_return(self):
        instead = self.dice.choice([None, self.bought.lamp.variant.id])
        asked(self.bought, self.dice.randint(1, 2), replace_with=instead)

    def answer_return(self):
        by = self.bought.owner
        if self.dice.random() < 0.8:
            accept_return(return_id=self.returned().id, by=by, send_to=ADDRESS)
        else:
            decline_return(return_id=self.returned().id, by=by, note="No")

    def send_return(self):
        say_sent(return_id=self.returned().id, carrier="", tracking_number="1", by=CUSTOMER)

    def withdraw(self):
        if self.dice.random() < 0.2:
            withdraw_return(return_id=self.returned().id, by=CUSTOMER)

    def inspect(self):
        receive_return(return_id=self.returned().id, by=self.bought.owner)
        [line] = self.returned().lines.all()
        found = Found(ok=line.quantity - 1, damaged=1, restock=self.dice.randint(0, 1))
        inspect_return(return_id=self.returned().id, by=self.bought.owner, found={line.order_line_id: found}, note="Hm")

    def end_return(self):
        by, returned = self.bought.owner, self.returned()
        self.dice.choice(
            [
                lambda: give_back(self.bought, returned),
                lambda: send_replacement(return_id=returned.id, carrier="", tracking_number="3", by=by),
                lambda: close_return(return_id=returned.id, by=by, note="No"),
            ]
        )()

    def claim(self):
        open_claim(vendor_order_id=self.bought.lamps.id, kind="other", words="?", by=CUSTOMER, order=self.bought.order)
        say(claim=Claim.objects.latest("id"), text=str(self.dice.random()), by=STAFF, asks="member")

    def decide(self):
        claim = Claim.objects.latest("id")
        if self.dice.random() < 0.5:
            dismiss_claim(claim_id=claim.id, by=STAFF, note="No")
        else:
            asks = [Ask(claim.vendor_order_id, goodwill_minor=7)]
            seen = preview_of(claim.order_id, asks, kind="refund", vendor_id=claim.vendor_id)
            grant_claim(claim_id=claim.id, asks=asks, reason="Yes", by=STAFF, digest=seen.digest)

    # --- Their parts

    def parcel(self):
        return self.dice.choice(list(Parcel.objects.order_by("id")))

    def returned(self):
        return Return.objects.latest("id")

    def money(self, kind, *asks):
        seen = preview_of(self.bought.order.id, asks, kind=kind)
        ask(order_id=self.bought.order.id, asks=asks, kind=kind, reason="So", by=STAFF, digest=seen.digest)


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_any_life_of_an_order_is_rebuilt_from_its_events(bought, seed):
    dice = random.Random(seed)
    life = Life(bought, dice)
    acts = [getattr(life, name) for name in vars(Life) if not name.startswith("_")]
    acts = [act for act in acts if act.__name__ not in ("parcel", "returned", "money")]
    for _ in range(120):
        with in_shop(bought.lamp.vendor), suppress(SoukError, Return.DoesNotExist, Claim.DoesNotExist, IndexError):
            dice.choice(acts)()
        carry_out_due()
    check_replay(Order.objects.get())
    names = set(OrderEvent.objects.values_list("name", flat=True))
    assert len(names) > 8, names  # something happened


def test_an_order_that_is_not_paid_is_rebuilt_as_given_up(bought):
    Order.objects.update(stock_hold=StockHold.HELD)
    OrderEvent.objects.filter(name="paid").delete()
    bought.order.vendor_orders.update(paid_at=None, fulfillment="waiting")
    assert cancel_unpaid(bought.order.id, reason="Not paid") == 1
    found = replay(OrderEvent.objects.filter(order_id=bought.order.id).order_by("at", "id"))
    assert found.canceled_at == Order.objects.get().canceled_at
    assert {part.fulfillment for part in found.parts.values()} == {"canceled"}
