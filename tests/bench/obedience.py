"""Does the finished film show what the file says? `python -m tests.bench.obedience [--model maquette] …`

Moves: films of one camera move each, read back and classified from their pixels alone. Attributes: one film
and single changes of it (bench/attributes.py). Combinations, only when asked for: films with pairs that
no training film held (bench/combinations.py). The films stay in the --out folder, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import attributes, combinations
from camera_motion import FrameArray, classify, read_frames
from films import ONE_MOVES, one_move_film, plan_text

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend
from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.previz.backend import PrevizBackend
from scenelang.runtime.registry import load_backend

Row = dict[str, Any]
WIDTH = 120  # characters of what is printed into a file
PARTS = ("moves", "attributes", "combinations")


@dataclass(frozen=True)
class Bench:
    """A model, the animatic beside it, and where their films go."""

    model: Backend
    animatic: Backend
    profile: str
    folder: Path
    seeds: list[int]
    console: Console
    progress: Progress

    def film(self, backend: Backend, plan: Plan, name: str) -> FrameArray:
        """Renders a film through the whole pipeline and reads its frames back."""
        path = self.folder / backend.name / f"{name}.mp4"
        for _ in render_film(plan, backend, output=path, profile=self.profile):
            pass
        return read_frames(path)

    def part(self, name: str, films: int) -> Callable[[], None]:
        """Shows a bar of so many films; call what comes back after each."""
        task = self.progress.add_task(name, total=films)
        return lambda: self.progress.advance(task)


def moves(bench: Bench) -> list[Row]:
    done = bench.part("moves", len(bench.seeds) * len(ONE_MOVES))
    rows: list[Row] = []
    for seed in bench.seeds:
        right = 0
        for name, (kind, direction, move) in ONE_MOVES.items():
            text = one_move_film(move).replace("fps 12 }", f"fps 12; seed {seed} }}")
            seen = classify(bench.film(bench.model, plan_text(text), f"moves/{seed}/{name}"))
            good = (seen.kind, seen.direction) == (kind, direction)
            right += good
            wanted, found = f"{kind} {direction}", f"{seen.kind} {seen.direction}".strip()
            sure = round(seen.confidence, 3)
            row = {"seed": seed, "wanted": wanted, "found": found, "right": good, "confidence": sure}
            rows.append(row)
            if not good:
                bench.console.print(f"seed {seed}: wanted {wanted}, found {found} ({sure})")
            done()
        bench.console.print(f"seed {seed}: {right}/{len(ONE_MOVES)} moves")
    return rows


def change_attributes(bench: Bench) -> list[Row]:
    seeds = bench.seeds
    others = [*seeds[1:], seeds[0]] if len(seeds) > 1 else [seeds[0] + 1]
    films = len(seeds) * (1 + len(attributes.CHANGES))
    itself = bench.model.name == bench.animatic.name
    done = bench.part("attributes", films * (1 if itself else 2) + (len(seeds) == 1))
    model, animatic = (
        attributes.Take(lambda plan, name, b=backend: bench.film(b, plan, f"attributes/{name}"), done)
        for backend in (bench.model, bench.animatic)
    )
    animatic = model if itself else animatic
    rows: list[Row] = []
    for seed, other in zip(seeds, others, strict=True):
        found = list(attributes.scores(model, animatic, seed, other))
        bench.console.print(attributes.table(found, f"Attributes, seed {seed}"))
        bench.console.print(f"seed {seed}: {sum(s.obeyed for s in found)}/{len(found)} changes obeyed")
        rows += [s.to_json() for s in found]
    sheet = bench.folder / "attributes.jpg"
    cv2.imwrite(str(sheet), attributes.stills(model, animatic, seeds[0])[..., ::-1])
    bench.console.print(f"stills of seed {seeds[0]}: {sheet}")
    return rows


def combine(bench: Bench) -> list[Row]:
    done = bench.part("combinations", combinations.COUNT)
    found = []
    for pair, seed, plan in combinations.films():
        pictures = [
            combinations.first_frames(plan, b, bench.profile) for b in (bench.model, bench.animatic)
        ]
        found.append(combinations.likeness(pair, seed, plan, *pictures))
        done()
    bench.console.print(combinations.table(found))
    return [f.to_json() for f in found]


def main() -> None:
    chosen = arguments()
    model = load_backend(chosen.model)
    if chosen.drop and not hasattr(model, "drop"):
        sys.exit(f"{chosen.model} has no cues that can be dropped")
    if chosen.drop:
        model.drop = tuple(chosen.drop)
    chosen.out.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    result: Row = {name: getattr(chosen, name) for name in ("model", "profile", "drop", "seeds")}
    parts = {"moves": moves, "attributes": change_attributes, "combinations": combine}
    with Progress(*bars, console=console, transient=True) as progress:
        animatic = PrevizBackend(shutter=0)  # what is measured has no motion blur
        model = animatic if isinstance(model, PrevizBackend) else model
        bench = Bench(model, animatic, chosen.profile, chosen.out, chosen.seeds, console, progress)
        for name in [chosen.only] if chosen.only else PARTS[:2]:
            result[name] = parts[name](bench)
            if chosen.json:
                chosen.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.obedience", description=__doc__)
    parser.add_argument("--model", default="maquette", help="a name or the folder of a model")
    parser.add_argument(
        "--seeds", default=[1, 2, 3], type=lambda text: [int(n) for n in text.split(",")]
    )
    parser.add_argument("--only", choices=PARTS, help="default: moves and attributes")
    parser.add_argument("--drop", action="append", default=[], choices=GROUPS, help="cues to leave out")
    parser.add_argument(
        "--out", type=Path, default=Path("out/obedience"), help="folder for films and stills"
    )
    parser.add_argument("--profile", default="final", choices=("draft", "final"))
    parser.add_argument("--json", type=Path, help="file for all numbers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
