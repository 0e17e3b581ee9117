"""Things with a plug or a cell."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import BRASS, RGB, STEEL, WHITE, lit, mix
from marketplace.demo.pictures.geometry import curve, oval, rounded
from marketplace.demo.pictures.look import Look, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Box, Camera, Spot, smooth_profile
from marketplace.demo.pictures.stage import Wash

DARK: RGB = (44, 47, 51)


@lying("headphones", turn=-10)
def headphones(sheet: Sheet, look: Look) -> None:
    tone, pads = look.tone, look.color("pads", DARK)
    trim = look.color("trim", STEEL)
    big = 1.12 if look.has("big") else 1.0
    arc = [
        (-232, 60),
        (-238, -90),
        (-190, -230),
        (-80, -312),
        (0, -324),
        (80, -312),
        (190, -230),
        (238, -90),
        (232, 60),
    ]
    sheet.cord(curve(arc, 7), 44, tone, 12)
    sheet.cord(curve(arc[2:7], 7), 58, pads, 6)
    sheet.stitch(curve(arc[2:7], 6), lit(pads, 1.5), 2.2, 12, 0.7)
    for side in (-1, 1):
        sheet.cord([(side * 234, -60), (side * 236, 70)], 18, trim, 6)
        cup = oval(side * 206, 150, 82 * big, 142 * big)
        sheet.puffed([(x - side * 42, y + 6) for x, y in cup], pads, 16)
        shell = sheet.puffed(oval(side * 236, 146, 74 * big, 128 * big), tone, 10, 0.8)
        sheet.disc(side * 240, 146, 46, lit(tone, 0.9), 0, 0.16)
        sheet.line(oval(side * 240, 146, 46, 46), 3, trim, 0.9)
        sheet.stage.soften(sheet.on([(side * 236 - 34, 60), (side * 236 - 48, 140)]), WHITE, 0.45, 7, shell, width=12)
        sheet.disc(side * 240, 146, 9, trim, 0)


@lying("earbuds", turn=-12, paired=False)
def earbuds(sheet: Sheet, look: Look) -> None:
    tone, inner = look.tone, look.color("inner", DARK)
    sheet.puffed(panel(-20, -150, 420, 210, 92), lit(tone, 0.98), 18, 0.8)
    sheet.puffed(panel(-20, 60, 430, 260, 100), tone, 20, 0.7)
    sheet.piece(panel(-20, 30, 350, 170, 74), lit(inner, 0.95), 0)
    sheet.line([(-130, -58), (90, -58)], 10, lit(tone, 0.75))
    sheet.disc(-20, 160, 6, (120, 190, 130), 0)
    for x, y, turn in ((-110, 30, 0), (70, 30, 0)):
        bud = sheet.moved(x, y, 1, turn)
        bud.puffed(oval(0, -16, 50, 50), tone, 8, 0.9)
        bud.puffed(panel(0, 40, 34, 96, 17), tone, 5, 0.7)
        bud.disc(0, -16, 18, inner, 0)
    out = sheet.moved(290, 210, 1.15, 38)
    out.puffed(panel(0, 52, 38, 116, 19), tone, 12, 0.7)
    out.puffed(oval(0, -24, 58, 56), tone, 12)
    out.puffed(oval(-34, -34, 34, 36), inner, 8)
    out.disc(-38, -36, 12, lit(inner, 0.4), 0)


@standing("speaker", yaw=-24)
def speaker(spot: Spot, look: Look) -> None:
    if look.word("shape") == "shelf":
        for x, z in ((160, -140), (-150, 60)):
            one = spot.moved(x, z, 1.06)
            one.shadow_of([(-130, 0, -130), (130, 0, -130), (130, 0, 130), (-130, 0, 130)], 420)
            box = one.box(264, 440, 250, look.tone, radius=8)
            for face in ("side", "top"):
                box.grain(face, look.tone, 8, 0.35, int(x))
            box.patch("front", [(0.03, 0.02), (0.97, 0.02), (0.97, 0.98), (0.03, 0.98)], DARK, 8)
            _cone(box, 0.5, 0.24, 52, look.color("trim", STEEL), DARK)
            _cone(box, 0.5, 0.64, 102, look.color("trim", STEEL), (206, 196, 178))
        return
    spot = spot.moved(size=1.35)
    spot.shadow_of([(-165, 0, -72), (165, 0, -72), (165, 0, 72), (-165, 0, 72)], 300)
    tone, trim = look.tone, look.color("trim", look.accent)
    box = spot.box(330, 330, 140, tone, radius=52)
    box.patch("front", rounded([(0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94)], 0.14), lit(tone, 0.82))
    stage = spot.stage
    dots = []
    for row in range(19):
        for column in range(19):
            u, v = 0.1 + column * 0.0445 + 0.022 * (row % 2), 0.1 + row * 0.0445
            if (u - 0.5) ** 2 + (v - 0.5) ** 2 < 0.155:
                dots.append((*box.on("front", [(u, v)])[0], 2.7))
    stage.lay(stage.specks(dots), lit(tone, 0.2), 0.85, box.masks["front"])
    loop = [(120, 320), (170, 380), (214, 330), (196, 250)]
    stage.lay(stage.strokes([spot.upright(curve(loop, 6))], spot.units(15)), lit(trim, 0.95))
    box.round("front", 0.86, 0.88, 7, trim)


def _cone(box: Box, u: float, v: float, radius: float, ring: RGB, cone: RGB) -> None:
    box.round("front", u, v, radius * 1.1, lit(ring, 0.9))
    box.round("front", u, v, radius, lit(DARK, 0.7))
    box.round("front", u, v, radius * 0.88, lit(cone, 0.85))
    box.round("front", u + 0.01, v + 0.006, radius * 0.62, lit(cone, 0.68))
    box.round("front", u - 0.006, v - 0.004, radius * 0.32, lit(cone, 1.02))


@standing("radio", yaw=-22, paired=False)
def radio(spot: Spot, look: Look) -> None:
    tone, grille, knob = look.tone, look.color("grille", WHITE), look.color("knob", DARK)
    old = look.has("old")
    spot = spot.moved(size=1.14)
    width, height, depth = (590.0, 370.0, 220.0) if old else (540.0, 320.0, 210.0)
    spot.shadow_of(
        [
            (-width / 2, 0, -depth / 2),
            (width / 2, 0, -depth / 2),
            (width / 2, 0, depth / 2),
            (-width / 2, 0, depth / 2),
        ],
        height,
    )
    box = spot.box(width, height, depth, tone, y=10, radius=34 if old else 18)
    box.grain("top", tone, 7, 0.3)
    box.grain("side", tone, 8, 0.3)
    box.grain("front", tone, 12, 0.25)
    stage = spot.stage
    if old:
        box.patch("front", rounded([(0.06, 0.08), (0.94, 0.08), (0.94, 0.6), (0.06, 0.6)], 0.05), lit(grille, 0.9))
        lines = [box.on("front", [(0.06 + 0.0147 * i, 0.08), (0.06 + 0.0147 * i, 0.6)]) for i in range(61)]
        stage.lay(stage.strokes(lines, 1.6, round_ends=False), lit(grille, 0.4), 0.4, box.masks["front"])
        box.patch("front", [(0.22, 0.66), (0.78, 0.66), (0.78, 0.9), (0.22, 0.9)], (66, 48, 30), 8)
        box.patch("front", [(0.24, 0.69), (0.76, 0.69), (0.76, 0.87), (0.24, 0.87)], (244, 214, 150), 6)
        ticks = [
            box.on("front", [(0.27 + 0.0145 * i, 0.74), (0.27 + 0.0145 * i, 0.79 if i % 4 else 0.83)])
            for i in range(32)
        ]
        stage.lay(stage.strokes(ticks, 1.6, round_ends=False), (96, 60, 30), 0.8)
        box.patch("front", [(0.56, 0.69), (0.566, 0.69), (0.566, 0.87), (0.56, 0.87)], (190, 60, 40))
        spots = ((0.13, 30.0), (0.87, 30.0))
    else:
        box.patch("front", rounded([(0.05, 0.09), (0.64, 0.09), (0.64, 0.91), (0.05, 0.91)], 0.04), grille)
        lines = [box.on("front", [(0.05, 0.13 + 0.046 * i), (0.64, 0.13 + 0.046 * i)]) for i in range(17)]
        stage.lay(stage.strokes(lines, 4.2, round_ends=False), lit(grille, 0.5), 0.42, box.masks["front"])
        box.patch("front", [(0.69, 0.12), (0.94, 0.12), (0.94, 0.34), (0.69, 0.34)], (38, 42, 44), 8)
        box.patch("front", [(0.72, 0.19), (0.84, 0.19), (0.84, 0.26), (0.72, 0.26)], (232, 196, 120), 2)
        spots = ((0.755, 26.0), (0.875, 26.0))
    for u, radius in spots:
        v = 0.78 if old else 0.62
        box.round("front", u + 0.008, v + 0.016, radius * 1.1, lit(tone, 0.4))
        box.round("front", u, v, radius, knob)
        box.round("front", u - 0.002, v - 0.004, radius * 0.74, lit(knob, 1.15))
        x, y = box.on("front", [(u, v)])[0]
        stage.line([(x, y - radius * 0.2), (x + radius * 0.3, y - radius * 0.72)], 4, WHITE)
    if not old:
        box.round("front", 0.815, 0.84, 13, look.accent)


@standing("keyboard", yaw=-20, paired=False, low=True)
def keyboard(spot: Spot, look: Look) -> None:
    tone, keys, accent = look.tone, look.color("keys", WHITE), look.color("accent", look.accent)
    # A keyboard is looked at from well above, or its keys hide each other.
    camera = Camera(min(0.72, spot.camera.pitch + 0.2), spot.camera.ground, spot.camera.zoom)
    spot = Spot(spot.stage, camera, spot.x, spot.z - 40 * spot.size, spot.size * 1.06, spot.yaw)
    spot.shadow_of([(-345, 0, -130), (345, 0, -130), (345, 0, 130), (-345, 0, 130)], 70)
    spot.box(690, 40, 264, tone, radius=16)
    for row, (start, widths) in enumerate(_ROWS):
        x = -330 + start
        for index, width in enumerate(widths):
            color = keys
            if (row, index) in ((0, 0), (2, len(widths) - 1)):
                color = accent
            elif index in (0, len(widths) - 1) or row == 4:
                color = mix(keys, tone, 0.75)
            cap = width * 44 - 5
            spot.box(cap, 22, 40, color, x=x + width * 22, y=40, z=-97 + row * 48, radius=8, side=lit(color, 0.92))
            x += width * 44


_ROWS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0, (1,) * 13 + (2,)),
    (0, (1.5,) + (1,) * 12 + (1.5,)),
    (0, (1.75,) + (1,) * 11 + (2.25,)),
    (0, (2.25,) + (1,) * 10 + (1.75, 1)),
    (0, (1.25, 1.25, 1.25, 6.25, 1.25, 1.25, 1.25, 1.25)),
)


@lying("mouse", turn=-16, paired=False)
def mouse(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", look.accent)
    body = [
        (-20, -300),
        (90, -280),
        (170, -170),
        (196, 20),
        (176, 200),
        (90, 300),
        (-40, 312),
        (-150, 250),
        (-190, 90),
        (-178, -110),
        (-120, -250),
    ]
    outline = curve([*body, body[0]], 7)
    mask = sheet.puffed(outline, tone, 26)
    thumb = [(-178, -110), (-96, -90), (-60, 60), (-90, 220), (-150, 250), (-190, 90)]
    sheet.stage.lay(sheet.stage.shape(sheet.on(curve([*thumb, thumb[0]], 6))), lit(tone, 0.6), 0.55, mask)
    sheet.lines([[(30, -296), (40, -180), (44, -20)], [(-80, -20), (44, -20), (194, 0)]], 4, lit(tone, 0.2), 0.8, mask)
    sheet.puffed(panel(36, -170, 34, 96, 17), trim, 4)
    sheet.lines([[(22, -206 + 14 * i), (50, -206 + 14 * i)] for i in range(6)], 3, lit(trim, 0.5), 0.8)
    for y in (-20, 50):
        sheet.puffed(panel(-132, y, 26, 58, 12), lit(tone, 1.1), 3)


@standing("microphone", paired=False)
def microphone(spot: Spot, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", look.accent)
    spot = spot.moved(size=1.08)
    spot.shadow(280, 280, 420)
    spot.turned([(142, 0), (146, 4), (146, 22), (134, 30)], tone, 0.3)
    spot.disc(134, 30, tone, 1.0)
    spot.rod((0, 30, 0), (0, 210, 0), 26, STEEL)
    spot.turned([(104, 196), (110, 204), (110, 250)], lit(tone, 0.8), 0.3)
    spot.turned([(112, 246), (112, 270)], trim, 0.3)
    body = spot.turned(
        smooth_profile([(108, 270), (110, 280), (110, 470), (94, 540), (50, 574), (4, 582)]),
        lit(STEEL, 0.85),
        0.35,
    )
    stage = spot.stage
    lines = [spot.ring(110, 284 + 13 * i, 0, pi, 20) for i in range(15)]
    lines += [
        [spot.ring(110, 276, a, a, 1)[0], spot.ring(110, 470, a, a, 1)[0]] for a in [pi * i / 26 for i in range(27)]
    ]
    lines += [spot.ring(r, y, 0, pi, 20) for r, y in ((106, 490), (100, 512), (90, 534), (74, 552))]
    stage.lay(stage.strokes(lines, 2.2, round_ends=False), lit(tone, 0.3), 0.6, body)
    x, y = spot.ring(146, 14, pi / 2, pi / 2, 1)[0]
    stage.fill(rounded([(x - 22, y - 5), (x + 22, y - 5), (x + 22, y + 5), (x - 22, y + 5)], 5), lit(tone, 0.3))
    stage.fill(oval(x + 12, y, 6, 6), trim)


@standing("charger", yaw=-30, paired=False)
def charger(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.55)
    tone, trim = look.tone, look.color("trim", look.accent)
    spot.shadow_of([(-100, 0, -105), (100, 0, -105), (100, 0, 105), (-100, 0, 105)], 210)
    box = spot.box(200, 260, 200, tone, radius=30)
    for v in (0.26, 0.46):
        box.patch("front", rounded([(0.3, v), (0.7, v), (0.7, v + 0.08), (0.3, v + 0.08)], 0.06), lit(DARK, 0.8))
        box.patch(
            "front",
            rounded([(0.36, v + 0.03), (0.64, v + 0.03), (0.64, v + 0.05), (0.36, v + 0.05)], 0.01),
            STEEL,
        )
    box.patch("front", [(0.24, 0.66), (0.76, 0.66), (0.76, 0.78), (0.24, 0.78)], lit(DARK, 0.8), 3)
    box.patch("front", [(0.28, 0.72), (0.72, 0.72), (0.72, 0.76), (0.28, 0.76)], lit(trim, 0.95), 1)
    box.round("front", 0.5, 0.12, 5, trim)
    for x in (-34, 34):
        spot.rod((x, 262, -20), (x, 312, -20), 20, STEEL)


@standing("powerbank", yaw=-26, paired=False, low=True)
def powerbank(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.2)
    tone, trim = look.tone, look.color("trim", STEEL)
    spot.shadow_of([(-240, 0, -130), (240, 0, -130), (240, 0, 130), (-240, 0, 130)], 110)
    box = spot.box(500, 116, 262, tone, radius=26)
    for u, v in ((0.06, 0.12), (0.94, 0.12), (0.06, 0.88), (0.94, 0.88)):
        box.round("top", u, v, 13, lit(trim, 0.9))
        x, y = box.on("top", [(u, v)])[0]
        spot.stage.line([(x - 5, y - 2), (x + 5, y + 2)], 2.6, lit(DARK, 0.8))
    box.patch("top", rounded([(0.36, 0.34), (0.64, 0.34), (0.64, 0.66), (0.36, 0.66)], 0.05), lit(tone, 0.88))
    for index in range(4):
        box.round("front", 0.14 + index * 0.06, 0.5, 7, (240, 232, 190) if index < 3 else lit(tone, 0.6))
    for u in (0.6, 0.78):
        box.patch("front", rounded([(u, 0.38), (u + 0.12, 0.38), (u + 0.12, 0.62), (u, 0.62)], 0.02), lit(DARK, 0.7))


@lying("cable", turn=6)
def cable(sheet: Sheet, look: Look) -> None:
    tone, plug = look.tone, look.color("plug", STEEL)
    coil = []
    for step in range(140):
        angle = step * 0.17
        radius = 176 + 44 * (step / 140) + 10 * sin(angle * 0.5)
        coil.append((radius * cos(angle), -20 + radius * 0.98 * sin(angle)))
    start = [(-40, 300), (60, 290), (150, 200)]
    line = [
        *curve([(-190, 330), *start, coil[4]], 8),
        *coil[4:],
        *curve([coil[-1], (232, 20), (290, -150), (262, -300)], 8),
    ]
    sheet.cord(line, 19, tone, 6)
    dashes = [[line[i], (line[i][0] + 5, line[i][1] + 5)] for i in range(0, len(line), 2)]
    sheet.lines(dashes, 3, lit(tone, 1.4), 0.55)
    for x, y, turn in ((-206, 330, -90), (258, -318, -8)):
        end = sheet.moved(x, y, 1, turn)
        end.puffed(panel(0, 0, 42, 66, 10), lit(DARK, 1.0), 8, 0.6)
        end.metal(panel(0, -52, 26, 44, 7), plug, 5)
    strap = sheet.moved(4, 186, 1, 4)
    strap.puffed(panel(0, 0, 56, 128, 8), BRASS if tone != BRASS else DARK, 10, 0.6)


@lying("bikelight", turn=-24, paired=False)
def bikelight(sheet: Sheet, look: Look) -> None:
    tone, lens = look.tone, look.color("lens", (255, 243, 207))
    stage = sheet.stage
    if look.has("small"):
        stage.soften(sheet.on(oval(0, 0, 260, 300)), lens, 0.35, 80)
        sheet.puffed(panel(0, 0, 270, 420, 110), tone, 22, 0.9)
        glass = sheet.puffed(panel(0, -20, 200, 290, 84), lens, 0, 0.7)
        for row in range(5):
            for column in range(3):
                x, y = (column - 1) * 54, -20 + (row - 2) * 52
                stage.soften(sheet.on(oval(x, y, 15, 15)), (255, 226, 206), 0.95, 5, glass)
        sheet.puffed(panel(0, 174, 90, 30, 14), lit(tone, 1.25), 3)
        return
    stage.soften(sheet.on([(-150, -200), (150, -200), (330, -640), (-330, -640)]), lens, 0.75, 60)
    sheet.puffed(panel(0, 70, 216, 420, 60), tone, 24, 0.9)
    sheet.metal(panel(0, -170, 256, 120, 26), mix(tone, STEEL, 0.35), 10)
    sheet.piece(panel(0, -238, 236, 26, 12), lit(lens, 1.2), 0)
    sheet.lines([[(-106, y), (106, y)] for y in (-120, -60, -36, -12)], 5, lit(tone, 0.3), 0.8)
    sheet.puffed(oval(0, 90, 34, 34), lit(tone, 1.2), 3)
    sheet.disc(0, 90, 9, (130, 200, 140), 0)
    sheet.piece(panel(0, 232, 120, 26, 12), look.accent, 2)


@standing("bell", paired=False)
def bell(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.3)
    tone = look.tone
    stage = spot.stage
    spot.shadow(380, 200, 160)
    bar = (60, 62, 64)
    spot.rod((-330, 60, 0), (330, 60, 0), 58, bar)
    strap = (122, 75, 44)
    spot.rod((-44, 60, 0), (44, 60, 0), 66, strap)
    spot.turned([(30, 80), (34, 120)], STEEL, 0.4)
    dome = smooth_profile([(178, 112), (182, 126), (174, 190), (140, 260), (84, 306), (30, 322), (4, 324)], 5)
    mask = spot.turned(dome, tone, 0.7)
    spot.sheen(dome, mask, 0.5, 0.28, 0.4)
    stage.lay(stage.strokes([spot.ring(181, 124, 0.05, pi - 0.05)], 4), lit(tone, 1.35), 0.9)
    spot.turned(smooth_profile([(20, 322), (24, 334), (14, 350), (2, 354)]), lit(tone, 0.85), 0.6)
    lever = spot.upright(curve([(150, 100), (214, 96), (250, 128)], 6), z=60)
    stage.lay(stage.strokes([lever], spot.units(18)), lit(STEEL, 0.85))
    stage.fill(oval(*lever[-1], 17, 17), Wash(lit(tone, 1.3), tone, tone, lit(tone, 0.6)))
