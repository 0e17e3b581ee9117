"""What stands in a pantry: bottles, tins, bags, cheese, baskets."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin

from marketplace.demo.pictures.color import RGB, STEEL, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.kinds.vessels import GLAZE, print_label
from marketplace.demo.pictures.look import Look, standing
from marketplace.demo.pictures.solids import Box, Spot, smooth_profile
from marketplace.demo.pictures.stage import Mask, Wash

# Body of the bottle, its cap's foot and radius, the label's low and high edge (none without a label).
_BOTTLES: dict[str, tuple[list[Point], tuple[float, float, float], tuple[float, float] | None]] = {
    "oil": (
        [(106, 0), (118, 8), (122, 60), (122, 300), (96, 366), (46, 420), (40, 520)],
        (42, 500, 96),
        (70, 270),
    ),
    "tall": (
        [(86, 0), (96, 8), (100, 60), (100, 360), (76, 420), (36, 470), (32, 570)],
        (34, 550, 60),
        (80, 290),
    ),
    "wine": (
        [(104, 0), (112, 8), (114, 60), (114, 350), (92, 410), (44, 462), (38, 590)],
        (42, 486, 116),
        (80, 280),
    ),
    "pump": (
        [(126, 0), (136, 10), (140, 60), (140, 290), (118, 336), (56, 356), (54, 372)],
        (60, 368, 48),
        (60, 260),
    ),
    "dropper": (
        [(104, 0), (114, 8), (118, 50), (118, 210), (96, 254), (48, 270), (44, 286)],
        (54, 280, 66),
        (46, 190),
    ),
    "ink": (
        [(166, 0), (178, 10), (184, 50), (180, 180), (150, 226), (80, 244), (78, 256)],
        (90, 250, 84),
        (50, 170),
    ),
    "flask": (
        [(104, 0), (112, 8), (114, 70), (114, 380), (104, 430), (66, 470), (62, 492)],
        (70, 484, 78),
        None,
    ),
}
_SIZES = {"dropper": 1.55, "ink": 1.28, "pump": 1.22, "oil": 1.16, "tall": 1.06, "wine": 1.04, "flask": 1.14}


@standing("bottle")
def bottle(spot: Spot, look: Look) -> None:
    shape = look.word("shape", "oil")
    points, (radius, low, tall), label = _BOTTLES[shape]
    spot = spot.moved(size=_SIZES[shape])
    spot.shadow(points[2][0] * 2, points[2][0] * 2, low)
    profile = smooth_profile(points, 5)
    cap = look.color("cap", look.ink)
    mask = spot.turned(profile, look.tone, 0.5)
    widest = points[2][0]
    if shape != "flask":
        _glow(spot, mask, look.tone, widest, points[3][1])
    if shape == "flask":
        spot.band([(widest, 8), (widest, 74)], look.color("base", WOOD), within=mask)
    if label is not None:
        print_label(spot, widest * 1.002, *label, look.color("label", GLAZE), look.ink, look.accent)
    spot.turned([(radius - 2, low), (radius, low + 4), (radius, low + tall - 5), (radius - 4, low + tall)], cap, 0.35)
    spot.disc(radius - 4, low + tall, cap, 0.95)
    if shape == "pump":
        _pump(spot, cap, low + tall)
    if shape == "dropper":
        spot.turned(
            smooth_profile([(30, low + tall), (32, low + tall + 50), (24, low + tall + 90), (4, low + tall + 104)]),
            cap,
            0.4,
        )


def _glow(spot: Spot, mask: Mask, color: RGB, radius: float, height: float) -> None:
    """Let light through glass: it gathers on the side away from the window."""
    bright = mix(lit(color, 1.3), (226, 178, 90), 0.3)
    line = [(radius * 0.62, 24), (radius * 0.66, height * 0.5), (radius * 0.6, height)]
    spot.stage.soften(spot.upright(line, z=radius * 0.4), bright, 0.55, 12, mask, width=spot.units(radius * 0.3))


def _pump(spot: Spot, color: RGB, y: float) -> None:
    spot.rod((0, y, 0), (0, y + 60, 0), 22, color)
    path = curve([(12, y + 62), (-40, y + 66), (-120, y + 60), (-146, y + 30)], 6)
    stage, width = spot.stage, spot.units(26)
    line = spot.upright(path)
    mask = stage.strokes([line], width)
    stage.lay(mask, lit(color, 0.9))
    stage.soften([(px, py - width * 0.2) for px, py in line], lit(color, 1.6), 0.6, 3, mask, width=width * 0.2)


@standing("tin")
def tin(spot: Spot, look: Look) -> None:
    radius, height = 150.0, 300.0
    if look.has("low"):
        radius, height = 190, 150
    elif look.has("tall"):
        radius, height = 140, 380
    elif look.has("flat"):
        radius, height = 210, 96
    spot = spot.moved(size=1.25)
    spot.shadow(radius * 2, radius * 2, height)
    label = look.color("label", GLAZE)
    spot.turned([(radius - 4, 0), (radius, 6), (radius, height * 0.78)], look.tone, 0.4)
    lid = look.tone if not look.has("tall") else lit(look.tone, 1.05)
    if not look.has("flat"):
        print_label(spot, radius * 1.002, height * 0.12, height * 0.68, label, look.ink, look.accent, 0.7)
    spot.turned(
        [
            (radius + 5, height * 0.74),
            (radius + 6, height * 0.76),
            (radius + 6, height - 6),
            (radius, height),
        ],
        lid,
        0.4,
    )
    mask = spot.disc(radius, height, lid)
    stage = spot.stage
    stage.lay(stage.strokes([spot.ring(radius - 14, height)], 2), lit(lid, 0.6), 0.5, mask)
    if look.has("flat"):
        top = stage.fill(spot.ring(radius - 40, height), lit(label, 1.0))
        stage.lay(stage.strokes([spot.ring(radius - 60, height)], 3), WHITE, 0.8, top)
        petals = [spot.ring(26 + 22 * index, height, 0.4 + index, 2.4 + index) for index in range(4)]
        stage.lay(stage.strokes(petals, 5), WHITE, 0.85, top)


@standing("can", yaw=-24)
def can(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.12)
    spot.shadow_of([(-135, 0, -95), (135, 0, -95), (135, 0, 95), (-135, 0, 95)], 420)
    box = spot.box(270, 420, 190, look.tone, radius=16, top=lit(STEEL, 0.95))
    label = look.color("label", GLAZE)
    for face in ("front", "side"):
        box.patch(face, [(0, 0.1), (1, 0.1), (1, 0.14), (0, 0.14)], label)
        box.patch(face, [(0, 0.86), (1, 0.86), (1, 0.9), (0, 0.9)], label)
    box.patch("front", [(0.16, 0.24), (0.84, 0.24), (0.84, 0.76), (0.16, 0.76)], (243, 233, 207), 10)
    leaves(box, "front", 0.5, 0.46, 0.17, look.tone)
    for v, reach in ((0.62, 0.2), (0.67, 0.13)):
        box.patch(
            "front",
            [(0.5 - reach, v), (0.5 + reach, v), (0.5 + reach, v + 0.018), (0.5 - reach, v + 0.018)],
            look.ink,
        )
    cap = spot.moved(58, -30)
    cap.turned([(34, 420), (36, 424), (36, 456), (32, 462)], look.ink, 0.3)
    cap.disc(32, 462, look.ink, 1.1)


def leaves(box: Box, face: str, u: float, v: float, size: float, color: RGB) -> None:
    """Print a sprig of three leaves on a face."""
    for angle in (-pi / 2, -pi / 2 - 0.85, -pi / 2 + 0.85):
        edge = [(t / 8, 0.22 * sin(pi * t / 8)) for t in range(9)]
        outline = [*edge, *((a, -b) for a, b in reversed(edge))]
        c, s = cos(angle), sin(angle)
        points = [(u + (a * c - b * s) * size * 1.2, v + 0.06 + (a * s + b * c) * size) for a, b in outline]
        box.patch(face, points, color)


@standing("bag")
def bag(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.1)
    spot.backing(330, 150, 420)
    stage, tone = spot.stage, look.tone
    outline = [
        (-170, 6),
        (-176, 120),
        (-164, 330),
        (-150, 420),
        (150, 420),
        (164, 330),
        (176, 120),
        (170, 6),
        (90, -12),
        (-90, -12),
    ]
    mask = stage.fill(
        spot.upright(rounded(outline, 14)),
        Wash(lit(tone, 1.12), lit(tone, 0.95), lit(tone, 0.98), lit(tone, 0.74)),
    )
    for path, light in (
        ([(-120, 400), (-96, 200), (-130, 20)], 0.4),
        ([(130, 400), (110, 220), (140, 30)], 0.3),
        ([(-60, 60), (0, 30), (70, 56)], 0.45),
    ):
        stage.soften(spot.upright(path), lit(tone, light), 0.35, 9, mask, width=14)
    stage.soften(spot.upright([(-140, 390), (-136, 60)]), lit(tone, 1.4), 0.4, 8, mask, width=10)
    fold = [(-152, 384), (-150, 452), (150, 452), (152, 384)]
    stage.soften(
        [(x + 3, y + 8) for x, y in spot.upright([(-150, 384), (150, 384)])],
        lit(tone, 0.1),
        0.5,
        6,
        mask,
        width=10,
    )
    stage.fill(spot.upright(rounded(fold, 8)), Wash(lit(tone, 1.2), lit(tone, 1.02), lit(tone, 1.08), lit(tone, 0.9)))
    label = look.color("label", look.accent)
    paper = spot.upright(rounded([(-92, 300), (92, 300), (92, 96), (-92, 96)], 6))
    stage.fill(paper, Wash(lit(GLAZE, 1.02), lit(GLAZE, 0.98), lit(GLAZE, 0.98), lit(GLAZE, 0.9)))
    for x, y, turn in ((-26, 226, 0.5), (28, 240, -0.4), (4, 196, 0.1)):
        nut = [
            (
                x + 26 * cos(a) * cos(turn) - 17 * sin(a) * sin(turn),
                y + 26 * cos(a) * sin(turn) + 17 * sin(a) * cos(turn),
            )
            for a in [i * pi / 8 for i in range(16)]
        ]
        stage.fill(spot.upright(nut), mix(label, (176, 120, 66), 0.6))
    for y, reach in ((148, 60), (128, 36)):
        stage.line(spot.upright([(-reach, y), (reach, y)]), spot.units(6), label)


@standing("cheese")
def cheese(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.14)
    spot.shadow(520, 520, 190)
    tone, paste = look.tone, look.color("paste", GLAZE)
    stage = spot.stage
    board = (176, 128, 80)
    spot.turned([(318, -26), (322, -20), (322, -4)], board, 0.0)
    spot.disc(322, -4, board, 1.0)
    spot.shadow(500, 500, 120, 0.6)
    mask = spot.turned(smooth_profile([(236, 0), (248, 12), (252, 90), (248, 168), (236, 182)]), tone, 0.12)
    top = spot.disc(236, 182, tone, 1.02)
    spot.speckle(mask, lit(tone, 0.4), look.seed, 120)
    spot.speckle(top, lit(tone, 0.5), look.seed + 3, 90)
    start, end = 0.62, 1.5
    center = spot.at(0, 182)
    (ax, ay), (bx, by) = spot.ring(240, 182, start, start, 1)[0], spot.ring(240, 182, end, end, 1)[0]
    down = spot.units(184) * spot.camera.upright
    floor = (center[0], center[1] + down)
    gap = [center, *spot.ring(243, 182, start, end, 10)]
    stage.fill(gap, lit(board, 0.7))
    stage.fill(
        [*spot.ring(252, 182, start, end, 10), *reversed(spot.ring(254, -2, start, end, 10))],
        lit(board, 0.78),
    )
    left = [center, (bx, by), (bx, by + down), floor]
    right = [center, (ax, ay), (ax, ay + down), floor]
    stage.fill(left, Wash(lit(paste, 0.72), lit(paste, 0.82), lit(paste, 0.66), lit(paste, 0.72)))
    stage.fill(right, Wash(lit(paste, 1.04), lit(paste, 1.0), lit(paste, 0.94), lit(paste, 0.9)))
    for x, y, r in ((0.3, 0.3, 9), (0.55, 0.62, 12), (0.75, 0.28, 7), (0.4, 0.75, 6)):
        px, py = center[0] + (ax - center[0]) * x, center[1] + (ay - center[1]) * x + down * y
        stage.fill(oval(px, py, r * 0.8, r), lit(paste, 0.7))
    wedge = spot.moved(150, 200)
    tip, a, b = (-60.0, 0.0, -70.0), (70.0, 0.0, 70.0), (-90.0, 0.0, 110.0)
    high = 100.0
    points = [wedge.at(x, y, z) for y in (0.0, high) for x, _, z in (tip, a, b)]
    wedge.shadow_of([tip, a, b], 80)
    stage.fill(
        [points[2], points[1], points[4], points[5]],
        Wash(lit(tone, 1.0), lit(tone, 0.8), lit(tone, 0.95), lit(tone, 0.72)),
    )
    stage.fill([points[0], points[2], points[5], points[3]], lit(paste, 1.04))
    stage.fill(
        [points[3], points[4], points[5]],
        Wash(lit(paste, 1.16), lit(paste, 1.06), lit(paste, 1.1), lit(paste, 1.0)),
    )


@standing("chocolate", yaw=-30, low=True)
def chocolate(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.06)
    back = spot.moved(-20, -60)
    cocoa = (84, 50, 34)
    back.shadow_of([(-290, 0, -120), (150, 0, -120), (150, 0, 110), (-290, 0, 110)], 60)
    slab = spot.moved(-40, -20).box(520, 36, 250, cocoa, radius=7)
    for column in range(6):
        for row in range(3):
            u, v = 0.02 + column * 0.163, 0.03 + row * 0.323
            slab.patch("top", [(u, v), (u + 0.145, v), (u + 0.145, v + 0.29), (u, v + 0.29)], lit(cocoa, 1.1), 6)
            slab.patch(
                "top",
                [(u + 0.02, v + 0.05), (u + 0.125, v + 0.05), (u + 0.125, v + 0.24), (u + 0.02, v + 0.24)],
                lit(cocoa, 1.0),
                5,
            )
    front = spot.moved(70, 60, turn=8)
    front.shadow_of([(-215, 36, -125), (215, 36, -125), (215, 36, 125), (-215, 36, 125)], 50)
    wrap = front.box(430, 44, 254, look.tone, y=36, radius=6)
    label = look.color("label", GLAZE)
    wrap.patch("top", [(0.16, 0.12), (0.84, 0.12), (0.84, 0.88), (0.16, 0.88)], (244, 236, 216), 6)
    wrap.patch("top", [(0.19, 0.17), (0.81, 0.17), (0.81, 0.83), (0.19, 0.83)], look.tone, 5)
    for u in (0.03, 0.06, 0.94, 0.97):
        wrap.patch("top", [(u - 0.006, 0), (u + 0.006, 0), (u + 0.006, 1), (u - 0.006, 1)], label)
    leaves(wrap, "top", 0.5, 0.5, 0.26, label)
    for v, reach in ((0.66, 0.16), (0.74, 0.1)):
        wrap.patch(
            "top",
            [(0.5 - reach, v), (0.5 + reach, v), (0.5 + reach, v + 0.025), (0.5 - reach, v + 0.025)],
            label,
        )


@standing("basket")
def basket(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.06)
    spot.shadow(480, 400, 300)
    stage, tone = spot.stage, look.tone
    profile = smooth_profile([(196, 0), (216, 14), (252, 140), (270, 280)])
    if look.has("filled"):
        _woven(spot, profile, tone)
        spot.mouth(270, 280, 16, tone, (92, 66, 44))
        _provisions(spot, look)
        front = [(216.0, 14.0), (240, 90), (256, 160), (270, 280)]
        _weave_lines(spot, front, tone, spot.band(front, tone))
        return
    handle = [(-236, 300), (-170, 420), (0, 470), (170, 420), (236, 300)]
    line = spot.upright(curve(handle, 7), z=-60)
    stage.lay(stage.strokes([line], spot.units(22)), lit(tone, 0.72))
    _woven(spot, profile, tone)
    spot.mouth(270, 280, 16, tone, lit(tone, 0.5))
    cloth = look.color("cloth", look.soft)
    drape = [
        (-210, 290),
        (-120, 330),
        (0, 312),
        (130, 344),
        (216, 288),
        (150, 226),
        (60, 250),
        (-40, 214),
        (-140, 246),
    ]
    puff = stage.fill(
        spot.upright(curve([*drape, drape[0]], 6), z=40),
        Wash(lit(cloth, 1.05), lit(cloth, 0.98), lit(cloth, 0.92), lit(cloth, 0.8)),
    )
    for path in ([(-120, 320), (-100, 240)], [(20, 310), (0, 226)], [(130, 330), (110, 240)]):
        stage.soften(spot.upright(path, z=40), lit(cloth, 0.3), 0.4, 8, puff, width=12)
    stage.lay(stage.strokes([spot.upright(curve(handle, 7), z=120)], spot.units(22)), lit(tone, 0.95))


def _woven(spot: Spot, profile: list[Point], tone: RGB) -> Mask:
    mask = spot.turned(profile, tone, 0.0)
    _weave_lines(spot, profile, tone, mask)
    return mask


def _weave_lines(spot: Spot, profile: list[Point], tone: RGB, mask: Mask | None) -> None:
    stage = spot.stage
    low, high = profile[0], profile[-1]
    rows = max(3, int((high[1] - low[1]) / 20))
    dark, light = [], []
    for row in range(rows + 1):
        share = row / rows
        radius = _radius(profile, low[1] + (high[1] - low[1]) * share)
        y = low[1] + (high[1] - low[1]) * share
        for column in range(22):
            start = pi * (column + 0.5 * (row % 2)) / 22
            dark.append(spot.ring(radius, y - 9, start, start + pi / 24, 3))
            light.append(spot.ring(radius, y, start, start + pi / 26, 3))
    stage.lay(stage.strokes(dark, 3.0, round_ends=False), lit(tone, 0.35), 0.6, mask)
    stage.lay(stage.strokes(light, 5.5, round_ends=False), lit(tone, 1.22), 0.42, mask)


def _radius(profile: list[Point], y: float) -> float:
    for (r0, y0), (r1, y1) in pairwise(profile):
        if y0 <= y <= y1:
            return r0 + (r1 - r0) * ((y - y0) / ((y1 - y0) or 1))
    return profile[-1][0]


def _provisions(spot: Spot, look: Look) -> None:
    oil = spot.moved(-100, -50, 0.86)
    oil.turned(
        smooth_profile([(70, 120), (80, 300), (78, 380), (58, 430), (28, 466), (26, 550)], 4),
        (63, 74, 34),
        0.5,
    )
    print_label(oil, 79, 250, 370, GLAZE, look.ink, look.accent)
    oil.turned([(29, 530), (30, 534), (30, 590), (27, 594)], (31, 32, 22), 0.3)
    jar = spot.moved(110, -40, 0.8)
    jar.turned(smooth_profile([(96, 140), (104, 200), (104, 380), (94, 410)]), (217, 112, 31), 0.4)
    print_label(jar, 104.4, 260, 360, GLAZE, look.ink, look.accent)
    jar.turned([(100, 404), (104, 410), (104, 448), (100, 454)], (240, 230, 204), 0.2)
    jar.disc(100, 454, (240, 230, 204))
    for x, z, height in ((-10, 60, 296), (80, 80, 280), (-130, 90, 280), (160, 40, 270)):
        spot.moved(x, z).turned(
            smooth_profile(
                [(30, height - 50), (62, height - 20), (68, height + 20), (40, height + 62), (4, height + 74)]
            ),
            (196, 150, 88) if x < 0 else (122, 138, 58),
            0.2,
        )
