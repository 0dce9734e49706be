"""A shot from above as an SVG: the camera's path and view, everyone's places and ways, lights.

The picture's up is away from the audience (-z), its right the audience's right (+x). Metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.compiler.plan import Plan, ShotPlan, Vec3Track, at

WIDTH, HEIGHT = 320.0, 240.0
MARGIN = 26.0
SHORTEST = 3.0  # metres across: a face from near is not drawn as a hall
Point = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """Somebody's way: `points` as of an SVG polyline, where it starts, and the way that is faced there."""

    name: str
    role: str
    points: str
    start: Point
    end: Point
    nose: Point
    moves: bool


@dataclass(frozen=True)
class Lamp:
    name: str
    kind: str
    at: Point
    tip: Point  # of a sun: where its light goes
    colour: str


@dataclass(frozen=True)
class Above:
    """All that the template draws, in pixels of a picture `WIDTH` x `HEIGHT`."""

    width: float
    height: float
    camera: Way
    views: list[str]  # what the camera sees first and last, as polygons
    subjects: list[Way]
    lamps: list[Lamp]
    grid: list[tuple[float, float, float, float]]
    metre: float  # pixels
    step: float  # metres between lines of the grid


def above(plan: Plan, shot: ShotPlan) -> Above:
    """A shot's blocking as it is drawn."""
    camera = [(row[3], row[11]) for row in shot.camera.c2w]
    ways = [(track.subject, _floor(track.position)) for track in shot.subjects]
    points = [*camera, *(point for _, way in ways for point in way)]
    points += [
        (x, z) for light in shot.lights if light.type == "point" for x, z in _floor(light.position)
    ]
    to = _Frame(points)
    roles = {s.id: s.role for s in plan.subjects}
    subjects = []
    for track, (name, way) in zip(shot.subjects, ways):
        turn = math.radians(at(track.heading, 0))
        nose = (math.sin(turn), math.cos(turn))
        subjects.append(_way(to, name, roles.get(name, "character"), way, nose))
    last = len(shot.camera.c2w) - 1
    seen = [_view(to, shot, frame) for frame in sorted({0, last})]
    ahead = _ahead(shot.camera.c2w[0])
    return Above(
        WIDTH, HEIGHT, _way(to, "camera", "camera", camera, ahead), seen, subjects,
        [_lamp(to, light.name, light.type, at(light.position, 0), at(light.direction, 0), at(light.colour, 0))
         for light in shot.lights if light.type != "ambient"],
        to.grid(), to.scale, to.step,
    )  # fmt: skip


class _Frame:
    """Metres of the floor to pixels: all points fit, in one scale."""

    def __init__(self, points: Sequence[Point]):
        xs, zs = [x for x, _ in points], [z for _, z in points]
        self.middle = ((min(xs) + max(xs)) / 2, (min(zs) + max(zs)) / 2)
        across = max(max(xs) - min(xs), SHORTEST)
        deep = max(max(zs) - min(zs), SHORTEST)
        self.scale = min((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / deep)
        self.step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1e9) if s * self.scale >= 18)

    def __call__(self, point: Point) -> Point:
        x, z = point
        return (
            round(WIDTH / 2 + (x - self.middle[0]) * self.scale, 1),
            round(HEIGHT / 2 + (z - self.middle[1]) * self.scale, 1),
        )

    def grid(self) -> list[tuple[float, float, float, float]]:
        lines = []
        for half, middle, along_x in ((WIDTH, self.middle[0], True), (HEIGHT, self.middle[1], False)):
            reach = half / 2 / self.scale
            first = math.ceil((middle - reach) / self.step)
            for n in range(first, first + 200):
                if n * self.step > middle + reach:
                    break
                x, y = self((n * self.step, n * self.step))
                lines.append((x, 0.0, x, HEIGHT) if along_x else (0.0, y, WIDTH, y))
        return lines


def _way(to: _Frame, name: str, role: str, points: Sequence[Point], nose: Point) -> Way:
    start, end = to(points[0]), to(points[-1])
    few = [points[n * (len(points) - 1) // 60] for n in range(61)] if len(points) > 61 else points
    far = max((math.dist(p, points[0]) for p in points), default=0.0)
    return Way(
        name,
        role,
        " ".join(f"{x},{y}" for x, y in map(to, few)),
        start,
        end,
        (round(start[0] + 13 * nose[0], 1), round(start[1] + 13 * nose[1], 1)),
        far > 0.05,
    )


def _view(to: _Frame, shot: ShotPlan, frame: int) -> str:
    """The wedge of floor that the camera sees, beyond everyone who stands before it."""
    row = shot.camera.c2w[frame]
    x, z = _ahead(row)
    half = math.atan(SENSOR_WIDTH_MM / 2 / at(shot.camera.focal_mm, frame))
    places = [at(track.position, frame) for track in shot.subjects]
    ahead = [(p[0] - row[3]) * x + (p[2] - row[11]) * z for p in places]
    length = max(70.0, 30.0 + to.scale * max(ahead, default=0.0))
    tip = to((row[3], row[11]))
    turn = math.atan2(x, z)
    ends = [
        (
            tip[0] + length * math.sin(turn + s * half) / math.cos(half),
            tip[1] + length * math.cos(turn + s * half) / math.cos(half),
        )
        for s in (-1, 1)
    ]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in [tip, *ends])


def _ahead(row: Sequence[float]) -> Point:
    """Where a camera looks, over the floor: the third column of its pose."""
    length = math.hypot(row[2], row[10])
    return (row[2] / length, row[10] / length) if length > 1e-6 else (0.0, -1.0)


def _lamp(
    to: _Frame, name: str, kind: str, position: Sequence[float], toward: Sequence[float], rgb: Sequence[float]
) -> Lamp:  # fmt: skip
    colour = "#" + "".join(f"{round(255 * min(1.0, max(0.0, c)) ** (1 / 2.2)):02x}" for c in rgb)
    if kind == "point":
        spot = to((position[0], position[2]))
        return Lamp(name, kind, spot, spot, colour)
    length = math.hypot(toward[0], toward[2]) or 1.0
    x, z = toward[0] / length, toward[2] / length
    reach = min(WIDTH / 2 / max(abs(x), 1e-6), HEIGHT / 2 / max(abs(z), 1e-6)) - 14
    edge = (WIDTH / 2 + x * reach, HEIGHT / 2 + z * reach)
    tip = (edge[0] - 24 * x, edge[1] - 24 * z)
    return Lamp(name, kind, _round(edge), _round(tip), colour)


def _floor(track: Vec3Track) -> list[Point]:
    return [(x, z) for x, _, z in track]


def _round(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
