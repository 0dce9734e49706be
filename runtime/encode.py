"""Writes the film's frames: H.264 in .mp4 or .mov with soft subtitles, a GIF, or numbered PNGs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import av
import numpy as np
import torch
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

from scenelang.compiler.plan import Plan
from scenelang.runtime.av_writer import AvWriter
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.captions import Caption, on_screen
from scenelang.runtime.gif import GifWriter
from scenelang.runtime.linear import Picture
from scenelang.runtime.output import explained


@dataclass(frozen=True)
class Quality:
    """x264's constant rate factor (0 lossless, 51 worst; 16 looks like the original) and preset."""

    crf: int = 16
    preset: str = "medium"


QUALITY = {"final": Quality(), "draft": Quality(crf=23, preset="veryfast")}


class FilmWriter(Protocol):
    """Takes the film's frames in order. Leaving it without an error completes the film."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, frames: FrameArray) -> None: ...


def open_film(path: Path, plan: Plan, captions: Sequence[Caption], profile: str) -> FilmWriter:
    """The writer of the plan's film: pictures where `path` is a folder, a GIF, or a movie.

    Raises `OutputError` where the file can't be opened.
    """
    if path.is_dir():
        return PictureWriter(path)
    if path.suffix.lower() == ".gif":
        return GifWriter(path, plan.size, plan.rate)
    quality = QUALITY.get(profile, QUALITY["final"])
    return MovieWriter(path, plan.size, plan.rate, plan.title, captions, quality)


class MovieWriter(AvWriter):
    """An .mp4 or .mov: H.264, 4:2:0, BT.709 in limited range, the index before the pictures.

    4:2:0 has one colour sample for two by two pixels, so an odd width or height is made even by
    repeating the last column or row; nothing is cropped or scaled. Raises `OutputError` where
    the file can't be written.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        rate: Fraction,
        title: str = "",
        captions: Sequence[Caption] = (),
        quality: Quality = QUALITY["final"],
    ):
        self._path, self._tick = path, 1 / rate
        # An absolute path is never taken for a protocol, whatever colons are in it.
        with explained(path):
            self._file = av.open(str(path.resolve()), "w", options={"movflags": "+faststart"})
        if title:
            self._file.metadata["title"] = title
        self._video = _video_stream(
            self._file, (size[0] + size[0] % 2, size[1] + size[1] % 2), rate, quality
        )
        subtitles = _subtitle_stream(self._file, size[1], rate) if captions else None
        with explained(path):
            self._file.start_encoding()
            if subtitles:
                # They are known from the start: the muxer lays them between the pictures.
                self._file.mux(_timed_text(subtitles, captions, self._tick))

    def _frame(self, picture: FrameArray) -> av.VideoFrame:
        return _bt709(_even(picture))


class PictureWriter:
    """000001.png, 000002.png … in a folder that exists. Raises `OutputError` if it can't write."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._next = 1

    def write(self, frames: FrameArray) -> None:
        for picture in frames:
            path = self._folder / f"{self._next:06}.png"
            with explained(path):
                path.write_bytes(png(picture))
            self._next += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def png(picture: Picture) -> bytes:
    """One picture [H, W, 3] in sRGB as a PNG file."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 24)
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "rgb24"
    encoder.time_base = Fraction(1, 24)
    # The usual level, 6, takes eight times as long to save a fifth.
    encoder.options = {"compression_level": "1"}
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def _video_stream(file: Any, size: tuple[int, int], rate: Fraction, quality: Quality) -> Any:
    options = {"crf": str(quality.crf), "preset": quality.preset} | _repeatable()
    stream = file.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.colorspace = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    return stream


def _repeatable() -> dict[str, str]:
    """Options of x264 by which the same frames give the same file.

    With AVX-512 they don't: of 3,063 encodings in one process, 64x32 and 48 frames each, 89 were others, of 143 of
    320x180 one, and none of 3,124 with what AVX2 offers, nor of 2,572 without macroblock trees.
    """
    widest = torch.backends.cpu.get_cpu_capability()
    return {"x264-params": "asm=avx2"} if widest == "AVX512" else {}


def _bt709(picture: Picture) -> av.VideoFrame:
    """An RGB picture as Y′CbCr by the matrix that the stream is tagged with, in limited range."""
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    return frame.reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
        dst_color_primaries=ColorPrimaries.BT709,
        dst_color_trc=ColorTrc.BT709,
        # Without the last two, swscale rounds coarsely and takes colour from every other pixel.
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
    )


def _even(picture: Picture) -> Picture:
    height, width, _ = picture.shape
    if height % 2 or width % 2:
        return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(picture)


# The encoder of timed text wants the style of its track as the head of a subtitle file.
_STYLE = """[Script Info]
ScriptType: v4.00+
PlayResY: {height}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment
Style: Default,Arial,{size},&H00FFFFFF,&H00000000,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def _subtitle_stream(file: Any, height: int, rate: Fraction) -> Any:
    stream = file.add_stream("mov_text")
    stream.codec_context.subtitle_header = _STYLE.format(
        height=height, size=max(8, height // 18)
    ).encode()
    stream.time_base = 1 / rate  # lines begin and end with frames, exactly
    return stream


def _timed_text(stream: Any, captions: Iterable[Caption], tick: Fraction) -> list[Any]:
    """A sample for each span of the track (3GPP TS 26.245): two bytes of length, then UTF-8.

    They are made here, since the encoder would read braces and backslashes as markup. The gaps
    between them are left to the muxer, which fills them.
    """
    packets = []
    for start, end, text in on_screen(captions):
        if not text:
            continue
        words = text.encode()
        packet = av.Packet(len(words).to_bytes(2, "big") + words)
        packet.stream, packet.time_base = stream, tick
        packet.pts = packet.dts = round(start / tick)
        packet.duration = round(end / tick) - packet.pts
        packets.append(packet)
    return packets
