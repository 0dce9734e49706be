"""Frames of a backend's size and rate come out at the film's, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenelang.runtime.backend import FrameArray, Native
from scenelang.runtime.conform import conform, covering_size, fit, native_frames, retime
from scenelang.runtime.errors import TakeError
from scenelang.runtime.linear import dim, light, mix, srgb


def steps(count: int, width: int = 8, height: int = 6, gain: int = 1) -> FrameArray:
    """[F, H, W, 3]: frame f is flat, of level f * gain."""
    levels = (np.arange(count) * gain).astype(np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (count, height, width, 3)).copy()


def pieces(frames: FrameArray, *lengths: int) -> list[FrameArray]:
    return np.split(frames, np.cumsum(lengths))


def levels(chunks: list[FrameArray]) -> list[int]:
    return [int(frame[0, 0, 0]) for chunk in chunks for frame in chunk]


def linear_mix(a: int, b: int, weight: float) -> int:
    """The sRGB code of two codes mixed in linear light, from the standard's formula."""
    one, two = (
        (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in (a / 255, b / 255)
    )
    v = one + (two - one) * weight
    return round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055))


def test_same_size_and_rate_are_passed_on_uncopied() -> None:
    frames = steps(10)
    out = list(conform(pieces(frames, 4, 3), Native(8, 6, Fraction(24)), (8, 6), Fraction(24), 10))
    assert [len(chunk) for chunk in out] == [4, 3, 3]
    assert all(np.shares_memory(chunk, frames) for chunk in out)


@pytest.mark.parametrize(
    ("native", "rate", "frames"),
    [
        ("16", "24", 72), ("16", "24", 73), ("24", "24", 50), ("30", "24", 48), ("25", "24", 47),
        ("16", "24000/1001", 100), ("24", "24000/1001", 96), ("24000/1001", "24", 96),
        ("12", "60", 31), ("60", "12", 9), ("24", "16", 1),
    ],
)  # fmt: skip
def test_a_take_gets_its_exact_length(native: str, rate: str, frames: int) -> None:
    needed = native_frames(frames, Fraction(native), Fraction(rate))
    for extra in (0, 5):
        out = list(
            retime(pieces(steps(needed + extra), 3, 1, 4), Fraction(native), Fraction(rate), frames)
        )
        assert len(levels(out)) == frames
    with pytest.raises(TakeError, match=f"after {needed - 1} of {needed}"):
        list(retime([steps(needed - 1)], Fraction(native), Fraction(rate), frames))


def test_between_two_frames_their_light_is_mixed() -> None:
    out = levels(list(retime([steps(6, gain=40)], Fraction(16), Fraction(24), 7)))
    assert out == [
        0, linear_mix(0, 40, 2 / 3), linear_mix(40, 80, 1 / 3),
        80, linear_mix(80, 120, 2 / 3), linear_mix(120, 160, 1 / 3), 160,
    ]  # fmt: skip


def test_faster_rates_repeat_no_frame() -> None:
    out = levels(list(retime([steps(81, gain=3)], Fraction(16), Fraction(24), 120)))
    assert len(set(out)) == 120
    assert out == sorted(out)


def test_slower_rates_keep_the_pace() -> None:
    out = levels(list(retime([steps(60, gain=4)], Fraction(30), Fraction(24), 48)))
    assert out[::4] == [k * 4 for k in range(0, 60, 5)]


@given(
    cuts=st.lists(st.integers(1, 9), max_size=8),
    native=st.sampled_from(["16", "24", "30", "24000/1001"]),
    frames=st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_how_a_take_is_cut_into_chunks_changes_nothing(
    cuts: list[int], native: str, frames: int
) -> None:
    source = steps(native_frames(frames, Fraction(native), Fraction(24)), 2, 2, gain=4)
    whole = levels(list(retime([source], Fraction(native), Fraction(24), frames)))
    assert levels(list(retime(pieces(source, *cuts), Fraction(native), Fraction(24), frames))) == whole


def test_nothing_is_read_after_the_last_frame_needed() -> None:
    def endless() -> Iterator[FrameArray]:
        yield from pieces(steps(8), 4)
        raise AssertionError("read on")

    assert len(levels(list(retime(endless(), Fraction(24), Fraction(24), 8)))) == 8


def test_the_middle_is_cropped() -> None:
    wide = np.zeros((1, 6, 16, 3), np.uint8)
    wide[:, :, 4:12] = 200
    (out,) = fit([wide], (8, 6))
    assert out.shape == (1, 6, 8, 3)
    assert (out == 200).all()


@pytest.mark.parametrize(
    ("native", "size"), [((200, 100), (160, 120)), ((96, 160), (160, 120)), ((70, 50), (128, 72))]
)
def test_a_circle_stays_a_circle_in_the_middle(native: tuple[int, int], size: tuple[int, int]) -> None:
    width, height = native
    picture = np.zeros((height, width, 3), np.uint8)
    down, across = np.mgrid[:height, :width]
    inside = (across - (width - 1) / 2) ** 2 + (down - (height - 1) / 2) ** 2 <= 20**2
    picture[inside] = 255
    (out,) = fit([picture[None]], size)
    assert out.shape == (1, size[1], size[0], 3)
    shape = cv2.moments((out[0, :, :, 0] > 127).astype(np.uint8), binaryImage=True)
    assert shape["m10"] / shape["m00"] == pytest.approx((size[0] - 1) / 2, abs=0.3)
    assert shape["m01"] / shape["m00"] == pytest.approx((size[1] - 1) / 2, abs=0.3)
    assert shape["mu20"] / shape["mu02"] == pytest.approx(1, abs=0.06)


@given(*[st.integers(16, 2000)] * 4)
def test_the_covering_size_covers_evenly(width: int, height: int, across: int, down: int) -> None:
    w, h = covering_size(width, height, (across, down))
    assert w >= across and h >= down
    assert (w == across) or (h == down)
    assert (w - across) % 2 == (h - down) % 2 == 0
    scale = max(across / width, down / height)
    assert w == pytest.approx(width * scale, abs=1.001) and h == pytest.approx(height * scale, abs=1.001)


def test_shrinking_fine_lines_makes_no_moire() -> None:
    stripes = np.zeros((1, 64, 256, 3), np.uint8)
    stripes[:, :, ::2] = 255
    (out,) = fit([stripes], (76, 19))
    assert np.ptp(out[:, :, 4:-4].astype(int)) < 40


def test_read_only_frames_are_taken() -> None:
    frames = steps(2)
    frames.setflags(write=False)
    (out,) = fit([frames], (16, 12))
    assert out.shape == (2, 12, 16, 3)


def test_frames_of_another_size_are_refused() -> None:
    with pytest.raises(TakeError, match="it said uint8"):
        list(conform([steps(3)], Native(10, 6, Fraction(24)), (8, 6), Fraction(24), 3))


def test_every_mix_is_rounded_from_linear_light() -> None:
    a, b = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    out = mix(a, b, Fraction(1, 4))
    for i in range(0, 256, 17):
        assert [int(v) for v in out[i]] == [linear_mix(x, i, 0.25) for x in range(256)]
    assert mix(a, b, Fraction(0)) is a and mix(a, b, Fraction(1)) is b


def test_light_and_back_is_the_same_code() -> None:
    assert (srgb(light()) == np.arange(256)).all()
    ramp = np.arange(256, dtype=np.uint8)
    assert (dim(ramp, Fraction(0)) == 0).all() and (dim(ramp, Fraction(1)) == ramp).all()
    assert dim(ramp, Fraction(1, 2))[255] == 188  # half the light of white
