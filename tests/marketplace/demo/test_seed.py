"""A small market lives through a month on real parts: the actions, PostgreSQL, the sandbox."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import pytest

from marketplace.demo.cast import CUSTOMERS, vendor
from marketplace.demo.history import MONTH, Deed, History, Item, Kind, Purchase
from marketplace.demo.parts import CastVendor
from marketplace.demo.progress import Progress
from tests.support.sandbox import sandbox, sandbox_process  # noqa: F401

Thing = TypeVar("Thing")
pytestmark = pytest.mark.django_db(transaction=True)


def small(slug: str) -> CastVendor:
    """A vendor with the first two of its products, both out from the beginning."""
    return dataclasses.replace(vendor(slug), products=vendor(slug).products[:2])


VENDORS = (small("olivar"), small("meltemi"))
OIL, CREAM = (each.products[0].variants[0] for each in VENDORS)


def plan() -> History:
    """Four orders: one that ends in the bank, one never paid, one half lost, one fresh."""
    both = (Item("olivar", OIL.sku, 1), Item("meltemi", CREAM.sku, 2))
    purchases = [
        Purchase(0, CUSTOMERS[0], True, both),
        Purchase(1, CUSTOMERS[1], True, (both[0],)),
        Purchase(2, CUSTOMERS[2], False, both, lost=both[1]),
        Purchase(3, CUSTOMERS[0], True, (both[0],)),
    ]
    day = timedelta(days=1)
    deeds = [
        Deed(timedelta(hours=1), Kind.PLACE, 0),
        Deed(timedelta(hours=1), Kind.PAY, 0),
        *(Deed(2 * day, kind, 0, "olivar") for kind in (Kind.ACCEPT, Kind.PACK, Kind.SHIP)),
        *(Deed(2 * day, kind, 0, "meltemi") for kind in (Kind.ACCEPT, Kind.PACK, Kind.SHIP)),
        Deed(4 * day, Kind.DELIVER, 0, "olivar"),
        Deed(4 * day, Kind.DELIVER, 0, "meltemi"),
        *(Deed(5 * day, Kind.REVIEW, 0, slug) for slug in ("olivar", "meltemi")),
        Deed(5 * day, Kind.GIVEN_BACK, 0, "meltemi"),
        Deed(5 * day, Kind.CLAIM, 0, "olivar"),
        Deed(5 * day, Kind.PLACE, 1),
        Deed(5 * day, Kind.DECLINED, 1),
        Deed(6 * day, Kind.SETTLE),
        Deed(8 * day, Kind.PLACE, 2),
        Deed(8 * day, Kind.LOSE_STOCK, 2),
        Deed(8 * day, Kind.PAY, 2),
        Deed(9 * day, Kind.RESTOCK, 2),
        Deed(12 * day, Kind.SETTLE),
        Deed(20 * day, Kind.SETTLE),
        Deed(MONTH, Kind.PLACE, 3),
        Deed(MONTH, Kind.PAY, 3),
    ]
    return History(sorted(deeds, key=lambda deed: deed.order), {each.number: each for each in purchases})


class Impatient(Progress):
    """Gives up like somebody who presses Ctrl-C during the history, after so many deeds."""

    def __init__(self, deeds: int):
        super().__init__(StringIO())
        self.deeds = deeds

    def over(self, items: Iterable[Thing]) -> Iterator[Thing]:
        for number, item in enumerate(items):
            if isinstance(item, Deed) and number == self.deeds:
                raise KeyboardInterrupt
            yield item


@pytest.fixture
def play(sandbox: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`play(progress)`: seed the small market, or go on with it."""
    from marketplace.demo.drawings import Drawings
    from marketplace.demo.sandbox import Sandbox
    from marketplace.demo.seed import Done, Seeding

    monkeypatch.setenv("SOUK_CLOCK_FILE", str(tmp_path / "clock"))
    sandbox.control("reset")

    def run(progress: Progress) -> None:
        with Drawings(processes=1) as drawings:
            done = Done.read(tmp_path / "seed.json")
            Seeding(progress, done, Sandbox(), drawings, plan=plan, selling=VENDORS).run(scale=False)

    return run


def test_an_interrupted_month_goes_on_and_ends_now_with_every_cent_explained(play, tmp_path, sandbox):
    from billing.payments.models import Payment, Refund
    from billing.payouts.models import Payout, Transfer
    from billing.prepaid.models import GiftCard
    from kit import clock
    from marketplace.catalog.models import Listing, VendorCard
    from marketplace.demo.settled import unsettled
    from marketplace.orders.models import Order, VendorOrder
    from marketplace.returns.models import Claim, Return
    from marketplace.reviews.models import Review

    for deeds in (3, 9):
        with pytest.raises(KeyboardInterrupt):
            play(Impatient(deeds))
    assert Order.objects.count() == 2
    told = StringIO()
    play(Progress(told))

    assert clock.offset() == timedelta(0)
    assert sandbox.control("clock", method="GET")["offset"] in (-1, 0)
    assert unsettled() == []
    assert "no exceptions" in told.getvalue()
    assert json.loads((tmp_path / "seed.json").read_text())["finished"]
    assert [order.user_id is None for order in Order.objects.order_by("placed_at")] == [
        *(False, False, True, False),
        True,
    ]
    assert list(Payment.objects.order_by("created_at").values_list("state", flat=True)) == [
        "paid",
        "expired",
        "paid",
        "paid",
        "paid",
        "paid",
    ]
    # A gift card that was given, and used for something with a coupon of the shop and one that both pay.
    card, gift = GiftCard.objects.get(), Order.objects.latest("placed_at")
    used = Payment.objects.get(reference_id=gift.id)
    assert card.prepaid.balance_minor == card.amount_minor - used.prepaid_minor
    assert 0 < used.prepaid_minor == used.amount_minor
    own, shared = gift.vendor_orders.get().promotions
    assert (own["code"], own["platform_minor"], shared["code"]) == ("HELLO10", 0, "TOGETHER")
    assert shared["platform_minor"] == shared["vendor_minor"] == 250
    parts = VendorOrder.objects.order_by("placed_at", "number").values_list("vendor_slug", "fulfillment")
    assert sorted(parts[:2]) == [("meltemi", "delivered"), ("olivar", "delivered")]
    assert sorted(parts[2:]) == [
        *(("meltemi", "canceled"), ("olivar", "canceled")),
        *(("olivar", "new"), ("olivar", "new"), ("olivar", "new")),
    ]
    returned, lost = Refund.objects.order_by("created_at")
    assert (returned.state, returned.amount_minor) == ("succeeded", CREAM.price_minor)
    assert (lost.state, lost.amount_minor) == ("succeeded", lost.share.gross_minor)
    assert set(Return.objects.values_list("vendor_order__vendor_slug", "state")) == {
        ("meltemi", "refunded"),
        ("olivar", "declined"),
    }
    assert [claim.vendor_order.vendor_slug for claim in Claim.objects.all()] == ["olivar"]
    assert sorted(Review.objects.values_list("subject", flat=True)) == ["product", "product", "vendor", "vendor"]
    released = Transfer.objects.filter(state="done")
    assert len(released) == 2
    paid_out = Payout.objects.filter(vendor_id__isnull=False, state="paid")
    assert sum(row.amount_minor for row in paid_out) == sum(row.amount_minor for row in released)
    assert {len(listing.pictures) for listing in Listing.objects.all()} == {3}
    assert all(card.logo for card in VendorCard.objects.all())
