"""The demo's seed: its cast moves in a month ago and lives through that month, one deed after the other, up to now.

Everything goes through the same actions that pages use, with the role of whoever does it, while no other process works in
this world. What is done is written down in the world's `seed.json`; interrupted, the same call goes on from there.
"""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from billing.commissions.actions import add_rule
from billing.commissions.models import CommissionRule
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException
from billing.stripe.onboarding import start
from billing.stripe.webhooks import register_endpoints
from kit import clock
from kit.links import absolute_url
from marketplace.catalog.models import Offer
from marketplace.demo import acts, afterwards, desk, giving, history, scaled
from marketplace.demo.cast import CUSTOMERS, STAFF, VENDORS
from marketplace.demo.cast import vendor as cast_of
from marketplace.demo.drawings import Drawings
from marketplace.demo.history import MONTH, Deed, History, Kind
from marketplace.demo.parts import CastVendor
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.sweeps import settle, tell
from marketplace.orders.models import Fulfillment, Order, VendorOrder
from marketplace.returns.actions import Actor
from tenants.isolation.doors import acting_as
from tenants.vendors.models import MemberRole, Vendor

CARRIERS = {"DE": "DHL", "FR": "Colissimo", "PT": "CTT", "NL": "PostNL", "SE": "PostNord", "FI": "Posti", "GR": "ELTA"}
# One of the makers helps out in another's shop.
HELPS_OUT = ("olivar", "meltemi")


@dataclass
class Done:
    """How far a world's seed has come; `deeds` counts those of the history at hand."""

    file: Path
    began: float = 0
    scale: bool = False
    market: bool = False
    shelves: bool = False
    more: bool = False
    deeds: int = 0
    desk: bool = False
    orders: dict[str, str] = field(default_factory=dict)
    finished: bool = False
    scaled: bool = False

    @classmethod
    def read(cls, file: Path) -> "Done":
        return cls(file, **json.loads(file.read_text())) if file.exists() else cls(file)

    def write(self) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps({name: value for name, value in asdict(self).items() if name != "file"}))
        draft.replace(self.file)


def seed(progress: Progress, scale: bool = False) -> None:
    """Seed this process's world, whose sandbox is running and whose other processes are not.

    With `scale`, a thousand products, a hundred customers and 500 orders more: in the same month when the world is new,
    else all of them now. What was seeded before is left alone. Raises RuntimeError when the books do not match in the
    end.
    """
    done = Done.read(settings.WORLD.root / "seed.json")
    if done.finished and (done.scaled or not scale):
        return
    rings, settings.RINGS_DOORBELL = settings.RINGS_DOORBELL, False  # nobody is there to hear it
    logging.disable(logging.WARNING)  # what goes wrong in a played month is part of the play
    try:
        with Drawings() as drawings:
            Seeding(progress, done, Sandbox(webhook_seconds=0), drawings).run(scale)
    finally:
        settings.RINGS_DOORBELL = rings
        logging.disable(logging.NOTSET)


def is_seeded() -> bool:
    """Whether this process's world has lived through its month."""
    return Done.read(settings.WORLD.root / "seed.json").finished


@dataclass
class Seeding:
    """One run of the seed."""

    progress: Progress
    done: Done
    sandbox: Sandbox
    drawings: Drawings
    plan: Callable[[], History] = history.base_history
    selling: tuple[CastVendor, ...] = tuple(each for each in VENDORS if each.state == "active")
    _vendors: dict[str, Vendor] = field(default_factory=dict)
    _members: dict[str, UUID] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)

    def run(self, scale: bool) -> None:
        if not self.done.finished:
            self._begin(scale)
            self._once("market", self._open_market)
            self._once("shelves", self._fill_shelves)
            if self.done.scale:
                self._once("more", self._more_of_all)
            plan = self.plan()
            self._live(history.merged(plan, history.scaled_history()) if self.done.scale else plan)
            self._end(scaled=self.done.scale)
        if scale and not self.done.scaled:
            self._once("more", self._more_of_all)
            self._live(history.scaled_history())
            self._end(scaled=True)

    def _once(self, name: str, play: Callable[[], None]) -> None:
        if not getattr(self.done, name):
            play()
            setattr(self.done, name, True)
            self.done.write()

    # --- Before the month begins

    def _begin(self, scale: bool) -> None:
        """Set this world's clock and the sandbox's a month back."""
        if self.done.began:
            return
        begins = datetime.now(UTC).replace(microsecond=0) - MONTH
        self.sandbox.start_at(int(begins.timestamp()))
        Path(os.environ["SOUK_CLOCK_FILE"]).write_text(str(-int(MONTH.total_seconds())))
        self.done.began, self.done.scale = begins.timestamp(), scale
        self.done.write()

    def _open_market(self) -> None:
        """Staff, customers with accounts, and the shops that sell."""
        for vendor in self.selling:
            self.drawings.ask(vendor, range(history.first_shelf(vendor)))
        self.drawings.ask_for_the_market()
        self.progress.step("People and shops move in")
        acts.ensure_market()
        staff = [acts.ensure_staff(each.email, each.name, each.role) for each in STAFF]
        acts.keep_checklist(by=staff[0])
        for customer in self.progress.over(CUSTOMERS):
            acts.ensure_customer(customer)
        for cast in self.progress.over(self.selling):
            self._move_in(cast, approved_by=staff[0])
            acts.onboard(self.vendor(cast.slug), self.sandbox)
            acts.look_at(self.vendor(cast.slug), by=staff[0])
        helper, shop = HELPS_OUT
        person = acts.ensure_user(cast_of(helper).email, cast_of(helper).contact_name)
        acts.ensure_member(self.vendor(shop), person, MemberRole.CATALOG)
        settle()
        self.progress.finish(f"{len(self.selling)} shops, {len(CUSTOMERS)} customers")

    def _move_in(self, cast: CastVendor, approved_by: User) -> None:
        owner = acts.ensure_user(cast.email, cast.contact_name)
        vendor = acts.approve(acts.apply_(cast, owner), approved_by)
        if not vendor.schema_name:
            settle()  # the shop is opened as soon as there is room for one
            vendor = self.vendor(cast.slug, again=True)
        acts.agree_to_terms(vendor, owner)
        acts.set_shipping(
            vendor,
            flat_minor=cast.shipping_minor,
            free_from_minor=cast.free_shipping_from_minor,
            handling_days=cast.handling_days,
        )
        if cast.handling_days <= 1:
            acts.offer_express(vendor)
        acts.hang_logo(vendor, cast)
        if cast.commission_basis_points is not None:
            with acting_as("platform"), transaction.atomic():
                own = {"vendor": [str(vendor.id)]}
                if not CommissionRule.objects.filter(conditions=own).exists():
                    add_rule(
                        name=f"{cast.name}, as agreed",
                        conditions=own,
                        rate_bps=cast.commission_basis_points,
                        position=1,
                    )

    def _fill_shelves(self) -> None:
        """The products that are there from the beginning, and the market's own pictures."""
        self.progress.step("Products are made, their pictures drawn")
        shelf = [(cast, product) for cast in self.selling for product in range(history.first_shelf(cast))]
        for cast, product in self.progress.over(shelf):
            self._put_out(cast, product)
        for name, picture in self.drawings.of_the_market():
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(picture))
        settle()
        self.progress.finish(f"{len(shelf)} products")

    def _put_out(self, cast: CastVendor, product: int) -> None:
        acts.put_out(self.vendor(cast.slug), cast.products[product], lambda: self.drawings.of_product(cast, product))

    def _more_of_all(self) -> None:
        """What `scale` adds before anybody buys it."""
        self.progress.step("A thousand products more are imported")
        for customer in self.progress.over(scaled.scaled_customers()):
            acts.ensure_customer(customer)
        wider = scaled.scaled_vendors()
        for cast in self.progress.over(wider):
            acts.import_products(self.vendor(cast.slug), "finishes.csv", scaled.import_file(cast))
        settle()
        for cast in wider:
            acts.show_pictures_of_others(self.vendor(cast.slug), scaled.pictures_from(cast))
        settle()
        self.progress.finish(f"{sum(len(cast.products) for cast in wider)} products")

    # --- The month

    def _live(self, plan: History) -> None:
        """Do the deeds that are left, each at its time; those whose time is past already, now."""
        left = plan.deeds[self.done.deeds :]
        self.progress.step(f"{len(plan.purchases)} orders are placed, paid, shipped over a month")
        for vendor in self.selling:
            coming = [deed for deed in left if deed.kind == Kind.PUBLISH and deed.vendor == vendor.slug]
            self.drawings.ask(vendor, [deed.product for deed in coming])
        for deed in self.progress.over(left):
            self._wait_for(deed.at)
            self._do(deed, plan)
            self.done.deeds += 1
            self.done.write()
        self._wait_for(MONTH)
        self.progress.finish()

    def _wait_for(self, at: timedelta) -> None:
        if at == MONTH:
            # Now is now: the clock of this world and the sandbox's agree with everybody's again.
            by = -clock.offset()
        else:
            by = timedelta(seconds=int(self.done.began + at.total_seconds() - clock.now().timestamp()))
        if by > timedelta(0):
            acts.let_time_pass(by, self.sandbox)

    def _do(self, deed: Deed, plan: History) -> None:
        if deed.kind == Kind.SETTLE:
            settle()
        elif deed.purchase < 0:
            self._run_a_shop(deed)
            tell()
        elif deed.kind in FULFILLED:
            self._fulfill(deed)
            tell()
        elif deed.kind in TROUBLED:
            self._trouble(deed)
            tell()
        elif deed.kind in AFTERWARDS:
            self._look_back(deed, plan.purchases[deed.purchase])
            tell()
        else:
            self._buy(deed, plan.purchases[deed.purchase])
            tell()

    def _run_a_shop(self, deed: Deed) -> None:
        cast = cast_of(deed.vendor)
        if deed.kind == Kind.PUBLISH:
            self._put_out(cast, deed.product)
        elif deed.kind == Kind.SUBSCRIBE:
            chosen = history.CHOSEN[deed.vendor]
            card = acts.CARD_FAILS_LATER if chosen.cannot_pay else acts.VISA
            acts.subscribe(self.vendor(cast.slug), chosen.plan, chosen.interval, self.sandbox, card)
        elif deed.kind == Kind.APPLY:
            acts.apply_(cast, acts.ensure_user(cast.email, cast.contact_name))
        else:
            # It has begun with its payout details and not finished; its products wait for that.
            self._move_in(cast, approved_by=acts.ensure_staff(STAFF[0].email, STAFF[0].name, STAFF[0].role))
            here = absolute_url("market", "/")
            with acting_as("store"):
                start(self.vendor(cast.slug), return_url=here, refresh_url=here)
            for product in range(len(cast.products)):
                self._put_out(cast, product)

    def _buy(self, deed: Deed, purchase: history.Purchase) -> None:
        if deed.kind == Kind.PLACE:
            self._place(purchase)
            return
        order = self._order(purchase.number)
        lost = purchase.lost
        if deed.kind == Kind.DECLINED:
            acts.pay(order, self.sandbox, acts.DECLINED)
        elif deed.kind == Kind.PAY:
            acts.come_back(acts.pay(order, self.sandbox))
        elif lost and deed.kind == Kind.LOSE_STOCK:
            acts.lose_stock(self.vendor(lost.vendor), order, lost.sku)
        elif lost and deed.kind == Kind.RESTOCK:
            acts.restock(self.vendor(lost.vendor), lost.sku, 12)

    def _place(self, purchase: history.Purchase) -> None:
        if str(purchase.number) in self.done.orders:
            return
        with acting_as("store"):
            items = [
                (Offer.objects.get(vendor_id=self.vendor(item.vendor).id, sku=item.sku).id, item.quantity)
                for item in purchase.items
            ]
        user = self._user(purchase.customer.email) if purchase.signed_in else None
        order = acts.place(acts.Purchase(f"seed-{purchase.number}", purchase.customer, items, user))
        self.done.orders[str(purchase.number)] = str(order.id)

    def _fulfill(self, deed: Deed) -> None:
        vendor, order = self.vendor(deed.vendor), self._order(deed.purchase)
        with acting_as("platform"):
            part = VendorOrder.objects.get(order=order, vendor_id=vendor.id)
        if part.paid_at is not None and part.canceled_at is None:
            carrier = CARRIERS.get(vendor.country, "Post")
            acts.accept_and_ship(vendor, part.id, carrier=carrier, until=FULFILLED[deed.kind], by=self._member(vendor))

    def _trouble(self, deed: Deed) -> None:
        order = self._order(deed.purchase)
        if deed.kind in BANKS:
            desk.dispute(order, self.sandbox, BANKS[deed.kind])
        elif deed.kind == Kind.LOSE_DISPUTE:
            desk.lose_dispute(order, self.sandbox)
        elif deed.kind == Kind.CANCEL:
            desk.cancel(order)
        else:
            vendor = self.vendor(deed.vendor)
            if deed.kind == Kind.BEGIN_ANSWER:
                desk.begin_answer(order, vendor)
            elif deed.kind == Kind.GIVE_BACK:
                desk.give_back(order, vendor, acts.owner_of(vendor))
            else:
                desk.ask_for_all(order, vendor, self._staff("support"))

    def _look_back(self, deed: Deed, purchase: history.Purchase) -> None:
        order, vendor = self._order(deed.purchase), self.vendor(deed.vendor)
        owner = acts.owner_of(vendor)
        if deed.kind == Kind.REVIEW:
            first, _, last = purchase.customer.name.partition(" ")
            afterwards.review(order, vendor, f"{first} {last[:1]}.".strip(), deed.purchase, owner)
        else:
            afterwards.send_back(order, vendor, owner, deed.kind)

    # --- When it is over

    def _end(self, *, scaled: bool) -> None:
        """Nothing is left to do, every cent is explained, and from now on the provider tells the web process."""
        self._once("desk", self._lay_the_desk)
        settle(to_the_last=True)
        self.progress.step("Match orders, ledger and provider")
        with acting_as("platform"):
            register_endpoints()
            desk.explain_a_difference(self._staff("accountant"))
            found = reconcile()
            if not found.matches:
                open_ = ReconciliationException.objects.filter(state="open").values_list("explanation", flat=True)
                raise RuntimeError("the seeded books do not match: " + "; ".join(open_[:5]))
            desk.close_first_month(self._staff("controller"))
        self.done.finished, self.done.scaled, self.done.deeds = True, scaled, 0
        self.done.write()
        self.progress.finish(f"{found.entries_checked} entries, no exceptions")

    def _lay_the_desk(self) -> None:
        desk.draft_rules(self._staff("administrator"))
        self.sandbox.top_up(desk.TOP_UP_MINOR)
        with acting_as("platform"):
            desk.keep_hold_rules()
            vendors = [self.vendor(each.slug) for each in self.selling[:2]]
            desk.settle_by_hand(vendors[0], vendors[-1], self._staff("accountant"))

        self._give(vendors[0])

    def _give(self, vendor: Vendor) -> None:
        """Coupons, and a gift card that one customer gave another, who has bought something with it."""
        giver, receiver = CUSTOMERS[0], CUSTOMERS[1]
        administrator = self._staff("administrator").id
        assert administrator is not None  # staff are people
        giving.promote(vendor, acts.owner_of(vendor).user_id, administrator)
        card = giving.buy_a_card(giver, receiver, self.sandbox)
        giving.use_the_card(card, vendor, receiver, self.sandbox)

    # --- What is looked up

    def vendor(self, slug: str, *, again: bool = False) -> Vendor:
        if again or slug not in self._vendors or not self._vendors[slug].schema_name:
            with acting_as("platform"):
                self._vendors[slug] = Vendor.objects.get(slug=slug)
        return self._vendors[slug]

    def _member(self, vendor: Vendor) -> UUID:
        if vendor.slug not in self._members:
            self._members[vendor.slug] = acts.owner_of(vendor).id
        return self._members[vendor.slug]

    def _staff(self, role: str) -> Actor:
        email = next(each.email for each in STAFF if each.role == role)
        return Actor("staff", self._user(email).id, f"staff:{role}")

    def _user(self, email: str) -> User:
        if email not in self._users:
            with acting_as("store"):
                self._users[email] = User.objects.get(email=email)
        return self._users[email]

    def _order(self, number: int) -> Order:
        with acting_as("store"):
            return Order.objects.get(id=self.done.orders[str(number)])


FULFILLED = {
    Kind.ACCEPT: Fulfillment.ACCEPTED,
    Kind.PACK: Fulfillment.PACKED,
    Kind.SHIP: Fulfillment.SHIPPED,
    Kind.DELIVER: Fulfillment.DELIVERED,
}
BANKS = {Kind.DISPUTE: "product_not_received", Kind.ASK_ABOUT: "inquiry"}
AFTERWARDS = {Kind.REVIEW, Kind.SEND_BACK, Kind.SENT_BACK, Kind.GIVEN_BACK, Kind.CLAIM}
TROUBLED = {*BANKS, Kind.LOSE_DISPUTE, Kind.BEGIN_ANSWER, Kind.CANCEL, Kind.GIVE_BACK, Kind.ASK_FOR_ALL}
