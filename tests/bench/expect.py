"""What `expect` finds against what is there: `python -m tests.bench.expect [--model previz] [--model maquette] …`

Films of one camera move each, of one shot size, of one number of people, rendered by each model and measured as
`scenelang render` does. Takes are also measured under the plan of a film that asks for something else: there
the expectation isn't held, and the measure must say so, or at least not claim that it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[1]))

from films import ONE_MOVES, one_move_film, plan_text

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend
from scenelang.runtime.events import Checked
from scenelang.runtime.measure.expect import check_film
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend

SIZES = (
    "extreme-close-up", "close-up", "medium-close-up", "medium", "medium-wide", "full", "wide", "extreme-wide",
)  # fmt: skip
# name -> (who, where, more statements)
STAGES = {
    "street": ('character ada "a woman in a red coat, black hair"', "a street", ""),
    "forest": ('character ada "a man in a yellow coat"', "a forest", ""),
    "room": ('character ada "a girl in a blue dress, blond hair" { height 1.4m }', "a room", ""),
    "night": (
        'character ada "a woman in a white coat"',
        "a street at night",
        "light lamp as key { from left 30deg; height 40deg }",
    ),
}
PEOPLE = ("red", "blue", "yellow")
COUNTS = (1, 2, 3)
BESIDE = (1, -1, 3)  # films of the same group, counted from a film, whose plans it is measured under too
WIDTH = 120  # characters of what is printed into a file


@dataclass(frozen=True)
class Film:
    """`shows` is the value of `what` that its take has; films of one `group` differ in that alone."""

    what: str
    group: str
    shows: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.what}-{self.group}-{self.shows}".replace(" ", "-")

    def plan(self, expected: str) -> Plan:
        """The film's plan, in which `expected` is asked for."""
        head, tail = self.text.rsplit("}", 1)
        return plan_text(f"{head}  expect {self.what} {expected}\n}}{tail}")


def films() -> Iterator[Film]:
    yield Film("camera", "moves", "static", one_move_film("hold"))
    for kind, direction, move in ONE_MOVES.values():
        yield Film("camera", "moves", f"{kind}-{direction}", one_move_film(move))
    for direction in ("in", "out"):
        yield Film(
            "camera", "moves", f"dolly-zoom-{direction}", one_move_film(f"dolly-zoom {direction} 1.5m")
        )
    for stage, (who, place, more) in STAGES.items():
        for size in SIZES:
            yield Film(
                "frame",
                stage,
                size,
                _film(who, place, f"frame {size} on ada", f"{more}\n  ada at (0m, 0m) facing camera"),
            )
    for place in ("a street", "a forest", "a room"):
        for count in COUNTS:
            cast = "\n".join(f'character {c} "a person in a {c} coat"' for c in PEOPLE[:count])
            spots = "\n".join(
                f"  {c} at ({1.1 * n - 1.1:.1f}m, 0m) facing camera"
                for n, c in enumerate(PEOPLE[:count])
            )
            yield Film(
                "subjects", place, str(count), _film(cast, place, "camera from (0m, 1.5m, 5m)", spots)
            )


def _film(cast: str, place: str, view: str, stage: str) -> str:
    return (
        f'scenelang 1\nfilm "Expect" {{ size 640x360; fps 12; seed 1 }}\n{cast}\nplace here "{place}"\n'
        f"shot a 1s in here {{\n  lens 35mm\n  {view}\n  {stage}\n}}\n"
    )


@dataclass(frozen=True)
class Row:
    model: str
    group: str
    shown: str  # what the take is of
    checked: Checked

    @property
    def right(self) -> bool | None:
        """Whether what was said is true; None where nothing was said."""
        if self.checked.result == "unsure":
            return None
        return (self.checked.result == "held") == (self.shown == self.checked.expected)


def measured(backend: Backend, folder: Path, chosen: list[Film], progress: Progress) -> Iterator[Row]:
    """Each take under its own plan, and under those of the films beside it that differ in people and sizes."""
    task = progress.add_task(backend.name, total=len(chosen))
    for film in chosen:
        path = folder / backend.name / f"{film.name}.mp4"
        if not path.exists():
            for _ in render_film(film.plan(film.shows), backend, output=path, measured=False):
                pass
        beside = [f for f in chosen if (f.what, f.group) == (film.what, film.group)]
        at = beside.index(film)
        others = [] if film.what == "camera" else [beside[(at + n) % len(beside)] for n in BESIDE]
        for other in dict.fromkeys([film, *others]):
            for checked in check_film(other.plan(other.shows), path):
                yield Row(backend.name, film.group, film.shows, checked)
        progress.advance(task)


def report(console: Console, rows: list[Row], what: str) -> None:
    """What takes show against what was found in them, and how often what was said is true."""
    for own in (True, False):
        part = [r for r in rows if r.checked.what == what and (r.shown == r.checked.expected) == own]
        if not part:
            continue
        plans = "as planned" if own else "under the plan of another film"
        found = Counter(
            (r.shown, "unsure" if r.right is None else r.checked.found or "nothing") for r in part
        )
        table = Table("shown", "found", title=f"{part[0].model}: {what}, takes {plans}", box=SIMPLE)
        for shown in dict.fromkeys(r.shown for r in part):
            seen = sorted(((n, f) for (s, f), n in found.items() if s == shown), reverse=True)
            table.add_row(shown, ", ".join(f"{f} {n}" for n, f in seen))
        said = [r.right for r in part]
        table.caption = f"{said.count(True)} right, {said.count(False)} wrong, {said.count(None)} unsure of {len(said)}"
        console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.expect", description=__doc__)
    parser.add_argument("--model", action="append", help="default: previz and maquette")
    parser.add_argument("--only", choices=("camera", "frame", "subjects"))
    parser.add_argument(
        "--out", type=Path, default=Path("out/expect"), help="folder for the films; those there are kept"
    )
    parser.add_argument("--json", type=Path, help="file for all numbers")
    chosen = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    wanted = [film for film in films() if chosen.only in (None, film.what)]
    result: list[dict[str, Any]] = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
    ) as bar:
        for name in chosen.model or ["previz", "maquette"]:
            rows = [*measured(load_backend(name), chosen.out, wanted, bar)]
            for what in dict.fromkeys(f.what for f in wanted):
                report(console, rows, what)
            result += [
                {"model": r.model, "group": r.group, "shown": r.shown, **r.checked.to_json()}
                for r in rows
            ]
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
