"""How a shot longer than a clip is made of clips: each goes on from the last frames of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scenelang.runtime.maquette.transformer import STEP

CLIP = 16  # frames that the network sees at once
KNOWN = STEP  # frames of a clip that are those of the clip before


@dataclass(frozen=True)
class Chunk:
    """Frames [start, stop) of the shot in one clip; the first `known` of them are there already. The last
    clip may reach beyond the shot's end; the first of a shot that continues another begins before it."""

    start: int
    stop: int
    known: int


def chunks(frames: int, goes_on: bool = False) -> Iterator[Chunk]:
    """The clips that make `frames` frames; with `goes_on` the first goes on from the shot before."""
    start, known = (-KNOWN, KNOWN) if goes_on else (0, 0)
    while start + known < frames:
        yield Chunk(start, start + CLIP, known)
        start, known = start + CLIP - KNOWN, KNOWN


def count(frames: int, goes_on: bool = False) -> int:
    return sum(1 for _ in chunks(frames, goes_on))
