"""Twenty shots of a tiny Wan: rendered by Scenelang, by a plain script, and by one that loads the model for each shot.

    python -m tests.bench.plain_wan                       # some minutes on one core
    python -m tests.bench.plain_wan --steps 8 --rounds 1

The ways take turns, so that what else runs on the machine falls on all of them. It prints how much longer the plain
scripts take, in wall and CPU time, and what part of the plain script's time the denoiser is; and it stops where the
films' frames are not equal, bit for bit.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import tiny_models as tiny
import torch
from diffusers import WanPipeline
from films import plan_text
from short_films import decoded
from test_wan_counts import twenty_shots

from scenelang.compiler.plan import Plan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.encode import open_film
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend

Took = tuple[float, float]  # wall and CPU seconds


def ours(project: Path, plan: Plan, shots: list[str] | None = None) -> None:
    backend, output = load_backend(str(project / "model"), project), project / "scenelang.mp4"
    for _ in render_film(plan, backend, output=output, shots=shots, project=project):
        pass


def plain(project: Path, plan: Plan, steps: int, again: bool) -> float:
    """One call of the pipeline a shot, its frames written one after another; the denoiser's CPU seconds."""
    pipe, spent = _loaded(project), _Spent()
    spent.listen(pipe)
    with open_film(project / ("reloaded.mp4" if again else "plain.mp4"), plan, (), "final") as film:
        for number, shot in enumerate(plan.shots):
            if again and number:
                pipe = _loaded(project)
                spent.listen(pipe)
            prompt = prompts(plan, shot, "wan")[0]
            made = pipe(
                prompt=prompt.text, negative_prompt=prompt.negative, height=32, width=64, num_frames=5,
                num_inference_steps=steps, guidance_scale=5.0, generator=torch.Generator().manual_seed(shot.seed),
                output_type="np",
            ).frames[0]  # fmt: skip
            film.write((made * 255).round().astype(np.uint8)[: shot.frames])
    return spent.seconds


class _Spent:
    """CPU seconds of a denoiser's calls."""

    seconds = 0.0

    def listen(self, pipe: Any) -> None:
        pipe.transformer.register_forward_pre_hook(self._begin)
        pipe.transformer.register_forward_hook(self._end)

    def _begin(self, *_: Any) -> None:
        self.seconds -= thread_time()

    def _end(self, *_: Any) -> None:
        self.seconds += thread_time()


def _loaded(project: Path) -> Any:
    pipe = WanPipeline.from_pretrained(project / "model")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def timed(work: Callable[[], Any]) -> tuple[Took, Any]:
    wall, busy = perf_counter(), _cpu()
    result = work()
    return (perf_counter() - wall, _cpu() - busy), result


def _cpu() -> float:
    """CPU seconds of this process, all its threads, and those that it waited for."""
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=80, help="denoising steps of a shot")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is timed")
    chosen = parser.parse_args()
    torch.set_num_threads(1)  # of the denoiser's calls the calling thread is timed
    with tempfile.TemporaryDirectory() as temporary:
        project, plan = Path(temporary), plan_text(twenty_shots())
        tiny.save_wan_t2v(project / "model")
        (project / "scenelang.toml").write_text(
            f'[profiles.final]\nsteps = {chosen.steps}\nsize = "64x32"\n'
        )
        ways: dict[str, Callable[[], Any]] = {
            "scenelang": lambda: ours(project, plan),
            "plain script": lambda: plain(project, plan, chosen.steps, False),
            "plain script that loads for each shot": lambda: plain(project, plan, chosen.steps, True),
        }
        ours(project, plan, [plan.shots[0].id])  # what is imported once falls on none of them
        rounds = []
        for _ in range(chosen.rounds):
            rounds.append({name: timed(work) for name, work in ways.items()})
            films = [decoded(project / f"{name}.mp4") for name in ("scenelang", "plain", "reloaded")]
            if not all(np.array_equal(films[0], film) for film in films[1:]):
                raise SystemExit("the films differ")
    told(rounds, chosen.steps, len(plan.shots))


def told(rounds: list[dict[str, tuple[Took, Any]]], steps: int, shots: int) -> None:
    print(
        f"{shots} shots, 12 distinct prompts, {steps} steps; {len(rounds)} rounds; frames equal bit for bit"
    )
    for name in rounds[0]:
        wall, busy = (median(r[name][0][n] / r["scenelang"][0][n] for r in rounds) for n in (0, 1))
        took = [median(r[name][0][n] for r in rounds) for n in (0, 1)]
        part = median(r[name][1] / r[name][0][1] if r[name][1] else 0.0 for r in rounds)
        of = f", the denoiser {part:.0%} of it" if part else ""
        print(
            f"{name:<40} wall {wall:5.2f} x  CPU {busy:5.2f} x  ({took[0]:.1f} s, {took[1]:.1f} s CPU{of})"
        )


if __name__ == "__main__":
    main()
