"""A film rendered again after a change: the denoiser runs for what the change touches, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from films import plan_text
from short_films import SIX, Calls, decoded, done_of, events_of, film_of, maquette

from scenelang.runtime.events import Notice, ShotCached, ShotStarted
from scenelang.runtime.keys import take_keys
from scenelang.runtime.store import Store

CHANGES = {
    "nothing": ("", "", []),
    "a transition": ("cut\n", "dissolve 2f\n", []),
    "the title": ('film "Short"', 'film "Shorter"', []),
    "a word in one shot": ("0s.. lio waves", "0s.. lio points", ["s02"]),
    "a description": ("in a red coat", "in a green coat", ["s01", "s03", "s04", "s06"]),
    "a wish": ("0s.. lio waves", "0s.. lio waves\n  expect subjects 1", []),
    "a seed": ("shot s05 1s in street {", "shot s05 1s in street {\n  seed 9", ["s05"]),
    "what is gone on from": ("shot s03 1s in street {", "shot s03 1s in street {\n  seed 9", ["s03", "s04"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """The film rendered once, with its store."""
    folder = tmp_path_factory.mktemp("six")
    calls = Calls(maquette())
    done = done_of(events_of(SIX, folder / "film.mp4", store := Store(folder / "store")))
    assert (calls.count, done.denoiser_calls, done.shots_rendered, done.shots_cached) == (6, 6, 6, 0)
    return store, folder / "film.mp4"


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_a_change_touches_is_rendered(
    rendered: tuple[Store, Path], tmp_path: Path, change: str
) -> None:
    store, film = rendered
    before, after, touched = CHANGES[change]
    text = SIX.replace(before, after, 1)
    assert text != SIX or not before
    calls = Calls(maquette())
    events = events_of(text, tmp_path / "film.mp4", store)
    assert [e.shot for e in events if isinstance(e, ShotStarted)] == touched
    done = done_of(events)
    assert calls.count == done.denoiser_calls == len(touched)
    assert done.shots_cached == 6 - len(touched)
    if change in ("nothing", "the title", "a wish"):
        assert np.array_equal(decoded(tmp_path / "film.mp4"), decoded(film))
    if change == "nothing":
        assert done.text_encodings == 0
        assert (tmp_path / "film.mp4").read_bytes() == film.read_bytes()


def test_a_changed_film_is_what_it_would_be_without_a_cache(
    rendered: tuple[Store, Path], tmp_path: Path
) -> None:
    text = SIX.replace("in a red coat", "in a yellow coat")
    events_of(text, tmp_path / "cached.mp4", rendered[0], shots=["s03", "s04", "s05"])
    events_of(text, tmp_path / "plain.mp4", None, shots=["s03", "s04", "s05"])
    assert np.array_equal(decoded(tmp_path / "cached.mp4"), decoded(tmp_path / "plain.mp4"))


@pytest.mark.parametrize("kind", ["takes", "frames", "carry"])
def test_a_damaged_take_is_said_and_rendered_again(
    rendered: tuple[Store, Path], tmp_path: Path, kind: str
) -> None:
    store, film = rendered
    keys = take_keys(plan_text(SIX), maquette(), "draft")
    assert keys is not None
    name = {"takes": "", "frames": ".0000", "carry": ".carry"}[kind]
    path = store.path("takes" if kind == "takes" else "frames", keys["s03"].take + name)
    data = bytearray(path.read_bytes())
    data[Random(kind).randrange(len(data))] ^= 4
    path.write_bytes(data)
    events = events_of(SIX, tmp_path / "film.mp4", store)
    assert [e.message for e in events if isinstance(e, Notice)] == [
        "the take of s03 in the cache is damaged: it is rendered again"
    ]
    assert [e.shot for e in events if isinstance(e, ShotStarted)] == ["s03"]
    assert np.array_equal(decoded(tmp_path / "film.mp4"), decoded(film))


def test_force_renders_what_is_cached(rendered: tuple[Store, Path], tmp_path: Path) -> None:
    events = events_of(SIX, tmp_path / "film.mp4", rendered[0], shots=["s05"], force=True)
    assert done_of(events).denoiser_calls == 1


def test_a_shot_alone_is_that_of_the_whole_film(rendered: tuple[Store, Path], tmp_path: Path) -> None:
    """Though it goes on from another, which is rendered for it where it isn't there."""
    events = events_of(SIX, tmp_path / "alone.mp4", Store(tmp_path / "store"), shots=["s04"])
    assert [e.shot for e in events if isinstance(e, ShotStarted)] == ["s03", "s04"]
    events = events_of(SIX, tmp_path / "cached.mp4", rendered[0], shots=["s04"])
    assert [e.shot for e in events if isinstance(e, ShotCached)] == ["s04"]
    assert np.array_equal(decoded(tmp_path / "alone.mp4"), decoded(tmp_path / "cached.mp4"))


def test_keys_hold_all_that_a_take_depends_on() -> None:
    def keys(profile: str = "draft", device: str = "cpu", size: str = "128x64") -> list[str]:
        plan = plan_text(SIX.replace("128x64", size))
        found = take_keys(plan, maquette(), profile, device)
        assert found is not None
        return [key.take for key in found.values()]

    assert keys() == keys() and len(set(keys())) == 6
    assert not set(keys()) & set(keys(profile="final"))
    assert not set(keys()) & set(keys(device="cuda")) and keys(device="cuda") == keys(device="cuda:1")
    assert not set(keys()) & set(keys(size="192x96"))
    maquette().drop = ("air",)
    try:
        dropped = keys()
    finally:
        maquette().drop = ()
    assert not set(keys()) & set(dropped)


def test_a_picture_that_is_referred_to_is_part_of_the_key(tmp_path: Path) -> None:
    plan = plan_text(SIX)
    cast = [s.model_copy(update={"reference": "lio.png"}) if s.id == "lio" else s for s in plan.subjects]
    plan = plan.model_copy(update={"subjects": cast})
    (tmp_path / "lio.png").write_bytes(b"one")
    one = take_keys(plan, maquette(), "draft", "cpu", tmp_path)
    (tmp_path / "lio.png").write_bytes(b"other")
    other = take_keys(plan, maquette(), "draft", "cpu", tmp_path)
    assert one and other
    assert [id for id in one if one[id] != other[id]] == ["s02", "s05", "s06"]


def test_twenty_shots_go_on_in_the_same_ways() -> None:
    plan = plan_text(film_of(20))
    assert [s.id for s in plan.shots if s.continues] == ["s04", "s10", "s16"]
