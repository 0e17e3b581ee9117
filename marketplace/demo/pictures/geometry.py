"""Outlines: smooth curves and rounded corners as lists of points."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin

Point = tuple[float, float]


def curve(points: Sequence[Point], steps: int = 6) -> list[Point]:
    """Return a smooth open line through the points (Catmull-Rom), `steps` pieces between each two."""
    padded = [points[0], *points, points[-1]]
    return [*_spline(padded, steps), points[-1]]


def loop(points: Sequence[Point], steps: int = 6) -> list[Point]:
    """Return a smooth closed outline through the points."""
    return _spline([points[-1], *points, points[0], points[1]], steps)


def _spline(points: Sequence[Point], steps: int) -> list[Point]:
    line: list[Point] = []
    for (x0, y0), (x1, y1), (x2, y2), (x3, y3) in zip(points, points[1:], points[2:], points[3:], strict=False):
        for step in range(steps):
            t = step / steps
            a, b = t * t, t * t * t
            line.append(
                (
                    0.5
                    * (2 * x1 + (x2 - x0) * t + (2 * x0 - 5 * x1 + 4 * x2 - x3) * a + (3 * x1 - x0 - 3 * x2 + x3) * b),
                    0.5
                    * (2 * y1 + (y2 - y0) * t + (2 * y0 - 5 * y1 + 4 * y2 - y3) * a + (3 * y1 - y0 - 3 * y2 + y3) * b),
                )
            )
    return line


def rounded(points: Sequence[Point], radius: float, steps: int = 5) -> list[Point]:
    """Return the polygon with its corners rounded; a corner between short sides gets as much as fits."""
    outline: list[Point] = []
    for before, corner, after in zip([points[-1], *points[:-1]], points, [*points[1:], points[0]], strict=True):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        for step in range(steps + 1):
            t = step / steps
            outline.append(
                (
                    (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * corner[0] + t * t * end[0],
                    (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner[1] + t * t * end[1],
                )
            )
    return outline


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = hypot(goal[0] - start[0], goal[1] - start[1]) or 1.0
    share = min(distance / length, 0.5)
    return (start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share)


def oval(x: float, y: float, rx: float, ry: float, start: float = 0.0, end: float = 2 * pi, n: int = 48) -> list[Point]:
    """Return points on an ellipse from angle `start` to `end`, clockwise on screen from the right."""
    return [
        (x + rx * cos(start + (end - start) * i / n), y + ry * sin(start + (end - start) * i / n)) for i in range(n + 1)
    ]


def rectangle(x: float, y: float, width: float, height: float) -> list[Point]:
    """Return the corners of a rectangle around (x, y), clockwise from the top left."""
    w, h = width / 2, height / 2
    return [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]


def mirrored(points: Sequence[Point]) -> list[Point]:
    """Return a closed outline from its right half, given from top to bottom."""
    return [*points, *((-x, y) for x, y in reversed(points))]


def hull(points: Sequence[Point]) -> list[Point]:
    """Return the convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _half(ordered)[:-1] + _half(ordered[::-1])[:-1]


def _half(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for x, y in points:
        while len(chain) >= 2:
            (ax, ay), (bx, by) = chain[-2], chain[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain
