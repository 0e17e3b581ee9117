"""Pictures for the demo, drawn rather than photographed: still lifes, the storefront's hero, categories, logos."""

from __future__ import annotations

from marketplace.demo.pictures.compose import VIEWS, UnknownKind, View, draw_product
from marketplace.demo.pictures.look import KINDS

__all__ = ["KINDS", "VIEWS", "UnknownKind", "View", "draw_product"]
