"""The acts of the main job, each through the actions that pages use and with the database role of who does it.

Every act can be repeated: done again it finds what it did. The seed and the journey are made of these.
"""

import hashlib
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.actions import add_staff_member
from accounts.addresses import save_address
from accounts.models import StaffRole, User
from billing.commissions.actions import add_rule
from billing.commissions.models import CommissionRule
from billing.payments.models import Payment, PaymentAttempt, PaymentState
from billing.stripe.confirm import confirm_session
from billing.stripe.models import ConnectedAccount
from billing.stripe.onboarding import refresh_account, start
from billing.stripe.plan_checkouts import open_checkout, take_checkout
from billing.subscriptions.models import CheckoutState, PlanCheckout, PlanPrice
from billing.subscriptions.queries import live_subscription
from kit import clock
from kit.links import absolute_url
from marketplace.carts.actions import add_to_cart, ensure_cart, remove_line
from marketplace.checkout.actions import place_order, start_payment
from marketplace.demo.categories import TREE
from marketplace.demo.parts import CastCustomer, CastProduct, CastVendor
from marketplace.demo.pictures import draw_logo
from marketplace.demo.sandbox import Sandbox, SandboxRefused
from marketplace.fulfillment.actions import accept, deliver, pack, ship
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Fulfillment, Order, VendorOrder
from outbox.actions import announce
from taxonomy.actions import load_categories
from taxonomy.queries import tree
from tenants.isolation.doors import acting_as, bind_vendor, in_shop
from tenants.onboarding.actions import accept_terms, decide
from tenants.onboarding.keeping import change_step, publish_terms
from tenants.onboarding.queries import checklist, current_terms, steps
from tenants.shop.catalog.actions import create_product, products_changed
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft
from tenants.shop.catalog.imports import request_import
from tenants.shop.catalog.models import Picture, Product, ProductImport, Variant
from tenants.shop.catalog.pictures import Encoded, add_encoded
from tenants.shop.inventory import actions as inventory
from tenants.shop.shipping.actions import put_rate, set_flat_shipping
from tenants.shop.shipping.drafts import RateDraft
from tenants.shop.shipping.models import ShippingProfile
from tenants.vendors.actions import apply_as_vendor, approve_vendor
from tenants.vendors.models import Member, MemberRole, Vendor, VendorState

PASSWORD = "souk-demo-2026"  # noqa: S105  (the demo's; printed at its start)
TERMS = """You sell under your own name, and what you say of your products is true.

You send what was ordered within the days that you name, and take back what the law lets customers give back.

We take the commission that you see on each order before you ship it, and pass the rest on to you."""
VISA, DECLINED = "4242424242424242", "4000000000000002"
CARD_FAILS_LATER = "4000000000000341"


@dataclass(frozen=True)
class Purchase:
    """What somebody buys: `items` are (offer id, quantity); `token` makes the cart, and so the order, theirs and one.

    With a `user` it is the customer's own cart, which has other orders before and after this one.
    """

    token: str
    customer: CastCustomer
    items: Sequence[tuple[UUID, int]]
    user: User | None = None


def wait_until(
    reached: Callable[[], bool],
    what: str,
    timeout_seconds: float = 60,
    *,
    hurry: Callable[[], None] | None = None,
    patience_seconds: float = 5,
) -> None:
    """Wait for what other processes do; `hurry` is called whenever that has taken `patience_seconds` more.

    Raises TimeoutError saying what did not come.
    """
    began = hurried = time.monotonic()
    pause = 0.01
    while not reached():
        now = time.monotonic()
        if now > began + timeout_seconds:
            raise TimeoutError(f"{what} did not happen within {timeout_seconds:g} seconds")
        if hurry is not None and now > hurried + patience_seconds:
            hurry()
            hurried = time.monotonic()
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


# --- People and rules -----------------------------------------------------------------------------------------------------


@cache
def password_hash() -> str:
    """Made once: a hash that withstands guessing takes a while, and everybody's password is the same."""
    return make_password(PASSWORD)


def ensure_user(email: str, name: str) -> User:
    """A person who has verified the address and signs in with the demo's password."""
    with acting_as("store"), transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(email=email, name=name, password=password_hash(), joined_at=clock.now())
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def ensure_customer(customer: CastCustomer) -> User:
    """A person with an account and an address in it."""
    user = ensure_user(customer.email, customer.name)
    with acting_as("store"):
        save_address(user=user, values=address_of(customer))
    return user


def ensure_member(vendor: Vendor, user: User, role: MemberRole) -> Member:
    """The person works at the vendor as well."""
    with acting_as("store"):
        return Member.objects.get_or_create(
            vendor=vendor, user_id=user.id, defaults={"name": user.name, "email": user.email, "role": role}
        )[0]


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
            add_rule(name="Everything else", rate_bps=1200)
            add_rule(name="Electronics", conditions={"category": ["electronics"]}, rate_bps=800, position=1)


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
            street=cast.street,
            postal_code=cast.postal_code,
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


def keep_checklist(by: User) -> None:
    """The office asks vendors for more than a payout account: terms, a profile, an address, and a last look of its own."""
    with acting_as("platform"), transaction.atomic():
        if current_terms() is None:
            publish_terms(text=TERMS, by=by.id)
        for step in steps():
            if step.code in ("terms", "profile", "address", "review") and not step.is_on:
                change_step(
                    code=step.code,
                    by=by.id,
                    title=step.title,
                    explanation=step.explanation,
                    is_on=True,
                    for_selling=step.for_selling,
                    for_payout=step.for_payout,
                )


def agree_to_terms(vendor: Vendor, owner: User) -> None:
    """The owner agrees to the terms in force, on the portal."""
    with bind_vendor(vendor):
        terms = current_terms()
        if terms is not None:
            accept_terms(vendor=vendor, by=owner.id, version=terms.version)


def look_at(vendor: Vendor, by: User) -> Vendor:
    """Staff accept what waits for them on the vendor's checklist."""
    with acting_as("platform"):
        vendor.refresh_from_db()
        for item in checklist(vendor).items:
            if item.may_be_decided:
                decide(vendor=vendor, code=item.code, decision="accept", by=by.id, seen=item.seen)
        vendor.refresh_from_db()
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


def subscribe(vendor: Vendor, plan: str, interval: str, sandbox: Sandbox, card: str = VISA) -> None:
    """An owner of the vendor chooses a plan and pays it on the provider's page. A vendor that has one is left alone."""
    here = absolute_url("market", "/")
    with acting_as("store"):
        if live_subscription(vendor.id):
            return
        price = PlanPrice.objects.select_related("plan").get(plan__code=plan, interval=interval, retired_at=None)
        open_checkout(vendor, price, success_url=here, cancel_url=here)
        session_id = PlanCheckout.objects.get(vendor_id=vendor.id, state=CheckoutState.OPEN).provider_session_id
        try:
            sandbox.pay(session_id, card, vendor.email)
        except SandboxRefused as refused:
            # Paid already, by the run that was interrupted.
            if "paid" not in str(refused):
                raise
        take_checkout(session_id, vendor_id=vendor.id)


EXPRESS = RateDraft(name="Express", price_minor=1490, carrier="DHL Express", transit_min_days=1, transit_max_days=1)


def set_shipping(vendor: Vendor, *, flat_minor: int, free_from_minor: int | None, handling_days: int) -> None:
    with bind_vendor(vendor):
        set_flat_shipping(flat_minor=flat_minor, free_from_minor=free_from_minor, handling_days=handling_days)


def offer_express(vendor: Vendor) -> None:
    """A dearer and quicker way beside the usual one."""
    with bind_vendor(vendor):
        profile = ShippingProfile.objects.get(is_default=True)
        zone = profile.zones.first()
        if zone and not zone.rates.filter(name=EXPRESS.name).exists():
            put_rate(profile, zone_id=zone.id, rate=EXPRESS, by=None)


def hang_logo(vendor: Vendor, cast: CastVendor) -> None:
    """The vendor's mark, drawn as SVG, on its shop front."""
    drawn = draw_logo(cast).encode()
    path = f"logos/{vendor.id}/{hashlib.sha256(drawn).hexdigest()[:16]}.svg"
    with bind_vendor(vendor):
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(drawn))
        with transaction.atomic():
            shop = Vendor.objects.get(id=vendor.id)
            if shop.logo != path:
                shop.logo = path
                shop.save(update_fields=["logo"])
                announce("shop.profile_changed", vendor_id=shop.id, payload={"vendor": str(shop.id)})


def put_out(vendor: Vendor, cast: CastProduct, pictures: Callable[[], list[Encoded]]) -> Product:
    """The vendor makes a product, with stock, and publishes it; `pictures` is asked when it has none yet."""
    with bind_vendor(vendor):
        variant = Variant.objects.filter(sku=cast.variants[0].sku).select_related("product").first()
        product = variant.product if variant else None
        if product is None or not product.pictures.exists():
            drawn = pictures()
            if product is None:
                product = create_product(draft=draft_of(cast), publish=True)
            # Not in one transaction with the product: the pictures may have to travel to where they are kept.
            if drawn:
                add_encoded(product=product, pictures=[(each, cast.title) for each in drawn])
        return product


def show_pictures_of_others(vendor: Vendor, others: Mapping[str, str]) -> None:
    """Products without pictures (by SKU) show those of another product of the same vendor (by SKU as well)."""
    with bind_vendor(vendor), transaction.atomic():
        skus = {*others, *others.values()}
        found = dict(Variant.objects.filter(sku__in=skus).values_list("sku", "product_id"))
        shown: dict[UUID, list[Picture]] = {}
        for picture in Picture.objects.filter(
            product_id__in=[found[sku] for sku in set(others.values()) if sku in found]
        ):
            shown.setdefault(picture.product_id, []).append(picture)
        bare = set(Product.objects.filter(pictures=None).values_list("id", flat=True))
        copies = [
            Picture(
                product_id=found[sku],
                path=picture.path,
                alt=picture.alt,
                width=picture.width,
                height=picture.height,
                position=picture.position,
            )
            for sku, other in others.items()
            if found.get(sku) in bare
            for picture in (shown.get(found[other], []) if other in found else [])
        ]
        Picture.objects.bulk_create(copies)
        products_changed({picture.product_id for picture in copies})


def draft_of(cast: CastProduct) -> ProductDraft:
    category = tree().find(cast.category)
    weight = cast.attributes.get("weight_grams", 0)
    return ProductDraft(
        title=cast.title,
        description=cast.description,
        brand=cast.brand,
        category_id=category.id if category else None,
        condition=cast.condition,
        attributes=cast.attributes,
        variants=[
            VariantDraft(
                sku=variant.sku,
                gtin=variant.gtin,
                price_minor=variant.price_minor,
                compare_at_minor=variant.compare_at_minor,
                options=variant.options,
                stock=variant.stock,
                weight_grams=int(weight),
            )
            for variant in cast.variants
        ],
    )


def import_products(vendor: Vendor, filename: str, data: bytes) -> None:
    """The vendor uploads a CSV file; the shopworker reads it. The same file name is imported once."""
    with bind_vendor(vendor):
        if not ProductImport.objects.filter(filename=filename).exists():
            request_import(file=io.BytesIO(data), filename=filename, publish=True)


# --- Buying ---------------------------------------------------------------------------------------------------------------


def place(purchase: Purchase) -> Order:
    """Fill a cart and place the order. A guest's cart is filled once and ordered once.

    A signed-in customer's cart is made to hold just these items; done again at once, it gives the same order.
    """
    with acting_as("store"):
        cart = ensure_cart(user=purchase.user, token=purchase.token, country=purchase.customer.country)
        placed = None if purchase.user else Order.objects.filter(cart_id=cart.id).first()
        if placed is not None:
            return placed
        wanted = {offer_id for offer_id, _ in purchase.items}
        for line in cart.lines.exclude(offer_id__in=wanted):
            remove_line(cart=cart, line_id=line.id)
        have = set(cart.lines.values_list("offer_id", flat=True))
        for offer_id, quantity in purchase.items:
            if offer_id not in have:
                add_to_cart(cart=cart, offer_id=offer_id, quantity=quantity)
        cart.refresh_from_db()
        return place_order(
            cart=cart,
            version=cart.version,
            email=purchase.customer.email,
            ship_to=address_of(purchase.customer),
            user=purchase.user,
        )


def address_of(customer: CastCustomer) -> dict[str, str]:
    return {
        "name": customer.name,
        "line1": customer.street,
        "postal_code": customer.postal_code,
        "city": customer.city,
        "country": customer.country,
    }


def open_payment_page(order: Order) -> str:
    """Go to the provider's page, and no further; gives the session's id."""
    with acting_as("store"):
        payment = Payment.objects.get(reference_id=order.id)
        if payment.state == PaymentState.PENDING:
            start_payment(
                order=order,
                success_url=absolute_url("market", f"/orders/{order.number}/paid/")
                + "?session_id={CHECKOUT_SESSION_ID}",
                cancel_url=absolute_url("market", "/cart/"),
            )
        return PaymentAttempt.objects.filter(payment=payment).latest("number").provider_session_id


def pay(order: Order, sandbox: Sandbox, card: str = VISA) -> str:
    """Go to the provider's page and pay there; gives the session's id. A paid order is left alone."""
    session_id = open_payment_page(order)
    with acting_as("store"):
        if Payment.objects.get(reference_id=order.id).state == PaymentState.PAID:
            return session_id
    try:
        sandbox.pay(session_id, card, order.email)
    except SandboxRefused as refused:
        # Paid already, by the run that was interrupted: what counts is what the session says when it is fetched.
        if "open" not in str(refused) and "complete" not in str(refused) and card == VISA:
            raise
    return session_id


def come_back(session_id: str) -> None:
    """The customer's browser comes back from the provider's page: what became of the session is looked up."""
    with acting_as("store"):
        confirm_session(session_id)


def lose_stock(vendor: Vendor, order: Order, sku: str) -> None:
    """What this unpaid order was to get of `sku` breaks in the storeroom, and there is no more of it."""
    with acting_as("platform"):
        if Payment.objects.get(reference_id=order.id).state != PaymentState.PENDING:
            return
        with transaction.atomic(), in_shop(vendor):
            inventory.release(order.id)
    with bind_vendor(vendor):
        inventory.adjust_stock(Variant.objects.get(sku=sku), 0, "Broken in the storeroom")


def restock(vendor: Vendor, sku: str, on_hand: int) -> None:
    """So many of `sku` lie in the storeroom again."""
    with bind_vendor(vendor):
        inventory.adjust_stock(Variant.objects.get(sku=sku), on_hand, "Delivered by the maker")


# --- Shipping -------------------------------------------------------------------------------------------------------------


def accept_and_ship(
    vendor: Vendor,
    part_id: UUID,
    *,
    carrier: str = "Post",
    until: str = Fulfillment.SHIPPED,
    by: UUID | None = None,
) -> None:
    """As the vendor: accept, pack and ship one vendor order, as far as `until`; goes on from wherever it stands.

    `by` is the member who does it.
    """
    order_of_states = [Fulfillment.ACCEPTED, Fulfillment.PACKED, Fulfillment.SHIPPED, Fulfillment.DELIVERED]
    wanted = order_of_states[: order_of_states.index(Fulfillment(until)) + 1]
    with bind_vendor(vendor):
        part = VendorOrder.objects.get(id=part_id)
        if part.fulfillment == Fulfillment.NEW and Fulfillment.ACCEPTED in wanted:
            part = accept(vendor_order_id=part.id, by=by)
        if part.fulfillment == Fulfillment.ACCEPTED and Fulfillment.PACKED in wanted:
            pack(vendor_order_id=part.id, by=by)
        for parcel in Parcel.objects.filter(vendor_order_id=part_id).order_by("number"):
            if parcel.shipped_at is None and Fulfillment.SHIPPED in wanted:
                ship(parcel_id=parcel.id, carrier=carrier, tracking_number=f"{part.number}-{parcel.number}", by=by)
            if parcel.delivered_at is None and Fulfillment.DELIVERED in wanted:
                deliver(parcel_id=parcel.id, by=by)


def owner_of(vendor: Vendor) -> Member:
    with acting_as("platform"):
        return Member.objects.filter(vendor=vendor).earliest("joined_at")


# --- Time -----------------------------------------------------------------------------------------------------------------


def let_time_pass(by: timedelta, sandbox: Sandbox) -> None:
    """Move this world's clock and the sandbox's ahead together."""
    clock.move(by)
    sandbox.advance(to=int(clock.now().timestamp()))
