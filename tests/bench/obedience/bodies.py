"""Where a take shows a subject, found by its colours, against where the plan has it.

Pixels are weighed by how much more likely their colour is among those of the subject than among those around
it; both sets of colours are the reference's. What the same measure finds in the reference itself is the
yardstick, so that its own errors cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from bench.obedience.pictures import Lab, Mask, grown, shrunk
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEAST = 90  # pixels of a subject in a frame, else it is too small to be asked for
WITHOUT_EDGE = 50  # pixels that must be left for the edge to be left out where colours are read
RING = 12  # px around it that it must stand out from
COLOURS = 5  # of a subject, and of what is around it
NOISE = 7.0  # ΔE: the spread of one colour, at least
PART = 0.3
NEAR = 6  # px from where it should be: what of its colours doesn't reach there is something else
CLEAR = 0.35  # of the likelihoods' contrast in the reference: below, it doesn't stand out even there


@dataclass(frozen=True)
class Spot:
    """The middle (x, y) and the size, px, of what looks like the subject in a frame."""

    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Found:
    """`position` is the distance to where it should be over its diagonal in the picture, the mean over frames; `size`
    the ratio of sizes (square roots of areas); `colour` ΔE of a* and b*, `light` that of lightness; `asked`
    says in how many frames it could be asked for. `position` and `size` are NaN where it doesn't stand out."""

    position: float
    size: float
    colour: float
    light: float
    asked: int


def find(take: Lab, reference: Lab, mask: Mask, anyone: Mask, frames: list[int]) -> Found | None:
    """A subject with its planned `mask`; `anyone` is every subject's. Films and masks [F, H, W(, 3)]. None where it
    is hardly ever in the picture."""
    positions, sizes, colours, lights = [], [], [], []
    ring = grown(mask, RING) & ~grown(anyone, 1)
    core = shrunk(mask, 1)
    for f in frames:
        if mask[f].sum() < LEAST:
            continue
        where = core[f] if core[f].sum() >= WITHOUT_EDGE else mask[f]
        ours, theirs = take[f][where].mean(0), reference[f][where].mean(0)
        colours.append(float(np.hypot(*(ours - theirs)[1:])))
        lights.append(float(abs(ours - theirs)[0]))
        if ring[f].sum() < LEAST:
            continue
        spots = _spots(take[f], reference[f], mask[f], ring[f], anyone[f])
        if spots is None:
            continue
        mine, right = spots
        rows, columns = np.flatnonzero(mask[f].any(1)), np.flatnonzero(mask[f].any(0))
        across = float(np.hypot(np.ptp(rows), np.ptp(columns)))
        off = np.hypot(mine.x - right.x, mine.y - right.y) if mine.size > 0 else across
        positions.append(min(1.0, float(off) / across))
        sizes.append(mine.size / max(right.size, 1e-6))
    if not colours:
        return None
    return Found(
        float(np.mean(positions)) if positions else np.nan, float(np.median(sizes)) if sizes else np.nan,
        float(np.mean(colours)), float(np.mean(lights)), len(colours),
    )  # fmt: skip


def _spots(
    take: Floats, reference: Floats, mask: Mask, ring: Mask, anyone: Mask
) -> tuple[Spot, Spot] | None:
    """In a frame of the take and of the reference; None where it doesn't stand out in the reference."""
    inside, outside = _palette(reference[mask]), _palette(reference[ring])
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    reach = max(10, int(0.5 * (rows[-1] - rows[0])), int(0.5 * (columns[-1] - columns[0])))
    area = np.s_[
        max(0, rows[0] - reach) : rows[-1] + reach + 1,
        max(0, columns[0] - reach) : columns[-1] + reach + 1,
    ]
    others = (anyone & ~mask)[area]
    right = _likely(reference[area], inside, outside)
    if right[mask[area]].mean() - right[ring[area]].mean() < CLEAR:
        return None
    found = _likely(take[area], inside, outside)
    near = grown(mask[None], NEAR)[0][area]
    return _spot(np.where(others, 0, found), near), _spot(np.where(others, 0, right), near)


def _palette(colours: Floats) -> tuple[Floats, Floats]:
    """The main colours [K, 3] of pixels [N, 3] and the share of each [K]."""
    count = min(COLOURS, len(colours))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    cv2.setRNGSeed(1)
    _, label, centre = cv2.kmeans(
        colours.astype(np.float32), count, None, stop, 1, cv2.KMEANS_PP_CENTERS
    )
    return centre, np.bincount(label.ravel(), minlength=count) / len(colours)


def _likely(picture: Floats, inside: tuple[Floats, Floats], outside: tuple[Floats, Floats]) -> Floats:
    """How likely each pixel is the subject's, 0 to 1, [H, W]."""
    scores = []
    for centre, share in (inside, outside):
        far = np.square(picture[:, :, None] - centre).sum(-1) / (2 * NOISE**2)
        scores.append((share * np.exp(-np.minimum(far, 60))).sum(-1) + 1e-6)
    result: Floats = (scores[0] / (scores[0] + scores[1])).astype(np.float32)
    return cv2.GaussianBlur(result, (0, 0), 1.0)


def _spot(likely: Floats, near: Mask) -> Spot:
    """Of the connected parts that are more likely the subject than not, and reach where it should be, those as large as
    PART of the largest: what stands before a subject may cut it in two, and a house may have its colours."""
    count, label, stats, _ = cv2.connectedComponentsWithStats((likely > 0.5).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[np.setdiff1d(np.arange(count), label[near])] = 0
    areas[0] = 0
    if not areas.any():
        return Spot(0.0, 0.0, 0.0)
    rows, columns = np.nonzero(np.isin(label, np.flatnonzero(areas >= PART * areas.max())))
    return Spot(float(columns.mean()), float(rows.mean()), float(len(rows)) ** 0.5)
