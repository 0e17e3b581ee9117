"""Every recipe of the cast draws, small and alike each time; the marks are well-formed."""

from __future__ import annotations

import hashlib
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageStat

from marketplace.demo.cast import VENDORS, CastProduct, CastVendor
from marketplace.demo.categories import BY_SLUG
from marketplace.demo.parts import Palette
from marketplace.demo.pictures import (
    KINDS,
    VIEWS,
    UnknownKind,
    draw_category,
    draw_hero,
    draw_logo,
    draw_product,
)
from marketplace.demo.pictures.color import rgb

PALETTE = Palette("#efe6d8", "#cdb899", "#3d332b", "#b4552f", "#e3cfb4")
DRAWN = [(one, product) for one in VENDORS for product in one.products if product.picture is not None]


def opened(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture))
    assert image.format == "WEBP"
    return image.convert("RGB")


@pytest.mark.parametrize(("one", "product"), DRAWN, ids=[f"{one.slug}-{product.title}" for one, product in DRAWN])
def test_every_recipe_draws_in_three_views_that_differ(one: CastVendor, product: CastProduct) -> None:
    assert product.picture is not None
    pictures = [opened(draw_product(product.picture, one.palette, view, 160)) for view in VIEWS]
    assert {picture.size for picture in pictures} == {(160, 160)}
    for first, second in ((0, 1), (0, 2), (1, 2)):
        difference = ImageChops.difference(pictures[first], pictures[second])
        assert sum(ImageStat.Stat(difference).mean) > 3


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_draws_from_its_name_alone(kind: str) -> None:
    assert opened(draw_product({"kind": kind}, PALETTE, size=120)).size == (120, 120)


def test_every_kind_is_used_by_the_cast() -> None:
    used = {str(product.picture["kind"]) for _, product in DRAWN if product.picture is not None}
    assert used == set(KINDS)


def test_the_same_recipe_gives_the_same_bytes() -> None:
    recipe = {"kind": "mug", "tone": "#d9cbb2", "dip": "#a9683f", "speckle": True}
    first, second = (draw_product(recipe, PALETTE, "context", 300) for _ in range(2))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_full_size_pictures_stay_below_sixty_kilobytes() -> None:
    for kind in ("rug", "sweater", "sponge", "mug"):
        picture = draw_product({"kind": kind, "knit": "stripes"}, PALETTE, "three-quarter")
        assert len(picture) <= 60_000
        assert opened(picture).size == (1200, 1200)


def test_an_unknown_kind_a_view_or_a_color_is_refused() -> None:
    with pytest.raises(UnknownKind, match="'unicorn'"):
        draw_product({"kind": "unicorn"}, PALETTE)
    with pytest.raises(ValueError, match="a view is one of front, three-quarter, context"):
        draw_product({"kind": "mug"}, PALETTE, "behind")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a color"):
        rgb("red")


@pytest.mark.parametrize("one", VENDORS, ids=lambda one: one.slug)
def test_a_mark_is_a_wellformed_svg_that_says_whose_it_is(one: CastVendor) -> None:
    root = ElementTree.fromstring(draw_logo(one))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 64 64"
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == one.name


def test_marks_differ() -> None:
    assert len({draw_logo(one) for one in VENDORS}) == len(VENDORS)


@pytest.mark.parametrize(("width", "height"), [(960, 450), (400, 500)])
def test_the_hero_has_the_size_asked_for(width: int, height: int) -> None:
    assert opened(draw_hero(width, height)).size == (width, height)


@pytest.mark.parametrize("slug", sorted(BY_SLUG))
def test_every_category_has_a_picture(slug: str) -> None:
    assert opened(draw_category(slug, 100)).size == (100, 100)
