"""Lamps and furniture."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import BRASS, LEATHER, RGB, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.kinds.bath import flame
from marketplace.demo.pictures.look import Look, hanging, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot, smooth_profile
from marketplace.demo.pictures.stage import Wash

GLOW: RGB = (255, 222, 158)
IRON: RGB = (46, 47, 48)


@standing("lamp", stature="hand")
def lamp(spot: Spot, look: Look) -> None:
    stage = spot.stage
    foot = look.color("foot", WOOD)
    spot.shadow(260, 260, 420)
    if look.word("shade") == "globe":
        spot.turned([(120, 0), (124, 4), (124, 16)], foot, 0.1)
        spot.disc(120, 16, foot)
        spot.rod((0, 16, 0), (0, 120, 0), 18, foot)
        ball = [(238 * cos(t), 330 + 226 * sin(t)) for t in [(-80 + 8 * i) * pi / 180 for i in range(21)]]
        mask = spot.turned(ball, look.tone, 0.0)
        center = spot.at(0, 320)
        stage.soften(oval(*center, spot.units(190), spot.units(180)), (255, 240, 206), 0.85, 70, mask)
        stage.soften(oval(*center, spot.units(300), spot.units(290)), GLOW, 0.26, 80)
        ribs = [
            spot.ring(238 * cos(t), 330 + 226 * sin(t), 0, pi, 24)
            for t in [(-70 + 12 * i) * pi / 180 for i in range(12)]
        ]
        stage.lay(stage.strokes(ribs, 1.8), lit(look.tone, 0.62), 0.35, mask)
        return
    spot.turned(
        smooth_profile([(118, 0), (126, 8), (118, 24), (60, 40), (34, 90), (30, 170), (44, 250), (26, 300), (20, 330)]),
        foot,
        0.22,
    )
    shade = smooth_profile([(214, 330), (206, 400), (176, 480), (120, 540), (62, 566)])
    under = spot.at(0, 330)
    stage.soften(oval(under[0], under[1] + 120, 190, 150), GLOW, 0.34, 70)
    pool = spot.at(0, 0)
    stage.soften(oval(pool[0], pool[1], 250, 60), GLOW, 0.4, 40)
    spot.turned(shade, look.tone, 0.22)
    spot.turned([(62, 560), (58, 568), (56, 580)], lit(look.tone, 0.8), 0.1)
    spot.disc(56, 580, GLOW, 1.1)
    rim = spot.ring(214, 330, 0.04, pi - 0.04, 30)
    stage.lay(stage.strokes([rim], 5), lit(GLOW, 1.15))


@standing("desklamp")
def desklamp(spot: Spot, look: Look) -> None:
    spot = spot.moved(x=110)
    tone = look.tone
    spot.shadow(230, 230, 120)
    spot.turned([(118, 0), (122, 4), (122, 20), (116, 26)], tone, 0.15)
    spot.disc(116, 26, tone, 1.05)
    elbow, wrist = (110.0, 330.0, 0.0), (-150.0, 560.0, 0.0)
    spot.rod((0, 26, 0), elbow, 17, tone)
    spot.rod(elbow, wrist, 15, tone)
    for joint in ((0, 34, 0), elbow, wrist):
        _knob(spot, joint, 20, BRASS)
    stage = spot.stage
    x, y = wrist[0], wrist[1]
    head = [
        (x - 14, y + 30),
        (x + 30, y - 6),
        (x + 28, y - 96),
        (x - 152, y - 176),
        (x - 196, y - 70),
        (x - 74, y + 22),
    ]
    pool = spot.at(-270, 0)
    beam = [
        *spot.upright([(x + 10, y - 110), (x - 186, y - 96)]),
        (pool[0] - 150, pool[1]),
        (pool[0] + 230, pool[1]),
    ]
    stage.soften(beam, GLOW, 0.22, 26)
    stage.soften(oval(pool[0] + 30, pool[1], 200, 44), GLOW, 0.5, 30)
    mask = stage.fill(
        spot.upright(rounded(head, 24)),
        Wash(lit(tone, 1.35), lit(tone, 1.0), lit(tone, 0.95), lit(tone, 0.7)),
    )
    stage.soften(spot.upright([(x - 60, y + 6), (x - 160, y - 70)]), WHITE, 0.35, 8, mask, width=14)
    mouth = spot.upright([(x + 30, y - 92), (x - 152, y - 176)])
    stage.line(mouth, 12, lit(GLOW, 1.1))
    _knob(spot, wrist, 20, BRASS)


def _knob(spot: Spot, place: tuple[float, float, float], radius: float, color: RGB) -> None:
    cx, cy = spot.at(*place)
    r = spot.units(radius)
    mask = spot.stage.fill(oval(cx, cy, r, r), Wash(lit(color, 1.3), color, color, lit(color, 0.6)))
    spot.stage.soften(oval(cx - r * 0.3, cy - r * 0.35, r * 0.3, r * 0.25), WHITE, 0.7, 2, mask)


@hanging("pendant", paired=False)
def pendant(sheet: Sheet, look: Look) -> None:
    stage, tone = sheet.stage, look.tone
    x, y = sheet.at(0, -60)
    stage.line([(x, -20), (x, y)], sheet.units(6), IRON)
    if look.word("shade") == "veneer":
        stage.soften(sheet.on(oval(0, 110, 330, 300)), GLOW, 0.55, 70)
        strips = 15
        order = sorted(range(strips), key=lambda index: -abs(index - strips // 2))
        for index in order:
            u = (index - strips // 2) / (strips // 2)
            left, right = u * 250 - 26, u * 250 + 26
            path = [
                (u * 46 - 12, -110),
                (left * 1.06, 20),
                (left * 1.06, 200),
                (u * 60 - 12, 330),
                (u * 60 + 12, 330),
                (right * 1.06, 200),
                (right * 1.06, 20),
                (u * 46 + 12, -110),
            ]
            color = mix(tone, (244, 200, 134), 0.35)
            light = 1.16 - 0.26 * abs(u) - 0.08 * u
            outline = curve([*path, path[0]], 5)
            mask = stage.fill(
                sheet.on(outline),
                Wash(
                    lit(color, light),
                    lit(color, light - 0.1),
                    lit(color, light + 0.04),
                    lit(color, light - 0.14),
                ),
            )
            edge = sheet.on(curve(path[4:], 5))
            stage.soften(edge, lit(color, 0.3), 0.5, 4, mask, width=5)
        for cy, width in ((-112, 74), (332, 92)):
            sheet.piece(panel(0, cy, width, 22, 8), lit(tone, 0.75), 3)
        return
    stage.soften(sheet.on([(-190, 230), (190, 230), (330, 620), (-330, 620)]), GLOW, 0.24, 60)
    sheet.drop([(-40, -60), (40, -60), (250, 230), (-250, 230)], 14)
    outline = [
        (-34, -78),
        (34, -78),
        (60, -30),
        (150, 40),
        (220, 140),
        (250, 236),
        (0, 262),
        (-250, 236),
        (-220, 140),
        (-150, 40),
        (-60, -30),
    ]
    mask = stage.fill(
        sheet.on(curve([*outline, outline[0]], 6)),
        Wash(lit(tone, 1.25), lit(tone, 0.95), lit(tone, 1.0), lit(tone, 0.55)),
    )
    stage.soften(sheet.on([(-60, -10), (-140, 90), (-190, 210)]), WHITE, 0.42, 12, mask, width=22)
    stage.soften(sheet.on([(110, 20), (200, 150), (230, 230)]), lit(tone, 0.1), 0.6, 24, mask, width=50)
    opening = stage.fill(sheet.on(oval(0, 236, 250, 34)), lit(WHITE, 0.9))
    stage.soften(sheet.on(oval(0, 240, 150, 22)), (255, 238, 190), 1.0, 10, opening)
    bulb = sheet.on(oval(0, 236, 46, 34))
    stage.lay(stage.shape(bulb), (255, 247, 224), 0.95)
    sheet.piece(panel(0, -86, 46, 40, 8), BRASS, 2)


@standing("floorlamp", stature="large", paired=False)
def floorlamp(spot: Spot, look: Look) -> None:
    stage, stem = spot.stage, look.color("stem", WOOD)
    spot = spot.moved(x=90, size=1.12)
    spot.shadow(240, 240, 60)
    spot.turned([(116, 0), (120, 4), (118, 22), (110, 28)], IRON, 0.12)
    spot.disc(110, 28, IRON, 1.1)
    path = curve([(20, 26), (64, 220), (70, 400), (10, 560), (-110, 600)], 8)
    line = spot.upright(path)
    mask = stage.strokes([line], spot.units(20))
    stage.lay(mask, lit(stem, 0.8))
    stage.soften([(x - 4, y - 2) for x, y in line], lit(stem, 1.2), 0.9, 2.5, mask, width=6)
    shade = spot.moved(-120)
    pool = spot.at(-120, 0)
    stage.soften(
        [
            (pool[0] - 100, spot.at(0, 420)[1]),
            (pool[0] + 100, spot.at(0, 420)[1]),
            (pool[0] + 210, pool[1]),
            (pool[0] - 210, pool[1]),
        ],
        GLOW,
        0.22,
        36,
    )
    stage.soften(oval(*pool, 230, 56), GLOW, 0.4, 34)
    body = shade.turned([(128, 420), (86, 580)], look.tone, 0.0)
    stage.soften(oval(*shade.at(0, 480), 90, 80), (255, 236, 190), 0.75, 34, body)
    lines = [
        [shade.ring(128, 420, a, a, 1)[0], shade.ring(86, 580, a, a, 1)[0]] for a in [pi * i / 14 for i in range(15)]
    ]
    stage.lay(stage.strokes(lines, 1.4), lit(look.tone, 0.6), 0.3, body)
    stage.lay(stage.strokes([shade.ring(128, 420, 0, pi)], 4), lit(GLOW, 1.05), 0.8)
    shade.disc(86, 580, lit(look.tone, 0.9))


@standing("stool", stature="large")
def stool(spot: Spot, look: Look) -> None:
    tone = seat = look.tone
    if look.has("low"):
        spot = spot.moved(size=0.98)
        height, spread, top = 300.0, 170.0, 236.0
    else:
        height, spread, top = 470.0, 186.0, 216.0
    spot.shadow(spread * 2, spread * 2, height * 0.5, 0.9, legs=True)
    legs = [pi * 0.5, pi * (0.5 + 2 / 3), pi * (0.5 - 2 / 3)]
    for angle in sorted(legs, key=sin):
        c, s = cos(angle + 0.35), sin(angle + 0.35)
        spot.rod((c * top * 0.55, height, s * top * 0.55), (c * spread, 0, s * spread), 44, lit(tone, 0.95), 0.66)
    spot.turned([(top - 12, height), (top, height + 8), (top, height + 40), (top - 8, height + 50)], seat, 0.08)
    mask = spot.disc(top - 8, height + 50, seat)
    stage = spot.stage
    grain = []
    for index in range(12):
        offset = (index - 5.5) * top / 6.4
        wide = (1 - (offset / top) ** 2) ** 0.5 * top
        grain.append(
            [spot.at(-wide + wide * 2 * t / 8, height + 50, offset + 8 * sin(t * 0.8 + index)) for t in range(9)]
        )
    stage.lay(stage.strokes(grain, 1.7, round_ends=False), lit(seat, 0.55), 0.28, mask)
    for angle in legs:
        px, py = spot.ring(top * 0.55, height + 50, angle + 0.35, angle + 0.35, 1)[0]
        stage.fill(oval(px, py, 15, 15 * spot.camera.pitch + 3), lit(seat, 0.72))


@standing("chair", yaw=-28, stature="large", paired=False)
def chair(spot: Spot, look: Look) -> None:
    tone = look.tone
    spot = spot.moved(size=0.98, x=-10)
    spot.shadow_of([(-160, 0, -150), (160, 0, -150), (180, 0, 160), (-180, 0, 160)], 180, 0.9, legs=True)
    for x, z in ((-150, -140), (150, -140)):
        spot.rod((x * 0.85, 330, z * 0.8), (x * 1.08, 0, z * 1.15), 30, lit(tone, 0.9), 0.7)
    for x in (-1, 1):
        spot.rod((x * 142, 120, -150), (x * 152, 120, 140), 18, lit(tone, 0.85))
    spot.rod((-150, 130, 0), (150, 130, 0), 18, lit(tone, 0.9))
    for x, z in ((-160, 140), (160, 140)):
        spot.rod((x * 0.85, 330, z * 0.8), (x * 1.1, 0, z * 1.12), 32, tone, 0.7)
    seat = spot.box(370, 32, 350, tone, y=326, radius=26)
    seat.grain("top", tone, 10, 0.3)
    for index in range(9):
        x = -144 + index * 36
        spot.rod((x * 0.92, 356, -146), (x * 1.08, 648, -196), 13, lit(tone, 0.96), 0.8)
    rail = [(x, 648 + 14 * (1 - (x / 190) ** 2)) for x in range(-190, 191, 38)]
    low = [spot.at(x * 1.0, y, -196 - 16 * (1 - (x / 190) ** 2)) for x, y in rail]
    stage = spot.stage
    mask = stage.strokes([low], spot.units(44))
    stage.lay(mask, lit(tone, 0.92))
    stage.soften([(x, y - 9) for x, y in low], lit(tone, 1.3), 0.8, 3, mask, width=8)
    stage.soften([(x, y + 14) for x, y in low], lit(tone, 0.4), 0.5, 4, mask, width=10)


@standing("table", stature="large", paired=False)
def table(spot: Spot, look: Look) -> None:
    legs = look.color("legs", IRON)
    spot.shadow(420, 420, 200, 0.9, legs=True)
    for angle in (4.3, 5.7, 1.9, 0.7):
        c, s = cos(angle), sin(angle)
        spot.rod((-c * 90, 400, -s * 90), (c * 210, 0, s * 210), 16, legs)
    tone = look.tone
    spot.turned([(286, 396), (296, 402), (298, 452)], tone, 0.08)
    stage = spot.stage
    rim = stage.fill(spot.ring(298, 452, n=60), lit(tone, 1.08))
    inner = stage.fill(
        spot.ring(284, 450, n=60),
        Wash(lit(tone, 0.78), lit(tone, 0.92), lit(tone, 0.9), lit(tone, 1.0)),
        1,
        rim,
    )
    floor = stage.shape(spot.ring(280, 434, n=60))
    stage.lay(floor, Wash(lit(tone, 1.04), lit(tone, 0.98), lit(tone, 1.02), lit(tone, 0.9)), 1, inner)
    lines = [[spot.at(-280 + 70 * t, 434, -230 + 40 * i + 6 * sin(t + i)) for t in range(9)] for i in range(12)]
    stage.lay(stage.strokes(lines, 1.6, round_ends=False), lit(tone, 0.6), 0.25, floor)
    cup = spot.moved(-70, 30, 0.62)
    base = 434 / 0.62
    cup.shadow(150, 150, 110, 0.8, lift=base)
    cup.turned(smooth_profile([(60, base), (76, base + 10), (92, base + 70), (96, base + 150)]), (138, 81, 56), 0.15)
    cup.mouth(96, base + 150, 9, (244, 238, 226), (242, 236, 224))
    books = spot.moved(110, -10, 0.6, -18)
    base = 434 / 0.6
    books.box(230, 34, 160, look.ink, y=base, radius=3)
    books.box(210, 28, 148, look.accent, y=base + 34, radius=3)


@hanging("shelf", paired=False)
def shelf(sheet: Sheet, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", LEATHER)
    for y in (-60, 190):
        sheet.drop(panel(0, y + 20, 620, 40, 4), 26)
    for x in (-230, 230):
        sheet.line([(x, -300), (x, 210)], 24, lit(strap, 0.9))
        sheet.line([(x - 7, -300), (x - 7, 210)], 3, lit(strap, 1.4), 0.6)
        sheet.bead(x, -296, 15, BRASS, 4)
    _shelf_goods(sheet, look)
    for y in (-60, 190):
        board = sheet.piece(panel(0, y, 620, 34, 4), tone, 0)
        sheet.lines(
            [[(-310 + 62 * t, y - 9 + 6 * i + 2 * sin(t + i)) for t in range(11)] for i in range(4)],
            1.6,
            lit(tone, 0.55),
            0.35,
            board,
        )
        sheet.stage.soften(sheet.on([(-306, y - 15), (306, y - 15)]), WHITE, 0.6, 2, board, width=3)
        for x in (-230, 230):
            sheet.line([(x, y - 17), (x, y + 20)], 24, strap)


def _shelf_goods(sheet: Sheet, look: Look) -> None:
    x = -180.0
    for width, height, color in (
        (34, 150, look.ink),
        (26, 132, look.accent),
        (40, 160, look.soft),
        (28, 140, (120, 138, 120)),
    ):
        book = sheet.piece(panel(x, -77 - height / 2, width, height, 3), color, 6)
        sheet.lines([[(x - width / 2, -77 - height * 0.8), (x + width / 2, -77 - height * 0.8)]], 4, WHITE, 0.6, book)
        x += width + 4
    vase = [
        (-26, -77),
        (-44, -110),
        (-46, -150),
        (-20, -196),
        (-16, -226),
        (16, -226),
        (20, -196),
        (46, -150),
        (44, -110),
        (26, -77),
    ]
    sheet.puffed([(px + 130, py) for px, py in curve([*vase, vase[0]], 5)], (236, 228, 214), 8)
    bowl = [(-92, 96), (92, 96), (74, 150), (36, 172), (-36, 172), (-74, 150)]
    sheet.puffed([(px - 110, py) for px, py in curve([*bowl, bowl[0]], 5)], (168, 178, 154), 8)
    for index in range(3):
        sheet.piece(panel(130, 160 - index * 26, 180 - index * 14, 24, 8), (look.soft, look.accent, WHITE)[index], 5)


@hanging("mirror", paired=False)
def mirror(sheet: Sheet, look: Look) -> None:
    strap = look.color("strap", LEATHER)
    sheet.line([(0, -330), (-176, -150)], 15, lit(strap, 0.95))
    sheet.line([(0, -330), (176, -150)], 15, lit(strap, 0.8))
    sheet.disc(0, 50, 286, look.tone, 22)
    glass = sheet.disc(0, 50, 262, (206, 214, 214), 0, 0.3)
    for x, width in ((-80, 60), (30, 26)):
        band = [(x, -300), (x + width, -300), (x + width - 160, 380), (x - 160, 380)]
        sheet.stage.soften(sheet.on(band), WHITE, 0.6, 8, glass)
    rim = oval(0, 50, 258, 258)
    sheet.stage.soften(sheet.on(rim), lit((206, 214, 214), 0.2), 0.5, 6, glass, width=8)
    sheet.bead(0, -334, 30, look.tone, 12)


@hanging("clock", paired=False)
def clock(sheet: Sheet, look: Look) -> None:
    tone, hands = look.tone, look.color("hands", IRON)
    sheet.disc(0, 0, 300, lit(tone, 0.88), 24)
    dial = sheet.disc(0, 0, 286, tone, 0, 0.14)
    lines = [[(-290 + 58 * t, -280 + 26 * i + 5 * sin(t * 0.9 + i)) for t in range(11)] for i in range(22)]
    sheet.lines(lines, 1.8, lit(tone, 0.6), 0.2, dial)
    marks = []
    for hour in range(12):
        angle = hour * pi / 6
        inner = 218 if hour % 3 == 0 else 240
        marks.append([(inner * sin(angle), -inner * cos(angle)), (262 * sin(angle), -262 * cos(angle))])
    sheet.lines(marks, 7, hands, 0.9)
    for angle, length, width in ((-1.05, 150, 15), (0.98, 214, 11)):
        tip = (length * sin(angle), -length * cos(angle))
        tail = (-34 * sin(angle), 34 * cos(angle))
        sheet.stage.soften(
            sheet.on([(tail[0] + 5, tail[1] + 8), (tip[0] + 5, tip[1] + 8)]),
            (44, 32, 30),
            0.4,
            4,
            width=width,
        )
        sheet.line([tail, tip], width, hands)
    sheet.bead(0, 0, 15, BRASS, 3)


@standing("candlebridge", paired=False)
def candlebridge(spot: Spot, look: Look) -> None:
    tone, wax = look.tone, look.color("wax", WHITE)
    spot = spot.moved(size=1.1)
    spot.shadow(600, 90, 120)
    stage = spot.stage
    spot.box(620, 26, 90, tone, radius=8).grain("top", tone, 4, 0.3)
    arch: list[Point] = [(300 * cos(t), 26 + 190 * sin(t)) for t in [pi * i / 30 for i in range(31)]]
    line = spot.upright(arch)
    mask = stage.strokes([line], spot.units(30))
    stage.lay(mask, lit(tone, 0.88))
    stage.soften([(x - 3, y - 6) for x, y in line], lit(tone, 1.3), 0.8, 3, mask, width=8)
    for index in range(5):
        t = pi * (index + 0.75) / 5.5
        x, y = 300 * cos(t), 26 + 190 * sin(t)
        one = spot.moved(x)
        one.turned([(20, y + 8), (30, y + 20), (32, y + 36)], BRASS, 0.6)
        one.disc(32, y + 36, BRASS, 1.1)
        one.turned([(13, y + 34), (13, y + 176), (10, y + 182)], wax, 0.1)
        flame(one, y + 180, 0.62)
