"""What iterating costs: renders after a change, kills, estimates, a film of 10,000 shots.

`python -m tests.bench.iterate [--only changes|kills|estimates|plan] [--kills 200] [--shots 20] [--clock cpu]`

Machines are noisy, so times are ratios within one run, and denoiser calls are counted. `--clock cpu` has
estimates learn and foretell seconds of CPU: what is wrong with them then is not the machine's doing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))
import numpy as np
from films import plan_text
from short_films import HEAD, Calls, decoded, done_of, events_of, film_of, maquette, shot

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.runtime import pipeline, shooting
from scenelang.runtime.backend import Carry, Frames, Job
from scenelang.runtime.conform import conform
from scenelang.runtime.encode import QUALITY, MovieWriter
from scenelang.runtime.events import ShotStarted
from scenelang.runtime.maquette.backend import MaquetteBackend
from scenelang.runtime.outlook import Costing, outlook
from scenelang.runtime.store import Store
from scenelang.trust.seal import Seal

T = TypeVar("T")


class Spent(NamedTuple):
    """Seconds of CPU of all threads, and by the clock: these say, on a busy machine, how busy it is."""

    cpu: float
    clock: float

    def of(self, other: Spent) -> str:
        return f"{self.cpu / other.cpu:.3f} ({self.clock / other.clock:.3f} by the clock)"


def timed(work: Callable[[], T]) -> tuple[T, Spent]:
    cpu, clock = time.process_time(), time.perf_counter()
    made = work()
    return made, Spent(time.process_time() - cpu, time.perf_counter() - clock)


def fresh() -> MaquetteBackend:
    """The model as a process of its own has it: loaded, and no text encoded yet."""
    backend = MaquetteBackend()
    backend.load()
    return backend


def plain_script(plan: Plan, output: Path, backend: MaquetteBackend) -> None:
    """What one writes without scenelang's runtime: shot after shot, one thing after the other."""
    native = backend.native(plan, "draft")
    carried: dict[str, Carry] = {}
    with MovieWriter(output, plan.size, plan.rate, quality=QUALITY["draft"]) as film:
        for each in plan.shots:
            cues = condition_shot(
                plan, each, native, raster=backend.raster(native), encode=backend.encode, dialect=backend.dialect
            )  # fmt: skip
            chunks = []
            for event in backend.render(
                Job(plan, each, cues, native, "draft"), carried.get(each.continues or "")
            ):
                if isinstance(event, Frames):
                    chunks.append(event.frames)
                elif isinstance(event, Carry):
                    carried[each.id] = event
            for frames in conform(chunks, native, plan.size, plan.rate, each.frames):
                film.write(frames)


def changes(folder: Path, shots: int) -> None:
    text = film_of(shots)
    edits = {
        "nothing": text,
        "a transition": text.replace("cut\n", "dissolve 2f\n", 1),
        "one word": text.replace("0s.. lio waves", "0s.. lio points", 1),
        "mara's description": text.replace("in a red coat", "in a green coat", 1),
    }
    warm = HEAD + shot("a", "mara")
    plain_script(plan_text(warm), folder / "warm.mp4", fresh())
    events_of(warm, folder / "warm.mp4", Store(folder / "warm"), backend=fresh())

    store, backends = Store(folder / "changes"), [fresh() for _ in range(3)]
    calls = Calls(backends[1])
    _, plain = timed(lambda: plain_script(plan_text(text), folder / "plain.mp4", backends[0]))
    _, full = timed(lambda: events_of(text, folder / "film.mp4", store, backend=backends[1]))
    seal = Seal(plan_text(text), "maquette", text.encode())
    _, sealed = timed(
        lambda: events_of(
            text, folder / "sealed.mp4", Store(folder / "sealed"), backend=backends[2], seal=seal
        )
    )
    print(f"plain script: {plain.cpu:.1f} s of CPU, {plain.clock:.1f} s by the clock")
    print(f"first render: {calls.count} denoiser calls, {full.of(plain)} of the plain script")
    print(f"the same with its mark and credential: {sealed.of(plain)}")
    for name, changed in edits.items():
        backend = fresh()
        calls = Calls(backend)
        again = partial(events_of, changed, folder / "again.mp4", store, backend=backend)
        events, took = timed(again)
        made = [event.shot for event in events if isinstance(event, ShotStarted)]
        same = np.array_equal(decoded(folder / "again.mp4"), decoded(folder / "film.mp4"))
        print(
            f"{name:20} {calls.count:3} calls ({', '.join(made) or 'none'}): {took.of(full)} of the first render, "
            f"{took.of(plain)} of the plain script" + (", frames identical" if same else "")
        )
        assert calls.count == done_of(events).denoiser_calls == len(made)


def kills(count: int) -> None:
    import test_resume

    test_resume.KILLS = count
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "undisturbed.mp4"
        events_of(test_resume.FILM, film, None)
        (Path(folder) / "work").mkdir()
        test_resume.test_renders_killed_at_any_moment_go_on_where_they_were(film, Path(folder) / "work")
    print(f"{count} renders killed: none rendered a finished shot again, no damage, the same frames")


def varied(number: int) -> str:
    """Films of several sizes, lengths, casts and airs."""
    rng = Random(number)
    size = rng.choice(["128x64", "192x112", "256x144", "320x180", "480x270"])
    text = HEAD.replace("128x64", size).replace("fps 8", f"fps {rng.choice([8, 12])}")
    for n in range(rng.randrange(2, 6)):
        made = shot(f"s{n}", rng.choice(["mara", "lio", "both"]), seconds=rng.choice([1, 1.5, 2, 3]))
        if rng.random() < 0.4:
            made = made.replace("in street {\n", "in street {\n  particles snow { density 50% }\n")
        text += made
    return text


def estimates(folder: Path, clock: str, films: int = 10, learned: int = 5) -> None:
    if clock == "cpu":
        pipeline.perf_counter = shooting.perf_counter = time.process_time  # type: ignore[attr-defined]
    store = Store(folder / "estimates")
    backend = maquette()
    probe_film = HEAD + shot("probe", "both")

    def probe() -> float:
        _, spent = timed(lambda: events_of(probe_film, folder / "probe.mp4", None))
        return spent.cpu if clock == "cpu" else spent.clock

    probe()
    speeds: list[float] = []
    for number in range(100, 100 + learned):
        speeds.append(probe())
        events_of(varied(number), folder / "film.mp4", store, force=True)
    raw, even = [], []
    for number in range(films):
        plan = plan_text(varied(number))
        ahead = outlook(plan, backend, "draft", Costing(store)).cost["seconds"]
        now = probe()
        took = done_of(events_of(plan, folder / "film.mp4", store)).seconds
        now = (now + probe()) / 2
        expected = ahead * now / statistics.median(speeds[-9:])
        speeds.append(now)
        raw.append(abs(ahead / took - 1))
        even.append(abs(expected / took - 1))
        print(
            f"film {number}: estimated {ahead:.1f} s, took {took:.1f} s; by the probe's speed {expected:.1f} s"
        )
    print(
        f"estimate, by {clock}: median error {statistics.median(raw):.0%} as it is, {statistics.median(even):.0%} where the machine's "
        f"changing speed is taken out by a probe; worst {max(raw):.0%} and {max(even):.0%}"
    )


def plan_of_many(folder: Path, shots: int = 10_000) -> None:
    """`scenelang plan` of a film whose takes are all in the cache."""
    from long_film import long_film  # type: ignore[import-not-found]

    from scenelang.compiler.pipeline import analyse
    from scenelang.grammar.parse import parse
    from scenelang.runtime.keys import take_keys

    film = folder / "long.scene"
    film.write_text(long_film(shots))
    plan = analyse(*parse(film.read_text(), str(film))).plan
    assert plan is not None
    keys = take_keys(plan, maquette(), "final", "cpu", folder)
    store = Store(folder / "caches" / "scenelang" / "films")
    assert keys is not None
    (folder / "caches" / "scenelang").mkdir(mode=0o700, parents=True)
    for key in keys.values():
        store.put("takes", key.take, b"{}")
    env = {**os.environ, "XDG_CACHE_HOME": str(folder / "caches")}
    command = [sys.executable, "-c", "from scenelang.cli import main; main()", "plan", str(film)]
    for more in (["--json"], []):
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([*command, *more], env=env, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took, cpu = time.perf_counter() - begun, after.ru_utime - before.ru_utime
        if more:
            found = json.loads(done.stdout)
            assert found["total"]["runs"] == 0 and found["total"]["cached"] == shots
        print(
            f"plan {' '.join(more) or '(text)'} of {shots} shots, all cached: {took:.1f} s, {cpu:.1f} s of CPU, "
            f"{after.ru_maxrss / 1024:.0f} MB at the peak"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["changes", "kills", "estimates", "plan"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--shots", type=int, default=20)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CONFIG_HOME"] = name  # who signs there is nobody's
        if chosen.only in (None, "changes"):
            changes(folder, chosen.shots)
        if chosen.only in (None, "estimates"):
            estimates(folder, chosen.clock)
        if chosen.only in (None, "kills"):
            kills(chosen.kills)
        if chosen.only in (None, "plan"):
            sys.path.insert(0, str(Path(__file__).parent))
            plan_of_many(folder)


if __name__ == "__main__":
    main()
