"""A subject's way through a shot, frame by frame, while it is being worked out."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from scenelang.compiler import resolved
from scenelang.compiler.geometry import Vec3
from scenelang.compiler.plan import PosePlan

T = TypeVar("T")


class Trail:
    """A subject's way through the shot, frame by frame, and one frame on: where the next shot begins."""

    def __init__(self, position: list[Vec3], heading: list[float], posture: str = "stand"):
        self.position, self.heading, self.posture = position, heading, posture
        self.poses: list[PosePlan] = []
        self.held: list[tuple[int, int, str]] = []


def frame_range(film: resolved.Film, start: Fraction, end: Fraction, count: int) -> tuple[int, int]:
    """The frames of a span of time, at least one, within a shot of `count` frames."""
    a = min(film.frame(start), count - 1)
    return a, max(a + 1, min(film.frame(end), count))


def compact(track: list[T]) -> list[T]:
    """A track with one value where nothing changes."""
    return track[:1] if all(v == track[0] for v in track) else track


def speed_of(track: list[Vec3], fps: Fraction) -> float:
    """The fastest step of a track in metres a second."""
    steps = (math.dist(a, b) for a, b in pairwise(track))
    return max(steps, default=0.0) * float(fps)
