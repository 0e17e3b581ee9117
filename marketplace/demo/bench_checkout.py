"""The suite of `manage.py bench` that measures placing: from a full cart to a pending order over two vendors, by HTTP.

"alone" places one order after the other; the stages after it have sixteen buyers at once, at one web process and at two.
`*_cores` is how many processors were busy for whom meanwhile, by the kernel's own account. What one order takes of the
processors, of the web processes and the database together, tells how many cores ten thousand orders a minute need.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db import transaction

from embedded import status
from embedded.processes import Fleet
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.models import Offer
from marketplace.demo import setup
from marketplace.demo.acts import ensure_market, import_products
from marketplace.demo.afresh import empty
from marketplace.demo.bench import API, MARKET, Bench, Figures, each_ms, processor_seconds, select_1, spread
from marketplace.demo.bench_neighbors import product_file, selling_shop, until
from tenants.isolation.doors import acting_as
from tenants.vendors.models import Vendor

ALONE, CLIENTS, ORDERS = 150, 16, 640
PRODUCTS = 200
P50_MS, ORDERS_A_SECOND = 40, 60
WANTED_A_SECOND = 10_000 / 60
ADDRESS = {"name": "Ada Albers", "line1": "Lindenweg 4", "postal_code": "10969", "city": "Berlin", "country": "DE"}
SHOPS = ("first", "second")

FullCart = tuple[str, int]
"""A cart's token and its version."""


def checkout(bench: Bench) -> Figures:
    """How long placing takes, how many orders a second come through, and what bounds them."""
    setup.prepare(bench.world, bench.progress)
    bench.progress.step("Begin anew")
    empty(bench.world)
    setup.prepare(bench.world, bench.progress)
    fleet = Fleet(bench.world, bench.ports)
    try:
        fleet.start(["sandbox", *MARKET])
        fleet.wait_until_serving(["sandbox", "web"])
        bench.progress.step("Open two shops")
        ensure_market()
        with acting_as("platform"), transaction.atomic():
            vendors = [selling_shop(slug) for slug in SHOPS]
        for vendor in vendors:
            import_products(vendor, "all.csv", product_file(PRODUCTS, vendor.slug, stock=100_000))
        until(lambda: all(len(_offers(vendor)) == PRODUCTS for vendor in vendors), 120)
        bench.tidy()
        bench.progress.step("Fill carts")
        with acting_as("store"):
            carts = iter(_full_carts([_offers(vendor) for vendor in vendors], 2 * ALONE + 2 * ORDERS))
        # Only what answers buyers, and the database: nobody else is to want the processors.
        fleet.stop()
        fleet.restart_allowed()
        with _serving(bench, 1) as (doors, spent):
            _place([next(carts) for _ in range(ALONE)], doors, 1, spent)  # whatever is read but once
            bench.progress.step("Place one after the other")
            alone = _place([next(carts) for _ in range(ALONE)], doors, 1, spent)
            bench.progress.step("Place sixteen at once")
            one = _place([next(carts) for _ in range(ORDERS)], doors, CLIENTS, spent)
        with _serving(bench, 2) as (doors, spent):
            bench.progress.step("The same at two processes")
            two = _place([next(carts) for _ in range(ORDERS)], doors, CLIENTS, spent)
    finally:
        bench.progress.finish()
        fleet.stop()
    most = max(one["orders_a_second"], two["orders_a_second"])
    cores = (two["web_ms_an_order"] + two["database_ms_an_order"]) / 1000 * WANTED_A_SECOND
    return {
        "figure": {
            "alone": alone,
            "one_process": one,
            "two_processes": two,
            "cores_for_10000_a_minute": round(cores, 1),
            "meets_target": alone["p50_ms"] < P50_MS and most > ORDERS_A_SECOND,
        },
        "calibration": {"select_1": select_1()},
        "target": {"p50_ms": P50_MS, "orders_a_second": ORDERS_A_SECOND},
    }


Spent = Callable[[], dict[str, float]]


@contextmanager
def _serving(bench: Bench, processes: int) -> Iterator[tuple[list[int], Spent]]:
    """So many web processes, each at a port of its own; and who has had how much of the processors so far, in seconds."""
    free = [bench.ports.market, bench.ports.portal][:processes]
    fleets = [Fleet(bench.world, replace(bench.ports, market=port, portal=bench.ports.office)) for port in free]
    try:
        for fleet in fleets:
            fleet.start(["web"])
            fleet.wait_until_serving(["web"])
        (database,) = [server.server for server in status(bench.world) if server.kind == "postgres"]

        def spent() -> dict[str, float]:
            return {
                "web": sum(processor_seconds(fleet.pid("web")) for fleet in fleets),
                "database": processor_seconds(database or 0),
                "clients": time.process_time(),
            }

        yield free, spent
    finally:
        for fleet in fleets:
            fleet.stop()


def _place(carts: Sequence[FullCart], doors: Sequence[int], clients: int, spent: Spent) -> Figures:
    """Place an order of each cart, so many at a time, at the doors by turns."""
    numbers, lock = count(), Lock()

    def one(cart: FullCart) -> float:
        with lock:
            number = next(numbers)
        began = time.perf_counter()
        _order(cart, doors[number % len(doors)], number)
        return (time.perf_counter() - began) * 1000

    before, began = spent(), time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        takes = list(pool.map(one, carts))
    seconds = time.monotonic() - began
    used = {who: now - before[who] for who, now in spent().items()}
    return {
        **spread(takes),
        "orders_a_second": round(len(carts) / seconds, 1),
        **{f"{who}_cores": round(busy / seconds, 2) for who, busy in used.items()},
        **{f"{who}_ms_an_order": each_ms(busy, len(carts)) for who, busy in used.items()},
    }


def _order(cart: FullCart, port: int, number: int) -> None:
    """Raises RuntimeError when it is not placed."""
    token, version = cart
    # Each buyer comes from an address of its own: the limit on calls from one is not what is measured.
    source = (f"127.7.{number // 250}.{1 + number % 250}", 0)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=source)
    try:
        connection.request(
            "POST",
            f"{API}/orders",
            json.dumps({"version": version, "email": f"buyer{number}@bench.example", "ship_to": ADDRESS}),
            {"Host": f"{settings.DOMAIN}:{port}", "Content-Type": "application/json", "Souk-Cart": token},
        )
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status != 201:
        raise RuntimeError(f"Placing answers {answer.status}: {said[:300]!r}")


def _offers(vendor: Vendor) -> list[UUID]:
    with acting_as("store"):
        found = Offer.objects.filter(vendor_id=vendor.id, is_visible=True).order_by("id")
        return list(found.values_list("id", flat=True))


def _full_carts(shelves: Sequence[Sequence[UUID]], many: int) -> list[FullCart]:
    """Guests' carts with one offer of every shop, each cart with others."""
    carts = []
    for number in range(many):
        token = new_token()
        cart = ensure_cart(user=None, token=token)
        for shelf in shelves:
            add_to_cart(cart=cart, offer_id=shelf[number % len(shelf)])
        cart.refresh_from_db()
        carts.append((token, cart.version))
    return carts
