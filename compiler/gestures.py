"""Where hands want to be in every frame: at rest, swinging, at what is held or reached for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenelang.compiler.limbs import SIGN, blend, points
from scenelang.compiler.motion import Motion, smoothstep
from scenelang.compiler.turning import Array, rotate, unit

# kinds of things that take two hands
_LARGE = ("box", "book", "letter", "stall", "table", "chair")


@dataclass(frozen=True)
class Gait:
    """How a body goes: see `skeleton.py`."""

    walking: Array  # [F] 0 standing, 1 moving
    running: Array
    cycle: Array  # [F] phase in cycles
    stride: Array  # [F] metres a cycle


def hand(
    body: Motion, gait: Gait, side: str, rest: Array, shoulder: Array, torso: Array, height: float
) -> Array:
    """The point [F, 3] that a hand is drawn to; `rest` is where it hangs, `torso` [F, 3, 3] the
    axes of the chest, `height` the body's in metres. Later wishes win over earlier ones."""

    def ahead(x: float, y: float, z: float) -> Array:
        offset = np.asarray((SIGN[side] * x, y, z), np.float32) * height
        return shoulder + rotate(torso, offset)

    place: Array = rest + _swing(body, gait, side, height)
    place = _speaking(place, body, side, ahead(-0.01, -0.2, 0.17), height)
    place = blend(place, ahead(-0.05, -0.12, 0.2), body.of("read"))
    apart = 0.02 * np.sin(2 * np.pi * 1.1 * body.time) * (side == "left") * height
    place = blend(place, ahead(-0.035, -0.12, 0.21) + points(apart, 0, 0), body.of("open"))
    place = _holding(place, body, side, height)
    if side == "right":
        place = blend(place, _waving(body, shoulder, height), body.of("wave"))
    return _reaching(place, body, side, shoulder, torso, height)


def _swing(body: Motion, gait: Gait, side: str, height: float) -> Array:
    """Against the foot of the same side, along the way; bent and high in a run."""
    swing = np.cos(2 * np.pi * (gait.cycle + (0.5 if side == "left" else 0.0))) * gait.walking
    amount = (0.10 + 0.07 * gait.running) * height
    return points(
        body.travel[:, 0] * swing * amount,
        (0.02 * np.abs(swing) + 0.13 * gait.running) * height,
        body.travel[:, 1] * swing * amount + 0.06 * gait.running * height,
    )


def _speaking(place: Array, body: Motion, side: str, before: Array, height: float) -> Array:
    beat = 0.02 * np.sin(2 * np.pi * (0.9 * body.time + (0.2 if side == "left" else 0.0))) * height
    return blend(place, before + points(0, beat, 0), 0.55 * body.of("talk"))


def _holding(place: Array, body: Motion, side: str, height: float) -> Array:
    """At the things that are held: large ones, and what is read or opened, with both hands."""
    both = bool({"read", "open"} & set(body.weight))
    for weight, point, kind in body.holds:
        if side == "left" and not both and kind not in _LARGE:
            continue
        apart = 0.02 if kind == "cup" and not both else 0.045
        place = blend(place, point + np.asarray((SIGN[side] * apart * height, 0.01, 0)), weight)
    return place


def _waving(body: Motion, shoulder: Array, height: float) -> Array:
    beat = 0.06 * np.sin(2 * np.pi * 1.7 * body.time)
    return shoulder + points(-(0.15 + beat), 0.2, 0.06) * height


def _reaching(
    place: Array, body: Motion, side: str, shoulder: Array, torso: Array, height: float
) -> Array:
    """Toward a target: with the hand on its side, the right one for what lies ahead; one gives
    with both."""
    for pose, longest in (("reach", 0.29), ("give", 0.29), ("point", 0.32)):
        if pose not in body.weight:
            continue
        aim = body.aim.get(pose, shoulder + rotate(torso, (0.0, -0.1 * height, height)))
        far = np.linalg.norm(aim - shoulder, axis=-1, keepdims=True)
        there = unit(aim - shoulder) * np.minimum(far, longest * height)
        there = there + np.asarray((SIGN[side] * 0.02 * height, 0, 0), np.float32)
        left = smoothstep(aim[:, 0] / height, 0.05, 0.15)
        mine = left if side == "left" else 1 - left
        place = blend(place, shoulder + there, body.of(pose) * (1.0 if pose == "give" else mine))
    return place
