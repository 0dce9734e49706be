"""The bones of each kind of body in its own frame: what its joints mean on the skeleton of a person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from scenelang.compiler import beasts
from scenelang.compiler.figure import figure_joints
from scenelang.compiler.limbs import SIDES
from scenelang.compiler.motion import Motion, rocking
from scenelang.compiler.plan import SubjectPlan
from scenelang.compiler.turning import Array, aligned, rotate

LIMBS = ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")  # of each side
LEVEL = np.eye(3, dtype=np.float32)

Frame = tuple[Array, Array]  # axes [F, 3, 3] or [3, 3], origin [F, 3] in metres
Frames = dict[str, Frame]  # by name of the bone


@dataclass(frozen=True)
class Being:
    """One member of a subject in one of its states."""

    subject: SubjectPlan
    features: Collection[str]
    member: int
    body: Motion


def rig(being: Being) -> Frames:
    """The bones that the being has, in its own frame. Those that are missing go with its base."""
    known = _RIGS.get(being.subject.kind)
    return known(being) if known else {}


def _along(start: Array, end: Array) -> Frame:
    """A bone between two joints: y along it, x near the body's, origin in its middle."""
    return aligned(end - start), (start + end) / 2


def _figure(being: Being) -> Frames:
    members, height = len(being.subject.offsets), being.subject.height
    j = figure_joints(being.features, being.member, members, being.body, height)
    result = {"pelvis": (j.torso, j.pelvis), "chest": (j.torso, j.chest), "head": (j.face, j.head)}
    for side in SIDES:
        result[f"{side}_upper_arm"] = _along(j.shoulder[side], j.elbow[side])
        forearm = _along(j.elbow[side], j.hand[side])
        result[f"{side}_forearm"], result[f"{side}_hand"] = forearm, (forearm[0], j.hand[side])
        result[f"{side}_thigh"] = _along(j.hip[side], j.knee[side])
        result[f"{side}_shin"] = _along(j.knee[side], j.foot[side])
        result[f"{side}_foot"] = (j.sole, j.foot[side])
    return result


def _creature(being: Being) -> Frames:
    """Head and body are one; an arm of one piece is both of its bones; feet have no legs."""
    c = beasts.creature(being.body, being.subject.height)
    result = dict.fromkeys(("pelvis", "chest", "head"), (c.torso, c.middle))
    for side in SIDES:
        arm = _along(c.shoulder[side], c.hand[side])
        result[f"{side}_upper_arm"] = result[f"{side}_forearm"] = arm
        result[f"{side}_hand"] = (arm[0], c.hand[side])
        result[f"{side}_foot"] = (LEVEL, c.foot[side])
    return result


def _animal(being: Being) -> Frames:
    """Forelegs are its arms; the pelvis is over the hind legs, the chest over the forelegs."""
    height = being.subject.height
    a = beasts.animal(being.body, height)
    result = {"head": (a.face, a.head)}
    for name, legs in (("pelvis", a.hind), ("chest", a.fore)):
        middle = (legs["left"].hip + legs["right"].hip) / 2
        result[name] = (a.spine, middle + rotate(a.spine, (0.0, 0.05 * height, 0.0)))
    for side in SIDES:
        for leg, names in ((a.fore[side], LIMBS[:3]), (a.hind[side], LIMBS[3:])):
            upper, lower, end = (f"{side}_{name}" for name in names)
            result[upper], result[lower] = _along(leg.hip, leg.knee), _along(leg.knee, leg.foot)
            result[end] = (LEVEL, leg.foot)
    return result


def _bird(being: Being) -> Frames:
    """Wings are its arms; wings and legs of one piece are both of their bones."""
    b = beasts.bird(being.body, being.subject.height)
    result = {"pelvis": (b.axes, b.middle), "chest": (b.axes, b.middle), "head": (b.face, b.head)}
    for side in SIDES:
        wing = (b.wing[side], (b.root[side] + b.tip[side]) / 2)
        result[f"{side}_upper_arm"] = result[f"{side}_forearm"] = wing
        result[f"{side}_hand"] = (b.wing[side], b.tip[side])
        result[f"{side}_thigh"] = result[f"{side}_shin"] = _along(b.hip[side], b.foot[side])
        result[f"{side}_foot"] = (LEVEL, b.foot[side])
    return result


def _boat(being: Being) -> Frames:
    """All of it rocks but its base."""
    limbs = (f"{side}_{limb}" for side in SIDES for limb in LIMBS)
    names = ("pelvis", "chest", "head", *limbs)
    return dict.fromkeys(names, rocking(being.body, being.subject.height))


_RIGS: dict[str, Callable[[Being], Frames]] = {
    "figure": _figure, "creature": _creature, "animal": _animal, "bird": _bird, "boat": _boat,
}  # fmt: skip
