"""Chunks of frames drawn side by side, one a core, and told in order.

A chunk is small enough for a core's cache, too small to be split well among cores by
torch itself; whole chunks side by side use every core fully.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(work: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """`work` of each item, in order, a few ahead of what was taken; one worker is a plain loop."""
    if workers <= 1:
        yield from map(work, items)
        return
    threads = ThreadPoolExecutor(workers, "previz", initializer=torch.set_num_threads, initargs=(1,))
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(threads.submit(work, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
