"""The obedience bench: its measures pass the animatic, and fail films that don't do as they are told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from bench import combinations
from bench.attributes import CHANGES, Pair, Score, film_plan, labelled, score, where
from bench.measures import (
    SIZE,
    Lab,
    Regions,
    coat_colour,
    compared,
    difference,
    drifting,
    lab,
    place_at_end,
    regions,
)
from films import plan_text
from pattern_backend import PatternBackend, number_of

from scenelang.runtime.previz.render import render_shot

LENGTH = "4f"


@cache
def film(name: str = "") -> Lab:
    """The animatic of the base film or of a change, short and small."""
    plan = film_plan(name, seconds=LENGTH)
    passes = render_shot(plan, plan.shots[0], SIZE[0] // 2, SIZE[1] // 2, smooth=False)
    return lab(np.concatenate([p.clay for p in passes if p.clay is not None]))


def judged(name: str, variant: Lab, base: Lab | None = None) -> Score:
    """The verdict on a model that gives these films."""
    model = Pair(film() if base is None else base, variant)
    return score(name, model, Pair(film(), film(name)), model.base, where(name, LENGTH))


@pytest.mark.parametrize("name", CHANGES)
def test_the_animatic_obeys_and_a_film_that_never_changes_does_not(name: str) -> None:
    assert judged(name, film(name)).obeyed
    unchanged = judged(name, film())
    assert not unchanged.changes and not unchanged.obeyed


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("coat yellow", "coat green"), ("light from behind", "light from the right"),
        ("light of 9000 K", "light of 2200 K"), ("rain", "snow"), ("petals", "rain"), ("sea", "desert"),
        ("waves", "walks right"), ("sits", "waves"), ("walks right", "sits"),
    ],
)  # fmt: skip
def test_another_change_than_the_one_asked_for_is_not_obeyed(asked: str, given: str) -> None:
    assert not judged(asked, film(given)).changes
    assert not judged(given, film(asked)).changes


def test_what_is_right_but_soft_and_noisy_is_obeyed() -> None:
    """The measures judge what is shown, not how sharply."""
    random = np.random.default_rng(1)

    def worse(clip: Lab) -> Lab:
        soft = (clip + np.roll(clip, 1, 1) + np.roll(clip, 1, 2)) / 3
        return (soft + random.normal(0, 1.0, clip.shape)).astype(np.float32)

    base = worse(film())
    for name in (
        "coat blue",
        "light from behind",
        "light of 9000 K",
        "petals",
        "sea",
        "walks right",
        "waves",
    ):
        assert judged(name, worse(film(name)), base).obeyed, name


def test_a_film_whose_rest_changes_too_is_not_obeyed() -> None:
    body = where("coat blue", LENGTH).body
    elsewhere = np.where(body[..., None], film("coat blue"), np.roll(film(), 24, 2))
    verdict = judged("coat blue", elsewhere)
    assert verdict.changes and not verdict.leaves and not verdict.obeyed


def test_a_subject_that_can_not_be_found_is_not_obeyed_and_fits_into_json() -> None:
    grey = np.full_like(film(), 50.0) * np.array([1, 0, 0], np.float32)
    verdict = judged("walks right", grey, grey)
    assert not verdict.obeyed
    assert verdict.to_json()["to_own"] is None


def test_compared_tells_direction_and_amount() -> None:
    zero, east, north = np.zeros(2), np.array([2.0, 0.0]), np.array([0.0, 2.0])
    half = compared(zero, east / 2, zero, east)
    assert (half.cosine, half.ratio, half.to_own, half.to_base) == (1.0, 0.5, 1.0, 1.0)
    assert compared(zero, north, zero, east).cosine == 0.0
    assert compared(zero, -east, zero, east).cosine == -1.0
    assert compared(zero, zero, zero, east).ratio == 0.0


def stage(x: int) -> tuple[Lab, Regions]:
    """A red upright bar in a grey picture, and the regions of a plan that has it at 40."""
    clip = np.zeros((8, SIZE[1], SIZE[0], 3), np.float32)
    clip[..., 0] = 50
    clip[:, 40:120, x : x + 20] = (50, 60, 40)
    mask = np.zeros(clip.shape[:3], np.uint8)
    mask[:, 40:120, 40:60] = 1
    reach = np.zeros_like(mask)
    reach[:, 40:120, 40:200] = 1
    return clip, regions(mask, reach)


def test_the_place_of_a_body_is_measured_in_pixels() -> None:
    for x in (40, 100):
        clip, plan = stage(x)
        assert place_at_end(clip, plan) == pytest.approx([x + 9.5, 79.5])


def test_the_coat_is_the_middle_of_the_body() -> None:
    clip, plan = stage(40)
    assert coat_colour(clip, plan) == pytest.approx([60, 40])
    rows = np.flatnonzero(plan.coat[0].any(1))
    assert (rows[0], rows[-1]) == (63, 89)


def test_upright_streaks_are_told_from_flakes() -> None:
    clip, plan = stage(40)
    streaks, flakes = clip.copy(), clip.copy()
    for frame in range(8):
        streaks[frame, :60, 10 * frame + 5, 0] += 30
        flakes[frame, 20:23, 10 * frame + 5 : 10 * frame + 8, 0] += 30
    still = drifting(clip, plan)
    assert still == pytest.approx([0, 0, 0])
    upright, level, red = drifting(streaks, plan)
    assert upright > 5 * level and red == 0
    upright, level, _ = drifting(flakes, plan)
    assert upright == pytest.approx(level, rel=0.1)


def test_what_passes_for_a_moment_is_no_difference() -> None:
    clip, _ = stage(40)
    passing, lasting = clip.copy(), clip.copy()
    passing[2, 10:20, 10:20] += 40
    lasting[:, 10:20, 10:20, 0] += 40
    assert difference(clip, passing).max() == 0
    assert difference(clip, lasting).max() == pytest.approx(40)


def test_likeness_falls_with_what_is_wrong() -> None:
    random = np.random.default_rng(2)
    picture = random.integers(0, 255, (36, 64), np.uint8).repeat(4, 0).repeat(4, 1)
    noisy = (0.8 * picture + 0.2 * random.integers(0, 255, picture.shape)).astype(np.uint8)
    assert combinations.ssim(picture, picture) == pytest.approx(1)
    assert combinations.ssim(picture, 255 - picture) < 0 < combinations.ssim(picture, noisy) < 0.98
    assert combinations.psnr(picture, picture) == 99
    assert combinations.psnr(picture, np.roll(picture, 8)) < combinations.psnr(picture, noisy) < 40


def test_only_the_first_frames_are_rendered() -> None:
    text = 'scenelang 1\nfilm "Long" { size 1280x720; fps 12 }\nplace here "a street"\nshot a 60s in here { }\n'
    backend = PatternBackend(size=(64, 36), fail_in="b")
    frames = combinations.first_frames(plan_text(text), backend, "final")
    width, height = combinations.FILM_SIZE
    assert frames.shape == (combinations.FRAMES, height, width, 3)
    assert [number_of(frame) for frame in frames] == [*range(combinations.FRAMES)]


def test_a_label_leaves_the_picture_that_it_is_written_on() -> None:
    picture = np.full((*SIZE[::-1], 3), 200, np.uint8)
    assert len(np.unique(labelled(picture, "model"))) > 2 and (picture == 200).all()
