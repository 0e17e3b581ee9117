"""Two vendors with everything a thief would want, committed, and real logins to go after it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest


@dataclass(frozen=True)
class Shop:
    """One vendor: its wall's name, and its part of the one order that both vendors have a part in."""

    vendor: Any
    wall: str
    order_id: UUID
    vendor_order_id: UUID
    line_id: UUID
    parcel_id: UUID


@dataclass(frozen=True)
class Street:
    lindqvist: Shop
    moreau: Shop


@pytest.fixture(scope="module")
def street(django_db_setup: None, django_db_blocker: Any) -> Iterator[Street]:
    from django.db import connection
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        order = _order()
        made = Street(_shop("lindqvist", "SE", order), _shop("moreau", "FR", order))
        connection.close()
        yield made
        TransactionTestCase._fixture_teardown(None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def log_in(street: Street) -> Callable[..., psycopg.Connection]:
    """`log_in("v_0123...")`: a session of that role as the product makes it, in autocommit."""
    from django.conf import settings

    from tenants.isolation.passwords import password_of

    own = settings.DATABASES["default"]

    def log_in(role: str, database: str | None = None, password: str | None = None) -> psycopg.Connection:
        path = f"-c search_path={role},public" if role.startswith("v_") else ""
        return psycopg.connect(
            host=own["HOST"],
            port=own["PORT"],
            dbname=database or own["NAME"],
            user=role,
            password=password or (own["PASSWORD"] if role == "postgres" else password_of(role)),
            options=path,
            autocommit=True,
        )

    return log_in


def _order() -> Any:
    from django.contrib.sessions.models import Session

    from accounts.models import User
    from kit import clock
    from marketplace.orders.models import Order
    from outbox.models import Fact

    user = User.objects.create_user("ines@example.com", "a long passphrase", name="Inês Duarte")
    Session.objects.create(session_key="ines", session_data="secret", expire_date=clock.now() + timedelta(days=1))
    Fact.objects.create(name="order.placed", payload={})
    return Order.objects.create(
        number="S-1001",
        user=user,
        email=user.email,
        cart_id=uuid4(),
        cart_version=1,
        currency="EUR",
        goods_minor=3600,
        shipping_minor=0,
        tax_minor=575,
        total_minor=3600,
        ship_to={"name": "Inês Duarte"},
        hold_until=clock.now() + timedelta(minutes=30),
    )


def _shop(slug: str, country: str, order: Any) -> Shop:
    from kit import clock
    from marketplace.fulfillment.models import Parcel
    from marketplace.orders.models import OrderEvent, OrderLine, VendorOrder
    from tenants.isolation.actions import assign_wall
    from tenants.isolation.doors import in_shop
    from tenants.shop.inventory.models import Warehouse
    from tenants.vendors.models import Domain, Member, Vendor, VendorState

    vendor_id = uuid4()
    wall = assign_wall(vendor_id).name
    vendor = Vendor.objects.create(
        id=vendor_id,
        schema_name=wall,
        slug=slug,
        name=slug.title(),
        legal_name=slug.title(),
        country=country,
        email=f"shop@{slug}.example",
        state=VendorState.ACTIVE,
        approved_at=clock.now(),
        selling_cleared_at=clock.now(),
        payouts_cleared_at=clock.now(),
    )
    Domain.objects.create(vendor=vendor, host=f"{slug}.localhost")
    Member.objects.create(vendor=vendor, user_id=uuid4(), name=f"Owner of {slug}", email=f"owner@{slug}.example")
    with in_shop(vendor):
        Warehouse.objects.create(name=f"Secret of {slug}")
    part = VendorOrder.objects.create(
        order=order,
        vendor_id=vendor_id,
        vendor_slug=slug,
        vendor_name=slug.title(),
        number=f"S-1001-{slug[0].upper()}",
        currency="EUR",
        goods_minor=1800,
        shipping_minor=0,
        tax_minor=287,
        total_minor=1800,
        commission_minor=180,
        shipping_tax_rate="0.19",
        shipping_tax_minor=0,
        paid_at=clock.now(),
    )
    line = OrderLine.objects.create(
        vendor_order=part,
        vendor_id=vendor_id,
        listing_id=uuid4(),
        listing_slug="mug",
        product_id=uuid4(),
        variant_id=uuid4(),
        sku="MUG",
        title="Mug",
        quantity=1,
        unit_price_minor=1800,
        total_minor=1800,
        tax_category="standard",
        tax_rate="0.19",
        tax_minor=287,
        commission_minor=180,
    )
    parcel = Parcel.objects.create(vendor_order=part, vendor_id=vendor_id)
    OrderEvent.objects.create(
        order_id=order.id, vendor_order=part, vendor_id=vendor_id, name="paid", actor_kind="system"
    )
    return Shop(vendor, wall, order.id, part.id, line.id, parcel.id)
