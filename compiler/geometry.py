"""Vectors, headings and camera orientations in plain Python (no arrays above the Plan).

World: metres, y up, +x the audience's right, +z toward the audience. Angles in degrees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scenelang.grammar.record import Record

Vec3 = tuple[float, float, float]

SENSOR_WIDTH_MM = 36.0


def add(a: Vec3, b: Vec3) -> Vec3:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a: Vec3, b: Vec3) -> Vec3:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale(a: Vec3, k: float) -> Vec3:
    return (a[0] * k, a[1] * k, a[2] * k)


def lerp(a: Vec3, b: Vec3, u: float) -> Vec3:
    return (a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u, a[2] + (b[2] - a[2]) * u)


def length(a: Vec3) -> float:
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


def level(a: Vec3) -> Vec3:
    """The horizontal part of a vector."""
    return (a[0], 0.0, a[2])


def unit(a: Vec3, otherwise: Vec3 = (0.0, 0.0, 1.0)) -> Vec3:
    n = length(a)
    return scale(a, 1 / n) if n > 1e-9 else otherwise


def forward_of(heading: float) -> Vec3:
    """The direction that a heading faces: (sin h, 0, cos h)."""
    h = math.radians(heading)
    return (math.sin(h), 0.0, math.cos(h))


def heading_of(direction: Vec3, otherwise: float = 0.0) -> float:
    """The heading that faces along a direction's horizontal part."""
    if math.hypot(direction[0], direction[2]) < 1e-9:
        return otherwise
    return math.degrees(math.atan2(direction[0], direction[2]))


def turn(start: float, end: float, u: float) -> float:
    """A heading on the shorter way from `start` to `end`."""
    difference = (end - start + 180.0) % 360.0 - 180.0
    return start + difference * u


def about_vertical(point: Vec3, centre: Vec3, angle: float) -> Vec3:
    """A point turned about the vertical through `centre`; positive takes +z toward +x."""
    a = math.radians(angle)
    x, z = point[0] - centre[0], point[2] - centre[2]
    return (
        centre[0] + x * math.cos(a) + z * math.sin(a),
        point[1],
        centre[2] - x * math.sin(a) + z * math.cos(a),
    )


class Orientation(Record):
    """A tripod head: yaw (left positive) about the vertical, then pitch (up positive), then
    roll (clockwise positive as seen from behind the camera), in degrees. Zero looks along -z."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def plus(self, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Orientation:
        return Orientation(self.yaw + yaw, self.pitch + pitch, self.roll + roll)

    @property
    def forward(self) -> Vec3:
        y, p = math.radians(self.yaw), math.radians(self.pitch)
        return (-math.sin(y) * math.cos(p), math.sin(p), -math.cos(y) * math.cos(p))

    @property
    def level_forward(self) -> Vec3:
        y = math.radians(self.yaw)
        return (-math.sin(y), 0.0, -math.cos(y))

    @property
    def level_right(self) -> Vec3:
        y = math.radians(self.yaw)
        return (math.cos(y), 0.0, -math.sin(y))

    def axes(self) -> tuple[Vec3, Vec3, Vec3]:
        """The camera's right, down and forward in the world (OpenCV's x, y, z)."""
        y, p, r = math.radians(self.yaw), math.radians(self.pitch), math.radians(self.roll)
        right = self.level_right
        down = (-math.sin(y) * math.sin(p), -math.cos(p), -math.cos(y) * math.sin(p))
        return (
            add(scale(right, math.cos(r)), scale(down, math.sin(r))),
            add(scale(right, -math.sin(r)), scale(down, math.cos(r))),
            self.forward,
        )


def aim(eye: Vec3, target: Vec3, otherwise: Orientation) -> Orientation:
    """The level orientation that looks from `eye` at `target`; straight up or down keeps the yaw."""
    d = sub(target, eye)
    flat = math.hypot(d[0], d[2])
    if length(d) < 1e-9:
        return otherwise
    yaw = math.degrees(math.atan2(-d[0], -d[2])) if flat > 1e-6 else otherwise.yaw
    return Orientation(yaw, math.degrees(math.atan2(d[1], flat)))


def oriented(c2w: Sequence[float]) -> Orientation:
    """The orientation of 12 numbers as `matrix` makes them."""
    forward, right = (c2w[2], c2w[6], c2w[10]), (c2w[0], c2w[4], c2w[8])
    pitch = math.degrees(math.asin(max(-1.0, min(1.0, forward[1]))))
    # straight up or down there is no way ahead: what is right says the yaw, and there is no roll
    upright = math.hypot(forward[0], forward[2]) < 1e-6
    yaw = math.atan2(-right[2], right[0]) if upright else math.atan2(-forward[0], -forward[2])
    still = Orientation(math.degrees(yaw), pitch)
    across, down, _ = still.axes()
    roll = math.atan2(sum(a * b for a, b in zip(right, down)), sum(a * b for a, b in zip(right, across)))
    return Orientation(still.yaw, pitch, math.degrees(roll))


def matrix(position: Vec3, orientation: Orientation) -> list[float]:
    """`c2w` as 12 numbers, the 3x4 matrix row by row, OpenCV axes."""
    right, down, forward = orientation.axes()
    rows = zip(right, down, forward, position)
    return [round(value, 7) + 0.0 for row in rows for value in row]
