"""What a render will take: learned from rows of earlier ones, else from a table, else unknown."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from films import plan_text
from short_films import SIX, maquette

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.events import FramesDone, ShotCached, ShotStarted, TakeDone
from scenelang.runtime.speed import (
    FILE,
    MOST_ROWS,
    ROWS,
    Estimate,
    Speeds,
    device_name,
    estimate,
    on,
    work_of,
)
from scenelang.runtime.time_left import TimeLeft


def rows(plan: Plan, seconds: Any, count: int = 60) -> list[dict[str, Any]]:
    """Of shots whose seconds are a function of their work, by a few percent more or less."""
    rng, by = Random(1), on(maquette(), "cpu")
    found: list[dict[str, Any]] = [{**by, "what": "load", "seconds": 2.0}]
    for n in range(count):
        shot = plan.shots[n % len(plan.shots)].model_copy(update={"frames": 8 * rng.randrange(1, 9)})
        size = rng.choice([(128, 64), (256, 144), (480, 270)])
        small = plan.model_copy(update={"size": size})
        native = maquette().native(small, "draft")
        work = work_of(small, shot, native, maquette().denoiser_calls(small, shot, "draft"))
        found.append(
            {**by, "what": "shot", "work": work, "seconds": seconds(work) * rng.uniform(0.95, 1.05)}
        )
        found.append({**by, "what": "film", "work": [1.0, work[-1]], "seconds": 0.5 + 0.1 * work[-1]})
    return found


def cost(work: list[float]) -> float:
    return 0.2 + 5 * work[2] + 20 * work[3] + 0.01 * work[5]


def test_nothing_rendered_yet_is_unknown_and_never_nothing(tmp_path: Path) -> None:
    found = estimate(Speeds(tmp_path), plan_text(SIX), maquette(), "draft", "cpu", ["s01"])
    assert found.total is None and found.shots == {"s01": None}
    found = estimate(Speeds(None), plan_text(SIX), maquette(), "draft", "cpu", [])
    assert found.total is None


def test_seconds_are_learned_from_what_was_rendered(tmp_path: Path) -> None:
    plan = plan_text(SIX.replace("1s", "4s"))
    speeds = Speeds(tmp_path)
    speeds.add(rows(plan, cost))
    native = maquette().native(plan, "draft")
    found = estimate(speeds, plan, maquette(), "draft", "cpu", ["s01", "s06"])
    for id, seconds in found.shots.items():
        calls = maquette().denoiser_calls(plan, plan.shot(id), "draft")
        assert seconds == pytest.approx(cost(work_of(plan, plan.shot(id), native, calls)), rel=0.1)
    film = 64 * 128 * 64 / 1e6
    assert found.rest == pytest.approx(2.0 + 0.5 + 0.1 * film, rel=0.1)
    assert found.total == pytest.approx(sum(s or 0 for s in found.shots.values()) + (found.rest or 0))


def test_rows_of_others_and_lines_that_are_none_do_not_count(tmp_path: Path) -> None:
    plan, speeds = plan_text(SIX), Speeds(tmp_path)
    speeds.add(rows(plan, cost))
    before = estimate(speeds, plan, maquette(), "draft", "cpu", ["s01"]).total
    speeds.add([{**row, "device": "another", "seconds": 999.0} for row in rows(plan, cost)])
    with open(tmp_path / FILE, "ab") as file:
        file.write(b'{"half\n\xff\xfe\n[1]\n7\n')
    assert estimate(speeds, plan, maquette(), "draft", "cpu", ["s01"]).total == before
    speeds.add(rows(plan, lambda work: 10 * cost(work), 200))
    assert (estimate(speeds, plan, maquette(), "draft", "cpu", ["s01"]).shots["s01"] or 0) > 5 * cost(
        work_of(plan, plan.shots[0], maquette().native(plan, "draft"), 1)
    ), "what was measured last counts"


def test_rows_do_not_pile_up(tmp_path: Path) -> None:
    speeds = Speeds(tmp_path)
    for _ in range(40):
        speeds.add([{"model": "x", "what": "shot", "work": [1.0] * 9, "seconds": 1.0}] * 200)
    lines = (tmp_path / FILE).read_bytes().splitlines()
    assert 1000 < len(lines) < 8000 and all(json.loads(line) for line in lines)


def test_what_cannot_be_trimmed_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise OSError(errno.EROFS, "read-only")

    speeds = Speeds(tmp_path)
    monkeypatch.setattr("scenelang.runtime.output.os.replace", refused)
    speeds.add([{"model": "x", "seconds": 1.0, "more": "." * 200}] * (MOST_ROWS + 1))
    assert len(speeds.rows({"model": "x"})) == ROWS
    assert [p.name for p in tmp_path.iterdir()] == [FILE]


class Big:
    """Of a model in the table: what it says of itself is all that is asked."""

    name = "wan2.1-14b"
    native, denoiser_calls = maquette().native, maquette().denoiser_calls

    def identity(self) -> dict[str, str]:
        return {"weights": "none"}

    def pflop(self, plan: Plan, shot: ShotPlan, profile: str) -> float:
        return 34.4


def test_a_published_speed_is_used_with_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenelang.runtime.speed.device_name", lambda device: "NVIDIA H100 80GB HBM3")
    found = estimate(Speeds(None), plan_text(SIX), Big(), "final", "cuda", ["s01", "s02"])  # type: ignore[arg-type]
    assert found.shots == {"s01": pytest.approx(100), "s02": pytest.approx(100)}
    assert "9.77 s a step" in found.source


def test_a_device_has_its_makers_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device_name("cpu").endswith(", 3 threads") and device_name("mps") == "mps"


def test_maquettes_work_is_what_torch_counts() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    from scenelang.compiler.conditioning import condition_shot
    from scenelang.runtime.backend import Job

    plan = plan_text(SIX)
    native, shot = maquette().native(plan, "draft"), plan.shots[5]
    cues = condition_shot(plan, shot, native, encode=maquette().encode, dialect="maquette")
    with FlopCounterMode(display=False) as counter:
        list(maquette().render(Job(plan, shot, cues, native, "draft"), None))
    assert maquette().pflop(plan, shot, "draft") * 1e15 == pytest.approx(
        counter.get_total_flops(), rel=0.02
    )


# The time left --------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_left_begins_with_the_estimate_and_follows_the_render() -> None:
    clock = Clock()
    left = TimeLeft({"a": 10, "b": 10, "c": 10}, Estimate({"a": 10.0, "b": 30.0}, 5.0, ""), clock)
    assert left.seconds() == 45
    left.see(ShotStarted("a", 10))
    clock.now = 20.0
    left.see(FramesDone("a", 10, 10))
    later = left.seconds()
    assert later is not None and 35 < later < 70, "twice as slow as thought, but that may pass"
    left.see(ShotStarted("b", 10))
    clock.now = 80.0
    left.see(FramesDone("b", 10, 10))
    assert left.seconds() == pytest.approx(10, rel=0.2)


def test_without_an_estimate_frames_count_alike_and_cached_ones_not() -> None:
    clock = Clock()
    left = TimeLeft({"a": 10, "b": 10, "c": 20}, None, clock)
    assert left.seconds() is None
    left.see(ShotCached("a", 10))
    left.see(ShotStarted("b", 10))
    clock.now = 4.0
    left.see(FramesDone("b", 10, 10))
    assert left.seconds() == pytest.approx(8.0)


def test_the_time_left_of_takes_is_that_of_all_of_them() -> None:
    clock = Clock()
    left = TimeLeft({"a": 40, "b": 40}, None, clock)  # four takes of ten frames each
    left.see(ShotCached("a", 10))
    left.see(TakeDone("a", 1, 5))
    assert left.seconds() is None, "what was there says nothing of the rest"
    for take in (2, 3, 4):
        left.see(ShotStarted("a", 10))
        left.see(FramesDone("a", 5, 10))
        clock.now += 10.0
        left.see(FramesDone("a", 10, 10))
        left.see(TakeDone("a", take, 4 + take))
        assert left.seconds() == pytest.approx(10.0 * (8 - take))
    left.see(ShotStarted("b", 10))
    clock.now += 5.0
    left.see(FramesDone("b", 5, 10))
    assert left.seconds() == pytest.approx(35.0)
