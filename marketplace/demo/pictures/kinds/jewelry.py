"""Small things of metal, and what else lies on a dressing table or a kitchen board."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import RGB, STEEL, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, lying
from marketplace.demo.pictures.sheets import Sheet, curve_leaf, panel
from marketplace.demo.pictures.stage import Wash

SILVER: RGB = (195, 199, 203)


def stone_slab(sheet: Sheet, look: Look, width: float = 520, height: float = 430) -> None:
    """Lay the slab of pale stone on which small things are shown."""
    outline = [
        (-width / 2, -height / 2 + 20),
        (-width * 0.2, -height / 2 - 8),
        (width / 2 - 20, -height / 2),
        (width / 2, height * 0.3),
        (width * 0.36, height / 2),
        (-width * 0.3, height / 2 + 6),
        (-width / 2 - 8, height * 0.26),
    ]
    color = mix(look.soft, WHITE, 0.45)
    mask = sheet.piece(rounded(outline, 34), color, 22, 0.1)
    veins = [
        curve([(-width / 2, -60 + 90 * i), (-80, -20 + 70 * i), (60, -70 + 80 * i), (width / 2, 10 + 60 * i)], 6)
        for i in (-1, 0, 1)
    ]
    sheet.lines(veins, 2.2, lit(color, 0.7), 0.35, mask)
    sheet.scatter(mask, lit(color, 0.75), 120, look.seed % 9, 2.0, 0.4)


def band(sheet: Sheet, rx: float, ry: float, width: float, color: RGB, hammered: bool = False) -> None:
    """Draw a ring that stands at a slant: its far half inside, its near half outside."""
    stage, w = sheet.stage, sheet.units(width)
    path = sheet.on(oval(0, 0, rx, ry, n=64))
    stage.soften([(x + 14, y + 20) for x, y in path], (44, 32, 30), 0.4, 9, width=w)
    mask = stage.strokes([path], w)
    stage.lay(mask, Wash(lit(color, 1.15), lit(color, 0.85), lit(color, 0.95), lit(color, 0.55)))
    for start, end, tone, alpha in (
        (3.4, 4.3, 1.7, 0.95),
        (5.0, 5.8, 0.25, 0.6),
        (0.3, 1.0, 1.55, 0.8),
        (1.5, 2.5, 0.2, 0.65),
        (2.7, 3.1, 1.6, 0.6),
    ):
        arc = sheet.on(oval(0, 0, rx, ry, start, end, 14))
        stage.soften(arc, lit(color, tone), alpha, max(1.5, w * 0.14), mask, width=w * 0.42)
    inner = sheet.on(oval(0, 0, rx - width * 0.42, ry - width * 0.42, n=64))
    stage.lay(stage.strokes([inner], max(1.2, w * 0.08)), lit(color, 0.3), 0.5, mask)
    if hammered:
        facets = [(*sheet.at(rx * cos(t), ry * sin(t)), w * 0.26) for t in [i * 0.21 for i in range(30)]]
        stage.lay(stage.specks(facets[::2]), lit(color, 1.6), 0.4, mask)
        stage.lay(stage.specks(facets[1::2]), lit(color, 0.4), 0.3, mask)


def gem(sheet: Sheet, x: float, y: float, radius: float, color: RGB, setting: RGB) -> None:
    """Draw a round stone in its setting."""
    sheet.disc(x, y, radius * 1.2, setting, 8, 0.3)
    mask = sheet.disc(x, y, radius, color, 0, 0.2)
    glow = sheet.on(oval(x + radius * 0.3, y + radius * 0.36, radius * 0.5, radius * 0.42, n=20))
    sheet.stage.soften(glow, lit(color, 1.5), 0.9, sheet.units(radius) * 0.22, mask)
    spark = sheet.on(oval(x - radius * 0.36, y - radius * 0.4, radius * 0.26, radius * 0.18, n=16))
    sheet.stage.soften(spark, WHITE, 1.0, max(0.8, sheet.units(radius) * 0.07), mask)


@lying("ring", stature="small", paired=False)
def ring(sheet: Sheet, look: Look) -> None:
    stone_slab(sheet, look)
    tone = look.tone
    if look.has("pair"):
        band(sheet.moved(76, -30, 1.0, 24), 132, 118, 40, lit(tone, 0.95), look.has("hammered"))
        band(sheet.moved(-70, 44, 1.0, -18), 118, 104, 34, tone, look.has("hammered"))
        return
    one = sheet.moved(0, 30, 1.1, -14)
    band(one, 148, 134, 26, tone)
    if look.has("stone"):
        gem(one, 0, -142, 54, look.color("stone", look.accent), tone)
        return
    for angle, size in ((-2.2, 1.0), (-1.3, 1.3), (-0.5, 0.9), (0.7, 1.1), (2.2, 0.9), (3.3, 0.8)):
        knot = one.moved(148 * cos(angle), 134 * sin(angle), size, angle * 180 / pi)
        knot.metal(curve([(-6, -20), (22, -12), (26, 8), (4, 20), (-14, 6), (-6, -20)], 4), tone, 5)
    for angle in (-1.6, 0.2):
        bud = one.moved(160 * cos(angle), 146 * sin(angle), 1.0, angle * 180 / pi + 30)
        bud.metal([*curve_leaf(64, 0.24), *((a, -b) for a, b in reversed(curve_leaf(64, 0.24)))], tone, 6)


@lying("necklace", stature="small", paired=False)
def necklace(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    path = curve(
        [
            (-20, -330),
            (-170, -300),
            (-240, -160),
            (-200, 0),
            (-96, 120),
            (0, 170),
            (96, 120),
            (200, 0),
            (250, -150),
            (180, -290),
            (40, -326),
        ],
        14,
    )
    _chain(sheet, path, tone)
    kind, stage = look.word("pendant", "disc"), sheet.stage
    if kind == "berries":
        stone = look.color("stone", look.accent)
        for x, y, r in ((-34, 186, 30), (30, 206, 36), (-10, 256, 32)):
            sheet.line([(0, 160), (x, y)], 5, lit(tone, 0.8))
            sheet.bead(x, y, r, stone, 10)
        leaf = sheet.moved(14, 160, 1.0, -20)
        leaf.metal([*curve_leaf(90, 0.26), *((a, -b) for a, b in reversed(curve_leaf(90, 0.26)))], tone, 6)
    elif kind == "pod":
        cone = [(0, 160), (52, 200), (62, 270), (36, 336), (0, 358), (-36, 336), (-62, 270), (-52, 200)]
        mask = sheet.puffed(curve([*cone, cone[0]], 6), tone, 14)
        for row in range(6):
            for column in range(4):
                x, y = -54 + column * 34 + (17 if row % 2 else 0), 200 + row * 27
                scale = sheet.on(curve([(x - 18, y), (x, y + 24), (x + 18, y), (x, y - 9), (x - 18, y)], 3))
                stage.lay(
                    stage.shape(scale),
                    Wash(lit(tone, 1.4), lit(tone, 0.9), lit(tone, 0.8), lit(tone, 0.4)),
                    0.85,
                    mask,
                )
    else:
        sheet.cord([(0, 164), (0, 196)], 8, tone, 3)
        mask = sheet.disc(0, 262, 76, tone, 12, 0.3)
        for index in range(30):
            a, r = index * 2.4, 68 * ((index + 1) / 30) ** 0.5
            spot = sheet.on(oval(r * cos(a), 262 + r * sin(a), 11, 11, n=14))
            stage.soften(spot, lit(tone, 1.5 if index % 2 else 0.5), 0.5, 3, mask)


def _chain(sheet: Sheet, path: list[Point], tone: RGB) -> None:
    stage = sheet.stage
    line = sheet.on(path)
    stage.soften([(x + 5, y + 8) for x, y in line], (44, 32, 30), 0.4, 4, width=sheet.units(7))
    dots = [(x, y, sheet.units(5.2)) for x, y in line]
    stage.lay(stage.specks(dots), lit(tone, 0.62))
    stage.lay(stage.specks([(x - 0.9, y - 1.2, r * 0.62) for x, y, r in dots]), lit(tone, 1.35))


@lying("earrings", stature="small", paired=False)
def earrings(sheet: Sheet, look: Look) -> None:
    card = sheet.moved(0, 0, 1.0, -5)
    card.piece(panel(0, 0, 460, 560, 14), mix(look.soft, WHITE, 0.6), 18)
    card.line([(-70, -230), (70, -230)], 4, look.ink, 0.6)
    card.line([(-36, -208), (36, -208)], 3, look.ink, 0.4)
    tone, shape = look.tone, look.word("shape", "drop")
    for x in (-108, 108):
        one = card.moved(x, 0, 1.0, 3 if x > 0 else -2)
        if shape == "hoop":
            band(one.moved(0, 30), 92, 108, 24, tone)
            one.disc(0, -80, 11, tone, 5)
        elif shape == "stud":
            one.metal([(0, 90), (-14, 40), (-70, -30), (70, -30), (14, 40)], tone, 10)
            one.disc(0, -34, 72, tone, 4, 0.3)
            one.disc(4, -30, 54, lit(tone, 0.6), 0, 0.2)
            for a in range(10):
                one.bead(66 * cos(a * 0.63), -34 + 66 * sin(a * 0.63), 13, tone, 3)
        else:
            one.cord(curve([(0, -50), (0, -120), (30, -140), (48, -116), (44, -70)], 6), 7, STEEL, 5)
            drop = [(0, -60), (30, 20), (58, 96), (40, 160), (0, 180), (-40, 160), (-58, 96), (-30, 20)]
            one.metal(curve([*drop, drop[0]], 6), tone, 14)
            spark = one.on(oval(-20, 110, 12, 28, n=16))
            one.stage.soften(spark, WHITE, 0.9, 4)


@lying("bracelet", stature="small", paired=False)
def bracelet(sheet: Sheet, look: Look) -> None:
    stone_slab(sheet, look, 620, 500)
    tone = look.tone
    if look.word("style") == "cuff":
        band(sheet.moved(0, 10, 1.0, -10), 196, 150, 74, tone)
        one = sheet.moved(0, 10, 1.0, -10)
        lines = [
            [(r * cos(t), r * 0.765 * sin(t)) for t in [a + i * 0.05 for i in range(5)]]
            for a, r in ((k * 0.47, 180 + (k * 13) % 36) for k in range(40))
        ]
        one.lines(lines, 4, (74, 52, 38), 0.6)
        for r in (158, 233):
            one.line(oval(0, 0, r, r * 0.765 + (0 if r < 200 else -1), n=60), 6, SILVER, 0.9)
        return
    one = sheet.moved(0, 10, 1.0, -14)
    band(one, 200, 158, 42, tone)
    twist = []
    for index in range(76):
        t = index * 2 * pi / 76
        twist.append([(181 * cos(t), 139 * sin(t)), (219 * cos(t + 0.13), 177 * sin(t + 0.13))])
    one.lines(twist, 4.4, lit(tone, 0.25), 0.6)
    one.lines([[(x + 4, y - 4) for x, y in pair] for pair in twist], 2.2, WHITE, 0.7)
    hook = one.moved(196, 60, 1.0, 60)
    hook.cord(curve([(-30, 0), (10, -24), (50, 0), (20, 26), (-10, 8)], 6), 15, tone, 6)


@lying("watch", turn=-14, stature="small", paired=False)
def watch(sheet: Sheet, look: Look) -> None:
    tone, dial, strap = look.tone, look.color("dial", WHITE), look.color("strap", (122, 75, 44))
    for top, bottom, taper in ((-380, -120, 0.8), (120, 380, 0.8)):
        outer, inner = (top, bottom) if top < 0 else (bottom, top)
        half = [(-84 * taper, outer), (84 * taper, outer), (92, inner), (-92, inner)]
        sheet.puffed(rounded(half, 18), strap, 18, 0.6)
        sheet.stitch([(-72 * taper, outer + (16 if top < 0 else -16)), (-80, inner)], lit(strap, 1.6), 3, 13)
        sheet.stitch([(72 * taper, outer + (16 if top < 0 else -16)), (80, inner)], lit(strap, 1.6), 3, 13)
        if top > 0:
            for y in (230, 270, 310):
                sheet.disc(0, y, 7, lit(strap, 0.2), 0)
    for x in (-86, 86):
        for y in (-150, 150):
            sheet.metal(panel(x, y, 30, 74, 10), tone, 8)
    sheet.puffed(panel(196, 0, 36, 44, 8), tone, 8, 0.5)
    band(sheet, 172, 172, 34, tone)
    face = sheet.disc(0, 0, 158, dial, 0, 0.12)
    ink = (30, 32, 34) if sum(dial) > 330 else (240, 236, 224)
    marks = []
    for hour in range(12):
        a = hour * pi / 6
        inner = 116 if hour % 3 == 0 else 130
        marks.append([(inner * sin(a), -inner * cos(a)), (146 * sin(a), -146 * cos(a))])
    sheet.lines(marks, 7, ink, 0.9, face)
    hands = [(0.95, 124, 6)] if look.has("one_hand") else [(-0.98, 78, 11), (1.05, 122, 8), (2.9, 130, 3)]
    for a, length, width in hands:
        line = [(-22 * sin(a), 22 * cos(a)), (length * sin(a), -length * cos(a))]
        sheet.stage.soften(sheet.on([(x + 4, y + 6) for x, y in line]), (30, 24, 22), 0.4, 3, face, width=width)
        sheet.line(line, width, look.accent if width == 3 else ink)
    sheet.bead(0, 0, 9, tone, 2)
    glare = sheet.on([(-150, -40), (-40, -150), (20, -150), (-150, 30)])
    sheet.stage.soften(glare, WHITE, 0.28, 6, face)


@lying("brooch", turn=-20, stature="small", paired=False)
def brooch(sheet: Sheet, look: Look) -> None:
    stone_slab(sheet.moved(0, 0, 1.0, 20), look)
    tone = look.tone
    band(sheet, 138, 128, 34, tone, True)
    sheet.cord([(-30, -300), (30, 310)], 17, tone, 14)
    sheet.metal(panel(-4, -140, 52, 54, 12), tone, 8)
    tip = [(-10, 300), (32, 296), (40, 360)]
    sheet.metal(tip, tone, 6)
    for angle in (-0.4, 3.4):
        sheet.bead(138 * cos(angle), 128 * sin(angle), 24, tone, 6)


@lying("brush", turn=-32, paired=False)
def brush(sheet: Sheet, look: Look) -> None:
    tone, bristle = look.tone, look.color("bristle", WHITE)
    long = look.has("long")
    cx = -190.0 if long else 0.0
    rx, ry = (146.0, 96.0) if long else (250.0, 126.0)
    tufts, tips = [], []
    for index in range(220 if long else 300):
        t = index * 2.39996
        r = (0.3 + 0.78 * ((index * 0.618) % 1)) ** 0.8
        x, y = cx + rx * r * cos(t), ry * r * sin(t)
        tufts.append([(x, y), (x + 26 * cos(t) * r + 10, y + 26 * sin(t) * r + 34)])
        tips.append(tufts[-1][1])
    sheet.drop([(x + 10, y + 30) for x, y in oval(cx, 0, rx * 1.12, ry * 1.2)], 16)
    sheet.lines(tufts, 5, lit(bristle, 0.66))
    sheet.lines(tufts[::2], 3.4, lit(bristle, 1.08))
    if long:
        handle = [
            (-64, -34),
            (60, -26),
            (240, -20),
            (350, -30),
            (372, 0),
            (350, 30),
            (240, 20),
            (60, 26),
            (-64, 34),
        ]
        shaft = sheet.puffed(curve([*handle, handle[0]], 5), tone, 12, 0.6)
        sheet.lines(
            [[(-60 + 42 * i, -10 + 9 * k + 2 * sin(i)) for i in range(11)] for k in range(3)],
            1.6,
            lit(tone, 0.5),
            0.4,
            shaft,
        )
        sheet.disc(342, 0, 11, lit(tone, 0.3), 0)
    back = sheet.puffed(oval(cx, -14, rx * 0.98, ry * 0.96), tone, 6, 0.8)
    sheet.lines(
        [
            [(cx - rx + rx * 2 * i / 10, -14 - ry * 0.7 + ry * 1.4 * k / 8 + 5 * sin(i * 0.7 + k)) for i in range(11)]
            for k in range(9)
        ],
        1.8,
        lit(tone, 0.5),
        0.36,
        back,
    )
    if not long:
        sheet.line([(cx - 60, -14), (cx + 60, -14)], 4, lit(tone, 0.45), 0.7, back)
    else:
        sheet.cord(curve([(352, 0), (392, -40), (410, 10), (372, 40), (346, 6)], 6), 7, (232, 222, 204), 4)


@lying("board", turn=-14, paired=False)
def board(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    mask = sheet.piece(panel(0, 0, 640, 440, 36), tone, 24)
    index = 0
    for row in range(6):
        y = -220 + row * 74
        x = -330.0 - (row * 53) % 90
        while x < 330:
            width = 96 + (index * 37) % 60
            shade = 0.93 + 0.05 * ((index * 7) % 4)
            cell = sheet.stage.shape(sheet.on([(x, y), (x + width, y), (x + width, y + 74), (x, y + 74)]))
            sheet.stage.lay(cell, lit(tone, shade), 0.8, mask)
            x, index = x + width, index + 1
    sheet.scatter(mask, lit(tone, 0.6), 420, 3, 2.0, 0.22)
    groove = panel(0, 0, 572, 372, 26)
    sheet.line([*groove, groove[0]], 15, lit(tone, 0.66), 0.75, mask)
    sheet.line([(a + 2, b + 4) for a, b in [*groove, groove[0]]], 3, lit(tone, 1.35), 0.6, mask)
    sheet.disc(-256, 0, 21, lit(tone, 0.3), 0)
    loaf = sheet.moved(40, -10, 1.0, 22)
    crust: RGB = (176, 112, 60)
    body = loaf.puffed(
        curve(
            [
                (-180, 0),
                (-140, -92),
                (0, -112),
                (140, -92),
                (184, 0),
                (140, 92),
                (0, 112),
                (-140, 92),
                (-180, 0),
            ],
            6,
        ),
        crust,
        22,
    )
    for x in (-84, 0, 84):
        cut = curve([(x - 30, 64), (x - 4, 0), (x + 36, -60)], 6)
        loaf.line(cut, 26, (232, 200, 150), 0.9, body)
        loaf.stage.soften(loaf.on([(a + 9, b) for a, b in cut]), lit(crust, 0.3), 0.5, 5, body, width=8)
    loaf.scatter(body, (246, 234, 212), 120, 5, 2.6, 0.6)


@lying("knives", turn=-8, paired=False)
def knives(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    cloth = sheet.moved(0, 10, 1.0, 18)
    fabric = cloth.piece(panel(0, 0, 520, 520, 8), mix(look.soft, WHITE, 0.4), 8)
    cloth.weave(fabric, "linen", mix(look.soft, WHITE, 0.4), 9, 0.4)
    for index, (x, turn) in enumerate(((-180, -9), (-62, -3), (58, 4), (176, 9))):
        one = sheet.moved(x, 8 * (index % 2), 1.0, turn)
        outline: list[Point] = [
            (0, -310),
            (46, -260),
            (56, -150),
            (34, -50),
            (22, 20),
            (26, 180),
            (30, 290),
            (0, 320),
            (-30, 290),
            (-26, 180),
            (-22, 20),
            (-30, -60),
            (-36, -180),
            (-24, -280),
        ]
        color = mix(tone, WOOD, 0.2 * (index % 3))
        mask = one.puffed(curve([*outline, outline[0]], 6), color, 14, 0.6)
        one.lines(
            [[(-24 + 12 * k + 4 * sin(y * 0.02 + k + index), y) for y in range(-300, 320, 40)] for k in range(5)],
            1.8,
            lit(color, 0.5),
            0.4,
            mask,
        )
        one.stage.soften(one.on([(-18, -270), (-26, -120)]), WHITE, 0.4, 6, mask, width=9)
