"""The main job from end to end, in a world of its own: a vendor's application to a reconciled payout.

Every step can be repeated; what is done is found. So a journey that was interrupted, at whatever moment, goes on where it
stood when it is started again, and ends as if nothing had happened.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from billing.payments.models import Payment, PaymentState
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationRun
from billing.stripe.webhooks import register_endpoints
from django.conf import settings
from django.db import transaction
from kit import clock
from taxonomy.actions import load_categories
from taxonomy.queries import tree
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.shop.catalog.models import ImportState, Product, ProductImport
from tenants.vendors.models import Vendor, VendorState

from marketplace.catalog.models import Offer
from marketplace.demo import acts
from marketplace.demo.categories import CategoryNode
from marketplace.demo.money_table import MoneyTable, money_table
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.scripts import Script
from marketplace.demo.settled import wait_until_settled
from marketplace.orders.models import Fulfillment, Order, VendorOrder

# The points of a journey, in order, and what is told to whoever watches. Tests kill processes at these.
POINTS = ("applied", "approved", "onboarded", "imported", "visible", "placed", "paid", "shipped", "delivered", "released", "paid_out")


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

    def run(self) -> tuple[MoneyTable, ReconciliationRun]:
        """Play what is left of the script; gives who got what, and the match at the end."""
        saved = json.loads(self.state.read_text()) if self.state.exists() else {}
        self._done, self._until = set(saved.get("done", ())), dict(saved.get("until", {}))
        self._step("Register the webhooks", "registered", self._register)
        self._step("Vendors apply", "applied", self._apply)
        self._step("Staff approves, shops open", "approved", self._approve)
        self._step("Vendors give their payout details", "onboarded", self._onboard)
        self._step("Vendors import their products", "imported", self._import)
        self._step("The catalogue shows them", "visible", self._wait_for_offers)
        self._step("Customers order", "placed", self._place)
        self._step("Customers pay", "paid", self._pay)
        self._step("Vendors accept, pack and ship", "shipped", self._ship)
        self._step("Parcels arrive", "delivered", self._deliver)
        self._step(f"{settings.HOLD_DAYS} days pass, earnings are transferred", "released", self._release)
        self._step("Banks are paid", "paid_out", self._pay_out)
        self.progress.step("Match orders, ledger and provider")
        with acting_as("platform"):
            found = reconcile()
            table = money_table()
        self.progress.finish(f"{found.entries_checked} entries, {found.exceptions_count} exceptions")
        return table, found

    def _step(self, words: str, name: str, play: Callable[[], str | None]) -> None:
        if name in self._done:
            return
        self.progress.step(words)
        told = play()
        self._done.add(name)
        self._save()
        self.progress.finish(told or "")

    def _save(self) -> None:
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps({"script": self.script.name, "done": sorted(self._done), "until": self._until}))
        draft.replace(self.state)

    def _let_pass(self, name: str, by: timedelta) -> None:
        """Let time pass once: the instant to reach is written down first, so that a repeated step goes no further."""
        if name not in self._until:
            self._until[name] = (clock.now() + by).timestamp()
            self._save()
        left = self._until[name] - clock.now().timestamp()
        acts.let_time_pass(timedelta(seconds=max(round(left), 0)), self.sandbox)

    # --- the steps

    def _register(self) -> None:
        with acting_as("platform"):
            register_endpoints()
        acts.ensure_market()
        if self.script.categories:
            nodes = [CategoryNode(slug, slug.replace("-", " ").capitalize(), "package") for slug in self.script.categories]
            with acting_as("platform"), transaction.atomic():
                known = {node.slug for node in tree().walk()}
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
        wait_until_settled(self.sandbox)
        active = sum(vendor.state == VendorState.ACTIVE for vendor in self._vendors())
        if active != len(self.script.vendors):
            raise RuntimeError(f"only {active} of {len(self.script.vendors)} vendors are active")
        return f"{active} vendors may sell"

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
        with acting_as("platform"):
            acts.wait_until(
                lambda: Offer.objects.filter(is_visible=True).count() == wanted, f"{wanted} offers being visible", 300
            )
        if "import_began" in self.figures:
            self.figures["visible_seconds"] = self.progress.seconds - self.figures["import_began"]
        return f"{wanted} offers"

    def _place(self) -> str:
        with acting_as("store"):
            ids = dict(Vendor.objects.values_list("slug", "id"))
            offers: dict[tuple[UUID, str], UUID] = {
                (vendor_id, sku): offer_id for vendor_id, sku, offer_id in Offer.objects.values_list("vendor_id", "sku", "id")
            }
        for number, each in enumerate(self.progress.over(self.script.purchases)):
            items = [
                (offers[ids[slug], self.script.vendor(slug).rows[row]["sku"]], count) for slug, row, count in each.items
            ]
            acts.place(acts.Purchase(self._token(each.number), each.customer, items))
            if number == len(self.script.purchases) // 2:
                self.at("placed")
        return f"{len(self.script.purchases)} orders"

    def _pay(self) -> str:
        with acting_as("store"):
            orders = list(Order.objects.order_by("placed_at", "id"))
        for number, order in enumerate(self.progress.over(orders)):
            acts.pay(order, self.sandbox)
            if number == len(orders) // 2:
                self.at("paid")
        wait_until_settled(self.sandbox)
        with acting_as("platform"):
            paid = Payment.objects.filter(state=PaymentState.PAID).count()
        if paid != len(orders):
            raise RuntimeError(f"only {paid} of {len(orders)} orders are paid")
        return f"{paid} payments"

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
        wait_until_settled(self.sandbox)
        return f"{len(parts)} vendor orders"

    def _release(self) -> str:
        self._let_pass("hold", timedelta(days=settings.HOLD_DAYS, hours=1))
        self.at("released")
        with acting_as("platform"):
            acts.wait_until(
                lambda: not Transfer.objects.exclude(state=TransferState.DONE).exists(), "Every transfer being done", 300
            )
        wait_until_settled(self.sandbox)
        with acting_as("platform"):
            return f"{Transfer.objects.count()} transfers"

    def _pay_out(self) -> str:
        self._let_pass("banks", timedelta(days=10))
        self.at("paid_out")
        wait_until_settled(self.sandbox)
        with acting_as("platform"):
            acts.wait_until(_all_paid_out, "Every payout being told and reconciled", 300)
        wait_until_settled(self.sandbox)
        with acting_as("platform"):
            return f"{Payout.objects.filter(vendor_id__isnull=False).count()} payouts"

    # --- what the steps look up

    def _vendor(self, slug: str) -> Vendor:
        with acting_as("store"):
            return Vendor.objects.get(slug=slug)

    def _vendors(self) -> list[Vendor]:
        with acting_as("store"):
            return list(Vendor.objects.filter(slug__in=[each.cast.slug for each in self.script.vendors]).order_by("slug"))

    def _token(self, number: int) -> str:
        return f"journey-{self.script.name}-{number}"


def _all_imported() -> bool:
    states = set(ProductImport.objects.values_list("state", flat=True))
    return states <= {ImportState.DONE, ImportState.FAILED}


def _all_paid_out() -> bool:
    """Every cent that was transferred is in a payout that has arrived and been taken apart."""
    arrived = Payout.objects.filter(vendor_id__isnull=False, state=PayoutState.PAID, reconciled_at__isnull=False)
    transferred = sum(Transfer.objects.filter(state=TransferState.DONE).values_list("amount_minor", flat=True))
    return sum(arrived.values_list("amount_minor", flat=True)) == transferred
