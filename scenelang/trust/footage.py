"""Opens films and pictures from anywhere, warily: few formats, one thread, limits on size and time.

A file is opened as what its first bytes say and never as a playlist, so nothing in it makes the
decoder look at other files or the network.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.errors import RenderError

MOST_PIXELS = 8192 * 8192
MOST_SECONDS = 120.0  # for the decoding of one file
STRETCH = 16  # frames that are looked at in one go
SAMPLED = 48  # frames that tell of a film

_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "png_pipe"),
    (0, b"\xff\xd8\xff", "jpeg_pipe"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp_pipe"),
    (8, b"AVI ", "avi"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    *((4, box, "mov") for box in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid")),
)
Luma = NDArray[np.uint8]  # [H, W]


class FootageError(RenderError):
    """A file can't be looked at as a film or picture."""


@dataclass(frozen=True)
class Frame:
    """A frame's luma [H, W] and its time in seconds."""

    luma: Luma
    time: float


def kind_of(path: Path) -> str:
    """The demuxer for what the file's first bytes say. Raises `FootageError`."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise FootageError(f"{path} is no file", "name a film or a picture")
    try:
        with path.open("rb") as file:
            head = file.read(400)
    except OSError as error:
        raise FootageError(
            f"can't read {path}: {error.strerror}", "name a file that is there"
        ) from error
    for at, magic, kind in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return kind
    if head[:1] == b"G" and head[188:189] == b"G":
        return "mpegts"
    raise FootageError(
        f"{path} is no film or picture that can be looked at",
        "there are: mp4, mov, mkv, webm, avi, ts, gif, png, jpeg, webp",
    )


def all_frames(path: Path, seconds: float = MOST_SECONDS) -> Iterator[Frame]:
    """Every frame, in order, until the time is up. What breaks the decoder ends the film there."""
    with _opened(path) as file:
        yield from _decoded(file, [seconds])


def sampled_frames(path: Path, most: int = SAMPLED, seconds: float = MOST_SECONDS) -> Iterator[Frame]:
    """At most so many frames: all of a short film, or stretches spread over a long one."""
    left = [seconds]
    with _opened(path) as file:
        stream = file.streams.video[0]
        length = float(file.duration or 0) / av.time_base
        rate = float(stream.average_rate or 0)
        count = stream.frames or round(length * rate)
        if not 2 * most < count < 10**9 or length <= 0:
            yield from islice(_decoded(file, left), most)
            return
        stretches = max(1, most // STRETCH)
        for part in range(stretches):
            if left[0] < 0:
                return
            target = length * (part + 0.5) / stretches
            begun = time.monotonic()
            try:
                file.seek(int(target * av.time_base))
            except (av.FFmpegError, ValueError, OverflowError):
                continue
            finally:
                left[0] -= time.monotonic() - begun
            yield from islice(_decoded(file, left), STRETCH)


def _opened(path: Path) -> Any:
    kind = kind_of(path)
    options = {"protocol_whitelist": "file", "max_streams": "16"}
    try:
        # as a Python file: the library gets bytes and no path, and opens nothing by itself
        file = av.open(path.open("rb"), "r", format=kind, container_options=options)
        stream = file.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
    except (av.FFmpegError, IndexError, AttributeError, ValueError, OSError, MemoryError) as error:
        # without a codec that is known, a stream has no context: hence the attribute
        raise FootageError(f"{path} can't be opened: it is damaged, or has no pictures") from error
    if width * height > MOST_PIXELS:
        file.close()
        raise FootageError(f"{path} has {width}x{height} pixels", f"at most {MOST_PIXELS} are looked at")
    stream.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return file


def _decoded(file: Any, left: list[float]) -> Iterator[Frame]:
    """The frames from here on; `left[0]` are the seconds that decoding may still take, whoever waits meanwhile."""
    frames = enumerate(file.decode(video=0))
    while True:
        begun = time.monotonic()
        try:
            number, frame = next(frames)
            made = Frame(_luma(frame), float(frame.time if frame.time is not None else number / 24))
        except (StopIteration, av.FFmpegError, ValueError, OverflowError, MemoryError):
            return
        left[0] -= time.monotonic() - begun
        yield made
        if left[0] < 0:
            return


def _luma(frame: av.VideoFrame) -> Luma:
    if frame.format.name in ("yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray"):
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width].copy()
    return frame.reformat(format="gray").to_ndarray()
