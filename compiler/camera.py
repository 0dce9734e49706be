"""Camera paths: moves over time to a pose and a focal length in every frame.

A pose at a time is a fold over the spans in the order of their starts. What a span has
reached persists; its translations use the axes at its own start; overlapping spans add up.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

from scenelang.compiler import resolved
from scenelang.compiler.easing import ease, mix_ratio
from scenelang.compiler.geometry import (
    Orientation,
    Vec3,
    about_vertical,
    add,
    aim,
    forward_of,
    heading_of,
    length,
    level,
    scale,
    sub,
    turn,
)  # fmt: skip
from scenelang.compiler.placement import EYES, View, composition_yaw
from scenelang.grammar.record import Record, replace

Locate = Callable[[resolved.Target, Fraction], Vec3]  # a subject's middle (or a point) at a time
Heading = Callable[[str, Fraction], float]


class Pose(Record):
    """`base` is the aimed orientation; `head` what pan, tilt and roll have added to it."""

    eye: Vec3
    base: Orientation
    head: Orientation
    focal: float

    @property
    def orientation(self) -> Orientation:
        return self.base.plus(self.head.yaw, self.head.pitch, self.head.roll)


class Path:
    """A shot's camera as a function of time."""

    def __init__(
        self,
        shot: resolved.Shot,
        view: View,
        locate: Locate,
        heading: Heading,
        first: Pose | None = None,
    ):
        """`first` is the pose that a take goes on from."""
        self.shot, self.view, self.locate, self.heading = shot, view, locate, heading
        yaw = composition_yaw(shot)
        base = view.orientation.plus(yaw=-yaw, roll=-view.orientation.roll)
        head = Orientation(yaw=yaw, roll=view.orientation.roll)
        self._first = first or Pose(view.eye, base, head, shot.focal)
        self._spans = sorted(shot.camera.spans, key=lambda s: s.start)
        self._starts: dict[int, Pose] = {}

    def at(self, time: Fraction) -> Pose:
        track = self.shot.camera.path
        if track is not None:
            sample = track.at(time)
            return Pose(sample.eye, sample.orientation, Orientation(), sample.focal or self._first.focal)
        return self._fold(time, len(self._spans))

    def _fold(self, time: Fraction, count: int) -> Pose:
        """The pose at a time by the first `count` spans."""
        pose = self._first
        aimed = self.shot.camera.looking
        for i, span in enumerate(self._spans[:count]):
            if time < span.start:
                break
            pose = self._apply(pose, i, span, time)
        following = any(
            s.start <= time <= s.end and any(m.name in OWN_AIM for m in s.moves)
            for s in self._spans[:count]
        )
        if aimed is not None and not following:
            pose = replace(pose, base=aim(pose.eye, self.locate(aimed, time), pose.base))
        return pose

    def _start(self, i: int) -> Pose:
        """The pose at a span's start, by the spans that began before it."""
        if i not in self._starts:
            start = self._spans[i].start
            earlier = sum(1 for s in self._spans if s.start < start)
            self._starts[i] = self._fold(start, earlier)
        return self._starts[i]

    def _apply(self, pose: Pose, i: int, span: resolved.MoveSpan, time: Fraction) -> Pose:
        u = ease(span.ease, float((min(time, span.end) - span.start) / (span.end - span.start)))
        start = self._start(i)
        now = min(time, span.end)
        for move in span.moves:
            if move.name in FOLLOWING:
                pose = self._follow(pose, move, span, start, now)
            elif move.name == "pov":
                pose = self._seen_by(pose, move, now)
            elif move.name == "aerial":
                pose = self._flown(pose, move, start, u, now)
        eye = pose.eye
        for move in span.moves:
            if move.name in TRANSLATIONS:
                eye = add(eye, scale(_direction(move, start.orientation), move.amount * u))
        if eye != pose.eye and self.shot.camera.looking is not None:
            pose = self._kept_in_sight(pose, eye, span, now)
        pose = replace(pose, eye=eye)
        for move in span.moves:
            if move.name == "orbit":
                centre = self.locate(move.target, now) if move.target is not None else self.view.target
                angle = move.amount * u * (1 if move.direction == "right" else -1)
                pose = replace(
                    pose, eye=about_vertical(pose.eye, centre, angle), base=pose.base.plus(yaw=angle)
                )
        for move in span.moves:
            pose = self._turn(pose, move, start, u, now)
        return pose

    def _turn(self, pose: Pose, move: resolved.Move, start: Pose, u: float, now: Fraction) -> Pose:
        sign = 1 if move.direction in ("left", "up", "cw") else -1
        if move.name == "crane":
            target = self.view.target
            if self.shot.camera.looking is None and self.shot.framing.on:
                first = self.shot.framing.on[0]
                drift = sub(self.locate(first, now), self.locate(first, Fraction(0)))
                target = add(target, drift)
            return replace(pose, base=aim(pose.eye, target, pose.base))
        if move.name in ("pan", "whip-pan"):
            return replace(pose, head=pose.head.plus(yaw=sign * move.amount * u))
        if move.name == "tilt":
            return replace(pose, head=pose.head.plus(pitch=sign * move.amount * u))
        if move.name == "roll":
            return replace(pose, head=pose.head.plus(roll=sign * move.amount * u))
        if move.name == "dolly-zoom":
            # a subject at distance d keeps its size where the focal length grows like d
            target = self.view.target
            ratio = length(sub(pose.eye, target)) / max(0.05, length(sub(start.eye, target)))
            return replace(pose, focal=pose.focal * max(ratio, 0.05))
        if move.name == "zoom":
            goal = move.amount if move.amount > 0 else start.focal * -move.amount
            return replace(pose, focal=pose.focal * mix_ratio(start.focal, goal, u) / start.focal)
        return pose

    def _follow(
        self, pose: Pose, move: resolved.Move, span: resolved.MoveSpan, start: Pose, now: Fraction
    ) -> Pose:
        """Beside a moving subject: the offset is reached over the first half of the span, on an
        arc about the subject (a straight way could lead through it), then kept."""
        name = move.target if isinstance(move.target, str) else ""
        there, then = self.locate(name, now), self.locate(name, span.start)
        turned = {"behind": 180.0, "side": 90.0, "front": 0.0}[move.side]
        wanted = self.heading(name, span.start) + turned
        offset = level(sub(start.eye, then))
        near = math.hypot(offset[0], offset[2])
        half = float((now - span.start) / ((span.end - span.start) / 2))
        u = ease("ease in-out", half)
        bearing = math.radians(turn(heading_of(offset, wanted), wanted, u))
        distance = near + (move.amount - near) * u
        eye = (
            there[0] + distance * math.sin(bearing),
            start.eye[1],
            there[2] + distance * math.cos(bearing),
        )
        aimed = aim(eye, there, pose.base)
        # the look swings onto the subject while the offset is reached, without a jump
        base = Orientation(
            turn(start.base.yaw, aimed.yaw, u), start.base.pitch + (aimed.pitch - start.base.pitch) * u
        )
        return replace(pose, eye=eye, base=base)

    def _kept_in_sight(self, pose: Pose, eye: Vec3, span: resolved.MoveSpan, now: Fraction) -> Pose:
        """The look at whom the camera follows, as it must be from where another move takes it."""
        name = next((m.target for m in span.moves if m.name in FOLLOWING), None)
        if not isinstance(name, str):
            return pose
        there = self.locate(name, now)
        was, wanted = aim(pose.eye, there, pose.base), aim(eye, there, pose.base)
        return replace(
            pose, base=pose.base.plus(turn(was.yaw, wanted.yaw, 1.0) - was.yaw, wanted.pitch - was.pitch)
        )

    def _seen_by(self, pose: Pose, move: resolved.Move, now: Fraction) -> Pose:
        """With the eyes of somebody, a little before the face."""
        name = move.target if isinstance(move.target, str) else ""
        middle = self.locate(name, now)
        way = forward_of(self.heading(name, now))
        eye = add((middle[0], 2 * EYES * middle[1], middle[2]), scale(way, FACE))
        return replace(pose, eye=eye, base=aim(eye, add(eye, way), pose.base))

    def _flown(self, pose: Pose, move: resolved.Move, start: Pose, u: float, now: Fraction) -> Pose:
        """Toward somebody or somewhere at a height, from as far away as it is high to a quarter of that."""
        there = self.locate(move.target or self.view.target, now)
        away = level(sub(start.eye, there))
        back = scale(away, 1 / length(away)) if length(away) > 1e-6 else (0.0, 0.0, 1.0)
        eye = add(there, scale(back, move.amount * (1 - 0.75 * u)))
        eye = (eye[0], move.amount, eye[2])
        return replace(pose, eye=eye, base=aim(eye, there, pose.base))


FACE = 0.18  # metres from a body's middle line to before the face
FOLLOWING = ("follow", "lead")
OWN_AIM = (*FOLLOWING, "pov", "aerial")  # moves that say themselves where the camera looks
TRANSLATIONS = ("dolly", "truck", "pedestal", "push", "pull", "crane", "dolly-zoom")


def _direction(move: resolved.Move, orientation: Orientation) -> Vec3:
    """The unit vector of a translation, in the axes of the given orientation."""
    sign = 1.0 if move.direction in ("in", "right", "up") else -1.0
    if move.name in ("dolly", "dolly-zoom"):
        return scale(orientation.level_forward, sign)
    if move.name == "truck":
        return scale(orientation.level_right, sign)
    if move.name in ("push", "pull"):
        return scale(orientation.forward, sign)
    return (0.0, sign, 0.0)


def shake(shot: resolved.Shot, fps: Fraction, frames: int, since: int = 0) -> list[Orientation]:
    """A hand's tremor in yaw, pitch and roll for each frame, the first being frame `since` of the take: low sines
    with phases from the seed."""
    if shot.camera.shake <= 0:
        return [Orientation()] * frames
    random_ = random.Random(shot.seed)
    waves = [
        (f * random_.uniform(0.8, 1.2), random_.uniform(0, 2 * math.pi))
        for f in (0.4, 0.9, 1.7, 2.9) * 3
    ]
    result = []
    for n in range(since, since + frames):
        t = n / float(fps)
        axis = [
            sum(math.sin(2 * math.pi * f * t + p) / (1 + f) for f, p in waves[4 * k : 4 * k + 4])
            - sum(math.sin(p) / (1 + f) for f, p in waves[4 * k : 4 * k + 4])
            for k in range(3)
        ]
        k = 2.0 * shot.camera.shake
        result.append(Orientation(axis[0] * k, axis[1] * k, axis[2] * k * 0.5))
    return result
