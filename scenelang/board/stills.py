"""Stills of a film's segments: of the takes that are cached, else of the animatic; kept while a film is watched."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np

from scenelang.compiler.footage import Footage
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Native
from scenelang.runtime.conform import fit
from scenelang.runtime.encode import MovieWriter, Quality
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.store import DamagedEntry, Store
from scenelang.runtime.takes import Take, open_take

ACROSS = 480  # pixels


@dataclass(frozen=True)
class Still:
    """A picture of a segment's middle as a data URI, and where it comes from."""

    uri: str
    source: Literal["take", "animatic", "none"]


MISSING = Still("", "none")


@dataclass
class Stills:
    """Makes stills and keeps them, by what they show. `takes` are keys of takes in the store."""

    store: Store | None = None
    known: dict[str, Still] = field(default_factory=dict)

    def of(
        self, plan: Plan, shot: ShotPlan, footage: Footage, take: str | None, native: Native, make: bool
    ) -> list[Still]:
        """One of each segment. What isn't known yet is missing, unless it is to be made."""
        from_take = self.store is not None and take is not None and self.store.has("takes", take)
        name = f"take {take}" if from_take else footage.hash
        found = []
        for segment in shot.segments:
            frame = sum(segment.frames) // 2
            key = f"{name} {frame}"
            if key not in self.known and make:
                picture = self._of_take(take or "", frame, plan, native) if from_take else None
                self.known[key] = (
                    Still(jpeg(_fitted(picture, plan)), "take")
                    if picture is not None
                    else Still(jpeg(_animatic(plan, shot, frame)), "animatic")
                )
            found.append(self.known.get(key, MISSING))
        return found

    def _of_take(self, key: str, frame: int, plan: Plan, native: Native) -> FrameArray | None:
        """The take's picture nearest to a frame of the film; None where it is damaged."""
        assert self.store is not None
        try:
            take = open_take(self.store, key, whole=False)
            return None if take is None else take.frame(math.floor(frame * native.fps / plan.rate))
        except DamagedEntry:
            return None


def movie(take: Take, native: Native) -> str:
    """A take as a small movie, a data URI."""
    import tempfile

    even = (native.width // 2 * 2, native.height // 2 * 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mp4"
        with MovieWriter(path, even, native.fps, quality=Quality(crf=23, preset="veryfast")) as film:
            for frames in fit(take.frames(), even):
                film.write(frames)
        return f"data:video/mp4;base64,{base64.b64encode(path.read_bytes()).decode()}"


def jpeg(picture: FrameArray) -> str:
    """One picture [H, W, 3] as a data URI."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 24)
    encoder.options = {"q": "4", "qmin": "3", "qmax": "5"}
    out = io.BytesIO()
    for packet in [*encoder.encode(frame), *encoder.encode(None)]:
        out.write(bytes(packet))
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


def _size(plan: Plan) -> tuple[int, int]:
    width = min(ACROSS, plan.size[0])
    return max(2, width // 2 * 2), max(2, 2 * round(width * plan.size[1] / plan.size[0] / 2))


def _fitted(picture: FrameArray, plan: Plan) -> FrameArray:
    return next(iter(fit([picture[None]], _size(plan))))[0]


def _animatic(plan: Plan, shot: ShotPlan, frame: int) -> FrameArray:
    width, height = _size(plan)
    chunk = next(iter(render_shot(plan, shot, width, height, frames=range(frame, frame + 1))))
    assert chunk.clay is not None
    return chunk.clay[0]
