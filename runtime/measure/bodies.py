"""Where a take shows a planned subject and how large: its planned outline, found by its planned colours.

A pixel is weighed by how much more likely its colour is among those that the animatic gives the subject than
among those of the rest of the picture. The outline is then tried at many places and sizes; where it fits, the
pixels inside it are likely the subject's, and those around it are not. What the same measure finds in
the animatic itself is the yardstick. A look with other colours isn't recognised: then little is found,
and the confidence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.compiler.plan import Plan, ShotPlan, SubjectPlan, at
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.measure.opencv import cv2
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.scene import camera

Lab = NDArray[np.float32]  # [H, W, 3] lightness 0 to 100, a* to red, b* to yellow
Mask = NDArray[np.bool_]  # [H, W]
Map = NDArray[np.float32]  # [H, W]

WIDTH = 256  # px, of the pictures that are searched
AROUND = (
    2  # the animatic is drawn with this many times the field, so that an outline isn't cut by the frame
)
LEAST = 60  # px of a subject within the frame, else nobody can see it
INSIDE, OUTSIDE = 5, 8  # main colours of a subject, and of the rest
NOISE = 7.0  # ΔE: the spread of one colour
LIGHT = 0.6  # weight of lightness beside a* and b*: light falls otherwise in every model
STEP = 1.1
SCALES = tuple(STEP**n for n in range(-11, 12))  # sizes at which the outline is tried, 0.35 to 2.85
STRAY = 0.3  # what a fit loses for being a frame's width away
GROWN = 0.05  # and for being e times larger or smaller
RING = 0.12  # width of what is around an outline, in parts of its size
ALIKE, UNLIKE = (
    10.0,
    20.0,
)  # ΔE of the backdrop: a take that looks like the animatic, and one that doesn't


@dataclass(frozen=True)
class Sighting:
    """A subject in a frame. `planned` is its standing height in parts of the frame's height, `scale` how many times
    as large it was found; `fit` compares the outline's contrast with the animatic's (1: as clear, 0:
    nothing there), `clear` is the animatic's own, 0 to 1; `alike` says how far the backdrop looks as planned."""

    planned: float
    scale: float
    fit: float
    clear: float
    alike: float
    strange: float


def sightings(
    plan: Plan, shot: ShotPlan, numbers: Sequence[int], frames: FrameArray, ids: Sequence[str]
) -> dict[str, list[Sighting]]:
    """What frames [N, H, W, 3], the shot's of these numbers, show of the subjects that the plan has in the picture."""
    found: dict[str, list[Sighting]] = {}
    height = max(2, round(WIDTH * frames.shape[1] / frames.shape[2]))
    order = [s.id for s in plan.subjects]
    for number, frame in zip(numbers, frames, strict=True):
        wide, masks = _animatic(plan, shot, number, (WIDTH, height))
        inner = np.s_[
            (AROUND - 1) * height // 2 : (AROUND + 1) * height // 2,
            (AROUND - 1) * WIDTH // 2 : (AROUND + 1) * WIDTH // 2,
        ]
        reference, near = wide[inner], masks[inner]
        take = _lab(cv2.resize(frame, (WIDTH, height), interpolation=cv2.INTER_AREA))
        alike, strange = _alike(take, reference, near > 0), _strange(take, reference, near > 0)
        for id in ids:
            own = order.index(id) + 1
            area = int((near == own).sum())
            if area < LEAST:
                continue
            clear, fit, scale = _fitted(take, reference, masks == own, near, own)
            planned = _planned_height(shot, plan.subject(id), number, WIDTH / height)
            found.setdefault(id, []).append(Sighting(planned, scale, fit, clear, alike, strange / area))
    return found


def _animatic(
    plan: Plan, shot: ShotPlan, number: int, size: tuple[int, int]
) -> tuple[Lab, NDArray[np.uint8]]:
    """The animatic's frame and its subjects, AROUND times as wide and high as the frame, which is in the middle."""
    width, height = AROUND * size[0], AROUND * size[1]
    c2w, k = camera(shot, size[0] / size[1])
    wider = k.clone()
    wider[:, 0, 0] /= AROUND
    wider[:, 1, 1] /= AROUND
    passes = next(
        render_shot(
            plan, shot, width, height, range(number, number + 1), ("clay", "mask"), smooth=False, c2w=c2w, intrinsics=wider
        )
    )  # fmt: skip
    assert passes.clay is not None and passes.mask is not None
    return _lab(passes.clay[0]), passes.mask[0]


def _lab(picture: NDArray[np.uint8]) -> Lab:
    lab: Lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return lab


def _alike(take: Lab, reference: Lab, anyone: Mask) -> float:
    """1 where the backdrop has the planned colours in most places, 0 where it has others."""
    free = cv2.resize((~anyone).astype(np.float32), (16, 9), interpolation=cv2.INTER_AREA) > 0.5
    if not free.any():
        return 0.0
    ours, theirs = (cv2.resize(p, (16, 9), interpolation=cv2.INTER_AREA) for p in (take, reference))
    off = float(np.median(np.linalg.norm(ours - theirs, axis=-1)[free]))
    return float(np.clip((UNLIKE - off) / (UNLIKE - ALIKE), 0, 1))


def _strange(take: Lab, reference: Lab, anyone: Mask) -> int:
    """The area, px, of the largest thing in the take where the animatic has only backdrop of another colour."""
    around = cv2.dilate(anyone.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    other = (np.linalg.norm(take - reference, axis=-1) > UNLIKE) & ~around
    solid = cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    return int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0


def _planned_height(shot: ShotPlan, subject: SubjectPlan, number: int, aspect: float) -> float:
    """The subject's standing height in parts of the frame's, were it before the camera as a whole."""
    track = next(t for t in shot.subjects if t.subject == subject.id)
    c2w = np.array(at(shot.camera.c2w, number)).reshape(3, 4)
    middle = np.add(at(track.position, number), (0, subject.height / 2, 0))
    depth = float((middle - c2w[:, 3]) @ c2w[:, 2])
    return (
        float(at(shot.camera.focal_mm, number))
        / SENSOR_WIDTH_MM
        * aspect
        * subject.height
        / max(depth, 0.05)
    )


def _fitted(
    take: Lab, reference: Lab, wide: Mask, near: NDArray[np.uint8], own: int
) -> tuple[float, float, float]:
    """How clear the subject is in the reference, how well it fits in the take beside that, and at what scale."""
    mine = near == own
    inside, outside = _palette(reference[mine], INSIDE), _palette(reference[~mine], OUTSIDE)
    others = (near > 0) & ~mine
    right, ours = (
        np.where(others, np.float32(0), _likely(picture, inside, outside))
        for picture in (reference, take)
    )
    clear = _contrast(right, wide, mine, 1.0, 0)
    width = wide.shape[1] // AROUND
    tried = {s: _contrast(ours, wide, mine, s, width // 4) for s in SCALES[::2]}
    best = max(tried, key=lambda s: tried[s])
    tried |= {s: _contrast(ours, wide, mine, s, width // 4) for s in (best / STEP, best * STEP)}
    best = max(tried, key=lambda s: tried[s])
    return max(clear, 0.0), max(tried[best], 0.0) / max(clear, 1e-3), best


def _contrast(likely: Map, wide: Mask, mine: Mask, scale: float, reach: int) -> float:
    """How much likelier than around it pixels are within the outline at a scale, at the best place that is
    at most `reach` px from the planned one, less what it loses for straying."""
    height, width = likely.shape
    corner = np.array([(AROUND - 1) * width / 2, (AROUND - 1) * height / 2])
    shown = np.argwhere(mine)[:, ::-1].mean(
        0
    )  # the middle of what the frame shows of it stays where it is
    move = np.array([[scale, 0, 0], [0, scale, 0]], np.float32)
    move[:, 2] = shown + reach - scale * (shown + corner)
    size = (width + 2 * reach, height + 2 * reach)
    body = cv2.warpAffine(wide.astype(np.float32), move, size, flags=cv2.INTER_LINEAR)
    side = 2 * max(2, round(RING * max(3.0, float((body > 0.5).sum()) ** 0.5))) + 1
    edge = cv2.dilate(body, np.ones((3, 3)))
    ring = cv2.dilate(body, np.ones((side, side))) - edge
    sums, counts = (
        [cv2.matchTemplate(part, over, cv2.TM_CCORR) for part in (body, ring)]
        for over in (likely, np.ones_like(likely))
    )
    contrast = sums[0] / np.maximum(counts[0], 1) - sums[1] / np.maximum(counts[1], 1)
    contrast[(counts[0] < LEAST) | (counts[1] < LEAST / 2)] = -1
    ys, xs = np.indices(contrast.shape, np.float32)
    away = np.hypot(xs - reach, ys - reach) / width
    return float((contrast - STRAY * away).max()) - GROWN * abs(float(np.log(scale)))


def _palette(colours: NDArray[np.float32], count: int) -> tuple[Lab, NDArray[np.float64]]:
    """The main colours [K, 3] of pixels [N, 3] and the share of each [K]."""
    count = min(count, len(colours))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    cv2.setRNGSeed(1)
    _, label, centre = cv2.kmeans(colours, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    return centre, np.bincount(label.ravel(), minlength=count) / len(colours)


def _likely(picture: Lab, *palettes: tuple[Lab, NDArray[np.float64]]) -> Map:
    """How likely each pixel is of the first palette rather than of the second, 0 to 1."""
    scores = []
    for centre, share in palettes:
        apart = (picture[:, :, None] - centre) * np.array([LIGHT, 1, 1], np.float32)
        far = np.square(apart).sum(-1) / (2 * NOISE**2)
        scores.append((share * np.exp(-np.minimum(far, 60))).sum(-1) + 1e-6)
    likely: Map = (scores[0] / (scores[0] + scores[1])).astype(np.float32)
    smooth: Map = cv2.GaussianBlur(likely, (0, 0), 1.0)
    return smooth
