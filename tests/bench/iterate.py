"""What iterating costs: renders after a change, kills, estimates, a film of 10,000 shots.

`python -m tests.bench.iterate [--only changes|kills|estimates|plan] [--kills 200] [--shots 20]`

Machines are noisy, so times are ratios within one run, and denoiser calls are counted.
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
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
import numpy as np
from films import plan_text
from short_films import HEAD, Calls, decoded, done_of, events_of, film_of, maquette, shot

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Carry, Frames, Job
from scenelang.runtime.conform import conform
from scenelang.runtime.encode import QUALITY, MovieWriter
from scenelang.runtime.events import ShotStarted
from scenelang.runtime.outlook import Costing, outlook
from scenelang.runtime.store import Store


def plain_script(plan: Plan, output: Path) -> None:
    """What one writes without scenelang's runtime: shot after shot, one thing after the other."""
    backend = maquette()
    native = backend.native(plan, "draft")
    carried: dict[str, Carry] = {}
    with MovieWriter(output, plan.size, plan.rate, quality=QUALITY["draft"]) as film:
        for each in plan.shots:
            cues = condition_shot(plan, each, native, encode=backend.encode, dialect=backend.dialect)
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


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begun = clock()
    work()
    return clock() - begun


def changes(folder: Path, shots: int) -> None:
    text = film_of(shots)
    edits = {
        "nothing": text,
        "a transition": text.replace("cut\n", "dissolve 2f\n", 1),
        "one word": text.replace("0s.. lio waves", "0s.. lio points", 1),
        "mara's description": text.replace("in a red coat", "in a green coat", 1),
    }
    store, calls = Store(folder / "changes"), Calls(maquette())
    maquette().encode(["warm"])
    plain_script(plan_text(HEAD + shot("a", "mara")), folder / "warm.mp4")
    # seconds of CPU of all threads: those of the clock say, on a busy machine, how busy it is
    clock = time.process_time
    plain = timed(lambda: plain_script(plan_text(text), folder / "plain.mp4"), clock)
    calls.count, begun = 0, time.perf_counter()
    full = timed(lambda: events_of(text, folder / "film.mp4", store), clock)
    print(
        f"first render: {calls.count} denoiser calls, {full / plain:.2f} of the plain script's CPU time "
        f"({full:.1f} s; {time.perf_counter() - begun:.1f} s by the clock)"
    )
    for name, changed in edits.items():
        calls.count, begun = 0, clock()
        events = events_of(changed, folder / "again.mp4", store)
        took = clock() - begun
        made = [event.shot for event in events if isinstance(event, ShotStarted)]
        same = np.array_equal(decoded(folder / "again.mp4"), decoded(folder / "film.mp4"))
        print(
            f"{name:20} {calls.count:3} calls ({', '.join(made) or 'none'}): {took / full:.3f} of the first render, "
            f"{took / plain:.3f} of the plain script" + (", frames identical" if same else "")
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


def estimates(folder: Path, films: int = 10, learned: int = 5) -> None:
    store = Store(folder / "estimates")
    backend = maquette()
    probe_film = HEAD + shot("probe", "both")

    def probe() -> float:
        return timed(lambda: events_of(probe_film, folder / "probe.mp4", None))

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
        f"estimate: median error {statistics.median(raw):.0%} as it is, {statistics.median(even):.0%} where the machine's "
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
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.only in (None, "changes"):
            changes(folder, chosen.shots)
        if chosen.only in (None, "estimates"):
            estimates(folder)
        if chosen.only in (None, "kills"):
            kills(chosen.kills)
        if chosen.only in (None, "plan"):
            sys.path.insert(0, str(Path(__file__).parent))
            plan_of_many(folder)


if __name__ == "__main__":
    main()
