"""The stage: a picture being painted, in units of which its height has 1000.

Hard shapes are drawn as small oversized masks and reduced, soft ones as tiny masks and enlarged: both are cheap, and
only they need smoothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from marketplace.demo.pictures.color import RGB
from marketplace.demo.pictures.geometry import Point


@dataclass(frozen=True, slots=True)
class Wash:
    """A color that runs between the four corners of what it fills."""

    top_left: RGB
    top_right: RGB
    bottom_left: RGB
    bottom_right: RGB

    def image(self, width: int, height: int) -> Image.Image:
        corners = Image.new("RGB", (2, 2))
        corners.putdata((self.top_left, self.top_right, self.bottom_left, self.bottom_right))
        return corners.resize((width, height), Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


Paint = RGB | Wash


class Mask(NamedTuple):
    """Where paint goes: how much of each pixel, and where its top left pixel is on the picture."""

    image: Image.Image
    left: int
    top: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return (self.left, self.top, self.left + self.image.width, self.top + self.image.height)


class Stage:
    """A picture of `width` x `height` pixels. All coordinates are in units; x runs right, y down."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.scale = image.height / 1000

    @property
    def width(self) -> float:
        return self.image.width / self.scale

    def shape(self, *outlines: Sequence[Point], holes: Iterable[Sequence[Point]] = ()) -> Mask:
        """Return the mask of the union of the outlines less the holes."""
        box = self._box([point for outline in outlines for point in outline], 1)
        factor = 2 if max(box[2] - box[0], box[3] - box[1]) > 240 else 4
        canvas, pen = self._canvas(box, factor)
        for outline in outlines:
            pen.polygon(self._inside(outline, box, factor), fill=255)
        for hole in holes:
            pen.polygon(self._inside(hole, box, factor), fill=0)
        return Mask(canvas.reduce(factor), box[0], box[1])

    def strokes(self, lines: Iterable[Sequence[Point]], width: float, *, round_ends: bool = True) -> Mask:
        """Return the mask of lines of the given width."""
        lines = [line for line in lines if len(line) > 1]
        box = self._box([point for line in lines for point in line], width * self.scale / 2 + 1)
        factor = 2 if max(box[2] - box[0], box[3] - box[1]) > 300 else 4
        canvas, pen = self._canvas(box, factor)
        thick = max(1, round(width * self.scale * factor))
        for line in lines:
            points = self._inside(line, box, factor)
            pen.line(points, fill=255, width=thick, joint="curve" if thick > (3 if round_ends else 14) else None)
            if round_ends and thick > 3:
                for x, y in (points[0], points[-1]):
                    pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
        return Mask(canvas.reduce(factor), box[0], box[1])

    def specks(self, dots: Iterable[tuple[float, float, float]]) -> Mask:
        """Return the mask of round dots given as (x, y, radius)."""
        dots = list(dots)
        box = self._box([(x, y) for x, y, _ in dots], 8)
        canvas, pen = self._canvas(box, 2)
        for x, y, radius in dots:
            (px, py), r = self._inside([(x, y)], box, 2)[0], radius * self.scale * 2
            pen.ellipse((px - r, py - r, px + r, py + r), fill=255)
        return Mask(canvas.reduce(2), box[0], box[1])

    def haze(self, *outlines: Sequence[Point], blur: float, width: float = 0.0) -> Mask:
        """Return a blurred mask of the outlines, or with `width` of the lines; `blur` is its radius in units."""
        radius = max(0.6, blur * self.scale)
        factor = max(1, int(radius / 2.2))
        margin = radius * 2.6 + width * self.scale
        box = self._box([point for outline in outlines for point in outline], margin)
        w, h = ceil((box[2] - box[0]) / factor), ceil((box[3] - box[1]) / factor)
        canvas = Image.new("L", (max(1, w), max(1, h)))
        pen = ImageDraw.Draw(canvas)
        for outline in outlines:
            points = self._inside(outline, box, 1 / factor)
            if width:
                pen.line(points, fill=255, width=max(1, round(width * self.scale / factor)), joint="curve")
            else:
                pen.polygon(points, fill=255)
        canvas = canvas.filter(ImageFilter.GaussianBlur(radius / factor))
        size = (max(1, box[2] - box[0]), max(1, box[3] - box[1]))
        return Mask(canvas.resize(size, Image.Resampling.BILINEAR), box[0], box[1])

    def lay(self, mask: Mask, paint: Paint | Image.Image, alpha: float = 1.0, within: Mask | None = None) -> None:
        """Put paint on the picture through the mask, thinned by `alpha`, kept inside `within`."""
        image = mask.image
        if within is not None:
            whole = mask
            mask, image = _overlap(mask, within)
            if isinstance(paint, Image.Image):
                left, top = mask.left - whole.left, mask.top - whole.top
                paint = paint.crop((left, top, left + image.width, top + image.height))
        if alpha < 1.0:
            image = image.point(_thinner(round(alpha * 100)))
        if isinstance(paint, Wash):
            paint = paint.image(image.width, image.height)
        if isinstance(paint, Image.Image):
            self.image.paste(paint, (mask.left, mask.top), image)
        else:
            self.image.paste(paint, mask.box, image)

    def fill(self, outline: Sequence[Point], paint: Paint, alpha: float = 1.0, within: Mask | None = None) -> Mask:
        """Paint one outline and return its mask for what goes on top."""
        mask = self.shape(outline)
        self.lay(mask, paint, alpha, within)
        return mask

    def line(
        self,
        points: Sequence[Point],
        width: float,
        paint: Paint,
        alpha: float = 1.0,
        within: Mask | None = None,
    ) -> None:
        self.lay(self.strokes([points], width), paint, alpha, within)

    def soften(
        self,
        outline: Sequence[Point],
        color: RGB,
        alpha: float,
        blur: float,
        within: Mask | None = None,
        width: float = 0.0,
    ) -> None:
        """Paint a blurred outline (or, with `width`, line): shadows, sheen, folds."""
        self.lay(self.haze(outline, blur=blur, width=width), color, alpha, within)

    def _box(self, points: Sequence[Point], margin: float) -> tuple[int, int, int, int]:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left = max(0, floor(min(xs) * self.scale - margin))
        top = max(0, floor(min(ys) * self.scale - margin))
        right = min(self.image.width, ceil(max(xs) * self.scale + margin))
        bottom = min(self.image.height, ceil(max(ys) * self.scale + margin))
        # What lies wholly off the picture still needs a mask, of one pixel.
        left, top = min(left, self.image.width - 1), min(top, self.image.height - 1)
        return (left, top, max(right, left + 1), max(bottom, top + 1))

    def _canvas(self, box: tuple[int, int, int, int], factor: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        canvas = Image.new("L", ((box[2] - box[0]) * factor, (box[3] - box[1]) * factor))
        return canvas, ImageDraw.Draw(canvas)

    def _inside(self, points: Sequence[Point], box: tuple[int, int, int, int], factor: float) -> list[Point]:
        scale, left, top = self.scale * factor, box[0] * factor, box[1] * factor
        return [(x * scale - left, y * scale - top) for x, y in points]


def _overlap(mask: Mask, within: Mask) -> tuple[Mask, Image.Image]:
    left, top = max(mask.left, within.left), max(mask.top, within.top)
    right = max(left + 1, min(mask.box[2], within.box[2]))
    bottom = max(top + 1, min(mask.box[3], within.box[3]))
    ours = mask.image.crop((left - mask.left, top - mask.top, right - mask.left, bottom - mask.top))
    theirs = within.image.crop((left - within.left, top - within.top, right - within.left, bottom - within.top))
    both = ImageChops.multiply(ours, theirs)
    return Mask(both, left, top), both


@lru_cache(maxsize=128)
def _thinner(percent: int) -> list[int]:
    return [level * percent // 100 for level in range(256)]
