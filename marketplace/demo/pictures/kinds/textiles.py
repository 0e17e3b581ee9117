"""Cloth for the house: stacks, cushions, rugs."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import RGB, WHITE, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval, rounded
from marketplace.demo.pictures.look import Look, lying, standing
from marketplace.demo.pictures.sheets import Sheet, panel
from marketplace.demo.pictures.solids import Box, Spot
from marketplace.demo.pictures.stage import Wash


def _folded_cloth(spot: Spot, color: RGB, y: float, width: float, depth: float, height: float) -> Box:
    """Draw one folded cloth of a stack: soft edges, and the folds seen from the front."""
    box = spot.box(width, height, depth, color, y=y, radius=height * 0.5)
    stage = spot.stage
    for v in (0.3, 0.62):
        line = box.on("front", [(0.02, v), (0.3, v + 0.05), (0.7, v - 0.03), (0.985, v + 0.02)])
        stage.lay(stage.strokes([line], 2.6), lit(color, 0.3), 0.5, box.silhouette)
        lower = [(x, py + 4) for x, py in line]
        stage.lay(stage.strokes([lower], 3.4), lit(color, 1.25), 0.45, box.silhouette)
    for v in (0.34, 0.66):
        stage.lay(
            stage.strokes([box.on("side", [(0.0, v), (1.0, v - 0.02)])], 2.2),
            lit(color, 0.3),
            0.4,
            box.silhouette,
        )
    low = [(x, py) for x, py in box.on("front", [(0, 0.98), (1, 0.98)])]
    stage.soften(low, lit(color, 0.05), 0.5, 5, box.silhouette, width=8)
    return box


def _woven(spot: Spot, box: Box, color: RGB, weave: str, second: RGB) -> None:
    stage = spot.stage
    if weave == "stripes":
        for u in (0.10, 0.15, 0.85, 0.90):
            box.patch("top", [(u, 0), (u + 0.025, 0), (u + 0.025, 1), (u, 1)], second)
            box.patch("front", [(u, 0), (u + 0.025, 0), (u + 0.025, 1), (u, 1)], second)
        return
    lines = []
    if weave in ("waffle", "check"):
        for face, across, down in (("top", 22, 16), ("front", 22, 5)):
            lines += [box.on(face, [(i / across, 0), (i / across, 1)]) for i in range(1, across)]
            lines += [box.on(face, [(0, i / down), (1, i / down)]) for i in range(1, down)]
        stage.lay(stage.strokes(lines, 2.2, round_ends=False), lit(color, 0.4), 0.28, box.silhouette)
    elif weave == "herringbone":
        for face, down in (("top", 22), ("front", 6)):
            for column in range(26):
                lean = 0.6 / down if column % 2 else -0.6 / down
                for row in range(down):
                    u, v = column / 26, (row + 0.5) / down
                    lines.append(box.on(face, [(u, v + lean), (u + 1 / 26, v - lean)]))
        stage.lay(stage.strokes(lines, 2.4, round_ends=False), lit(color, 0.4), 0.32, box.silhouette)


@standing("towels", yaw=-24, paired=False)
def towels(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.12)
    weave = look.word("weave", "plain")
    colors = [*look.tones, look.tone] if weave != "stripes" else [look.tone] * 3
    spot.shadow_of([(-240, 0, -160), (240, 0, -160), (240, 0, 160), (-240, 0, 160)], 300)
    y, height = 0.0, 104.0
    seconds = look.tones or [look.accent]
    for index, color in enumerate(colors):
        one = spot.moved((8, -6, 2)[index % 3], 0, 1.0, (1.5, -2.0, 0.5)[index % 3])
        box = _folded_cloth(one, color, y, 480 - index * 8, 320, height)
        _woven(one, box, color, weave, seconds[index % len(seconds)])
        y += height * 0.97


@standing("folded", yaw=-22, paired=False)
def folded(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.1)
    colors = [*reversed(look.tones), look.tone]
    thin = 340.0 / len(colors) if not look.has("ring") else 58.0
    spot.shadow_of([(-230, 0, -170), (230, 0, -170), (230, 0, 170), (-230, 0, 170)], thin * len(colors))
    y = 0.0
    box = None
    for index, color in enumerate(colors):
        one = spot.moved((6, -8, 4, 0)[index % 4], 0, 1.0, (2.0, -2.5, 1.0, -0.5)[index % 4])
        box = _folded_cloth(one, color, y, 460 - index * 4, 330, thin)
        y += thin * 0.97
    if box is not None and look.has("buttons"):
        for u in (0.16, 0.33, 0.5, 0.67, 0.84):
            box.round("top", u, 0.84, 9, (120, 86, 58))
    if box is not None and look.has("ring"):
        sprig_on(spot, y)


def sprig_on(spot: Spot, y: float) -> None:
    """Lay a small twig on top of a stack."""
    stage = spot.stage
    stem = [spot.at(-120 + 24 * t, y + 6, 14 * sin(t * 0.5)) for t in range(11)]
    stage.line(stem, 4, (104, 84, 58))
    for index in range(10):
        x, py = stem[index]
        up = -1 if index % 2 else 1
        leaf = [(x, py), (x + 14, py + up * 13), (x + 36, py + up * 16), (x + 22, py + up * 3)]
        stage.fill(curve([*leaf, leaf[0]], 4), mix((104, 128, 84), WHITE, 0.08 * (index % 3)))


@standing("blanket", yaw=-20, paired=False)
def blanket(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.18)
    tone, weave = look.tone, look.word("weave", "herringbone")
    second = (look.tones or [look.soft])[0]
    spot.shadow_of([(-240, 0, -170), (240, 0, -170), (240, 0, 170), (-240, 0, 170)], 260)
    base = _folded_cloth(spot.moved(4, 0, 1.0, 1.5), second, 0, 480, 340, 118)
    _woven(spot, base, second, weave, tone)
    box = _folded_cloth(spot.moved(-2, 0, 1.0, -1.0), tone, 114, 470, 334, 124)
    _woven(spot, box, tone, weave, second)
    stage = spot.stage
    fringe = []
    for index in range(34):
        u = 0.015 + index / 34.5
        a, b = box.on("front", [(u, 0.06)])[0], box.on("front", [(u + 0.006 * sin(index * 2.1), 0.42)])[0]
        fringe.append([a, b])
    stage.lay(stage.strokes([[(x + 3, y + 4) for x, y in line] for line in fringe], 4.6), lit(tone, 0.2), 0.35)
    stage.lay(stage.strokes(fringe, 4.4), lit(tone, 1.08))


@standing("cushion")
def cushion(spot: Spot, look: Look) -> None:
    pillow = look.word("shape") == "pillow"
    w, h = (330.0, 200.0) if pillow else (270.0, 270.0)
    if look.count(1) > 1:
        _pillow(spot.moved(60, -130, 0.98), look, look.tone, w, h, 5)
        _pillow(spot.moved(-40, 40, 0.98), look, look.tone, w, h, -4)
    else:
        _pillow(spot.moved(size=1.1), look, look.tone, w, h, -3)


def _pillow(spot: Spot, look: Look, tone: RGB, w: float, h: float, lean: float) -> None:
    spot.backing(w * 1.7, 200, h * 0.9)
    c, s = cos(lean * pi / 180), sin(lean * pi / 180)

    def turned(points: list[Point]) -> list[Point]:
        return spot.upright([(x * c - y * s, h + 6 + x * s + y * c) for x, y in points])

    top = [(-w, h * 1.0), (-w * 0.5, h * 0.90), (0, h * 0.885), (w * 0.5, h * 0.90), (w, h)]
    right = [(w * 0.915, h * 0.5), (w * 0.90, 0), (w * 0.93, -h * 0.5)]
    bottom = [
        (w * 1.0, -h * 0.98),
        (w * 0.5, -h * 0.93),
        (0, -h * 0.92),
        (-w * 0.5, -h * 0.93),
        (-w, -h * 0.98),
    ]
    left = [(-w * 0.93, -h * 0.5), (-w * 0.90, 0), (-w * 0.915, h * 0.5)]
    outline = turned(rounded(curve([*top, *right, *bottom, *left, top[0]], 5), 6))
    stage = spot.stage
    mask = stage.fill(outline, Wash(lit(tone, 1.08), lit(tone, 0.98), lit(tone, 0.94), lit(tone, 0.7)))
    stage.soften(
        turned(
            [
                (-w * 0.62, -h * 0.3),
                (-w * 0.4, h * 0.5),
                (w * 0.2, h * 0.55),
                (w * 0.3, h * 0.1),
                (-w * 0.2, -h * 0.3),
            ]
        ),
        lit(tone, 1.35),
        0.5,
        46,
        mask,
    )
    stage.soften(
        turned([(w * 0.1, -h * 0.9), (w, -h * 0.9), (w, h * 0.5), (w * 0.72, -h * 0.4)]),
        lit(tone, 0.1),
        0.36,
        44,
        mask,
    )
    for x, y, dx, dy in ((-w, h, 0.36, -0.3), (w, h, -0.34, -0.32), (-w, -h, 0.34, 0.3), (w, -h, -0.36, 0.3)):
        crease = turned([(x * 0.95, y * 0.93), (x * 0.95 + dx * w * 0.7, y * 0.93 + dy * h * 0.9)])
        stage.soften(crease, lit(tone, 0.1), 0.42, 9, mask, width=11)
        stage.soften([(px - 12, py - 4) for px, py in crease], lit(tone, 1.3), 0.3, 8, mask, width=9)
    weave = [turned([(x, -h), (x, h)]) for x in range(int(-w), int(w), 9)]
    stage.lay(stage.strokes(weave, 1.3, round_ends=False), lit(tone, 0.4), 0.14, mask)
    weave = [turned([(-w, y), (w, y)]) for y in range(int(-h), int(h), 9)]
    stage.lay(stage.strokes(weave, 1.3, round_ends=False), lit(tone, 1.3), 0.14, mask)
    trim = look.color("trim", lit(tone, 0.72))
    stage.lay(stage.strokes([[*outline, outline[0]]], 5), trim, 0.85)


@lying("rug", turn=-6, stature="large", paired=False)
def rug(sheet: Sheet, look: Look) -> None:
    tone = look.tone
    colors = [tone, *look.tones]
    fringe = []
    for index in range(46):
        x = -232 + index * 10.3
        for y, reach in ((-330, -40), (330, 40)):
            fringe.append([(x, y), (x + 4 * sin(index * 2.3), y + reach)])
    sheet.lines(fringe, 4, lit((236, 226, 206), 0.95))
    mask = sheet.piece(panel(0, 0, 480, 664, 5), tone, 9)
    top, index = -332.0, 0
    while top < 332:
        height = (58, 14, 26, 14, 84, 20, 40, 12)[index % 8]
        color = colors[index % len(colors)]
        stripe = sheet.stage.shape(sheet.on([(-240, top), (240, top), (240, top + height), (-240, top + height)]))
        sheet.stage.lay(stripe, Wash(lit(color, 1.05), lit(color, 0.98), lit(color, 0.98), lit(color, 0.9)), 1.0, mask)
        top, index = top + height, index + 1
    sheet.lines([[(-240, v), (240, v)] for v in range(-330, 332, 8)], 1.8, lit(tone, 0.3), 0.3, mask)
    sheet.lines([[(u, -332), (u, 332)] for u in range(-238, 240, 7)], 1.4, lit(tone, 0.4), 0.16, mask)


@lying("roll", turn=-24, paired=False)
def roll(sheet: Sheet, look: Look) -> None:
    tone, trim = look.tone, look.color("trim", look.soft)
    strip = [(-120, -330), (150, -318), (156, 120), (-116, 110)]
    cloth = sheet.piece(strip, tone, 8)
    sheet.weave(cloth, "linen", tone, 8, 0.4, 400)
    for x in (-86, 118):
        sheet.lines([[(x - 9, y), (x + 9, y)] for y in range(-310, 110, 9)], 3, lit(tone, 0.45), 0.6, cloth)
        sheet.line([(x - 12, -330), (x - 12, 130)], 2, trim, 0.8, cloth)
        sheet.line([(x + 12, -330), (x + 12, 130)], 2, trim, 0.8, cloth)
    tube = sheet.puffed(panel(20, 180, 296, 176, 40), tone, 22, 0.8)
    sheet.weave(tube, "linen", tone, 8, 0.35, 400)
    sheet.stage.soften(sheet.on([(-120, 120), (160, 128)]), WHITE, 0.45, 12, tube, width=22)
    end = sheet.piece(oval(-122, 180, 34, 86), lit(tone, 0.92), 0)
    spiral = [(-122 + (30 - t * 1.1) * cos(t), 180 + (80 - t * 3.0) * sin(t)) for t in [i * 0.35 for i in range(70)]]
    sheet.line(spiral, 3.4, lit(tone, 0.5), 0.8, end)
    sheet.cord([(36, 94), (40, 180), (34, 268)], 10, WOOD, 2)


@standing("yarn", paired=False)
def yarn(spot: Spot, look: Look) -> None:
    colors = [look.tone, *look.tones]
    places = [(-110, 70, 1.0), (130, -30, 0.92), (20, -190, 0.88)]
    for color, (x, z, size) in sorted(zip(colors, places, strict=False), key=lambda pair: pair[1][1]):
        _ball(spot.moved(x * 1.15, z, size * 1.18), color)


def _ball(spot: Spot, color: RGB) -> None:
    spot.shadow(250, 250, 180)
    stage, r = spot.stage, 150.0
    circle = spot.upright(oval(0, r - 6, r, r))
    mask = stage.fill(circle, Wash(lit(color, 1.2), lit(color, 0.95), lit(color, 0.9), lit(color, 0.5)))
    for turn, spread in ((0.5, 0.9), (-0.7, 1.0), (1.5, 0.8), (-0.1, 0.7)):
        dark, light = [], []
        c, s = cos(turn), sin(turn)
        for index in range(11):
            offset = (index - 5) * 24 * spread
            arc = [(-r * 1.1 + 22 * t, offset + 46 * sin(pi * t / 10) * (1 if turn > 0 else -1)) for t in range(11)]
            path = [(x * c - y * s, r - 6 + x * s + y * c) for x, y in arc]
            dark.append(spot.upright([(x, y - 4) for x, y in path]))
            light.append(spot.upright(path))
        patch = oval(40 * cos(turn * 3), r - 6 + 50 * sin(turn * 2.3), r * 0.72, r * 0.7)
        clip = mask if turn == 0.5 else stage.shape(spot.upright(patch))
        for lines, tone, width, alpha in (
            (dark, lit(color, 0.35), 4.0, 0.5),
            (light, lit(color, 1.16), 7.0, 0.55),
        ):
            stage.lay(stage.strokes(lines, width), tone, alpha, clip)
    stage.soften(spot.upright(oval(46, r - 60, r * 0.9, r * 0.8)), lit(color, 0.05), 0.22, 40, mask)
    stage.soften(spot.upright(oval(-52, r + 48, 50, 40)), WHITE, 0.22, 26, mask)
