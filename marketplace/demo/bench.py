"""What `manage.py bench` measures: each suite is a function from a Bench to figures, beside which stand what the machine
can do at all (calibration) and what we want (target).

Requests go one after the other from this process to one web process over loopback. "server" is the time the request
spends in it, from its own log; "client" is what this process waited; "processor_ms" is what a request took of the web
process's processor, which is the same on a busy machine. "first" asks each address once with an empty cache; "again" is
every later time.
"""

import hashlib
import http.client
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from embedded.processes import Fleet, Ports
from embedded.servers import ensure_postgres
from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.catalog.queries import SORTS
from marketplace.demo import setup
from marketplace.demo.afresh import empty
from marketplace.demo.journey import Journey
from marketplace.demo.made_up import write_catalogue
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.scripts import catalogue_script
from taxonomy.queries import tree
from tenants.isolation.doors import acting_as

MARKET = ("web", "worker", "shopworker", "builder", "beat")
ROUNDS = 4
ADDRESSES = 25
QUERIES, P50_MS, FROM_FIRST_ROW_SECONDS = 8, 25, 90
KINDS = ("home", "category", "category_filtered", "search", "listing", "vendor")
API = "/api/v1/storefront"  # by its address alone: what is measured is what programs meet
API_P50_MS = {"list": 25, "list_filtered": 25, "search": 25, "detail": 15, "cart_add": 25}
API_QUERIES = {"cart_add": 12}  # the begin and the end of its transaction included
LINES = 5  # offers that one cart is filled with before the next is begun

Figures = dict[str, Any]

Item = TypeVar("Item")


@dataclass
class Bench:
    """The bench's own world, its fleet, and the catalogue file that fills it (None: one made up by code)."""

    progress: Progress
    catalogue: Path | None = None

    def __post_init__(self) -> None:
        self.world = settings.WORLD
        market, portal, office = (int(settings.PORTS[face]) for face in ("market", "portal", "office"))
        self.ports = Ports(market, portal, office, int(settings.SANDBOX_PORT))
        self._kept = self.world.root / "bench.json"

    def pages(self) -> Figures:
        """Query counts and times of the pages that show the catalogue."""
        return self._asked(addresses, dict.fromkeys(KINDS, P50_MS))

    def api(self) -> Figures:
        """The same of the storefront API, and of putting something into a guest's cart by it."""
        return self._asked(api_addresses, API_P50_MS, cart=True)

    def _asked(
        self, found: Callable[[], dict[str, list[str]]], targets: Mapping[str, int], *, cart: bool = False
    ) -> Figures:
        """Ask one web process for each kind of address that was found, and, with `cart`, to put offers into carts."""
        self.furnish()
        setup.prepare(self.world, self.progress)
        log = self.world.logs / "web.log"
        os.environ["SOUK_LOG"] = "json"
        fleet = Fleet(self.world, self.ports)
        try:
            fleet.start(["web"])
            fleet.wait_until_serving(["web"])
            visitor = Visitor(self.ports.market, log, lambda: processor_seconds(fleet.pid("web")))
            with acting_as("store"):
                kinds = found()
                offers = offers_to_buy() if cart else []
                counts = {name: most_queries(kinds[name]) for name in self.progress_over("Count queries", kinds)}
                if cart:
                    counts["cart_add"] = most_queries_of_carts(offers)
            calibration = {"select_1": select_1(), "bare_view": visitor.bare()}
            measured = {name: visitor.measure(kinds[name]) for name in self.progress_over("Ask for pages", kinds)}
            if cart:
                measured["cart_add"] = visitor.measure_carts(offers)
        finally:
            fleet.stop()
        return {
            "figure": {
                name: {
                    **measured[name],
                    "queries": counts[name],
                    "meets_target": measured[name]["server"]["p50_ms"] < p50_ms
                    and counts[name] <= API_QUERIES.get(name, QUERIES),
                }
                for name, p50_ms in targets.items()
            },
            "calibration": calibration,
            "target": {
                "queries": QUERIES,
                **({"queries_of": API_QUERIES} if cart else {}),
                "server_p50_ms": targets if cart else P50_MS,
            },
            "catalogue": self._facts(),
        }

    def catalogue_(self) -> Figures:
        """From the first row of a catalogue file to the last offer visible, schemas included, onboarding not."""
        self.furnish(afresh=True)
        kept = self._read()
        seconds = {name: round(kept[name], 1) for name in ("shops_seconds", "visible_seconds")}
        whole = round(sum(seconds.values()), 1)
        return {
            "figure": {**seconds, "seconds": whole, "meets_target": whole < FROM_FIRST_ROW_SECONDS},
            "calibration": {"select_1": select_1()},
            "target": {"seconds": FROM_FIRST_ROW_SECONDS},
            "catalogue": self._facts(),
        }

    def furnish(self, *, afresh: bool = False) -> None:
        """Fill the world with the catalogue, unless it holds that one already. An interrupted filling goes on."""
        file = self.catalogue or self.world.root / "made-up.csv"
        setup.prepare(self.world, self.progress)
        if self.catalogue is None and not file.exists():
            self.progress.step("Make up a catalogue")
            write_catalogue(file)
        digest, kept = hashlib.sha256(file.read_bytes()).hexdigest(), self._read()
        if kept.get("catalogue") != digest or afresh:
            self.progress.step("Begin anew")
            empty(self.world)
            kept = {"catalogue": digest}
            self._kept.write_text(json.dumps(kept))
            setup.prepare(self.world, self.progress)
        if "visible_seconds" in kept:
            return
        self.progress.step("Read the catalogue")
        script = catalogue_script(file)
        fleet = Fleet(self.world, self.ports)
        try:
            fleet.start(["sandbox"])
            fleet.wait_until_serving(["sandbox"])
            fleet.start(MARKET)
            fleet.wait_until_serving(["web"])
            journey = Journey(script, Sandbox(), self.progress, self.world.root / "journey.json")
            journey.figures.update({name: value for name, value in kept.items() if name.endswith("_seconds")})
            journey.open_shops()
        finally:
            self.progress.finish()
            fleet.stop()
        self.tidy()
        self._kept.write_text(json.dumps({**kept, "visible_seconds": 0, "shops_seconds": 0, **journey.figures}))

    def progress_over(self, words: str, items: Iterable[str]) -> Iterable[str]:
        self.progress.step(words)
        yield from self.progress.over(list(items))
        self.progress.finish()

    def named_over(self, words: str, items: Iterable[tuple[str, Item]]) -> Iterable[tuple[str, Item]]:
        self.progress.step(words)
        yield from self.progress.over(list(items))
        self.progress.finish()

    def tidy(self) -> None:
        """What autovacuum does within a minute, done now: statistics and visibility of what was just written."""
        self.progress.step("Vacuum")
        address = ensure_postgres(self.world)
        with psycopg.connect(
            host=address.host,
            port=address.port,
            user=address.superuser,
            password=address.password,
            dbname=str(settings.DATABASES["default"]["NAME"]),
            autocommit=True,
        ) as superuser:
            superuser.execute("VACUUM ANALYZE")
        self.progress.finish()

    def _facts(self) -> Figures:
        with acting_as("store"):
            return {
                "file": self.catalogue.name if self.catalogue else "made up",
                "listings": Listing.objects.filter(is_visible=True).count(),
                "offers": Offer.objects.filter(is_visible=True).count(),
                "vendors": VendorCard.objects.filter(is_selling=True).count(),
                "categories": len(tree().by_id),
            }

    def _read(self) -> Figures:
        found: Figures = json.loads(self._kept.read_text()) if self._kept.exists() else {}
        return found


SUITES: dict[str, Callable[[Bench], Figures]] = {
    "pages": Bench.pages,
    "api": Bench.api,
    "catalogue": Bench.catalogue_,
}


def addresses() -> dict[str, list[str]]:
    """Which addresses stand for each kind of page: spread over the catalogue, its biggest parts among them."""
    listings = Listing.objects.filter(is_visible=True).order_by("id")
    step = max(listings.count() // ADDRESSES, 1)
    some = list(listings.values_list("slug", "title", "brand")[::step][:ADDRESSES])
    vendors = VendorCard.objects.filter(is_selling=True).order_by("-listing_count", "slug")
    shops = list(vendors.values_list("slug", flat=True)[:ADDRESSES])
    used = set(listings.values_list("category_path", flat=True))
    biggest = Listing.objects.filter(is_visible=True, category_path="other").exists()
    paths = [*(["other"] if biggest else []), *sorted(used - {"other"})][:ADDRESSES]
    words = sorted({title.split()[-1] for _, title, _ in some} | {brand for *_, brand in some})[:ADDRESSES]
    return {
        "home": ["/"],
        "category": [f"/c/{path}/" for path in paths],
        "category_filtered": [f"/c/{paths[0]}/?brand={quote(brand)}&sort=price" for *_, brand in some],
        "search": [f"/search/?q={quote(word)}" for word in words],
        "listing": [f"/p/{slug}/" for slug, *_ in some],
        "vendor": [f"/v/{slug}/" for slug in shops],
    }


def api_addresses() -> dict[str, list[str]]:
    """The same for the API's reads."""
    pages = addresses()
    paths = [page.removeprefix("/c/").removesuffix("/") for page in pages["category"]]
    brands = [page.partition("brand=")[2].partition("&")[0] for page in pages["category_filtered"]]
    return {
        "list": [
            f"{API}/listings?sort={sort}{within}"
            for sort in SORTS
            for within in ("", f"&category={quote(paths[0])}", "&in_stock=true")
        ],
        "list_filtered": [f"{API}/listings?category={quote(paths[0])}&brand={brand}&sort=price" for brand in brands],
        "search": [f"{API}{page.replace('/search/', '/search')}" for page in pages["search"]],
        "detail": [f"{API}/listings/{page.removeprefix('/p/').removesuffix('/')}" for page in pages["listing"]],
    }


def offers_to_buy() -> list[str]:
    """Offers in stock, spread over the catalogue."""
    there = Offer.objects.filter(is_visible=True, listing__is_visible=True, available__gt=0).order_by("id")
    wanted = ADDRESSES * LINES
    step = max(there.count() // wanted, 1)
    return [str(offer_id) for offer_id in there.values_list("id", flat=True)[::step][:wanted]]


def most_queries_of_carts(offers: list[str]) -> int:
    """The most queries that putting one of the first offers into a cart needs, with nothing cached."""
    client = Client(SERVER_NAME=settings.DOMAIN)
    most = 0
    for begin in range(0, 5 * LINES, LINES):
        cache.clear()
        token = client.post(f"{API}/carts", {}, content_type="application/json").json()["token"]
        for offer in offers[begin : begin + LINES]:
            with CaptureQueriesContext(connection) as queries:
                response = client.post(
                    f"{API}/cart/lines",
                    {"offer_id": offer},
                    content_type="application/json",
                    headers={"Souk-Cart": token},
                )
            if response.status_code != 201:
                raise RuntimeError(f"a cart line answers {response.status_code}")
            most = max(most, len(queries))
    return most


def most_queries(paths: list[str]) -> int:
    """The most queries that any of these pages needs, with nothing cached."""
    most = 0
    logging.getLogger("request").setLevel(logging.WARNING)
    client = Client(SERVER_NAME=settings.DOMAIN)
    for path in paths:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")
        most = max(most, len(queries))
    return most


def select_1(count: int = 2_000) -> Figures:
    """The simplest query there is, over Django's connection, one after the other."""
    takes = []
    with acting_as("store"), connection.cursor() as cursor:
        for _ in range(count):
            began = time.perf_counter()
            cursor.execute("SELECT 1")
            cursor.fetchone()
            takes.append((time.perf_counter() - began) * 1000)
    return spread(takes)


class Visitor:
    """Somebody who asks the web process for one page after the other, over one connection."""

    def __init__(self, port: int, log: Path, spent: Callable[[], float]):
        """`spent`: how many seconds of processor the web process has taken so far."""
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Host": f"{settings.DOMAIN}:{port}"}
        self._log, self._spent = log, spent

    def bare(self, count: int = 300) -> Figures:
        """An answer that asks nobody anything, through the same server."""
        before = self._spent()
        takes = [self._ask("/livez")[0] for _ in range(count)]
        return {**spread(takes[20:]), "processor_ms": each_ms(self._spent() - before, count)}

    def measure(self, paths: list[str]) -> Figures:
        """Milliseconds of these pages at the client and, from the process's own log, at the server."""
        start = self._log.stat().st_size
        for _ in range(5):
            self._ask(paths[0])  # templates compiled, code read
        cache.clear()
        first = [self._ask(path) for path in paths]
        before = self._spent()
        again = [self._ask(path) for _ in range(max(ROUNDS, 100 // len(paths))) for path in paths]
        spent = self._spent() - before
        server = self._durations(start, {each[1] for each in (*first, *again)})
        return {
            "server": spread([server[request_id] for _, request_id, _ in again]),
            "server_first": spread([server[request_id] for _, request_id, _ in first]),
            "client": spread([took for took, *_ in again]),
            "processor_ms": each_ms(spent, len(again)),
            "kilobytes": round(median(size for *_, size in again) / 1024, 1),
        }

    def measure_carts(self, offers: list[str]) -> Figures:
        """The same of putting these offers into guests' carts by the API, a few into each."""
        start = self._log.stat().st_size
        cache.clear()
        asked, spent = [], 0.0
        for begin in range(0, len(offers), LINES):
            token = json.loads(self._send(f"{API}/carts", {})[2])["token"]
            before = self._spent()
            asked += [
                self._send(f"{API}/cart/lines", {"offer_id": offer}, token=token)
                for offer in offers[begin : begin + LINES]
            ]
            spent += self._spent() - before
        first, again = asked[:LINES], asked[LINES:]
        server = self._durations(start, {each[1] for each in asked})
        return {
            "server": spread([server[request_id] for _, request_id, _ in again]),
            "server_first": spread([server[request_id] for _, request_id, _ in first]),
            "client": spread([took for took, *_ in again]),
            "processor_ms": each_ms(spent, len(asked)),
            "kilobytes": round(median(len(body) for *_, body in again) / 1024, 1),
        }

    def _ask(self, path: str) -> tuple[float, str, int]:
        """Milliseconds it took, the request's id, and how many bytes came."""
        took, request_id, body = self._wait("GET", path, None, self._headers, 200)
        return took, request_id, len(body)

    def _send(self, path: str, body: Figures, *, token: str = "") -> tuple[float, str, bytes]:
        headers = {**self._headers, "Content-Type": "application/json", **({"Souk-Cart": token} if token else {})}
        return self._wait("POST", path, json.dumps(body), headers, 201)

    def _wait(
        self, method: str, path: str, body: str | None, headers: dict[str, str], status: int
    ) -> tuple[float, str, bytes]:
        began = time.perf_counter()
        self._http.request(method, path, body=body, headers=headers)
        response = self._http.getresponse()
        answer = response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != status:
            raise RuntimeError(f"{path} answers {response.status}")
        return took, response.headers.get("X-Request-ID", ""), answer

    def _durations(self, start: int, wanted: set[str], timeout_seconds: float = 10) -> dict[str, float]:
        """What the log says of these requests; its last lines may be a moment late."""
        end = time.monotonic() + timeout_seconds
        while True:
            with self._log.open("rb") as file:
                file.seek(start)
                lines = [json.loads(line) for line in file if line.startswith(b"{") and line.endswith(b"\n")]
            found = {line["request_id"]: line["duration_ms"] for line in lines if line.get("event") == "request"}
            if wanted <= found.keys():
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"{self._log} lacks {len(wanted - found.keys())} requests")
            time.sleep(0.05)


def processor_seconds(pid: int) -> float:
    """What a process and all below it have had of the processor so far, by the kernel's own account.

    Those below that have ended are counted too, in its hundredths of a second.
    """
    spent = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            spent += int((task / "schedstat").read_text().split()[0]) / 1e9
            for child in (task / "children").read_text().split():
                with suppress(
                    FileNotFoundError, ProcessLookupError
                ):  # it has just ended, and its parent is told of it below
                    spent += processor_seconds(int(child))
    ended_user, ended_system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return spent + (int(ended_user) + int(ended_system)) / os.sysconf("SC_CLK_TCK")


def each_ms(seconds: float, count: int) -> float:
    return round(seconds * 1000 / count, 2)


def spread(takes: list[float]) -> Figures:
    late = quantiles(takes, n=20)[-1] if len(takes) > 1 else takes[0]
    return {"p50_ms": round(median(takes), 3), "p95_ms": round(late, 3), "count": len(takes)}
