"""Colors of the pictures: plain sRGB triples and the few ways light changes them."""

from __future__ import annotations

from functools import lru_cache

RGB = tuple[int, int, int]

WHITE: RGB = (255, 250, 242)
BRASS: RGB = (201, 161, 74)
STEEL: RGB = (188, 193, 196)
LEAF: RGB = (104, 128, 84)
WOOD: RGB = (196, 154, 104)
LEATHER: RGB = (122, 75, 44)


@lru_cache(maxsize=512)
def rgb(color: str) -> RGB:
    """Return `#rrggbb` as a triple; raises ValueError for anything else."""
    if len(color) != 7 or color[0] != "#":
        raise ValueError(f"not a color of the form #rrggbb: {color!r}")
    return (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16))


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return the color `share` of the way (0 to 1) from the first to the second."""
    keep = 1.0 - share
    return (
        int(first[0] * keep + second[0] * share + 0.5),
        int(first[1] * keep + second[1] * share + 0.5),
        int(first[2] * keep + second[2] * share + 0.5),
    )


def shade_of(color: RGB) -> RGB:
    """Return the color in full shadow: darker and a little warmer, as in a room of wood and paper."""
    return (int(color[0] * 0.43 + 9), int(color[1] * 0.375 + 5), int(color[2] * 0.365 + 9))


def lit(color: RGB, light: float) -> RGB:
    """Return the color under `light`: 0 is full shadow, 1 the color itself, 1.5 washed out."""
    if light <= 1.0:
        return mix(shade_of(color), color, max(0.0, light))
    return mix(color, WHITE, min(0.85, (light - 1.0) * 1.5))
