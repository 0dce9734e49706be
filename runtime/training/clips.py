"""Clips to learn from: random films through the real compiler and previz, kept in shards on disk.

A shard is three files: `NNNNN.npy` uint8 [N, F, H, W, 3], `NNNNN.jsonl.gz` with one line a clip (seed,
first frame, Plan), and nothing else that matters; a shard that is there is never made again.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan
from scenelang.runtime.output import atomic_path
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.training.films import random_plan

FRAMES, HEIGHT, WIDTH = 16, 144, 256
SHARD = 16  # clips


@dataclass(frozen=True)
class Clip:
    """`frames` uint8 [F, H, W, 3] in sRGB are the shot's from `start` on, at the film's rate."""

    seed: int
    start: int
    plan: Plan
    frames: NDArray[np.uint8]


def make_clip(seed: int, held: tuple[str, str] | None = None) -> Clip:
    """The clip that a seed names."""
    plan = random_plan(seed, held)
    shot = plan.shots[0]
    start = Random(seed ^ 0x5EED).randrange(shot.frames - FRAMES + 1)
    passes = render_shot(plan, shot, WIDTH, HEIGHT, range(start, start + FRAMES))
    frames = np.concatenate([p.clay for p in passes if p.clay is not None])
    return Clip(seed, start, plan, frames)


def write_shard(folder: Path, number: int, clips: list[Clip]) -> None:
    """Both files of a shard; the pictures come last, so that a shard is whole or not there."""
    with (
        atomic_path(folder / f"{number:05}.jsonl.gz") as path,
        gzip.open(path, "wt", encoding="utf-8") as out,
    ):
        for clip in clips:
            line = {"seed": clip.seed, "start": clip.start, "plan": json.loads(clip.plan.to_json())}
            out.write(json.dumps(line) + "\n")
    with atomic_path(folder / f"{number:05}.npy") as path, path.open("wb") as out:
        np.save(out, np.stack([clip.frames for clip in clips]))


def make_shards(folder: Path, first_seed: int, numbers: Iterable[int]) -> Iterator[int]:
    """Renders the shards that are missing, one after the other; yields the number of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        if not (folder / f"{number:05}.npy").exists():
            seeds = range(first_seed + number * SHARD, first_seed + (number + 1) * SHARD)
            write_shard(folder, number, [make_clip(seed) for seed in seeds])
        yield number


def some_plans(folder: Path, count: int) -> Iterator[Plan]:
    """The plans of the first `count` clips of a folder, or of all that there are."""
    for file in sorted(folder.glob("[0-9]*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in islice(lines, max(count, 0)):
                yield Plan.model_validate(json.loads(line)["plan"])
                count -= 1


def alone(core: int) -> None:
    """Keeps this process to one core, so that as many as there are cores run side by side, and behind the others:
    what learns beside it comes first."""
    os.nice(10)
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})
