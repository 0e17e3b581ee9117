"""A vendor's palette as the five tokens of its shop front, readable by day and by night whatever the colors are.

A palette comes from a vendor, so nothing of it reaches the stylesheet but numbers computed here.
"""

import re
from collections.abc import Sequence

RGB = tuple[float, float, float]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
# The grounds text stands on, as near as sRGB comes: `--page` and `--surface-sunken` by day and by night.
_DAY, _NIGHT = (0.953, 0.937, 0.91), (0.13, 0.115, 0.1)
_INK, _PAPER = (0.1, 0.08, 0.07), (1.0, 0.995, 0.985)
# Of these two one is readable on any color whatever.
_BLACK, _WHITE = (0.02, 0.015, 0.015), (1.0, 1.0, 1.0)
# WCAG 2.2: 4.5:1 for text, 3:1 for what is only a shape.
_EASE, _TEXT, _SHAPE = 12.0, 4.5, 3.0
# What a palette names: paper, surface, ink, accent, soft.
_ACCENT, _SOFT = 3, 4


def brand_css(palette: Sequence[object]) -> str:
    """The stylesheet; empty for a palette without a usable accent."""
    accent = _accent(palette)
    if accent is None:
        return ""
    day, night = readable(accent, (_DAY,), _SHAPE), readable(accent, (_NIGHT,), _TEXT)
    tint = parse(palette[_SOFT]) if len(palette) > _SOFT else None
    soft_day = readable_ground(tint or accent)
    soft_night = _mix(accent, _NIGHT, 0.82)
    tokens = {
        "--accent": (day, night),
        "--on-accent": (_on(day), _on(night)),
        "--accent-text": (readable(accent, (_DAY, soft_day), _TEXT), readable(accent, (_NIGHT, soft_night), _TEXT)),
        "--accent-soft": (soft_day, soft_night),
    }
    lines = [f"  {name}: light-dark({_css(light)}, {_css(dark)});" for name, (light, dark) in tokens.items()]
    return "\n".join([":root {", *lines, "  --radius: 0.5rem;", "}", ""])


def parse(color: object) -> RGB | None:
    """`#rrggbb` as three numbers from 0 to 1; None for anything else."""
    if not isinstance(color, str) or not _HEX.fullmatch(color):
        return None
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(color: RGB, grounds: Sequence[RGB], ratio: float) -> RGB:
    """The color itself where it stands out enough from all grounds, else the nearest darker or lighter one that does."""
    target = _BLACK if min(map(_luminance, grounds)) > 0.18 else _WHITE
    for step in range(21):
        mixed = _mix(color, target, step / 20)
        if all(contrast(mixed, ground) >= ratio for ground in grounds):
            return mixed
    return target


def readable_ground(color: RGB) -> RGB:
    """The color as pale as it must be for our ink to be read on it with ease."""
    for step in range(9, 20):
        mixed = _mix(color, _PAPER, step / 20)
        if contrast(_INK, mixed) >= _EASE:
            return mixed
    return _PAPER


def _accent(palette: Sequence[object]) -> RGB | None:
    colors = [parse(color) for color in palette[:5]]
    if len(colors) > _ACCENT and colors[_ACCENT]:
        return colors[_ACCENT]
    return next((color for color in colors if color), None)


def _on(ground: RGB) -> RGB:
    return max((_BLACK, _WHITE), key=lambda ink: contrast(ink, ground))


def _mix(color: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (a + (b - a) * share for a, b in zip(color, other, strict=True))
    return (red, green, blue)


def _luminance(color: RGB) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _css(color: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in color)
