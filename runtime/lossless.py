"""Pictures to bytes and back, bit for bit: FFV1, the codec of film archives, in a NUT file."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

from scenelang.runtime.backend import FrameArray

_CODEC = "ffv1"
_EVEN = {"level": "3", "slices": "4", "slicecrc": "1"}


def packed(frames: FrameArray) -> bytes:
    """Frames uint8 [F, H, W, 3], at least one, as bytes."""
    out = io.BytesIO()
    height, width = frames.shape[1:3]
    with av.open(out, "w", format="nut") as file:
        stream = file.add_stream(_CODEC, rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "bgr0"
        if min(width, height) >= 64:  # smaller pictures can't be cut in slices
            stream.codec_context.options = _EVEN
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def unpacked(data: bytes) -> FrameArray:
    """What `packed` was given. Raises ValueError for anything else."""
    try:
        with av.open(io.BytesIO(data), format="nut") as file:
            pictures = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
        return np.stack(pictures)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise ValueError(f"no frames: {error}") from error
