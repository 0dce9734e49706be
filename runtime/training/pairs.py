"""Pairs to learn enlarging from: what a backend draws, and the same moment drawn four times as large.

Kept in shards on disk, one film each: `NNNNN.safetensors` with uint8 [N, H, W, 3] in sRGB, `large` (the animatic
at 1024x576), `small` (the animatic drawn at 256x144) and, in every fourth, `model` (what maquette makes of the
same plan). A shard that is there is never made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from scenelang.compiler.plan import Plan
from scenelang.runtime.finish.upscaler import SCALE
from scenelang.runtime.output import atomic_path
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.training.clips import FRAMES, HEIGHT, WIDTH, Clip, alone
from scenelang.runtime.training.films import random_plan

FIRST_SEED = 700_000_000  # films that nothing else learns from or is measured on
MOMENTS = (0, 6, 15)  # the frames of a clip that are kept: far apart, so that they differ
MODEL_EVERY = 4  # of how many films one is sampled too: sampling is dear

Pictures = dict[str, NDArray[np.uint8]]


def make_pairs(seed: int, pipeline: Any = None) -> Pictures:
    """The shard of the film that a seed names; sampled too where a maquette pipeline is given."""
    plan = random_plan(seed)
    shot = plan.shots[0]
    start = Random(seed ^ 0x5EED).randrange(shot.frames - FRAMES + 1)
    found = {
        "large": _drawn(plan, start, WIDTH * SCALE, HEIGHT * SCALE),
        "small": _drawn(plan, start, WIDTH, HEIGHT),
    }
    if pipeline is not None:
        from scenelang.runtime.training.score import sample_clip

        clip = sample_clip(pipeline, Clip(seed, start, plan, found["small"]), steps=1)
        found["model"] = np.ascontiguousarray(clip[list(MOMENTS)].numpy())
    return found


def _drawn(plan: Plan, start: int, width: int, height: int) -> NDArray[np.uint8]:
    """The animatic at MOMENTS."""
    frames = [
        chunk.clay
        for moment in MOMENTS
        for chunk in render_shot(
            plan, plan.shots[0], width, height, range(start + moment, start + moment + 1)
        )
    ]
    return np.concatenate([frame for frame in frames if frame is not None])


@dataclass(frozen=True)
class Wanted:
    """Shards to make: `count` films from a seed on, one in `model_every` sampled too (0: none)."""

    folder: Path
    count: int
    first_seed: int = FIRST_SEED
    model_every: int = MODEL_EVERY


def write_shard(wanted: Wanted, number: int) -> Path:
    """Makes a shard, unless it is there."""
    path = wanted.folder / f"{number:05}.safetensors"
    if not path.exists():
        sampled = wanted.model_every > 0 and number % wanted.model_every == 0
        pictures = make_pairs(wanted.first_seed + number, maquette() if sampled else None)
        wanted.folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            save_file(pictures, temporary)
    return path


def read_shard(path: Path) -> Pictures:
    return dict(load_file(path))


_PIPELINE: list[Any] = []


def maquette() -> Any:
    """The model that is shipped, once a process."""
    import torch

    from scenelang.runtime.loading import load_pipeline
    from scenelang.runtime.maquette.backend import WEIGHTS

    if not _PIPELINE:
        _PIPELINE.append(load_pipeline(WEIGHTS, torch.float32))
    return _PIPELINE[0]


class Renderers:
    """Processes that make shards, the first ones first, until all are there or the block ends."""

    def __init__(self, wanted: Sequence[Wanted], workers: int) -> None:
        jobs = [(w, number) for w in wanted for number in range(w.count)]
        context = get_context("spawn")
        self.processes = [
            context.Process(target=_render, args=(jobs[n::workers], n), daemon=True)
            for n in range(workers)
        ]

    def __enter__(self) -> Renderers:
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        # shards are written whole or not at all, so nothing is lost by stopping in one
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()

    @property
    def working(self) -> bool:
        return any(process.is_alive() for process in self.processes)

    @property
    def failed(self) -> bool:
        return any(process.exitcode not in (None, 0) for process in self.processes)


def _render(jobs: Sequence[tuple[Wanted, int]], core: int) -> None:
    alone(core)
    for wanted, number in jobs:
        write_shard(wanted, number)


def new_shards(folder: Path, seen: set[str]) -> Iterator[Path]:
    """Shards that came since; they are counted as seen when they are taken."""
    for path in sorted(folder.glob("[0-9]*.safetensors")):
        if path.name not in seen:
            seen.add(path.name)
            yield path
