"""Several learners on one machine: each works on its share of a batch, and they agree on every step.

Two processes with a core each finish a batch sooner than one with two threads, which wait for one another
at every small operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import distributed
from torch.multiprocessing import get_context


@dataclass(frozen=True)
class Crew:
    """This learner's place among `size`."""

    rank: int = 0
    size: int = 1

    def share(self, parts: torch.nn.Module, seconds: float) -> float:
        """Every gradient becomes the mean of all learners'. Returns the first one's `seconds`."""
        if self.size == 1:
            return seconds
        every = list(parts.parameters())
        seen = torch.tensor([float(p.grad is not None) for p in every])
        distributed.all_reduce(seen)  # what one learner's share didn't touch, another's may have
        touched = [p for p, count in zip(every, seen.tolist(), strict=True) if count]
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in touched]
        clock = torch.tensor([seconds * self.size if self.rank == 0 else 0.0])
        flat = torch.cat([*(g.flatten() for g in grads), clock])
        distributed.all_reduce(flat)
        flat /= self.size
        for p, mean in zip(touched, flat[:-1].split([p.numel() for p in touched]), strict=True):
            p.grad = mean.view_as(p).clone()
        return float(flat[-1])


@contextmanager
def crew_of(size: int, folder: Path, follow: Callable[[Crew], object]) -> Iterator[Crew]:
    """This process as the first of `size` learners; the others run `follow`, in processes of their own."""
    if size == 1:
        yield Crew()
        return
    with TemporaryDirectory(dir=folder) as meeting:
        place = f"file://{Path(meeting).resolve()}/crew"
        context = get_context("spawn")
        others = [
            context.Process(target=_joined, args=(Crew(rank, size), place, follow))
            for rank in range(1, size)
        ]
        for other in others:
            other.start()
        try:
            distributed.init_process_group("gloo", init_method=place, rank=0, world_size=size)
            yield Crew(0, size)
            for other in others:
                other.join()
        finally:
            for other in others:
                other.terminate()
            distributed.destroy_process_group()


def _joined(crew: Crew, place: str, follow: Callable[[Crew], object]) -> None:
    distributed.init_process_group("gloo", init_method=place, rank=crew.rank, world_size=crew.size)
    follow(crew)
    distributed.destroy_process_group()
