"""What the whole body does besides standing and walking: it jumps, dances, falls, turns on the spot.

Everything is an offset from what the body does otherwise, in body heights and degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenelang.compiler.gestures import Gait
from scenelang.compiler.leaps import LANDING, TAKEOFF, leaps
from scenelang.compiler.limbs import SIDES, SIGN, points
from scenelang.compiler.motion import Motion, smoothstep
from scenelang.compiler.turning import Array

BEAT = 2.0  # of a dance, a second
TURNING = (20.0, 80.0)  # degrees a second from which feet step, and at which they step fully
STEP_DEGREES = 80.0  # that two steps turn a body


@dataclass(frozen=True)
class Act:
    """Offsets over F frames. `arms` [F] says how far `hand`, from the shoulder along the torso's
    axes, replaces what hands do otherwise; `lead` turns the head ahead of the body; `falls` [F] is 1
    in a fall; `busy` [F] 1 where nothing idles."""

    pelvis: Array  # [F, 3]
    pitch: Array  # [F]
    roll: Array
    twist: Array
    lead: Array
    sole: Array  # [F] degrees that the feet point to the left
    foot: dict[str, Array]  # [F, 3]
    hand: dict[str, Array]  # [F, 3]
    arms: Array  # [F]
    falls: Array
    busy: Array


@dataclass(frozen=True)
class Leap:
    """A jump over F frames: how far the knees are bent, how far the body is in the air, its rise."""

    bent: Array
    air: Array  # 0 on the floor, 1 high up
    lands: Array  # how far the knees are bent after it
    way: Array  # in the air: 1 as it rises, -1 as it comes down; 0 on the floor


def leap_of(body: Motion) -> Leap:
    """Where in its jump a body is; zeros where it does not jump."""
    zero = np.zeros_like(body.time)
    if "jump" not in body.clock:
        return Leap(zero, zero, zero, zero)
    since, lasts = body.clock["jump"]
    times = np.array([leaps(float(s)) for s in lasts], np.float32)
    share = np.where(lasts > 0, since / np.maximum(lasts, 1e-3) * times % 1, 0)
    bent = smoothstep(share, 0, 0.6 * TAKEOFF) * (1 - smoothstep(share, 0.7 * TAKEOFF, TAKEOFF))
    v = np.clip((share - TAKEOFF) / (LANDING - TAKEOFF), 0, 1)
    air = 4 * v * (1 - v)
    lands = smoothstep(share, LANDING - 0.02, LANDING + 0.08) * (
        1 - smoothstep(share, LANDING + 0.08, 1)
    )
    way = np.where((v > 0) & (v < 1), 1 - 2 * v, 0)
    return Leap(*(np.asarray(a, np.float32) for a in (bent, air, lands, way)))


def beat_of(body: Motion) -> Array:
    """The phase [F] of a dance in radians: one sway takes two beats."""
    return np.asarray(np.pi * BEAT * body.time + 2 * np.pi * body.phase, np.float32)


def act_of(body: Motion, gait: Gait) -> Act:
    """What the whole body does in every frame."""
    leap, dance, fall = leap_of(body), body.of("dance"), body.of("fall")
    rate = body.turning * (1 - gait.walking)
    steps = smoothstep(np.abs(rate), *TURNING)
    # of two steps, from how far the body has turned since the shot's first frame
    round_ = 2 * np.pi * (body.heading - body.heading[:1]) / STEP_DEGREES
    beat = beat_of(body)
    bent = np.clip(leap.bent + 0.8 * leap.lands, 0, 1)
    down = smoothstep(fall * (1 - smoothstep(body.of("lie"), 0.5, 1.0)))
    pelvis = points(
        0.045 * dance * np.sin(beat),
        -0.15 * bent - dance * (0.035 + 0.022 * np.cos(2 * beat)) + 0.012 * leap.air,
        -0.04 * bent - 0.05 * down,
    )
    tuck = leap.air
    foot, hand = {}, {}
    for side in SIDES:
        s = SIGN[side]
        treads = np.maximum(0, s * np.sin(round_)) * steps
        kicks = np.maximum(0, s * np.sin(beat)) * dance
        foot[side] = points(
            s * 0.02 * dance + s * 0.05 * down,
            0.045 * treads + 0.09 * kicks + 0.1 * tuck,
            0.03 * treads + 0.07 * kicks - 0.07 * tuck,
        )
        swings = np.sin(beat + (0.0 if side == "left" else np.pi))
        dancing = points(s * (0.2 + 0.05 * swings), 0.04 + 0.2 * swings, 0.09 - 0.05 * swings)
        jumping = points(
            s * (0.09 + 0.08 * tuck),
            -0.2 + 0.48 * tuck + 0.04 * leap.lands,
            -0.16 + 0.22 * tuck + 0.2 * leap.lands,
        )
        falling = points(s * 0.24 + 0 * fall, 0.17 + 0.05 * np.sin(9 * body.time + s), 0.12 + 0 * fall)
        w = np.stack([dance, np.clip(leap.bent + leap.air + leap.lands, 0, 1), fall])
        total = np.maximum(w.sum(0), 1e-4)
        mixed = sum(p * k[:, None] for p, k in zip((dancing, jumping, falling), w / total))
        hand[side] = np.asarray(mixed, np.float32)
    leaping = np.clip(leap.bent + leap.air + leap.lands, 0, 1)
    arms = np.clip(dance + smoothstep(leaping, 0, 0.35) + fall, 0, 1)
    return Act(
        pelvis=pelvis,
        pitch=30 * bent + 4 * dance - 8 * leap.air,
        roll=9 * dance * np.sin(beat),
        twist=18 * dance * np.sin(beat) + 0.06 * rate,
        lead=np.clip(0.22 * rate, -38, 38) - 14 * dance * np.sin(beat),
        sole=(9 * np.cos(round_) * np.sign(rate)) * steps,
        foot=foot,
        hand=hand,
        arms=arms,
        falls=smoothstep(fall, 0, 0.05),
        busy=np.clip(dance + leaping + fall, 0, 1),
    )
