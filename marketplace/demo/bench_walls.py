"""The suite of `manage.py bench` that measures the walls: whether threads that serve many vendors ever meet, and what it
costs to be a vendor, beside plain Django on one schema.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DataError, connection, connections, transaction

from embedded.processes import run
from kit import clock
from marketplace.demo import setup
from marketplace.demo.bench import Bench, Figures, select_1
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Order, OrderEvent, OrderLine, VendorOrder
from tenants.isolation.actions import assign_wall
from tenants.isolation.doors import acting_as, bind_vendor, in_shop
from tenants.isolation.models import Wall, WallState
from tenants.isolation.postgresql.base import POOL, as_options, standing_in
from tenants.shop.inventory.models import Warehouse
from tenants.vendors.models import Vendor

THREADS, VENDORS, IDLE, REQUESTS = 8, 40, 16, 10_000
ORDERS, PAGES, QUERIES, MOST = 40, 400, 30, 1.10
PLAIN = "plain"  # the connection of Django's own wrapper, beside ours


@dataclass
class Crowd:
    """What came of many threads serving many vendors: `wrong` names every row that was another vendor's."""

    requests: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    hits: int = 0
    misses: int = 0
    evicted: int = 0


def crowd(vendors: Sequence[Vendor], *, threads: int, requests: int, idle: int) -> Crowd:
    """Serve these vendors from so many threads at once, with a pool that keeps `idle` connections.

    Each has a warehouse of its slug's name. A request is a page's own: it becomes the vendor, reads its shop and its rows of
    public tables, and writes. Every seventh fails in the middle, and leaves its transaction to be rolled back.
    """
    found, lock = Crowd(requests=requests), threading.Lock()
    usual, POOL.max_idle = POOL.max_idle, idle
    POOL.clear()
    before = (POOL.hits, POOL.misses, POOL.evicted)

    def serve(first: int) -> None:
        chance = Random(first)
        try:
            for number in range(first, requests, threads):
                wrong, refused = _request(chance.choice(vendors), fails=number % 7 == 3)
                with lock:
                    found.wrong += wrong
                    found.refused += refused
        finally:
            connection.close()

    workers = [threading.Thread(target=serve, args=(first,)) for first in range(threads)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        POOL.max_idle = usual
    found.hits, found.misses, found.evicted = (
        now - then for now, then in zip((POOL.hits, POOL.misses, POOL.evicted), before, strict=True)
    )
    return found


def _request(vendor: Vendor, *, fails: bool) -> tuple[list[str], int]:
    """(rows of other vendors, whether it was broken off as it should)."""
    wrong, refused = [], 0
    with bind_vendor(vendor):
        try:
            with transaction.atomic():
                rows = Warehouse.objects.values_list("name", flat=True)
                wrong += [f"{vendor.slug} reads the shop of {name}" for name in rows if name != vendor.slug]
                slugs = Vendor.objects.values_list("slug", flat=True)
                wrong += [f"{vendor.slug} reads {slug}" for slug in slugs if slug != vendor.slug]
                Warehouse.objects.update(country=vendor.country)
                if fails:
                    Warehouse.objects.extra(where=["1 / position = 0"]).exists()
        except DataError:
            refused = 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user::text, current_schema()")
            if cursor.fetchone() != (vendor.schema_name, vendor.schema_name):
                wrong.append(f"{vendor.slug} is somebody else")
    return wrong, refused


def walls(bench: Bench) -> Figures:
    """8 threads over 40 vendors and a pool of 16; and an orders page of 30 queries, by walls and by plain Django."""
    setup.prepare(bench.world, bench.progress)
    bench.progress.step("Open shops")
    vendors = _shops(bench)
    bench.tidy()
    bench.progress.step("Serve them from eight threads")
    with acting_as("platform"):
        began = time.perf_counter()
        came = crowd(vendors, threads=THREADS, requests=REQUESTS, idle=IDLE)
        seconds = time.perf_counter() - began
    bench.progress.step("Ask for pages of orders")
    pages = _pages(vendors[:10])
    bench.progress.finish()
    ratio, cpu_ratio = (round(pages[f"walls{kind}_ms"] / pages[f"plain{kind}_ms"], 3) for kind in ("", "_cpu"))
    return {
        "figure": {
            "crowd": {
                "requests": came.requests,
                "wrong_rows": len(came.wrong),
                "broken_off": came.refused,
                "connections_reused": came.hits,
                "connections_made": came.misses,
                "evicted": came.evicted,
                "seconds": round(seconds, 1),
            },
            "orders_page": {**pages, "queries": QUERIES, "ratio": ratio, "cpu_ratio": cpu_ratio},
            "meets_target": not came.wrong and came.evicted > 0 and ratio <= MOST,
        },
        "calibration": {"select_1": select_1()},
        "target": {"wrong_rows": 0, "ratio": MOST},
    }


def _shops(bench: Bench) -> list[Vendor]:
    """Vendors with an open shop and some orders; those of an earlier run are taken again."""
    with acting_as("platform"):
        there = Vendor.objects.filter(slug__startswith="wall-").count()
        missing = max(VENDORS - there - Wall.objects.filter(state=WallState.SPARE).count(), 0)
    if missing:
        run(["walls", "spares", str(VENDORS - there)], bench.world)
    with acting_as("platform"):
        for number in range(there, VENDORS):
            with transaction.atomic():
                open_shop(f"wall-{number}")
        return list(Vendor.objects.filter(slug__startswith="wall-").order_by("slug"))


def open_shop(slug: str) -> Vendor:
    """A vendor with a shop from the spares, a warehouse of its name, and `ORDERS` orders."""
    vendor_id, now = uuid4(), clock.now()
    vendor = Vendor.objects.create(
        id=vendor_id,
        schema_name=assign_wall(vendor_id).name,
        slug=slug,
        name=slug,
        legal_name=slug,
        country="SE",
        email=f"{slug}@bench.example",
        approved_at=now,
    )
    with in_shop(vendor):
        Warehouse.objects.create(name=slug)
    for number in range(ORDERS):
        _order(vendor, f"{slug}-{number}".upper())
    return vendor


def _order(vendor: Vendor, number: str) -> None:
    now = clock.now()
    order = Order.objects.create(
        number=number,
        email="ada@bench.example",
        cart_id=uuid4(),
        cart_version=1,
        currency="EUR",
        goods_minor=1800,
        shipping_minor=0,
        tax_minor=287,
        total_minor=1800,
        ship_to={"name": "Ada"},
        hold_until=now,
    )
    part = VendorOrder.objects.create(
        order=order,
        vendor_id=vendor.id,
        vendor_slug=vendor.slug,
        vendor_name=vendor.name,
        number=f"{number}-1",
        currency="EUR",
        goods_minor=1800,
        shipping_minor=0,
        tax_minor=287,
        total_minor=1800,
        commission_minor=180,
        shipping_tax_rate="0.19",
        shipping_tax_minor=0,
        paid_at=now,
    )
    OrderLine.objects.create(
        vendor_order=part,
        vendor_id=vendor.id,
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
    Parcel.objects.create(vendor_order=part, vendor_id=vendor.id)
    OrderEvent.objects.create(
        order_id=order.id, vendor_order=part, vendor_id=vendor.id, name="paid", actor_kind="system"
    )


def _pages(vendors: Sequence[Vendor]) -> Figures:
    """The same page, taken in turns: as each vendor over our wrapper, and over Django's own on one schema, as a role that no
    policy narrows. In `walls_again` nobody but this one vendor is served. `cpu` is what this process worked, however busy the
    machine; the rest is waiting for the server, and for a processor.
    """
    took: dict[str, list[tuple[float, float]]] = {"walls": [], "walls_again": [], "plain": []}
    one = vendors[0]
    with plain_django(one), acting_as("platform"):
        for number in range(PAGES + 20):
            with _timed(took["walls"]), bind_vendor(vendors[number % len(vendors)]):
                orders_page(vendors[number % len(vendors)], "default")
            with _timed(took["walls_again"]), bind_vendor(one):
                orders_page(one, "default")
            with _timed(took["plain"]):
                orders_page(one, PLAIN)
    return {
        f"{name}{kind}_ms": round(median(each[place] for each in pages[20:]), 3)
        for name, pages in took.items()
        for place, kind in enumerate(("", "_cpu"))
    }


@contextmanager
def _timed(into: list[tuple[float, float]]) -> Iterator[None]:
    began, worked = time.perf_counter(), time.thread_time()
    yield
    into.append(((time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000))


def orders_page(vendor: Vendor, using: str) -> None:
    """What a page of orders asks: thirty queries of the public schema and of the shop."""
    own: dict[str, Any] = {"vendor_id": vendor.id}
    newest = VendorOrder.objects.using(using).filter(**own).order_by("-placed_at", "-id")
    parts = list(newest[:20])
    assert len(parts) == 20
    list(OrderLine.objects.using(using).filter(vendor_order__in=parts, **own))
    list(Parcel.objects.using(using).filter(vendor_order__in=parts, **own))
    for part in parts[:9]:
        list(OrderEvent.objects.using(using).filter(vendor_order=part, **own))
        list(OrderLine.objects.using(using).filter(vendor_order=part, **own))
        list(Warehouse.objects.using(using).order_by("id")[:5])


@contextmanager
def plain_django(vendor: Vendor) -> Iterator[None]:
    """Within, the connection "plain" is one of Django's own wrapper, which stands in this vendor's schema since its login."""
    own = settings.DATABASES["default"]
    connections.databases[PLAIN] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.postgresql",
        "USER": "platform",
        "PASSWORD": settings.SECRET_OF("platform"),
        "OPTIONS": {"options": as_options(standing_in(str(vendor.schema_name)))},
        "HOST": own["HOST"],
    }
    try:
        yield
    finally:
        connections[PLAIN].close()
        del connections[PLAIN]
        del connections.databases[PLAIN]
