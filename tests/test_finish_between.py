"""In-betweens: things are on their way, native frames stay, the rest is mixed, and nothing is random."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scenelang.runtime.backend import FrameArray, Native
from scenelang.runtime.conform import Conformer, blended, native_frames, retime
from scenelang.runtime.finish.between import between
from scenelang.runtime.finish.flow import flow, warp
from scenelang.runtime.finish.settings import Finish
from scenelang.runtime.linear import mix

THIRD, HALF = Fraction(1, 3), Fraction(1, 2)


def texture(height: int, width: int, seed: int, soft: float) -> np.ndarray:
    """Soft spots in all colours [H, W, 3], from 0 to 1."""
    spots = cv2.GaussianBlur(np.random.default_rng(seed).random((height, width, 3)), (0, 0), soft)
    return (spots - spots.min()) / np.ptp(spots)


BACKDROP, THING = texture(160, 260, 0, 3), texture(40, 30, 1, 2)


def scene(t: float) -> FrameArray:
    """At times 0 to 2 the camera goes 4 pixels a time to the right and a thing 6 pixels, both together 10."""
    right = round(4 * t)
    picture = BACKDROP[10:106, 20 + right : 180 + right].copy()
    at = 50 + round(6 * t)
    picture[30:70, at : at + 30] = THING
    return (picture * 255).round().astype(np.uint8)


def psnr(made: FrameArray, truth: FrameArray) -> float:
    return float(10 * np.log10(255**2 / np.square(made.astype(float) - truth).mean()))


def planes(picture: FrameArray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255


def test_flow_finds_what_moves_and_the_backdrop_behind_it() -> None:
    found = flow(planes(scene(0)), planes(scene(2)))[0]
    assert found[:, 50, 65].tolist() == pytest.approx([12, 0], abs=0.3)
    assert found[:, 85, 130].tolist() == pytest.approx([-8, 0], abs=0.3)


def test_flow_finds_parts_of_a_pixel() -> None:
    picture = planes((BACKDROP[10:106, 20:180] * 255).astype(np.uint8))
    away = torch.tensor([1.4, -0.6]).view(1, 2, 1, 1).expand(1, 2, 96, 160)
    moved = warp(
        picture, away, "bicubic"
    )  # shows what was 1.4 to the right: the picture goes to the left
    found = flow(picture, moved)[0, :, 20:-20, 20:-20]
    assert found.mean((1, 2)).tolist() == pytest.approx([-1.4, 0.6], abs=0.05)


def test_a_thing_is_half_way_and_not_twice_half_there() -> None:
    a, b, truth = scene(0), scene(2), scene(1)
    made = between(a, b, [HALF])[0]
    assert psnr(made, truth) > 28 > 24 > psnr(mix(a, b, HALF), truth)


def test_ends_are_the_frames_themselves() -> None:
    a, b = scene(0), scene(2)
    first, last = between(a, b, [Fraction(0), Fraction(1)])
    assert first is a and last is b
    film = np.stack([scene(0), scene(1), scene(2)])
    out = np.concatenate([*retime([film], Fraction(12), Fraction(24), 5, between)])
    assert np.array_equal(out[::2], film)


def test_what_has_no_way_is_mixed() -> None:
    a = (texture(96, 160, 3, 2) * 85).astype(np.uint8)
    b = (texture(96, 160, 4, 2) * 85 + 170).astype(np.uint8)
    away = np.abs(between(a, b, [HALF])[0].astype(int) - mix(a, b, HALF))
    assert np.median(away) == 0 and away.mean() < 10  # of 116 that lie between them


@pytest.mark.parametrize("levels", [(0, 255), (60, 61), (200, 90)])
def test_a_change_of_light_is_mixed(levels: tuple[int, int]) -> None:
    a, b = (np.full((32, 48, 3), level, np.uint8) for level in levels)
    made, mixed = between(a, b, [THIRD])[0], mix(a, b, THIRD)
    assert np.abs(made.astype(int) - mixed).max() <= 1


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (17, 31), (64, 400)])
def test_pictures_of_any_size(size: tuple[int, int]) -> None:
    a, b = (np.random.default_rng(n).integers(0, 255, (*size, 3), np.uint8) for n in (0, 1))
    for made in between(a, b, [THIRD, HALF]):
        assert made.shape == a.shape and made.dtype == np.uint8


def test_large_pictures_are_searched_at_a_smaller_size() -> None:
    a, b, truth = (cv2.resize(scene(t), (960, 576), interpolation=cv2.INTER_CUBIC) for t in (0, 2, 1))
    assert psnr(between(a, b, [HALF])[0], truth) > psnr(mix(a, b, HALF), truth) + 4


def test_the_same_pictures_give_the_same_in_betweens_on_any_number_of_threads() -> None:
    a, b = scene(0), scene(2)
    one = between(a, b, [THIRD])[0]
    threads = torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            assert np.array_equal(between(a, b, [THIRD])[0], one)
    finally:
        torch.set_num_threads(threads)


@given(st.lists(st.integers(1, 4), max_size=4), st.sampled_from(["16", "12", "30", "24000/1001"]))
@settings(max_examples=8, deadline=None)
def test_how_a_take_is_cut_into_chunks_changes_nothing(cuts: list[int], native: str) -> None:
    rate = Fraction(native)
    film = np.stack([scene(k / 4)[:32, :48] for k in range(native_frames(7, rate, Fraction(24)))])
    whole = np.concatenate([*retime([film], rate, Fraction(24), 7, between)])
    pieces = np.split(film, np.cumsum(cuts))
    assert np.array_equal(np.concatenate([*retime(pieces, rate, Fraction(24), 7, between)]), whole)


def test_a_conformer_does_as_its_finish_says() -> None:
    film, native = np.stack([scene(0), scene(2)]), Native(160, 96, Fraction(12))
    made = {
        way: np.concatenate([*Conformer(native, (160, 96), Fraction(24), Finish(retime=way))([film], 3)])
        for way in ("flow", "blend")
    }
    assert np.array_equal(made["blend"][1], blended(*film, [HALF])[0])
    assert psnr(made["flow"][1], scene(1)) > psnr(made["blend"][1], scene(1)) + 4
