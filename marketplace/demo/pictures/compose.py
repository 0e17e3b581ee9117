"""Still lifes: one thing of a kind, in its vendor's palette, in three views."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Literal
from zlib import crc32

from PIL import Image

from marketplace.demo.parts import Palette
from marketplace.demo.pictures import backdrops, props
from marketplace.demo.pictures import kinds as _registered  # noqa: F401 - importing them registers them
from marketplace.demo.pictures.color import mix
from marketplace.demo.pictures.look import KINDS, Kind, Look
from marketplace.demo.pictures.sheets import Sheet
from marketplace.demo.pictures.solids import Camera, Spot
from marketplace.demo.pictures.stage import Stage

View = Literal["front", "three-quarter", "context"]
VIEWS: tuple[View, ...] = ("front", "three-quarter", "context")


class UnknownKind(ValueError):
    """The recipe names a kind of thing that nobody knows how to draw."""


def draw_product(recipe: Mapping[str, object], palette: Palette, view: View = "front", size: int = 1200) -> bytes:
    """Return a square WebP of `size` pixels of the thing in the recipe.

    The same arguments give the same bytes. Raises UnknownKind, or ValueError for a view or color that is none.
    """
    return encoded(paint_product(recipe, palette, view, size))


def paint_product(recipe: Mapping[str, object], palette: Palette, view: View, size: int) -> Image.Image:
    """Return the picture before it is encoded."""
    kind = KINDS.get(str(recipe.get("kind")))
    if kind is None:
        raise UnknownKind(f"no kind of thing is called {recipe.get('kind')!r}")
    if view not in VIEWS:
        raise ValueError(f"a view is one of {', '.join(VIEWS)}, not {view!r}")
    seed = crc32(repr(sorted(recipe.items())).encode())
    look = Look(recipe, palette, seed & 0xFFFF)
    if kind.setting == "table":
        return _on_table(kind, look, view, size).image
    return _on_sheet(kind, look, view, size).image


def encoded(image: Image.Image, limit: int = 60_000) -> bytes:
    """Return the image as WebP, as good as fits into `limit` bytes."""
    for quality in (82, 74, 64, 50):
        buffer = BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=2)
        if buffer.tell() <= limit:
            break
    return buffer.getvalue()


def _on_table(kind: Kind, look: Look, view: View, size: int) -> Stage:
    if view == "front":
        horizon, camera = (590, Camera(0.22, (500, 815))) if not kind.low else (400, Camera(0.44, (500, 690), 1.06))
        stage = backdrops.table(size, size, look.paper, look.surface, horizon)
        kind.draw(Spot(stage, camera, yaw=kind.yaw), look)
    elif view == "three-quarter":
        horizon = 400 if not kind.low else 250
        stage = backdrops.table(size, size, look.soft, backdrops.paler(look.soft, 0.35), horizon)
        turn = kind.yaw + (62 if kind.yaw < 0 else -62) if kind.yaw else 0
        pitch, ground = (0.40, 765) if not kind.low else (0.58, 650)
        kind.draw(Spot(stage, Camera(pitch, (500, ground), 1.04), yaw=turn), look)
    else:
        stage = _room(kind, look, size)
    return stage


def _room(kind: Kind, look: Look, size: int) -> Stage:
    horizon = 560 if not kind.low else 480
    wood = mix(look.surface, (176, 134, 92), 0.45)
    stage = backdrops.table(size, size, backdrops.paler(look.soft, 0.25), wood, horizon)
    left_handed = look.seed % 2 == 0
    backdrops.window_light(stage, 560 if left_handed else 330)
    backdrops.planks(stage, wood, horizon)
    camera = Camera(0.26, (500, 800)) if not kind.low else Camera(0.36, (500, 780))
    x = -120 if left_handed else 110
    side = 1 if left_handed else -1
    if kind.paired and look.tones:
        props.behind(Spot(stage, camera), kind, look, x + side * 225)
        kind.draw(Spot(stage, camera, x, 60, 0.66, kind.yaw), look)
        return stage
    props.beside(Spot(stage, camera), kind, look, side)
    kind.draw(Spot(stage, camera, x, 40, 0.76, kind.yaw), look)
    return stage


def _on_sheet(kind: Kind, look: Look, view: View, size: int) -> Stage:
    hung = kind.setting == "wall"
    if view == "front":
        stage = backdrops.flat(size, size, look.paper)
        kind.draw(Sheet(stage, turn=kind.yaw, hung=hung), look)
    elif view == "three-quarter":
        stage = backdrops.flat(size, size, look.soft)
        if hung:
            close = (620, 1.42) if kind.name in props.PEGGED else (530, 1.16)
            kind.draw(Sheet(stage, 500, close[0], close[1], hung=True), look)
        else:
            kind.draw(Sheet(stage, size=1.1, turn=kind.yaw - 28), look)
    elif hung:
        stage = props.wall(kind, look, size)
    else:
        stage = props.desk(kind, look, size)
    return stage
