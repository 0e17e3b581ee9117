"""Garments, hung on a wall."""

from __future__ import annotations

from math import pi, sin

from marketplace.demo.pictures.color import BRASS, LEATHER, RGB, WHITE, WOOD, lit
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, hanging
from marketplace.demo.pictures.sheets import Sheet, panel
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
                sheet.stage.soften(sheet.on([(a + 4, b + 4) for a, b in rope]), lit(tone, 0.1), 0.45, 4, mask, width=11)
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
