"""Rotations and unit vectors as numpy arrays: turned, aligned, applied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def unit(v: ArrayLike) -> Array:
    """Vectors [..., 3] at length 1; a zero vector stays (almost) zero."""
    a = np.asarray(v, np.float32)
    return np.asarray(a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-6), np.float32)


def turn(yaw: ArrayLike = 0.0, pitch: ArrayLike = 0.0, roll: ArrayLike = 0.0) -> Array:
    """Rotations [..., 3, 3] in degrees: yaw takes +z toward +x, pitch tips the front down,
    roll lowers +x; yaw is applied last."""
    y, p, r = np.broadcast_arrays(*(np.radians(np.asarray(a, np.float32)) for a in (yaw, pitch, roll)))
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (y, p, r))
    zero, one = np.zeros_like(y), np.ones_like(y)
    about_y = np.stack([cy, zero, sy, zero, one, zero, -sy, zero, cy], -1).reshape(*y.shape, 3, 3)
    about_x = np.stack([one, zero, zero, zero, cp, -sp, zero, sp, cp], -1).reshape(*y.shape, 3, 3)
    about_z = np.stack([cr, sr, zero, -sr, cr, zero, zero, zero, one], -1).reshape(*y.shape, 3, 3)
    return np.asarray(about_y @ about_x @ about_z, np.float32)


def aligned(y: ArrayLike, hint: ArrayLike = (1.0, 0.0, 0.0)) -> Array:
    """Rotations [..., 3, 3] whose second column is along `y` and whose first is near `hint`."""
    up = unit(y)
    near = np.broadcast_to(np.asarray(hint, np.float32), up.shape)
    x = near - up * (near * up).sum(-1, keepdims=True)
    other = np.cross(up, np.asarray((0.03, 0.02, 1.0), np.float32))
    x = unit(np.where(np.linalg.norm(x, axis=-1, keepdims=True) < 1e-3, other, x))
    return np.stack([x, up, np.cross(x, up)], -1)


def rotate(matrix: Array, v: ArrayLike) -> Array:
    """Matrices [..., 3, 3] applied to vectors [..., 3]."""
    return np.einsum("...ij,...j->...i", matrix, np.asarray(v, np.float32), dtype=np.float32)
