"""Beings that are no people: a plush creature, a four-legged animal, a bird."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scenelang.compiler import beasts
from scenelang.compiler.limbs import SIDES, SIGN, points
from scenelang.compiler.motion import Motion
from scenelang.compiler.turning import Array, rotate, turn
from scenelang.runtime.previz.palette import UNSAID, Look, material
from scenelang.runtime.previz.solids import Assembly, Material

_GOLDEN = math.pi * (3 - math.sqrt(5))


def _fur(look: Look, otherwise: str = UNSAID) -> Material:
    return Material(
        look.colour("fur", "main", "hair", "coat", otherwise=otherwise), texture="fur", tile=0.5
    )


def _blink(body: Motion) -> Array:
    """How far the eyes are open: 1, and now and then 0 for a blink."""
    since = (body.time + 1.3 + 2.1 * body.phase) % 3.1
    return 1 - 0.92 * np.maximum(0, 1 - np.abs(since - 0.09) / 0.09)


def _tufts(
    a: Assembly,
    fur: Material,
    centre: Array,
    axes: Array,
    half: tuple[float, ...],
    count: int,
    size: float,
) -> None:
    """A fluffy coat: short locks that stand on an ellipsoid, but for its face (+z)."""
    for i in range(count):
        y = 1 - 2 * (i + 0.5) / count
        around = i * _GOLDEN
        n = np.asarray(
            (math.sqrt(1 - y * y) * math.cos(around), y, math.sqrt(1 - y * y) * math.sin(around))
        )
        if n[2] > 0.5 and abs(n[0]) < 0.72:
            continue
        jitter = np.asarray((math.sin(i * 12.9), math.sin(i * 7.3), math.sin(i * 4.1)))
        way = 0.8 * n + 0.22 * jitter - np.asarray((0, 0.5, 0))
        long = size * (0.75 + 0.5 * ((i * 0.618) % 1))
        root = centre + rotate(axes, n * np.asarray(half) * 0.95)
        tip = root + rotate(axes, way / np.linalg.norm(way) * long)
        a.cone(fur.tinted(0.92 + 0.2 * ((i * 0.414) % 1)), root, tip, 0.3 * size, 0.0)


def creature(look: Look, body: Motion) -> Assembly:
    """A round plush monster: a ball of fur with a face, eyes that blink and look, small limbs."""
    h, t = look.height, body.time
    a = Assembly(len(t))
    fur = _fur(look)
    pale = Material(tuple(0.5 * c + 0.4 for c in fur.colour), texture="fur", tile=0.3)  # type: ignore[arg-type]
    joints = beasts.creature(body, h)
    base, torso = joints.middle, joints.torso
    breath = 1 + 0.012 * np.sin(2 * np.pi * 0.45 * t)
    half = points(0.36 * breath, 0.385 * breath, 0.33 * breath) * h

    def on(x: float, y: float, z: float) -> Array:
        return base + rotate(torso, np.asarray((x, y, z), np.float32) * h)

    a.ellipsoid(fur, base, half, torso)
    a.ellipsoid(pale, on(0, -0.13, 0.075), (0.25 * h, 0.23 * h, 0.245 * h), torso)
    if not look.has("smooth"):
        _tufts(a, fur, base, torso, (0.36 * h, 0.385 * h, 0.33 * h), 460, 0.085 * h)
    for s in (1, -1):
        tilt = torso @ turn(0, 0, s * 24.0)
        ear = on(s * 0.21, 0.38, -0.02)
        a.ellipsoid(fur, ear, (0.085 * h, 0.15 * h, 0.06 * h), tilt)
        a.ellipsoid(
            material("#e39aa6"),
            ear + rotate(tilt, (0.0, 0.0, 0.03 * h)),
            (0.05 * h, 0.1 * h, 0.036 * h),
            tilt,
        )
    crest = ((0.0, 0.42), (0.07, 0.4), (-0.06, 0.41))
    for x, y in crest:
        a.cone(fur.tinted(1.2), on(0.6 * x, y - 0.06, 0.03), on(1.7 * x, y + 0.07, 0.07), 0.035 * h, 0.0)
    _creature_face(a, on, torso, h, look, body, joints.yaw, joints.pitch)
    for side in SIDES:
        hand = joints.hand[side]
        a.limb(fur.tinted(0.92), joints.shoulder[side], hand, 0.062 * h)
        a.ellipsoid(fur.tinted(0.8), hand, (0.075 * h,) * 3)
        a.ellipsoid(fur.tinted(0.8), joints.foot[side], (0.115 * h, 0.06 * h, 0.16 * h))
    tail = base + rotate(torso, points(0.06 * np.sin(2 * np.pi * 0.6 * t), -0.27, -0.46) * h)
    a.limb(fur, on(0, -0.27, -0.27), tail, 0.06 * h)
    return a


def _creature_face(
    a: Assembly, on: Callable[[float, float, float], Array], face: Array, h: float, look: Look, body: Motion,
    yaw: Array, pitch: Array,
) -> None:  # fmt: skip
    big = 1.0 if look.has("big-eyes") else 0.78
    lid = _blink(body)
    iris = look.paint("eyes", otherwise="#3f9a8c", gloss=0.4)
    one = np.ones_like(lid)
    r = 0.118 * big * h
    side, up = np.clip(yaw / 60, -1, 1) * 0.25 * r, np.clip(-pitch / 45, -1, 1) * 0.22 * r
    for s in (1, -1):
        eye = on(s * 0.135, 0.1, 0.275)
        out = face @ turn(s * 19.0, -10.0)

        def at(
            x: Array | float, y: Array | float, z: float, eye: Array = eye, out: Array = out
        ) -> Array:
            return eye + rotate(out, points(x + 0 * lid, y + 0 * lid, z))

        a.ellipsoid(material("#f7f4ec", gloss=0.5), eye, points(r * one, r * lid, 0.065 * h * one), out)
        a.ellipsoid(
            iris, at(side, up, 0.042 * h), points(0.6 * r * one, 0.6 * r * lid, 0.034 * h * one), out
        )
        a.ellipsoid(
            material("#0d0b0c", gloss=0.8),
            at(1.12 * side, 1.12 * up, 0.06 * h),
            points(0.37 * r * one, 0.38 * r * lid, 0.021 * h * one),
            out,
        )
        a.ellipsoid(
            material("#ffffff", glow=0.8),
            at(side + 0.022 * h, up + 0.03 * h, 0.074 * h),
            points(0.15 * r * one, 0.15 * r * lid, 0.01 * h * one),
            out,
        )
        a.ellipsoid(
            material("#ffffff", glow=0.5),
            at(side - 0.016 * h, up - 0.022 * h, 0.074 * h),
            points(0.07 * r * one, 0.07 * r * lid, 0.008 * h * one),
            out,
        )
    chatter = body.of("talk") * (0.5 + 0.5 * np.sin(2 * np.pi * 3.3 * body.time))
    smile = body.of("smile")
    opened = np.clip(0.7 * look.has("open-mouth") + 0.3 * smile + chatter, 0.12, 1.0)
    wide = 0.085 + 0.05 * smile + 0.015 * opened
    mouth = on(0, -0.115, 0.286)
    a.ellipsoid(material("#3a1016"), mouth, points(wide * h, 0.08 * opened * h, 0.05 * h * one), face)
    a.ellipsoid(
        material("#d9626c"),
        mouth + rotate(face, points(0, -0.034 * opened, 0.013) * h),
        points(0.6 * wide * h, 0.04 * opened * h, 0.04 * h * one),
        face,
    )
    for s in (1, -1):
        tooth = mouth + rotate(face, points(s * 0.4 * wide, 0.058 * opened, 0.036) * h)
        a.ellipsoid(material("#fbf7e8"), tooth, (0.017 * h, 0.025 * h, 0.014 * h), face)
        cheek = mouth + rotate(face, points(s * (wide + 0.012), 0.035 * smile, -0.018) * h)
        a.ellipsoid(material("#5a2630"), cheek, (0.012 * h, 0.012 * h, 0.02 * h), face)
    a.ellipsoid(
        material("#2a1b22", gloss=0.5), on(0, 0.005, 0.335), (0.03 * h, 0.021 * h, 0.02 * h), face
    )


def animal(look: Look, body: Motion) -> Assembly:
    """A four-legged animal: the tall ones have a long neck and a mane, the small ones pointed ears."""
    h, t = look.height, body.time
    a = Assembly(len(t))
    tall = h > beasts.TALL
    fur = _fur(look, "#8a6240")
    dark = fur.tinted(0.6)
    joints = beasts.animal(body, h)
    length, shoulder, head = joints.length, joints.shoulder, joints.head
    for z, girth in ((length * 0.55, 0.165), (0.0, 0.155), (-length * 0.6, 0.16)):
        trunk = joints.middle + rotate(joints.spine, (0.0, 0.0, z * h))
        a.ellipsoid(fur, trunk, (0.14 * h, girth * h, 0.3 * h), joints.spine)
    for side in SIDES:
        for leg in (joints.fore[side], joints.hind[side]):
            a.limb(fur, leg.hip, leg.knee, 0.055 * h)
            a.limb(dark, leg.knee, leg.foot, 0.036 * h)
            a.ellipsoid(dark.tinted(0.6), leg.foot, (0.045 * h, 0.035 * h, 0.06 * h))
    face = joints.face
    a.limb(fur, shoulder, head, 0.085 * h)

    def on(x: float, y: float, z: float) -> Array:
        return head + rotate(face, np.asarray((x, y, z), np.float32) * h)

    a.ellipsoid(fur, on(0, 0.01, 0.03), (0.1 * h, 0.1 * h, 0.13 * h), face)
    a.ellipsoid(
        fur.tinted(1.25), on(0, -0.035, 0.15), (0.06 * h, 0.052 * h, (0.13 if tall else 0.1) * h), face
    )
    a.ellipsoid(
        material("#171213", gloss=0.6),
        on(0, -0.01, 0.26 if tall else 0.235),
        (0.03 * h, 0.024 * h, 0.02 * h),
        face,
    )
    for s in (1, -1):
        a.ellipsoid(
            material("#120e0d", gloss=0.9),
            on(s * 0.066, 0.045, 0.11),
            (0.018 * h, 0.021 * h, 0.018 * h),
            face,
        )
        a.ellipsoid(material("#ffffff", glow=0.6), on(s * 0.071, 0.053, 0.124), (0.006 * h,) * 3, face)
        a.cone(dark, on(s * 0.06, 0.08, 0.0), on(s * 0.085, 0.2, -0.01), 0.04 * h, 0.0)
    if tall:
        for i in range(5):
            p = head * (1 - i / 5) + shoulder * (i / 5) + points(0, 0.06, -0.06) * h
            a.ellipsoid(dark.tinted(0.6), p, (0.03 * h, 0.07 * h, 0.06 * h))
    wag = 0.1 * np.sin(2 * np.pi * (0.9 if tall else 2.2) * t)
    root = joints.middle + rotate(joints.spine, (0.0, 0.06 * h, -1.25 * length * h))
    a.limb(dark, root, root + points(wag, -0.18 if tall else 0.14, -0.16) * h, 0.03 * h)
    return a


def bird(look: Look, body: Motion) -> Assembly:
    """A bird: its wings beat in the air and lie folded on the ground."""
    h = look.height
    a = Assembly(len(body.time))
    plume = _fur(look, "#4b5a6e")
    joints = beasts.bird(body, h)
    body_at, axes, head, face = joints.middle, joints.axes, joints.head, joints.face

    def at(x: float, y: float, z: float) -> Array:
        return body_at + rotate(axes, np.asarray((x, y, z), np.float32) * h)

    a.ellipsoid(plume, body_at, (0.19 * h, 0.2 * h, 0.36 * h), axes)
    a.ellipsoid(plume.tinted(1.8), at(0, -0.05, 0.08), (0.165 * h, 0.165 * h, 0.27 * h), axes)
    a.ellipsoid(plume, head, (0.14 * h, 0.14 * h, 0.15 * h), face)
    beak = rotate(face, np.asarray((0, -0.01, 0.12), np.float32) * h)
    a.cone(material("#e0a030"), head + beak, head + beak * 2.2, 0.05 * h, 0.0)
    for side in SIDES:
        s = SIGN[side]
        a.ellipsoid(
            material("#0c0a0a", gloss=0.9),
            head + rotate(face, np.asarray((s * 0.085, 0.03, 0.09), np.float32) * h),
            (0.028 * h,) * 3,
        )
        root, tip, wing = joints.root[side], joints.tip[side], joints.wing[side]
        reach = np.linalg.norm(tip - root, axis=-1) / 2
        a.ellipsoid(plume.tinted(0.8), (root + tip) / 2, points(0.2 * h, reach * 1.1, 0.035 * h), wing)
        a.limb(material("#c98a2c"), joints.hip[side], joints.foot[side], 0.018 * h)
    a.cone(plume.tinted(0.7), at(0, 0.02, -0.25), at(0, 0.04, -0.62), 0.06 * h, 0.13 * h, 0.25)
    return a
