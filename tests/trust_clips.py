"""Footage for the tests of the mark: drawn quickly, with texture, movement, flat and dark parts."""

from __future__ import annotations

import io
import os
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.encode import _bt709

os.environ.setdefault("SVT_LOG", "1")  # errors alone
Luma = NDArray[np.uint8]


def clip(frames: int = 12, width: int = 640, height: int = 360, seed: int = 1) -> FrameArray:
    """[F, H, W, 3]: a textured wall that pans, a flat sky, a dark floor, two figures that move."""
    chance = np.random.default_rng(seed)
    wall = _texture(chance, height, width + 4 * frames)
    out = np.empty((frames, height, width, 3), np.uint8)
    y, x = np.mgrid[:height, :width]
    for n in range(frames):
        picture = 90 + 40 * wall[:, 3 * n : 3 * n + width]
        picture = np.where(y < height * 0.3, 190 - 40 * y / height, picture)
        picture = np.where(y > height * 0.85, 22 + 6 * wall[:, :width], picture)
        for who, tone in ((0.3, 60), (0.65, 150)):
            inside = ((x - (who * width + 2 * n)) / (0.06 * width)) ** 2 + (
                (y - 0.6 * height) / (0.3 * height)
            ) ** 2 < 1
            picture = np.where(inside, tone + 15 * wall[:, :width], picture)
        out[n] = np.clip(picture[..., None] + [8, 0, -10], 0, 255)
    return out


def _texture(chance: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Noise whose amplitude falls with its frequency, as in photographs; standard deviation 1."""
    spectrum = np.fft.rfft2(chance.standard_normal((height, width)))
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    picture = np.fft.irfft2(spectrum / (0.01 + np.hypot(fy, fx)) ** 1.2, (height, width))
    return picture / picture.std()


def recoded(
    frames: FrameArray | list[Luma], crf: int, codec: str = "libx264", preset: str = "veryfast"
) -> list[Luma]:
    """The lumas of the frames after a codec of that quality."""
    if isinstance(frames, list):
        frames = np.repeat(
            np.stack([f[: len(f) // 2 * 2, : f.shape[1] // 2 * 2] for f in frames])[..., None], 3, -1
        )
    options = {"crf": str(crf), "preset": preset}
    if codec == "libx265":
        options["x265-params"] = "log-level=none:pools=none"
    elif codec == "libvpx-vp9":
        options = {"crf": str(crf), "b:v": "0", "cpu-used": "5", "deadline": "realtime"}
    elif codec == "libsvtav1":
        options = {"crf": str(crf), "preset": "10"}
    held = io.BytesIO()
    with av.open(held, "w", format="matroska") as file:
        stream = file.add_stream(codec, rate=24, options=options)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for n, picture in enumerate(frames):
            frame = _bt709(np.ascontiguousarray(picture))
            frame.pts, frame.time_base = n, Fraction(1, 24)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    held.seek(0)
    with av.open(held) as file:
        return [f.reformat(format="gray").to_ndarray() for f in file.decode(video=0)]


def resized(lumas: list[Luma], width: int, height: int) -> list[Luma]:
    return [
        av.VideoFrame.from_ndarray(np.ascontiguousarray(f), format="gray")
        .reformat(width, height, interpolation="BICUBIC")
        .to_ndarray()
        for f in lumas
    ]


def jpeg(luma: Luma, quality: int) -> Luma:
    """A picture after JPEG of this quality."""
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(luma).save(held, "JPEG", quality=quality)
    return np.asarray(Image.open(held))


def gif(lumas: list[Luma]) -> list[Luma]:
    """Twelve of 24 frames, in a palette of 256 colours with dither."""
    from PIL import Image

    out = []
    for luma in lumas[::2]:
        picture = Image.fromarray(np.repeat(luma[..., None], 3, axis=-1)).convert(
            "P", palette=Image.Palette.WEB
        )
        out.append(np.asarray(picture.convert("L")))
    return out
