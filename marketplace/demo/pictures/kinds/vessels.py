"""Things turned on a wheel or a lathe: cups, bowls, vases, pots."""

from __future__ import annotations

from math import cos, pi, sin

from marketplace.demo.pictures.color import LEAF, RGB, WOOD, lit, mix
from marketplace.demo.pictures.geometry import Point, curve, oval
from marketplace.demo.pictures.look import Look, standing
from marketplace.demo.pictures.solids import Spot, smooth_profile
from marketplace.demo.pictures.stage import Wash

GLAZE: RGB = (240, 233, 220)


def handle(spot: Spot, points: list[Point], width: float, color: RGB, x: float = 0.0) -> None:
    """Draw a handle in the plane that faces us, from points (x, height)."""
    stage = spot.stage
    path = spot.upright(curve([(px + x, py) for px, py in points], 7))
    w = spot.units(width)
    mask = stage.strokes([path], w)
    stage.lay(mask, lit(color, 0.74))
    stage.soften(
        [(px - w * 0.12, py - w * 0.14) for px, py in path],
        lit(color, 1.0),
        0.9,
        w * 0.14,
        mask,
        width=w * 0.5,
    )
    stage.soften([(px - w * 0.2, py - w * 0.22) for px, py in path], lit(color, 1.4), 0.6, 2.2, mask, width=w * 0.16)


def dipped(spot: Spot, profile: list[Point], look: Look, share: float = 0.2, gloss: float = 0.3) -> None:
    """Draw a glazed body; with a `dip` in the recipe its foot is left in bare clay."""
    mask = spot.turned(profile, look.tone, gloss)
    if look.has("dip"):
        limit = profile[-1][1] * share
        foot = [point for point in profile if point[1] <= limit]
        spot.band(foot, look.color("dip", WOOD), within=mask)
        r, y = foot[-1]
        spot.stage.lay(spot.stage.strokes([spot.ring(r, y, 0.05, pi - 0.05)], 2.0), lit(look.tone, 0.55), 0.5, mask)
    if look.has("speckle"):
        spot.speckle(mask, lit(look.tone, 0.15), look.seed)


@standing("mug")
def mug(spot: Spot, look: Look) -> None:
    spot = spot.moved(x=-45, size=1.12)
    spot.shadow(330, 330, 360)
    handle(spot, [(168, 290), (262, 318), (306, 230), (262, 128), (160, 96)], 42, look.tone)
    profile = smooth_profile([(138, 0), (156, 12), (172, 60), (180, 190), (182, 330), (181, 380)])
    dipped(spot, profile, look)
    spot.mouth(181, 380, 15, look.tone, mix(look.tone, GLAZE, 0.6), None)
    coffee = (74, 46, 32)
    spot.stage.fill(
        spot.ring(160, 352)[0:41],
        Wash(lit(coffee, 0.8), lit(coffee, 1.0), lit(coffee, 0.9), lit(coffee, 1.15)),
        1.0,
        spot.stage.shape(spot.ring(166, 377)),
    )


@standing("cup")
def cup(spot: Spot, look: Look) -> None:
    count = look.count(1)
    places = [(0.0, 0.0)] if count == 1 else [(160.0, -150.0), (-185.0, -50.0), (76.0, 100.0)][:count]
    profile = smooth_profile([(84, 0), (104, 10), (122, 70), (132, 160), (134, 228)])
    for x, z in places:
        one = spot.moved(x, z, 1.3 if count > 1 else 1.8)
        one.shadow(220, 220, 220)
        one.turned(profile, look.tone, 0.12)
        one.mouth(134, 228, 12, mix(look.tone, GLAZE, 0.75), look.color("inside", GLAZE))


def bowl_at(spot: Spot, color: RGB, inside: RGB, look: Look) -> None:
    spot.shadow(300, 300, 220)
    profile = smooth_profile([(112, 0), (120, 20), (134, 26), (205, 82), (250, 160), (268, 232)])
    mask = spot.turned(profile, color, 0.25)
    if look.has("dip"):
        spot.band([p for p in profile if p[1] <= 60], look.color("dip", WOOD), within=mask)
    if look.has("speckle"):
        spot.speckle(mask, lit(color, 0.15), look.seed)
    inner = spot.mouth(268, 232, 11, mix(color, GLAZE, 0.2), inside)
    spot.stage.soften(spot.ring(150, 214), lit(inside, 1.2), 0.4, 26, inner)
    if look.has("dip"):
        spot.stage.lay(spot.stage.strokes([spot.ring(264, 233)], 3.2), look.color("dip", WOOD), 0.75)


@standing("bowl")
def bowl(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=look.number("wide", 1.08) * 1.1)
    inside = look.color("inside", mix(look.tone, GLAZE, 0.45))
    if look.has("pair"):
        other = look.color("pair", look.soft)
        bowl_at(spot.moved(150, -190, 0.80), other, mix(other, GLAZE, 0.3), look)
        bowl_at(spot.moved(-110, 60, 0.84), look.tone, inside, look)
    else:
        bowl_at(spot, look.tone, inside, look)


@standing("plate", paired=False, low=True)
def plate(spot: Spot, look: Look) -> None:
    spot.shadow(640, 640, 60)
    profile = [(170.0, 0.0), (186, 6), (300, 30), (322, 40)]
    for level in range(look.count(1)):
        one = spot.moved(size=1.0)
        lifted = [(r, y + level * 40) for r, y in profile]
        one.turned(lifted, look.tone, 0.0)
        y = 40 + level * 40.0
        stage, tone = one.stage, look.tone
        stage.fill(one.ring(322, y, n=60), Wash(lit(tone, 1.12), lit(tone, 0.98), lit(tone, 1.06), lit(tone, 0.86)))
        stage.lay(stage.strokes([one.ring(318, y, n=60)], 4.5), look.color("rim", WOOD), 0.85)
        well = stage.fill(
            one.ring(232, y - 8, n=60), Wash(lit(tone, 0.9), lit(tone, 1.0), lit(tone, 1.0), lit(tone, 1.06))
        )
        stage.soften(one.ring(160, y - 8), lit(tone, 1.2), 0.5, 24, well)


SHAPES: dict[str, list[Point]] = {
    "bottle": [
        (96, 0),
        (116, 10),
        (142, 80),
        (146, 180),
        (112, 280),
        (50, 350),
        (34, 420),
        (36, 500),
        (48, 528),
    ],
    "round": [(88, 0), (104, 8), (196, 90), (236, 210), (200, 326), (110, 398), (88, 420), (96, 446)],
    "tall": [(90, 0), (104, 12), (118, 160), (126, 340), (112, 470), (118, 520)],
}


@standing("vase")
def vase(spot: Spot, look: Look) -> None:
    shape = SHAPES[look.word("shape", "bottle")]
    profile = smooth_profile(shape, 5)
    radius, top = shape[-1]
    size = 0.92 if look.has("stem") else 1.2
    spot = spot.moved(size=size)
    spot.shadow(250, 250, top)
    if look.has("stem"):
        stems(spot, top, look.word("stem"))
    spot.turned(profile, look.tone, 0.3)
    spot.mouth(radius, top, 9, look.tone, lit(look.tone, 0.4))
    if look.has("stem"):
        stage = spot.stage
        stage.lay(
            stage.strokes(
                [
                    spot.upright([(-4, top - 20), (-2, top + 30)]),
                    spot.upright([(8, top - 20), (6, top + 30)]),
                ],
                6,
            ),
            (104, 80, 56),
        )


def stems(spot: Spot, top: float, stem: str) -> None:
    """Draw what stands in a vase: a "branch" with leaves."""
    green = LEAF if stem == "branch" else (128, 138, 96)
    for lean, height, side in ((-86, 228, -1), (54, 262, 1), (148, 150, 1)):
        path = curve([(0, top - 30), (lean * 0.3, top + height * 0.45), (lean, top + height)], 8)
        spot.stage.line(spot.upright(path), spot.units(6), (110, 84, 58))
        for index in range(3, len(path) - 1, 2):
            x, y = path[index]
            leaf(spot, x, y, 58 - index * 1.3, (0.9 if (index // 2) % 2 else 2.3) - 0.3 * side, green, index)
        leaf(spot, *path[-1], 54, 1.5 - 0.4 * side, green, 1)


def leaf(
    spot: Spot, x: float, y: float, length: float, angle: float, color: RGB, index: int, belly: float = 0.26
) -> None:
    """Draw one leaf from its foot (x, height) in the direction of `angle` (radians, up is pi/2)."""
    c, s = cos(angle), sin(angle)
    edge = [(length * t / 7, length * belly * sin(pi * (t / 7) ** 0.85)) for t in range(8)]
    outline = [(x + a * c - b * s, y + a * s + b * c) for a, b in [*edge, *((a, -b) for a, b in reversed(edge))]]
    tone = mix(color, (214, 220, 170), 0.12 * (index % 3))
    mask = spot.stage.fill(
        spot.upright(outline), Wash(lit(tone, 1.12), lit(tone, 0.95), lit(tone, 0.85), lit(tone, 0.7))
    )
    rib = spot.upright([(x, y), (x + length * 0.93 * c, y + length * 0.93 * s)])
    spot.stage.lay(spot.stage.strokes([rib], 1.6), lit(tone, 0.5), 0.5, mask)


@standing("planter")
def planter(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.18)
    spot.shadow(310, 310, 340)
    saucer = smooth_profile([(160, 0), (186, 8), (196, 34)])
    spot.turned(saucer, lit(look.tone, 0.92), 0.0)
    spot.mouth(196, 34, 10, look.tone, lit(look.tone, 0.8))
    pot = smooth_profile([(118, 20), (126, 30), (150, 150), (170, 262)])
    green = LEAF
    mask = spot.turned(pot, look.tone, 0.06)
    spot.speckle(mask, lit(look.tone, 0.6), look.seed, 60)
    spot.band([(168, 228), (180, 232), (182, 296)], look.tone)
    spot.mouth(182, 296, 14, look.tone, (64, 46, 36), 26)
    for index in range(26):
        angle = index * 2.399
        spread = 130 * ((index + 1) / 26) ** 0.5
        x = cos(angle) * spread
        y = 300 + 190 * (1 - (spread / 150) ** 2) + 26 * sin(angle * 1.7)
        leaf(spot, x * 0.8, y - 30, 84 - 20 * (spread / 130), 1.57 - x / 150, green, index, 0.34)


@standing("pitcher")
def pitcher(spot: Spot, look: Look) -> None:
    spot = spot.moved(x=-30, size=1.12)
    spot.shadow(280, 280, 440)
    handle(spot, [(110, 440), (220, 462), (268, 360), (230, 210), (138, 150)], 36, look.tone)
    profile = smooth_profile([(116, 0), (134, 10), (164, 100), (168, 190), (138, 320), (112, 420), (126, 508)])
    lip = spot.upright([(-100, 508), (-176, 540), (-150, 486), (-118, 440)])
    spot.stage.fill(lip, lit(look.tone, 1.06))
    dipped(spot, profile, look, 0.14)
    spot.mouth(126, 508, 11, look.tone, mix(look.tone, GLAZE, 0.35))
    spout = [(-122, 512), (-182, 543), (-160, 500), (-122, 470)]
    spot.stage.fill(
        spot.upright(curve([*spout, spout[0]], 5)),
        Wash(lit(look.tone, 1.2), lit(look.tone, 1.0), lit(look.tone, 1.0), lit(look.tone, 0.9)),
    )


@standing("teapot")
def teapot(spot: Spot, look: Look) -> None:
    spot = spot.moved(x=20, size=1.02)
    spot.shadow(380, 380, 330)
    stage = spot.stage
    bamboo = (190, 152, 92)
    handle(spot, [(-150, 250), (-168, 400), (-70, 500), (70, 500), (168, 400), (150, 250)], 24, bamboo)
    spout = [
        (-150, 90),
        (-250, 150),
        (-286, 262),
        (-322, 272),
        (-318, 286),
        (-258, 290),
        (-214, 240),
        (-160, 210),
    ]
    mask = stage.fill(
        spot.upright(curve([*spout, spout[0]], 6)),
        Wash(lit(look.tone, 1.15), lit(look.tone, 0.9), lit(look.tone, 0.9), lit(look.tone, 0.55)),
    )
    stage.soften(spot.upright([(-200, 100), (-262, 180), (-290, 268)]), lit(look.tone, 0.3), 0.4, 8, mask, width=14)
    profile = smooth_profile([(124, 0), (140, 8), (196, 70), (212, 140), (186, 220), (120, 268), (106, 274)])
    spot.turned(profile, look.tone, 0.4)
    lid = smooth_profile([(108, 272), (96, 290), (60, 308), (24, 316)])
    spot.turned(lid, look.tone, 0.3)
    spot.turned(smooth_profile([(14, 314), (16, 322), (26, 340), (20, 358), (2, 364)]), look.tone, 0.4)
    handle(spot, [(-152, 236), (-160, 268)], 18, lit(bamboo, 0.7))
    handle(spot, [(152, 236), (160, 268)], 18, lit(bamboo, 0.7))


@standing("jar")
def jar(spot: Spot, look: Look) -> None:
    low = look.has("low")
    spot = spot.moved(size=1.28 if low else 1.2)
    height = 220.0 if low else 380.0
    radius = 190.0 if low else 168.0
    spot.shadow(radius * 2, radius * 2, height)
    body = smooth_profile(
        [
            (radius * 0.86, 0),
            (radius * 0.95, 8),
            (radius, 40),
            (radius, height * 0.8),
            (radius * 0.94, height * 0.94),
            (radius * 0.86, height),
        ]
    )
    lid = look.color("lid", WOOD)
    if look.has("ceramic"):
        dipped(spot, body, look, 0.12, 0.3)
    else:
        _glass(spot, body, look, radius, height)
    top = height
    if look.has("cloth"):
        cloth = look.color("cloth", look.accent)
        spot.band(
            [(radius * 1.12, height - 58), (radius * 0.95, height - 16), (radius * 0.92, height + 34)],
            cloth,
        )
        spot.disc(radius * 0.92, height + 34, cloth, 1.0)
        string = [(-radius * 0.95, height - 20), (0, height - 40), (radius * 0.95, height - 20)]
        spot.stage.line(spot.upright(curve(string, 6)), 4, GLAZE)
        return
    rim = radius * (1.03 if look.has("ceramic") else 0.92)
    spot.turned([(rim, top), (rim + 4, top + 8), (rim + 4, top + 44), (rim - 4, top + 52)], lid, 0.25)
    mask = spot.disc(rim - 4, top + 52, lid)
    if look.has("ceramic"):
        stage = spot.stage
        lines = [spot.ring(rim * share, top + 52, 0.4 * share, 5.4) for share in (0.3, 0.55, 0.8)]
        stage.lay(stage.strokes(lines, 1.6), lit(lid, 0.6), 0.3, mask)
        spot.turned(
            smooth_profile([(22, top + 52), (20, top + 62), (36, top + 84), (30, top + 100), (2, top + 106)]),
            lid,
            0.3,
        )


def _glass(spot: Spot, body: list[Point], look: Look, radius: float, height: float) -> None:
    content, kind = look.tone, look.word("content", "jam")
    mask = spot.turned(body, mix(content, (222, 230, 228), 0.15), 0.0)
    stage = spot.stage
    if kind in ("olives", "salt"):
        for index in range(54 if kind == "olives" else 130):
            a, b = (index * 0.7548 + 0.2) % 1, (index * 0.5698 + 0.1) % 1
            x, y = (a * 2 - 1) * radius * 0.9, 24 + b * (height * 0.84)
            size = 27.0 if kind == "olives" else 5 + 4 * a
            tone = mix(content, lit(content, 1.4 if index % 2 else 0.5), 0.4)
            dot = spot.upright(oval(x, y, size, size * 0.86, n=14), z=radius * 0.5)
            stage.fill(dot, Wash(lit(tone, 1.25), tone, tone, lit(tone, 0.6)), 0.85, mask)
    if kind == "honey":
        stage.soften(
            spot.upright(oval(40, height * 0.45, radius * 0.6, height * 0.36), z=60),
            lit(content, 1.45),
            0.55,
            30,
            mask,
        )
    neck = [(radius * 0.96, height * 0.9), (radius * 0.86, height)]
    spot.band(neck, mix(content, (236, 240, 238), 0.7), within=mask)
    spot.stage.soften(
        spot.upright([(-radius * 0.98, 10), (-radius * 0.98, height)], z=20),
        (255, 255, 255),
        0.4,
        4,
        mask,
        width=8,
    )
    spot.stage.soften(
        spot.upright([(radius * 0.97, 10), (radius * 0.97, height)], z=20),
        (255, 255, 255),
        0.35,
        4,
        mask,
        width=7,
    )
    print_label(
        spot,
        radius * 1.002,
        height * 0.2,
        height * 0.66,
        look.color("label", GLAZE),
        look.ink,
        look.accent,
        0.78,
    )
    spot.sheen(body, mask, 0.5)


def print_label(
    spot: Spot, radius: float, low: float, high: float, paper: RGB, ink: RGB, accent: RGB, width: float = 0.8
) -> None:
    """Draw a paper label around the front of a turned body, with a mark and lines that read as print."""
    start, end = pi / 2 - width, pi / 2 + width
    outline = [*spot.ring(radius, high, start, end, 20), *reversed(spot.ring(radius, low, start, end, 20))]
    stage = spot.stage
    mask = stage.fill(outline, Wash(lit(paper, 0.82), lit(paper, 1.0), lit(paper, 0.82), lit(paper, 0.96)))
    stage.soften(
        spot.ring(radius, (low + high) / 2, start, start + 0.34, 6),
        lit(paper, 0.4),
        0.4,
        16,
        mask,
        width=spot.units(high - low),
    )
    tall = high - low
    for share, reach, weight, tone in (
        (0.34, 0.42, 7.0, ink),
        (0.23, 0.26, 4.0, ink),
        (0.15, 0.34, 3.0, ink),
    ):
        y = low + tall * share
        line = spot.ring(radius, y, pi / 2 - width * reach, pi / 2 + width * reach, 10)
        stage.lay(stage.strokes([line], spot.units(weight), round_ends=False), tone, 0.75, mask)
    cx, cy = spot.ring(radius, low + tall * 0.66, pi / 2, pi / 2, 1)[0]
    r = spot.units(min(tall * 0.19, radius * 0.3))
    stage.fill(oval(cx, cy, r, r), accent, 1.0, mask)
    stage.fill(oval(cx, cy - r * 0.1, r * 0.34, r * 0.62), paper, 1.0, mask)
    edges = [spot.ring(radius, y, start, end, 20) for y in (low + tall * 0.05, high - tall * 0.05)]
    stage.lay(stage.strokes(edges, 2.0, round_ends=False), accent, 0.8, mask)


@standing("dish", low=True)
def dish(spot: Spot, look: Look) -> None:
    spot = spot.moved(size=1.0)
    spot.shadow(460, 460, 90)
    spot.turned(smooth_profile([(190, 0), (230, 10), (276, 60), (284, 96)]), look.color("rim", (120, 96, 74)), 0.05)
    inner = spot.mouth(284, 96, 20, look.tone, look.tone)
    stage = spot.stage
    stage.soften(spot.ring(180, 80), lit(look.tone, 1.2), 0.6, 30, inner)
    lines = [spot.ring(50 + 38 * index, 84, 0.3 * index, 5.6 + 0.1 * index) for index in range(5)]
    stage.lay(stage.strokes(lines, 1.8), lit(look.tone, 0.55), 0.3, inner)
    spot.turned(smooth_profile([(44, 70), (30, 84), (18, 120), (2, 132)]), look.tone, 0.2)
    silver = (205, 208, 210)
    for y, r in ((96, 38), (112, 30)):
        stage.lay(stage.strokes([spot.ring(r, y, 0.0, pi)], 7), lit(silver, 0.9))
        stage.lay(stage.strokes([spot.ring(r, y + 2, 0.5, pi - 0.2)], 2.4), (255, 255, 255), 0.8)


@standing("eggcup")
def eggcup(spot: Spot, look: Look) -> None:
    profile = smooth_profile([(92, 8), (70, 26), (42, 70), (50, 110), (98, 160), (108, 214)])
    for x, z in ((120, -110), (-110, 40)):
        one = spot.moved(x * 1.15, z, 1.22)
        one.shadow(270, 270, 200)
        one.turned([(120, 0), (150, 8), (156, 18)], look.tone, 0.0)
        one.disc(156, 18, look.tone, 1.02)
        egg = smooth_profile([(90, 200), (94, 236), (80, 290), (44, 332), (2, 346)])
        one.turned(profile, look.tone, 0.3)
        one.mouth(108, 214, 10, look.tone, lit(look.tone, 0.5))
        one.turned(egg, (228, 190, 152), 0.15)
        one.band([(100, 198), (108, 214)], look.tone)
