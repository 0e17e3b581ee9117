"""The acts of the main job, each through the actions that pages use and with the database role of who does it.

Every act can be repeated: done again it finds what it did. The seed and the journey are made of these.
"""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from accounts.actions import add_staff_member
from accounts.models import StaffRole, User
from allauth.account.models import EmailAddress
from billing.commissions.actions import add_rule
from billing.commissions.models import CommissionRule
from billing.payments.models import Payment, PaymentAttempt, PaymentState
from billing.stripe.models import ConnectedAccount
from billing.stripe.onboarding import refresh_account, start
from django.db import transaction
from kit import clock
from kit.links import absolute_url
from taxonomy.actions import load_categories
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.shop.catalog.imports import request_import
from tenants.shop.catalog.models import ProductImport
from tenants.shop.shipping.actions import set_shipping_profile
from tenants.vendors.actions import apply_as_vendor, approve_vendor
from tenants.vendors.models import Member, Vendor, VendorState

from marketplace.carts.actions import add_to_cart, ensure_cart
from marketplace.checkout.actions import place_order, start_payment
from marketplace.demo.categories import TREE
from marketplace.demo.parts import CastCustomer, CastVendor
from marketplace.demo.sandbox import Sandbox, SandboxRefused
from marketplace.fulfillment.actions import accept, deliver, pack, ship
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Fulfillment, Order, VendorOrder

PASSWORD = "souk-demo-2026"  # noqa: S105  (the demo's; printed at its start)
VISA, DECLINED = "4242424242424242", "4000000000000002"


@dataclass(frozen=True)
class Purchase:
    """What somebody buys: `items` are (offer id, quantity); `token` makes the cart, and so the order, theirs and one."""

    token: str
    customer: CastCustomer
    items: Sequence[tuple[UUID, int]]


def wait_until(reached: Callable[[], bool], what: str, timeout_seconds: float = 60) -> None:
    """Wait for what other processes do. Raises TimeoutError saying what did not come."""
    end = time.monotonic() + timeout_seconds
    pause = 0.01
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {timeout_seconds:g} seconds")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


# --- People and rules -----------------------------------------------------------------------------------------------------


def ensure_user(email: str, name: str) -> User:
    """A person who has verified the address and signs in with the demo's password."""
    with acting_as("store"), transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, PASSWORD, name=name, joined_at=clock.now())
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def ensure_staff(email: str, name: str, role: str) -> User:
    user = ensure_user(email, name)
    with acting_as("platform"), transaction.atomic():
        if not hasattr(user, "staff_member"):
            add_staff_member(user=user, role=StaffRole(role))
    return user


def ensure_market() -> None:
    """Categories, and commission: 8 % on electronics, 12 % on everything else."""
    with acting_as("platform"), transaction.atomic():
        load_categories(TREE)
        if not CommissionRule.objects.exists():
            add_rule(name="Everything else", scope="global", rate_bps=1200)
            add_rule(name="Electronics", scope="category", category_path="electronics", rate_bps=800, position=1)


# --- A vendor's way in ----------------------------------------------------------------------------------------------------


def apply_(cast: CastVendor, owner: User) -> Vendor:
    """The owner applies to sell."""
    with acting_as("store"):
        found = Vendor.objects.filter(slug=cast.slug).first()
        if found is not None:
            return found
        return apply_as_vendor(
            user=owner,
            name=cast.name,
            legal_name=cast.name,
            country=cast.country,
            slug=cast.slug,
            email=cast.email,
            city=cast.city,
            tagline=cast.tagline,
            story=cast.story,
            palette=tuple(cast.palette),
        )


def approve(vendor: Vendor, by: User) -> Vendor:
    """Staff approves; the vendor gets its shop at once or, when no spare waits, from the builder within moments."""
    with acting_as("platform"):
        vendor.refresh_from_db()
        if vendor.state == VendorState.APPLIED:
            vendor = approve_vendor(vendor=vendor, by=by.id)
    return vendor


def wait_for_shop(vendor: Vendor) -> Vendor:
    def has_shop() -> bool:
        vendor.refresh_from_db()
        return bool(vendor.schema_name)

    with acting_as("platform"):
        wait_until(has_shop, f"A shop for {vendor.slug}")
    return vendor


def onboard(vendor: Vendor, sandbox: Sandbox) -> Vendor:
    """The vendor gives the provider its bank account on the provider's page, and comes back."""
    here = absolute_url("market", "/")
    with acting_as("store"):
        account = ConnectedAccount.objects.filter(vendor_id=vendor.id).first()
        if account is None or not account.can_receive:
            start(vendor, return_url=here, refresh_url=here)
            account = ConnectedAccount.objects.get(vendor_id=vendor.id)
            sandbox.onboard(account.account_id)
            refresh_account(vendor.id)
        vendor.refresh_from_db()
    return vendor


def set_shipping(vendor: Vendor, *, flat_minor: int, free_from_minor: int | None, handling_days: int) -> None:
    with bind_vendor(vendor):
        set_shipping_profile(flat_minor=flat_minor, free_from_minor=free_from_minor, handling_days=handling_days)


def import_products(vendor: Vendor, filename: str, data: bytes) -> None:
    """The vendor uploads a CSV file; the shopworker reads it. The same file name is imported once."""
    with bind_vendor(vendor):
        if not ProductImport.objects.filter(filename=filename).exists():
            request_import(file=io.BytesIO(data), filename=filename, publish=True)


# --- Buying ---------------------------------------------------------------------------------------------------------------


def place(purchase: Purchase) -> Order:
    """Fill a guest's cart and place the order. The token's cart is filled once and ordered once."""
    with acting_as("store"):
        cart = ensure_cart(user=None, token=purchase.token, country=purchase.customer.country)
        placed = Order.objects.filter(cart_id=cart.id).first()
        if placed is not None:
            return placed
        have = set(cart.lines.values_list("offer_id", flat=True))
        for offer_id, quantity in purchase.items:
            if offer_id not in have:
                add_to_cart(cart=cart, offer_id=offer_id, quantity=quantity)
        cart.refresh_from_db()
        return place_order(
            cart=cart, version=cart.version, email=purchase.customer.email, ship_to=address_of(purchase.customer)
        )


def address_of(customer: CastCustomer) -> dict[str, str]:
    return {
        "name": customer.name,
        "line1": customer.street,
        "postal_code": customer.postal_code,
        "city": customer.city,
        "country": customer.country,
    }


def pay(order: Order, sandbox: Sandbox, card: str = VISA) -> str:
    """Go to the provider's page and pay there; gives the session's id. A paid order is left alone."""
    with acting_as("store"):
        payment = Payment.objects.get(reference_id=order.id)
        if payment.state == PaymentState.PAID:
            return PaymentAttempt.objects.filter(payment=payment).latest("number").provider_session_id
        start_payment(
            order=order,
            success_url=absolute_url("market", f"/orders/{order.number}/paid/") + "?session_id={CHECKOUT_SESSION_ID}",
            cancel_url=absolute_url("market", "/cart/"),
        )
        session_id = payment.attempts.latest("number").provider_session_id
    try:
        sandbox.pay(session_id, card, order.email)
    except SandboxRefused as refused:
        # Paid already, by the run that was interrupted: what counts is what the session says when it is fetched.
        if "open" not in str(refused) and "complete" not in str(refused) and card == VISA:
            raise
    return session_id


# --- Shipping -------------------------------------------------------------------------------------------------------------


def accept_and_ship(vendor: Vendor, part_id: UUID, *, carrier: str = "Post", until: str = Fulfillment.SHIPPED) -> None:
    """As the vendor: accept, pack and ship one vendor order, as far as `until`; goes on from wherever it stands."""
    order_of_states = [Fulfillment.ACCEPTED, Fulfillment.PACKED, Fulfillment.SHIPPED, Fulfillment.DELIVERED]
    wanted = order_of_states[: order_of_states.index(Fulfillment(until)) + 1]
    with bind_vendor(vendor):
        part = VendorOrder.objects.get(id=part_id)
        if part.fulfillment == Fulfillment.NEW and Fulfillment.ACCEPTED in wanted:
            part = accept(vendor_order_id=part.id, by=None)
        if part.fulfillment == Fulfillment.ACCEPTED and Fulfillment.PACKED in wanted:
            pack(vendor_order_id=part.id, by=None)
        for parcel in Parcel.objects.filter(vendor_order_id=part_id).order_by("number"):
            if parcel.shipped_at is None and Fulfillment.SHIPPED in wanted:
                ship(parcel_id=parcel.id, carrier=carrier, tracking_number=f"{part.number}-{parcel.number}", by=None)
            if parcel.delivered_at is None and Fulfillment.DELIVERED in wanted:
                deliver(parcel_id=parcel.id, by=None)


def owner_of(vendor: Vendor) -> Member:
    with acting_as("platform"):
        return Member.objects.filter(vendor=vendor).earliest("joined_at")


# --- Time -----------------------------------------------------------------------------------------------------------------


def let_time_pass(by: timedelta, sandbox: Sandbox) -> None:
    """Move this world's clock and the sandbox's ahead together."""
    clock.move(by)
    sandbox.advance(to=int(clock.now().timestamp()))
