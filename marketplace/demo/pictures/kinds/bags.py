"""Bags, leather and what rides on a bicycle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin

from marketplace.demo.pictures.color import BRASS, LEATHER, RGB, STEEL, WHITE, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, hanging, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Spot
from marketplace.demo.pictures.stage import Mask, Wash


def _face(spot: Spot, points: Sequence[Point], color: RGB, radius: float = 16.0, depth: float = 0.16) -> Mask:
    """Draw an upright piece of a bag, with light that falls off to its lower right."""
    outline = spot.upright(rounded(points, radius) if radius else points)
    return spot.stage.fill(
        outline,
        Wash(lit(color, 1.02 + depth), lit(color, 0.98), lit(color, 0.97), lit(color, 0.98 - depth * 1.7)),
    )


def _bulge(spot: Spot, mask: Mask, color: RGB, x: float, y: float, rx: float, ry: float) -> None:
    stage = spot.stage
    stage.soften(spot.upright(oval(x - rx * 0.3, y + ry * 0.25, rx * 0.6, ry * 0.55)), lit(color, 1.3), 0.32, 40, mask)
    edge = spot.upright([(x + rx, y + ry), (x + rx, y - ry), (x - rx, y - ry)])
    stage.soften(edge, lit(color, 0.1), 0.4, 18, mask, width=30)


def _seam(spot: Spot, points: list[Point], color: RGB, width: float = 2.6) -> None:
    line = spot.upright(points)
    dashes = []
    for (x0, y0), (x1, y1) in pairwise(line):
        count = max(1, int(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / 11))
        for i in range(count):
            a, b = i / count, (i + 0.58) / count
            dashes.append([(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)])
    spot.stage.lay(spot.stage.strokes(dashes, width, round_ends=False), color, 0.8)


def _buckle(spot: Spot, x: float, y: float, width: float, color: RGB = BRASS) -> None:
    frame = [
        (x - width / 2, y + 20),
        (x + width / 2, y + 20),
        (x + width / 2, y - 20),
        (x - width / 2, y - 20),
    ]
    line = spot.upright([*frame, frame[0]])
    spot.stage.lay(spot.stage.strokes([[(px + 2, py + 3) for px, py in line]], 7), (44, 32, 30), 0.4)
    spot.stage.lay(spot.stage.strokes([line], 7), lit(color, 1.0))
    spot.stage.lay(spot.stage.strokes([[(px - 1, py - 1.5) for px, py in line]], 2), lit(color, 1.5), 0.8)
    spot.stage.line(spot.upright([(x, y + 20), (x, y - 16)]), 4, lit(color, 0.8))


def _strap(spot: Spot, points: list[Point], width: float, color: RGB) -> None:
    stage, w = spot.stage, spot.units(width)
    line = spot.upright(points)
    stage.soften([(x + 4, y + 6) for x, y in line], (44, 32, 30), 0.35, 4, width=w)
    mask = stage.strokes([line], w, round_ends=False)
    stage.lay(mask, lit(color, 0.95))
    stage.soften([(x - w * 0.25, y - w * 0.1) for x, y in line], lit(color, 1.4), 0.4, 3, mask, width=w * 0.25)


@standing("satchel", stature="hand")
def satchel(spot: Spot, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", LEATHER)
    spot = spot.moved(size=1.06)
    spot.backing(600, 170, 330)
    handle = curve([(-110, 400), (-90, 478), (0, 500), (90, 478), (110, 400)], 7)
    _strap(spot, handle, 24, strap)
    body = _face(spot, [(-292, 400), (292, 400), (300, 10), (-300, 10)], lit(tone, 0.9), 30)
    _bulge(spot, body, tone, 0, 200, 292, 190)
    flap = [(-298, 424), (298, 424), (306, 250), (280, 168), (-280, 168), (-306, 250)]
    spot.stage.soften(spot.upright([(-276, 160), (276, 160)]), (40, 24, 16), 0.5, 8, body, width=16)
    mask = _face(spot, flap, tone, 30)
    _bulge(spot, mask, tone, 0, 300, 290, 120)
    _seam(spot, [(-280, 400), (-284, 250), (-262, 186), (262, 186), (284, 250), (280, 400)], lit(tone, 1.5))
    for x in (-160, 160):
        _strap(spot, [(x, 420), (x, 96)], 44, strap)
        _seam(spot, [(x - 16, 410), (x - 16, 110)], lit(strap, 1.6), 2)
        _seam(spot, [(x + 16, 410), (x + 16, 110)], lit(strap, 1.6), 2)
        _buckle(spot, x, 128, 58)


@standing("moonbag", stature="hand")
def moonbag(spot: Spot, look: Look) -> None:
    tone = look.tone
    spot = spot.moved(size=1.12)
    spot.backing(420, 150, 280)
    path = curve([(-236, 250), (-190, 440), (-40, 560), (100, 540), (216, 420), (240, 250)], 8)
    _strap(spot, path, 26, lit(tone, 0.86))
    outline = curve(
        [
            (-250, 270),
            (-236, 150),
            (-150, 40),
            (0, 4),
            (150, 40),
            (236, 150),
            (250, 270),
            (120, 236),
            (0, 228),
            (-120, 236),
            (-250, 270),
        ],
        7,
    )
    mask = _face(spot, outline, tone, 0, 0.2)
    spot.stage.soften(spot.upright(oval(-70, 150, 110, 50)), lit(tone, 1.5), 0.4, 34, mask)
    low = spot.upright(curve([(-230, 130), (-140, 30), (0, 2), (150, 34), (240, 150)], 6))
    spot.stage.soften(low, lit(tone, 0.05), 0.5, 18, mask, width=30)
    rim = curve([(-250, 270), (-120, 238), (0, 230), (120, 238), (250, 270)], 7)
    spot.stage.lay(spot.stage.strokes([spot.upright(rim)], 9), lit(tone, 0.6))
    _seam(spot, [(x * 0.95, y - 16) for x, y in rim], lit(tone, 1.5))
    for x in (-240, 240):
        cx, cy = spot.upright([(x, 258)])[0]
        spot.stage.lay(spot.stage.strokes([oval(cx, cy, 18, 18)], 6), lit(BRASS, 1.05))


@standing("backpack", stature="hand")
def backpack(spot: Spot, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", LEATHER)
    spot = spot.moved(size=1.04)
    spot.backing(420, 210, 460)
    for side in (-1, 1):
        arm = curve([(side * 90, 520), (side * 236, 430), (side * 250, 220), (side * 200, 60)], 7)
        _strap(spot, arm, 40, lit(strap, 0.8))
    body = _face(spot, [(-196, 520), (196, 520), (216, 300), (206, 8), (-206, 8), (-216, 300)], tone, 44)
    _bulge(spot, body, tone, 0, 250, 206, 240)
    roll = _face(
        spot,
        rounded([(-186, 622), (186, 622), (200, 548), (188, 500), (-188, 500), (-200, 548)], 34),
        lit(tone, 1.02),
        0,
    )
    stage = spot.stage
    for y in (590, 556):
        stage.soften(spot.upright([(-184, y), (0, y - 10), (184, y)]), lit(tone, 0.15), 0.5, 6, roll, width=9)
    stage.soften(spot.upright([(-190, 498), (190, 498)]), (30, 24, 20), 0.45, 8, body, width=14)
    pocket = _face(spot, [(-156, 250), (156, 250), (164, 60), (-164, 60)], lit(tone, 0.97), 26)
    _bulge(spot, pocket, tone, 0, 150, 156, 90)
    _seam(spot, [(-144, 232), (144, 232)], lit(tone, 1.6))
    stage.lay(stage.strokes([spot.upright([(-148, 252), (148, 252)])], 9), lit(strap, 0.9))
    _strap(spot, [(0, 620), (0, 330)], 40, strap)
    _buckle(spot, 0, 372, 54)
    patch = _face(spot, [(56, 120), (120, 120), (120, 84), (56, 84)], LEATHER, 4)
    stage.lay(stage.strokes([spot.upright([(70, 102), (106, 102)])], 3), WHITE, 0.6, patch)


@standing("pannier", stature="hand")
def pannier(spot: Spot, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", look.accent)
    spot = spot.moved(size=1.08)
    spot.backing(430, 180, 440)
    for x in (-96, 96):
        hook = curve([(x, 470), (x, 540), (x + 26, 562), (x + 46, 536), (x + 44, 512)], 6)
        stage = spot.stage
        stage.lay(stage.strokes([spot.upright(hook)], spot.units(17)), lit(STEEL, 0.75))
    body = _face(spot, [(-212, 480), (212, 480), (226, 200), (196, 8), (-196, 8), (-226, 200)], tone, 34)
    _bulge(spot, body, tone, 0, 230, 214, 220)
    stage = spot.stage
    number = spot.upright([(-170, 250), (-60, 90)])
    stage.lay(stage.strokes([number], 34, round_ends=False), strap, 0.9, body)
    stage.lay(stage.strokes([spot.upright([(-110, 250), (0, 90)])], 10, round_ends=False), strap, 0.9, body)
    flap = _face(spot, [(-220, 500), (220, 500), (230, 360), (200, 322), (-200, 322), (-230, 360)], lit(tone, 1.02), 26)
    stage.soften(spot.upright([(-196, 316), (196, 316)]), (30, 26, 24), 0.5, 8, body, width=12)
    _bulge(spot, flap, tone, 0, 420, 214, 90)
    _seam(spot, [(-196, 340), (196, 340)], lit(tone, 0.5))
    _strap(spot, [(0, 494), (0, 226)], 36, strap)
    _buckle(spot, 0, 262, 50, STEEL)
    for x in (-180, 180):
        cx, cy = spot.upright([(x, 40)])[0]
        stage.lay(stage.strokes([oval(cx, cy, 10, 10)], 5), lit(STEEL, 0.9))


@standing("barbag", stature="hand")
def barbag(spot: Spot, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", LEATHER)
    small = look.has("small")
    spot = spot.moved(size=1.14)
    w, h = (230.0, 220.0) if small else (280.0, 330.0)
    spot.backing(w * 1.9, 190, h)
    body = _face(
        spot,
        [(-w, h), (w, h), (w * 1.02, h * 0.4), (w * 0.92, 8), (-w * 0.92, 8), (-w * 1.02, h * 0.4)],
        tone,
        60,
    )
    _bulge(spot, body, tone, 0, h * 0.5, w, h * 0.5)
    stage = spot.stage
    lid = [
        (-w * 1.0, h + 24),
        (w * 1.0, h + 24),
        (w * 1.04, h * 0.66),
        (w * 0.9, h * 0.5),
        (-w * 0.9, h * 0.5),
        (-w * 1.04, h * 0.66),
    ]
    stage.soften(spot.upright([(-w * 0.9, h * 0.48), (w * 0.9, h * 0.48)]), (36, 28, 22), 0.5, 8, body, width=14)
    flap = _face(spot, lid, lit(tone, 1.04), 40)
    _bulge(spot, flap, tone, 0, h * 0.8, w, h * 0.26)
    _seam(spot, [(-w * 0.88, h * 0.55), (w * 0.88, h * 0.55)], lit(tone, 1.7))
    for x in (-w * 0.56, w * 0.56):
        _strap(spot, [(x, h + 26), (x, h * 0.24)], 36, strap)
        _buckle(spot, x, h * 0.36, 50)
    if not small:
        _strap(
            spot,
            curve(
                [
                    (-w, h * 0.9),
                    (-w * 1.14, h * 1.2),
                    (-w * 0.7, h * 1.5),
                    (w * 0.7, h * 1.5),
                    (w * 1.14, h * 1.2),
                    (w, h * 0.9),
                ],
                7,
            ),
            18,
            lit(strap, 0.8),
        )
    tag = _face(spot, [(-34, h * 0.34), (34, h * 0.34), (34, h * 0.2), (-34, h * 0.2)], strap, 4)
    stage.lay(stage.strokes([spot.upright([(-18, h * 0.27), (18, h * 0.27)])], 3), WHITE, 0.6, tag)


@hanging("tote", stature="hand")
def tote(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", look.accent)
    long = look.word("strap") == "long"
    leather = look.has("leather")
    width = 26 if not long else 20
    for side, shade in ((0, 0.7), (1, 1.0)):
        x = 96 if not long else 190
        lift = 8 * side
        top = -316 + 10 * side
        arc = curve(
            [
                (-x, -110),
                (-x * 0.9, top * 0.8),
                (-x * 0.3, top),
                (x * 0.3, top),
                (x * 0.9, top * 0.8),
                (x, -110),
            ],
            7,
        )
        sheet.cord(arc, width, lit(trim if leather or long else tone, shade), 5 + lift)
        if side == 0:
            half = [(214, -130), (226, 120), (214, 300)]
            outline = [(-214, -130), *half, *[(-a, b) for a, b in reversed(half[1:])]]
            body = sheet.puffed(rounded(outline, 26), tone, 18, 0.6)
            if leather:
                sheet.scatter(body, lit(tone, 0.5), 160, 4, 1.6, 0.3)
            else:
                sheet.weave(body, "canvas", tone, 7, 0.34)
    sheet.fold(curve([(-140, -60), (-120, 110), (-150, 290)], 5), body, tone, 16, 0.34)
    sheet.fold(curve([(130, -40), (146, 120), (120, 290)], 5), body, tone, 16, 0.34)
    sheet.fold(curve([(-190, 262), (0, 282), (190, 262)], 5), body, tone, 12, 0.3)
    sheet.line([(-213, -104), (213, -104)], 3, lit(tone, 0.4), 0.6, body)
    sheet.stitch([(-208, -96), (208, -96)], lit(tone, 0.5) if not leather else lit(tone, 1.5), 2.6, 11)
    if look.has("band"):
        stripe = sheet.stage.shape(sheet.on([(-240, 90), (240, 60), (240, 150), (-240, 180)]))
        sheet.stage.lay(stripe, look.color("band", look.ink), 0.92, body)
        thin = sheet.stage.shape(sheet.on([(-240, 200), (240, 170), (240, 192), (-240, 222)]))
        sheet.stage.lay(thin, trim, 0.92, body)
    elif not leather:
        badge = sheet.stage.shape(sheet.on(oval(0, 90, 84, 84)))
        sheet.stage.lay(badge, trim, 0.92, body)
        wave = [[(-70 + 14 * t, 66 + row * 26 + 9 * sin(t * 1.1 + row)) for t in range(11)] for row in range(3)]
        sheet.lines(wave, 7, tone, 0.95, badge)
    for x in (-96, 96) if not long else (-190, 190):
        sheet.piece(panel(x, -82, width + 14, 62, 4), lit(trim if leather or long else tone, 1.02), 3)
        sheet.lines([[(x - 12, -104), (x + 12, -62)], [(x + 12, -104), (x - 12, -62)]], 2.2, lit(tone, 0.4), 0.7)


@lying("pouch", turn=-8, paired=False)
def pouch(sheet: Sheet, look: Look) -> None:
    colors = [look.tone, *look.tones][: look.count(1)]
    if len(colors) == 1:
        _pouch(sheet.moved(0, 0, 1.24), look.tone, look.has("leather"), 500, 300)
        return
    for color, (x, y, width, height, turn) in zip(
        colors, ((10, -170, 520, 300, 3), (-60, 40, 420, 250, -6), (110, 200, 320, 190, 7)), strict=False
    ):
        _pouch(sheet.moved(x, y, 1.0, turn), color, False, width, height)


def _pouch(sheet: Sheet, tone: RGB, leather: bool, width: float, height: float) -> None:
    mask = sheet.puffed(panel(0, 0, width, height, 26), tone, 20, 0.8)
    if leather:
        sheet.scatter(mask, lit(tone, 0.55), 160, 3, 1.6, 0.3)
        sheet.stitch([(-width / 2 + 18, height / 2 - 18), (width / 2 - 18, height / 2 - 18)], lit(tone, 0.55), 3, 13)
    else:
        sheet.weave(mask, "linen", tone, 8, 0.4, 320)
    y = -height / 2 + 40
    sheet.line([(-width / 2 + 14, y), (width / 2 - 14, y)], 20, lit(tone, 0.6), 0.9, mask)
    sheet.lines([[(x, y - 6), (x, y + 6)] for x in range(int(-width / 2 + 20), int(width / 2 - 16), 8)], 4, BRASS)
    sheet.metal(panel(width / 2 - 66, y, 30, 22, 5), BRASS, 4)
    sheet.puffed(panel(width / 2 - 66, y + 44, 22, 66, 9), LEATHER, 6, 0.4)


@lying("wallet", turn=-16)
def wallet(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    sheet.piece(panel(36, -150, 420, 130, 12), (232, 222, 204), 8)
    sheet.piece(panel(20, -120, 430, 130, 12), lit(look.accent, 1.0), 6)
    mask = sheet.puffed(panel(0, 40, 530, 390, 26), tone, 20, 0.6)
    sheet.scatter(mask, lit(tone, 0.5), 150, 5, 1.7, 0.35)
    sheet.stitch([(-244, -130), (-244, 214), (244, 214), (244, -130)], lit(tone, 1.7), 3.2, 14)
    for y in (-90, -30):
        edge = curve([(-262, y), (-60, y + 6), (0, y + 24), (60, y + 6), (262, y)], 6)
        sheet.stage.soften(sheet.on([(x, v + 6) for x, v in edge]), lit(tone, 0.05), 0.5, 5, mask, width=8)
        sheet.line(edge, 3, lit(tone, 1.4), 0.6, mask)
    sheet.line([(-30, 168), (30, 168)], 5, lit(tone, 0.5), 0.8, mask)


@lying("belt", turn=-10, paired=False)
def belt(sheet: Sheet, look: Look) -> None:
    tone, metal = look.tone, look.color("buckle", BRASS)
    stage = sheet.stage
    for radius in (236, 186, 138):
        ring = oval(-20, -40, radius, radius * 0.96)
        sheet.cord(ring, 50, tone, 10)
        sheet.line(oval(-20, -40, radius + 17, (radius + 17) * 0.96), 2, lit(tone, 1.6), 0.55)
    tail = curve([(216, -20), (226, 110), (170, 230), (60, 300), (-110, 316)], 8)
    path = sheet.on(tail)
    stage.soften([(x + 10, y + 14) for x, y in path], (44, 32, 30), 0.4, 8, width=sheet.units(50))
    mask = stage.strokes([path], sheet.units(52))
    stage.lay(mask, lit(tone, 0.96))
    stage.soften([(x - 6, y - 12) for x, y in path], lit(tone, 1.5), 0.4, 5, mask, width=12)
    for index in range(5):
        x, y = tail[len(tail) - 3 - index * 3]
        sheet.disc(x, y, 7, lit(tone, 0.2), 0)
    frame = sheet.moved(236, -60, 1.0, 8)
    frame.cord([*panel(0, 0, 96, 120, 18), panel(0, 0, 96, 120, 18)[0]], 17, metal, 8)
    frame.cord([(-2, 58), (0, -58)], 11, lit(metal, 0.9), 5)


@standing("helmet", paired=False)
def helmet(spot: Spot, look: Look) -> None:
    tone, strap = look.tone, look.color("strap", LEATHER)
    spot = spot.moved(size=1.14)
    spot.backing(470, 400, 260)
    stage = spot.stage
    for side in (-1, 1):
        path = curve([(side * 196, 120), (side * 130, 40), (side * 20, 6)], 6)
        stage.lay(stage.strokes([spot.upright(path, z=60)], spot.units(16)), lit(strap, 0.9))
    shell = [
        (-246, 96),
        (-256, 190),
        (-220, 320),
        (-120, 404),
        (20, 420),
        (160, 376),
        (240, 270),
        (262, 160),
        (290, 104),
        (180, 92),
        (0, 110),
        (-140, 104),
    ]
    mask = _face(spot, curve([*shell, shell[0]], 7), tone, 0, 0.2)
    stage.soften(spot.upright(oval(-90, 300, 110, 70)), lit(tone, 1.5), 0.6, 40, mask)
    stage.soften(
        spot.upright(curve([(-250, 110), (0, 120), (270, 110), (250, 240)], 6)),
        lit(tone, 0.1),
        0.4,
        30,
        mask,
        width=56,
    )
    for x, y, turn in (
        (-120, 330, 0.5),
        (-30, 356, 0.15),
        (66, 350, -0.2),
        (-150, 236, 0.6),
        (-50, 262, 0.2),
        (60, 262, -0.15),
        (150, 230, -0.4),
        (146, 322, -0.5),
    ):
        c, s = cos(turn), sin(turn)
        vent = [
            (x + 14 * cos(t) * c - 42 * sin(t) * s, y + 14 * cos(t) * s + 42 * sin(t) * c)
            for t in [i * pi / 10 for i in range(20)]
        ]
        hole = stage.fill(spot.upright(vent), lit(tone, 0.16))
        stage.soften(spot.upright([(x + 12, y - 20), (x + 12, y + 20)]), lit(tone, 0.9), 0.5, 4, hole, width=6)
    rim = curve([(-248, 104), (-140, 112), (0, 118), (180, 100), (288, 108)], 7)
    line = spot.upright(rim)
    stage.lay(stage.strokes([line], spot.units(18)), lit(mix(strap, (92, 84, 76), 0.4), 1.0))
    peak = _face(spot, curve([(200, 122), (306, 116), (330, 92), (240, 84), (200, 122)], 6), lit(tone, 0.86), 0)
    stage.soften(spot.upright([(210, 116), (310, 108)]), lit(tone, 1.4), 0.5, 4, peak, width=6)


@lying("lock", turn=-6, paired=False)
def lock(sheet: Sheet, look: Look) -> None:
    tone, accent = look.tone, look.color("accent", look.accent)
    ring = [(260 * cos(t), -30 + 226 * sin(t)) for t in [1.85 + i * 0.18 for i in range(33)]]
    sheet.cord(curve(ring, 3), 58, tone, 16)
    stage = sheet.stage
    weave = []
    for index in range(2, len(ring) - 2):
        (x0, y0), (x1, y1) = ring[index], ring[index + 1]
        nx, ny = (y1 - y0) * 0.62, -(x1 - x0) * 0.62
        weave.append([(x0 + nx, y0 + ny), (x1 - nx, y1 - ny)])
        weave.append([(x0 - nx, y0 - ny), (x1 + nx, y1 + ny)])
    sheet.lines(weave, 2.4, lit(tone, 1.7), 0.3)
    for x, y, turn in ((ring[0][0] - 10, ring[0][1] + 16, 20), (ring[-1][0] + 10, ring[-1][1] + 16, -20)):
        link = sheet.moved(x, y, 1.0, turn)
        link.cord([*panel(0, 20, 40, 66, 19), panel(0, 20, 40, 66, 19)[0]], 15, STEEL, 5)
    body = sheet.moved(0, 262, 1.0, 0)
    mask = body.puffed(panel(0, 0, 190, 130, 26), accent, 18, 0.6)
    body.disc(0, 6, 26, lit(STEEL, 0.9), 2)
    body.line([(0, -6), (0, 18)], 7, (40, 40, 40))
    stage.soften(body.on([(-70, -46), (60, -46)]), WHITE, 0.45, 6, mask, width=9)
    for x, turn in ((-60, 26), (-10, 4), (36, -20)):
        key = sheet.moved(x, -40, 0.8, turn)
        key.cord(oval(0, -40, 30, 30), 13, STEEL, 5)
        key.cord([(0, -8), (0, 92)], 13, STEEL, 5)
        key.cord([(0, 66), (18, 66)], 10, STEEL, 3)
        key.cord([(0, 86), (14, 86)], 10, STEEL, 3)
