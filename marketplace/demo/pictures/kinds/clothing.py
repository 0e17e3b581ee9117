"""What people wear: garments hung on a wall, hats, socks and shoes laid down."""

from __future__ import annotations

from math import pi, sin

from marketplace.demo.pictures.color import BRASS, LEATHER, RGB, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, hanging, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot, smooth_profile
from marketplace.demo.pictures.stage import Mask


def hanger(sheet: Sheet, width: float = 190.0, y: float = -236.0) -> None:
    """Draw the wooden hanger a garment hangs on."""
    hook = [(0, y - 10), (0, y - 54), (18, y - 74), (8, y - 98), (-14, y - 92)]
    sheet.line(curve(hook, 6), 6, (150, 150, 148))
    bar = [(-width, y + 62), (-width * 0.5, y + 16), (0, y - 14), (width * 0.5, y + 16), (width, y + 62)]
    sheet.cord(curve(bar, 6), 22, WOOD, 8)


def _folds(sheet: Sheet, mask: Mask, color: RGB, lines: list[list[Point]], depth: float = 0.34) -> None:
    for line in lines:
        sheet.fold(curve(line, 5), mask, color, 13, depth)


_BODY: list[Point] = [
    (74, -246),
    (150, -214),
    (236, -168),
    (338, 110),
    (250, 150),
    (190, -10),
    (186, 130),
    (194, 322),
]


def _top(sheet: Sheet, color: RGB, half: list[Point], neck: float = 40.0, lift: float = 16.0) -> Mask:
    """Draw a garment from the right half of its outline, with a scooped neck."""
    left = [(-x, y) for x, y in reversed(half)]
    outline = [*half, *left, (-40, -246 + neck * 0.86), (0, -246 + neck), (40, -246 + neck * 0.86)]
    return sheet.piece(rounded(outline, 20), color, lift, 0.12)


@hanging("shirt", stature="hand")
def shirt(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", lit(look.tone, 0.7))
    hanger(sheet)
    back = sheet.stage.shape(sheet.on(curve([(-74, -246), (0, -266), (74, -246), (0, -190), (-74, -246)], 5)))
    sheet.stage.lay(back, lit(tone, 0.6))
    mask = _top(sheet, tone, _BODY, 46)
    sheet.weave(mask, "linen", tone, 7, 0.26)
    _folds(
        sheet,
        mask,
        tone,
        [
            [(-120, -120), (-100, 60), (-128, 310)],
            [(110, -60), (92, 120), (120, 310)],
            [(-210, -110), (-262, 40), (-280, 120)],
            [(216, -120), (262, 20), (290, 116)],
            [(-50, 120), (-40, 220), (-58, 318)],
        ],
    )
    collar = curve([(-76, -248), (-44, -206), (0, -194), (44, -206), (76, -248)], 6)
    sheet.cord(collar, 20, lit(tone, 1.05), 3)
    sheet.stage.soften(sheet.on([(15, -190), (17, 318)]), lit(tone, 0.15), 0.5, 3, mask, width=4)
    sheet.line([(-16, -190), (-15, 316)], 2, trim, 0.6, mask)
    for index in range(6):
        sheet.bead(0, -166 + index * 88, 8, (240, 234, 222), 2)
    pocket = [(56, -100), (148, -104), (148, -10), (102, 10), (56, -8)]
    sheet.piece(pocket, lit(tone, 1.02), 2)
    sheet.stitch([*pocket, pocket[0]], trim, 2, 9)


@hanging("sweater", stature="hand", paired=False)
def sweater(sheet: Sheet, look: Look) -> None:
    tone, knit = look.tone, look.word("knit", "plain")
    dark = lit(tone, 0.6)
    hanger(sheet, 180)
    back = sheet.stage.shape(sheet.on(oval(0, -240, 80, 26)))
    sheet.stage.lay(back, lit(tone, 0.5))
    half: list[Point] = [
        (78, -248),
        (160, -216),
        (246, -160),
        (330, 150),
        (322, 176),
        (244, 184),
        (232, 160),
        (188, 0),
        (196, 150),
        (192, 268),
        (186, 316),
    ]
    mask = _top(sheet, tone, half, 54, 22)
    sheet.weave(mask, "knit", tone, 15, 0.34)
    if knit == "cable":
        for x in (-122, -41, 41, 122):
            for phase in (0, pi):
                rope = [(x + 15 * sin(y / 26 + phase), y) for y in range(-210, 268, 8)]
                sheet.stage.soften(
                    sheet.on([(a + 4, b + 4) for a, b in rope]), lit(tone, 0.1), 0.45, 4, mask, width=11
                )
                sheet.line(rope, 12, lit(tone, 1.08), 0.9, mask)
        sheet.lines([[(x, -230), (x, 268)] for x in (-82, 0, 82)], 6, dark, 0.35, mask)
    elif knit == "fleck":
        for index, color in enumerate(((216, 176, 92), (150, 120, 160), (222, 226, 220), (60, 84, 92))):
            sheet.scatter(mask, color, 110, index + 2, 3.2, 0.75)
    elif knit == "stripes":
        second = look.color("second", look.soft)
        for y in range(-150, 260, 86):
            stripe = sheet.stage.shape(sheet.on([(-400, y), (400, y), (400, y + 40), (-400, y + 40)]))
            sheet.stage.lay(stripe, lit(second, 0.98), 0.92, mask)
        sheet.weave(mask, "knit", tone, 15, 0.2)
        for side in (-1, 1):
            sheet.puffed(oval(side * 258, 30, 34, 52), lit(LEATHER, 1.15), 2, 0.4)
    elif knit == "rib":
        sheet.weave(mask, "rib", tone, 18, 0.5)
    _folds(
        sheet,
        mask,
        tone,
        [
            [(-186, -20), (-200, 80), (-196, 200)],
            [(190, -10), (204, 90), (196, 210)],
            [(-260, -60), (-284, 60), (-290, 130)],
            [(262, -70), (292, 60), (298, 130)],
        ],
        0.4,
    )
    for outline in ([(-196, 262), (196, 262), (190, 322), (-190, 322)],):
        hem = sheet.stage.shape(sheet.on(outline))
        sheet.stage.lay(hem, lit(tone, 0.94), 0.75, mask)
        sheet.lines([[(x, 262), (x, 322)] for x in range(-194, 196, 11)], 4, dark, 0.55, mask)
    for side in (-1, 1):
        cuff = [(side * 236, 128), (side * 330, 118), (side * 332, 178), (side * 240, 190)]
        sheet.stage.lay(sheet.stage.shape(sheet.on(cuff)), lit(tone, 0.94), 0.75, mask)
        sheet.lines(
            [[(side * (240 + 10 * i), 124), (side * (244 + 9.4 * i), 186)] for i in range(10)],
            4,
            dark,
            0.5,
            mask,
        )
    if look.has("open"):
        opening = [(-14, -196), (14, -196), (8, 320), (-8, 320)]
        sheet.stage.lay(sheet.stage.shape(sheet.on(opening)), lit(tone, 0.35), 0.6, mask)
        shawl = [
            (-84, -252),
            (-64, -120),
            (-14, 10),
            (14, 10),
            (64, -120),
            (84, -252),
            (52, -262),
            (0, -66),
            (-52, -262),
        ]
        collar = sheet.puffed(curve([*shawl, shawl[0]], 4), lit(tone, 1.04), 6, 0.5)
        sheet.weave(collar, "rib", tone, 12, 0.4)
        for index in range(5):
            sheet.bead(0, 44 + index * 54, 13, LEATHER, 3)
        for x in (-112, 112):
            sheet.line([(x - 42, 170), (x + 42, 170)], 6, dark, 0.8, mask)
        return
    neck = curve([(-80, -250), (-46, -206), (0, -192), (46, -206), (80, -250)], 6)
    sheet.cord(neck, 30, lit(tone, 1.0), 4)
    ribs = [[(x, y - 14), (x * 0.97, y + 14)] for x, y in neck[::1]]
    sheet.lines(ribs, 3, dark, 0.5)


@hanging("robe", stature="hand", paired=False)
def robe(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", lit(look.tone, 0.75))
    hanger(sheet, 170, -262)
    half: list[Point] = [
        (60, -276),
        (150, -246),
        (222, -214),
        (318, 20),
        (232, 66),
        (176, -60),
        (182, 100),
        (206, 340),
    ]
    mask = _top(sheet, tone, half, -6, 18)
    sheet.weave(mask, "linen", tone, 8, 0.3)
    _folds(
        sheet,
        mask,
        tone,
        [
            [(-130, 90), (-140, 220), (-160, 336)],
            [(120, 90), (124, 220), (150, 336)],
            [(-50, 90), (-46, 200), (-66, 336)],
            [(-206, -140), (-236, -40), (-262, 30)],
            [(200, -150), (240, -40), (266, 20)],
            [(60, 100), (56, 220), (70, 336)],
        ],
        0.42,
    )
    lapel = [
        (-62, -276),
        (-40, -150),
        (30, 20),
        (44, 338),
        (84, 338),
        (66, 0),
        (0, -170),
        (64, -276),
        (36, -282),
        (-6, -196),
        (-30, -282),
    ]
    inner = sheet.stage.shape(sheet.on([(-34, -276), (34, -276), (0, -186)]))
    sheet.stage.lay(inner, lit(tone, 0.5), 1.0)
    sheet.piece(curve([*lapel, lapel[0]], 3), trim, 4)
    sheet.puffed(panel(0, 60, 366, 46, 12), trim, 6, 0.5)
    sheet.puffed(panel(26, 62, 60, 62, 18), trim, 8, 0.7)
    for x, turn in ((8, 6), (46, -6)):
        sheet.moved(x, 64, 1.0, turn).piece(panel(0, 90, 34, 176, 6), trim, 6)
    for x in (-112, 132):
        pocket = panel(x, 190, 96, 108, 8)
        sheet.piece(pocket, lit(tone, 1.0), 4)
        sheet.piece(panel(x, 146, 96, 22, 4), trim, 2)


@hanging("jacket", stature="hand", paired=False)
def jacket(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", lit(look.tone, 0.65))
    hook = curve([(0, -286), (0, -322), (-12, -338)], 5)
    sheet.line(hook, 8, (120, 112, 100))
    half: list[Point] = [(86, -236), (170, -180), (262, 20), (322, 270), (170, 316), (0, 326)]
    left = [(-x, y) for x, y in reversed(half[:-1])]
    mask = sheet.puffed(curve([*half, *left, half[0]], 4), tone, 20, 0.5)
    _folds(
        sheet,
        mask,
        tone,
        [
            [(-90, -140), (-150, 80), (-190, 300)],
            [(90, -140), (150, 80), (200, 296)],
            [(-40, -60), (-60, 120), (-70, 318)],
            [(46, -40), (66, 140), (90, 316)],
            [(-160, -60), (-230, 120), (-280, 260)],
        ],
        0.46,
    )
    sheet.line(curve([(-320, 262), (-170, 306), (0, 316), (170, 306), (320, 262)], 6), 3, trim, 0.8, mask)
    hood = [(-96, -206), (-112, -270), (-60, -320), (0, -332), (60, -320), (112, -270), (96, -206), (0, -176)]
    sheet.puffed(curve([*hood, hood[0]], 6), tone, 8, 0.7)
    dark = [(-60, -212), (-66, -262), (0, -296), (66, -262), (60, -212), (0, -182)]
    sheet.piece(curve([*dark, dark[0]], 6), lit(tone, 0.36), 0)
    sheet.line([(0, -184), (0, 60)], 7, trim, 0.95, mask)
    sheet.bead(0, 62, 9, trim, 3)
    band = sheet.stage.shape(sheet.on([(-340, 160), (340, 160), (340, 182), (-340, 182)]))
    sheet.stage.lay(band, (226, 228, 226), 0.9, mask)
    for x in (-32, 32):
        sheet.cord([(x, -186), (x * 1.2, -120)], 6, WHITE, 3)


@hanging("apron", stature="hand")
def apron(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", lit(look.tone, 0.6))
    for side in (-1, 1):
        sheet.cord(curve([(side * 96, -180), (side * 60, -270), (0, -318)], 5), 20, trim, 6)
        sheet.cord(curve([(side * 214, -30), (side * 300, 60), (side * 286, 200)], 6), 13, trim, 5)
    half: list[Point] = [(112, -190), (128, -110), (216, -36), (232, 300)]
    outline = [*half, *[(-x, y) for x, y in reversed(half)]]
    mask = sheet.piece(rounded(outline, 18), tone, 16)
    sheet.weave(mask, "canvas", tone, 7, 0.3)
    _folds(
        sheet,
        mask,
        tone,
        [
            [(-150, 20), (-164, 160), (-150, 300)],
            [(150, 40), (160, 180), (146, 300)],
            [(0, 200), (8, 250), (0, 300)],
        ],
        0.34,
    )
    sheet.stitch([(-104, -176), (104, -176)], WHITE, 2.4, 11, 0.5)
    sheet.stitch([(-218, 284), (218, 284)], WHITE, 2.4, 11, 0.5)
    pocket = panel(0, 90, 270, 150, 10)
    sheet.piece(pocket, lit(tone, 1.04), 4)
    sheet.stitch([(-128, 26), (128, 26)], WHITE, 2.4, 11, 0.6)
    sheet.line([(20, 16), (20, 164)], 2.4, trim, 0.9)
    cloth = [(48, 10), (112, 14), (108, 92), (88, 112), (66, 90), (54, 104)]
    sheet.piece(cloth, (238, 230, 214), 4)
    for x in (-98, 98):
        sheet.bead(x, -172, 9, BRASS, 2)


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
    fringe = [
        [(x1 - 76 + i * 15.4, y1 + 2 - i), (x1 - 80 + i * 16 + 5 * sin(i * 2.0), y1 + 54 - i)]
        for i in range(11)
    ]
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
        one.lines(
            [[(-84 + 12 * i, -240), (-86 + 12.4 * i, -20)] for i in range(15)], 4, lit(tone, 0.4), 0.4, mask
        )
        one.lines(
            [[(-84 + 12 * i, -300), (-84 + 12 * i, -258)] for i in range(15)], 4, lit(second, 0.5), 0.5, mask
        )


@lying("mittens", turn=0, paired=False)
def mittens(sheet: Sheet, look: Look) -> None:
    tone, second = look.tone, look.color("second", look.soft)
    sheet.cord(
        curve([(-150, 250), (-90, 330), (60, 300), (20, 200), (150, 330), (156, 250)], 8), 9, second, 3
    )
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
            one.lines(
                [[(x, y), (x + 15, y - 16), (x + 30, y)] for x in range(-105, 100, 30)], 6, second, 0.9, mask
            )
        cuff = one.puffed(panel(0, 200, 168, 112, 12), second, 8, 0.5)
        one.lines(
            [[(-78 + 12 * i, 146), (-78 + 12 * i, 254)] for i in range(14)], 4, lit(second, 0.5), 0.6, cuff
        )


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
    cuff = spot.turned(brim, lit(tone, 1.02), 0.0)
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
    peak = [(-300, 110), (-200, 40), (0, 14), (190, 40), (280, 100), (180, 190), (0, 226), (-200, 196)]
    bill = sheet.puffed(curve([*peak, peak[0]], 6), lit(tone, 0.92), 20, 0.6)
    sheet.weave(bill, "herringbone", tone, 15, 0.34)
    crown = [
        (-270, 70),
        (-280, -80),
        (-200, -230),
        (0, -292),
        (200, -230),
        (272, -80),
        (262, 66),
        (120, 24),
        (-10, 14),
        (-140, 26),
    ]
    mask = sheet.puffed(curve([*crown, crown[0]], 6), tone, 12, 0.8)
    sheet.weave(mask, "herringbone", tone, 15, 0.34)
    stripe = [(-42, -292), (42, -292), (34, 40), (-34, 40)]
    sheet.stage.lay(sheet.stage.shape(sheet.on(stripe)), lit(trim, 0.96), 0.95, mask)
    for x in (-1, 1):
        sheet.line([(x * 42, -292), (x * 34, 30)], 2.6, lit(tone, 0.3), 0.7, mask)
    sheet.stitch(curve([(-250, 60), (-130, 14), (0, 2), (130, 14), (244, 58)], 6), WHITE, 2.6, 11, 0.6)
    sheet.bead(0, -286, 17, trim, 4)


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
            one.lines(
                [[(-140, v), (140, v + 14)] for v in range(-330, 330, 13)], 4, lit(sole, 0.5), 0.6, base
            )
        mask = one.puffed(outline, tone, 0, 0.8)
        mouth = [(0, 10), (58, 40), (68, 140), (58, 240), (0, 276), (-58, 240), (-66, 140), (-58, 40)]
        inside = one.piece(curve([*mouth, mouth[0]], 6), lit(sole if not loafer else LEATHER, 0.72), 0)
        one.stage.soften(one.on(curve([*mouth, mouth[0]], 6)), (30, 20, 16), 0.5, 8, inside, width=14)
        if loafer:
            strap = [(-106, -90), (0, -60), (106, -90), (108, -30), (0, 4), (-104, -30)]
            one.puffed(rounded(strap, 10), lit(tone, 1.1), 4, 0.5)
            one.line([(-26, -44), (0, -34), (26, -44)], 7, lit(tone, 0.3))
            one.stitch(
                curve([(-92, -120), (-70, -220), (0, -262), (70, -220), (92, -120)], 6), lit(tone, 1.5), 3, 12
            )
            one.stage.soften(one.on([(-40, -250), (-60, -190)]), WHITE, 0.5, 10, mask, width=18)
        else:
            one.weave(mask, "canvas", tone, 8, 0.3)
            one.lines([[(x * 1.0, v), (x * 1.07, v * 1.02)] for x, v in outline[::2]], 4, WHITE, 0.75)
            one.line([(0, -6), (0, -70)], 4, lit(tone, 0.4), 0.7, mask)
