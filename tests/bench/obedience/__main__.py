"""Does a finished film show what its file says? `python -m tests.bench.obedience [--model maquette] …`

Some 250 fixed films over the whole vocabulary, and films of pairs that no training film holds, are rendered through
the whole pipeline, read back from their mp4 and judged: which film of its group does the take show, and is everything
else right too? The animatic's films are judged in the same way, as the ceiling, and the model's without any cue as
the floor. Films stay in the --out folder and are not rendered again; `page.html` there shows them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.obedience import combinations
from bench.obedience.films import Film, groups
from bench.obedience.page import write_page
from bench.obedience.scores import score_all
from bench.obedience.shooting import ANIMATIC, Camera, ablated, floor_of, shoot
from bench.obedience.summary import markdown, numbers
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.registry import load_backend


def main() -> None:
    chosen = arguments()
    console = Console(width=None if sys.stdout.isatty() else 140)
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bars, console=console, transient=True) as progress:
        if chosen.combinations:
            return combine(chosen, console, progress)
        names = [
            g.name for g in groups() if not chosen.only or any(part in g.name for part in chosen.only)
        ]
        films = [f for g in groups() if g.name in names for f in g.films if not f.reference_only]
        films = films[:: chosen.every]
        model = Camera(
            chosen.model,
            chosen.profile,
            tuple(chosen.drop),
            chosen.device,
            chosen.guidance,
            chosen.one_text,
        )
        cameras = {"animatic": ANIMATIC} if chosen.ceiling or chosen.model == ANIMATIC.model else {}
        if chosen.model != ANIMATIC.model:
            cameras[chosen.model] = model
        if chosen.floor and chosen.model in cameras:
            cameras["no cues"] = floor_of(model)
        if chosen.ablate and chosen.model in cameras:
            cameras |= ablated(model)
        folders = {name: chosen.out / _folder(camera) for name, camera in cameras.items()}
        for name, camera in cameras.items():
            shots = progress.add_task(f"filming: {name}", total=len(films))
            shoot(camera, films, folders[name], chosen.jobs, lambda task=shots: progress.advance(task))  # type: ignore[misc]
        judging = progress.add_task("judging", total=len(names))
        wanted = {film.path for film in films}
        sets = score_all(folders, chosen.jobs, names, wanted, lambda: progress.advance(judging))
    chosen.out.mkdir(parents=True, exist_ok=True)
    table = markdown(sets)
    (chosen.out / "table.md").write_text(table, encoding="utf-8")
    write_page(chosen.out / "page.html", sets, folders)
    costs = {name: cost(folders[name], films) for name in sets}
    result = {
        "model": chosen.model, "profile": chosen.profile, "drop": chosen.drop, "films": len(films),
        "numbers": {name: numbers(scores) for name, scores in sets.items()}, "cost": costs,
        "scores": {name: [s.to_json() for s in scores] for name, scores in sets.items()},
    }  # fmt: skip
    (chosen.json or chosen.out / "scores.json").write_text(
        json.dumps(result, indent=1) + "\n", encoding="utf-8"
    )
    console.print(table, markup=False)
    for name, (seconds, calls) in costs.items():
        console.print(f"{name}: {calls} denoiser calls, {seconds:.0f} s of rendering in all")


def cost(folder: Path, films: list[Film]) -> tuple[float, int]:
    """Seconds and denoiser calls of all films, added up over the processes that made them."""
    lines = [json.loads((folder / f"{film.path}.json").read_text()) for film in films]
    return sum(line["seconds"] for line in lines), sum(line["calls"] for line in lines)


def _folder(camera: Camera) -> str:
    name = Path(camera.model).name if "/" in camera.model else camera.model
    parts = [name, camera.profile, *(("without", *camera.drop) if camera.drop else ())]
    parts += ["one-text"] if camera.one_text else []
    return "-".join([*parts, *([f"guidance-{camera.guidance:g}"] if camera.guidance else [])])


def combine(chosen: argparse.Namespace, console: Console, progress: Progress) -> None:
    """Random films with the held-out pairs against the animatic, picture by picture."""
    model, animatic = load_backend(chosen.model), load_backend("previz")
    task = progress.add_task("combinations", total=combinations.COUNT)
    found = []
    for pair, seed, plan in combinations.films():
        pictures = [combinations.first_frames(plan, b, chosen.profile) for b in (model, animatic)]
        found.append(combinations.likeness(pair, seed, plan, *pictures))
        progress.advance(task)
    console.print(combinations.table(found))
    if chosen.json:
        chosen.json.write_text(
            json.dumps([f.to_json() for f in found], indent=1) + "\n", encoding="utf-8"
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.obedience", description=__doc__)
    parser.add_argument("--model", default="maquette", help="a name or the folder of a model")
    parser.add_argument(
        "--only", action="append", default=[], help="groups whose names hold this; may be given again"
    )
    parser.add_argument(
        "--combinations", action="store_true", help="held-out pairs in random films, in dB, instead"
    )
    parser.add_argument("--guidance", type=float, help="instead of the profile's")
    parser.add_argument(
        "--one-text", action="store_true", help="all of a shot reads the texts of all its segments"
    )
    parser.add_argument("--drop", action="append", default=[], choices=GROUPS, help="cues to leave out")
    parser.add_argument(
        "--ablate",
        action="store_true",
        help="the model without each group of cues, with one text a shot and with guidance too",
    )
    parser.add_argument(
        "--floor", action=argparse.BooleanOptionalAction, default=True, help="the model without cues too"
    )
    parser.add_argument("--every", type=int, default=1, help="every so many of the films alone")
    parser.add_argument(
        "--ceiling", action=argparse.BooleanOptionalAction, default=True, help="the animatic too"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/obedience"), help="folder for films, page and numbers"
    )
    parser.add_argument("--profile", default="final", choices=("draft", "final"))
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--jobs", type=int, default=2, help="processes side by side, each with one thread"
    )
    parser.add_argument("--json", type=Path, help="file for all numbers; default scores.json in --out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
