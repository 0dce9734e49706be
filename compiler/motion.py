"""How a subject moves through a shot: gait from the path it takes, weights of poses, what it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from scenelang.compiler.limbs import points
from scenelang.compiler.plan import PosePlan, ShotPlan, SubjectPlan, SubjectTrack
from scenelang.compiler.turning import Array, rotate, turn

POSTURES = ("kneel", "sit", "lie", "crouch")
RAMP = 0.4  # seconds in which a gesture comes and goes
LIE_DOWN, FALL_DOWN = 1.3, 0.75  # seconds that it takes to lie down, and to fall


def spread(track: ArrayLike, frames: int) -> Array:
    """A track of the Plan as an array with one value a frame, [F] or [F, 3]."""
    a = np.asarray(track, np.float32)
    return np.ascontiguousarray(np.broadcast_to(a, (frames, *a.shape[1:])) if a.shape[0] == 1 else a)


def smoothstep(x: ArrayLike, low: float = 0.0, high: float = 1.0) -> Array:
    u = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(u * u * (3 - 2 * u), np.float32)


@dataclass(frozen=True)
class Stage:
    """Where everyone is in a shot: what gestures reach and look for."""

    fps: float
    frames: int
    time: Array  # [F] seconds of the take, as what happens counts them
    eye: Array  # [F, 3] the camera
    position: dict[str, Array]  # [F, 3]
    height: dict[str, float]
    kind: dict[str, str]
    held: dict[str, list[tuple[int, int, str]]]  # holder -> (from, to, prop)
    talking: dict[str, list[tuple[int, int]]]

    def point(self, target: str, up: float) -> Array | None:
        """A point [F, 3] on a target, `up` of its height above its base; None if it is not here."""
        if target == "camera":
            return self.eye
        if target not in self.position:
            return None
        return self.position[target] + np.asarray((0, up * self.height[target], 0), np.float32)


def stage(shot: ShotPlan, subjects: dict[str, SubjectPlan], eye: Array, fps: float) -> Stage:
    held: dict[str, list[tuple[int, int, str]]] = {}
    for track in shot.subjects:
        for start, stop, holder in track.held_by:
            held.setdefault(holder, []).append((start, stop, track.subject))
    talking: dict[str, list[tuple[int, int]]] = {}
    for line in shot.dialogue:
        talking.setdefault(line.speaker, []).append(line.frames)
    present = [t for t in shot.subjects if t.subject in subjects]
    return Stage(
        fps=fps,
        frames=shot.frames,
        time=(shot.since + np.arange(shot.frames, dtype=np.float32)) / fps * shot.speed,
        eye=eye,
        position={t.subject: spread(t.position, shot.frames) for t in present},
        height={t.subject: subjects[t.subject].height for t in present},
        kind={t.subject: subjects[t.subject].kind for t in present},
        held=held,
        talking=talking,
    )


@dataclass(frozen=True)
class Motion:
    """One member of a subject over F frames. Points are in its own frame: x to its left as it
    faces +z, y up from its base, metres."""

    time: Array  # [F] seconds
    position: Array  # [F, 3] world
    heading: Array  # [F] degrees
    speed: Array  # [F] m/s along the ground
    travel: Array  # [F, 2] unit x, z of the motion, own frame
    distance: Array  # [F] metres gone
    phase: float  # of the member, in cycles
    weight: dict[str, Array]  # pose -> [F]
    aim: dict[str, Array]  # pose -> [F, 3] what it is directed at
    turning: Array  # [F] degrees a second
    clock: dict[str, tuple[Array, Array]] = field(
        default_factory=dict
    )  # pose -> seconds since it began and seconds that it lasts, [F] each; 0 outside
    holds: list[tuple[Array, Array, str]] = field(
        default_factory=list
    )  # (weight [F], point [F, 3], kind)

    def of(self, pose: str) -> Array:
        return self.weight.get(pose, np.zeros_like(self.time))


def motion(track: SubjectTrack, scene: Stage, offset: tuple[float, float], member: int) -> Motion:
    """The motion of one member of a subject, `offset` metres (x, z) from the subject's track."""
    frames, fps = scene.frames, scene.fps
    shift = np.asarray((offset[0], 0, offset[1]), np.float32)
    position = spread(track.position, frames) + shift
    heading = spread(track.heading, frames)
    into = turn(heading).swapaxes(-1, -2)

    def own(world: Array) -> Array:
        return rotate(into, world - position)

    step = (
        np.diff(position, axis=0, append=position[-1:] * 2 - position[-2:-1])
        if frames > 1
        else position * 0
    )
    step[:, 1] = 0
    length = np.linalg.norm(step, axis=-1)
    local = rotate(into, step)[:, (0, 2)]
    travel = np.where(length[:, None] > 1e-5, local / np.maximum(length, 1e-5)[:, None], (0.0, 1.0))
    weight, aim = _poses(track.poses, scene)
    for start, stop in scene.talking.get(track.subject, []):
        talk = _ramp(start, stop, frames, fps, False)
        weight["talk"] = np.maximum(weight.get("talk", talk * 0), talk)
    holds = [
        (_ramp(a, b, frames, fps, True), own(scene.position[prop]), scene.kind[prop])
        for a, b, prop in scene.held.get(track.subject, [])
        if prop in scene.position
    ]
    return Motion(
        time=scene.time,
        position=position,
        heading=heading,
        speed=np.asarray(_smoothed(length * fps, round(0.12 * fps)), np.float32),
        travel=np.asarray(travel, np.float32),
        distance=np.asarray(np.cumsum(length) - length, np.float32),
        phase=(0.381966 * member) % 1.0,
        weight=weight,
        aim={pose: own(point) for pose, point in aim.items()},
        turning=np.asarray(
            _smoothed(np.gradient(heading) * fps if frames > 1 else heading * 0, round(0.1 * fps)),
            np.float32,
        ),
        clock=_clocks(track.poses, scene),
        holds=holds,
    )


def rocking(body: Motion, height: float) -> tuple[Array, Array]:
    """Axes [F, 3, 3] and place [F, 3] in metres of a boat that rides the swell, in its own frame."""
    t = body.time
    rock = turn(0, 2.2 * np.sin(2 * np.pi * 0.31 * t), 3.5 * np.sin(2 * np.pi * 0.23 * t + 1))
    return rock, points(0, 0.015 * height * np.sin(2 * np.pi * 0.27 * t), 0)


def _ramp(start: int, stop: int, frames: int, fps: float, lasting: bool, seconds: float = RAMP) -> Array:
    """1 inside [start, stop) with smooth ends, the first `seconds` long; what lasts has no ramp at
    the shot's own ends, and nothing is taken back at its last frame."""
    f = np.arange(frames, dtype=np.float32)
    rising = max(1.0, min(seconds * fps, (stop - start) / 2))
    rise = np.ones_like(f) if lasting and start <= 0 else smoothstep((f - start + 0.5) / rising)
    falling = max(1.0, min(RAMP * fps, (stop - start) / 2))
    fall = np.ones_like(f) if stop >= frames else smoothstep((stop - f - 0.5) / falling)
    return np.asarray(rise * fall, np.float32)


def _clocks(poses: list[PosePlan], scene: Stage) -> dict[str, tuple[Array, Array]]:
    f = np.arange(scene.frames, dtype=np.float32)
    clock: dict[str, tuple[Array, Array]] = {}
    for plan in poses:
        a, b = plan.frames
        inside = (f >= a) & (f < b)
        since, lasts = clock.get(plan.pose, (0 * f, 0 * f))
        clock[plan.pose] = (
            np.where(inside, (f - a) / scene.fps, since).astype(np.float32),
            np.where(inside, (b - a) / scene.fps, lasts).astype(np.float32),
        )
    return clock


def _smoothed(values: Array, reach: int) -> Array:
    """A running mean over 2 reach + 1 frames; the ends repeat."""
    if reach < 1 or len(values) < 2:
        return values
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, np.full(2 * reach + 1, 1 / (2 * reach + 1)), "valid")


def _poses(poses: list[PosePlan], scene: Stage) -> tuple[dict[str, Array], dict[str, Array]]:
    """The weight [F] of each pose and the world point [F, 3] that each is directed at."""
    weight: dict[str, Array] = {}
    aim: dict[str, Array] = {}
    falls = {plan.frames[0] for plan in poses if plan.pose == "fall"}
    for plan in poses:
        seconds = RAMP
        if plan.pose == "lie":
            seconds = FALL_DOWN if plan.frames[0] in falls else LIE_DOWN
        w = _ramp(*plan.frames, scene.frames, scene.fps, plan.pose in POSTURES, seconds)
        if plan.pose == "fall":  # gone once the body is down; a fall at a shot's start begins there
            since = (np.arange(scene.frames) - plan.frames[0]) / scene.fps
            w = smoothstep(since / 0.2) * (1 - smoothstep(since, 0.9 * FALL_DOWN, 1.8 * FALL_DOWN))
        weight[plan.pose] = np.maximum(weight.get(plan.pose, 0 * w), w)
        at_face = plan.pose in ("look", "talk", "smile", "lean")
        point = scene.point(plan.target, 0.9 if at_face else 0.6) if plan.target else None
        if point is None:
            continue
        inside = (np.arange(scene.frames) >= plan.frames[0])[:, None]
        aim[plan.pose] = np.where(inside, point, aim.get(plan.pose, point))
    total = sum((weight[p] for p in POSTURES if p in weight), np.zeros(scene.frames, np.float32))
    for p in POSTURES:
        if p in weight:
            weight[p] = weight[p] / np.maximum(total, 1)
    return weight, aim
