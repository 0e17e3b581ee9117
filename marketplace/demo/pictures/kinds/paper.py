"""Books, paper, prints and pens."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import BRASS, RGB, STEEL, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval
from marketplace.demo.pictures.look import Look, hanging, lying
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.stage import Mask

PAGES: RGB = (242, 235, 220)


@lying("notebook", turn=-9)
def notebook(sheet: Sheet, look: Look) -> None:
    tone, spine = look.tone, look.color("spine", look.accent)
    sheet.piece(panel(8, 8, 452, 636, 14), PAGES, 20)
    sheet.lines([[(228 + i * 2.4, -300), (228 + i * 2.4, 316)] for i in range(3)], 1.2, lit(PAGES, 0.6), 0.5)
    if look.has("ribbon"):
        sheet.cord([(60, 318), (64, 356), (52, 392)], 12, look.color("ribbon", look.accent), 4)
    cover = sheet.piece(panel(0, 0, 452, 640, 16), tone, 0, 0.14)
    sheet.weave(cover, "linen", tone, 6, 0.3, 380)
    band = sheet.stage.shape(sheet.on([(-240, -340), (-150, -340), (-150, 340), (-240, 340)]))
    sheet.stage.lay(band, lit(spine, 0.98), 1.0, cover)
    sheet.stage.soften(sheet.on([(-152, -330), (-152, 330)]), lit(tone, 0.1), 0.4, 5, cover, width=6)
    if look.word("pattern") == "waves":
        rows = []
        for row in range(24):
            y = -320 + row * 28
            rows.append(
                [(-150 + 9 * t, y + 13 * sin(t * 0.6 + row * 0.9) + 6 * cos(t * 0.23 * row)) for t in range(43)]
            )
        sheet.lines(rows[::2], 6, lit(tone, 1.35), 0.6, cover)
        sheet.lines(rows[1::2], 5, lit(tone, 0.5), 0.5, cover)
    elif look.has("leather"):
        sheet.stitch([(-140, -296), (202, -296), (202, 296), (-140, 296)], lit(tone, 1.4), 3.4, 15)
        sheet.stage.lay(sheet.stage.shape(sheet.on(panel(36, 210, 66, 40, 5))), lit(tone, 0.7), 0.8, cover)
    else:
        sheet.piece(panel(36, -120, 200, 110, 5), PAGES, 1)
        sheet.line([(-34, -132), (106, -132)], 3.4, look.ink, 0.7)
        sheet.line([(-4, -108), (76, -108)], 3.4, look.ink, 0.5)
    if look.has("elastic"):
        sheet.cord([(176, -320), (176, 322)], 14, look.color("elastic", look.ink), 3)


@lying("book", turn=-8)
def book(sheet: Sheet, look: Look) -> None:
    tone, ink = look.tone, look.color("ink", PAGES)
    under = sheet.moved(34, 20, 1.0, 7)
    under.piece(panel(0, 0, 440, 620, 6), mix(tone, look.ink, 0.25), 20)
    sheet.piece(panel(7, 9, 444, 626, 6), PAGES, 18)
    cover = sheet.piece(panel(0, 0, 444, 624, 6), tone, 0, 0.14)
    sheet.stage.soften(sheet.on([(-196, -320), (-196, 320)]), lit(tone, 0.2), 0.4, 4, cover, width=5)
    sheet.stage.soften(sheet.on([(-208, -320), (-208, 320)]), WHITE, 0.3, 4, cover, width=7)
    _motif(sheet.moved(8, -40), look.word("motif", "leaf"), ink, tone, cover)
    for y, reach, width in ((214, 130, 13), (246, 84, 8), (276, 40, 5)):
        sheet.line([(8 - reach, y), (8 + reach, y)], width, ink, 0.92)


def _motif(sheet: Sheet, motif: str, ink: RGB, tone: RGB, cover: Mask) -> None:
    stage = sheet.stage
    if motif == "river":
        for offset, width, color in (
            (0, 34, ink),
            (-52, 10, lit(ink, 0.8)),
            (52, 10, lit(ink, 0.8)),
            (96, 5, ink),
            (-96, 5, ink),
        ):
            path = [(70 * sin(t * 0.62) + offset * (0.35 + t / 14), -220 + t * 30) for t in range(15)]
            sheet.line(curve(path, 4), width, color, 0.95, cover)
        stage.fill(sheet.on(oval(110, -190, 34, 34)), lit(ink, 1.1), 1.0, cover)
    elif motif == "wheat":
        for lean in (-60, 0, 60):
            stem = [(lean * 0.2, 200), (lean * 0.5, 40), (lean * 1.1, -200)]
            sheet.line(curve(stem, 6), 5, ink, 1.0, cover)
            for index in range(7):
                y = -200 + index * 34
                x = lean * (1.1 - index * 0.07)
                for side in (-1, 1):
                    grain = [(x, y), (x + side * 20, y - 22), (x + side * 24, y - 46), (x + side * 6, y - 22)]
                    stage.fill(sheet.on(curve([*grain, grain[0]], 4)), ink, 1.0, cover)
    elif motif == "moon":
        stage.fill(sheet.on(oval(0, -90, 120, 120)), ink, 1.0, cover)
        stage.fill(sheet.on(oval(46, -116, 104, 104)), lit(tone, 1.0), 1.0, cover)
        for index in range(14):
            x, y = ((index * 97) % 380) - 190, ((index * 61) % 300) - 240
            stage.fill(sheet.on(oval(x, y, 4 + index % 3, 4 + index % 3)), ink, 0.9, cover)
        for x in (-130, 130):
            sheet.line([(x * 0.18, 60), (x, 190)], 6, ink, 0.9, cover)
        for index in range(6):
            y = 72 + index * 22
            sheet.line([(-34 - index * 18, y), (34 + index * 18, y)], 6, ink, 0.9, cover)
    else:
        sheet.line(curve([(0, 200), (-10, 40), (8, -210)], 8), 5, ink, 1.0, cover)
        for index in range(9):
            y, side = 150 - index * 40, 1 if index % 2 else -1
            size = 128 - index * 9
            leaf = [(size * t / 8, size * 0.27 * sin(pi * (t / 8) ** 0.8)) for t in range(9)]
            outline = [*leaf, *((a, -b) for a, b in reversed(leaf))]
            twig = sheet.moved(-4, y, 1.0, -38 if side > 0 else -142)
            stage.fill(twig.on(outline), ink, 1.0, cover)
            twig.line([(0, 0), (size * 0.86, 0)], 2.4, tone, 0.8)


@hanging("print", stature="hand", paired=False)
def print_(sheet: Sheet, look: Look) -> None:
    paper: RGB = (246, 240, 228)
    if look.word("frame") == "bar":
        sheet.line([(0, -322), (-100, -262)], 3, STEEL)
        sheet.line([(0, -322), (100, -262)], 3, STEEL)
        page = sheet.piece(panel(0, 40, 300, 600, 3), paper, 12)
        sheet.metal(panel(0, -258, 330, 16, 6), BRASS, 6)
        art = sheet.moved(0, -90, 0.62)
        for month in range(14):
            y = 90 + month * 17
            sheet.line([(-110, y), (-94, y)], 4, look.ink, 0.8, page)
            sheet.line([(-80, y), (110 - (month * 37) % 60, y)], 1.6, look.ink, 0.35, page)
    else:
        sheet.piece(panel(0, 0, 500, 640, 4), look.color("wood", WOOD), 26)
        sheet.piece(panel(0, 0, 468, 608, 3), lit(WOOD, 0.6), 0)
        page = sheet.piece(panel(0, 0, 460, 600, 2), paper, 0, 0.05)
        art = sheet
    _artwork(art, look, page)
    if look.word("frame") != "bar":
        glare = [(-230, -300), (-60, -300), (-230, 40)]
        sheet.stage.soften(sheet.on(glare), WHITE, 0.20, 14, page)
        sheet.stage.soften(
            sheet.on([(-230, -300), (230, -300), (230, -290), (-220, -290)]), lit(paper, 0.1), 0.35, 8, page
        )


def _artwork(art: Sheet, look: Look, page: Mask) -> None:
    tone, ink = look.tone, look.color("ink", look.accent)
    motif, stage = look.word("motif", "sun"), art.stage
    if motif == "tide":
        block = stage.shape(art.on(panel(0, -20, 370, 470, 2)))
        stage.lay(block, mix(tone, WHITE, 0.72), 1.0, page)
        stage.lay(stage.shape(art.on(oval(56, -120, 78, 78))), ink, 1.0, block)
        for row in range(7):
            y = -30 + row * 36
            shade = mix(tone, WHITE, 0.55 - row * 0.09)
            crest = [(-190 + 20 * t, y + 15 * sin(t * 0.8 + row * 1.4)) for t in range(20)]
            stage.lay(stage.shape(art.on([*crest, (190, 220), (-190, 220)])), shade, 1.0, block)
            art.line([(x, v + 9) for x, v in crest], 3, WHITE, 0.5, block)
        art.line([(-180, 262), (-120, 262)], 2, look.ink, 0.5, page)
        art.line([(120, 262), (180, 262)], 2, look.ink, 0.5, page)
    elif motif == "pears":
        stage.lay(
            stage.shape(art.on([(-185, 90), (185, 90), (185, 220), (-185, 220)])),
            mix(look.ink, WHITE, 0.72),
            1.0,
            page,
        )
        for x, y, size, color in (
            (-88, 46, 1.0, tone),
            (84, 56, 0.94, ink),
            (4, 92, 1.06, mix(tone, (110, 140, 60), 0.55)),
        ):
            pear = [
                (0, -150),
                (34, -120),
                (44, -60),
                (84, 10),
                (70, 84),
                (0, 106),
                (-70, 84),
                (-84, 10),
                (-44, -60),
                (-34, -120),
            ]
            outline = [(x + px * size, y + py * size) for px, py in curve([*pear, pear[0]], 6)]
            stage.lay(stage.shape(art.on(outline)), color, 0.88, page)
            art.line(
                curve([(x, y - 146 * size), (x + 8, y - 176 * size), (x + 26, y - 196 * size)], 5),
                8,
                look.ink,
                0.9,
                page,
            )
    else:
        stage.lay(stage.shape(art.on(oval(0, 0, 92, 92))), tone, 1.0, page)
        rays: list[list[Point]] = []
        for index in range(20):
            angle = index * pi / 10
            far = 176 if index % 2 else 148
            rays.append([(116 * cos(angle), 116 * sin(angle)), (far * cos(angle), far * sin(angle))])
        art.lines(rays, 9, ink, 0.95, page)
        stage.lay(stage.shape(art.on(oval(0, 0, 50, 50))), mix(tone, WHITE, 0.6), 1.0, page)


@lying("pen", turn=-38, paired=False)
def pen(sheet: Sheet, look: Look) -> None:
    tone, ink = look.tone, look.color("ink", look.ink)
    paper = sheet.moved(-30, 60, 1.0, 30)
    paper.piece(panel(0, 0, 420, 560, 4), PAGES, 8)
    for row in range(6):
        y = -190 + row * 46
        line = [
            (-150 + 7 * t, y + 9 * sin(t * 0.9 + row) * cos(t * 0.31 + row * 2)) for t in range(43 - (row * 11) % 17)
        ]
        paper.line(curve(line, 2), 3.4, ink, 0.85)
    barrel = [(-70, -22), (150, -26), (300, -20), (312, 0), (300, 20), (150, 26), (-70, 22)]
    sheet.puffed(curve([*barrel, barrel[0]], 5), tone, 12, 0.8)
    sheet.lines(
        [[(-60 + 40 * t, -10 + 7 * i + 2 * sin(t + i)) for t in range(9)] for i in range(4)],
        1.5,
        lit(tone, 0.5),
        0.35,
    )
    sheet.puffed(panel(-110, 0, 92, 38, 8), lit(look.ink, 0.9), 10, 0.6)
    sheet.metal(panel(-66, 0, 14, 50, 4), BRASS, 2)
    nib = [(-156, -16), (-200, -15), (-262, 0), (-200, 15), (-156, 16)]
    sheet.metal(nib, STEEL, 6)
    sheet.line([(-258, 0), (-200, 0)], 2, lit(STEEL, 0.3))
    sheet.disc(-198, 0, 4, lit(STEEL, 0.3), 0)
    cap = sheet.moved(60, -110, 1.0, 6)
    cap.puffed(panel(0, 0, 260, 62, 26), tone, 14, 0.8)
    cap.metal(panel(-124, 0, 14, 64, 4), BRASS, 2)
    cap.metal(panel(20, -20, 190, 14, 7), BRASS, 5)


@lying("cards", turn=-6)
def cards(sheet: Sheet, look: Look) -> None:
    tone, ink = look.tone, look.color("ink", look.accent)
    envelope = look.color("envelope", WOOD)
    back = sheet.moved(90, 70, 1.0, 16)
    flap = back.piece(panel(0, 0, 470, 340, 5), envelope, 10)
    back.line([(-232, -166), (0, 30), (232, -166)], 3, lit(envelope, 0.6), 0.8, flap)
    for index, (x, y, turn) in enumerate(((60, -150, 10), (-120, 80, -14), (-60, -40, -3))):
        card = sheet.moved(x, y, 1.0, turn)
        mask = card.piece(panel(0, 0, 330, 450, 4), tone, 10)
        if index == 2:
            motif = card.moved(0, -20, 0.74)
            _motif(motif, "leaf", ink, tone, mask)
            border = panel(0, 0, 290, 410, 2)
            card.line([*border, border[0]], 2.4, ink, 0.6, mask)
        elif index == 1:
            card.stage.lay(card.stage.shape(card.on(oval(0, 0, 90, 90))), look.ink, 0.9, mask)
        else:
            card.lines([[(-120, y), (120, y)] for y in range(-150, 160, 30)], 8, look.surface, 0.9, mask)


@lying("rolls", turn=-28)
def rolls(sheet: Sheet, look: Look) -> None:
    cream: RGB = (246, 236, 216)
    for index, color in enumerate([look.tone, *look.tones][:3]):
        y = -170 + index * 170
        one = sheet.moved((index - 1) * 26, y, 1.0, (index - 1) * 4)
        mask = one.puffed(panel(0, 0, 640, 132, 14), cream if index == 0 else color, 20, 0.5)
        mark = color if index == 0 else cream
        for column in range(14):
            for row in range(3):
                x, v = -292 + column * 46, -44 + row * 44 + (22 if column % 2 else 0)
                if index == 1:
                    one.line([(x - 8, v), (x + 8, v)], 8, mark, 0.9, mask)
                else:
                    one.stage.lay(one.stage.shape(one.on(oval(x, v, 10, 10, n=14))), mark, 0.95, mask)
        one.stage.soften(one.on([(-316, 52), (316, 52)]), lit(color, 0.1), 0.45, 14, mask, width=30)
        one.stage.soften(one.on([(-316, -36), (316, -36)]), WHITE, 0.4, 9, mask, width=16)
        one.piece(oval(320, 0, 26, 66), lit(cream, 0.85), 0)
        one.line(
            [(320 + 15 * cos(t) * (1 - t / 18), 38 * sin(t) * (1 - t / 18)) for t in [i * 0.4 for i in range(34)]],
            3,
            lit(color, 0.7),
        )
    string = sheet.moved(0, 0, 1.0, 0)
    string.cord([(-40, -262), (-34, 0), (-44, 268)], 8, WOOD, 3)
