"""Writes a film as a GIF: each frame in the 256 colours that suit it best, without sound or captions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import numpy as np

from scenelang.runtime.av_writer import AvWriter
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.output import explained

FASTEST = (
    50  # frames a second: a GIF counts in hundredths, and browsers slow down those that stay for one
)


class GifWriter(AvWriter):
    """A .gif that plays for ever. A GIF counts in hundredths of a second: at 24 frames a second, some frames stay
    for four of them and some for five; of a film that is faster than FASTEST every second frame is left out, or two
    of three, and so on. Raises `OutputError` where the file can't be written."""

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction):
        self._every = ceil(rate / FASTEST)
        self._path, self._tick = path, self._every / rate
        self._seen = 0
        with explained(path):
            self._file = av.open(str(path.resolve()), "w", format="gif")
        self._video = self._file.add_stream("gif", rate=rate / self._every)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "pal8"
        self._painter = _painter(size, self._tick)

    def write(self, frames: FrameArray) -> None:
        kept = frames[-self._seen % self._every :: self._every]
        self._seen += len(frames)
        super().write(kept)

    def _frame(self, picture: FrameArray) -> av.VideoFrame:
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")

    def _encode(self, frame: av.VideoFrame | None) -> None:
        self._painter.push(frame)
        while True:
            try:
                painted = self._painter.pull()
            except (av.BlockingIOError, av.EOFError):
                break
            super()._encode(painted)
        if frame is None:
            super()._encode(None)


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
