"""What a recipe says, read with defaults, and the register of the kinds of things that can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from marketplace.demo.parts import Palette
from marketplace.demo.pictures.color import RGB, rgb
from marketplace.demo.pictures.sheets import Sheet
from marketplace.demo.pictures.solids import Spot

Setting = Literal["table", "flat", "wall"]
"""Standing on a table, lying on it and seen from above, or hung on a wall."""

Stature = Literal["small", "hand", "large"]
"""How big the thing is in life: it decides what may stand beside it."""


class Look:
    """A recipe and its vendor's palette. Every word has a default, so that `{"kind": "mug"}` draws too."""

    def __init__(self, recipe: Mapping[str, object], palette: Palette, seed: int) -> None:
        self._recipe = recipe
        self._palette = palette
        self.seed = seed
        self.paper, self.surface, self.ink, self.accent, self.soft = (rgb(color) for color in palette)

    def color(self, name: str, default: RGB) -> RGB:
        value = self._recipe.get(name)
        return rgb(value) if isinstance(value, str) else default

    @property
    def tone(self) -> RGB:
        return self.color("tone", self.accent)

    @property
    def tones(self) -> list[RGB]:
        """The recipe's further colors: other colorways, or the parts of a colorful thing."""
        return [rgb(color) for color in cast("list[str]", self._recipe.get("tones", []))]

    def parts(self, count: int) -> list[RGB]:
        """Return `count` colors for a thing of many parts: its tones in turn, or the palette's."""
        colors = self.tones or [self.accent, self.soft, self.ink]
        return [colors[index % len(colors)] for index in range(count)]

    def word(self, name: str, default: str = "") -> str:
        return str(self._recipe.get(name, default))

    def count(self, default: int = 1) -> int:
        return int(cast("int", self._recipe.get("count", default)))

    def number(self, name: str, default: float) -> float:
        return float(cast("float", self._recipe.get(name, default)))

    def has(self, name: str) -> bool:
        return bool(self._recipe.get(name))

    def repainted(self, tone: RGB) -> Look:
        """Return this look in another colorway."""
        recipe = {**self._recipe, "tone": "#{:02x}{:02x}{:02x}".format(*tone)}
        return Look(recipe, self._palette, self.seed + 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: where it is seen, how it is drawn, and how far it is turned when seen from the front."""

    name: str
    setting: Setting
    draw: Callable[[Spot | Sheet, Look], None]
    yaw: float = 0.0
    stature: Stature = "hand"
    paired: bool = True
    low: bool = False


KINDS: dict[str, Kind] = {}


_OnTable = Callable[[Spot, Look], None]
_OnSheet = Callable[[Sheet, Look], None]


def standing(
    name: str, *, yaw: float = 0.0, stature: Stature = "hand", paired: bool = True, low: bool = False
) -> Callable[[_OnTable], _OnTable]:
    """Register a kind that stands on a table.

    `paired` lets a second colorway stand beside it; what is `low` is looked at from higher up.
    """

    def register(draw: _OnTable) -> _OnTable:
        KINDS[name] = Kind(name, "table", cast("Callable[[Spot | Sheet, Look], None]", draw), yaw, stature, paired, low)
        return draw

    return register


def lying(
    name: str, *, turn: float = 0.0, stature: Stature = "hand", paired: bool = True
) -> Callable[[_OnSheet], _OnSheet]:
    """Register a kind that lies on a table and is seen from above."""
    return _sheet(name, "flat", turn, stature, paired)


def hanging(name: str, *, stature: Stature = "large", paired: bool = True) -> Callable[[_OnSheet], _OnSheet]:
    """Register a kind that hangs on a wall."""
    return _sheet(name, "wall", 0.0, stature, paired)


def _sheet(name: str, setting: Setting, turn: float, stature: Stature, paired: bool) -> Callable[[_OnSheet], _OnSheet]:
    def register(draw: _OnSheet) -> _OnSheet:
        KINDS[name] = Kind(name, setting, cast("Callable[[Spot | Sheet, Look], None]", draw), turn, stature, paired)
        return draw

    return register
