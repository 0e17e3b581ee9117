"""The marketplace's own pictures: the hero of its home page, and one for each category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.demo.categories import BY_SLUG, CategoryNode
from marketplace.demo.parts import Palette
from marketplace.demo.pictures import backdrops
from marketplace.demo.pictures.color import mix, rgb
from marketplace.demo.pictures.compose import encoded, paint_product
from marketplace.demo.pictures.look import KINDS, Look
from marketplace.demo.pictures.solids import Camera, Spot

MARKET = Palette("#f3e9d8", "#d9b98f", "#2f2a24", "#c5622f", "#e9cfae")
"""The marketplace's palette, for pictures that belong to no vendor."""

# Category pictures take turns in these, so that a page of them is not one color.
_WALLS = ("#f0e4d2", "#e3e8e2", "#e9e2e6", "#f2e3d3", "#e2e7ea", "#efe8cf")

# Kind, its words, where it stands from the middle (x, z), and its size.
_GROUP: tuple[tuple[str, Mapping[str, Any], float, float, float], ...] = (
    ("lamp", {"tone": "#a9b29a", "foot": "#e2c79c"}, 350, -330, 0.98),
    ("vase", {"tone": "#4d5a63", "shape": "bottle", "stem": "branch"}, -330, -300, 0.90),
    ("backpack", {"tone": "#2f5f66", "strap": "#2a2f33"}, 40, -300, 0.86),
    ("beanie", {"tone": "#d0a238"}, 520, -40, 0.50),
    ("bottle", {"shape": "oil", "tone": "#3f4a22", "cap": "#1f2016", "label": "#f3e9cf"}, -500, -90, 0.66),
    (
        "rings",
        {"tone": "#dfbd8b", "tones": ["#cf4b3c", "#e7b53c", "#6f9b5a", "#3f78a8", "#e0803c"]},
        240,
        10,
        0.52,
    ),
    ("bowl", {"tone": "#9c3d24", "inside": "#c0603b"}, -230, 30, 0.60),
    ("mug", {"tone": "#d9cbb2", "dip": "#a9683f", "speckle": True}, 30, 90, 0.50),
    ("soap", {"tone": "#a8b48f", "band": "#f3efe3", "count": 1}, -420, 210, 0.36),
    ("car", {"tone": "#cf4b3c"}, 420, 210, 0.36),
)


def draw_hero(width: int = 1920, height: int = 900) -> bytes:
    """Return the home page's still life as WebP: one table, goods of many vendors.

    In a wide picture the left third stays free for words; in a tall one the goods stand in the middle.
    """
    wood = mix(rgb(MARKET.surface), (176, 134, 92), 0.25)
    stage = backdrops.table(width, height, rgb(MARKET.paper), wood, 600)
    wide = stage.width > 1500
    middle = stage.width * 0.68 if wide else stage.width / 2
    zoom = 1.0 if wide else min(1.0, stage.width / 1340)
    backdrops.window_light(stage, stage.width * (0.30 if wide else 0.4), 60, 470)
    backdrops.planks(stage, wood, 600)
    camera = Camera(0.26, (middle, 790), zoom)
    for index, (kind, words, x, z, size) in enumerate(_GROUP):
        thing = KINDS[kind]
        look = Look({"kind": kind, **words}, MARKET, 11 + index)
        thing.draw(Spot(stage, camera, x, z, size, thing.yaw), look)
    return encoded(stage.image, 150_000)


def draw_category(slug: str, size: int = 800) -> bytes:
    """Return a square picture of something typical of the category, as WebP. Raises KeyError for an unknown slug."""
    node = BY_SLUG[slug]
    place = list(BY_SLUG).index(slug)
    wall = _WALLS[place % len(_WALLS)]
    palette = Palette(wall, MARKET.surface, MARKET.ink, MARKET.accent, wall)
    return encoded(paint_product(_typical(node), palette, "front", size))


def _typical(node: CategoryNode) -> Mapping[str, object]:
    """Return the recipe of the first thing that hangs on the category or below it."""
    # The vendors are read here, not above: drawing a picture should not need to know the cast.
    from marketplace.demo.vendors import VENDORS

    wanted = _TYPICAL.get(node.slug, node.slug)
    leaves = {leaf.slug for leaf in _leaves(BY_SLUG[wanted])}
    for vendor in VENDORS:
        for product in vendor.products:
            if product.picture is not None and product.category in leaves:
                return product.picture
    raise KeyError(node.slug)


# Where the first leaf is not what people think of first.
_TYPICAL: Mapping[str, str] = {
    "kitchen-table": "pitchers-teapots",
    "tableware": "bowls-plates",
    "home": "vases-planters",
    "pantry": "preserves-honey",
    "lighting-furniture": "table-lamps",
    "bath-body": "soap",
    "clothing": "shirts-jackets",
    "bags": "shoulder-bags",
    "jewelry": "earrings",
    "toys": "baby-toys",
    "books-paper": "books",
    "electronics": "speakers-radios",
    "cycling": "bike-bags",
}


def _leaves(node: CategoryNode) -> list[CategoryNode]:
    if node.is_leaf:
        return [node]
    return [leaf for child in node.children for leaf in _leaves(child)]
