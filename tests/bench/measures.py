"""Measures of finished frames, for the question whether a film shows what its file says.

All take frames in CIELAB at 256x144, float32 [F, H, W, 3] (lightness 0 to 100, a* to red, b* to yellow),
and the regions of the picture that the plan, not the film, names. A measure is a vector; what a change of
the file does to a film is the difference of two such vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Lab = NDArray[np.float32]
Mask = NDArray[np.bool_]
Vector = NDArray[np.float64]

SIZE = (
    256,
    144,
)  # width, height: what the bundled model draws, so that no film is asked for finer detail
COAT = (0.28, 0.62)  # part of a standing body's height, from the top, that a coat covers
INSIDE = 3  # px from an edge: nearer, a film softer than the animatic mixes what is on both sides
FINE = 9  # px: a rise and fall within this width is fine detail
CELL = 8  # px: a model may miss a hand's place by this much
RED = 25.0  # a*: what is redder is the coat's red in every light of the test
LEVELS = np.linspace(0.05, 0.95, 10)  # the quantiles that say how the values of a region are spread


@dataclass(frozen=True)
class Regions:
    """Where a pair of films is measured; `coat` and `body` where the body is in the first of the two."""

    coat: Mask  # [F, H, W]
    body: Mask  # [F, H, W]
    reach: Mask  # [H, W]: wherever the body is in a frame of either film
    backdrop: Mask  # [H, W]: where no subject is in any frame of either


def small(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Frames [F, H, W, 3] at SIZE."""
    return np.stack([cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA) for frame in frames])


def lab(frames: NDArray[np.uint8]) -> Lab:
    """Frames [F, H, W, 3] in sRGB as CIELAB at SIZE."""
    return np.stack([cv2.cvtColor(f.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for f in small(frames)])


def regions(base: NDArray[np.uint8], variant: NDArray[np.uint8]) -> Regions:
    """From the mask passes [F, H, W] of both plans, whose first subject is the body."""
    body = base == 1
    rows = np.arange(body.shape[1])[None, :, None]
    seen = body.any(2)
    top = seen.argmax(1)[:, None, None]
    high = seen.sum(1)[:, None, None]
    coat = body & (rows >= top + COAT[0] * high) & (rows < top + COAT[1] * high)
    anyone = ((base > 0) | (variant > 0)).any(0)
    return Regions(coat, body, (body | (variant == 1)).any(0), shrunk(~anyone))


def shrunk(mask: Mask) -> Mask:
    """Without what lies within INSIDE pixels of the region's edge."""
    side = 2 * INSIDE + 1
    return cv2.erode(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def coat_colour(film: Lab, where: Regions) -> Vector:
    """Mean a* and b* of the coat."""
    return film[where.coat][:, 1:].mean(0, dtype=np.float64)


def light_balance(film: Lab, where: Regions) -> Vector:
    """Lightness: left less right over the body, left less right over the ground beside it, the body's."""
    column = np.arange(film.shape[2])[None, None, :]
    middle = (where.body * column).sum() / where.body.sum()
    left = column < middle
    low = np.zeros_like(where.body)
    low[:, 2 * film.shape[1] // 3 :] = True
    ground = low & where.backdrop
    light = film[..., 0]
    sides = [light[part & left].mean() - light[part & ~left].mean() for part in (where.body, ground)]
    return np.array([*sides, light[where.body].mean()], np.float64)


def warmth(film: Lab, where: Regions) -> Vector:
    """Mean b* of the whole picture: blue below, yellow above."""
    return film[..., 2].mean(dtype=np.float64)[None]


def drifting(film: Lab, where: Regions) -> Vector:
    """Energy of the fine detail that comes and goes from frame to frame: of upright streaks, of level ones,
    and of the red in it. Energies of independent things add, so that a film's own noise cancels out of a
    difference of two."""
    change = film[1:] - film[:-1]
    fine = np.stack([d - cv2.blur(d, (FINE, FINE)) for d in change])
    upright = np.stack([cv2.blur(d[..., 0], (1, FINE)) for d in fine])
    level = np.stack([cv2.blur(d[..., 0], (FINE, 1)) for d in fine])
    return np.array([np.square(part).mean() for part in (upright, level, fine[..., 1])], np.float64)


def backdrop_look(film: Lab, where: Regions) -> Vector:
    """How lightness, a*, b* and texture are spread over the upper, middle and lower third of the backdrop.

    Quantiles, whose distance is that of histograms (Wasserstein's), but which need no bins.
    """
    picture = film.mean(0)
    texture = np.hypot(cv2.Sobel(picture[..., 0], -1, 1, 0), cv2.Sobel(picture[..., 0], -1, 0, 1)) / 8
    planes = np.concatenate([picture, texture[..., None]], -1)
    thirds = zip(np.array_split(planes, 3), np.array_split(where.backdrop, 3), strict=True)
    return np.concatenate([np.quantile(part[there], LEVELS, axis=0).ravel() for part, there in thirds])


def place_at_end(film: Lab, where: Regions) -> Vector:
    """Where the middle of the red coat is in the last quarter of the film, px from the left and the top."""
    red = np.clip(film[-(len(film) // 4) :, :, :, 1] - RED, 0, None).mean(0) * where.reach
    if red.sum() < 1:
        return np.full(2, np.nan)
    rows, columns = np.indices(red.shape)
    return np.array([(red * columns).sum(), (red * rows).sum()], np.float64) / red.sum()


def motion(film: Lab, where: Regions) -> Vector:
    """Energy of what changes from frame to frame within the body's reach, by cells of CELL px."""
    energy = np.square(film[1:] - film[:-1]).sum(-1).mean(0) * where.reach
    cells = cv2.resize(energy, (SIZE[0] // CELL, SIZE[1] // CELL), interpolation=cv2.INTER_AREA)
    return cells.ravel().astype(np.float64)


Measure = Callable[[Lab, Regions], Vector]


@dataclass(frozen=True)
class Compared:
    """What a change of the file does to the model's film, beside what it does to the animatic."""

    cosine: float  # between both differences, 1 in the same direction
    ratio: float  # of their lengths, the model's over the animatic's
    to_own: float  # from the model's changed film to the animatic's
    to_base: float  # from the model's changed film to the animatic without the change


def compared(base: Vector, variant: Vector, base_animatic: Vector, variant_animatic: Vector) -> Compared:
    ours, theirs = variant - base, variant_animatic - base_animatic
    lengths = float(np.linalg.norm(ours)), float(np.linalg.norm(theirs))
    return Compared(
        cosine=float(ours @ theirs / max(lengths[0] * lengths[1], 1e-9)),
        ratio=lengths[0] / max(lengths[1], 1e-9),
        to_own=float(np.linalg.norm(variant - variant_animatic)),
        to_base=float(np.linalg.norm(variant - base_animatic)),
    )


def difference(one: Lab, other: Lab) -> NDArray[np.float32]:
    """How far apart two films look, [H, W]: Lab distance (ΔE 1976), its median over time, so that what passes
    in front of a thing for a moment does not count as a change of the thing."""
    return np.median(np.linalg.norm(one - other, axis=-1), axis=0)
