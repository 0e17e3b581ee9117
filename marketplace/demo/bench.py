"""What `manage.py bench` measures: each suite is a function from a Bench to figures, beside which stand what the machine
can do at all (calibration) and what we want (target).

Requests go one after the other from this process to one web process over loopback. "server" is the time the request
spends in it, from its own log; "client" is what this process waited. "first" asks each address once with an empty cache;
"again" is every later time.
"""

import hashlib
import http.client
import json
import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any
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

Figures = dict[str, Any]


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
        self.furnish()
        setup.prepare(self.world, self.progress)
        log = self.world.logs / "web.log"
        os.environ["SOUK_LOG"] = "json"
        fleet = Fleet(self.world, self.ports)
        try:
            fleet.start(["web"])
            fleet.wait_until_serving(["web"])
            visitor = Visitor(self.ports.market, log)
            with acting_as("store"):
                kinds = addresses()
                counts = {name: most_queries(kinds[name]) for name in self.progress_over("Count queries", kinds)}
            calibration = {"select_1": select_1(), "bare_view": visitor.bare()}
            measured = {name: visitor.measure(kinds[name]) for name in self.progress_over("Ask for pages", kinds)}
        finally:
            fleet.stop()
        pages = {
            name: {**measured[name], "queries": counts[name], "meets_target": _meets(measured[name], counts[name])}
            for name in kinds
        }
        return {
            "figure": pages,
            "calibration": calibration,
            "target": {"queries": QUERIES, "server_p50_ms": P50_MS},
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
        self._tidy()
        self._kept.write_text(json.dumps({**kept, "visible_seconds": 0, "shops_seconds": 0, **journey.figures}))

    def progress_over(self, words: str, items: Iterable[str]) -> Iterable[str]:
        self.progress.step(words)
        yield from self.progress.over(list(items))
        self.progress.finish()

    def _tidy(self) -> None:
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


SUITES: dict[str, Callable[[Bench], Figures]] = {"pages": Bench.pages, "catalogue": Bench.catalogue_}


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
    return _spread(takes)


class Visitor:
    """Somebody who asks the web process for one page after the other, over one connection."""

    def __init__(self, port: int, log: Path):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Host": f"{settings.DOMAIN}:{port}"}
        self._log = log

    def bare(self, count: int = 300) -> Figures:
        """An answer that asks nobody anything, through the same server."""
        return _spread([self._ask("/livez")[0] for _ in range(count)][20:])

    def measure(self, paths: list[str]) -> Figures:
        """Milliseconds of these pages at the client and, from the process's own log, at the server."""
        start = self._log.stat().st_size
        for _ in range(5):
            self._ask(paths[0])  # templates compiled, code read
        cache.clear()
        first = [self._ask(path) for path in paths]
        again = [self._ask(path) for _ in range(max(ROUNDS, 100 // len(paths))) for path in paths]
        server = self._durations(start, {each[1] for each in (*first, *again)})
        return {
            "server": _spread([server[request_id] for _, request_id, _ in again]),
            "server_first": _spread([server[request_id] for _, request_id, _ in first]),
            "client": _spread([took for took, *_ in again]),
            "kilobytes": round(median(size for *_, size in again) / 1024, 1),
        }

    def _ask(self, path: str) -> tuple[float, str, int]:
        """Milliseconds it took, the request's id, and how many bytes came."""
        began = time.perf_counter()
        self._http.request("GET", path, headers=self._headers)
        response = self._http.getresponse()
        body = response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path} answers {response.status}")
        return took, response.headers.get("X-Request-ID", ""), len(body)

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


def _meets(page: Figures, queries: int) -> bool:
    return queries <= QUERIES and page["server"]["p50_ms"] < P50_MS


def _spread(takes: list[float]) -> Figures:
    late = quantiles(takes, n=20)[-1] if len(takes) > 1 else takes[0]
    return {"p50_ms": round(median(takes), 3), "p95_ms": round(late, 3), "count": len(takes)}
