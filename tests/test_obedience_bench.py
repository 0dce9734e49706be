"""The obedience benchmark: its set covers the vocabulary, its judges pass the animatic and fail what is wrong."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from bench.obedience import air, bodies, combinations
from bench.obedience.films import Film, Group, groups
from bench.obedience.judge import Judge
from bench.obedience.pictures import SIZE, Lab, Pictures, lab
from bench.obedience.reference import references
from bench.obedience.scores import Score, borders, score
from bench.obedience.summary import markdown, numbers
from films import plan_text
from pattern_backend import PatternBackend, number_of

from scenelang.grammar.vocabulary import MOVES, TERMS
from scenelang.runtime.previz.render import render_shot

# compositions that no camera is placed by
LEFT_OUT = {"composition": {"left", "right", "balanced", "symmetrical", "short-side"}}


def group(name: str) -> Group:
    return next(g for g in groups() if g.name == name)


@cache
def judge(name: str, *films: str) -> Judge:
    """Of a group, or of some of its films."""
    whole = group(name)
    chosen = [f for f in whole.films if not films or f.name in films]
    few = Group(whole.name, whole.way, whole.about, chosen)
    return Judge(few, {film.name: references(film) for film in chosen})


@cache
def take(film: Film) -> Pictures:
    """The animatic's, as other pixels than the reference's."""
    plan = film.plan
    return np.concatenate([
        p.clay for shot in plan.shots for p in render_shot(plan, shot, 320, 180) if p.clay is not None
    ])  # fmt: skip


def judged(where: Judge, wanted: str, frames: Pictures) -> Score:
    film = next(f for f in where.group.films if f.name == wanted)
    return score(where, where.references[wanted], film, frames)


def film_of(where: Judge, name: str) -> Film:
    return next(f for f in where.group.films if f.name == name)


def test_the_set_is_large_and_no_two_films_of_a_group_are_the_same() -> None:
    films = [f for g in groups() for f in g.films if not f.reference_only]
    assert len(films) >= 200
    assert len({f.path for f in films}) == len(films)
    for g in groups():
        assert len({f.text for f in g.films}) == len(g.films), g.name


@pytest.mark.parametrize(
    "category",
    ["move", "size", "framing", "angle", "composition", "preset", "particles", "kind", "facing"],
)
def test_every_word_of_the_vocabulary_is_in_a_film(category: str) -> None:
    shown = set(re.findall(r"[a-z]+(?:-[a-z]+)*", "\n".join(f.text for g in groups() for f in g.films)))
    terms = MOVES if category == "move" else TERMS[category]
    assert {term.word for term in terms} - shown <= LEFT_OUT.get(category, set())


@pytest.mark.parametrize(
    ("name", "films"),
    [
        ("compositions", ()), ("heights", ()), ("streets", ()), ("snow, how much", ()), ("facings", ("camera", "left")),
        ("moves", ("hold", "pan left", "dolly in")), ("coats", ("red", "blue", "black")), ("actions", ("stands", "sits", "waves")),
    ],
)  # fmt: skip
def test_the_animatic_is_right_in_everything_and_each_other_film_is_found_out(
    name: str, films: tuple[str, ...]
) -> None:
    where = judge(name, *films)
    for film in where.group.films:
        own = judged(where, film.name, take(film))
        assert own.everything, own.wrong
        for other in where.group.films:
            if other is not film:
                wrong = judged(where, film.name, take(other))
                assert wrong.verdict.found == other.name and not wrong.everything


def test_a_film_that_stands_still_shows_no_move() -> None:
    where = judge("moves", "hold", "pan left", "dolly in")
    still = np.repeat(take(film_of(where, "dolly in"))[:1], 16, axis=0)
    seen = judged(where, "dolly in", still)
    assert seen.verdict.found == "hold" and "translation" in seen.wrong
    assert seen.error.translation_mean is not None and seen.error.translation_mean > 0.4


def test_noise_is_a_failed_estimate_and_counts_as_a_static_camera() -> None:
    where = judge("moves", "hold", "pan left", "dolly in")
    noise = np.random.default_rng(1).integers(0, 256, (16, 180, 320, 3), np.uint8)
    seen = judged(where, "pan left", noise)
    assert seen.error.failed and seen.verdict.found == "hold"
    assert not seen.everything


def test_what_is_right_but_soft_is_right() -> None:
    where = judge("coats", "red", "blue", "black")
    film = take(film_of(where, "blue"))
    soft = ((film.astype(np.float32) + np.roll(film, 2, 1) + np.roll(film, 2, 2)) / 3).astype(np.uint8)
    assert judged(where, "blue", soft).everything


def shifted(film: Pictures, by: int) -> Pictures:
    return np.roll(film, by, 2)


def test_a_subject_elsewhere_or_of_another_colour_is_found_out() -> None:
    where = judge("coats", "red", "blue", "black")
    film = take(film_of(where, "red"))
    assert "ada: position" in judged(where, "red", shifted(film, 24)).wrong
    assert "ada: colour" in judged(where, "red", film[..., ::-1].copy()).wrong


def test_a_house_of_a_subjects_colour_is_not_taken_for_it() -> None:
    """A brown thing with as brown a house behind it: the take is right whose house is grey, wrong where it moved, or is
    missing and only the house is there."""
    table, house = np.s_[60:80, 100:140], np.s_[45:60, 84:92]

    def frame(*brown: tuple[slice, slice]) -> Lab:
        picture = np.full((1, *SIZE[::-1], 3), (70.0, 0.0, 0.0), np.float32)
        for where in brown:
            picture[0][where] = (35.0, 20.0, 30.0)
        return picture

    mask = np.zeros((1, *SIZE[::-1]), np.bool_)
    mask[0][table] = True
    planned = frame(table, house)

    def found(take: Lab) -> bodies.Found:
        seen = bodies.find(take, planned, mask, mask, [0])
        assert seen is not None
        return seen

    assert found(planned).position == 0
    assert found(frame(table)).position < 0.02 and 0.98 < found(frame(table)).size < 1.02
    assert found(frame(np.s_[60:80, 112:152], house)).position > 0.2
    assert found(frame(house)).position == 1


def test_flicker_and_grain_are_found_out() -> None:
    where = judge("coats", "red", "blue", "black")
    film = take(film_of(where, "red")).astype(np.int16)
    beat = np.where(np.arange(16) % 2, 8, -8)[:, None, None, None]
    assert "flicker" in judged(where, "red", (film + beat).clip(0, 255).astype(np.uint8)).wrong
    grain = np.random.default_rng(1).normal(0, 14, film.shape).round().astype(np.int16)
    assert "no particles" in judged(where, "red", (film + grain).clip(0, 255).astype(np.uint8)).wrong


def test_a_person_who_changes_at_a_border_is_found_out() -> None:
    where = judge("across chunks", "still", "waves late")
    film = take(film_of(where, "still")).copy()
    shots = where.references["still"]
    assert [f for (_, f), _ in borders(shots)] == [15, 27]
    film[28:] = film[28:, :, :, [2, 1, 0]]
    assert "ada: identity" in judged(where, "still", film).wrong


def test_drift_is_measured_where_particles_go() -> None:
    where = judge("winds", "petals left", "petals right")
    left, right = (air.drift(where.references[n][0].lab)[0] for n in ("petals left", "petals right"))
    assert left < right


def test_the_table_says_what_was_found() -> None:
    where = judge("heights")
    good = [judged(where, f.name, take(f)) for f in where.group.films]
    bad = [judged(where, f.name, take(where.group.films[0])) for f in where.group.films]
    assert numbers(good)["attributes right"] == 1.0 and numbers(bad)[
        "attributes right"
    ] == pytest.approx(1 / 3)
    table = markdown({"animatic": good, "stuck": bad})
    assert "| heights | 3/3 (3) | 1/3 (1) |" in table


def test_lab_is_taken_at_one_size() -> None:
    film: Lab = lab(np.full((2, 360, 640, 3), 255, np.uint8))
    assert film.shape == (2, 144, 256, 3) and film[..., 0].min() > 99


def test_likeness_falls_with_what_is_wrong() -> None:
    random = np.random.default_rng(2)
    picture = random.integers(0, 255, (36, 64), np.uint8).repeat(4, 0).repeat(4, 1)
    noisy = (0.8 * picture + 0.2 * random.integers(0, 255, picture.shape)).astype(np.uint8)
    assert combinations.ssim(picture, picture) == pytest.approx(1)
    assert combinations.ssim(picture, 255 - picture) < 0 < combinations.ssim(picture, noisy) < 0.98
    assert combinations.psnr(picture, picture) == 99
    assert combinations.psnr(picture, np.roll(picture, 8)) < combinations.psnr(picture, noisy) < 40


def test_only_the_first_frames_of_a_combination_are_rendered() -> None:
    text = 'scenelang 1\nfilm "Long" { size 1280x720; fps 12 }\nplace here "a street"\nshot a 60s in here { }\n'
    backend = PatternBackend(size=(64, 36), fail_in="b")
    frames = combinations.first_frames(plan_text(text), backend, "final")
    width, height = combinations.FILM_SIZE
    assert frames.shape == (combinations.FRAMES, height, width, 3)
    assert [number_of(frame) for frame in frames] == [*range(combinations.FRAMES)]
