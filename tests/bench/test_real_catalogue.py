"""A real catalogue from first row to last offer: figures, printed. Run with SOUK_REAL_CATALOGUE naming its folder.

The folder holds `products.csv.xz` (id, brand, gtin, title, description, price_minor, currency, attributes, ...; one
vendor is made for each brand) and `relevance.csv` (query, id, rating 0 to 3).
"""

import csv
import io
import json
import lzma
import math
import os
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean, median

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils.text import slugify

from marketplace.catalog import queries
from marketplace.catalog.drift import drift
from marketplace.catalog.models import Listing, Offer
from marketplace.catalog.queries import Filters
from marketplace.search.queries import search_listings, suggestions
from outbox.models import Fact
from outbox.tasks import deliver
from taxonomy.models import Category
from tenants.isolation.actions import fill_spares
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.imports import request_import, run_import
from tenants.shop.shipping.actions import set_flat_shipping

FOLDER = os.environ.get("SOUK_REAL_CATALOGUE", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def by_brand():
    found = defaultdict(list)
    with lzma.open(Path(FOLDER) / "products.csv.xz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row |= {"stock": "5", "category": f"part-{int(row['id']) % 20}"}
            found[row["brand"]].append(row)
    return found


def as_file(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def relevance():
    """nDCG@10 over the rated queries; a product that nobody rated counts as 0."""
    rated = defaultdict(dict)
    with (Path(FOLDER) / "relevance.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rated[row["query"]][row["id"]] = int(row["rating"])
    skus = dict(Offer.objects.values_list("listing_id", "sku"))

    def gain(ratings):
        return sum((2**rating - 1) / math.log2(place + 2) for place, rating in enumerate(ratings[:10]))

    scores, takes = {}, []
    for query, ratings in rated.items():
        cache.clear()
        start = time.perf_counter()
        found = [skus[listing.id] for listing in search_listings(query).page.rows[:10]]
        takes.append(time.perf_counter() - start)
        ideal = gain(sorted(ratings.values(), reverse=True))
        if ideal:
            scores[query] = gain([ratings.get(sku, 0) for sku in found]) / ideal
    worst = sorted(scores, key=scores.get)[:12]
    print({query: round(scores[query], 2) for query in worst})
    return {"ndcg_at_10": round(mean(scores.values()), 4), "queries": len(scores), "search_p50_ms": p50(takes)}


def p50(takes):
    return round(median(takes) * 1000, 1)


def speeds(vendor):
    """Milliseconds of each kind of page's queries, the middle of many; facets counted anew each time and not."""
    slugs = list(Listing.objects.order_by("id").values_list("slug", flat=True)[::400])

    def measured(work, arguments, fresh):
        takes = []
        for argument in arguments:
            if fresh:
                cache.clear()
            start = time.perf_counter()
            work(argument)
            takes.append(time.perf_counter() - start)
        return p50(takes)

    found = {}
    for name, work, arguments in (
        ("home", lambda _: queries.home(), range(15)),
        ("category", lambda _: queries.category_page("everything"), range(15)),
        ("category_price", lambda _: queries.category_page("everything", sort="price"), range(15)),
        ("category_brand", lambda _: queries.category_page("everything", filters=Filters(brands=("HP",))), range(15)),
        ("leaf", lambda n: queries.category_page(f"everything/part-{n}"), range(15)),
        ("listing", queries.listing_page, slugs),
        ("vendor", lambda _: queries.vendor_page(vendor.slug), range(15)),
        (
            "suggestions",
            suggestions,
            ["hp", "lap", "mou", "cab", "star", "print", "usb", "net", "batt", "cam", "tp-l", "logi", "came"],
        ),
    ):
        found[f"{name}_p50_ms"] = measured(work, arguments, False)
        found[f"{name}_fresh_p50_ms"] = measured(work, arguments, True)
    return found


def test_from_first_row_to_last_offer(make_vendor):
    brands = by_brand()
    files = {brand: as_file(rows) for brand, rows in brands.items()}
    figures = {}

    def timed(name, start):
        figures[name] = round(time.perf_counter() - start, 2)

    with connection.cursor() as cursor:  # a copied database has forgotten what its owner may do in it
        cursor.execute(f"GRANT CREATE ON DATABASE {connection.settings_dict['NAME']} TO owner")
    root = Category.objects.create(slug="everything", name="Everything", path="everything")
    for n in range(20):
        Category.objects.create(parent=root, slug=f"part-{n}", name=f"Part {n}", path=f"everything/part-{n}", depth=1)
    cache.clear()
    start = time.perf_counter()
    fill_spares(len(brands))
    timed("walls_seconds", start)
    vendors = {brand: make_vendor(f"{slugify(brand)}-{n}", name=brand) for n, brand in enumerate(files)}
    start = time.perf_counter()
    for brand, file in files.items():
        with in_shop(vendors[brand]):
            set_flat_shipping(flat_minor=490)
            run_import(request_import(file=file, filename=f"{slugify(brand)}.csv").id)
    timed("import_seconds", start)
    figures["facts"] = Fact.objects.filter(name="shop.products_changed").count()
    start = time.perf_counter()
    deliver()
    timed("projection_seconds", start)
    with connection.cursor() as cursor:  # autovacuum does this within a minute
        cursor.execute("VACUUM ANALYZE")
    figures |= relevance() | speeds(vendors["HP"])
    start = time.perf_counter()
    assert [found for vendor in vendors.values() for found in drift(vendor)] == []
    timed("drift_seconds", start)
    count = sum(map(len, brands.values()))
    print(json.dumps(figures))
    assert Listing.objects.filter(is_visible=True).count() == Offer.objects.filter(is_visible=True).count() == count
