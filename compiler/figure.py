"""The joints of a person as it is said to be: one of a group, under an umbrella, arm in arm."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from scenelang.compiler.limbs import SIDES, SIGN, blend
from scenelang.compiler.motion import Motion
from scenelang.compiler.skeleton import Joints, joints
from scenelang.compiler.turning import rotate


def member_height(height: float, member: int, members: int) -> float:
    """How tall one member of a group is, metres: in a crowd no two are alike."""
    return height * (1.0 + (0.09 * ((member * 0.754877) % 1.0 - 0.5) if members > 2 else 0.0))


def figure_joints(
    features: Collection[str], member: int, members: int, body: Motion, height: float
) -> Joints:
    """The joints [F, 3] of one of the `members` of a subject `height` metres tall, in the member's
    own frame; `features` are what the words show of it."""
    h = member_height(height, member, members)
    j = joints(body, h)
    if "umbrella" in features:
        j = _holding_up(j, h)
    if "arm-in-arm" in features and members > 1:
        j = _arm_in_arm(j, h, member, body)
    return j


def _holding_up(j: Joints, h: float) -> Joints:
    """The right hand before the shoulder, as one carries an umbrella."""
    shoulder = j.shoulder["right"]
    hand = shoulder + rotate(j.torso, np.asarray((0.035, -0.13, 0.13), np.float32) * h)
    elbow = (shoulder + hand) / 2 + rotate(j.torso, np.asarray((-0.03, -0.11, -0.03), np.float32) * h)
    return Joints(**{**vars(j), "hand": {**j.hand, "right": hand}, "elbow": {**j.elbow, "right": elbow}})


def _arm_in_arm(j: Joints, h: float, member: int, body: Motion) -> Joints:
    """The arm toward the neighbour is bent, its hand before the body: neighbours stand in a row
    along the world's x, so which arm it is depends on the heading."""
    facing_away = np.cos(np.radians(body.heading)) < 0
    toward_plus_x = member % 2 == 0
    hands, elbows = dict(j.hand), dict(j.elbow)
    for side in SIDES:
        inner = (facing_away ^ toward_plus_x) if side == "left" else ~(facing_away ^ toward_plus_x)
        s, w = SIGN[side], inner.astype(np.float32) * 0.9
        shoulder = j.shoulder[side]
        elbow = shoulder + rotate(j.torso, np.asarray((s * 0.045, -0.155, -0.01), np.float32) * h)
        hand = elbow + rotate(
            j.torso, np.asarray((-s * 0.03 if member % 2 else s * 0.06, 0.05, 0.145), np.float32) * h
        )
        elbows[side], hands[side] = blend(elbows[side], elbow, w), blend(hands[side], hand, w)
    return Joints(**{**vars(j), "hand": hands, "elbow": elbows})
