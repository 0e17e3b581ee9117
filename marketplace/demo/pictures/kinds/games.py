"""Games, puzzles and what makes music."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import RGB, STEEL, WHITE, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.kinds.toys import plate
from marketplace.demo.pictures.look import Look, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot
from marketplace.demo.pictures.stage import Mask, Wash


@lying("tiles", turn=-10, paired=False)
def tiles(sheet: Sheet, look: Look) -> None:
    tone, colors = look.tone, look.parts(3)
    index = 0
    for row in range(4):
        for column in range(4):
            x, y = (column - 1.5) * 158, (row - 1.5) * 158
            one = sheet.moved(x + 7 * sin(index * 2.2), y + 7 * cos(index * 1.7), 1.0, 6 * sin(index * 1.3))
            mask = one.piece(panel(0, 0, 136, 136, 14), tone, 12)
            one.lines(
                [[(-66 + 22 * t, -50 + 20 * i + 3 * sin(t + i + index)) for t in range(7)] for i in range(6)],
                1.5,
                lit(tone, 0.6),
                0.25,
                mask,
            )
            if index not in (1, 4, 6, 11, 12):
                _picture(one, (index * 5) % 4, colors[index % 3], mask)
            index += 1


def _picture(tile: Sheet, motif: int, color: RGB, mask: Mask) -> None:
    stage = tile.stage
    if motif == 0:
        leaf = [(0, -48), (34, -10), (24, 30), (0, 44), (-24, 30), (-34, -10)]
        stage.fill(tile.on(curve([*leaf, leaf[0]], 5)), color, 0.95, mask)
        tile.line([(0, -40), (0, 54)], 4, lit(color, 0.5), 0.9, mask)
    elif motif == 1:
        for x, y in ((-24, -26), (0, -38), (24, -26)):
            stage.fill(tile.on(oval(x, y, 12, 15)), color, 0.95, mask)
        stage.fill(tile.on(oval(0, 16, 28, 25)), color, 0.95, mask)
    elif motif == 2:
        bird = [(-46, 0), (-20, -30), (16, -26), (50, -44), (36, 6), (0, 34), (-30, 24)]
        stage.fill(tile.on(curve([*bird, bird[0]], 5)), color, 0.95, mask)
        stage.fill(tile.on(oval(-24, -8, 5, 5)), WHITE, 1.0, mask)
    else:
        for y in (-34, -4, 26):
            tile.line([(-30 - y * 0.3, y + 22), (0, y - 14), (30 + y * 0.3, y + 22)], 13, color, 0.95, mask)


@lying("puzzle", turn=-8, paired=False)
def puzzle(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    sky, green, forest, snow = [*look.tones, look.soft, look.accent, look.ink, WHITE][:4]
    sheet.piece(panel(0, 0, 640, 470, 14), tone, 20)
    bed = sheet.piece(panel(0, 0, 592, 422, 6), sky, 0)
    sheet.stage.lay(sheet.stage.shape(sheet.on(oval(170, -110, 44, 44))), (240, 206, 116), 1.0, bed)
    for color, points in (
        (
            snow,
            [
                (-300, 60),
                (-190, -60),
                (-90, -150),
                (0, -30),
                (90, -110),
                (210, 10),
                (300, -20),
                (300, 220),
                (-300, 220),
            ],
        ),
        (
            mix(forest, snow, 0.35),
            [(-300, 110), (-170, 20), (-60, 70), (60, 0), (190, 80), (300, 40), (300, 220), (-300, 220)],
        ),
        (forest, [(-300, 150), (-150, 90), (0, 130), (140, 80), (300, 130), (300, 220), (-300, 220)]),
        (green, [(-300, 190), (-100, 150), (100, 180), (300, 150), (300, 220), (-300, 220)]),
    ):
        path = sheet.on(points)
        sheet.stage.lay(sheet.stage.haze([(x, y - 5) for x, y in path], blur=6), (40, 34, 30), 0.35, bed)
        sheet.stage.lay(
            sheet.stage.shape(path),
            Wash(lit(color, 1.06), lit(color, 0.98), lit(color, 0.95), lit(color, 0.85)),
            1.0,
            bed,
        )
    cuts: list[list[Point]] = []
    for x in (-180, -60, 60, 180):
        cuts.append(
            curve(
                [(x, -212), (x + 8, -90), (x + 34, -60), (x - 6, -30), (x + 4, 90), (x - 30, 116), (x, 212)],
                6,
            )
        )
    for y in (-72, 72):
        cuts.append(
            curve(
                [
                    (-296, y),
                    (-150, y + 10),
                    (-120, y - 22),
                    (-90, y + 8),
                    (90, y - 8),
                    (124, y + 24),
                    (150, y),
                    (296, y + 6),
                ],
                6,
            )
        )
    sheet.lines(cuts, 2.6, (60, 48, 38), 0.5, bed)
    one = sheet.moved(270, 236, 1.0, 24)
    one.puffed(rounded([(-56, -44), (56, -52), (60, 46), (-50, 50)], 16), forest, 12, 0.5)


@standing("moon", paired=False)
def moon(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.12)
    tone = look.tone
    spot.shadow(330, 110, 260)
    outer = oval(0, 262, 280, 262, 0, -pi, 40)
    inner = oval(0, 300, 224, 170, -pi + 0.14, -0.14, 40)
    plate(spot, [*outer, *inner], tone, 96)
    colors = look.parts(4)
    for index, (x, y, turn) in enumerate(
        ((-90, 168, 0.1), (0, 152, -0.05), (88, 168, 0.0), (-46, 206, -0.1), (50, 208, 0.12), (0, 250, 0.05))
    ):
        color = colors[index % 4]
        c, s = cos(turn), sin(turn)
        bar = (
            [(-84, -19), (84, -19), (84, 19), (-84, 19)]
            if index < 5
            else [(-120, -18), (120, -18), (120, 18), (-120, 18)]
        )
        plate(spot, rounded([(x + a * c - b * s, y + a * s + b * c) for a, b in bar], 12), color, 46, 10)
    for index, x in enumerate((230, 296)):
        one = spot.moved(x - 40, 130 + 40 * index, 1.0)
        one.rod((-110, 19, 30), (70, 19, -20), 38, colors[(index + 1) % 4])


@lying("xylophone", turn=-10, paired=False)
def xylophone(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    for y, lean in ((-120, 6), (120, -6)):
        rail = sheet.piece(
            [(-310, y - 24 + lean * 3), (310, y - 24), (310, y + 24), (-310, y + 24 + lean * 3)], tone, 14
        )
        sheet.lines(
            [[(-300 + 60 * t, y - 10 + 12 * i) for t in range(11)] for i in range(3)],
            1.5,
            lit(tone, 0.6),
            0.4,
            rail,
        )
    for index, color in enumerate(look.parts(8)):
        x = -266 + index * 76
        half = 250 - index * 19
        sheet.metal(panel(x, 0, 60, half * 2, 10), color, 14)
        for y in (-half + 40, half - 40):
            sheet.bead(x, y, 9, STEEL, 2)
    for x, y, turn, color in ((10, 300, -4, look.parts(1)[0]), (60, 350, -12, look.parts(5)[-1])):
        stick = sheet.moved(x, y - 40, 1.0, turn)
        stick.cord([(-240, 0), (180, 0)], 14, lit(tone, 0.9), 8)
        stick.bead(206, 0, 30, color, 10)
