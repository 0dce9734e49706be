"""A person of solids: coat and boots, a face that shows where it looks, what it wears and carries."""

from __future__ import annotations

import numpy as np

from scenelang.compiler.figure import figure_joints, member_height
from scenelang.compiler.limbs import SIDES, blend, points
from scenelang.compiler.motion import Motion
from scenelang.compiler.skeleton import Joints
from scenelang.compiler.turning import Array, rotate
from scenelang.runtime.previz.palette import Look, material, rgb
from scenelang.runtime.previz.solids import Assembly, Material


def figure(look: Look, body: Motion) -> Assembly:
    """A person of `look.height` metres, moving as `body` says."""
    h = member_height(look.height, look.member, look.members)
    j = figure_joints(look.features, look.member, look.members, body, look.height)
    a = Assembly(len(body.time))
    top, legs = look.cloth("coat", "main"), look.cloth("trousers")
    boots = look.paint("boots", otherwise="#231d1b", gloss=0.15)
    _legs(a, j, h, legs, boots)
    _body(a, j, h, top, legs, look)
    _arms(a, j, h, top, look)
    _head(a, j, h, look, body)
    if look.has("apron"):
        _apron(a, j, h, look.cloth("apron", otherwise="#e6e0d4"))
    if look.has("umbrella"):
        _umbrella(a, j, h, look)
    if body.of("sit").any():
        _stool(a, j, h, body.of("sit"))
    return a


def _legs(a: Assembly, j: Joints, h: float, legs: Material, boots: Material) -> None:
    for side in SIDES:
        a.limb(legs, j.hip[side], j.knee[side], 0.043 * h)
        a.limb(legs, j.knee[side], j.foot[side] + np.asarray((0, 0.02 * h, 0), np.float32), 0.034 * h)
        a.limb(
            boots,
            blend(j.knee[side], j.foot[side], np.full(a.count, 0.62, np.float32)),
            j.foot[side],
            0.038 * h,
        )
        toe = j.foot[side] + rotate(j.sole, (0.0, -0.008 * h, 0.032 * h))
        a.ellipsoid(boots, toe, (0.036 * h, 0.03 * h, 0.068 * h), j.sole)


def _body(a: Assembly, j: Joints, h: float, top: Material, legs: Material, look: Look) -> None:
    def at(x: float, y: float, z: float) -> Array:
        return j.pelvis + rotate(j.torso, (x * h, y * h, z * h))

    side = j.torso[..., 0]
    a.cone(top, at(0, -0.03, 0), at(0, 0.15, 0), 0.086 * h, 0.082 * h, 0.78, side)
    a.cone(top, at(0, 0.15, 0), at(0, 0.278, 0), 0.082 * h, 0.104 * h, 0.68, side)
    a.ellipsoid(top, at(0, 0.272, 0), (0.11 * h, 0.04 * h, 0.068 * h), j.torso)
    if look.has("coat"):
        middle = (j.knee["left"] + j.knee["right"]) / 2
        hem = blend(middle, (j.foot["left"] + j.foot["right"]) / 2, np.full(a.count, 0.22, np.float32))
        apart = np.linalg.norm(j.knee["left"] - j.knee["right"], axis=-1)
        a.cone(top, hem, at(0, 0.1, 0), 0.1 * h + 0.36 * apart, 0.09 * h, 0.95, side)
        belt = top.tinted(0.55)
        a.cone(belt, at(0, 0.075, 0), at(0, 0.1, 0), 0.094 * h, 0.092 * h, 0.9, side)
        a.ellipsoid(top.tinted(0.8), at(0, 0.302, 0.004), (0.062 * h, 0.028 * h, 0.056 * h), j.torso)
    elif look.has("jacket"):
        a.cone(top, at(0, -0.075, 0), at(0, 0.03, 0), 0.1 * h, 0.088 * h, 0.8, side)
        a.ellipsoid(top.tinted(0.85), at(0, 0.302, -0.012), (0.066 * h, 0.03 * h, 0.06 * h), j.torso)
        a.box(top.tinted(0.45), at(0, 0.11, 0.061), (0.006 * h, 0.17 * h, 0.008 * h), j.torso)
    else:
        a.ellipsoid(legs, at(0, -0.02, 0), (0.088 * h, 0.055 * h, 0.068 * h), j.torso)
        a.ellipsoid(look.paint("skin"), at(0, 0.305, 0.0), (0.04 * h, 0.03 * h, 0.04 * h), j.torso)


def _arms(a: Assembly, j: Joints, h: float, top: Material, look: Look) -> None:
    thick = 1.18 if look.has("coat", "jacket") else 1.0
    skin = look.paint("skin")
    for side in SIDES:
        a.limb(top, j.shoulder[side], j.elbow[side], 0.034 * thick * h)
        wrist = blend(j.elbow[side], j.hand[side], np.full(a.count, 0.86, np.float32))
        a.limb(top, j.elbow[side], wrist, 0.029 * thick * h)
        a.ellipsoid(skin, j.hand[side], (0.029 * h,) * 3)


def _head(a: Assembly, j: Joints, h: float, look: Look, body: Motion) -> None:
    skin, dark = look.paint("skin"), material("#1d1715", gloss=0.6)
    hair = look.cloth("hair")

    def at(x: float, y: float, z: float) -> Array:
        return j.head + rotate(j.face, (x * h, y * h, z * h))

    a.limb(skin, j.neck - np.asarray((0, 0.02 * h, 0), np.float32), j.head, 0.03 * h)
    a.ellipsoid(skin, j.head, (0.062 * h, 0.08 * h, 0.07 * h), j.face)
    hooded = look.has("hood")
    if hooded:
        cowl = look.cloth("coat", "main")
        a.ellipsoid(cowl, at(0, 0.012, -0.022), (0.08 * h, 0.097 * h, 0.08 * h), j.face)
    else:
        a.ellipsoid(hair, at(0, 0.021, -0.017), (0.0685 * h, 0.073 * h, 0.068 * h), j.face)
        a.ellipsoid(hair, at(0, 0.055, 0.02), (0.058 * h, 0.028 * h, 0.05 * h), j.face)
    if look.has("long-hair"):
        a.ellipsoid(hair, at(0, -0.055, -0.05), (0.055 * h, 0.1 * h, 0.032 * h), j.face)
    for s in (1, -1):
        a.ellipsoid(
            material("#f4f1ea"),
            at(s * 0.0245, 0.004, 0.061),
            (0.0135 * h, 0.0115 * h, 0.008 * h),
            j.face,
        )
        a.ellipsoid(dark, at(s * 0.0245, 0.004, 0.0668), (0.0075 * h, 0.009 * h, 0.0045 * h), j.face)
        a.ellipsoid(hair, at(s * 0.026, 0.023, 0.064), (0.017 * h, 0.0045 * h, 0.007 * h), j.face)
        if not hooded:
            a.ellipsoid(
                skin.tinted(0.92), at(s * 0.062, -0.004, 0), (0.01 * h, 0.018 * h, 0.013 * h), j.face
            )
    a.ellipsoid(skin.tinted(0.9), at(0, -0.013, 0.072), (0.0105 * h, 0.0165 * h, 0.014 * h), j.face)
    speaking = body.of("talk") * (
        0.5 + 0.5 * np.sin(2 * np.pi * 3.7 * body.time + 1.7 * np.sin(2 * np.pi * 1.1 * body.time))
    )
    smile = body.of("smile")
    mouth = points(
        0.017 + 0.011 * smile - 0.004 * speaking,
        0.0042 + 0.011 * speaking + 0.003 * smile,
        0.008 + 0 * smile,
    )
    a.ellipsoid(material("#7a2f2c"), at(0, -0.04, 0.0575), mouth * h, j.face)
    for s in (1, -1):  # the corners rise in a smile
        corner = at(0, 0, 0) + rotate(
            j.face, points(s * (0.019 + 0.008 * smile), -0.0405 + 0.012 * smile, 0.054) * h
        )
        a.ellipsoid(material("#7a2f2c"), corner, (0.0055 * h, 0.0042 * h, 0.006 * h), j.face)
    if look.has("beard"):
        beard = look.cloth("beard", "hair")
        a.ellipsoid(beard, at(0, -0.062, 0.034), (0.048 * h, 0.042 * h, 0.04 * h), j.face)
    if look.has("hat"):
        felt = look.cloth("hat", otherwise="#3b3531")
        a.cone(felt, at(0, 0.045, -0.006), at(0, 0.054, -0.006), 0.108 * h, 0.1 * h, 1.0)
        a.cone(felt, at(0, 0.05, -0.008), at(0, 0.115, -0.01), 0.068 * h, 0.056 * h, 1.0)
        a.cone(felt.tinted(0.4), at(0, 0.053, -0.008), at(0, 0.066, -0.008), 0.07 * h, 0.068 * h, 1.0)


def _apron(a: Assembly, j: Joints, h: float, cloth: Material) -> None:
    def at(x: float, y: float, z: float) -> Array:
        return j.pelvis + rotate(j.torso, (x * h, y * h, z * h))

    a.ellipsoid(cloth, at(0, 0.15, 0.045), (0.066 * h, 0.115 * h, 0.034 * h), j.torso)
    knees = (j.knee["left"] + j.knee["right"]) / 2 + rotate(j.torso, (0.0, 0.0, 0.045 * h))
    a.cone(cloth, knees, at(0, 0.07, 0.03), 0.098 * h, 0.083 * h, 0.55, j.torso[..., 0])
    a.cone(
        cloth.tinted(0.7), at(0, 0.06, 0), at(0, 0.08, 0), 0.089 * h, 0.088 * h, 0.84, j.torso[..., 0]
    )


def _stool(a: Assembly, j: Joints, h: float, seated: Array) -> None:
    """Something to sit on, there for as long as it is sat on."""
    top = np.maximum(j.pelvis[:, 1] - 0.055 * h, 0.01)
    wood = Material(rgb("#7c5a3c"), texture="planks", tile=0.4)
    middle = points(j.pelvis[:, 0], top / 2, j.pelvis[:, 2])
    a.box(wood, middle, points(0.115 * h, top / 2, 0.105 * h) * seated[:, None])


def _umbrella(a: Assembly, j: Joints, h: float, look: Look) -> None:
    hand = j.hand["right"]
    up = rotate(j.torso, (0.04, 1.0, -0.04))
    peak = hand + up * 0.5 * h
    a.limb(material("#3a2d25"), hand - up * 0.05 * h, peak, 0.006 * h)
    canopy = look.cloth("umbrella")
    a.cone(canopy, peak - up * 0.125 * h, peak - up * 0.055 * h, 0.33 * h, 0.2 * h)
    a.cone(canopy, peak - up * 0.055 * h, peak, 0.2 * h, 0.012 * h)
    a.limb(canopy.tinted(0.5), peak, peak + up * 0.03 * h, 0.006 * h)
