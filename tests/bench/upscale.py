"""`python -m tests.bench.upscale`: is the finish better than what is plain? PSNR and SSIM against the truth.

Upscaling: small frames brought to the film's size as a render does it (`conform.fit`), by the upscaler and by
bicubic resampling alone, against the animatic drawn at the film's size. `shrunk` frames are that animatic made smaller,
`drawn` ones are drawn small, `maquette` ones are what the bundled model samples for the same film.

In-betweens: every other frame of films of 24 a second is left out and made again (12 to 24, as `draft` does), by optical
flow and by blending, against the frame that was left out.

All films have seeds that no training sees.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, islice
from pathlib import Path
from random import Random

import click
import numpy as np
import torch
from torch.nn.functional import interpolate

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.conform import blended, fit
from scenelang.runtime.finish.between import between
from scenelang.runtime.finish.enlarge import WEIGHTS, Enlarger
from scenelang.runtime.finish.likeness import psnr, ssim
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.training.clips import FRAMES, HEIGHT, WIDTH, Clip
from scenelang.runtime.training.config import CHECK_SEED
from scenelang.runtime.training.films import random_plan

FIRST = CHECK_SEED + 20_000  # films of their own: others measure the training while it goes on
RUN = 9  # frames of a film that in-betweens are made of
HALF = [Fraction(1, 2)]


@dataclass
class Row:
    """Two ways to make the same pictures, each against the truth: (PSNR, SSIM) of one film after the other."""

    name: str
    plain: list[tuple[float, float]] = field(default_factory=list)
    better: list[tuple[float, float]] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)  # a frame, plain and better

    def add(
        self, truth: FrameArray, plain: Callable[[], FrameArray], better: Callable[[], FrameArray]
    ) -> None:
        """Frames [F, H, W, 3] of one film."""
        clocks = []
        for way, kept in ((plain, self.plain), (better, self.better)):
            start = time.perf_counter()
            made = way()
            clocks.append((time.perf_counter() - start) / len(made))
            kept.append(likeness(made, truth))
        self.seconds.append((clocks[0], clocks[1]))

    def summary(self) -> dict[str, float | int | str]:
        mean = [[statistics.mean(v) for v in zip(*kept)] for kept in (self.plain, self.better)]
        won = sum(b[0] > p[0] and b[1] > p[1] for p, b in zip(self.plain, self.better, strict=True))
        return {
            "what": self.name, "films": len(self.plain), "better_in_both": won,
            "psnr_plain": round(mean[0][0], 3), "psnr": round(mean[1][0], 3),
            "ssim_plain": round(mean[0][1], 4), "ssim": round(mean[1][1], 4),
            "seconds_plain": round(statistics.median(s[0] for s in self.seconds), 4),
            "seconds": round(statistics.median(s[1] for s in self.seconds), 4),
        }  # fmt: skip


def likeness(made: FrameArray, truth: FrameArray) -> tuple[float, float]:
    """Mean PSNR in dB and SSIM of frames [F, H, W, 3]."""
    pairs = [
        [torch.from_numpy(np.ascontiguousarray(f)).permute(2, 0, 1)[None] / 255 for f in two]
        for two in zip(made, truth)
    ]
    return tuple(statistics.mean(float(of(x, y)) for x, y in pairs) for of in (psnr, ssim))  # type: ignore[return-value]


def drawn(plan: Plan, frames: range, width: int, height: int) -> FrameArray:
    chunks = render_shot(plan, plan.shots[0], width, height, frames)
    return np.concatenate([c.clay for c in chunks if c.clay is not None])


def shrunk(frames: FrameArray, width: int, height: int) -> FrameArray:
    """Each pixel the mean of what it covers."""
    planes = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    small = interpolate(planes, (height, width), mode="area").round().to(torch.uint8)
    return small.permute(0, 2, 3, 1).contiguous().numpy()


def sampled(plan: Plan, start: int, seed: int, at: int, size: tuple[int, int]) -> FrameArray:
    """What the bundled model samples of a frame."""
    from scenelang.runtime.training.pairs import maquette
    from scenelang.runtime.training.score import sample_clip

    clip = sample_clip(maquette(), Clip(seed, start, plan, np.empty(0, np.uint8)), size=size)
    return clip[at : at + 1].numpy()


def upscaling(
    films: int, of_model: int, small: tuple[int, int], size: tuple[int, int], folder: Path
) -> list[Row]:
    enlarge = Enlarger(folder)
    rows = [
        Row(f"upscale {name} {small[0]}x{small[1]} to {size[0]}x{size[1]}")
        for name in ("shrunk", "drawn", "maquette")
    ]
    for number in range(films):
        seed = FIRST + number
        plan = random_plan(seed)
        start = Random(seed).randrange(plan.shots[0].frames - FRAMES + 1)
        frame = range(start + FRAMES // 2, start + FRAMES // 2 + 1)
        truth = drawn(plan, frame, *size)
        found = [shrunk(truth, *small), drawn(plan, frame, *small)]
        if number < of_model:
            found.append(sampled(plan, start, seed, FRAMES // 2, small))
        for row, frames in zip(rows, found):
            row.add(truth, lambda: next(fit([frames], size)), lambda: next(fit([frames], size, enlarge)))  # noqa: B023
    return [row for row in rows if row.plain]


def films_at(rate: int) -> Iterator[tuple[int, Plan]]:
    plans = ((FIRST + n, random_plan(FIRST + n)) for n in count())
    return ((seed, plan) for seed, plan in plans if plan.rate == rate)


def in_betweens(films: int, width: int, height: int) -> Row:
    row = Row(f"in-betweens {width}x{height}, 12 to 24 frames a second")
    for seed, plan in islice(films_at(24), films):
        start = Random(seed).randrange(plan.shots[0].frames - RUN + 1)
        frames = drawn(plan, range(start, start + RUN), width, height)
        pairs = [*zip(frames[:-1:2], frames[2::2])]

        def made(
            way: Callable[..., list[FrameArray]], pairs: list[tuple[FrameArray, FrameArray]] = pairs
        ) -> FrameArray:
            return np.stack([way(a, b, HALF)[0] for a, b in pairs])

        row.add(frames[1::2], lambda: made(blended), lambda: made(between))
    return row


@click.command()
@click.option("--films", default=24, show_default=True, help="For upscaling.")
@click.option(
    "--sampled",
    "of_model",
    default=6,
    show_default=True,
    help="Of these, how many are sampled by maquette too.",
)
@click.option("--moving", default=16, show_default=True, help="Films for in-betweens.")
@click.option(
    "--size",
    type=(int, int),
    default=(1280, 720),
    show_default=True,
    help="Width and height of the film.",
)
@click.option(
    "--small",
    type=(int, int),
    default=(WIDTH, HEIGHT),
    show_default=True,
    help="Width and height of what is enlarged.",
)
@click.option("--weights", type=click.Path(path_type=Path), default=WEIGHTS, help="Of another upscaler.")
@click.option("--json", "as_json", is_flag=True, help="One row a line.")
def main(
    films: int,
    of_model: int,
    moving: int,
    size: tuple[int, int],
    small: tuple[int, int],
    weights: Path,
    as_json: bool,
) -> None:
    """Print the table."""
    rows = upscaling(films, of_model, small, size, weights) if films else []
    rows += [in_betweens(moving, 256, 144), in_betweens(moving, 192, 112)] if moving else []
    for row in rows:
        found = row.summary()
        click.echo(json.dumps(found) if as_json else TEXT.format(**found))


TEXT = (
    "{what}\n  PSNR {psnr_plain:.2f} -> {psnr:.2f} dB, SSIM {ssim_plain:.4f} -> {ssim:.4f}, better in both in "
    "{better_in_both} of {films} films; {seconds_plain:.3f} -> {seconds:.3f} s a frame"
)

if __name__ == "__main__":
    main()
