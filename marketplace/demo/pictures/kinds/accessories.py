"""Hats, scarves, socks, gloves and shoes."""

from __future__ import annotations

from math import pi, sin

from marketplace.demo.pictures.color import LEATHER, RGB, WHITE, WOOD, lit
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot, smooth_profile


@lying("scarf", turn=-4, paired=False)
def scarf(sheet: Sheet, look: Look) -> None:
    tone, second = look.tone, look.color("second", look.soft)
    for points in ([(-60, 40), (-106, 300)], [(96, 20), (150, 280)]):
        _tail(sheet, points[0], points[1], tone, second)
    ring = [(-210, -120), (-130, -270), (20, -310), (170, -250), (220, -100), (140, 20), (0, 60), (-140, 10)]
    mask = sheet.puffed(curve([*ring, ring[0]], 7), tone, 26, 0.8)
    sheet.weave(mask, "knit", tone, 14, 0.3)
    for offset in (-60, 0, 60):
        band = [(-230, -60 + offset), (-60, -10 + offset), (110, -20 + offset), (240, -100 + offset)]
        sheet.fold(curve(band, 5), mask, tone, 20, 0.5)
    sheet.line(curve([(-226, -110), (-60, -40), (120, -60), (232, -150)], 6), 22, second, 0.9, mask)
    hole = [(-110, -170), (-20, -230), (100, -200), (130, -140), (20, -110), (-80, -120)]
    sheet.stage.lay(sheet.stage.shape(sheet.on(curve([*hole, hole[0]], 6))), lit(tone, 0.28), 0.92, mask)
    for path in ([(-140, -250), (-20, -290), (130, -250)],):
        sheet.fold(curve(path, 5), mask, tone, 16, 0.4)


def _tail(sheet: Sheet, start: Point, end: Point, tone: RGB, second: RGB) -> None:
    (x0, y0), (x1, y1) = start, end
    strip = [(x0 - 74, y0), (x0 + 74, y0 - 10), (x1 + 80, y1 - 12), (x1 - 80, y1 + 4)]
    fringe = [[(x1 - 76 + i * 15.4, y1 + 2 - i), (x1 - 80 + i * 16 + 5 * sin(i * 2.0), y1 + 54 - i)] for i in range(11)]
    sheet.lines(fringe, 6, lit(second, 0.95))
    mask = sheet.piece(strip, tone, 14)
    for share in (0.55, 0.68, 0.81):
        y = y0 + (y1 - y0) * share
        x = x0 + (x1 - x0) * share
        sheet.line([(x - 90, y + 2), (x + 90, y - 10)], 20, second, 0.95, mask)
    sheet.weave(mask, "knit", tone, 14, 0.32)
    sheet.fold([(x0 + 20, y0), (x1 + 26, y1)], mask, tone, 16, 0.4)


@lying("snood", turn=6, paired=False)
def snood(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    outer = [
        (-280, -40),
        (-240, -200),
        (-60, -280),
        (130, -266),
        (266, -160),
        (286, 20),
        (230, 190),
        (60, 276),
        (-140, 260),
        (-260, 130),
    ]
    mask = sheet.puffed(curve([*outer, outer[0]], 6), tone, 26, 0.8)
    sheet.weave(mask, "waffle", tone, 17, 0.34)
    hole = [(-130, -60), (-40, -140), (90, -124), (140, -30), (60, 50), (-70, 44)]
    sheet.stage.lay(sheet.stage.shape(sheet.on(curve([*hole, hole[0]], 6))), lit(tone, 0.3), 0.95, mask)
    sheet.stage.soften(sheet.on(curve([*hole, hole[0]], 6)), lit(tone, 0.1), 0.5, 16, mask, width=18)
    for path in (
        [(-270, 20), (-120, 110), (60, 120), (270, 30)],
        [(-200, -190), (-20, -226), (180, -180)],
        [(-190, 190), (0, 210), (190, 150)],
    ):
        sheet.fold(curve(path, 6), mask, tone, 24, 0.5)


@lying("socks", turn=-10, paired=False)
def socks(sheet: Sheet, look: Look) -> None:
    tone, second = look.tone, look.color("second", look.accent)
    for x, y, turn in ((90, -20, 12), (-90, 20, -4)):
        one = sheet.moved(x, y, 1.0, turn)
        outline = [
            (-84, -300),
            (84, -300),
            (88, -60),
            (110, 60),
            (190, 150),
            (210, 240),
            (130, 290),
            (10, 250),
            (-70, 130),
            (-92, -20),
        ]
        mask = one.puffed(rounded(curve([*outline, outline[0]], 4), 6), tone, 18, 0.7)
        one.weave(mask, "knit", tone, 13, 0.34)
        for shape in (
            [(-100, -320), (100, -320), (100, -258), (-100, -258)],
            [(-120, 60), (-40, 40), (30, 130), (-60, 220)],
            [(120, 130), (240, 130), (230, 310), (90, 300)],
        ):
            one.stage.lay(one.stage.shape(one.on(shape)), lit(second, 0.95), 0.92, mask)
        one.lines([[(-84 + 12 * i, -240), (-86 + 12.4 * i, -20)] for i in range(15)], 4, lit(tone, 0.4), 0.4, mask)
        one.lines([[(-84 + 12 * i, -300), (-84 + 12 * i, -258)] for i in range(15)], 4, lit(second, 0.5), 0.5, mask)


@lying("mittens", turn=0, paired=False)
def mittens(sheet: Sheet, look: Look) -> None:
    tone, second = look.tone, look.color("second", look.soft)
    sheet.cord(curve([(-150, 250), (-90, 330), (60, 300), (20, 200), (150, 330), (156, 250)], 8), 9, second, 3)
    for side, turn in ((-1, -10), (1, 10)):
        one = sheet.moved(side * 152, 0, 1.0, turn)
        hand = [(-90, 150), (-104, -60), (-80, -210), (0, -280), (84, -210), (104, -40), (92, 150)]
        thumb = [
            (-side * 84, 90),
            (-side * 150, 10),
            (-side * 186, -70),
            (-side * 150, -110),
            (-side * 110, -60),
            (-side * 70, 10),
        ]
        shape = one.puffed(curve([*thumb, thumb[0]], 5), tone, 12, 0.6)
        one.weave(shape, "knit", tone, 14, 0.32)
        mask = one.puffed(rounded(curve([*hand, hand[0]], 5), 4), tone, 16, 0.7)
        one.weave(mask, "knit", tone, 14, 0.32)
        for y in (-70, -30, 10):
            one.lines([[(x, y), (x + 15, y - 16), (x + 30, y)] for x in range(-105, 100, 30)], 6, second, 0.9, mask)
        cuff = one.puffed(panel(0, 200, 168, 112, 12), second, 8, 0.5)
        one.lines([[(-78 + 12 * i, 146), (-78 + 12 * i, 254)] for i in range(14)], 4, lit(second, 0.5), 0.6, cuff)


@standing("beanie")
def beanie(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.12)
    tone = look.tone
    spot.shadow(430, 430, 260)
    dome = smooth_profile([(204, 90), (210, 160), (196, 250), (150, 330), (80, 382), (4, 396)], 5)
    mask = spot.turned(dome, tone, 0.0)
    stage = spot.stage
    ribs = []
    for index in range(25):
        angle = pi * (index + 0.5) / 25
        ribs.append([spot.ring(r, y, angle, angle, 1)[0] for r, y in dome])
    stage.lay(stage.strokes(ribs, 4.2, round_ends=False), lit(tone, 0.3), 0.5, mask)
    stage.lay(
        stage.strokes([[(x - 5, y) for x, y in rib] for rib in ribs], 3.2, round_ends=False),
        lit(tone, 1.25),
        0.3,
        mask,
    )
    brim = smooth_profile([(206, 0), (226, 10), (232, 70), (228, 124), (210, 138)])
    cuff = spot.band(brim, lit(tone, 1.02))
    folds = [[spot.ring(r, y, a, a, 1)[0] for r, y in brim] for a in [pi * (i + 0.5) / 30 for i in range(30)]]
    stage.lay(stage.strokes(folds, 5.4, round_ends=False), lit(tone, 0.3), 0.5, cuff)
    if look.has("bobble"):
        color = look.color("bobble", WHITE)
        center = spot.at(0, 430)
        radius = spot.units(74)
        stage.soften(oval(center[0] + 10, center[1] + 20, radius, radius), (44, 32, 30), 0.3, 14, mask)
        hairs = []
        for index in range(180):
            angle = index * 2.39996
            reach = radius * (0.35 + 0.72 * ((index * 0.618) % 1))
            hairs.append(
                [
                    (center[0] + 0.6 * reach * sin(angle), center[1] + 0.6 * reach * sin(angle + pi / 2)),
                    (center[0] + reach * sin(angle), center[1] + reach * sin(angle + pi / 2)),
                ]
            )
        stage.fill(oval(*center, radius * 0.9, radius * 0.9), lit(color, 0.84))
        stage.lay(stage.strokes(hairs[::2], 4), lit(color, 1.04))
        stage.lay(stage.strokes(hairs[1::4], 3), lit(color, 0.66), 0.7)
    else:
        spot.moved(0, 60).stage.fill(
            spot.upright(rounded([(60, 96), (124, 92), (124, 48), (60, 52)], 4), z=214), LEATHER
        )


@lying("cap", turn=-8, paired=False)
def cap(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", look.accent)
    peak = [(-150, 86), (-250, 92), (-352, 140), (-366, 172), (-300, 182), (-160, 168), (20, 160), (20, 96)]
    bill = sheet.puffed(curve([*peak, peak[0]], 6), lit(tone, 0.94), 20, 0.6)
    sheet.weave(bill, "herringbone", tone, 15, 0.3)
    sheet.stitch(curve([(-150, 148), (-260, 158), (-338, 160)], 6), WHITE, 2.4, 10, 0.5)
    crown = [
        (-214, 110),
        (-246, 0),
        (-222, -130),
        (-110, -226),
        (40, -252),
        (200, -200),
        (292, -70),
        (300, 60),
        (270, 128),
    ]
    outline = [*curve([*crown, (270, 128)], 7), (120, 146), (-60, 140)]
    mask = sheet.puffed(outline, tone, 14, 0.8)
    sheet.weave(mask, "herringbone", tone, 15, 0.36)
    for inner, outer in (((-120, -216), (-150, 120)), ((70, -250), (60, 140))):
        seam = curve([inner, ((inner[0] + outer[0]) / 2 - 34, -60), outer], 8)
        sheet.line(seam, 3, lit(tone, 0.3), 0.7, mask)
        sheet.stitch([(x + 11, y) for x, y in seam], lit(tone, 1.5), 2.2, 10, 0.5)
    band = [(-240, 92), (-60, 112), (120, 116), (288, 96), (276, 134), (120, 152), (-60, 146), (-216, 124)]
    sheet.stage.lay(sheet.stage.shape(sheet.on(curve([*band, band[0]], 5))), lit(trim, 0.96), 0.95, mask)
    sheet.bead(34, -250, 17, trim, 4)


@lying("shoes", turn=-14, paired=False)
def shoes(sheet: Sheet, look: Look) -> None:
    tone, sole = look.tone, look.color("sole", WOOD)
    loafer = look.word("style") == "loafer"
    for side, y, turn in ((1, 14, 7), (-1, -14, -4)):
        one = sheet.moved(side * 142, y, 1.04, turn)
        foot = [
            (0, -310),
            (86, -276),
            (122, -160),
            (110, -20),
            (92, 120),
            (94, 230),
            (56, 300),
            (0, 314),
            (-60, 300),
            (-96, 226),
            (-88, 110),
            (-104, -40),
            (-112, -170),
            (-80, -276),
        ]
        flipped = [(x * side, v) for x, v in foot]
        outline = curve([*flipped, flipped[0]], 6)
        base = one.piece([(x * 1.08, v * 1.03) for x, v in outline], sole, 18)
        if not loafer:
            one.lines([[(-140, v), (140, v + 14)] for v in range(-330, 330, 13)], 4, lit(sole, 0.5), 0.6, base)
        mask = one.puffed(outline, tone, 0, 0.8)
        mouth = [(0, 10), (58, 40), (68, 140), (58, 240), (0, 276), (-58, 240), (-66, 140), (-58, 40)]
        inside = one.piece(curve([*mouth, mouth[0]], 6), lit(sole if not loafer else LEATHER, 0.72), 0)
        one.stage.soften(one.on(curve([*mouth, mouth[0]], 6)), (30, 20, 16), 0.5, 8, inside, width=14)
        if loafer:
            strap = [(-106, -90), (0, -60), (106, -90), (108, -30), (0, 4), (-104, -30)]
            one.puffed(rounded(strap, 10), lit(tone, 1.1), 4, 0.5)
            one.line([(-26, -44), (0, -34), (26, -44)], 7, lit(tone, 0.3))
            one.stitch(curve([(-92, -120), (-70, -220), (0, -262), (70, -220), (92, -120)], 6), lit(tone, 1.5), 3, 12)
            one.stage.soften(one.on([(-40, -250), (-60, -190)]), WHITE, 0.5, 10, mask, width=18)
        else:
            one.weave(mask, "canvas", tone, 8, 0.3)
            one.lines([[(x * 1.0, v), (x * 1.07, v * 1.02)] for x, v in outline[::2]], 4, WHITE, 0.75)
            one.line([(0, -6), (0, -70)], 4, lit(tone, 0.4), 0.7, mask)
