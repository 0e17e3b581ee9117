"""Charts drawn on the server: few, labeled, each with the same numbers in a table.

Positions are SVG attributes in percent and pixels, so that a chart fills its column without scaling its text, and needs
no inline style (the Content-Security-Policy forbids those).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT, TOP, BOTTOM = (
    176,
    20,
    24,
)  # pixels: the drawing, room for the highest label, room for the labels below
LABELS_BELOW = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the chart: its label, its value, the value in words, and geometry in percent (x) and pixels (y)."""

    label: str
    value: float
    words: str
    x: float
    width: float
    y: float
    height: float
    shows_label: bool

    @property
    def center(self) -> float:
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class Chart:
    points: list[Point]
    grid: list[tuple[float, str]]  # y in pixels, label
    baseline: float
    line: str  # an SVG path in a box of 100 by 100
    area: str


def ceiling(value: float) -> float:
    """The next number that is round, and so is its half, and that is not below `value`."""
    if value <= 0:
        return 1
    step = 1.0
    while step * 10 <= value:
        step *= 10
    return next(step * factor for factor in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if step * factor >= value)


def draw(pairs: Sequence[tuple[str, float]], words: Callable[[float], str]) -> Chart:
    """Geometry of (label, value) pairs; values below zero are drawn as zero, their words stay."""
    top_value = ceiling(max((value for _, value in pairs), default=0))
    room = HEIGHT - TOP - BOTTOM
    baseline = HEIGHT - BOTTOM
    slot = 100 / max(len(pairs), 1)
    every = max(1, -(-len(pairs) // LABELS_BELOW))
    points = []
    for position, (label, value) in enumerate(pairs):
        height = round(room * max(value, 0) / top_value, 2)
        points.append(
            Point(
                label=label,
                value=value,
                words=words(value),
                x=round(slot * position + slot * 0.14, 3),
                width=round(slot * 0.72, 3),
                y=round(baseline - height, 2),
                height=height,
                shows_label=position % every == 0,
            )
        )
    grid = [(round(baseline - room * part, 2), words(top_value * part)) for part in (0.5, 1)]
    line = path([value / top_value for _, value in pairs])
    return Chart(points, grid, baseline, line, f"{line}L100,100L0,100Z" if line else "")


def path(shares: Sequence[float]) -> str:
    """A line through shares of 0 to 1, from left to right of a box of 100 by 100."""
    if not shares:
        return ""
    if len(shares) == 1:
        shares = [shares[0], shares[0]]
    step = 100 / (len(shares) - 1)
    heights = [100 - 100 * min(max(share, 0), 1) for share in shares]
    spots = (f"{round(step * i, 2):g},{round(height, 2):g}" for i, height in enumerate(heights))
    return "M" + "L".join(spots)
