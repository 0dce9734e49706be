"""Sizes and lengths that a video model can make, and how a longer shot is made of clips."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Clip:
    """One call of a model: `frames` of them from the shot's frame `start` on, the first `known` there already.

    `start` is negative where a clip begins with the last frames of the shot before; `start + frames` may
    lie behind the shot's end, and what is there is left out.
    """

    start: int
    frames: int
    known: int


def clips(frames: int, longest: int, step: int, overlap: int, goes_on: bool = False) -> list[Clip]:
    """The clips of a shot of `frames` frames, each `step`·k + 1 long and at most `longest`.

    Every clip but the first begins with the last `overlap` frames of the one before; with `goes_on` the
    first begins with those of the shot before. They are about equally long.
    """
    return list(_clips(frames, longest, step, overlap, goes_on))


def _clips(frames: int, longest: int, step: int, overlap: int, goes_on: bool) -> Iterator[Clip]:
    known = overlap if goes_on else 0
    count = max(1, math.ceil((frames + known - overlap) / (longest - overlap)))
    total = frames + known + (count - 1) * overlap
    even = snap(math.ceil(total / count), step)
    at = 0
    while at < frames:
        length = min(even, longest, snap(frames - at + known, step))
        yield Clip(at - known, length, known)
        at += length - known
        known = overlap


def snap(frames: int, step: int) -> int:
    """The least `step`·k + 1 that is not smaller."""
    return step * math.ceil((frames - 1) / step) + 1


def fitted(size: tuple[int, int], area: int, grid: int) -> tuple[int, int]:
    """Width and height in multiples of `grid`, near the shape of `size`, near `area` pixels or the film's
    own where that is smaller."""
    width, height = size
    high = math.sqrt(min(area, width * height) * height / width)
    across, down = (max(grid, grid * round(side / grid)) for side in (high * width / height, high))
    return across, down
