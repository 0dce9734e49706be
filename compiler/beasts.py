"""How beings that are no people hold themselves in every frame: a plush creature, a four-legged animal, a bird.

Points [F, 3] in metres and axes [F, 3, 3] are in the being's own frame: x to its left as it faces +z, y up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenelang.compiler.acts import beat_of, leap_of
from scenelang.compiler.limbs import SIDES, SIGN, bearings, points
from scenelang.compiler.motion import Motion, smoothstep
from scenelang.compiler.turning import Array, aligned, rotate, turn

TALL = 1.3  # metres; animals above have a long neck


@dataclass(frozen=True)
class Creature:
    """A ball of a body on two feet, with an arm at each side."""

    middle: Array
    torso: Array  # axes
    yaw: Array  # [F] degrees that it looks aside; the body turns with it, not all the way
    pitch: Array  # [F] degrees down
    shoulder: dict[str, Array]
    hand: dict[str, Array]
    foot: dict[str, Array]


@dataclass(frozen=True)
class Leg:
    hip: Array
    knee: Array
    foot: Array


@dataclass(frozen=True)
class Animal:
    """A level back on four legs, a neck that leads to a head."""

    middle: Array  # of the body
    spine: Array  # axes of the body: z runs along the back, to the head
    length: float  # of the body, in heights
    fore: dict[str, Leg]
    hind: dict[str, Leg]
    shoulder: Array  # where the neck begins
    head: Array
    face: Array  # axes of the head


@dataclass(frozen=True)
class Bird:
    middle: Array
    axes: Array
    head: Array
    face: Array  # axes of the head
    root: dict[str, Array]  # of a wing
    tip: dict[str, Array]
    wing: dict[str, Array]  # axes: y runs from root to tip
    hip: dict[str, Array]
    foot: dict[str, Array]


def _gaze(body: Motion, origin: Array, limit: float = 60.0) -> tuple[Array, Array]:
    """Yaw and pitch in degrees toward what is looked at, idle drift otherwise."""
    t = body.time
    yaw = 5 * np.sin(2 * np.pi * (0.19 * t + body.phase))
    pitch = 3 * np.sin(2 * np.pi * (0.27 * t + body.phase))
    for pose in ("lean", "look"):
        if pose in body.aim and pose in body.weight:
            azimuth, elevation = bearings(body.aim[pose], origin)
            w = body.of(pose)
            yaw = yaw * (1 - w) + np.clip(azimuth, -limit, limit) * w
            pitch = pitch * (1 - w) - np.clip(elevation, -45, 45) * w
    return np.asarray(yaw, np.float32), np.asarray(pitch, np.float32)


def creature_cycle(body: Motion, height: float) -> Array:
    """The phase [F] of a gait, in cycles: two steps cover half a height."""
    return body.distance / (0.5 * height) + body.phase


def creature(body: Motion, height: float) -> Creature:
    """It hops, leans and turns to what it looks at; its arms swing, reach and wave."""
    h, t = height, body.time
    walking = smoothstep(body.speed, 0.03, 0.3)
    cycle = creature_cycle(body, h)
    low = np.clip(body.of("kneel") + body.of("sit") + body.of("crouch"), 0, 1)
    lying, leap, dance, beat = body.of("lie"), leap_of(body), body.of("dance"), beat_of(body)
    bent = leap.bent + 0.7 * leap.lands
    hop = 0.05 * walking * np.abs(np.sin(2 * np.pi * cycle)) - 0.07 * low - 0.1 * bent - 0.13 * lying
    middle = points(0.07 * dance * np.sin(beat), 0.47 + hop + 0.05 * dance * np.abs(np.cos(beat)), 0) * h
    yaw, pitch = _gaze(body, middle)
    lean = 15 * body.of("lean") + 14 * bent - 10 * leap.air - 8 * low
    torso = turn(
        0.75 * yaw * (1 - lying) + 16 * dance * np.sin(beat),
        0.35 * pitch * (1 - lying) + lean - 78 * lying,
        (3 + 4 * walking) * np.sin(2 * np.pi * (0.21 * t * (1 - walking) + cycle * walking))
        + 13 * dance * np.sin(beat),
    )

    def on(x: float, y: float, z: float) -> Array:
        return middle + rotate(torso, np.asarray((x, y, z), np.float32) * h)

    reach = np.clip(body.of("reach") + body.of("give") + body.of("hold") + 0.5 * body.of("lean"), 0, 1)
    shoulder: dict[str, Array] = {}
    hand: dict[str, Array] = {}
    foot: dict[str, Array] = {}
    for side in SIDES:
        s = SIGN[side]
        swing = walking * np.sin(2 * np.pi * (cycle + (0.0 if side == "left" else 0.5)))
        wave = body.of("wave") * (s < 0)
        sway = s * np.sin(beat) * dance
        up = np.clip(wave + leap.air + body.of("fall") + (0.5 * dance + 0.5 * sway), 0, 1)
        points_at = body.of("point") * (s < 0)
        wags = 0.03 * np.sin(2 * np.pi * 1.6 * t) * wave
        reaches = np.clip(reach + points_at, 0, 1)
        hand[side] = on(s * 0.37, -0.16, 0.17) + rotate(
            torso,
            points(
                -s * 0.14 * reaches + s * 0.08 * up,
                0.05 * reaches + 0.1 * points_at + 0.42 * up + wags,
                0.16 * reaches + 0.08 * points_at - 0.08 * swing,
            )
            * h,
        )
        shoulder[side] = on(s * 0.31, -0.02, 0.05)
        foot[side] = (
            points(
                s * (0.16 + 0.03 * lying),
                0.055
                + 0.08 * np.maximum(0, swing)
                + 0.09 * np.maximum(0, sway)
                + 0.04 * leap.air
                + 0.12 * lying,
                0.1 + 0.1 * swing + 0.2 * low + 0.3 * lying,
            )
            * h
        )
    return Creature(middle, torso, yaw, pitch, shoulder, hand, foot)


def animal_cycle(body: Motion, height: float) -> Array:
    """The phase [F] of a gait, in cycles: strides lengthen with speed."""
    return body.distance / (height * (0.9 + 0.2 * np.minimum(body.speed, 4))) + body.phase


def animal(body: Motion, height: float) -> Animal:
    """It trots: legs across from each other go together; it sits on its hind legs, lies on its belly,
    stretches in a jump."""
    h = height
    tall = h > TALL
    lies = np.clip(body.of("lie") + 0.7 * body.of("crouch") + 0.5 * body.of("kneel"), 0, 1)
    sits = np.clip(body.of("sit"), 0, 1) * (1 - lies)
    leap, dance, beat = leap_of(body), body.of("dance"), beat_of(body)
    walking = smoothstep(body.speed, 0.05, 0.5)
    galloping = smoothstep(body.speed, 2.2, 4.0)
    cycle = animal_cycle(body, h)
    stands = (0.62 if tall else 0.56) + 0.015 * walking * np.cos(4 * np.pi * cycle)
    middle = (
        points(0, stands - 0.34 * lies - 0.14 * sits - 0.1 * (leap.bent + leap.lands), 0 * cycle) * h
    )
    rocks = 7 * galloping * np.sin(2 * np.pi * cycle)
    spine = turn(
        10 * dance * np.sin(beat),
        -34 * sits - 24 * leap.way - rocks + 8 * leap.bent,
        5 * dance * np.sin(beat),
    )
    length = 0.42 if tall else 0.46

    def at(x: float, y: float, z: float) -> Array:
        return middle + rotate(spine, np.asarray((x, y, z), np.float32) * h)

    def leg(s: float, z: float, phase: float) -> Leg:
        fore = z > 0
        u = 2 * np.pi * (cycle + phase)
        hip = at(s * 0.09, -0.05, z)
        under = z + (0.26 if fore else 0.1) * lies + (-0.05 if fore else 0.18) * sits
        stretch = (0.2 if fore else -0.2) * leap.air
        lift = 0.09 * walking * np.maximum(0, np.cos(u)) + 0.12 * leap.air
        lift = lift + 0.1 * dance * np.maximum(0, s * np.sin(beat)) * fore
        foot = (
            points(
                s * (0.09 + 0.03 * lies),
                0.035 + lift,
                under + (0.17 + 0.1 * galloping) * walking * np.sin(u) + stretch,
            )
            * h
        )
        out = (0.05 if fore else -0.06) * (1 + 2 * lies) + (0.0 if fore else 0.16) * sits
        knee = (foot + hip) / 2 + points(0, 0, out) * h
        return Leg(hip, knee, foot)

    fore = {side: leg(SIGN[side], length * 0.75, 0.0 if side == "left" else 0.5) for side in SIDES}
    hind = {side: leg(SIGN[side], -length * 0.8, 0.5 if side == "left" else 0.0) for side in SIDES}
    shoulder = at(0, 0.06, length * 0.9)
    yaw, pitch = _gaze(body, shoulder)
    nod = 4 * walking * np.sin(4 * np.pi * cycle)
    face = turn(yaw, pitch + nod + 8 - 14 * leap.way)
    head = shoulder + rotate(
        turn(yaw * 0.5, nod), np.asarray((0, 0.3, 0.2) if tall else (0, 0.2, 0.16), np.float32) * h
    )
    return Animal(middle, spine, length, fore, hind, shoulder, head, face)


def bird(body: Motion, height: float) -> Bird:
    """Its wings beat in the air and lie folded on the ground."""
    h, t = height, body.time
    flying = smoothstep(np.maximum(body.position[:, 1] / 0.4, body.speed - 1.2), 0.2, 1.0)
    beat = np.sin(2 * np.pi * (3.2 * t + body.phase))
    low = np.clip(body.of("sit") + body.of("lie") + body.of("crouch") + body.of("kneel"), 0, 1) * (
        1 - flying
    )
    dance, tempo = body.of("dance"), beat_of(body)
    hop = 0.1 * dance * np.abs(np.sin(tempo)) - 0.28 * low
    middle = points(0 * t, (0.5 + 0.06 * flying * -beat + hop) * h, 0 * t)
    axes = turn(22 * dance * np.sin(tempo), 18 * (1 - flying) * (low - 1) + 4 * flying, 0)

    def at(x: float, y: float, z: float) -> Array:
        return middle + rotate(axes, np.asarray((x, y, z), np.float32) * h)

    yaw, pitch = _gaze(body, at(0, 0.25, 0.25))
    angle = np.radians(38 * beat * flying)
    ground = np.where(flying > 0.5, middle[:, 1] - 0.25 * h, 0.02 * h)  # what the feet hang or stand on
    root: dict[str, Array] = {}
    tip: dict[str, Array] = {}
    wing: dict[str, Array] = {}
    hip: dict[str, Array] = {}
    foot: dict[str, Array] = {}
    for side in SIDES:
        s = SIGN[side]
        span = np.stack(
            [
                s * (0.05 + flying * np.cos(angle)),
                flying * np.sin(angle) - 0.1 * (1 - flying),
                -0.62 * (1 - flying),
            ],
            -1,
        )
        root[side] = at(s * 0.15, 0.08, 0.05)
        tip[side] = at(s * 0.15, 0.08, 0.05) + span * 0.8 * h
        wing[side] = aligned(tip[side] - root[side], points(0 * t, 1 - flying, flying))
        hip[side] = at(s * 0.07, -0.12, -0.02)
        foot[side] = hip[side] * (1, 0, 1) + points(0, ground, 0)
    return Bird(middle, axes, at(0, 0.23, 0.28), turn(yaw, pitch), root, tip, wing, hip, foot)
