"""A vendor's palette as the five tokens of its shop front, readable by day and by night whatever the colors are.

A palette comes from a vendor, so nothing of it reaches the stylesheet but numbers computed here.
"""

from collections.abc import Sequence

from tenants.vendors.branding import ACCENT, SOFT
from ui.colors import BLACK, DAY, INK, NIGHT, PAPER, RGB, SHAPE, TEXT, WHITE, contrast, css, mix, parse, readable

_EASE = 12.0


def brand_css(palette: Sequence[object]) -> str:
    """The stylesheet; empty for a palette without a usable accent."""
    accent = _accent(palette)
    if accent is None:
        return ""
    day, night = readable(accent, (DAY,), SHAPE), readable(accent, (NIGHT,), TEXT)
    tint = parse(palette[SOFT]) if len(palette) > SOFT else None
    soft_day = readable_ground(tint or accent)
    soft_night = mix(accent, NIGHT, 0.82)
    tokens = {
        "--accent": (day, night),
        "--on-accent": (_on(day), _on(night)),
        "--accent-text": (readable(accent, (DAY, soft_day), TEXT), readable(accent, (NIGHT, soft_night), TEXT)),
        "--accent-soft": (soft_day, soft_night),
    }
    lines = [f"  {name}: light-dark({css(light)}, {css(dark)});" for name, (light, dark) in tokens.items()]
    return "\n".join([":root {", *lines, "  --radius: 0.5rem;", "}", ""])


def readable_ground(color: RGB) -> RGB:
    """The color as pale as it must be for our ink to be read on it with ease."""
    for step in range(9, 20):
        mixed = mix(color, PAPER, step / 20)
        if contrast(INK, mixed) >= _EASE:
            return mixed
    return PAPER


def _accent(palette: Sequence[object]) -> RGB | None:
    colors = [parse(color) for color in palette[:5]]
    if len(colors) > ACCENT and colors[ACCENT]:
        return colors[ACCENT]
    return next((color for color in colors if color), None)


def _on(ground: RGB) -> RGB:
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, ground))
