"""The main job from end to end, in a world of its own: a vendor's application to a reconciled payout.

Every step can be repeated; what is done is found. So a journey that was interrupted, at whatever moment, goes on where it
stood when it is started again, and ends as if nothing had happened.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from redis.exceptions import RedisError

from billing.payments.models import Payment, PaymentState
from billing.payments.provider import ProviderUnavailable
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationRun
from billing.stripe.heal import heal_events
from billing.stripe.payouts import sync_payouts
from billing.stripe.sync import sync_balance
from billing.stripe.webhooks import register_endpoints
from billing.subscriptions.models import Plan
from kit import clock
from marketplace.catalog.models import Offer
from marketplace.demo import acts
from marketplace.demo.categories import CategoryNode
from marketplace.demo.haste import hurry, ring_all
from marketplace.demo.money_table import MoneyTable, money_table
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.scripts import Fate, Script
from marketplace.demo.settled import wait_until_settled
from marketplace.orders.models import Fulfillment, Order, StockHold, VendorOrder
from taxonomy.actions import load_categories
from taxonomy.queries import tree
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.shop.catalog.models import ImportState, Product, ProductImport
from tenants.vendors.entitlements import START, allowed_to
from tenants.vendors.models import Vendor, VendorState

Result = TypeVar("Result")

# The points of a journey, in order, and what is told to whoever watches. Tests kill processes at these.
POINTS = (
    "applied",
    "approved",
    "onboarded",
    "imported",
    "visible",
    "placed",
    "paid",
    "expired",
    "shipped",
    "delivered",
    "released",
    "paid_out",
)
# A server that dies is started again within moments; what it was doing for us is then begun again.
GONE = (OperationalError, InterfaceError, RedisError, httpx.TransportError, ProviderUnavailable)
ATTEMPTS = 6


@dataclass
class Journey:
    """One run of a script. `at` is called at every point, while its step is under way."""

    script: Script
    sandbox: Sandbox
    progress: Progress
    state: Path
    at: Callable[[str], None] = lambda point: None
    figures: dict[str, float] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _until: dict[str, float] = field(default_factory=dict)
    _orders: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[MoneyTable, ReconciliationRun]:
        """Play what is left of the script; gives who got what, and the match at the end."""
        self.open_shops()
        self._step("Customers order", "placed", self._place)
        self._step("Customers pay", "paid", self._pay)
        self._step("Who did not pay in time loses the hold", "expired", self._expire)
        self._step("Vendors accept, pack and ship", "shipped", self._ship)
        self._step("Parcels arrive", "delivered", self._deliver)
        self._step(f"{settings.HOLD_DAYS} days pass, earnings are transferred", "released", self._release)
        self._step("Banks are paid", "paid_out", self._pay_out)
        self.progress.step("Match orders, ledger and provider")
        found = self._persevere(match)
        with acting_as("platform"):
            table = money_table()
        self.progress.finish(f"{found.entries_checked} entries, {found.exceptions_count} exceptions")
        return table, found

    def open_shops(self) -> None:
        """The first half: until every offer of the script is visible. Figures: shops_seconds and visible_seconds."""
        saved = json.loads(self.state.read_text()) if self.state.exists() else {}
        self._done, self._until = set(saved.get("done", ())), dict(saved.get("until", {}))
        self._orders = dict(saved.get("orders", {}))
        self._step("Register the webhooks", "registered", self._register)
        self._step("Vendors apply", "applied", self._apply)
        self._step("Staff approves, shops open", "approved", self._approve)
        self._step("Vendors give their payout details", "onboarded", self._onboard)
        self._step("Vendors subscribe to plans, and pay", "subscribed", self._subscribe)
        self._step("Vendors import their products", "imported", self._import)
        self._step("The catalogue shows them", "visible", self._wait_for_offers)

    def _step(self, words: str, name: str, play: Callable[[], str | None]) -> None:
        if name in self._done:
            return
        self.progress.step(words)
        told = self._persevere(play)
        self._done.add(name)
        self._save()
        self.progress.finish(told or "")

    def _persevere(self, play: Callable[[], Result]) -> Result:
        """Play a step, and again when a server that it needs went away; raises what the last attempt did."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return play()
            except GONE as gone:
                if attempt == ATTEMPTS:
                    raise
                self.progress.say(f"{type(gone).__name__}: {str(gone).strip().splitlines()[0][:120]}; trying again")
                time.sleep(0.3 * attempt)
                acts.wait_until(self.sandbox.is_up, "The sandbox's answer")
        raise AssertionError("unreachable")

    def _save(self) -> None:
        draft = self.state.with_suffix(".new")
        draft.write_text(
            json.dumps(
                {
                    "script": self.script.name,
                    "done": sorted(self._done),
                    "until": self._until,
                    "orders": self._orders,
                }
            )
        )
        draft.replace(self.state)

    def _settle(self) -> None:
        wait_until_settled(self.sandbox, hurry=lambda: hurry(self.sandbox))

    def _let_pass(self, name: str, by: timedelta) -> None:
        """Let time pass once: the instant to reach is written down first, so that a repeated step goes no further."""
        if name not in self._until:
            self._until[name] = (clock.now() + by).timestamp()
            self._save()
        left = self._until[name] - clock.now().timestamp()
        acts.let_time_pass(timedelta(seconds=max(round(left), 0)), self.sandbox)
        ring_all()

    # --- the steps

    def _register(self) -> None:
        with acting_as("platform"):
            register_endpoints()
        acts.ensure_market()
        if self.script.categories:
            nodes = [
                CategoryNode(slug, slug.replace("-", " ").capitalize(), "package") for slug in self.script.categories
            ]
            with acting_as("platform"), transaction.atomic():
                known = {node.slug for node in tree().by_id.values()}
                load_categories([node for node in nodes if node.slug not in known])

    def _apply(self) -> str:
        for number, each in enumerate(self.progress.over(self.script.vendors)):
            owner = acts.ensure_user(each.cast.email, each.cast.contact_name)
            acts.apply_(each.cast, owner)
            if number == len(self.script.vendors) // 2:
                self.at("applied")
        return f"{len(self.script.vendors)} applications"

    def _approve(self) -> str:
        admin = acts.ensure_staff("admin@souk.example", "Journey's administrator", "administrator")
        began = self.progress.seconds
        for number, each in enumerate(self.progress.over(self.script.vendors)):
            acts.approve(self._vendor(each.cast.slug), admin)
            if number == len(self.script.vendors) // 2:
                self.at("approved")
        for vendor in self._vendors():
            acts.wait_for_shop(vendor)
        self.figures["shops_seconds"] = self.progress.seconds - began
        return f"{len(self.script.vendors)} shops"

    def _onboard(self) -> str:
        for number, each in enumerate(self.progress.over(self.script.vendors)):
            vendor = acts.onboard(self._vendor(each.cast.slug), self.sandbox)
            acts.set_shipping(
                vendor,
                flat_minor=each.cast.shipping_minor,
                free_from_minor=each.cast.free_shipping_from_minor,
                handling_days=each.cast.handling_days,
            )
            if number == len(self.script.vendors) // 2:
                self.at("onboarded")
        self._settle()
        active = sum(vendor.state == VendorState.ACTIVE for vendor in self._vendors())
        if active != len(self.script.vendors):
            raise RuntimeError(f"only {active} of {len(self.script.vendors)} vendors are active")
        return f"{active} vendors may sell"

    def _subscribe(self) -> str:
        """The first vendor has the largest plan; of the others, whoever brings more products than its plan allows."""
        with acting_as("store"):
            plans = list(Plan.objects.filter(prices__retired_at=None, prices__interval="month").order_by("position"))
        chosen = {
            each.cast.slug: plans[-1] if number == 0 else _smallest(plans, len(each.rows))
            for number, each in enumerate(self.script.vendors)
            if number == 0 or len(each.rows) > (START.products_limit or 0)
        }
        for slug, plan in self.progress.over(list(chosen.items())):
            acts.subscribe(self._vendor(slug), plan.code, "month", self.sandbox)
        first = self._vendor(self.script.vendors[0].cast.slug)
        with acting_as("store"):
            return f"{first.name} has {allowed_to(first.id).plan_name}" + (
                f", {len(chosen) - 1} more have room for their products" if len(chosen) > 1 else ""
            )

    def _import(self) -> str:
        began = self.progress.seconds
        for number, each in enumerate(self.progress.over(self.script.vendors)):
            acts.import_products(self._vendor(each.cast.slug), f"{self.script.name}.csv", each.file())
            if number == len(self.script.vendors) // 2:
                self.at("imported")
        rows = 0
        for vendor in self._vendors():
            with bind_vendor(vendor):
                acts.wait_until(_all_imported, f"The import of {vendor.slug}", 300)
                errors = sum(ProductImport.objects.values_list("error_count", flat=True))
                if errors:
                    raise RuntimeError(f"{vendor.slug}: {errors} rows were not imported")
                rows += Product.objects.count()
        self.figures["import_began"] = began
        return f"{rows} products"

    def _wait_for_offers(self) -> str:
        wanted = sum(len(each.rows) for each in self.script.vendors)
        self.at("visible")
        self._wait(lambda: Offer.objects.filter(is_visible=True).count() == wanted, f"{wanted} offers being visible")
        if "import_began" in self.figures:
            self.figures["visible_seconds"] = self.progress.seconds - self.figures["import_began"]
        return f"{wanted} offers"

    def _place(self) -> str:
        with acting_as("store"):
            ids = dict(Vendor.objects.values_list("slug", "id"))
            offers: dict[tuple[UUID, str], UUID] = {
                (vendor_id, sku): offer_id
                for vendor_id, sku, offer_id in Offer.objects.values_list("vendor_id", "sku", "id")
            }
        for number, each in enumerate(self.progress.over(self.script.purchases)):
            items = [
                (offers[ids[slug], self.script.vendor(slug).rows[row]["sku"]], count) for slug, row, count in each.items
            ]
            order = acts.place(acts.Purchase(self._token(each.number), each.customer, items))
            self._orders[str(each.number)] = str(order.id)
            if number == len(self.script.purchases) // 2:
                self.at("placed")
        return f"{len(self.script.purchases)} orders"

    def _pay(self) -> str:
        with acting_as("store"):
            orders = Order.objects.in_bulk(list(self._orders.values()))
        by_number = {number: orders[UUID(order_id)] for number, order_id in self._orders.items()}
        for number, each in enumerate(self.progress.over(self.script.purchases)):
            order = by_number[str(each.number)]
            if each.fate == Fate.DECLINED_FIRST:
                acts.pay(order, self.sandbox, acts.DECLINED)
            if each.fate == Fate.SOLD_OUT:
                slug, row, _ = each.items[0]
                acts.lose_stock(self._vendor(slug), order, self.script.vendor(slug).rows[row]["sku"])
            if each.fate == Fate.ABANDONED:
                acts.open_payment_page(order)
            else:
                acts.pay(order, self.sandbox)
            if number == len(by_number) // 2:
                self.at("paid")
        self._settle()
        wanted = sum(each.fate != Fate.ABANDONED for each in self.script.purchases)
        with acting_as("platform"):
            paid = Payment.objects.filter(state=PaymentState.PAID).count()
        if paid != wanted:
            raise RuntimeError(f"{paid} orders are paid; {wanted} should be")
        return f"{paid} payments"

    def _expire(self) -> str:
        abandoned = [each for each in self.script.purchases if each.fate == Fate.ABANDONED]
        if not abandoned:
            return "everybody paid"
        self._let_pass("sessions", timedelta(minutes=settings.STOCK_HOLD_MINUTES + 15))
        self.at("expired")
        self._wait(lambda: not Order.objects.filter(stock_hold=StockHold.HELD).exists(), "The release of every hold")
        self._settle()
        return f"{len(abandoned)} orders"

    def _ship(self) -> str:
        return self._fulfill("shipped", Fulfillment.SHIPPED)

    def _deliver(self) -> str:
        return self._fulfill("delivered", Fulfillment.DELIVERED)

    def _fulfill(self, point: str, until: str) -> str:
        vendors = {vendor.id: vendor for vendor in self._vendors()}
        with acting_as("platform"):
            parts = list(VendorOrder.objects.order_by("placed_at", "number").values_list("id", "vendor_id"))
        for number, (part_id, vendor_id) in enumerate(self.progress.over(parts)):
            acts.accept_and_ship(vendors[vendor_id], part_id, until=until)
            if number == len(parts) // 2:
                self.at(point)
        self._settle()
        return f"{len(parts)} vendor orders"

    def _release(self) -> str:
        self._let_pass("hold", timedelta(days=settings.HOLD_DAYS, hours=1))
        self.at("released")
        over = (TransferState.DONE, TransferState.CANCELED)
        self._wait(lambda: not Transfer.objects.exclude(state__in=over).exists(), "Every transfer being done")
        self._settle()
        with acting_as("platform"):
            return f"{Transfer.objects.filter(state=TransferState.DONE).count()} transfers"

    def _pay_out(self) -> str:
        self._let_pass("banks", timedelta(days=10))
        self.at("paid_out")
        self._settle()
        self._wait(_all_paid_out, "Every payout being told and reconciled")
        self._settle()
        with acting_as("platform"):
            return f"{Payout.objects.filter(vendor_id__isnull=False).count()} payouts"

    # --- what the steps look up

    def _wait(self, reached: Callable[[], bool], what: str) -> None:
        with acting_as("platform"):
            acts.wait_until(reached, what, 300, hurry=lambda: hurry(self.sandbox))

    def _vendor(self, slug: str) -> Vendor:
        with acting_as("store"):
            return Vendor.objects.get(slug=slug)

    def _vendors(self) -> list[Vendor]:
        with acting_as("store"):
            return list(
                Vendor.objects.filter(slug__in=[each.cast.slug for each in self.script.vendors]).order_by("slug")
            )

    def _token(self, number: int) -> str:
        return f"journey-{self.script.name}-{number}"


def match() -> ReconciliationRun:
    """Fetch what is new at the provider, also what happened while nobody listened, then match everything."""
    with acting_as("platform"):
        heal_events()
        sync_payouts()
        sync_balance()
        return reconcile()


def _smallest(plans: list[Plan], products: int) -> Plan:
    """The cheapest plan that allows so many products."""
    return next(plan for plan in plans if plan.products_limit is None or plan.products_limit >= products)


def _all_imported() -> bool:
    states = set(ProductImport.objects.values_list("state", flat=True))
    return states <= {ImportState.DONE, ImportState.FAILED}


def _all_paid_out() -> bool:
    """Every cent that was transferred is in a payout that has arrived and been taken apart."""
    arrived = Payout.objects.filter(vendor_id__isnull=False, state=PayoutState.PAID, reconciled_at__isnull=False)
    transferred = sum(Transfer.objects.filter(state=TransferState.DONE).values_list("amount_minor", flat=True))
    return sum(arrived.values_list("amount_minor", flat=True)) == transferred
