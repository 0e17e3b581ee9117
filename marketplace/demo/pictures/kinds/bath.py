"""Soap, sponges and candles."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import WHITE, lit, mix
from marketplace.demo.pictures.geometry import curve, oval
from marketplace.demo.pictures.kinds.pantry import leaves
from marketplace.demo.pictures.kinds.vessels import GLAZE
from marketplace.demo.pictures.look import Look, standing
from marketplace.demo.pictures.solids import Spot, smooth_profile
from marketplace.demo.pictures.stage import Wash


@standing("soap", yaw=-28)
def soap(spot: Spot, look: Look) -> None:
    count = look.count(1)
    spot = spot.moved(size=1.28 if count > 1 else 1.7, x=-10)
    places = [(0.0, 0.0, 0.0, 0.0), (12.0, 128.0, -6.0, 9.0), (-150.0, 0.0, 110.0, -14.0)]
    if count == 3:
        places = [(86.0, 0.0, -60.0, 0.0), (78.0, 128.0, -60.0, 10.0), (-118.0, 0.0, 120.0, -16.0)]
    for x, y, z, turn in places[:count]:
        one = spot.moved(x, z, turn=turn)
        one.shadow_of([(-135, y, -125), (135, y, -125), (135, y, 125), (-135, y, 125)], 110, 1.0 if not y else 0.5)
        bar = one.box(270, 122, 250, look.tone, y=y, radius=26)
        if look.has("band"):
            band = look.color("band", GLAZE)
            bar.patch("top", [(0.3, 0), (0.7, 0), (0.7, 1), (0.3, 1)], band)
            bar.patch("front", [(0.3, 0), (0.7, 0), (0.7, 1), (0.3, 1)], band)
            bar.patch("front", [(0.36, 0.36), (0.64, 0.36), (0.64, 0.44), (0.36, 0.44)], look.accent)
            bar.patch("front", [(0.4, 0.54), (0.6, 0.54), (0.6, 0.6), (0.4, 0.6)], look.ink)
            leaves(bar, "top", 0.5, 0.5, 0.16, look.accent)
        else:
            dent = [(0.16, 0.18), (0.84, 0.18), (0.84, 0.82), (0.16, 0.82)]
            bar.patch("top", dent, lit(look.tone, 0.9), 18)
            bar.patch("top", [(u + 0.012, v + 0.02) for u, v in dent], lit(look.tone, 1.03), 18)
            leaves(bar, "top", 0.5, 0.53, 0.26, lit(look.tone, 0.82))


@standing("soapdish", yaw=-24, low=True)
def soapdish(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.25)
    spot.shadow_of([(-240, 0, -150), (240, 0, -150), (240, 0, 150), (-240, 0, 150)], 70)
    for x in (-190, 190):
        spot.box(40, 26, 270, lit(look.tone, 0.7), x=x, radius=3)
    for index in range(5):
        z = -124 + index * 62
        slat = spot.box(500, 26, 46, look.tone, y=26, z=z, radius=6)
        slat.grain("top", look.tone, 3, 0.35, index)
    bar = spot.moved(10, 0, turn=6)
    color = look.color("soap", GLAZE)
    bar.shadow_of([(-130, 52, -90), (130, 52, -90), (130, 52, 90), (-130, 52, 90)], 60)
    cake = bar.box(270, 84, 180, color, y=52, radius=30)
    leaves(cake, "top", 0.5, 0.5, 0.22, lit(color, 0.84))


@standing("sponge")
def sponge(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.15)
    stage = spot.stage
    for x, z, size in ((70, -60, 1.0), (-170, 110, 0.62)):
        one = spot.moved(x, z, size)
        one.shadow(430, 330, 250)
        outline = []
        for index in range(28):
            angle = index * 2 * pi / 28
            reach = 1 + 0.025 * sin(index * 2.7) + 0.02 * cos(index * 4.1)
            outline.append((238 * reach * cos(angle), 150 + 158 * reach * sin(angle)))
        points = one.upright(curve([*outline, outline[0]], 4))
        tone = look.tone
        mask = stage.fill(points, Wash(lit(tone, 1.2), lit(tone, 0.98), lit(tone, 0.9), lit(tone, 0.6)))
        stage.soften([*points, points[0]], lit(tone, 0.2), 0.5, 22, mask, width=36)
        holes, lights = [], []
        for index in range(120):
            a, b = (index * 0.7548) % 1 * 2 * pi, ((index * 0.5698) % 1) ** 0.5
            hx, hy = one.upright([(215 * b * cos(a), 150 + 140 * b * sin(a))])[0]
            r = one.units(3 + 11 * ((index * 0.381) % 1) ** 2)
            holes.append((hx, hy, r))
            lights.append((hx + r * 0.3, hy + r * 0.45, r * 0.95))
        stage.lay(stage.specks(lights), lit(tone, 1.35), 0.45, mask)
        stage.lay(stage.specks(holes), lit(tone, 0.22), 0.62, mask)


@standing("candle")
def candle(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.3)
    spot.shadow(340, 340, 320)
    wax = look.color("wax", GLAZE)
    profile = smooth_profile([(146, 0), (158, 8), (170, 60), (172, 200), (168, 310)])
    mask = spot.turned(profile, look.tone, 0.3)
    spot.band([(160, 10), (171, 70), (172, 96)], mix(look.tone, WHITE, 0.35), within=mask)
    inner = spot.mouth(168, 310, 12, look.tone, wax, 26)
    spot.stage.soften(spot.ring(60, 290), (255, 214, 130), 0.7, 20, inner)
    flame(spot, 282)


def flame(spot: Spot, y: float, size: float = 1.0) -> None:
    """Light a wick that stands at height y."""
    stage = spot.stage
    stage.line(spot.upright([(0, y), (2, y + 24 * size)]), 4, (52, 42, 36))
    center = spot.upright([(0, y + 56 * size)])[0]
    stage.soften(oval(*center, 90 * size, 110 * size, n=20), (255, 206, 120), 0.42, 46 * size)
    drop = [(0, 14), (-15, 32), (-13, 56), (0, 100), (12, 58), (15, 32)]
    shape = spot.upright(curve([(x * size, y + h * size) for x, h in [*drop, drop[0]]], 6))
    mask = stage.fill(shape, (255, 186, 74))
    core = spot.upright(oval(0, y + 38 * size, 8 * size, 20 * size, n=16))
    stage.soften(core, (255, 246, 214), 0.95, 4, mask)


@standing("candlestick")
def candlestick(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.08)
    spot.shadow(330, 330, 330)
    tone = look.tone
    for radius, low, high in ((172, 0, 46), (128, 46, 96), (84, 96, 150)):
        spot.turned([(radius - 6, low), (radius, low + 6), (radius, high - 6), (radius - 5, high)], tone, 0.25)
        spot.disc(radius - 5, high, tone, 1.0)
        spot.stage.soften(spot.ring(radius * 0.72, high, 0.1, 3.0, 12), lit(tone, 0.2), 0.35, 6, width=12)
    spot.turned([(46, 150), (50, 156), (50, 184)], tone, 0.3)
    spot.mouth(50, 184, 7, tone, lit(tone, 0.5))
    wax = look.color("wax", GLAZE)
    spot.turned([(31, 160), (31, 470), (26, 482)], wax, 0.2)
    spot.disc(26, 482, wax, 1.05)
    flame(spot, 478)
