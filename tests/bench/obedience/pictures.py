"""Finished frames as the benchmark looks at them: small, in CIELAB.

Legend: F frames, H and W the picture, Lab with lightness 0 to 100, a* toward red, b* toward yellow.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Lab = NDArray[np.float32]  # [F, H, W, 3]
Mask = NDArray[np.bool_]
Pictures = NDArray[np.uint8]  # [F, H, W, 3] RGB

# width, height: what the bundled model draws, so that no film is asked for finer detail
SIZE = (256, 144)


def small(frames: Pictures, size: tuple[int, int] = SIZE) -> Pictures:
    """Frames of any size, brought to `size` (width, height) by means over areas."""
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def lab(frames: Pictures) -> Lab:
    """Frames of any size in sRGB as CIELAB at SIZE."""
    return np.stack([cv2.cvtColor(f.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for f in small(frames)])


def blurred(film: NDArray[np.float32], width: int, height: int | None = None) -> NDArray[np.float32]:
    """The mean over boxes of `width` (and `height`) pixels, of [F, H, W] or [F, H, W, C]."""
    return np.stack([cv2.blur(frame, (width, height or width)) for frame in film])


def resized(film: NDArray[np.float32], size: tuple[int, int], times: int) -> NDArray[np.float32]:
    """A film [F, H, W, C] at `size` (width, height) and in `times` steps of time, by means."""
    bounds = np.linspace(0, len(film), times + 1).astype(int)
    steps = [film[a : max(b, a + 1)].mean(0) for a, b in pairwise(bounds)]
    return np.stack([cv2.resize(step, size, interpolation=cv2.INTER_AREA) for step in steps])


def grown(mask: Mask, by: int) -> Mask:
    """A mask [F, H, W] and what lies within `by` pixels of it."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return np.stack([cv2.dilate(m.astype(np.uint8), kernel) > 0 for m in mask])


def shrunk(mask: Mask, by: int) -> Mask:
    """A mask [F, H, W] without what lies within `by` pixels of its edge."""
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.stack([cv2.erode(m.astype(np.uint8), kernel) > 0 for m in mask])
