"""Puts the invisible mark into frames: the tile added to the luma, stronger where texture hides it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.backend import FrameArray
from scenelang.trust.mark_tile import TILE, tile

FLOOR = 1.3  # levels of luma, root mean square, on a flat surface
SLOPE = 0.2  # of the surroundings' standard deviation
CEILING = 4.0
LOUDEST = 2.45  # of a whole frame: 40.3 dB
BLOCK = 8


class Marker:
    """Marks the frames of one film; `payload` are the eight bytes that a reader gets back."""

    def __init__(self, payload: bytes):
        self._tile = tile(payload)
        self._wide: NDArray[np.float32] = np.zeros((0, 0, 0, 0), np.float32)

    def mark(self, frames: FrameArray) -> FrameArray:
        """Marked copies of frames [F, H, W, 3] in sRGB."""
        return np.stack([self._marked(f) for f in frames]) if len(frames) else frames

    def _marked(self, frame: FrameArray) -> FrameArray:
        height, width, _ = frame.shape
        gain = _gain(frame)
        tall, broad = gain.shape
        if self._wide.shape != (tall, BLOCK, broad, BLOCK):
            times = (-(-height // TILE), -(-width // TILE))
            wide = np.tile(self._tile, times)[: tall * BLOCK, : broad * BLOCK]
            self._wide = np.ascontiguousarray(wide).reshape(tall, BLOCK, broad, BLOCK)
        added = np.rint(self._wide * gain[:, None, :, None]).astype(np.int16)
        # the same to red, green and blue: the luma changes by it, the colour doesn't
        added = added.reshape(tall * BLOCK, -1)[:height, :width].repeat(3, axis=1)
        sums = frame.reshape(height, -1) + added
        return np.clip(sums, 0, 255, out=sums).astype(np.uint8).reshape(frame.shape)


def _gain(frame: FrameArray) -> NDArray[np.float32]:
    """How strong the mark is in each block of 8 pixels [ceil(H/8), ceil(W/8)]."""
    height, width, _ = frame.shape
    # green is most of luma; where only red or blue has texture, the mark stays faint
    green = frame[::2, ::2, 1].astype(np.float32)
    half = BLOCK // 2
    tall, broad = -(-height // BLOCK), -(-width // BLOCK)
    padded = np.pad(
        green, ((0, tall * half - green.shape[0]), (0, broad * half - green.shape[1])), mode="edge"
    )
    blocks = padded.reshape(tall, half, broad, half)
    mean = blocks.mean(axis=(1, 3))
    spread = np.sqrt(np.maximum((blocks * blocks).mean(axis=(1, 3)) - mean * mean, 0))
    gain = np.minimum(FLOOR + SLOPE * _least_around(spread), CEILING)
    whole = float(np.sqrt((gain * gain).mean()))
    return gain * min(1.0, LOUDEST / whole)


def _least_around(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The least of the 3 by 3 values around each: beside an edge, the flat side decides."""
    for axis in (0, 1):
        line = np.moveaxis(values, axis, 0)
        least = line.copy()
        np.minimum(least[1:], line[:-1], out=least[1:])
        np.minimum(least[:-1], line[1:], out=least[:-1])
        values = np.moveaxis(least, 0, axis)
    return values
