"""`make bench`: how fast it is, as ratios against a baseline in the same run.

These machines are noisy, so no figure stands alone: each is a median over pairs, and says
what it is a ratio of.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def cpu_of(*command: str) -> float:
    """CPU seconds of a whole process, user and system."""
    # where Python is told to keep no bytecode, a checkout would be compiled anew in each process
    keeping = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=keeping)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall_of(work: Callable[[], object], times: int = 20) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def ratio(
    name: str, ours: Callable[[], float], theirs: Callable[[], float], what: str, runs: int = 7
) -> None:
    pairs = [(ours(), theirs()) for _ in range(runs)]
    ratios = sorted(a / b for a, b in pairs)
    print(
        f"{name:34} {statistics.median(ratios):8.2f} x {what}   (from {ratios[0]:.2f} to {ratios[-1]:.2f}; "
        f"ours {statistics.median(a for a, _ in pairs) * 1000:.1f} ms)"
    )


def starting() -> None:
    main = "from scenelang.cli import main; main()"
    film = str(EXAMPLES / "letter.scene")
    for command in (["check", film], ["fmt", "--check", film]):
        ratio(
            f"scenelang {command[0]}", lambda c=command: cpu_of("-c", main, *c),  # type: ignore[misc]
            lambda: cpu_of("-c", "import lark, pydantic"), "the CPU time of `import lark, pydantic`",
        )  # fmt: skip


def reading() -> None:
    import yaml

    from scenelang.compiler.pipeline import analyse
    from scenelang.grammar.format import format_film
    from scenelang.grammar.parse import parse

    text = (EXAMPLES / "tokyo.scene").read_text()
    film, _ = parse(text)
    facts = yaml.safe_dump(film.model_dump(mode="json"))
    baseline = lambda: wall_of(lambda: yaml.load(facts, Loader=yaml.CSafeLoader))  # noqa: E731
    peer = "PyYAML's C loader on the same tree"
    ratio("parse tokyo.scene", lambda: wall_of(lambda: parse(text)), baseline, peer)
    ratio("format it", lambda: wall_of(lambda: format_film(film)), baseline, peer)
    ratio("resolve, check and plan it", lambda: wall_of(lambda: analyse(film), 3), baseline, peer)


def rendering() -> None:
    from scenelang.compiler.pipeline import plan_film
    from scenelang.grammar.parse import parse_file
    from scenelang.runtime.previz.render import render_shot

    for name in ("tokyo", "monster"):
        plan = plan_film(parse_file(EXAMPLES / f"{name}.scene")[0])
        shot = plan.shots[0]
        for width, height in ((640, 360), (960, 540)):
            frames = range(24)

            def ours(shot=shot, plan=plan, size=(width, height), frames=frames) -> float:  # type: ignore[no-untyped-def]
                start = time.perf_counter()
                for _ in render_shot(plan, shot, *size, frames=frames):
                    pass
                return time.perf_counter() - start

            ratio(
                f"previz {name} {width}x{height}, 24 frames",
                ours,
                lambda: 1.0,
                "real time (24 frames a second)",
                runs=3,
            )
    optics()


FILM = """scenelang 1
film "Optics" { size 640x360; fps 24 }
character ada "a woman in a red coat" as figure
character lio "a man in a blue jacket" as figure
place here "a street at dusk"
shot a 1s in here {
  lens 50mm f/2
  focus ada
  rack focus to lio
  camera from (0m, 1.5m, 4m) looking at (0m, 1.2m, 0m) { pan right 15deg }
  particles snow { density 30% }
  ada at (-0.5m, 0.5m) facing camera
  lio at (0.8m, -3m) facing camera
  0s.. ada walks right 1m
}
"""


def optics() -> None:
    """What depth of field and motion blur cost: frames a second by the clock and by a core's own time, which others on
    the machine don't change, and that time against neither's in the same run."""
    from scenelang.compiler.pipeline import plan_film
    from scenelang.grammar.parse import parse
    from scenelang.runtime.previz.render import render_shot
    from scenelang.runtime.workers import cores

    lens = plan_film(parse(FILM)[0])
    (shot,) = lens.shots
    pinhole = shot.model_copy(update={"camera": shot.camera.model_copy(update={"aperture": [0.0]})})

    def seconds(blurred: bool, shutter: float) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in render_shot(lens, shot if blurred else pinhole, 640, 360, shutter=shutter):
            pass
        return time.perf_counter() - wall, time.process_time() - cpu

    kinds = {
        "neither": (False, 0.0), "depth of field": (True, 0.0), "motion blur": (False, 180.0), "both": (True, 180.0),
    }  # fmt: skip
    runs = [{name: seconds(*how) for name, how in kinds.items()} for _ in range(3)]
    for name in kinds:
        wall, cpu = (statistics.median(run[name][clock] for run in runs) for clock in (0, 1))
        times = statistics.median(run[name][1] / run["neither"][1] for run in runs)
        print(
            f"previz 640x360 on {cores()} cores, {name:15} {shot.frames / wall:6.1f} frames a second, "
            f"{shot.frames / cpu:6.1f} a second of CPU, {times:5.2f} x the CPU time of neither"
        )


PARTS = {"starting": starting, "reading": reading, "rendering": rendering, "optics": optics}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="|".join(PARTS), help="all of them, if none is named"
    )
    chosen = parser.parse_args().parts or ["starting", "reading", "rendering"]
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for part in chosen:
        PARTS[part]()
