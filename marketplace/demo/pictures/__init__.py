"""Pictures for the demo, drawn rather than photographed: still lifes, the storefront's hero, categories, logos.

Everything here is a pure function of its arguments and safe to run in several processes.
"""

from __future__ import annotations

from marketplace.demo.pictures.compose import VIEWS, UnknownKind, View, draw_product
from marketplace.demo.pictures.logos import draw_logo
from marketplace.demo.pictures.look import KINDS
from marketplace.demo.pictures.market import draw_category, draw_hero

__all__ = ["KINDS", "VIEWS", "UnknownKind", "View", "draw_category", "draw_hero", "draw_logo", "draw_product"]
