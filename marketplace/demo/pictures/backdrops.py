"""What is behind the things: a wall and a table, a table from above, a plain wall. All lit from the upper left."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import hypot
from random import Random

from PIL import Image, ImageChops

from marketplace.demo.pictures.color import RGB, WHITE, lit, mix
from marketplace.demo.pictures.geometry import Point, rectangle
from marketplace.demo.pictures.stage import Stage

HORIZON = 590.0


@lru_cache(maxsize=48)
def _table(width: int, height: int, wall: RGB, top: RGB, horizon: float) -> Image.Image:
    """Return a wall over a table; callers copy it before they paint."""

    def wall_light(x: float, y: float) -> RGB:
        return lit(wall, 1.07 - 0.30 * hypot(x - 0.22, (y - 0.14) * 0.8))

    def table_light(x: float, y: float) -> RGB:
        return lit(top, 0.98 + 0.07 * y - 0.16 * abs(x - 0.32) - 0.10 * max(0.0, y - 0.7))

    image = _field(width, height, wall_light)
    stage = Stage(image)
    unit = stage.width
    edge = [(-60.0, horizon), (unit + 60, horizon), (unit + 60, 1100.0), (-60.0, 1100.0)]
    stage.lay(stage.haze(edge, blur=2.4), _crop_to(stage, _field(width, height, table_light), edge))
    stage.soften([(-60, horizon - 2), (unit + 60, horizon - 2)], lit(top, 0.25), 0.22, 9, width=10)
    return _grained(image)


@lru_cache(maxsize=48)
def _flat(width: int, height: int, top: RGB) -> Image.Image:
    return _grained(_field(width, height, lambda x, y: lit(top, 1.09 - 0.30 * hypot(x - 0.2, (y - 0.16) * 0.9))))


def table(width: int, height: int, wall: RGB, top: RGB, horizon: float = HORIZON) -> Stage:
    """Return a fresh stage with a wall and a table that meet at `horizon`."""
    return Stage(_table(width, height, wall, top, horizon).copy())


def flat(width: int, height: int, top: RGB) -> Stage:
    """Return a fresh stage with one even plane: a table from above, or a wall."""
    return Stage(_flat(width, height, top).copy())


def window_light(stage: Stage, left: float = 430.0, top: float = 70.0, height: float = 430.0) -> None:
    """Let the sun fall through a window onto the wall: two leaning panes, soft at the edges."""
    lean = height * 0.28
    for index in range(2):
        x = left + index * 150
        pane = [(x, top), (x + 128, top - 26), (x + 128 - lean, top + height - 26), (x - lean, top + height)]
        stage.soften(pane, WHITE, 0.34, 10)


def planks(stage: Stage, color: RGB, horizon: float) -> None:
    """Draw the grain of a wooden table top, closer together the farther away."""
    lines = []
    y, step, index = horizon + 14, 9.0, 0
    while y < 1010:
        start = (index * 137.0) % 400 - 200
        lines.append([(start + t * 0.1 * stage.width * 1.3, y + 3 * ((t + index) % 3 - 1)) for t in range(11)])
        y, step, index = y + step, step * 1.22, index + 1
    stage.lay(stage.strokes(lines, 2.2, round_ends=False), lit(color, 0.55), 0.16)


def linen(stage: Stage, color: RGB, center: Point, width: float, height: float) -> None:
    """Lay a cloth under what is seen from above."""
    outline = rectangle(*center, width, height)
    leaning = [(x + (y - center[1]) * 0.12, y - (x - center[0]) * 0.10) for x, y in outline]
    stage.soften([(x + 8, y + 10) for x, y in leaning], (44, 32, 30), 0.20, 10)
    mask = stage.fill(leaning, lit(color, 1.02))
    threads = [[(x, -40.0), (x - 110.0, 1040.0)] for x in range(-40, int(stage.width) + 160, 9)]
    stage.lay(stage.strokes(threads, 1.3, round_ends=False), lit(color, 0.6), 0.16, mask)


def _field(width: int, height: int, light: Callable[[float, float], RGB]) -> Image.Image:
    """Return an image of a smooth function of x and y (0 to 1): computed coarsely, enlarged."""
    steps = 48
    small = Image.new("RGB", (steps, steps))
    small.putdata([light(x / (steps - 1), y / (steps - 1)) for y in range(steps) for x in range(steps)])
    return small.resize((width, height), Image.Resampling.BICUBIC)


def _crop_to(stage: Stage, image: Image.Image, outline: list[Point]) -> Image.Image:
    mask = stage.haze(outline, blur=2.4)
    box = mask.box
    return image.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)


def _grained(image: Image.Image) -> Image.Image:
    """Return the image with the faintest paper grain, which also keeps gradients from banding."""
    noise = Image.frombytes("L", (256, 256), Random(20).randbytes(256 * 256)).point([v % 7 for v in range(256)])
    tiled = Image.new("L", image.size)
    for x in range(0, image.width, 256):
        for y in range(0, image.height, 256):
            tiled.paste(noise, (x, y))
    return ImageChops.add(image, Image.merge("RGB", (tiled, tiled, tiled)), 1, -3)


def paler(color: RGB, share: float = 0.4) -> RGB:
    return mix(color, WHITE, share)
