"""Writes a film as a GIF: each frame in the 256 colours that suit it best, without sound or captions."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.output import explained


class GifWriter:
    """A .gif that plays for ever. A GIF counts in hundredths of a second: at 24 frames a second, some frames stay
    for four of them and some for five. Raises `OutputError` where the file can't be written."""

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction):
        self._path, self._tick, self._next = path, 1 / rate, 0
        with explained(path):
            self._file = av.open(str(path.resolve()), "w", format="gif")
        self._video = self._file.add_stream("gif", rate=rate)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "pal8"
        self._painter = _painter(size, self._tick)

    def write(self, frames: FrameArray) -> None:
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = self._next, self._tick
            self._next += 1
            self._painter.push(frame)
            self._mux()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(Exception):  # the error under way tells more
                self._file.close()
            return
        self._painter.push(None)
        self._mux()
        with explained(self._path):
            self._file.mux(self._video.encode(None))
            self._file.close()

    def _mux(self) -> None:
        while True:
            try:
                frame = self._painter.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            with explained(self._path):
                self._file.mux(self._video.encode(frame))


def _painter(size: tuple[int, int], tick: Fraction) -> av.filter.Graph:
    """Takes frames and gives each in a palette of its own, dithered."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format="rgb24", time_base=tick)
    both, palette = (
        graph.add("split"),
        graph.add("palettegen", "stats_mode=single:reserve_transparent=0"),
    )
    painted, end = graph.add("paletteuse", "new=1"), graph.add("buffersink")
    source.link_to(both)
    both.link_to(painted, 0, 0)
    both.link_to(palette, 1, 0)
    palette.link_to(painted, 0, 1)
    painted.link_to(end)
    graph.configure()
    return graph
