"""Vendors' marks as SVG: one drawn sign each, in the vendor's own colors, legible at 24 px."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from zlib import crc32

from marketplace.demo.parts import CastVendor, Palette

_SIZE = 64


def draw_logo(vendor: CastVendor) -> str:
    """Return the vendor's mark as a standalone SVG of 64 units, named for screen readers.

    A vendor without a mark of its own gets one woven from its slug.
    """
    mark = _MARKS.get(vendor.slug)
    body = mark(vendor.palette) if mark else _woven(vendor.palette, crc32(vendor.slug.encode()))
    name = vendor.name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img">'
        f"<title>{name}</title>"
        f'<rect width="{_SIZE}" height="{_SIZE}" rx="14" fill="{vendor.palette.paper}"/>{body}</svg>'
    )


def _line(path: str, color: str, width: float = 3.5) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width:g}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _shape(path: str, color: str) -> str:
    return f'<path d="{path}" fill="{color}"/>'


def _dot(x: float, y: float, radius: float, color: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{color}"/>'


def _kiln(p: Palette) -> str:
    flame = "M32 24c6 7 9 11 9 16a9 9 0 0 1-18 0c0-4 3-6 4-10 2 2 3 3 3 5 2-3 3-6 2-11z"
    return _shape("M12 52V32a20 20 0 0 1 40 0v20z", p.ink) + _shape(flame, p.accent) + _line("M9 52h46", p.ink, 4)


def _olive(p: Palette) -> str:
    leaves = "".join(
        _shape("M0 0C5-8 16-9 22-3 16 4 6 5 0 0z", p.accent).replace(
            "<path", f'<path transform="translate({x} {y}) rotate({turn})"'
        )
        for x, y, turn in ((30, 42, -140), (33, 33, -30), (36, 25, -152), (38, 18, -50))
    )
    return (
        _line("M26 54c2-14 6-26 14-40", p.ink, 3)
        + leaves
        + '<g transform="rotate(-20 42 44)"><ellipse cx="42" cy="44" rx="6.5" ry="8.5" fill="'
        + p.ink
        + '"/></g>'
    )


def _hopscotch(p: Palette) -> str:
    squares = ((26, 46, p.ink), (26, 33, p.accent), (19, 20, p.ink), (33, 20, p.accent))
    cells = "".join(f'<rect x="{x}" y="{y}" width="12" height="11" rx="2" fill="{color}"/>' for x, y, color in squares)
    return cells + _shape("M20 17a12 10 0 0 1 24 0z", p.ink)


def _loom(p: Palette) -> str:
    threads = "".join(_line(f"M{x} 12v22", p.ink, 2.6) for x in (18, 25, 32, 39, 46))
    waves = "".join(_line(f"M11 {y}c5-5 9-5 14 0s9 5 14 0 9-5 14 0", p.accent, 3.4) for y in (36, 44, 52))
    return threads + waves


def _wheel(p: Palette) -> str:
    spokes = "".join(
        _line(f"M32 36L{32 + 17 * cos(a):.2f} {36 + 17 * sin(a):.2f}", p.ink, 1.8)
        for a in [i * pi / 4 for i in range(8)]
    )
    ring = f'<circle cx="32" cy="36" r="18" fill="none" stroke="{p.ink}" stroke-width="4"/>'
    return spokes + ring + _shape("M32 5l9 15-9-4-9 4z", p.accent) + _dot(32, 36, 4, p.accent)


def _tree(p: Palette) -> str:
    return (
        _shape("M32 8l12 15H20z", p.accent)
        + _shape("M32 20l15 17H17z", p.ink)
        + _shape("M32 33l18 17H14z", p.accent)
        + f'<rect x="28" y="50" width="8" height="8" rx="1.5" fill="{p.ink}"/>'
    )


def _dawn(p: Palette) -> str:
    rays = "".join(
        _line(
            f"M{32 + 22 * cos(a):.2f} {42 + 22 * sin(a):.2f}L{32 + 28 * cos(a):.2f} {42 + 28 * sin(a):.2f}",
            p.accent,
            3.2,
        )
        for a in [-pi + i * pi / 6 for i in range(1, 6)]
    )
    return (
        _shape("M15 42a17 17 0 0 1 34 0z", p.accent)
        + rays
        + _line("M9 47h46", p.ink, 3.6)
        + _line("M18 54h28", p.ink, 3.6)
    )


def _wind(p: Palette) -> str:
    return (
        _line("M10 26h28a8 8 0 1 0-8-8", p.accent, 4)
        + _line("M10 36h38a7 7 0 1 1-7 7", p.ink, 4)
        + _line("M10 46h18a5 5 0 1 1-5 5", p.accent, 4)
    )


def _signal(p: Palette) -> str:
    arcs = "".join(
        _line(f"M{32 - r:g} 44a{r} {r} 0 0 1 {2 * r} 0", color, 4.2) for r, color in ((22, p.ink), (14, p.accent))
    )
    return arcs + _dot(32, 44, 5, p.ink) + _line("M32 48v7", p.ink, 4)


def _twig(p: Palette) -> str:
    ring = f'<circle cx="32" cy="38" r="16" fill="none" stroke="{p.ink}" stroke-width="4.4"/>'
    return (
        ring
        + _shape("M32 22c-2-9-9-11-15-10 0 7 6 12 15 10z", p.accent)
        + _shape("M33 22c0-8 6-13 14-13 1 8-5 14-14 13z", p.accent)
        + _dot(32, 22, 3.4, p.ink)
    )


def _cable(p: Palette) -> str:
    first = "M24 8c0 8 16 8 16 16s-16 8-16 16 16 8 16 16"
    second = "M40 8c0 8-16 8-16 16s16 8 16 16-16 8-16 16"
    return (
        _line(first, p.ink, 6)
        + _line(second, p.paper, 10)
        + _line(second, p.accent, 6)
        + _line("M24 24c0 8 16 8 16 16", p.paper, 10)
        + _line("M24 24c0 8 16 8 16 16", p.ink, 6)
        + _line("M12 10v44M52 10v44", p.soft, 4)
    )


def _hide(p: Palette) -> str:
    outline = (
        "M20 10c4 4 20 4 24 0 2 6 8 8 11 8-4 8-4 20 1 28"
        "-6 0-9 4-10 9-6-4-22-4-28 0-1-5-4-9-10-9 5-8 5-20 1-28 3 0 9-2 11-8z"
    )
    stitch = (
        f'<path d="M40 24c-3-4-15-4-15 3s15 4 15 11-12 7-16 2" fill="none" stroke="{p.paper}" '
        'stroke-width="3.6" stroke-linecap="round" stroke-dasharray="4.4 4.2"/>'
    )
    return _shape(outline, p.accent) + stitch


def _woven(p: Palette, seed: int) -> str:
    cells = []
    for row in range(4):
        for column in range(4):
            color = (p.ink, p.accent, p.soft)[(seed >> (2 * ((row * 4 + column) % 16))) % 3]
            cells.append(
                f'<rect x="{13 + column * 10}" y="{13 + row * 10}" width="8" height="8" rx="2" fill="{color}"/>'
            )
    return "".join(cells)


_MARKS: dict[str, Callable[[Palette], str]] = {
    "brennhaus": _kiln,
    "olivar": _olive,
    "marelle": _hopscotch,
    "linho-mar": _loom,
    "kade-noord": _wheel,
    "waldspiel": _tree,
    "norrljus": _dawn,
    "meltemi": _wind,
    "sygnal": _signal,
    "korpi": _twig,
    "carraig": _cable,
    "salvan": _hide,
}
