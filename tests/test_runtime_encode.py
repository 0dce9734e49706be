"""A written film, opened again: codec, colours, rate, order of boxes, subtitles, pictures."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from pattern_backend import number_of, numbered

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.captions import Caption
from scenelang.runtime.encode import MovieWriter, PictureWriter, Quality
from scenelang.runtime.gif import GifWriter

PATCHES = [
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255),
    (255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 120, 80), (40, 90, 160), (16, 16, 16),
]  # fmt: skip


def patches() -> FrameArray:
    """[H, W, 3]: patches of 32 by 32, side by side."""
    return np.concatenate([np.full((32, 32, 3), c, np.uint8) for c in PATCHES], axis=1)


def centres(picture: FrameArray) -> FrameArray:
    return picture[16, 16::32]


def boxes(data: bytes) -> list[str]:
    names, at = [], 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += struct.unpack(">Q", data[at + 8 : at + 16])[0] if size == 1 else size
    return names


def write(path: Path, frames: FrameArray, rate: str = "24", **more: object) -> Path:
    size = frames.shape[2], frames.shape[1]
    with MovieWriter(path, size, Fraction(rate), **more) as film:  # type: ignore[arg-type]
        for frame in frames:
            film.write(frame[None])
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize("rate", ["24", "24000/1001", "25", "30000/1001", "12.5"])
def test_rate_length_and_kind_are_exact(tmp_path: Path, rate: str, suffix: str) -> None:
    frames = np.stack([numbered(n) for n in range(40)])
    with av.open(
        str(write(tmp_path / f"film{suffix}", frames, rate, title="Mara’s Brief — 手紙"))
    ) as film:
        video = film.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height) == (64, 32)
        assert video.average_rate == Fraction(rate)
        assert video.duration * video.time_base == 40 / Fraction(rate)
        assert film.metadata["title"] == "Mara’s Brief — 手紙"
        shown = [
            (frame.pts * frame.time_base, number_of(frame.to_ndarray(format="rgb24")))
            for frame in film.decode(video)
        ]
    assert shown == [(n / Fraction(rate), n) for n in range(40)]


def test_a_gif_has_its_frames_in_its_own_colours(tmp_path: Path) -> None:
    frames = np.stack([np.roll(patches(), 32 * n, axis=1) for n in range(12)])
    with GifWriter(tmp_path / "film.gif", (frames.shape[2], 32), Fraction(24)) as film:
        film.write(frames[:5])
        film.write(frames[5:])
    with av.open(str(tmp_path / "film.gif")) as file:
        shown = [(f.time, f.to_ndarray(format="rgb24")) for f in file.decode(video=0)]
    assert [round(time * 100) for time, _ in shown] == [int(n * 100 / 24 + 0.5) for n in range(12)]
    for (_, picture), frame in zip(shown, frames, strict=True):
        assert np.abs(picture.astype(int) - frame).max() <= 4


@pytest.mark.parametrize(("rate", "every"), [(50, 1), (60, 2), (120, 3), (240, 5)])
def test_a_gif_of_a_fast_film_leaves_frames_out(tmp_path: Path, rate: int, every: int) -> None:
    frames = np.stack([np.roll(patches(), 32 * n, axis=1) for n in range(24)])
    with GifWriter(tmp_path / "film.gif", (frames.shape[2], 32), Fraction(rate)) as film:
        for begin in (0, 1, 8):
            film.write(frames[begin : {0: 1, 1: 8, 8: 24}[begin]])
    with av.open(str(tmp_path / "film.gif")) as file:
        shown = [(f.time, f.to_ndarray(format="rgb24")) for f in file.decode(video=0)]
    assert len(shown) == len(frames[::every])
    for (time, picture), number in zip(shown, range(0, 24, every), strict=True):
        assert abs(time - number / rate) <= 0.0051
        assert np.abs(picture.astype(int) - frames[number]).max() <= 4


def test_the_index_comes_before_the_pictures(tmp_path: Path) -> None:
    names = boxes(write(tmp_path / "film.mp4", patches()[None]).read_bytes())
    assert names.index("moov") < names.index("mdat")


def test_colours_are_tagged_and_really_are_bt709(tmp_path: Path) -> None:
    frames = np.repeat(patches()[None], 4, axis=0)
    path = write(tmp_path / "film.mp4", frames, quality=Quality(crf=1))
    assert b"colrnclx" + struct.pack(">HHHB", 1, 1, 1, 0) in path.read_bytes()
    with av.open(str(path)) as film:
        context = film.streams.video[0].codec_context
        assert context.color_primaries == ColorPrimaries.BT709
        assert context.color_trc == ColorTrc.BT709
        assert context.colorspace == Colorspace.ITU709
        assert context.color_range == ColorRange.MPEG
        planes = next(film.decode(video=0)).to_ndarray(format="yuv420p")
    height, width = frames.shape[1:3]
    luma = planes[:height]
    blue, red = planes[height:].reshape(2, height // 2, width // 2)
    rgb = np.array(PATCHES) / 255
    y = rgb @ [0.2126, 0.7152, 0.0722]  # ITU-R BT.709
    assert np.abs(luma[16, 16::32] - (16 + 219 * y)).max() <= 1.5
    assert np.abs(blue[8, 8::16] - (128 + 224 * (rgb[:, 2] - y) / 1.8556)).max() <= 1.5
    assert np.abs(red[8, 8::16] - (128 + 224 * (rgb[:, 0] - y) / 1.5748)).max() <= 1.5


def test_flat_colours_come_back(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", np.repeat(patches()[None], 4, axis=0))
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            shown = centres(frame.to_ndarray(format="rgb24")).astype(int)
            assert np.abs(shown - PATCHES).max() <= 3


def test_an_odd_size_is_made_even_by_repeating_the_edge(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", patches()[None, :31, : 32 * 12 - 1], quality=Quality(crf=1))
    with av.open(str(path)) as film:
        shown = next(film.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert shown.shape == (32, 384, 3)
    assert np.abs(shown[16, -1] - PATCHES[-1]).max() <= 3
    assert np.abs(shown[-1, 16] - PATCHES[0]).max() <= 4


def test_subtitles_are_a_track_of_the_lines(tmp_path: Path) -> None:
    lines = ["Don't {open} it\\Nhere.", "手紙", "Now."]
    times = [(12, 30), (30, 48), (60, 72)]
    captions = [
        Caption(Fraction(a, 24), Fraction(b, 24), "mara", text) for (a, b), text in zip(times, lines)
    ]
    path = write(tmp_path / "film.mp4", np.zeros((96, 32, 64, 3), np.uint8), captions=captions)
    with av.open(str(path)) as film:
        track = film.streams.subtitles[0]
        assert track.codec_context.name == "mov_text"
        samples = [p for p in film.demux(track) if p.size > 2]
        assert [bytes(p)[2:].decode() for p in samples] == lines
        assert [(p.pts * track.time_base * 24, p.duration * track.time_base * 24) for p in samples] == [
            (a, b - a) for a, b in times
        ]
        assert "手紙" in track.decode(samples[1])[0].ass.decode()  # a player's decoder takes it
        assert film.duration / av.time_base == 4


def test_without_dialogue_there_is_no_subtitle_track(tmp_path: Path) -> None:
    with av.open(str(write(tmp_path / "film.mp4", patches()[None]))) as film:
        assert [stream.type for stream in film.streams] == ["video"]


def test_pictures_are_numbered_and_exact(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (3, 31, 33, 3), dtype=np.uint8)
    with PictureWriter(tmp_path) as film:
        film.write(frames[:2])
        film.write(frames[2:])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["000001.png", "000002.png", "000003.png"]
    for n, frame in enumerate(frames, start=1):
        assert (cv2.imread(str(tmp_path / f"{n:06}.png"))[:, :, ::-1] == frame).all()


def test_x264_works_with_nothing_by_which_it_differs_from_run_to_run(tmp_path: Path) -> None:
    """With AVX-512 the same frames now and then became another film."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture() as said:
            write(tmp_path / "film.mp4", np.stack([numbered(n) for n in range(3)]))
    finally:
        av.logging.set_level(level)
    (used,) = (text for _, name, text in said if name == "libx264" and "capabilities" in text)
    assert "AVX512" not in used
