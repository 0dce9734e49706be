"""Geometry of limbs in every frame: points, blends, bearings and two-bone joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scenelang.compiler.turning import Array, unit

SIDES = ("left", "right")
SIGN = {"left": 1.0, "right": -1.0}  # of x in the body's own frame


def blend(a: ArrayLike, b: ArrayLike, w: Array) -> Array:
    """From a to b [F, 3] by w [F]."""
    return np.asarray(a, np.float32) * (1 - w[:, None]) + np.asarray(b, np.float32) * w[:, None]


def points(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Array:
    return np.stack(np.broadcast_arrays(*(np.asarray(a, np.float32) for a in (x, y, z))), -1)


def bend(root: Array, end: Array, first: float, second: float, hint: ArrayLike) -> tuple[Array, Array]:
    """The middle joint of a limb of two bones, on the side of `hint`, and its end: moved in
    where the bones don't reach. Points [F, 3], lengths in metres."""
    way = end - root
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    reach = np.clip(distance, abs(first - second) + 1e-3, (first + second) * 0.999)
    axis = unit(way)
    out = np.asarray(hint, np.float32)
    out = unit(out - axis * (out * axis).sum(-1, keepdims=True))
    x = (reach**2 + first**2 - second**2) / (2 * reach)
    h = np.sqrt(np.maximum(first**2 - x**2, 0))
    return root + axis * x + out * h, root + axis * reach


def bearings(point: Array, origin: Array) -> tuple[Array, Array]:
    """Azimuth (+z toward +x) and elevation in degrees of points seen from an origin [F, 3]."""
    d = point - origin
    return (
        np.degrees(np.arctan2(d[:, 0], d[:, 2])),
        np.degrees(np.arctan2(d[:, 1], np.hypot(d[:, 0], d[:, 2]))),
    )
