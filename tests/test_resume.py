"""Renders that are killed, go on together, or have nowhere to write: nothing is lost, half written or made twice."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from films import plan_text
from short_films import HEAD, decoded, done_of, events_of, forked, maquette, shot

from scenelang.runtime.errors import RenderError
from scenelang.runtime.events import FramesDone, Notice, ShotStarted
from scenelang.runtime.keys import take_keys
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.speed import Speeds, on
from scenelang.runtime.store import Store

KILLS = 20
# one clip, and two clips
FILM = HEAD + shot("k1", "lio") + shot("k2", "mara", seconds=3)
FOUR = HEAD + shot("a", "mara") + shot("b", "lio") + shot("c", goes_on="a") + shot("d", "both")


def rendering(text: str, output: Path, store: Store) -> Callable[[Callable[[str], None]], None]:
    def work(tell: Callable[[str], None]) -> None:
        plan = plan_text(text)
        for event in render_film(plan, maquette(), output=output, profile="draft", store=store):
            tell(json.dumps(event.to_json()))

    return work


def finished(store: Store, text: str) -> set[str]:
    keys = take_keys(plan_text(text), maquette(), "draft")
    assert keys is not None
    return {id for id, key in keys.items() if store.has("takes", key.take)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    film = tmp_path_factory.mktemp("undisturbed") / "film.mp4"
    events_of(FILM, film, None)
    return film


def test_renders_killed_at_any_moment_go_on_where_they_were(undisturbed: Path, tmp_path: Path) -> None:
    rng = Random(3)
    kills = films = went_on = 0
    while kills < KILLS or not films:
        folder = tmp_path / str(films)
        store, output = Store(folder / "store"), folder / "film.mp4"
        while True:
            there = finished(store, FILM)
            child, lines = forked(rendering(FILM, output, store))
            told = []
            last = rng.randrange(1, 11)  # of twelve events
            for line in lines:
                told.append(json.loads(line))
                if len(told) == last and kills < KILLS:
                    time.sleep(rng.choice([0, 0, rng.uniform(0, 0.05), rng.uniform(0, 0.5)]))
                    os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            started = {event["shot"] for event in told if event["event"] == "shot"}
            assert not started & there, "a finished shot was rendered again"
            went_on += sum(" goes on at frame " in event.get("message", "") for event in told)
            assert list(store.damaged()) == []
            if os.WIFSIGNALED(status):
                kills += 1
                if output.exists():  # it was in its place already: then it is whole
                    assert np.array_equal(decoded(output), decoded(undisturbed))
                    output.unlink()
                continue
            assert os.waitstatus_to_exitcode(status) == 0
            break
        films += 1
        assert np.array_equal(decoded(output), decoded(undisturbed))
        assert sorted(p.name for p in folder.iterdir()) == ["film.mp4", "store"]
        assert not list((store.folder / "work").iterdir())
    assert went_on, "no long shot was ever cut short"


def test_a_shot_that_goes_on_teaches_no_speeds(tmp_path: Path) -> None:
    store, film = Store(tmp_path / "store"), tmp_path / "film.mp4"
    begun = render_film(plan_text(FILM), maquette(), output=film, profile="draft", store=store)
    first = next(e for e in begun if isinstance(e, FramesDone) and e.shot == "k2")
    next(begun)  # of the second clip: the first one is kept
    assert first.done < first.total
    begun.close()  # type: ignore[attr-defined]

    def learned() -> list[str]:
        return sorted(row["what"] for row in Speeds(store.folder).rows(on(maquette(), "cpu")))

    events = events_of(FILM, film, store)
    assert any(isinstance(e, Notice) and e.message.startswith("k2 goes on at frame") for e in events)
    assert set(learned()) <= {"load"}
    events_of(FILM, film, store, force=True)
    assert set(learned()) - {"load"} == {"film", "shot"}


def test_two_processes_share_the_work(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    both = [forked(rendering(FOUR, tmp_path / f"{n}.mp4", store)) for n in range(2)]
    told = [[json.loads(line) for line in lines] for _, lines in both]
    for child, _ in both:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    started = [event["shot"] for events in told for event in events if event["event"] == "shot"]
    assert sorted(started) == ["a", "b", "c", "d"]
    assert all(events[-1]["shots_rendered"] + events[-1]["shots_cached"] == 4 for events in told)
    assert np.array_equal(decoded(tmp_path / "0.mp4"), decoded(tmp_path / "1.mp4"))


def test_a_render_waits_for_a_shot_that_another_one_is_at(tmp_path: Path) -> None:
    """And makes the others meanwhile; where the other one dies, it makes that shot, too."""
    store = Store(tmp_path / "store")
    keys = take_keys(plan_text(FOUR), maquette(), "draft")
    assert keys is not None

    def hold(tell: Callable[[str], None]) -> None:
        with store.locked(keys["a"].take):
            tell("held")
            time.sleep(600)

    holder, held = forked(hold)
    assert next(held) == "held"
    child, lines = forked(rendering(FOUR, tmp_path / "film.mp4", store))
    order = []
    for line in lines:
        event = json.loads(line)
        if event["event"] == "shot":
            order.append(event["shot"])
            if len(order) == 2:
                os.kill(holder, signal.SIGKILL)
                os.waitpid(holder, 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert set(order[:2]) == {"b", "d"} and order[2:] == ["a", "c"]


def test_a_cache_that_cannot_be_written_is_said_and_does_without(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file, not a folder")
    events = events_of(HEAD + shot("a", "mara"), tmp_path / "film.mp4", Store(tmp_path / "store"))
    said = [event.message for event in events if isinstance(event, Notice)]
    assert len(said) == 1 and said[0].startswith("this take can't be kept in the cache: ")
    assert done_of(events).denoiser_calls == 1
    assert (tmp_path / "film.mp4").exists()


def test_a_disk_that_is_full_for_the_cache_alone(tmp_path: Path) -> None:
    """Its limit is below a take's frames, but above this small film."""

    def work(tell: Callable[[str], None]) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
        rendering(HEAD + shot("a", "mara"), tmp_path / "film.mp4", Store(tmp_path / "store"))(tell)

    child, lines = forked(work)
    told = [json.loads(line) for line in lines]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert any(e.get("message", "").endswith("the file gets larger than is allowed here") for e in told)
    assert told[-1]["event"] == "done" and len(decoded(tmp_path / "film.mp4")) == 8


def test_a_film_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    store, text = Store(tmp_path / "store"), HEAD + shot("a", "mara")
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "mine.txt").write_text("mine")
    with pytest.raises(RenderError, match="holds other files"):
        events_of(text, tmp_path / "film", store)
    assert finished(store, text) == set(), "it was refused before any work"
    assert [e for e in events_of(text, tmp_path / "film.mp4", store) if isinstance(e, ShotStarted)]
    assert finished(store, text) == {"a"}
