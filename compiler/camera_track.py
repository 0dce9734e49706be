"""A camera over time as files hold it, and the camera of a planned shot as files take it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scenelang.compiler.geometry import Orientation, Vec3, oriented, turn
from scenelang.grammar.record import Record


class CameraFileError(ValueError):
    """What is wrong with a file, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Sample(Record):
    time: Fraction  # seconds from the first
    eye: Vec3
    orientation: Orientation
    focal: float | None  # millimetres on a sensor 36 mm wide


class Track(Record):
    """A camera over time: at least one sample, sorted by time."""

    samples: tuple[Sample, ...]

    @property
    def duration(self) -> Fraction:
        return self.samples[-1].time

    def at(self, time: Fraction) -> Sample:
        """Between two samples angles go the shorter way; the ends hold."""
        after = next((i for i, s in enumerate(self.samples) if s.time > time), len(self.samples))
        if after in (0, len(self.samples)):
            return self.samples[max(0, after - 1)]
        a, b = self.samples[after - 1], self.samples[after]
        u = float((time - a.time) / (b.time - a.time))
        mixed = [p + (q - p) * u for p, q in zip(a.eye, b.eye)]
        focal = a.focal + (b.focal - a.focal) * u if a.focal and b.focal else a.focal
        x, y = a.orientation, b.orientation
        orientation = Orientation(
            turn(x.yaw, y.yaw, u), turn(x.pitch, y.pitch, u), turn(x.roll, y.roll, u)
        )
        return Sample(time, (mixed[0], mixed[1], mixed[2]), orientation, focal)


class Camera(Record):
    """The camera of a planned shot, a value for every frame: `c2w` 12 numbers (OpenCV's axes), `focal` millimetres."""

    name: str
    size: tuple[int, int]
    fps: Fraction
    c2w: Sequence[Sequence[float]]
    focal: Sequence[float]


def pose(c2w: Sequence[float]) -> tuple[Vec3, Orientation]:
    """Eye and orientation of 12 numbers: camera to world row by row, OpenCV's axes."""
    return (c2w[3], c2w[7], c2w[11]), oriented(c2w)
