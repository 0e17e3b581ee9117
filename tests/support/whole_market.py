"""A market with something in every list of the APIs, and in every state that an operation needs."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from tests.api.conftest import MARKET, OFFICE, portal_of
from tests.support.office import MarketDay, pay, place
from tests.support.traders import ask_for_a_refund


@dataclass
class Callers:
    """Somebody signed in for each audience: Ada, who has bought; Lindqvist's owner, who has sold; an administrator."""

    hosts: dict[str, str]
    tokens: dict[str, str]


@pytest.fixture
def callers(
    sandbox: Any,
    market_day: MarketDay,
    address: dict[str, str],
    member_token: Any,
    staff_token: Any,
    sign_in: Any,
    settings: Any,
) -> Callers:
    """The sandbox comes first: it says where the marketplace is, and so who issues the tokens."""
    _settle_ada(market_day, address)
    _fill_the_shop(market_day, address)
    _busy_the_office(market_day)
    # As long as an attack may take on a slow machine; what the documents say of a token's life stays as it is.
    usual, settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN, 3600
    office = staff_token()
    tokens = {
        "storefront": sign_in(market_day.ada.email),
        "vendor": member_token(market_day.lindqvist),
        "platform": office,
        "finance": office,
    }
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = usual
    return Callers(
        hosts={
            "storefront": MARKET,
            "vendor": portal_of(market_day.lindqvist),
            "platform": OFFICE,
            "finance": OFFICE,
        },
        tokens=tokens,
    )


def _settle_ada(market_day: MarketDay, address: dict[str, str]) -> None:
    """She can sign in, keeps an address, and has something in her cart."""
    from allauth.account.models import EmailAddress

    from accounts.models import Address
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token

    ada = market_day.ada
    ada.set_password("a long good one")
    ada.save()
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    Address.objects.create(user=ada, **address)
    cart = ensure_cart(user=ada, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=_shelf(market_day.moreau).offer.id, quantity=2)


def _fill_the_shop(market_day: MarketDay, address: dict[str, str]) -> None:
    """Lindqvist has an order that is new, one accepted, one packed and one shipped; pictures, and an import."""
    from marketplace.fulfillment.actions import accept, pack, ship
    from tenants.isolation.doors import in_shop
    from tenants.shop.catalog.models import Picture, Product, ProductImport

    vendor, orders = market_day.lindqvist, []
    for number in range(3):
        orders.append(place(market_day.ada, address, _shelf(vendor)))
        pay(orders[-1], f"ch_more_{number}")
    accepted, packed, shipped = [order.vendor_orders.get() for order in orders]
    ask_for_a_refund(accepted)
    with in_shop(vendor):
        for part in (accepted, packed, shipped):
            accept(vendor_order_id=part.id, by=None)
        pack(vendor_order_id=packed.id, by=None)
        ship(parcel_id=pack(vendor_order_id=shipped.id, by=None).id, carrier="PostNord", tracking_number="SE1", by=None)
        for name in ("front", "back"):
            Picture.objects.create(
                product=Product.objects.get(), path=f"pictures/{vendor.id}/{name}", width=60, height=40
            )
        ProductImport.objects.create(filename="shelf.csv", path=f"imports/{vendor.id}/x.csv", state="done")


def _busy_the_office(market_day: MarketDay) -> None:
    """Somebody applies; a transfer and a refund were refused, a refund is due; there is a rule, and a finding."""
    from billing.commissions.actions import add_rule
    from billing.payments.actions import refund_answered, request_refund
    from billing.payments.models import PaymentShare, RefundState
    from billing.payouts.models import Transfer
    from billing.reconciliation.actions import reconcile
    from marketplace.orders.models import VendorOrder
    from taxonomy.actions import add_category
    from tenants.vendors.models import Member, Vendor

    applicant = Vendor.objects.create(
        slug="sorensen", name="Sørensen", legal_name="Sørensen ApS", country="DK", email="hej@sorensen.example"
    )
    Member.objects.create(vendor=applicant, user_id=market_day.ada.id, name="Ida Sørensen", email=applicant.email)
    Transfer.objects.filter(vendor_id=market_day.moreau.id).update(state="failed", error="The account was closed.")
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        request_refund(share=share, amount_minor=100, reason="Late", key="late:1")
        refused = request_refund(share=share, amount_minor=100, reason="Broken", key="broken:1")
    refund_answered(refund_id=refused.id, state=RefundState.FAILED, error="The account was closed.", moved=False)
    ask_for_a_refund(VendorOrder.objects.get(id=share.reference_id), "staff")
    home = add_category(name="Home", tax_category="standard")
    add_rule(name="Home", conditions={"category": [home.path]}, rate_bps=1200)
    reconcile(fetch_balances=list)


def _shelf(vendor: Any) -> Any:
    """What `place` wants: something of the vendor's that can be bought."""
    from marketplace.catalog.models import Offer

    return SimpleNamespace(offer=Offer.objects.get(vendor_id=vendor.id))
