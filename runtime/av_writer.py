"""What all films that PyAV writes have in common: frames counted, encoded, muxed, and the file closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.output import explained


class AvWriter(ABC):
    """One stream of pictures in a file, as a context: left by an error, the file is closed as it is. Raises
    `OutputError` where it can't be written."""

    _path: Path
    _tick: Fraction  # seconds of a frame
    _file: Any
    _video: Any
    _next = 0

    def write(self, frames: FrameArray) -> None:
        with explained(self._path):
            for picture in frames:
                frame = self._frame(picture)
                frame.pts, frame.time_base = self._next, self._tick
                self._next += 1
                self._encode(frame)

    @abstractmethod
    def _frame(self, picture: FrameArray) -> av.VideoFrame:
        """A picture [H, W, 3] as the encoder takes it."""

    def _encode(self, frame: av.VideoFrame | None) -> None:
        """Takes a frame, None after the last."""
        self._file.mux(self._video.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(Exception):  # the error under way tells more
                self._file.close()
            return
        with explained(self._path):
            self._encode(None)
            self._file.close()
