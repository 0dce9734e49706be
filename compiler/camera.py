"""Camera paths: moves over time to a pose and a focal length in every frame.

A pose at a time is a fold over the spans in the order of their starts. What a span has
reached persists; its translations use the axes at its own start; overlapping spans add up.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from scenelang.compiler import resolved
from scenelang.compiler.easing import ease, mix_ratio
from scenelang.compiler.geometry import (
    Orientation,
    Vec3,
    about_vertical,
    add,
    aim,
    heading_of,
    level,
    scale,
    sub,
    turn,
)  # fmt: skip
from scenelang.compiler.placement import View, composition_yaw

Locate = Callable[[resolved.Target, Fraction], Vec3]  # a subject's middle (or a point) at a time
Heading = Callable[[str, Fraction], float]


@dataclass(frozen=True)
class Pose:
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

    def __init__(self, shot: resolved.Shot, view: View, locate: Locate, heading: Heading):
        self.shot, self.view, self.locate, self.heading = shot, view, locate, heading
        yaw = composition_yaw(shot)
        self._base = view.orientation.plus(yaw=-yaw, roll=-view.orientation.roll)
        self._head = Orientation(yaw=yaw, roll=view.orientation.roll)
        self._spans = sorted(shot.camera.spans, key=lambda s: s.start)
        self._starts: dict[int, Pose] = {}

    def at(self, time: Fraction) -> Pose:
        return self._fold(time, len(self._spans))

    def _fold(self, time: Fraction, count: int) -> Pose:
        """The pose at a time by the first `count` spans."""
        pose = Pose(self.view.eye, self._base, self._head, self.shot.focal)
        aimed = self.shot.camera.looking
        for i, span in enumerate(self._spans[:count]):
            if time < span.start:
                break
            pose = self._apply(pose, i, span, time)
        following = any(
            s.start <= time <= s.end and any(m.name in FOLLOWING for m in s.moves)
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
        eye = pose.eye
        for move in span.moves:
            if move.name in TRANSLATIONS:
                eye = add(eye, scale(_direction(move, start.orientation), move.amount * u))
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
        if move.name == "pan":
            return replace(pose, head=pose.head.plus(yaw=sign * move.amount * u))
        if move.name == "tilt":
            return replace(pose, head=pose.head.plus(pitch=sign * move.amount * u))
        if move.name == "roll":
            return replace(pose, head=pose.head.plus(roll=sign * move.amount * u))
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


FOLLOWING = ("follow", "lead")
TRANSLATIONS = ("dolly", "truck", "pedestal", "push", "pull", "crane")


def _direction(move: resolved.Move, orientation: Orientation) -> Vec3:
    """The unit vector of a translation, in the axes of the given orientation."""
    sign = 1.0 if move.direction in ("in", "right", "up") else -1.0
    if move.name == "dolly":
        return scale(orientation.level_forward, sign)
    if move.name == "truck":
        return scale(orientation.level_right, sign)
    if move.name in ("push", "pull"):
        return scale(orientation.forward, sign)
    return (0.0, sign, 0.0)


def shake(shot: resolved.Shot, fps: Fraction, frames: int) -> list[Orientation]:
    """A hand's tremor in yaw, pitch and roll for each frame: low sines with phases from the seed."""
    if shot.camera.shake <= 0:
        return [Orientation()] * frames
    random_ = random.Random(shot.seed)
    waves = [
        (f * random_.uniform(0.8, 1.2), random_.uniform(0, 2 * math.pi))
        for f in (0.4, 0.9, 1.7, 2.9) * 3
    ]
    result = []
    for n in range(frames):
        t = n / float(fps)
        axis = [
            sum(math.sin(2 * math.pi * f * t + p) / (1 + f) for f, p in waves[4 * k : 4 * k + 4])
            - sum(math.sin(p) / (1 + f) for f, p in waves[4 * k : 4 * k + 4])
            for k in range(3)
        ]
        k = 2.0 * shot.camera.shake
        result.append(Orientation(axis[0] * k, axis[1] * k, axis[2] * k * 0.5))
    return result
