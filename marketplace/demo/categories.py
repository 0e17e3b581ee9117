"""The demo marketplace's categories: a tree of two to three levels with the tax category of what it holds.

Icons are names from the lucide set. A node's tax category is the usual one; a product may still say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TaxCategory = Literal["standard", "food", "books"]


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category and what is below it; products hang on the leaves."""

    slug: str
    name: str
    icon: str
    children: tuple[CategoryNode, ...] = ()
    tax_category: TaxCategory = "standard"

    @property
    def is_leaf(self) -> bool:
        return not self.children


def _leaf(slug: str, name: str, icon: str, tax_category: TaxCategory = "standard") -> CategoryNode:
    return CategoryNode(slug, name, icon, (), tax_category)


TREE: tuple[CategoryNode, ...] = (
    CategoryNode(
        "kitchen-table",
        "Kitchen & Table",
        "utensils",
        (
            CategoryNode(
                "tableware",
                "Tableware",
                "soup",
                (
                    _leaf("mugs-cups", "Mugs & Cups", "coffee"),
                    _leaf("bowls-plates", "Bowls & Plates", "soup"),
                    _leaf("pitchers-teapots", "Pitchers & Teapots", "milk"),
                ),
            ),
            _leaf("boards-knives", "Boards & Knives", "chef-hat"),
            _leaf("storage-jars", "Storage & Jars", "archive"),
            _leaf("table-linen", "Table Linen", "square-stack"),
        ),
    ),
    CategoryNode(
        "home",
        "Home & Living",
        "sofa",
        (
            _leaf("vases-planters", "Vases & Planters", "sprout"),
            _leaf("candles", "Candles & Holders", "flame"),
            _leaf("mirrors-clocks", "Mirrors & Clocks", "clock"),
            _leaf("baskets", "Baskets & Trays", "shopping-basket"),
            CategoryNode(
                "home-textiles",
                "Home Textiles",
                "bed",
                (
                    _leaf("cushions-throws", "Cushions & Throws", "bed-single"),
                    _leaf("bed-linen", "Bed Linen", "bed-double"),
                    _leaf("rugs", "Rugs", "layout-grid"),
                ),
            ),
        ),
    ),
    CategoryNode(
        "lighting-furniture",
        "Lighting & Furniture",
        "lamp",
        (
            _leaf("table-lamps", "Table & Desk Lamps", "lamp-desk"),
            _leaf("pendant-floor-lamps", "Pendant & Floor Lamps", "lamp-ceiling"),
            _leaf("stools-chairs", "Stools & Chairs", "armchair"),
            _leaf("tables-shelves", "Tables & Shelves", "library"),
        ),
    ),
    CategoryNode(
        "pantry",
        "Pantry",
        "wheat",
        (
            _leaf("oils-vinegars", "Oils & Vinegars", "droplet", "food"),
            _leaf("preserves-honey", "Preserves & Honey", "cherry", "food"),
            _leaf("cheese-delicatessen", "Cheese & Delicatessen", "sandwich", "food"),
            _leaf("salt-spices-nuts", "Salt, Spices & Nuts", "nut", "food"),
            _leaf("sweets-chocolate", "Sweets & Chocolate", "candy", "food"),
            _leaf("tea-coffee", "Tea & Coffee", "leaf", "food"),
            _leaf("wine", "Wine", "wine"),
        ),
        "food",
    ),
    CategoryNode(
        "bath-body",
        "Bath & Body",
        "droplets",
        (
            _leaf("soap", "Soap", "waves"),
            _leaf("skin-care", "Oils & Balms", "hand-heart"),
            _leaf("brushes-sponges", "Brushes & Sponges", "brush"),
            _leaf("towels-robes", "Towels & Robes", "bath"),
        ),
    ),
    CategoryNode(
        "clothing",
        "Clothing",
        "shirt",
        (
            CategoryNode(
                "knitwear",
                "Knitwear",
                "snowflake",
                (
                    _leaf("sweaters", "Sweaters & Cardigans", "shirt"),
                    _leaf("hats-scarves", "Hats & Scarves", "wind"),
                    _leaf("socks-gloves", "Socks & Gloves", "footprints"),
                ),
            ),
            _leaf("shirts-jackets", "Shirts & Jackets", "shirt"),
            _leaf("shoes", "Shoes", "footprints"),
        ),
    ),
    CategoryNode(
        "bags",
        "Bags & Leather",
        "shopping-bag",
        (
            _leaf("backpacks-totes", "Backpacks & Totes", "backpack"),
            _leaf("shoulder-bags", "Shoulder Bags", "briefcase"),
            _leaf("wallets-pouches", "Wallets & Pouches", "wallet"),
            _leaf("belts", "Belts", "minus"),
        ),
    ),
    CategoryNode(
        "jewelry",
        "Jewelry & Watches",
        "gem",
        (
            _leaf("rings", "Rings", "circle"),
            _leaf("necklaces", "Necklaces", "link"),
            _leaf("earrings", "Earrings", "sparkles"),
            _leaf("bracelets", "Bracelets", "circle-dashed"),
            _leaf("watches", "Watches", "watch"),
        ),
    ),
    CategoryNode(
        "toys",
        "Toys & Games",
        "toy-brick",
        (
            _leaf("building-toys", "Building & Stacking", "blocks"),
            _leaf("vehicles-animals", "Vehicles & Animals", "car-front"),
            _leaf("baby-toys", "Baby & Toddler", "baby"),
            _leaf("games-puzzles", "Games & Puzzles", "puzzle"),
        ),
    ),
    CategoryNode(
        "books-paper",
        "Books & Paper",
        "book-open",
        (
            _leaf("books", "Books", "book", "books"),
            _leaf("notebooks", "Notebooks", "notebook"),
            _leaf("prints", "Prints & Calendars", "image"),
            _leaf("pens-ink", "Pens & Ink", "pen-tool"),
            _leaf("cards-wrap", "Cards & Wrapping", "gift"),
        ),
    ),
    CategoryNode(
        "electronics",
        "Electronics",
        "headphones",
        (
            _leaf("headphones", "Headphones", "headphones"),
            _leaf("speakers-radios", "Speakers & Radios", "speaker"),
            _leaf("keyboards-desk", "Keyboards & Desk", "keyboard"),
            _leaf("charging-power", "Charging & Power", "plug-zap"),
        ),
    ),
    CategoryNode(
        "cycling",
        "Cycling",
        "bike",
        (
            _leaf("bike-bags", "Bike Bags", "luggage"),
            _leaf("lights-bells", "Lights & Bells", "bell"),
            _leaf("helmets-locks", "Helmets & Locks", "lock"),
        ),
    ),
    _leaf("other", "Other", "package"),
)


def walk(nodes: tuple[CategoryNode, ...] = TREE) -> Iterator[tuple[CategoryNode, CategoryNode | None]]:
    """Yield every node with its parent (None at the top), parents before children."""
    for node in nodes:
        yield node, None
        yield from _below(node)


def _below(parent: CategoryNode) -> Iterator[tuple[CategoryNode, CategoryNode | None]]:
    for node in parent.children:
        yield node, parent
        yield from _below(node)


BY_SLUG: dict[str, CategoryNode] = {node.slug: node for node, _ in walk()}
