"""Wooden toys."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import RGB, STEEL, WHITE, WOOD, lit
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot, smooth_profile
from marketplace.demo.pictures.stage import Mask, Wash

DARK: RGB = (58, 46, 38)


def plate(spot: Spot, outline: list[Point], color: RGB, thick: float, z: float = 0.0, grain: bool = True) -> Mask:
    """Draw a board sawn to an outline (x, height), standing on its edge `thick` deep, its face towards us."""
    stage = spot.stage
    back = spot.upright(outline, z=z - thick / 2)
    front = spot.upright(outline, z=z + thick / 2)
    steps = 5
    layers = [
        [
            (bx + (fx - bx) * t / steps, by + (fy - by) * t / steps)
            for (bx, by), (fx, fy) in zip(back, front, strict=True)
        ]
        for t in range(steps)
    ]
    stage.lay(stage.shape(*layers), lit(color, 1.12))
    mask = stage.fill(front, Wash(lit(color, 1.06), lit(color, 0.98), lit(color, 0.96), lit(color, 0.8)))
    if grain:
        xs, ys = [x for x, _ in outline], [y for _, y in outline]
        lines = []
        for index in range(9):
            y = min(ys) + (max(ys) - min(ys)) * (index + 0.5) / 9
            width = max(xs) - min(xs)
            lines.append(
                spot.upright(
                    [(min(xs) + width * t / 8, y + 4 * sin(t * 0.9 + index)) for t in range(9)],
                    z=z + thick / 2,
                )
            )
        stage.lay(stage.strokes(lines, 1.5, round_ends=False), lit(color, 0.5), 0.22, mask)
    return mask


def wheel(spot: Spot, x: float, y: float, radius: float, color: RGB, z: float) -> None:
    """Draw a wheel that faces us."""
    plate(spot, oval(x, y, radius, radius, n=36), color, 26, z, grain=False)
    stage = spot.stage
    ring = spot.upright(oval(x, y, radius * 0.72, radius * 0.72, n=30), z=z + 13)
    stage.lay(stage.strokes([ring], 2.4), lit(color, 0.6), 0.5)
    stage.fill(spot.upright(oval(x, y, radius * 0.24, radius * 0.24, n=20), z=z + 13), lit(WOOD, 0.7))


@standing("blocks", yaw=-24, paired=False)
def blocks(spot: Spot, look: Look) -> None:
    a, b, c = look.tone, *(look.tones or [lit(look.tone, 0.8), lit(look.tone, 1.2)])[:2]
    spot = spot.moved(size=1.22, x=-6)
    side = 130.0
    spot.shadow_of([(-200, 0, -70), (200, 0, -70), (200, 0, 70), (-200, 0, 70)], 380)
    for x, y, turn, color, seed in ((-140, 0, 0, a, 1), (4, 0, -5, b, 2), (150, 0, 4, c, 3)):
        cube = spot.moved(x, 0, 1.0, turn).box(side, side, side, color, y=y, radius=10)
        for face in ("front", "top", "side"):
            cube.grain(face, color, 6, 0.32, seed)
    plank = spot.moved(-66, 0, 1.0, -2).box(300, 60, side, c, y=side, radius=8)
    for face in ("front", "top"):
        plank.grain(face, c, 4, 0.32)
    cube = spot.moved(-120, 0, 1.0, 9).box(side, side, side, b, y=side + 60, radius=10)
    for face in ("front", "top", "side"):
        cube.grain(face, b, 6, 0.32, 5)
    one = spot.moved(150, 0)
    one.turned([(58, side), (62, side + 4), (62, side + 126), (58, side + 130)], a, 0.15)
    one.disc(58, side + 130, a)
    roof = spot.moved(90, 190, 0.9, 30)
    roof.shadow_of([(-70, 0, -60), (70, 0, -60), (70, 0, 60), (-70, 0, 60)], 60)
    plate(roof, rounded([(-92, 0), (92, 0), (0, 104)], 8), c, 110)


@standing("arches", paired=False)
def arches(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.1)
    spot.shadow(640, 130, 240)
    outer, thick = 310.0, 44.0
    for index, color in enumerate(look.parts(6)):
        r = outer - index * (thick + 4)
        inner = max(r - thick, 18)
        outline = [*oval(0, 0, r, r * 1.12, 0, pi, 40), *oval(0, 0, inner, inner * 1.12, pi, 0, 40)]
        plate(spot, outline, color, 120, grain=False)
        mask = spot.stage.shape(spot.upright(outline, z=60))
        line = spot.upright(oval(0, 0, r - 6, (r - 6) * 1.12, 1.2, 2.9, 24), z=60)
        spot.stage.soften(line, lit(color, 1.5), 0.5, 3, mask, width=7)


@standing("rings", paired=False)
def rings(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.14)
    tone = look.tone
    spot.shadow(360, 360, 440)
    spot.turned(smooth_profile([(150, 0), (180, 14), (176, 34)]), tone, 0.2)
    spot.disc(176, 34, tone)
    y = 36.0
    for index, color in enumerate(look.parts(5)):
        r, h = 172.0 - index * 18, 74.0
        spot.turned(smooth_profile([(r - 26, y), (r, y + h * 0.3), (r, y + h * 0.7), (r - 26, y + h)]), color, 0.3)
        spot.disc(r - 26, y + h, color, 1.0)
        y += h - 4
    spot.turned([(26, y - 8), (26, y + 20)], tone, 0.2)
    spot.turned(smooth_profile([(20, y + 10), (54, y + 36), (58, y + 66), (36, y + 104), (4, y + 114)]), tone, 0.35)


@lying("rattle", paired=False)
def rattle(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    ring = [(230 * cos(t), 230 * sin(t)) for t in [i * 2 * pi / 60 for i in range(61)]]
    sheet.cord(ring, 66, tone, 16)
    sheet.lines(
        [[(r * cos(t), r * sin(t)) for t in [i * 0.1 for i in range(63)]] for r in (212, 226, 244)],
        1.8,
        lit(tone, 0.6),
        0.4,
    )
    for index, color in enumerate(look.parts(3)):
        angle = pi * (0.62 + index * 0.13)
        disc = sheet.moved(230 * cos(angle), 230 * sin(angle), 1.0, angle * 180 / pi)
        disc.puffed(panel(0, 0, 156, 46, 22), color, 14, 0.7)
    bell = sheet.moved(226 * cos(-0.6), 226 * sin(-0.6))
    bell.bead(0, 0, 62, STEEL, 12)
    bell.line([(-40, 10), (40, 10)], 6, lit(STEEL, 0.3))


@standing("animal", paired=False)
def animal(spot: Spot, look: Look) -> None:
    if look.word("shape") == "fox":
        _herd(spot, look)
        return
    spot = spot.moved(size=1.2, x=10)
    tone, wheels = look.tone, look.color("wheels", look.accent)
    spot.shadow(470, 150, 230)
    cord = curve([(-230, 130), (-300, 60), (-330, 14), (-270, 4), (-240, 20)], 7)
    spot.stage.line(spot.upright(cord), 5, (232, 222, 204))
    for x in (-120, 150):
        wheel(spot, x, 56, 56, lit(wheels, 0.8), -60)
    body = [
        (-262, 128),
        (-200, 150),
        (-150, 230),
        (-40, 318),
        (90, 316),
        (200, 236),
        (240, 120),
        (200, 66),
        (-160, 66),
        (-226, 96),
    ]
    mask = plate(spot, curve([*body, body[0]], 7), tone, 120)
    face = [(-262, 128), (-200, 150), (-158, 220), (-120, 140), (-140, 66), (-226, 96)]
    spot.stage.lay(spot.stage.shape(spot.upright(curve([*face, face[0]], 6), z=60)), lit(WOOD, 1.3), 0.85, mask)
    quills = []
    for index in range(40):
        x, y = -90 + (index * 71) % 300, 110 + (index * 47) % 170
        quills.append(spot.upright([(x, y), (x + 20, y + 13)], z=60))
    spot.stage.lay(spot.stage.strokes(quills, 4), lit(tone, 0.45), 0.8, mask)
    for x, y, r, color in ((-196, 150, 9, DARK), (-258, 126, 13, DARK)):
        spot.stage.fill(spot.upright(oval(x, y, r, r, n=20), z=62), color)
    for x in (-120, 150):
        wheel(spot, x, 56, 58, wheels, 76)


_FOX: list[Point] = [
    (-120, 0),
    (-104, 96),
    (-130, 130),
    (-196, 150),
    (-204, 176),
    (-160, 210),
    (-150, 256),
    (-122, 214),
    (-86, 252),
    (-76, 190),
    (-40, 160),
    (80, 156),
    (140, 190),
    (214, 236),
    (230, 200),
    (190, 130),
    (130, 96),
    (120, 0),
    (84, 0),
    (78, 70),
    (-52, 70),
    (-66, 0),
]
_HARE: list[Point] = [
    (-66, 0),
    (-80, 70),
    (-70, 110),
    (-104, 130),
    (-100, 168),
    (-70, 184),
    (-84, 260),
    (-64, 266),
    (-46, 190),
    (-36, 262),
    (-14, 258),
    (-28, 176),
    (10, 130),
    (72, 110),
    (100, 60),
    (96, 0),
]
_OWL: list[Point] = [
    (-50, 0),
    (-74, 70),
    (-72, 150),
    (-80, 216),
    (-44, 192),
    (0, 196),
    (44, 192),
    (80, 216),
    (72, 150),
    (74, 70),
    (50, 0),
]
_DEER: list[Point] = [
    (-92, 0),
    (-86, 120),
    (-96, 200),
    (-140, 214),
    (-148, 240),
    (-110, 262),
    (-128, 330),
    (-110, 334),
    (-98, 290),
    (-84, 336),
    (-66, 330),
    (-84, 262),
    (-62, 210),
    (-20, 172),
    (70, 174),
    (104, 150),
    (98, 0),
    (70, 0),
    (64, 96),
    (-44, 96),
    (-62, 0),
]


def _herd(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.1)
    for outline, x, z, size, color in (
        (_DEER, 130, -190, 1.15, (176, 130, 84)),
        (_OWL, -220, -120, 0.86, (128, 108, 92)),
        (_HARE, 250, 20, 0.9, (206, 190, 164)),
        (_FOX, -40, 110, 1.05, look.tone),
    ):
        one = spot.moved(x, z, size)
        one.shadow(230, 60, 180)
        mask = plate(one, rounded(outline, 10, 4), color, 54)
        if outline is _OWL:
            for dx in (-26, 26):
                one.stage.fill(one.upright(oval(dx, 150, 24, 24, n=24), z=28), (240, 228, 204))
                one.stage.fill(one.upright(oval(dx, 150, 10, 10, n=20), z=28), DARK)
        else:
            eye = {id(_FOX): (-150, 184), id(_HARE): (-78, 154), id(_DEER): (-112, 240)}[id(outline)]
            one.stage.fill(one.upright(oval(*eye, 6, 6, n=16), z=28), DARK)
        if outline is _FOX:
            tip = one.stage.shape(one.upright([(176, 260), (250, 260), (250, 180), (196, 176)], z=27))
            one.stage.lay(tip, (246, 238, 222), 0.95, mask)
            chin = one.stage.shape(one.upright([(-220, 178), (-150, 176), (-110, 120), (-200, 120)], z=27))
            one.stage.lay(chin, (246, 238, 222), 0.9, mask)


@standing("truck", paired=False)
def truck(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.02, x=6)
    tone, cab, load = look.tone, look.color("cab", look.accent), look.color("load", WOOD)
    spot.shadow(680, 150, 190)
    for x in (-220, 20, 210):
        wheel(spot, x, 50, 50, lit(DARK, 1.1), -60)
    plate(spot, rounded([(-320, 92), (-320, 60), (320, 60), (320, 92)], 8), tone, 130)
    plate(
        spot,
        rounded([(-310, 90), (-310, 190), (-250, 200), (-220, 300), (-120, 300), (-120, 90)], 18),
        cab,
        120,
    )
    glass = spot.stage.fill(
        spot.upright(rounded([(-236, 206), (-206, 278), (-142, 278), (-142, 206)], 8), z=61), (206, 222, 226)
    )
    spot.stage.soften(spot.upright([(-220, 210), (-180, 280)], z=61), WHITE, 0.8, 4, glass, width=14)
    spot.stage.fill(spot.upright(oval(-300, 128, 13, 13, n=20), z=61), (250, 226, 150))
    for x, y in ((-30, 128), (60, 128), (150, 128), (240, 128), (14, 204), (104, 204), (196, 204)):
        plate(spot, oval(x, y, 42, 40, n=30), load, 230, -20, grain=False)
        for r in (32, 22, 12):
            ring = spot.upright(oval(x + 1, y, r, r * 0.96, n=24), z=95)
            spot.stage.lay(spot.stage.strokes([ring], 2.2), lit(WOOD, 0.75), 0.8)
        spot.stage.lay(spot.stage.shape(spot.upright(oval(x, y, 35, 33, n=26), z=95)), lit(WOOD, 1.18), 0.55)
    for x in (-78, 290):
        plate(spot, [(x, 90), (x, 270), (x + 16, 270), (x + 16, 90)], tone, 20, 74)
    for x in (-220, 20, 210):
        wheel(spot, x, 50, 52, DARK, 74)


@standing("train", paired=False)
def train(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.04)
    second, third = (look.tones or [look.soft, look.accent])[:2]
    spot.shadow(680, 120, 150)
    for x in (-286, -206, -66, 26, 186, 276):
        wheel(spot, x, 34, 36, lit(WOOD, 0.75), -48)
    plate(
        spot,
        rounded([(-330, 56), (-330, 150), (-220, 150), (-220, 216), (-146, 216), (-146, 56)], 12),
        look.tone,
        100,
    )
    spot.moved(-282).turned([(22, 150), (22, 190), (32, 214), (32, 224)], DARK, 0.2)
    plate(spot, rounded([(-234, 214), (-130, 214), (-130, 236), (-234, 236)], 6), third, 116)
    spot.stage.fill(
        spot.upright(rounded([(-204, 160), (-162, 160), (-162, 200), (-204, 200)], 6), z=51), (238, 226, 196)
    )
    plate(spot, rounded([(-108, 56), (-108, 132), (66, 132), (66, 56)], 10), second, 100)
    for x in (-70, -10, 40):
        spot.moved(x).turned(smooth_profile([(24, 130), (30, 150), (20, 176), (4, 182)]), (206, 170, 120), 0.2)
    plate(spot, rounded([(134, 56), (134, 170), (322, 170), (322, 56)], 10), third, 100)
    for x in (170, 246):
        spot.stage.fill(
            spot.upright(rounded([(x, 106), (x + 42, 106), (x + 42, 146), (x, 146)], 6), z=51),
            (238, 226, 196),
        )
    for x in (-128, 100):
        spot.stage.lay(spot.stage.strokes([spot.upright([(x - 20, 72), (x + 32, 72)], z=10)], 9), DARK)
    for x in (-286, -206, -66, 26, 186, 276):
        wheel(spot, x, 34, 38, WOOD, 62)


@standing("car")
def car(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.28)
    tone = look.tone
    spot.shadow(480, 150, 160)
    for x in (-130, 130):
        wheel(spot, x, 50, 50, lit(WOOD, 0.8), -60)
    body = [
        (-246, 66),
        (-250, 120),
        (-200, 156),
        (-120, 170),
        (-60, 246),
        (80, 250),
        (150, 176),
        (226, 150),
        (250, 104),
        (244, 62),
    ]
    mask = plate(spot, rounded(curve([*body, body[0]], 4), 6), tone, 130)
    window = [(-78, 172), (-40, 226), (66, 228), (112, 172)]
    hole = spot.stage.fill(spot.upright(rounded(window, 16), z=66), lit(WOOD, 1.05))
    spot.stage.soften(spot.upright([(-70, 230), (70, 230)], z=66), lit(WOOD, 0.2), 0.6, 6, hole, width=16)
    spot.stage.soften(spot.upright([(-230, 132), (-120, 158)], z=66), WHITE, 0.4, 6, mask, width=10)
    for x in (-130, 130):
        wheel(spot, x, 50, 54, WOOD, 74)


@standing("tops", paired=False)
def tops(spot: Spot, look: Look) -> None:
    for color, (x, z, size) in zip(look.parts(3), ((150, -150, 1.0), (-170, -10, 1.25), (110, 110, 0.8)), strict=True):
        one = spot.moved(x, z, size * 1.15)
        one.shadow(150, 150, 150)
        body = smooth_profile([(3, 0), (40, 40), (120, 100), (138, 136), (120, 158), (40, 172)], 5)
        one.turned(body, color, 0.35)
        one.band([(134, 122), (138, 134), (135, 146)], (244, 232, 206))
        one.disc(112, 160, lit(color, 1.02))
        stage = one.stage
        stage.lay(stage.strokes([one.ring(r, 161) for r in (54, 84)], 4), (244, 232, 206), 0.9)
        one.turned([(14, 160), (12, 250), (17, 262), (14, 270)], WOOD, 0.3)
