"""Solid things on a table: turned bodies, boxes and rods, seen by one camera and lit from the upper left.

The projection is parallel: sizes do not depend on distance, as through a long lens. x runs right, y up, z towards us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, hypot, pi, radians, sin, sqrt

from PIL import Image, ImageDraw, ImageFilter

from marketplace.demo.pictures.color import RGB, WHITE, lit
from marketplace.demo.pictures.geometry import Point, curve, hull, oval, rounded
from marketplace.demo.pictures.stage import Mask, Stage, Wash

Space = tuple[float, float, float]
Profile = Sequence[Point]
"""The right half of a turned body as (radius, height), from bottom to top."""

_LIGHT = (-0.50, 0.58, 0.64)
_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class Camera:
    """How we look: `pitch` is the sine of the angle from above; `ground` where the origin stands on the picture."""

    pitch: float
    ground: Point
    zoom: float = 1.0

    @property
    def upright(self) -> float:
        return sqrt(1 - self.pitch * self.pitch)


def brightness(nx: float, ny: float, nz: float) -> float:
    """Return the light on a surface whose normal, as seen by the camera, is given; 1 is the color itself."""
    direct = max(0.0, nx * _LIGHT[0] + ny * _LIGHT[1] + nz * _LIGHT[2])
    bounce = 0.10 * max(0.0, nx) + 0.05 * max(0.0, -ny)
    return 0.34 + 0.78 * direct + bounce


class Spot:
    """A place on the table with its own origin, size and turn; things are drawn here, back to front."""

    def __init__(
        self,
        stage: Stage,
        camera: Camera,
        x: float = 0.0,
        z: float = 0.0,
        size: float = 1.0,
        yaw: float = 0.0,
    ) -> None:
        self.stage = stage
        self.camera = camera
        self.x, self.z, self.size, self.yaw = x, z, size, yaw
        self._cos, self._sin = cos(radians(yaw)), sin(radians(yaw))

    def moved(self, x: float = 0.0, z: float = 0.0, size: float = 1.0, turn: float = 0.0) -> Spot:
        """Return a spot beside this one, in this one's own units."""
        right, near = self._turned(x, z)
        return Spot(
            self.stage,
            self.camera,
            self.x + right * self.size,
            self.z + near * self.size,
            self.size * size,
            self.yaw + turn,
        )

    def _turned(self, x: float, z: float) -> Point:
        return x * self._cos + z * self._sin, -x * self._sin + z * self._cos

    def at(self, x: float, y: float, z: float = 0.0) -> Point:
        """Return where a point of this spot is on the picture."""
        right, near = self._turned(x, z)
        right, near, up = self.x + right * self.size, self.z + near * self.size, y * self.size
        zoom, (gx, gy) = self.camera.zoom, self.camera.ground
        return (gx + right * zoom, gy + (near * self.camera.pitch - up * self.camera.upright) * zoom)

    def upright(self, points: Sequence[Point], z: float = 0.0) -> list[Point]:
        """Return points (x, height) of a plane that faces us, whatever this spot's turn."""
        x0, y0 = self.at(0, 0, 0)
        unit = self.size * self.camera.zoom
        drop = z * unit * self.camera.pitch
        return [(x0 + x * unit, y0 + drop - y * unit * self.camera.upright) for x, y in points]

    def units(self, length: float) -> float:
        """Return a length of this spot in units of the picture."""
        return length * self.size * self.camera.zoom

    def facing(self, nx: float, ny: float, nz: float) -> float:
        """Return the brightness of a face of this spot with the given normal."""
        right, near = self._turned(nx, nz)
        up, pitch = self.camera.upright, self.camera.pitch
        return brightness(right, ny * up - near * pitch * 0.4, near * up + ny * pitch)

    # Shadows

    def shadow(
        self,
        width: float,
        depth: float,
        height: float,
        strength: float = 1.0,
        lift: float = 0.0,
        *,
        legs: bool = False,
    ) -> None:
        """Lay the shadow of something this wide, deep and high: tight where it stands, long and faint to the right.

        What stands on `legs` touches the ground nearly nowhere, so the tight shadow is left out.
        """
        foot = [self.at(x * width / 2, lift, z * depth / 2) for x, z in oval(0, 0, 1, 1, n=24)]
        self._cast(foot, height, strength, legs)

    def backing(self, width: float, depth: float, height: float) -> None:
        """Lay the shadow of something drawn upright at this spot whose depth lies behind it."""
        self.moved(z=-depth * 0.44).shadow(width, depth, height)

    def shadow_of(self, corners: Sequence[Space], height: float, strength: float = 1.0, *, legs: bool = False) -> None:
        """Lay the shadow of something that stands on these corners."""
        self._cast([self.at(*corner) for corner in corners], height, strength, legs)

    def _cast(self, foot: Sequence[Point], height: float, strength: float, legs: bool) -> None:
        reach = self.units(height)
        dark = (44, 32, 30)
        lean = -0.22 * self.camera.pitch
        for length, alpha, blur in ((0.85, 0.14, 34.0), (0.42, 0.20, 17.0)):
            far = [(x + reach * length, y + reach * length * lean) for x, y in foot]
            self.stage.soften(hull([*foot, *far]), dark, alpha * strength, blur)
        if legs:
            return
        near = [(x + 5, y + 3) for x, y in foot]
        self.stage.soften(near, dark, 0.42 * strength, 6.5)

    # Turned bodies

    def ring(self, radius: float, y: float, start: float = 0.0, end: float = 2 * pi, n: int = 40) -> list[Point]:
        """Return points of a horizontal circle; angle 0 is right, pi/2 nearest to us."""
        cx, cy = self.at(0, y)
        r = self.units(radius)
        return oval(cx, cy, r, r * self.camera.pitch, start, end, n)

    def turned(self, profile: Profile, color: RGB, gloss: float = 0.25) -> Mask:
        """Draw a body turned on a lathe and return its mask. `gloss` is the strength of its highlight."""
        mask = self._turned_mask(profile)
        self._skin(mask, profile, color)
        if gloss:
            self.sheen(profile, mask, gloss)
        return mask

    def _turned_mask(self, profile: Profile) -> Mask:
        outlines = []
        for (r0, y0), (r1, y1) in pairwise(profile):
            (cx, ay), (_, by) = self.at(0, y0), self.at(0, y1)
            r0, r1 = self.units(r0), self.units(r1)
            outlines.append(_tangents(cx, ay, by, r0, r1, self.camera.pitch))
        rings = [self.ring(r, y, n=36) for r, y in profile]
        return self.stage.shape(*outlines, *rings)

    def band(self, profile: Profile, color: RGB, gloss: float = 0.0, within: Mask | None = None) -> Mask:
        """Draw the front of a part of a turned body, for glaze lines, labels and stripes.

        Kept `within` a body's mask it reaches past the outline, so that nothing of the body shows beside it.
        """
        if within is not None:
            wide = max(r for r, _ in profile) * 1.05
            profile = [(wide, profile[0][1] - 14), *((wide, y) for _, y in profile[:-1]), profile[-1]]
        (r0, y0), (r1, y1) = profile[0], profile[-1]
        left = [(self.at(0, y)[0] - self.units(r), self.at(0, y)[1]) for r, y in profile]
        right = [(self.at(0, y)[0] + self.units(r), self.at(0, y)[1]) for r, y in profile]
        outline = [
            *reversed(left),
            *reversed(self.ring(r0, y0, 0, pi, 24)),
            *right,
            *self.ring(r1, y1, 0, pi, 24),
        ]
        mask = self.stage.shape(outline)
        self._skin(mask, profile, color, within)
        if gloss:
            self.sheen(profile, mask, gloss)
        return mask

    def _skin(self, mask: Mask, profile: Profile, color: RGB, within: Mask | None = None) -> None:
        """Shade a turned body by the normals of its surface, coarsely, and enlarge: light is smooth."""
        stage, (left, top, right, bottom) = self.stage, mask.box
        shrink = max(1.0, (right - left) / 140)
        size = (max(2, int((right - left) / shrink)), max(2, int((bottom - top) / shrink)))
        kx, ky = size[0] / (right - left), size[1] / (bottom - top)
        tones = [lit(color, step / 160) for step in range(241)]
        canvas = Image.new("RGB", size, lit(color, 0.75))
        pen = ImageDraw.Draw(canvas)
        pitch, up = self.camera.pitch, self.camera.upright
        rows = []
        for r, y in profile:
            cx, cy = self.at(0, y)
            rows.append((self.units(r) * 1.02, cx, cy))
        edges = [-1 + 2 * i / _COLUMNS for i in range(_COLUMNS + 1)]
        dips = [sqrt(max(0.0, 1 - u * u)) * pitch for u in edges]
        s = stage.scale
        for index, ((r0, y0), (r1, y1)) in enumerate(pairwise(profile)):
            length = hypot(r1 - r0, y1 - y0) or 1.0
            out, rise = (y1 - y0) / length, -(r1 - r0) / length
            (ra, ax, ay), (rb, bx, by) = rows[index], rows[index + 1]
            for column in range(_COLUMNS):
                u0, u1, d0, d1 = edges[column], edges[column + 1], dips[column], dips[column + 1]
                u = (u0 + u1) / 2
                near = sqrt(1 - u * u) * out
                light = brightness(u * out, rise * up - near * pitch * 0.4, near * up + rise * pitch)
                pen.polygon(
                    [
                        (((ax + ra * u0) * s - left) * kx, ((ay + ra * d0) * s - top) * ky),
                        (((ax + ra * u1) * s - left) * kx, ((ay + ra * d1) * s - top) * ky),
                        (((bx + rb * u1) * s - left) * kx, ((by + rb * d1) * s - top) * ky),
                        (((bx + rb * u0) * s - left) * kx, ((by + rb * d0) * s - top) * ky),
                    ],
                    fill=tones[max(0, min(240, int(light * 160)))],
                )
        canvas = canvas.filter(ImageFilter.GaussianBlur(size[0] / 42))
        stage.lay(mask, canvas.resize(mask.image.size, Image.Resampling.BICUBIC), 1.0, within)

    def sheen(self, profile: Profile, mask: Mask, strength: float, start: float = -0.66, end: float = -0.44) -> None:
        """Lay the reflection of the window along a turned body."""
        inner = profile[1:-1] if len(profile) > 6 else profile
        sides: tuple[list[Point], list[Point]] = ([], [])
        for r, y in inner:
            cx, cy = self.at(0, y)
            for side, u in zip(sides, (start, end), strict=True):
                side.append((cx + self.units(r) * u, cy + self.units(r) * sqrt(1 - u * u) * self.camera.pitch))
        self.stage.soften([*sides[0], *reversed(sides[1])], WHITE, min(1.0, strength), 9.0, mask)

    def disc(self, radius: float, y: float, color: RGB, light: float = 1.04) -> Mask:
        """Draw a horizontal disc, as a lid's or a table's top."""
        return self.stage.fill(
            self.ring(radius, y),
            Wash(
                lit(color, light + 0.08),
                lit(color, light),
                lit(color, light + 0.02),
                lit(color, light - 0.12),
            ),
        )

    def mouth(self, radius: float, y: float, wall: float, lip: RGB, inside: RGB, full: float | None = None) -> Mask:
        """Draw the opening of a vessel; `full` is how far below the rim a liquid of color `inside` stands."""
        self.stage.fill(self.ring(radius, y), Wash(lit(lip, 1.1), lit(lip, 0.98), lit(lip, 1.14), lit(lip, 0.9)))
        inner = self.ring(max(1.0, radius - wall), y - wall * 0.2)
        mask = self.stage.fill(inner, Wash(lit(inside, 0.34), lit(inside, 0.66), lit(inside, 0.5), lit(inside, 0.86)))
        if full is not None:
            level = self.ring(radius - wall * 1.2, y - full)
            self.stage.fill(
                level,
                Wash(lit(inside, 0.82), lit(inside, 0.98), lit(inside, 0.95), lit(inside, 1.1)),
                1,
                mask,
            )
        return mask

    def speckle(self, mask: Mask, color: RGB, seed: int, count: int = 150) -> None:
        """Scatter the iron specks of stoneware over what the mask covers."""
        left, top, right, bottom = (edge / self.stage.scale for edge in mask.box)
        state = seed or 1
        dots = []
        for _ in range(count):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            a = state / 0x7FFFFFFF
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            b = state / 0x7FFFFFFF
            dots.append(
                (
                    left + a * (right - left),
                    top + b * (bottom - top),
                    0.9 + 1.5 * ((a * 7.3 + b * 3.1) % 1) ** 3,
                )
            )
        self.stage.lay(self.stage.specks(dots), color, 0.55, mask)

    # Boxes and rods

    def box(
        self,
        width: float,
        height: float,
        depth: float,
        color: RGB,
        *,
        x: float = 0.0,
        y: float = 0.0,
        z: float = 0.0,
        radius: float = 3.0,
        top: RGB | None = None,
        side: RGB | None = None,
    ) -> Box:
        """Draw a box whose bottom face has its middle at (x, y, z), and return it to be drawn on."""
        return Box(self, width, height, depth, color, x, y, z, radius, top or color, side or color)

    def rod(self, start: Space, end: Space, width: float, color: RGB, taper: float = 1.0) -> None:
        """Draw a round bar between two points; `taper` is its width at the end over that at the start."""
        (x0, y0), (x1, y1) = self.at(*start), self.at(*end)
        angle = atan2(y1 - y0, x1 - x0) + pi / 2
        a, b = self.units(width) / 2, self.units(width) * taper / 2
        nx, ny = cos(angle), sin(angle)
        outline = [
            (x0 + nx * a, y0 + ny * a),
            (x1 + nx * b, y1 + ny * b),
            *oval(x1, y1, b, b, angle, angle - pi, 8),
            (x1 - nx * b, y1 - ny * b),
            (x0 - nx * a, y0 - ny * a),
            *oval(x0, y0, a, a, angle + pi, angle, 8),
        ]
        stage = self.stage
        mask = stage.shape(outline)
        stage.lay(mask, lit(color, 0.9))
        # The side away from the light darkens, whichever way the bar runs.
        side = 1 if nx * 0.8 + ny * 0.5 > 0 else -1
        for share, tone, alpha in ((0.62, lit(color, 0.35), 0.75), (-0.45, lit(color, 1.25), 0.6)):
            dx, dy = nx * a * share * side, ny * a * share * side
            line = [(x0 + dx, y0 + dy), (x1 + dx * taper, y1 + dy * taper)]
            stage.soften(line, tone, alpha, max(1.2, a * 0.3), mask, width=max(1.0, a * 0.7))


def _tangents(x: float, y0: float, y1: float, r0: float, r1: float, pitch: float) -> list[Point]:
    """Return the quadrangle between the outer tangents of two circles seen at a slant, one above the other."""
    apart = abs(y0 - y1) / max(pitch, 0.01)
    lean = (r0 - r1) / apart if apart else 1.0
    if not -1.0 < lean < 1.0:
        return [(x - r0, y0), (x + r0, y0), (x + r1, y1), (x - r1, y1)]
    across = sqrt(1 - lean * lean)
    rise = -lean * pitch if y1 < y0 else lean * pitch
    return [
        (x - r0 * across, y0 + r0 * rise),
        (x + r0 * across, y0 + r0 * rise),
        (x + r1 * across, y1 + r1 * rise),
        (x - r1 * across, y1 + r1 * rise),
    ]


class Box:
    """A box that has been drawn, and its faces as planes from (0, 0) top left to (1, 1) bottom right."""

    def __init__(
        self,
        spot: Spot,
        width: float,
        height: float,
        depth: float,
        color: RGB,
        x: float,
        y: float,
        z: float,
        radius: float,
        top: RGB,
        side: RGB,
    ) -> None:
        self.spot = spot
        w, d = width / 2, depth / 2
        self._w, self._h, self._d = width, height, depth
        self._center = (x, y, z)
        turn = (spot.yaw + 180) % 360 - 180
        # Turned right we see the left side too, turned left the right one.
        self.shows_left = turn > 0
        edge = -w if self.shows_left else w
        front = [(-w, height, d), (w, height, d), (w, 0, d), (-w, 0, d)]
        lid = [(-w, height, -d), (w, height, -d), (w, height, d), (-w, height, d)]
        flank = [(edge, height, -d), (edge, height, d), (edge, 0, d), (edge, 0, -d)]
        if not self.shows_left:
            flank = [flank[1], flank[0], flank[3], flank[2]]
        self._faces = {"front": front, "top": lid, "side": flank}
        stage = spot.stage
        pixels = {name: [self._at(point) for point in face] for name, face in self._faces.items()}
        lights = {
            "front": spot.facing(0, 0, 1),
            "top": spot.facing(0, 1, 0) * 1.02,
            "side": spot.facing(-1 if self.shows_left else 1, 0, 0),
        }
        r = spot.units(radius)
        silhouette = stage.shape(rounded(hull([p for face in pixels.values() for p in face]), r))
        stage.lay(silhouette, lit(color, (lights["front"] + lights["top"]) / 2))
        self.masks: dict[str, Mask] = {}
        for name, tone in (("side", side), ("front", color), ("top", top)):
            light = lights[name]
            mask = stage.shape(rounded(pixels[name], r * 0.55))
            wash = Wash(lit(tone, light + 0.06), lit(tone, light), lit(tone, light - 0.03), lit(tone, light - 0.10))
            stage.lay(mask, wash, 1.0, silhouette)
            self.masks[name] = mask
        if radius:
            a, b = pixels["front"][0], pixels["front"][1]
            stage.lay(stage.strokes([[a, b]], max(1.2, r * 0.5)), lit(top, lights["top"] + 0.22), 0.5, silhouette)
        self.silhouette = silhouette

    def _at(self, point: Space) -> Point:
        x, y, z = self._center
        return self.spot.at(x + point[0], y + point[1], z + point[2])

    def on(self, face: str, points: Sequence[Point]) -> list[Point]:
        """Return points of a face ("front", "top", "side") on the picture, from (0, 0) top left to (1, 1)."""
        (ax, ay, az), (bx, by, bz), _, (dx, dy, dz) = self._faces[face]
        return [
            self._at(
                (
                    ax + (bx - ax) * u + (dx - ax) * v,
                    ay + (by - ay) * u + (dy - ay) * v,
                    az + (bz - az) * u + (dz - az) * v,
                )
            )
            for u, v in points
        ]

    def light(self, face: str) -> float:
        if face == "front":
            return self.spot.facing(0, 0, 1)
        if face == "top":
            return self.spot.facing(0, 1, 0)
        return self.spot.facing(-1 if self.shows_left else 1, 0, 0)

    def patch(self, face: str, points: Sequence[Point], color: RGB, radius: float = 0.0, alpha: float = 1.0) -> Mask:
        """Draw a flat shape on a face: a label, a key, a grille."""
        outline = self.on(face, points)
        if radius:
            outline = rounded(outline, self.spot.units(radius))
        light = self.light(face)
        wash = Wash(lit(color, light + 0.06), lit(color, light), lit(color, light - 0.02), lit(color, light - 0.08))
        return self.spot.stage.fill(outline, wash, alpha, self.masks[face])

    def round(self, face: str, u: float, v: float, radius: float, color: RGB, n: int = 32) -> Mask:
        """Draw a disc of a radius in the spot's units on a face."""
        width = self._d if face == "side" else self._w
        height = self._d if face == "top" else self._h
        points = [(u + x / width, v + y / height) for x, y in oval(0, 0, radius, radius, n=n)]
        return self.patch(face, points, color)

    def grain(self, face: str, color: RGB, lines: int = 9, alpha: float = 0.22, seed: int = 3) -> None:
        """Draw the grain of wood along the longer side of a face."""
        width = self._d if face == "side" else self._w
        height = self._d if face == "top" else self._h
        along = width >= height
        strokes = []
        for index in range(lines):
            v = (index + 0.5 + 0.35 * sin(seed * 2.3 + index * 1.7)) / lines
            line = [(t / 8, v + 0.018 * sin(index * 1.3 + t * 0.8 + seed)) for t in range(9)]
            strokes.append(self.on(face, line if along else [(b, a) for a, b in line]))
        dark = lit(color, self.light(face) * 0.66)
        self.spot.stage.lay(self.spot.stage.strokes(strokes, 1.6, round_ends=False), dark, alpha, self.masks[face])


def smooth_profile(points: Profile, steps: int = 4) -> list[Point]:
    """Return a turned body's profile as a smooth line; radii never fall below zero."""
    return [(max(0.0, r), y) for r, y in curve(points, steps)]
