"""How well colors can be read beside each other, by the formulas of WCAG 2.2."""

import re
from collections.abc import Sequence

RGB = tuple[float, float, float]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
# The grounds text stands on, as near as sRGB comes: `--page` and `--surface-sunken` by day and by night.
DAY, NIGHT = (0.953, 0.937, 0.91), (0.13, 0.115, 0.1)
INK, PAPER = (0.1, 0.08, 0.07), (1.0, 0.995, 0.985)
# Of these two one is readable on any color whatever.
BLACK, WHITE = (0.02, 0.015, 0.015), (1.0, 1.0, 1.0)
# WCAG 2.2, level AA: 4.5:1 for text, 3:1 for what is only a shape.
TEXT, SHAPE = 4.5, 3.0


def parse(color: object) -> RGB | None:
    """`#rrggbb` as three numbers from 0 to 1; None for anything else."""
    if not isinstance(color, str) or not _HEX.fullmatch(color):
        return None
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def css(color: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in color)


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(color: RGB, grounds: Sequence[RGB], ratio: float) -> RGB:
    """The color itself where it stands out enough from all grounds, else the nearest darker or lighter one that does."""
    target = BLACK if min(map(luminance, grounds)) > 0.18 else WHITE
    for step in range(21):
        mixed = mix(color, target, step / 20)
        if all(contrast(mixed, ground) >= ratio for ground in grounds):
            return mixed
    return target


def between(color: RGB, grounds: Sequence[RGB], ratio: float) -> RGB | None:
    """The nearest shade or tint of a color that stands out from all grounds, pale and dark ones alike.

    None where none does: what keeps that ratio to white and to black lies between them, and need not be there.
    """
    steps = sorted(
        (step / 50, target) for target in (BLACK, WHITE) for step in range(51)
    )  # a little of either first: nearest to what was chosen
    for share, target in steps:
        # As it will be written down, so that what is suggested passes when it is sent.
        mixed = parse(css(mix(color, target, share)))
        if mixed and all(contrast(mixed, ground) >= ratio for ground in grounds):
            return mixed
    return None


def mix(color: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (a + (b - a) * share for a, b in zip(color, other, strict=True))
    return (red, green, blue)


def luminance(color: RGB) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
