"""Depth, mask and normals as pictures, the way models that take a control video expect them."""

from __future__ import annotations

import colorsys
import math

import numpy as np

from scenelang.compiler.plan import ShotPlan, at
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.previz.render import Passes

NEAREST = 0.3  # metres: white is never nearer
EMPTY = 5.0  # how near a shot without subjects is taken to begin


def nearest(shot: ShotPlan) -> float:
    """The distance that is white in a shot's depth pass: a little before the nearest subject in
    any frame, and the same in all of them, so that nothing pulses."""
    away = []
    for f in range(0, shot.frames, 4):
        m = at(shot.camera.c2w, f)
        away += [math.dist((m[3], m[7], m[11]), at(t.position, f)) for t in shot.subjects]
    return max(NEAREST, 0.6 * min(away, default=EMPTY))


def picture(passes: Passes, which: str, near: float = NEAREST) -> FrameArray:
    """One pass as uint8 [F, H, W, 3]. Raises ValueError where it was not rendered.

    depth: brightness is `near` / distance (metres), so the sky is black. mask: a colour of its own for
    each subject, black for nobody. normal: x, y, z of the surface in the world's axes, from -1 to
    1, as red, green and blue from 0 to 255; the sky is black.
    """
    if which == "clay" and passes.clay is not None:
        return passes.clay
    if which == "depth" and passes.depth is not None:
        grey = (255 * np.clip(near / np.maximum(passes.depth, 1e-3), 0, 1)).round().astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=-1)
    if which == "mask" and passes.mask is not None:
        return _palette()[passes.mask]
    if which == "normal" and passes.normal is not None:
        surface = np.abs(passes.normal).sum(-1, keepdims=True) > 0
        return np.where(surface, (passes.normal * 0.5 + 0.5) * 255, 0).round().astype(np.uint8)
    raise ValueError(f"the pass {which} was not rendered")


def _palette() -> FrameArray:
    """256 colours, neighbours far apart (hues by the golden ratio); 0 is black."""
    rows = [(0.0, 0.0, 0.0)]
    for i in range(1, 256):
        rows.append(
            colorsys.hsv_to_rgb(i * 0.618034 % 1, 0.55 + 0.4 * (i % 3) / 2, 1 - 0.3 * (i % 4) / 3)
        )
    return (np.array(rows) * 255).round().astype(np.uint8)
