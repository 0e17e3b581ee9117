"""Flat things: laid on a table and seen from above, or hung on a wall. Cloth, paper, jewelry.

A `Sheet` has its own origin, size and turn; x runs right, y down, about 700 units across for the whole thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, pi, radians, sin

from marketplace.demo.pictures.color import RGB, WHITE, lit, mix
from marketplace.demo.pictures.geometry import Point, oval, rectangle, rounded
from marketplace.demo.pictures.stage import Mask, Stage, Wash


class Sheet:
    """A plane that faces us."""

    def __init__(
        self,
        stage: Stage,
        x: float = 500.0,
        y: float = 500.0,
        size: float = 1.0,
        turn: float = 0.0,
        *,
        hung: bool = False,
    ) -> None:
        self.stage = stage
        self.x, self.y, self.size, self.turn = x, y, size, turn
        self.hung = hung
        self._cos, self._sin = cos(radians(turn)), sin(radians(turn))

    def moved(self, x: float = 0.0, y: float = 0.0, size: float = 1.0, turn: float = 0.0) -> Sheet:
        px, py = self.at(x, y)
        return Sheet(self.stage, px, py, self.size * size, self.turn + turn, hung=self.hung)

    def at(self, x: float, y: float) -> Point:
        return (
            self.x + (x * self._cos - y * self._sin) * self.size,
            self.y + (x * self._sin + y * self._cos) * self.size,
        )

    def on(self, points: Iterable[Point]) -> list[Point]:
        return [self.at(x, y) for x, y in points]

    def units(self, length: float) -> float:
        return length * self.size

    def drop(self, points: Sequence[Point], lift: float = 10.0, strength: float = 1.0) -> None:
        """Lay the shadow of an outline that is `lift` above what it lies on."""
        outline, up = self.on(points), self.units(lift)
        if self.hung:
            up *= 1.5
        dark = (44, 32, 30)
        self.stage.soften([(x + up * 1.5, y + up * 1.7) for x, y in outline], dark, 0.20 * strength, up * 1.5 + 5)
        self.stage.soften([(x + up * 0.4, y + up * 0.5) for x, y in outline], dark, 0.34 * strength, up * 0.3 + 3)

    def piece(self, points: Sequence[Point], color: RGB, lift: float = 10.0, depth: float = 0.10) -> Mask:
        """Draw a flat piece with its shadow; light falls off by `depth` from its upper left to its lower right."""
        if lift:
            self.drop(points, lift)
        return self.stage.fill(
            self.on(points),
            Wash(
                lit(color, 1.02 + depth * 0.9),
                lit(color, 0.99),
                lit(color, 0.98),
                lit(color, 0.98 - depth * 1.6),
            ),
        )

    def puffed(self, points: Sequence[Point], color: RGB, lift: float = 16.0, strength: float = 1.0) -> Mask:
        """Draw something with a belly: a cushion, a bag, a mouse. The rim turns away from the light."""
        mask = self.piece(points, color, lift, 0.12)
        outline = self.on(points)
        cx = sum(x for x, _ in outline) / len(outline)
        cy = sum(y for _, y in outline) / len(outline)
        width = max(x for x, _ in outline) - min(x for x, _ in outline)
        rim = [*outline, outline[0]]
        self.stage.soften(rim, lit(color, 0.12), 0.34 * strength, width * 0.045, mask, width=width * 0.06)
        glow = [(cx + (x - cx) * 0.55 - width * 0.10, cy + (y - cy) * 0.5 - width * 0.09) for x, y in outline]
        self.stage.soften(glow, lit(color, 1.35), 0.42 * strength, width * 0.09, mask)
        low = [(cx + (x - cx) * 0.9 + width * 0.30, cy + (y - cy) * 0.9 + width * 0.26) for x, y in outline]
        self.stage.soften(low, lit(color, 0.2), 0.26 * strength, width * 0.09, mask)
        return mask

    def line(
        self,
        points: Sequence[Point],
        width: float,
        color: RGB,
        alpha: float = 1.0,
        within: Mask | None = None,
    ) -> None:
        self.stage.line(self.on(points), self.units(width), color, alpha, within)

    def lines(
        self,
        lines: Iterable[Sequence[Point]],
        width: float,
        color: RGB,
        alpha: float = 1.0,
        within: Mask | None = None,
    ) -> None:
        mask = self.stage.strokes([self.on(line) for line in lines], self.units(width), round_ends=False)
        self.stage.lay(mask, color, alpha, within)

    def cord(self, points: Sequence[Point], width: float, color: RGB, lift: float = 5.0) -> None:
        """Draw a round cord, wire or chain link with its shadow and a lit edge."""
        stage, w = self.stage, self.units(width)
        path, up = self.on(points), self.units(lift)
        stage.soften([(x + up, y + up * 1.2) for x, y in path], (44, 32, 30), 0.36, up * 0.5 + 2, width=w)
        mask = stage.strokes([path], w)
        stage.lay(mask, lit(color, 0.78))
        stage.lay(
            stage.strokes([[(x - w * 0.12, y - w * 0.14) for x, y in path]], w * 0.55),
            lit(color, 1.02),
            0.9,
            mask,
        )
        stage.lay(
            stage.strokes([[(x - w * 0.2, y - w * 0.24) for x, y in path]], w * 0.18),
            lit(color, 1.4),
            0.7,
            mask,
        )

    def fold(self, points: Sequence[Point], within: Mask, color: RGB, width: float = 14.0, depth: float = 0.4) -> None:
        """Draw a fold of cloth: a dark valley with a lit ridge on its left."""
        path, w = self.on(points), self.units(width)
        self.stage.soften(path, lit(color, 0.1), depth, w * 0.7, within, width=w)
        ridge = [(x - w * 1.3, y - w * 0.2) for x, y in path]
        self.stage.soften(ridge, lit(color, 1.3), depth * 0.7, w * 0.6, within, width=w * 0.7)

    def stitch(
        self, points: Sequence[Point], color: RGB, width: float = 2.4, dash: float = 11.0, alpha: float = 0.8
    ) -> None:
        """Draw a seam of small stitches along a line."""
        dashes = []
        for (x0, y0), (x1, y1) in pairwise(points):
            length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
            count = max(1, int(length / dash))
            for index in range(count):
                a, b = index / count, (index + 0.58) / count
                dashes.append([(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)])
        self.lines(dashes, width, color, alpha)

    def disc(self, x: float, y: float, radius: float, color: RGB, lift: float = 6.0, depth: float = 0.12) -> Mask:
        return self.piece(oval(x, y, radius, radius, n=40), color, lift, depth)

    def bead(self, x: float, y: float, radius: float, color: RGB, lift: float = 5.0) -> Mask:
        """Draw a small ball: a berry, a button, a bead."""
        mask = self.piece(oval(x, y, radius, radius, n=32), color, lift, 0.2)
        self.stage.soften(
            self.on(oval(x + radius * 0.45, y + radius * 0.5, radius * 0.75, radius * 0.7, n=20)),
            lit(color, 0.1),
            0.5,
            self.units(radius) * 0.4,
            mask,
        )
        spark = self.on(oval(x - radius * 0.35, y - radius * 0.38, radius * 0.24, radius * 0.2, n=16))
        self.stage.soften(spark, WHITE, 0.9, max(0.8, self.units(radius) * 0.1), mask)
        return mask

    def metal(self, points: Sequence[Point], color: RGB, lift: float = 5.0) -> Mask:
        """Draw a polished plate: three bands of light across it."""
        mask = self.piece(points, color, lift, 0.1)
        outline = self.on(points)
        left, right = min(x for x, _ in outline), max(x for x, _ in outline)
        top, bottom = min(y for _, y in outline), max(y for _, y in outline)
        w = right - left
        for share, tone, alpha in ((0.12, 1.5, 0.55), (0.5, 0.35, 0.42), (0.78, 1.4, 0.4)):
            x = left + w * share
            band = [(x - w * 0.06, top), (x + w * 0.08, top), (x - w * 0.08, bottom), (x - w * 0.2, bottom)]
            self.stage.soften(band, lit(color, tone), alpha, w * 0.05, mask)
        return mask

    # Weaves

    def weave(
        self, mask: Mask, kind: str, color: RGB, pitch: float = 13.0, alpha: float = 0.3, reach: float = 420.0
    ) -> None:
        """Draw a cloth's structure over a mask: knit, rib, waffle, linen, herringbone, canvas or check."""
        dark, light = lit(color, 0.35), lit(color, 1.3)
        steps = int(reach / pitch)
        grid = [step * pitch for step in range(-steps, steps + 1)]
        if kind == "knit":
            rows = []
            for row in grid:
                stitches: list[Point] = []
                for column in grid:
                    stitches += [(column - pitch * 0.46, row - pitch * 0.42), (column, row + pitch * 0.3)]
                rows.append(stitches)
            self.lines(rows, pitch * 0.2, dark, alpha, mask)
            lifted = [[(x + pitch * 0.1, y - pitch * 0.22) for x, y in stitches] for stitches in rows]
            self.lines(lifted, pitch * 0.14, light, alpha * 0.6, mask)
        elif kind == "rib":
            self.lines([[(x, -reach), (x, reach)] for x in grid], pitch * 0.3, dark, alpha, mask)
            self.lines(
                [[(x + pitch * 0.4, -reach), (x + pitch * 0.4, reach)] for x in grid],
                pitch * 0.2,
                light,
                alpha * 0.7,
                mask,
            )
        elif kind == "herringbone":
            lean = pitch * 0.4
            lines = [[(x, y + (lean if i % 2 else -lean)) for i, x in enumerate(grid)] for y in grid]
            self.lines(lines, pitch * 0.24, dark, alpha, mask)
        elif kind == "check":
            self.lines([[(x, -reach), (x, reach)] for x in grid[::2]], pitch, light, alpha * 0.8, mask)
            self.lines([[(-reach, y), (reach, y)] for y in grid[::2]], pitch, dark, alpha * 0.7, mask)
        elif kind == "waffle":
            self.lines([[(x, -reach), (x, reach)] for x in grid], pitch * 0.34, dark, alpha * 0.8, mask)
            self.lines([[(-reach, y), (reach, y)] for y in grid], pitch * 0.34, dark, alpha * 0.8, mask)
        else:
            self.lines([[(x, -reach), (x, reach)] for x in grid], pitch * 0.16, dark, alpha * 0.5, mask)
            self.lines([[(-reach, y), (reach, y)] for y in grid], pitch * 0.16, light, alpha * 0.5, mask)

    def scatter(self, mask: Mask, color: RGB, count: int, seed: int, radius: float = 3.0, alpha: float = 0.7) -> None:
        """Fleck what the mask covers, as tweed or terrazzo."""
        left, top, right, bottom = (edge / self.stage.scale for edge in mask.box)
        dots = []
        for index in range(count):
            a, b = (index * 0.7548776662 + seed * 0.31) % 1, (index * 0.5698402910 + seed * 0.17) % 1
            dots.append(
                (
                    left + a * (right - left),
                    top + b * (bottom - top),
                    radius * (0.5 + ((a + b) * 5 % 1) * 0.7),
                )
            )
        self.stage.lay(self.stage.specks(dots), color, alpha, mask)


def panel(x: float, y: float, width: float, height: float, radius: float = 8.0) -> list[Point]:
    """Return a rounded rectangle around (x, y)."""
    return rounded(rectangle(x, y, width, height), radius)


def sprig(sheet: Sheet, x: float, y: float, length: float, color: RGB, turn: float = -50.0, leaves: int = 9) -> None:
    """Lay a twig with leaves, the prop of pictures taken from above."""
    twig = sheet.moved(x, y, 1.0, turn)
    stem = [(length * t / 10, 16 * sin(t / 10 * pi * 0.8)) for t in range(11)]
    twig.cord(stem, 5, mix(color, (92, 68, 48), 0.5), 4)
    for index in range(leaves):
        t = 1.2 + index * 8.8 / leaves
        px, py = length * t / 10, 16 * sin(t / 10 * pi * 0.8)
        side = 1 if index % 2 else -1
        size = length * (0.20 - 0.009 * t)
        leaf = twig.moved(px, py, 1.0, side * 48)
        outline = [*curve_leaf(size, 0.28), *reversed(curve_leaf(size, -0.28))]
        mask = leaf.piece(outline, mix(color, lit(color, 1.3), (index % 3) * 0.25), 5, 0.2)
        leaf.line([(0, 0), (size * 0.94, 0)], 1.6, lit(color, 0.5), 0.5, mask)


def curve_leaf(length: float, belly: float) -> list[Point]:
    return [(length * t / 8, length * belly * sin(pi * (t / 8) ** 0.8)) for t in range(9)]
