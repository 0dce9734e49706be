"""How exact is the estimator of camera paths? `python -m tests.bench.camera [--model maquette] …`

Films of known cameras are rendered by the animatic and their cameras recovered from the pixels; what remains is
the estimator's own error, below which no model can be measured. Each film is also rendered with a camera that
stays where it begins, while all else moves, and measured under the plan that moves: the estimator must say that
the camera stood still. With `--model` that model's films of the single moves are measured too, where obedience
and the estimator's error add up.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from torch import Tensor

# the tests' modules name one another without a package
sys.path.insert(0, str(Path(__file__).parents[1]))

from films import ONE_MOVES, one_move_film, plan_text

from scenelang.compiler.plan import Plan
from scenelang.runtime.measure.camera_errors import CameraErrors, camera_errors, rotation_errors
from scenelang.runtime.measure.camera_motion import read_frames
from scenelang.runtime.measure.camera_path import recover_shot
from scenelang.runtime.measure.camera_tracks import FrameArray
from scenelang.runtime.measure.geometry import planned
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.scene import camera
from scenelang.runtime.registry import load_backend

Row = dict[str, Any]
SIZES = {"640x360": (640, 360), "256x144": (256, 144)}

# name -> (place, lens, from, the camera's moves, more statements)
OTHERS = {
    "pan + dolly": ("a street", "35mm", "(0m, 1.6m, 5m)", "pan left 12deg + dolly in 1m", ""),
    "truck + tilt": ("a forest", "35mm", "(0m, 1.6m, 5m)", "truck right 1m + tilt up 6deg", ""),
    "orbit + pedestal": (
        "a desert",
        "35mm",
        "(0m, 1.6m, 5m)",
        "orbit left 30deg around mara + pedestal up 0.6m",
        "",
    ),
    "zoom + pan": ("a room", "35mm", "(0m, 1.6m, 4m)", "zoom in to 50mm + pan right 10deg", ""),
    "dolly-zoom": ("a street", "35mm", "(0m, 1.6m, 5m)", "dolly-zoom in 1.5m", ""),
    "roll + dolly": ("a forest", "28mm", "(0m, 1.6m, 5m)", "roll cw 12deg + dolly out 1m", ""),
    "crane, wide lens": ("a market", "24mm", "(1m, 1.2m, 5m)", "crane up 1.5m", ""),
    "long lens pan": ("a street", "85mm", "(0m, 1.6m, 9m)", "pan right 8deg", ""),
    "low push": ("a rooftop", "35mm", "(-1m, 0.5m, 4m)", "push in 1m", ""),
    "high orbit": ("a room", "24mm", "(0m, 3m, 4m)", "orbit right 20deg around mara", ""),
    "handheld truck": ("a street", "35mm", "(0m, 1.6m, 5m)", "truck left 1m", "steadiness handheld 30%"),
    "forest night": ("a forest at night", "35mm", "(0m, 1.6m, 5m)", "dolly in 1.5m", ""),
    "street night rain": (
        "a street at night",
        "35mm",
        "(0m, 1.6m, 5m)",
        "pan left 15deg",
        "particles rain { density 60% }",
    ),
    "forest snow": (
        "a snowy forest",
        "35mm",
        "(0m, 1.6m, 5m)",
        "truck right 1m",
        "particles snow { density 60% }",
    ),
    "desert pan": ("a desert", "50mm", "(0m, 1.6m, 6m)", "pan right 15deg", ""),
    "room tilt": ("a room", "35mm", "(0m, 1.5m, 4m)", "tilt up 10deg", ""),
    "sea truck": ("a beach by the sea", "35mm", "(0m, 1.6m, 5m)", "truck right 1.5m", ""),
    "mountains zoom": ("a mountain", "35mm", "(0m, 1.6m, 5m)", "zoom in to 60mm", ""),
    "walker": ("a street", "35mm", "(0m, 1.6m, 5m)", "dolly in 1m", "mara walks to the camera"),
}


def other_film(name: str) -> str:
    place, lens, spot, moves, more = OTHERS[name]
    steady = more if more.startswith("steadiness") else ""
    air = more if more.startswith("particles") else ""
    does = "  mara walks forward 1.5m\n" if more.startswith("mara") else ""
    return (
        'scenelang 1\nfilm "Camera" { size 640x360; fps 12 }\ncharacter mara "a woman in a red coat"\n'
        f'prop stall "a food stall"\nplace here "{place}"\n'
        f"shot a 2s in here {{\n  lens {lens}\n  {air}\n"
        f"  camera from {spot} looking at mara {{ {steady + '; ' if steady else ''}{moves} }}\n"
        f"  mara at (0m, 0m) facing camera\n  stall at (-2.5m, -4m) facing camera\n{does}}}\n"
    )


def films() -> Iterator[tuple[str, Plan]]:
    for name, (_, _, move) in ONE_MOVES.items():
        yield name, plan_text(one_move_film(move))
    for name in OTHERS:
        yield name, plan_text(other_film(name))


def animatic(
    plan: Plan, size: tuple[int, int], c2w: Tensor | None = None, k: Tensor | None = None
) -> FrameArray:
    """The animatic's frames at a size, brought to the film's."""
    passes = render_shot(plan, plan.shots[0], *size, c2w=c2w, intrinsics=k)
    frames = np.concatenate([p.clay for p in passes if p.clay is not None])
    if size == plan.size:
        return frames
    return np.stack([cv2.resize(f, plan.size, interpolation=cv2.INTER_CUBIC) for f in frames])


def of_model(plan: Plan, model: str, path: Path) -> FrameArray:
    for _ in render_film(plan, load_backend(model), output=path):
        pass
    return read_frames(path)


def errors(frames: FrameArray, plan: Plan) -> CameraErrors:
    shot = plan.shots[0]
    return camera_errors(recover_shot(frames, plan, shot), *planned(shot))


def stillness(plan: Plan, size: tuple[int, int]) -> tuple[float, float]:
    """What is found where the camera ignores the plan and stands still: degrees and metres at most."""
    shot = plan.shots[0]
    c2w, k = camera(shot, size[0] / size[1])
    frames = animatic(plan, size, c2w[:1].expand_as(c2w), k[:1].expand_as(k))
    path = recover_shot(frames, plan, shot)
    static = np.repeat(path.c2w_F44[:1], len(frames), 0)
    moved = np.linalg.norm(path.c2w_F44[:, :3, 3] - static[:, :3, 3], axis=1)
    return float(np.degrees(rotation_errors(path.c2w_F44, static).max())), float(moved.max())


def measured(
    console: Console,
    what: str,
    takes: Iterator[tuple[str, Plan, FrameArray]],
    size: tuple[int, int] | None,
) -> list[Row]:
    table = Table(
        "film",
        *("rotation °", "translation", "metres", "focal %", "failed", "still °", "still m", "s"),
        title=what,
        box=SIMPLE,
    )
    rows: list[Row] = []
    for name, plan, frames in takes:
        began = time.perf_counter()
        found = errors(frames, plan)
        spent = time.perf_counter() - began
        turned, moved = stillness(plan, size) if size else (0.0, 0.0)
        rows.append({"film": name, **found.to_json(), "still_degrees": turned, "still_metres": moved})
        scaled = "-" if found.translation_mean is None else f"{found.translation_mean:.4f}"
        table.add_row(
            name, f"{found.rotation_mean:.4f}", scaled, f"{found.metres:.4f}", f"{100 * found.focal:.2f}",
            f"{found.failed}/{found.frames}", f"{turned:.4f}", f"{moved:.4f}", f"{spent:.1f}",
        )  # fmt: skip
        print(f"  {name}: {found.rotation_mean:.4f}", file=sys.stderr)
    table.add_section()
    for label, part in (("median", 50), ("90th percentile", 90)):
        table.add_row(label, *(quantile(rows, key, part) for key in KEYS), "")
    console.print(table)
    return rows


KEYS = (
    "rotation_mean",
    "translation_mean",
    "metres",
    "focal",
    "failed",
    "still_degrees",
    "still_metres",
)


def quantile(rows: list[Row], key: str, part: float) -> str:
    values = [row[key] for row in rows if row[key] is not None]
    if not values:
        return "-"
    return f"{(100 if key == 'focal' else 1) * float(np.percentile(values, part)):.{2 if key == 'focal' else 4}f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.camera", description=__doc__)
    parser.add_argument(
        "--model", help="a model whose films of single moves are measured too, such as maquette"
    )
    parser.add_argument("--only", action="append", help="a film's name; default: all")
    parser.add_argument(
        "--sizes", default=",".join(SIZES), help="of the animatic, such as 640x360,256x144"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/camera"), help="folder for the model's films"
    )
    parser.add_argument("--json", type=Path, help="file for all numbers")
    chosen = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    plans = [(name, plan) for name, plan in films() if not chosen.only or name in chosen.only]
    result: dict[str, list[Row]] = {}
    for size in filter(None, chosen.sizes.split(",")):
        takes = ((name, plan, animatic(plan, SIZES[size])) for name, plan in plans)
        result[size] = measured(console, f"Animatic at {size}", takes, SIZES[size])
    if chosen.model:
        chosen.out.mkdir(parents=True, exist_ok=True)
        moves = [(name, plan) for name, plan in plans if name in ONE_MOVES]
        takes = ((n, p, of_model(p, chosen.model, chosen.out / f"{n}.mp4")) for n, p in moves)
        result[chosen.model] = measured(console, f"Films of {chosen.model}", takes, None)
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
