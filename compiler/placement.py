"""Automatic camera placement from `frame`, `angle` and `lens`.

A framing names a *region*: how much of the subject, in parts of its height, fills the
frame's height, and where that region's middle is. Pinhole: a region of h metres fills a
sensor of s millimetres at the distance h f / s.
"""

from __future__ import annotations

import math

from scenelang.compiler import resolved
from scenelang.compiler.geometry import (
    SENSOR_WIDTH_MM,
    Orientation,
    Vec3,
    about_vertical,
    add,
    aim,
    length,
    level,
    scale,
    sub,
    unit,
)  # fmt: skip
from scenelang.compiler.stage import Stage, offsets
from scenelang.grammar.record import Record

# size -> (height of the region, height of its middle), in heights of a person
PERSON: dict[str, tuple[float, float]] = {
    "extreme-close-up": (0.16, 0.92),
    "close-up": (0.32, 0.87),
    "medium-close-up": (0.44, 0.82),
    "medium": (0.56, 0.77),
    "medium-wide": (0.82, 0.64),
    "full": (1 / 0.9, 0.5),
    "wide": (3.0, 0.5),
    "extreme-wide": (10.0, 0.5),
}
# the same of a thing, which has no head and no waist
THING: dict[str, tuple[float, float]] = {
    "extreme-close-up": (0.5, 0.6),
    "close-up": (1.2, 0.5),
    "medium-close-up": (1.6, 0.5),
    "medium": (2.0, 0.5),
    "medium-wide": (2.6, 0.5),
    "full": (1 / 0.9, 0.5),
    "wide": (3.0, 0.5),
    "extreme-wide": (10.0, 0.5),
}
FRAMING_SIZES = {
    "single": "medium", "two-shot": "medium-wide", "three-shot": "medium-wide", "group": "full", "insert": "close-up",
    "establishing": "extreme-wide", "over-the-shoulder": "medium",
}  # fmt: skip
EYES = 0.93  # height of the eyes, in heights of a person
WIDTHS = {
    "figure": 0.35,
    "creature": 0.9,
    "animal": 1.4,
    "vehicle": 2.4,
    "boat": 2.5,
    "stall": 1.0,
    "tree": 0.7,
}
SIDE_MARGIN = 0.85  # how much of the frame's width several subjects may take
SHOULDER_AT = 0.14  # where the near shoulder ends, in widths of the frame from the middle
LOWEST = 0.12
THIRD = 1 / 6  # from the middle, in widths of the frame


class View(Record):
    """A camera's first pose, and what it is aimed at."""

    eye: Vec3
    orientation: Orientation
    target: Vec3


def sensor_height(size: tuple[int, int]) -> float:
    """Millimetres; the sensor is 36 mm wide at every aspect, with square pixels."""
    return SENSOR_WIDTH_MM * size[1] / size[0]


def subjects_of(shot: resolved.Shot, film: resolved.Film, stage: Stage) -> list[str]:
    """Whom the framing is about: those it names, else the characters, else everyone."""
    if shot.framing.on:
        return [n for n in shot.framing.on if n in stage]
    people = [n for n in stage if film.subjects[n].role == "character"]
    return people or list(stage)


def opening_view(film: resolved.Film, shot: resolved.Shot, stage: Stage) -> View:
    """The pose in which the shot begins, before any move."""
    names = subjects_of(shot, film, stage)
    size = _size(shot)
    region, target = _region(film, names, stage, size)
    dutch = sum(amount for word, amount in shot.angles if word == "dutch")
    if shot.camera.start is not None:
        eye = shot.camera.start
        looked_at = middle_of(shot.camera.looking, film, stage) if shot.camera.looking else target
        orientation = aim(eye, looked_at, Orientation())
        return View(eye, _composed(orientation, shot, dutch), looked_at)
    distance = region * shot.focal / sensor_height(film.size)
    if shot.framing.size == "over-the-shoulder" and shot.framing.of in stage and names:
        eye = _over_shoulder(film, shot, stage, names[0], distance, target)
    else:
        fitted = _distance_for_width(film, shot, names, stage)
        distance = max(distance, fitted)
        side, eyes = _side(shot, stage), _eyes(film, names, stage)
        eye = _raised(add(target, scale(side, distance)), target, distance, shot, eyes)
        for _ in range(8):  # a camera that looks down sees the region foreshortened: come nearer
            seen = _seen(eye, target, region, shot.focal, film.size)
            distance = max(fitted, distance * seen)
            eye = _raised(add(target, scale(side, distance)), target, distance, shot, eyes)
    looked_at = middle_of(shot.camera.looking, film, stage) if shot.camera.looking else target
    orientation = aim(eye, looked_at, Orientation(yaw=0.0))
    return View(eye, _composed(orientation, shot, dutch), looked_at)


def _composed(orientation: Orientation, shot: resolved.Shot, dutch: float) -> Orientation:
    """`at left-third` is a fixed yaw after aiming; dutch a fixed roll, clockwise positive."""
    return orientation.plus(yaw=composition_yaw(shot), roll=dutch)


def composition_yaw(shot: resolved.Shot) -> float:
    """Degrees to the left (positive) that put the subject where the composition wants it."""
    angle = math.degrees(math.atan(THIRD * SENSOR_WIDTH_MM / shot.focal))
    return {"left-third": -angle, "right-third": angle}.get(shot.framing.at, 0.0)


def _size(shot: resolved.Shot) -> str:
    return FRAMING_SIZES.get(shot.framing.size, shot.framing.size) or "full"


def _region(film: resolved.Film, names: list[str], stage: Stage, size: str) -> tuple[float, Vec3]:
    """Height in metres of what fills the frame's height, and its middle in the world."""
    if not names:
        return 1.7 * PERSON[size][0], (0.0, 1.7 * PERSON[size][1], 0.0)
    heights, middles = [], []
    for name in names:
        subject, standing = film.subjects[name], stage[name]
        table = size_table(subject.reading.kind, subject.role)
        tall = subject.height * posture_height(standing.posture)
        part, centre = table[size]
        heights.append(part * subject.height)
        middles.append(add(standing.position, (0.0, centre * tall, 0.0)))
    n = len(middles)
    target = (
        sum(m[0] for m in middles) / n,
        sum(m[1] for m in middles) / n,
        sum(m[2] for m in middles) / n,
    )
    return max(heights), target


def size_table(kind: str | None, role: str) -> dict[str, tuple[float, float]]:
    """Of each size the region's height and that of its middle, in heights of a subject of this kind and role."""
    if kind == "figure":
        return PERSON
    if role == "character":  # a creature has a head
        return {**THING, "close-up": (0.9, 0.6), "medium-close-up": (1.1, 0.55)}
    return THING


def posture_height(posture: str) -> float:
    """How tall a body is in a posture, in its standing height."""
    return {"kneel": 0.75, "sit": 0.75, "crouch": 0.62, "lie": 0.2, "lean": 0.95}.get(posture, 1.0)


def middle_of(target: resolved.Target, film: resolved.Film, stage: Stage) -> Vec3:
    """A subject's middle, or the point itself."""
    if not isinstance(target, str):
        return target
    if target not in stage:
        return (0.0, 1.0, 0.0)
    standing = stage[target]
    half = film.subjects[target].height * posture_height(standing.posture) / 2
    return add(standing.position, (0.0, half, 0.0))


def _distance_for_width(
    film: resolved.Film, shot: resolved.Shot, names: list[str], stage: Stage
) -> float:
    """From how far all of several subjects, or of a group, fit into the frame's width."""
    ends: list[float] = []
    side = _side(shot, stage)
    across = (side[2], 0.0, -side[0])
    for name in names:
        subject, p = film.subjects[name], stage[name].position
        half = subject.height * WIDTHS.get(subject.reading.kind or "", 0.6) / 2
        for dx, dz in offsets(subject):
            at = (p[0] + dx) * across[0] + (p[2] + dz) * across[2]
            ends += [at - half, at + half]
    if len(ends) <= 2:
        return 0.0
    return (max(ends) - min(ends)) / SIDE_MARGIN * shot.focal / SENSOR_WIDTH_MM


def _side(shot: resolved.Shot, stage: Stage) -> Vec3:
    """The level direction from the subject to the camera: +z, or the right-hand side of the axis."""
    axis = shot.scene.axis if shot.scene else None
    if axis is None or axis[0] not in stage or axis[1] not in stage:
        return (0.0, 0.0, 1.0)
    walk = unit(level(sub(stage[axis[1]].position, stage[axis[0]].position)), (1.0, 0.0, 0.0))
    return (-walk[2], 0.0, walk[0])


def _eyes(film: resolved.Film, names: list[str], stage: Stage) -> float:
    if not names:
        return 1.6
    return max(
        stage[n].position[1] + EYES * film.subjects[n].height * posture_height(stage[n].posture)
        for n in names
    )


def _raised(level_eye: Vec3, target: Vec3, distance: float, shot: resolved.Shot, eyes: float) -> Vec3:
    """The eye moved up or down by the shot's angle, at the same distance from the target."""
    way = sub(level_eye, target)
    for word, amount in shot.angles:
        if word == "ground":
            return (level_eye[0], LOWEST, level_eye[2])
        if word in ("low", "high", "overhead", "aerial"):
            up = math.radians(-amount if word == "low" else amount)
            flat = scale(unit(level(way)), distance * math.cos(up))
            if amount >= 90:
                flat = (0.0, 0.0, 0.0)
            y = max(LOWEST, target[1] + distance * math.sin(up))
            return (target[0] + flat[0], y, target[2] + flat[2])
    return (level_eye[0], eyes, level_eye[2])


def _seen(eye: Vec3, target: Vec3, region: float, focal: float, size: tuple[int, int]) -> float:
    """The share of the frame's height that an upright region takes; from straight above a person
    is as tall in the picture as the shoulders are wide."""
    elevation = math.atan2(eye[1] - target[1], math.hypot(eye[0] - target[0], eye[2] - target[2]))
    far = length(sub(eye, target))
    ends = []
    for half in (-region / 2, region / 2):
        # in the camera's axes: `half` up the region is half cos(e) up and half sin(e) nearer
        ends.append(half * math.cos(elevation) / max(0.05, far - half * math.sin(elevation)))
    depth = WIDTHS["figure"] * region * abs(math.sin(elevation)) / far
    return max(ends[1] - ends[0], depth) * focal / sensor_height(size)


def _over_shoulder(
    film: resolved.Film, shot: resolved.Shot, stage: Stage, on: str, distance: float, target: Vec3
) -> Vec3:
    """Behind A, so that B is framed and A's shoulder stands beside, without covering B.

    With A at a metres from B and the camera at d metres, turned by an angle e from the line
    B-A, A is a sin e beside the line of sight and d - a cos e before the camera.
    """
    near, far = stage[shot.framing.of or on].position, stage[on].position
    line = level(sub(near, far))
    apart = max(length(line), 0.1)
    distance = max(distance, apart + 0.6)
    side = _side(shot, stage)
    if shot.scene is None or shot.scene.axis is None:
        side = (-line[2], 0.0, line[0])
    shoulder = film.subjects[shot.framing.of or on]
    half = shoulder.height * WIDTHS.get(shoulder.reading.kind or "", 0.6) / 2
    wanted = SHOULDER_AT * SENSOR_WIDTH_MM / shot.focal
    low, high = 0.0, 60.0
    for _ in range(40):
        e = math.radians((low + high) / 2)
        seen = (apart * math.sin(e) - half) / max(1e-3, distance - apart * math.cos(e))
        low, high = ((low + high) / 2, high) if seen < wanted else (low, (low + high) / 2)
    direction = unit(line)
    turned = about_vertical(direction, (0.0, 0.0, 0.0), low)
    other = about_vertical(direction, (0.0, 0.0, 0.0), -low)
    if other[0] * side[0] + other[2] * side[2] > turned[0] * side[0] + turned[2] * side[2]:
        turned = other
    flat = add(target, scale(turned, distance))
    eyes = stage[shoulder.name].position[1] + EYES * shoulder.height
    words = {word for word, _ in shot.angles}
    y = eyes + (0.25 if "high" in words else -0.35 if "low" in words else 0.0)
    return (flat[0], LOWEST if "ground" in words else y, flat[2])
