"""A minute of Full HD, two people, eight shots: do they stay who they are, is it calm, and what does it cost?

`python -m tests.bench.minute [--model maquette] [--size 320x180 --fps 6]` renders film.scene here as the command does,
in a process of its own and with a cache of its own, then reads the film back. What is in the --out folder is not
rendered again, and a render that was interrupted goes on: what its runs cost is added up. `report.json`, `plot.svg`
and `sheet.jpg` are written there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from bench.contact_sheet import contact_sheet
from bench.minute.cost import cost_of
from bench.minute.looks import Floats, Looks, kept, looks
from bench.minute.plot import Line, Panel, write_plot
from bench.obedience.checks import FLICKER, IDENTITY
from rich.console import Console

from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.parse import parse
from scenelang.runtime.maquette.chunks import CLIP, KNOWN

FILM = Path(__file__).with_name("film.scene")
COLOURS = ("#c8352b", "#2c62b4", "#3b7a57", "#a87c1d")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.minute", description=__doc__)
    parser.add_argument("--model", default="maquette")
    parser.add_argument("--profile", default="final", choices=("draft", "fast", "final"))
    parser.add_argument("--size", default="1920x1080", help="smaller, for a try")
    parser.add_argument("--fps", default="24", help="fewer, for a try")
    parser.add_argument("--out", type=Path, default=Path("out/minute"))
    chosen = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    text = re.sub(
        r"size \d+x\d+\n  fps \d+", f"size {chosen.size}\n  fps {chosen.fps}", FILM.read_text("utf-8")
    )
    plan = analyse(*parse(text, FILM.name)).plan
    assert plan is not None
    chosen.out.mkdir(parents=True, exist_ok=True)
    film = chosen.out / "film.mp4"
    if not film.exists():
        film.with_suffix(".scene").write_text(text, encoding="utf-8")
        render(film, chosen.model, chosen.profile)
    contact_sheet([film], chosen.out / "sheet.jpg", 8, 6, 240)
    shots = [*looks(plan, film)]
    found = {
        "model": chosen.model, "profile": chosen.profile, "size": chosen.size, "fps": chosen.fps,
        "bytes": film.stat().st_size, "cost": costs(film),
        "people": people(plan, shots), "calm": calm(plan, shots),
    }  # fmt: skip
    (chosen.out / "report.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    plot(chosen.out / "plot.svg", plan, shots)
    console.print(report(plan, shots, found), markup=False, highlight=False, soft_wrap=True)


def render(film: Path, model: str, profile: str) -> None:
    """As the command does. What it tells is kept in film.jsonl, what it cost in film.costs.jsonl."""
    main = "from scenelang.cli import main; main()"
    command = ["-c", main, "render", str(film.with_suffix(".scene")), "-o", str(film), "--json"]
    command = [sys.executable, *command, "--model", model, "--profile", profile]
    env = {**os.environ, "XDG_CACHE_HOME": str(film.parent.resolve() / "cache")}
    with open(film.with_suffix(".costs.jsonl"), "a", encoding="utf-8") as costs:
        done, cost = cost_of(command, env, film.with_suffix(".jsonl"))
        costs.write(json.dumps(asdict(cost)) + "\n")
    if done:
        sys.exit(f"the render left with code {done}; the same command goes on with it")


def costs(film: Path) -> dict[str, float]:
    """Of all runs that made the film."""
    runs = [json.loads(line) for line in film.with_suffix(".costs.jsonl").read_text().splitlines()]
    return {
        "runs": len(runs), "wall": sum(run["wall"] for run in runs), "cpu": sum(run["cpu"] for run in runs),
        "memory": max(run["memory"] for run in runs),
    }  # fmt: skip


def people(plan: Plan, shots: list[Looks]) -> dict[str, dict[str, object]]:
    """By character: how far from how they were drawn in their first second, and from the animatic."""
    fps = float(plan.rate)
    result: dict[str, dict[str, object]] = {}
    for id in shots[0].drawn:
        off = kept(shots, id, round(fps))
        apart = np.concatenate([shot.apart[id] for shot in shots])
        drawn = np.concatenate([shot.drawn[id] for shot in shots])
        ends = np.cumsum([len(shot.unrest) for shot in shots])[:-1]
        result[id] = {
            "frames": int((~np.isnan(off)).sum()), "kept": _mean(off), "kept, worst second": _worst(off, shots, fps),
            "within the limit": float((off[~np.isnan(off)] <= IDENTITY).mean()),
            "from the animatic": _mean(np.linalg.norm(drawn, axis=-1)),
            "its colour alone": _mean(np.linalg.norm(drawn[:, 1:], axis=-1)),
            "told apart": _mean(apart), "by shot": {s.shot: _mean(part) for s, part in zip(shots, np.split(off, ends))},
            "by second": _by_second(off, shots, fps),
        }  # fmt: skip
    return result


def calm(plan: Plan, shots: list[Looks]) -> dict[str, object]:
    fps = float(plan.rate)
    flicker, unrest = (
        np.concatenate([getattr(s, name) for s in shots]) for name in ("flicker", "unrest")
    )
    border = np.concatenate([_borders(plan, shot) for shot in shots])
    return {
        "flicker": _mean(flicker), "flicker, worst second": _worst(flicker, shots, fps),
        "frames asked for flicker": int((~np.isnan(flicker)).sum()), "unrest": _mean(unrest),
        "unrest, worst second": _worst(unrest, shots, fps),
        "unrest where a clip begins": _mean(unrest[border]), "unrest elsewhere": _mean(unrest[~border]),
        "by shot": {s.shot: {"flicker": _mean(s.flicker), "unrest": _mean(s.unrest)} for s in shots},
        "by second": {"flicker": _by_second(flicker, shots, fps), "unrest": _by_second(unrest, shots, fps)},
    }  # fmt: skip


def _borders(plan: Plan, looks: Looks) -> Floats:
    """Which frames are the first of a clip of the bundled model."""
    shot, step = plan.shot(looks.shot), CLIP - KNOWN
    first = looks.start - next(e.start for e in plan.edit if e.shot == looks.shot)
    begins = set(range(step if shot.continues else CLIP, shot.frames, step))
    return np.array([first + f in begins for f in range(len(looks.unrest))])


def _by_second(values: Floats, shots: list[Looks], fps: float) -> list[float | None]:
    """Means over the seconds of the film, None where there is nothing."""
    numbers = np.concatenate([shot.start + np.arange(len(shot.unrest)) for shot in shots])
    second = (numbers / fps).astype(int)
    return [_mean(values[second == s]) for s in range(second[-1] + 1)]


def _worst(values: Floats, shots: list[Looks], fps: float) -> float | None:
    return max((v for v in _by_second(values, shots, fps) if v is not None), default=None)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.mean()), 3) if len(known) else None


def plot(path: Path, plan: Plan, shots: list[Looks]) -> None:
    fps = float(plan.rate)

    def line(name: str, colour: str, values: Floats) -> Line:
        seconds = _by_second(values, shots, fps)
        return Line(name, colour, np.array([np.nan if v is None else v for v in seconds]))

    who = [line(id, colour, kept(shots, id, round(fps))) for id, colour in zip(shots[0].drawn, COLOURS)]
    restless = [
        line(name, colour, np.concatenate([getattr(s, name) for s in shots]))
        for name, colour in (("flicker", "#444"), ("unrest", COLOURS[3]))
    ]
    panels = [
        Panel("Identity: ΔE from the first second", IDENTITY, who),
        Panel("Calm: ΔE from frame to frame", FLICKER, restless),
    ]
    write_plot(path, panels, [(e.start / fps, e.shot) for e in plan.edit], plan.frames / fps)


def report(plan: Plan, shots: list[Looks], found: dict[str, object]) -> str:
    """As Markdown, for the documents."""
    cost, who, rest = found["cost"], found["people"], found["calm"]
    assert isinstance(cost, dict) and isinstance(who, dict) and isinstance(rest, dict)
    rows = [
        f"{plan.frames / float(plan.rate):g} s, {found['size']}, {found['fps']} frames a second, {len(shots)} shots, "
        f"{found['model']}, profile {found['profile']}",
        f"{cost['wall']:.0f} s, {cost['cpu']:.0f} s of CPU, {cost['memory'] / 1e9:.2f} GB at the peak, a file of "
        f"{float(str(found['bytes'])) / 1e6:.1f} MB",
        "", f"| shot | {' | '.join(who)} | flicker | unrest |", f"|---|{'---|' * len(who)}---|---|",
    ]  # fmt: skip
    said = lambda v: "" if v is None else f"{v:.2f}"  # noqa: E731
    for shot in shots:
        own = rest["by shot"][shot.shot]
        cells = [*(who[id]["by shot"][shot.shot] for id in who), own["flicker"], own["unrest"]]
        rows.append(f"| {shot.shot} | {' | '.join(map(said, cells))} |")
    means = [*(who[id]["kept"] for id in who), rest["flicker"], rest["unrest"]]
    worst = [*(who[id]["kept, worst second"] for id in who)]
    worst += [rest[f"{name}, worst second"] for name in ("flicker", "unrest")]
    rows += [
        f"| all | {' | '.join(map(said, means))} |",
        f"| worst second | {' | '.join(map(said, worst))} |",
        "",
    ]
    for id, facts in who.items():
        rows.append(
            f"{id}: {facts['frames']} frames, {100 * facts['within the limit']:.1f} % within ΔE {IDENTITY:g} of the first "
            f"second, {said(facts['from the animatic'])} from the animatic ({said(facts['its colour alone'])} without "
            f"lightness), told from others in {100 * (facts['told apart'] or 0):.1f} % of frames"
        )
    rows.append(
        f"unrest {said(rest['unrest where a clip begins'])} where a clip begins, {said(rest['unrest elsewhere'])} elsewhere"
    )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
