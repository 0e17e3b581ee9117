"""Every kind of thing that the demo draws; importing a module registers its kinds."""

from __future__ import annotations

from marketplace.demo.pictures.kinds import (
    accessories,
    bags,
    bath,
    clothing,
    electronics,
    furniture,
    games,
    jewelry,
    pantry,
    paper,
    textiles,
    toys,
    vessels,
)

__all__ = [
    "accessories",
    "bags",
    "bath",
    "clothing",
    "electronics",
    "furniture",
    "games",
    "jewelry",
    "pantry",
    "paper",
    "textiles",
    "toys",
    "vessels",
]
