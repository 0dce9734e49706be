"""The joints of a two-legged body in every frame: postures, gait and gestures, then two-bone limbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenelang.compiler.acts import Act, act_of
from scenelang.compiler.gestures import Gait
from scenelang.compiler.gestures import hand as hand_place
from scenelang.compiler.limbs import SIDES, SIGN, bearings, bend, blend, points
from scenelang.compiler.motion import Motion, smoothstep
from scenelang.compiler.turning import Array, rotate, turn

# All in body heights. Pelvis (y, z), foot (x, y, z) and hand (x, y, z) of the left side, torso pitch.
_POSTURES: dict[str, tuple[tuple[float, float], tuple[float, float, float], tuple[float, float, float], float]] = {
    "stand": ((0.535, 0.0), (0.052, 0.035, 0.0), (0.125, 0.462, 0.045), 0.0),
    "kneel": ((0.275, -0.03), (0.06, 0.03, -0.215), (0.10, 0.335, 0.1), 4.0),
    "sit": ((0.27, 0.0), (0.065, 0.035, 0.235), (0.07, 0.335, 0.19), 2.0),
    "crouch": ((0.23, -0.07), (0.075, 0.035, 0.02), (0.07, 0.25, 0.18), 24.0),
    "lie": ((0.068, -0.04), (0.06, 0.055, 0.44), (0.165, 0.04, -0.06), -86.0),
}  # fmt: skip
THIGH, SHIN = 0.247, 0.243
UPPER_ARM, FOREARM = 0.165, 0.165
SHOULDER = (0.1, 0.262, 0.0)  # from the pelvis, along the torso


@dataclass(frozen=True)
class Joints:
    """Points [F, 3] in metres and axes [F, 3, 3] in the subject's own frame."""

    pelvis: Array
    torso: Array  # axes
    chest: Array
    neck: Array
    head: Array  # middle of the skull
    face: Array  # axes of the head
    shoulder: dict[str, Array]
    elbow: dict[str, Array]
    hand: dict[str, Array]
    hip: dict[str, Array]
    knee: dict[str, Array]
    foot: dict[str, Array]
    sole: Array  # axes of the feet


def gait_of(body: Motion, height: float) -> Gait:
    """The feet stay where they tread: a cycle is as long as the way that it covers."""
    walking = smoothstep(body.speed, 0.05, 0.5)
    running = smoothstep(body.speed, 1.9 * height / 1.7, 2.9 * height / 1.7)
    stride = height * (0.42 + 0.26 * np.minimum(body.speed, 2.2) + 0.45 * running)
    step = np.diff(body.distance, prepend=body.distance[:1])
    cycle = np.cumsum(step / stride) + body.phase
    return Gait(walking, running, np.asarray(cycle, np.float32), np.asarray(stride, np.float32))


def _tread(gait: Gait, side: str) -> tuple[Array, Array]:
    """Where along the path a foot is (metres from under the hip) and how high it is lifted."""
    share = 0.56 - 0.18 * gait.running  # of the cycle on the ground
    u = (gait.cycle + (0.0 if side == "left" else 0.5)) % 1.0
    reach = share * gait.stride
    swing = np.clip((u - share) / (1 - share), 0, 1)
    on_ground = reach * (0.5 - u / share)
    in_air = reach * (smoothstep(swing) - 0.5)
    # the ankle rises as the heel leaves the ground behind, and a little as it comes down ahead
    stance = np.clip(u / share, 0, 1)
    lift = np.where(
        u < share,
        1.1 * stance**5 + 0.35 * (1 - stance) ** 4,
        np.sin(np.pi * swing) + 1.1 * (1 - swing) ** 2 + 0.35 * swing**3,
    )
    return np.where(u < share, on_ground, in_air) * gait.walking, lift * gait.walking


def joints(body: Motion, height: float) -> Joints:
    """The joints of a body `height` metres tall."""
    gait = gait_of(body, height)
    act = act_of(body, gait)
    t, calm = body.time, (1 - gait.walking) * (1 - act.busy)
    weights = {p: body.of(p) for p in _POSTURES if p != "stand"}
    weights["stand"] = 1 - np.clip(sum(weights.values(), np.zeros_like(t)), 0, 1)

    def mixed(index: int) -> Array:  # [F, k] of a column of the table of postures
        rows = [np.asarray(_POSTURES[p][index], np.float32) * w[:, None] for p, w in weights.items()]
        return np.asarray(sum(rows), np.float32)

    sway = np.sin(2 * np.pi * (0.13 * t + body.phase))
    bob = gait.walking * (0.008 * np.cos(4 * np.pi * gait.cycle) - 0.022 - 0.03 * gait.running)
    pelvis_yz = mixed(0)
    pelvis = points(0.006 * sway * calm, pelvis_yz[:, 0] + bob, pelvis_yz[:, 1]) * height
    pelvis = pelvis + act.pelvis * height
    lying = body.of("lie")
    back = smoothstep(
        lying, 0.5 - 0.5 * act.falls, 1.0
    )  # sits first, then lies back; who falls does not
    pitch = sum(np.float32(_POSTURES[p][3]) * (back if p == "lie" else w) for p, w in weights.items())
    pitch = pitch + 2.5 * gait.walking + 9 * gait.running + 1.2 * np.sin(2 * np.pi * 0.23 * t) * calm
    lean_side, lean = _lean(body, pelvis)
    twist = 7 * gait.walking * np.sin(2 * np.pi * gait.cycle)
    torso = turn(twist + act.twist, pitch + lean + act.pitch, lean_side + act.roll)

    def up(x: float, y: float, z: float) -> Array:
        return pelvis + rotate(torso, (x * height, y * height, z * height))

    neck, chest = up(0, 0.31, 0.004), up(0, 0.2, 0)
    face = _face(body, neck, pitch + lean + act.pitch, act, back)
    tipped = turn(0, -86 * back)  # what is before one who stands is above one who lies
    sole = turn(0, -72 * back)
    head = neck + rotate(face, np.asarray((0, 0.075, 0.012), np.float32) * height)
    foot_at, hand_at = mixed(1) * height, mixed(2) * height
    hip: dict[str, Array] = {}
    knee: dict[str, Array] = {}
    foot: dict[str, Array] = {}
    shoulder: dict[str, Array] = {}
    elbow: dict[str, Array] = {}
    hand: dict[str, Array] = {}
    for side in SIDES:
        s = SIGN[side]
        mirrored = np.asarray((s, 1, 1), np.float32)
        along, lift = _tread(gait, side)
        target = foot_at * mirrored + act.foot[side] * height
        target += points(
            along * body.travel[:, 0],
            lift * (0.05 + 0.05 * gait.running) * height,
            along * body.travel[:, 1],
        )
        hip[side] = pelvis + np.asarray((s * 0.048, -0.015, 0), np.float32) * height
        knee[side], foot[side] = bend(
            hip[side], target, THIGH * height, SHIN * height, rotate(tipped, (s * 0.12, -0.1, 1.0))
        )
        shoulder[side] = up(s * SHOULDER[0], SHOULDER[1], SHOULDER[2])
        wanted = hand_place(
            body,
            gait,
            side,
            hand_at * mirrored + (up(0, 0, 0.0) - pelvis),
            shoulder[side],
            torso,
            height,
        )
        thrown = shoulder[side] + rotate(torso, act.hand[side] * height)
        wanted = blend(wanted, thrown, act.arms)
        elbow[side], hand[side] = bend(
            shoulder[side],
            wanted,
            UPPER_ARM * height,
            FOREARM * height,
            rotate(tipped, points(s * (0.3 + act.arms), -0.5 * (1 - act.arms), -0.85)),
        )
    return Joints(
        pelvis, torso, chest, neck, head, face, shoulder, elbow, hand, hip, knee, foot,
        sole @ turn(act.sole),
    )  # fmt: skip


def _lean(body: Motion, pelvis: Array) -> tuple[Array, Array]:
    """Roll and pitch of the torso, toward what is leant to, else forward."""
    w = body.of("lean")
    if "lean" not in body.aim:
        return 0 * w, 32 * w
    azimuth = np.radians(bearings(body.aim["lean"], pelvis)[0])
    return 24 * w * np.sin(azimuth), 32 * w * np.cos(azimuth)


def _face(body: Motion, neck: Array, torso_pitch: Array, act: Act, back: Array) -> Array:
    """Where the head points: what is looked at counts most, then what is read or spoken to; it lies
    on the floor with the body."""
    t = body.time
    yaw = 3 * np.sin(2 * np.pi * (0.11 * t + body.phase)) + act.lead
    pitch = torso_pitch * (0.25 + 0.7 * back) + 2 * np.sin(2 * np.pi * (0.17 * t + body.phase))
    for pose in ("read", "open"):
        pitch = pitch * (1 - body.of(pose)) + 24 * body.of(pose)
    for pose in ("give", "lean", "point", "talk", "look"):
        if pose not in body.aim or pose not in body.weight:
            continue
        azimuth, elevation = bearings(body.aim[pose], neck)
        w = body.of(pose)
        w = w * (1 - back)
        yaw = yaw * (1 - w) + np.clip(azimuth, -75, 75) * w
        pitch = pitch * (1 - w) - np.clip(elevation, -50, 50) * w
    pitch = pitch + 2.5 * body.of("talk") * np.sin(2 * np.pi * 1.3 * t)
    return turn(yaw, pitch)
