"""Films that hold pairs which no training film held, beside films like those of the training.

Both are new to the model; what the first lose against the second is what it can't put together. The animatic
of the same plan is the reference, picture by picture: the file says where everything is and what it is like,
so there is one right picture but for what no word says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from bench.obedience.pictures import SIZE, lab, small
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.table import Table

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend, Frames, Job
from scenelang.runtime.conform import conform
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.training.films import random_plan
from scenelang.runtime.training.world import HELD_OUT

HELD_SEED, SEEN_SEED = 900_000_000, 900_100_000  # far beyond those of the training films
FILMS = 2  # for each pair
FRAMES = 16  # of each film, its first
FILM_SIZE = (640, 360)


@dataclass(frozen=True)
class Likeness:
    """How like the animatic a film is. `psnr` in dB; `ssim` of the lightness, at most 1; `subjects` is ΔE where
    subjects are, None where none is seen."""

    pair: str  # empty for a film without a held-out pair
    seed: int
    psnr: float
    ssim: float
    subjects: float | None

    def to_json(self) -> dict[str, Any]:
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def films() -> Iterator[tuple[str, int, Plan]]:
    """The held-out pair or nothing, the seed and the Plan of each film."""
    pairs = [pair for pair in sorted(HELD_OUT) for _ in range(FILMS)]
    for number, pair in enumerate(pairs):
        yield " + ".join(pair), HELD_SEED + number, random_plan(HELD_SEED + number, pair)
    for number in range(len(pairs)):
        yield "", SEEN_SEED + number, random_plan(SEEN_SEED + number)


COUNT = 2 * FILMS * len(HELD_OUT)


def first_frames(plan: Plan, backend: Backend, profile: str) -> NDArray[np.uint8]:
    """The first FRAMES of the film's one shot, of FILM_SIZE; no later frame is rendered, but for those
    that the backend makes together with them."""
    plan, shot = plan.model_copy(update={"size": FILM_SIZE}), plan.shots[0]
    native = backend.native(plan, profile)
    conditioning = condition_shot(
        plan, shot, native, raster=backend.raster(native), encode=backend.encode, dialect=backend.dialect
    )
    events = backend.render(Job(plan, shot, conditioning, native, profile), None)
    chunks = (event.frames for event in events if isinstance(event, Frames))
    return np.concatenate([*conform(chunks, native, plan.size, plan.rate, FRAMES)])


def likeness(
    pair: str, seed: int, plan: Plan, model: NDArray[np.uint8], animatic: NDArray[np.uint8]
) -> Likeness:
    """Of frames uint8 [F, H, W, 3], compared at SIZE."""
    passes = render_shot(plan, plan.shots[0], *SIZE, range(FRAMES), ("mask",), smooth=False)
    anyone = np.concatenate([p.mask for p in passes if p.mask is not None]) > 0
    ours, theirs = small(model), small(animatic)
    apart = np.linalg.norm(lab(model) - lab(animatic), axis=-1)
    grey = [np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in film]) for film in (ours, theirs)]
    structure = float(np.mean([ssim(a, b) for a, b in zip(*grey, strict=True)]))
    return Likeness(
        pair, seed, psnr(ours, theirs), structure, float(apart[anyone].mean()) if anyone.any() else None
    )


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """In dB; 99 for what is the same to the byte."""
    error = float(np.square(one.astype(np.float64) - other).mean())
    return min(99.0, float(10 * np.log10(255**2 / max(error, 1e-9))))


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Structural similarity of two grey pictures (Wang et al. 2004): means, variances and covariance
    under a Gaussian of 1.5 px."""
    x, y = one.astype(np.float64), other.astype(np.float64)
    mean = lambda picture: cv2.GaussianBlur(picture, (11, 11), 1.5)  # noqa: E731
    mx, my = mean(x), mean(y)
    vx, vy, both = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return float(like.mean())


def means(found: list[Likeness]) -> dict[str, dict[str, float]]:
    """The mean of each measure, of films with held-out pairs and of those without."""
    result = {}
    for name, chosen in (
        ("held out", [f for f in found if f.pair]),
        ("seen", [f for f in found if not f.pair]),
    ):
        bodies = [f.subjects for f in chosen if f.subjects is not None]
        columns = {
            "psnr": [f.psnr for f in chosen],
            "ssim": [f.ssim for f in chosen],
            "subjects": bodies,
        }
        result[name] = {
            key: round(float(np.mean(values)), 4) for key, values in columns.items() if values
        }
    return result


def table(found: list[Likeness]) -> Table:
    columns = ("pair", "seed", "PSNR", "SSIM", "subjects ΔE")
    result = Table(*columns, title="Combinations, against the animatic", box=SIMPLE)
    for f in found:
        bodies = "–" if f.subjects is None else f"{f.subjects:.1f}"
        result.add_row(f.pair or "seen", str(f.seed), f"{f.psnr:.1f}", f"{f.ssim:.3f}", bodies)
    result.add_section()
    for name, mean in means(found).items():
        values = [
            f"{mean[key]:{form}}" if key in mean else "–"
            for key, form in (("psnr", ".1f"), ("ssim", ".3f"), ("subjects", ".1f"))
        ]
        result.add_row(f"mean, {name}", "", *values)
    return result
