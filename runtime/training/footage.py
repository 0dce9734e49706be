"""All clips of a training, rendered on every core.

A file of its own: processes that are spawned can't find what stands in a package's `__main__`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

from scenelang.runtime.training.clips import SHARD, alone, make_shards
from scenelang.runtime.training.config import TRAIN_SEED
from scenelang.runtime.training.samples import shard_cues


def render_clips(
    count: int, folder: Path, tell: Callable[[int], None] | None = None, enough: Event | None = None
) -> int:
    """At least `count` clips with their cues, or fewer once `enough` is set; those that are there stay. `tell`
    hears of each few that are done. Returns how many were asked for."""
    numbers = range(-(-count // SHARD))
    context = get_context("spawn")
    turn = context.Value("i", 0)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ProcessPoolExecutor(
        cores, mp_context=context, initializer=_on_a_core, initargs=(turn,)
    ) as pool:
        for done in as_completed([pool.submit(_render_shard, folder, number) for number in numbers]):
            done.result()
            if enough is not None and enough.is_set():
                pool.shutdown(cancel_futures=True)
                break
            if tell is not None:
                tell(SHARD)
    return len(numbers) * SHARD


def _on_a_core(turn: Any) -> None:
    """Each process of the pool on a core of its own."""
    with turn.get_lock():
        mine = turn.value
        turn.value += 1
    alone(mine)


def _render_shard(folder: Path, number: int) -> int:
    for made in make_shards(folder, TRAIN_SEED, [number]):
        shard_cues(folder, made)
    return number
