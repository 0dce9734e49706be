"""Twenty shots of a tiny Wan: rendered by Scenelang, by a plain script, and by one that loads the model for each shot.

    python -m tests.bench.plain_wan

All three in one run, so that what else runs on the machine falls on all of them. It prints how much longer
the plain scripts take, in wall and CPU time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import tiny_models as tiny
import torch
from diffusers import WanPipeline
from films import plan_text
from test_wan_counts import twenty_shots

from scenelang.compiler.plan import Plan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.encode import open_film
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend

STEPS = 4


def ours(project: Path, plan: Plan) -> None:
    backend = load_backend(str(project / "model"), project)
    for _ in render_film(plan, backend, output=project / "ours.mp4", project=project):
        pass


def plain(project: Path, plan: Plan, again: bool) -> FrameArray:
    """One call of the pipeline a shot, its frames written one after another; the first shot's are returned."""
    pipe = _loaded(project)
    every = []
    for shot in plan.shots:
        if again and every:
            pipe = _loaded(project)
        prompt = prompts(plan, shot, "wan")[0]
        made = pipe(
            prompt=prompt.text, negative_prompt=prompt.negative, height=32, width=64, num_frames=5,
            num_inference_steps=STEPS, guidance_scale=5.0, generator=torch.Generator().manual_seed(shot.seed),
            output_type="np",
        ).frames[0]  # fmt: skip
        every.append((made * 255).round().astype(np.uint8)[: shot.frames])
    with open_film(project / "plain.mp4", plan, (), "final") as film:
        film.write(np.concatenate(every))
    return every[0]


def _loaded(project: Path) -> Any:
    pipe = WanPipeline.from_pretrained(project / "model")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, busy = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - busy


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        project, plan = Path(temporary), plan_text(twenty_shots())
        tiny.save_wan_t2v(project / "model")
        (project / "scenelang.toml").write_text(f"[profiles.final]\nsteps = {STEPS}\n")
        ways: dict[str, Callable[[], object]] = {
            "scenelang": lambda: ours(project, plan),
            "plain script": lambda: plain(project, plan, False),
            "plain script that loads for each shot": lambda: plain(project, plan, True),
        }
        ways["scenelang"]()  # what is imported and compiled once falls on none of them
        took = {name: [timed(work) for _ in range(3)] for name, work in ways.items()}
    best = {name: [min(each) for each in zip(*times)] for name, times in took.items()}
    base = best["scenelang"]
    print(f"{len(plan.shots)} shots, 12 distinct prompts, {STEPS} steps; the best of three")
    for name, (wall, busy) in best.items():
        print(
            f"{name:<40} wall {wall / base[0]:5.2f} x  CPU {busy / base[1]:5.2f} x  ({wall:.2f} s, {busy:.2f} s)"
        )


if __name__ == "__main__":
    main()
