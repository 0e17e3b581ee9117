"""The demo's cast moves in where pictures lie on S3: each act as the vendor's own role, with real commits."""

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from marketplace.demo import acts
from marketplace.demo.cast import VENDORS
from marketplace.demo.pictures import VIEWS, draw_product
from marketplace.web.storefront.hero import PATH, hero_url
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Picture
from tenants.shop.catalog.pictures import encode
from tests.support.object_storage import PUBLIC

pytestmark = pytest.mark.django_db(transaction=True)
FOREVER = "public, max-age=31536000, immutable"
CAST = VENDORS[0]
PRODUCT = next(each for each in CAST.products if each.picture is not None)


def drawn():
    recipe = dict(PRODUCT.picture)
    return [encode(BytesIO(draw_product(recipe, CAST.palette, view, 200))) for view in VIEWS]


def test_logo_and_products_are_put_out_once_and_served_to_anybody(make_vendor, buckets):
    vendor = make_vendor(CAST.slug)
    acts.set_shipping(vendor, flat_minor=490, free_from_minor=None, handling_days=2)
    for _ in range(2):
        acts.hang_logo(vendor, CAST)
        product = acts.put_out(vendor, PRODUCT, drawn)
    vendor.refresh_from_db()
    logo = buckets.http.get(default_storage.url(vendor.logo))
    assert (logo.headers["Content-Type"], logo.headers["Cache-Control"]) == ("image/svg+xml", FOREVER)
    with in_shop(vendor):
        paths = list(Picture.objects.filter(product=product).values_list("path", flat=True))
    assert len(paths) == len(VIEWS)
    names = sorted(f"{path}-{width}.webp" for path in paths for width in (320, 640, 1280))
    assert buckets.keys(PUBLIC, f"pictures/{vendor.id}/") == names
    assert buckets.keys(PUBLIC, f"logos/{vendor.id}/") == [vendor.logo]
    assert [buckets.http.get(default_storage.url(name)).headers["Cache-Control"] for name in names] == [FOREVER] * 9


def test_the_start_page_finds_its_picture_without_a_key_and_does_without_it(buckets):
    default_storage.save(PATH, ContentFile(b"RIFF"))
    buckets.use("", serves_vendors=False, access_key="", secret_key="")
    assert hero_url() == f"{buckets.url}/{PUBLIC}/{PATH}"
    cache.clear()
    buckets.break_off()
    assert hero_url() == ""
