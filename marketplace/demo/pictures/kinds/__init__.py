"""Every kind of thing that the demo draws; importing a module registers its kinds."""

from __future__ import annotations

from marketplace.demo.pictures.kinds import (
    bags,
    clothing,
    electronics,
    furniture,
    pantry,
    paper,
    textiles,
    vessels,
)

__all__ = ["bags", "clothing", "electronics", "furniture", "pantry", "paper", "textiles", "vessels"]
