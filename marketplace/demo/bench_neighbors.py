"""The suite of `manage.py bench` that measures whether one vendor's work slows another's: while one imports a hundred
thousand products, another looks at its orders, and changes a product.
"""

import csv
import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from embedded.processes import Fleet
from kit import clock
from marketplace.catalog.models import Offer
from marketplace.demo import setup
from marketplace.demo.acts import import_products
from marketplace.demo.afresh import empty
from marketplace.demo.bench import MARKET, Bench, Figures, select_1, spread
from marketplace.demo.bench_walls import open_shop
from outbox.actions import announce
from outbox.models import Delivery, DeliveryState
from tenants.isolation.doors import acting_as, bind_vendor, in_shop
from tenants.shop.catalog.actions import products_changed
from tenants.shop.catalog.models import ImportState, Product, ProductImport, Variant
from tenants.shop.shipping.actions import set_flat_shipping
from tenants.vendors.models import Domain, Member, MemberRole, Vendor, VendorEntitlements, VendorState

ROWS, QUIET_PAGES, MOST_SECONDS = 100_000, 200, 420
P95_MS, SHOWN_SECONDS = 250, 3
NOISY, QUIET = "noisy", "quiet"


def neighbors(bench: Bench) -> Figures:
    """A vendor's orders page, and how soon its changes are on the marketplace, before and during a neighbor's import."""
    setup.prepare(bench.world, bench.progress)
    bench.progress.step("Begin anew")
    empty(bench.world)
    setup.prepare(bench.world, bench.progress)
    fleet = Fleet(bench.world, bench.ports)
    try:
        fleet.start(["sandbox"])
        fleet.wait_until_serving(["sandbox"])
        fleet.start(MARKET)
        fleet.wait_until_serving(["web"])
        bench.progress.step("Open two shops")
        with acting_as("platform"), transaction.atomic():
            noisy, quiet = (selling_shop(slug) for slug in (NOISY, QUIET))
        import_products(quiet, "few.csv", product_file(50, QUIET))
        until(lambda: _shown(quiet.id) == 50, 120)
        bench.tidy()
        with _in_the_portal(quiet) as client:
            bench.progress.step("Ask for pages, and change a product, in peace")
            before = _watch(client, quiet, lambda asked: asked < QUIET_PAGES)
            bench.progress.step(f"The same while {ROWS:,} rows are imported next door")
            import_products(noisy, "many.csv", product_file(ROWS, NOISY))
            began = time.monotonic()
            during = _watch(client, quiet, lambda _: _is_importing(noisy) and time.monotonic() - began < MOST_SECONDS)
        rows_done = _rows_done(noisy)
    finally:
        bench.progress.finish()
        fleet.stop()
    return {
        "figure": {
            "before": before,
            "during": during,
            "rows_imported": rows_done,
            "offers_shown_of_them": _shown(noisy.id),
            "import_seconds": round(time.monotonic() - began, 1),
            "page_ratio": round(during["page"]["p50_ms"] / before["page"]["p50_ms"], 2),
            "processor_ratio": round(during["processor"]["p50_ms"] / before["processor"]["p50_ms"], 2),
            "meets_target": during["page"]["p95_ms"] < P95_MS and during["shown_seconds"] < SHOWN_SECONDS,
        },
        "calibration": {"select_1": select_1()},
        "target": {"page_p95_ms": P95_MS, "shown_seconds": SHOWN_SECONDS},
    }


def selling_shop(slug: str) -> Vendor:
    """A vendor who may sell and has said how it ships."""
    vendor = open_shop(slug)
    now = clock.now()
    Vendor.objects.filter(id=vendor.id).update(state=VendorState.ACTIVE, activated_at=now, payouts_ready_at=now)
    Domain.objects.create(vendor=vendor, host=f"{slug}.{settings.DOMAIN}")
    VendorEntitlements.objects.create(vendor=vendor, plan_code="bench", plan_name="Bench")
    with in_shop(vendor):
        set_flat_shipping(flat_minor=490)
    announce("vendor.changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    vendor.refresh_from_db()
    return vendor


def product_file(rows: int, slug: str, stock: int | None = None) -> bytes:
    """So many products as a vendor imports them, of each `stock` units; left out, none to 39."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "title", "price", "stock", "brand", "attributes"))
    for number in range(rows):
        writer.writerow(
            (
                number,
                f"{slug.title()} thing number {number}",
                f"{1 + number % 90}.90",
                number % 40 if stock is None else stock,
                f"Brand {number % 60}",
                f'{{"Color": "{number % 12}", "Size": "{number % 7}"}}',
            )
        )
    return out.getvalue().encode()


def _watch(client: Client, vendor: Vendor, going_on: Callable[[int], bool]) -> Figures:
    """Pages of orders as often as they come, and every now and then a changed price until the marketplace shows it."""
    pages: list[float] = []
    spent: list[float] = []
    shown: list[float] = []
    changed: tuple[str, int, float] | None = None
    for _ in range(5):
        client.get("/orders/")
    while going_on(len(pages)):
        began, worked = time.perf_counter(), time.process_time()
        response = client.get("/orders/")
        pages.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - worked) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"The orders page answers {response.status_code}")
        if changed is None:
            if len(pages) % 20 == 0:
                changed = (*_change_a_price(vendor), time.monotonic())
        elif _price_shown(vendor, changed[0]) == changed[1]:
            shown.append(time.monotonic() - changed[2])
            changed = None
    if changed is not None:
        sku, price_minor, since = changed
        until(lambda: _price_shown(vendor, sku) == price_minor, 120)
        shown.append(time.monotonic() - since)
    return {
        "page": spread(pages),
        "processor": spread(spent),
        "shown_seconds": round(median(shown), 2),
        "shown_seconds_most": round(max(shown), 2),
        "changes": len(shown),
    }


def _change_a_price(vendor: Vendor) -> tuple[str, int]:
    with bind_vendor(vendor), transaction.atomic():
        variant = Variant.objects.order_by("id").first()
        if variant is None:
            raise RuntimeError("The quiet shop has no products.")
        variant.price_minor += 1
        variant.save(update_fields=["price_minor"])
        products_changed([variant.product_id])
    return variant.sku, variant.price_minor


def _price_shown(vendor: Vendor, sku: str) -> int | None:
    with acting_as("store"):
        found = Offer.objects.filter(vendor_id=vendor.id, sku=sku)
        return found.values_list("price_minor", flat=True).first()


def _shown(vendor_id: UUID) -> int:
    with acting_as("store"):
        return Offer.objects.filter(vendor_id=vendor_id, is_visible=True).count()


def _is_importing(vendor: Vendor) -> bool:
    """Until the last row is in, and the marketplace has heard of it."""
    with bind_vendor(vendor):
        if ProductImport.objects.exclude(state=ImportState.DONE).exists():
            return True
    with acting_as("platform"):
        return Delivery.objects.filter(lane=vendor.id, state=DeliveryState.DUE).exists()


def _rows_done(vendor: Vendor) -> int:
    with bind_vendor(vendor):
        return Product.objects.count()


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("The marketplace does not show what was changed.")
        time.sleep(0.1)


@contextmanager
def _in_the_portal(vendor: Vendor) -> Iterator[Client]:
    """An owner's browser at the vendor's portal, answered by this process."""
    logging.getLogger("request").setLevel(logging.WARNING)
    with acting_as("platform"):
        member = Member.objects.create(
            vendor=vendor, user_id=uuid4(), name="Ada", email="ada@bench.example", role=MemberRole.OWNER
        )
    host = f"{vendor.slug}.portal.{settings.DOMAIN}"
    with override_settings(
        ROOT_URLCONF=settings.FACES["portal"]["urlconf"],
        MIDDLEWARE=settings.FACE_MIDDLEWARE["portal"],
        SESSION_COOKIE_NAME="souk_portal",
        CSRF_COOKIE_NAME="souk_portal_csrf",
        PORTAL_RATE_VENDOR=10**9,
    ):
        client = Client(HTTP_HOST=host)
        session = client.session
        session["person"] = {"id": str(member.id), "version": member.access_version, "host": host}
        session.save()
        client.cookies["souk_portal"] = str(session.session_key)
        yield client
