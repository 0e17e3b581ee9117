"""What stands beside a thing when it is shown in use: another colorway, fruit, a branch, a cup."""

from __future__ import annotations

from math import pi

from marketplace.demo.pictures import backdrops
from marketplace.demo.pictures.color import LEAF, RGB, WHITE, lit, mix
from marketplace.demo.pictures.geometry import curve, oval
from marketplace.demo.pictures.look import KINDS, Kind, Look
from marketplace.demo.pictures.sheets import Sheet, panel, sprig
from marketplace.demo.pictures.solids import Camera, Spot, smooth_profile
from marketplace.demo.pictures.stage import Stage


def behind(spot: Spot, kind: Kind, look: Look, x: float) -> None:
    """Stand the next colorway a little behind."""
    place = Spot(spot.stage, spot.camera, x, -250, 0.60, kind.yaw)
    kind.draw(place, look.repainted(look.tones[0]))


def beside(spot: Spot, kind: Kind, look: Look, side: int) -> None:
    """Stand something of the house beside the thing, of a size that tells how big it is."""
    if kind.stature == "large":
        _tree(spot.moved(side * 300, -260, 0.95), look)
    elif look.seed % 3 == 0:
        lemons(spot.moved(side * 245, -60))
    elif look.seed % 3 == 1:
        _bud_vase(spot.moved(side * 260, -180), look)
    else:
        _books(spot.moved(side * 250, -170), look)


def lemons(spot: Spot) -> None:
    for x, z, size in ((60, -80, 0.9), (-44, 20, 1.0)):
        one = spot.moved(x, z, size)
        one.shadow(120, 120, 90)
        yellow = (232, 192, 62)
        mask = one.turned(smooth_profile([(20, 2), (62, 18), (76, 58), (60, 98), (20, 118), (4, 128)]), yellow, 0.12)
        one.speckle(mask, lit(yellow, 0.6), 5, 50)


def _bud_vase(spot: Spot, look: Look) -> None:
    spot.shadow(130, 130, 240)
    color = mix(look.accent, WHITE, 0.35)
    stage = spot.stage
    for lean, height in ((-50, 240), (34, 290), (86, 190)):
        path = curve([(0, 190), (lean * 0.35, 200 + height * 0.4), (lean, 190 + height)], 7)
        stage.line(spot.upright(path), 3.6, (120, 108, 70))
        x, y = path[-1]
        for index in range(9):
            dot = (x + 16 * ((index * 0.618) % 1 - 0.5) * 2, y + 26 - index * 7)
            tone = mix((226, 204, 160), look.accent, 0.25)
            stage.fill(spot.upright(oval(*dot, 8, 10, n=12)), lit(tone, 0.8 + 0.05 * (index % 5)))
    profile = smooth_profile([(52, 0), (66, 10), (78, 70), (60, 140), (24, 186), (22, 226), (28, 240)])
    spot.turned(profile, color, 0.35)
    spot.mouth(28, 240, 5, color, lit(color, 0.4))


def _books(spot: Spot, look: Look) -> None:
    turned = spot.moved(turn=-24)
    turned.shadow_of([(-150, 0, -105), (150, 0, -105), (150, 0, 105), (-150, 0, 105)], 110)
    y = 0.0
    for width, depth, height, color in (
        (300, 210, 44, look.ink),
        (270, 196, 36, mix(look.accent, (240, 230, 214), 0.15)),
        (250, 180, 28, mix(look.soft, WHITE, 0.2)),
    ):
        box = turned.box(width, height, depth, color, y=y, radius=4)
        box.patch("side", [(0.02, 0.14), (0.96, 0.14), (0.96, 0.86), (0.02, 0.86)], (238, 230, 214))
        y += height


def _tree(spot: Spot, look: Look) -> None:
    """Stand a potted tree on the floor, for furniture."""
    from marketplace.demo.pictures.kinds.vessels import leaf

    spot.shadow(220, 220, 260)
    color = mix(look.accent, (228, 214, 196), 0.45)
    stage = spot.stage
    stage.line(spot.upright(curve([(0, 170), (-8, 300), (10, 470)], 6)), 9, (112, 84, 58))
    for index in range(24):
        angle = index * 2.4
        reach = 40 + 7.5 * index
        x, y = (
            reach * 0.62 * (1 if index % 2 else -1) * abs(pi / 2 - angle % pi) / 1.6,
            360 + (index * 53) % 240,
        )
        leaf(spot, x * 0.7, y, 96, 1.57 - x / 120, LEAF, index, 0.3)
    profile = smooth_profile([(84, 0), (92, 8), (108, 130), (116, 186)])
    spot.turned(profile, color, 0.15)
    spot.mouth(116, 186, 10, color, (60, 44, 36), 18)


def wall(kind: Kind, look: Look, size: int) -> Stage:
    """Hang the thing on a wall in a room: a peg rail, and a second colorway if there is one."""
    stage = backdrops.table(size, size, backdrops.paler(look.soft, 0.2), mix(look.surface, (176, 134, 92), 0.4), 880)
    backdrops.window_light(stage, 560 if look.seed % 2 else 300, 60, 560)
    hung = kind.name in PEGGED
    if hung:
        rail = Sheet(stage, 500, 190, hung=True)
        rail.piece(panel(0, 0, 1100, 46, 3), (206, 170, 124), 8)
        for x in (-390, -195, 0, 195, 390):
            rail.disc(x, 0, 13, (190, 150, 104), 7)
    if kind.paired and look.tones and hung:
        kind.draw(Sheet(stage, 305, 500, 0.62, hung=True), look)
        kind.draw(Sheet(stage, 695, 500, 0.62, hung=True), look.repainted(look.tones[0]))
    else:
        kind.draw(Sheet(stage, 400, 500 if hung else 400, 0.78, hung=True), look)
        _tree(Spot(stage, Camera(0.22, (500, 975)), 335, 0, 0.9), look)
    return stage


PEGGED = frozenset({"shirt", "sweater", "robe", "jacket", "apron", "tote"})


def desk(kind: Kind, look: Look, size: int) -> Stage:
    """Lay the thing on a cloth with what a hand would leave beside it."""
    wood = mix(look.surface, (182, 142, 100), 0.35)
    stage = backdrops.flat(size, size, wood)
    _grain(stage, wood)
    mirror = 1 if look.seed % 2 else -1
    if kind.stature == "large":
        kind.draw(Sheet(stage, 500 + mirror * 40, 480, 0.92, kind.yaw - 8), look)
        KINDS["shoes"].draw(Sheet(stage, 500 - mirror * 330, 760, 0.26, 24 * mirror), look)
        return stage
    backdrops.linen(stage, mix(look.paper, look.surface, 0.12), (500 + mirror * 60, 520), 640, 1200)
    table = Sheet(stage)
    if look.seed % 3:
        _cup_from_above(table.moved(-mirror * 330, -300), look)
    sprig(table, mirror * 300 - 40, 430, 250, LEAF, -62)
    if kind.paired and look.tones:
        kind.draw(Sheet(stage, 500 + mirror * 130, 400, 0.56, kind.yaw + 14), look.repainted(look.tones[0]))
        kind.draw(Sheet(stage, 500 - mirror * 110, 590, 0.60, kind.yaw - 8), look)
    else:
        kind.draw(Sheet(stage, 500, 500, 0.74, kind.yaw - 8), look)
    return stage


def _cup_from_above(sheet: Sheet, look: Look) -> None:
    color: RGB = mix(look.accent, (244, 238, 228), 0.7)
    sheet.disc(0, 0, 118, lit(color, 0.96), 8)
    sheet.disc(0, 0, 82, color, 20)
    sheet.disc(0, 0, 70, lit(color, 0.72), 0)
    sheet.disc(3, 4, 66, (82, 52, 36), 0, 0.2)


def _grain(stage: Stage, color: RGB) -> None:
    lines = []
    for index in range(34):
        y = index * 31.0
        lines.append([(t * 110.0, y + 9 * ((index * 7 + t * (1 + index % 3)) % 5 - 2) / 2) for t in range(11)])
    stage.lay(stage.strokes(lines, 1.8, round_ends=False), lit(color, 0.6), 0.13)
