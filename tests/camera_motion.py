"""Which camera move a finished video shows, measured from its pixels alone.

Corners are followed from frame to frame (matching distant frames directly would confuse the squares
of a checked floor). Between two frames of the clip the tracks are explained by three nested models:
a turning and zooming camera, a sliding camera that doesn't turn, and a camera that does both. The
simplest model that explains nearly as many tracks as the freest one names the move; the pairs of
frames then vote, each with the motion it saw.

Camera axes as in OpenCV: x right, y down, z forward. All lengths are pixels of frames brought to
WIDTH pixels wide; the principal point is the middle of the frame, the focal length is searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FrameArray = NDArray[np.uint8]  # [F, H, W, 3]
Grey = NDArray[np.uint8]  # [H, W]

DEBUG = 0
WIDTH = 480
FOCALS = tuple(WIDTH * mm / 36.0 for mm in (24.0, 35.0, 50.0, 85.0))
STILL = 1.5  # px: a smaller motion between two frames is none
NOISE = 1.0  # px: a track this near to a model is explained by it ...
BOTH_AXES = (
    1.5  # times as far off may be who misses in x and y, not across a line only: as likely in noise
)
NOISE_OF_MOTION = 0.03  # ... and so is one within this part of its motion (drift of the tracker)
ENOUGH = 16  # tracks that a pair of frames needs
TURN_EXPLAINS = 0.65  # part of the freest model's tracks that a turn or zoom must explain
CERTAINLY_TURNS = 0.9  # part of all tracks that leaves nothing for a slide to explain
SLIDE_EXPLAINS = 0.92  # the same for a slide without a turn
ARC = 0.25  # part of the motion that the turn of an orbit makes at least
Stages = tuple[tuple[float, int], ...]  # (px beyond which a track counts little, steps at most)
STAGES: Stages = ((10.0, 10), (3.0, 10), (1.0, 12))
SPECK = 12  # grey levels by which a speck stands out
RINGS = [
    cv2.subtract(
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (d, d)),
        np.pad(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (d - 2, d - 2)), 1),
    )
    for d in (11, 19)
]

DIRECTIONS = {
    "pan": ("right", "left"),
    "tilt": ("up", "down"),
    "roll": ("cw", "ccw"),
    "zoom": ("in", "out"),
    "truck": ("right", "left"),
    "pedestal": ("up", "down"),
    "dolly": ("in", "out"),
    "orbit": ("right", "left"),
}


@dataclass(frozen=True)
class Motion:
    """A camera move and the numbers that speak for it.

    `direction` is the operator's, empty for "static". `confidence` is 0 to 1. `turn` is pan right,
    tilt up and roll cw in degrees, `zoom` the ratio of focal lengths, `slide` the unit direction of
    the camera's way (right, up, forward), zero where none was found; `motion` is the median length
    of the tracks in parts of the frame's width, `parallax` the part of the tracks that no turn and
    no zoom explains. All are of the pair of frames with the most motion among those that agree.
    """

    kind: str
    direction: str
    confidence: float
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    zoom: float = 1.0
    slide: tuple[float, float, float] = (0.0, 0.0, 0.0)
    motion: float = 0.0
    parallax: float = 0.0
    tracks: int = 0
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Fit:
    """A model fitted to a pair: which tracks it explains [N], and its parameters."""

    explains: NDArray[np.bool_]
    rotation: Floats  # [3] rotation vector that takes points of the first camera to the second
    focal: float
    zoom: float = 1.0
    miss: Floats = field(default_factory=lambda: np.zeros(0))
    way: Floats = field(
        default_factory=lambda: np.zeros(3)
    )  # [3] unit, the second camera's place in the first one's axes

    @property
    def count(self) -> int:
        return int(self.explains.sum())


@dataclass(frozen=True)
class Pair:
    """Tracks between two frames: the frames, and where the tracks are in both, pixels [N, 2] from the middle."""

    span: tuple[int, int]
    a_N2: Floats
    b_N2: Floats

    @property
    def length_N(self) -> Floats:
        return np.linalg.norm(self.b_N2 - self.a_N2, axis=1)

    @property
    def motion(self) -> float:
        return float(np.median(self.length_N))


def read_frames(path: str | Path) -> FrameArray:
    """All frames of a video file, uint8 [F, H, W, 3] in RGB."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def classify(frames: FrameArray) -> Motion:
    """The one camera move of a clip of one shot, uint8 [F, H, W, 3].

    Never raises for want of texture or length: what can't be measured is "static" with confidence 0.
    """
    if len(frames) < 2:
        return Motion("static", "", 0.0)
    keys = sorted({round(q * (len(frames) - 1) / 4) for q in range(5)})
    pairs = [Pair(span, *ab) for span, ab in tracked(frames, keys).items() if len(ab[0]) >= ENOUGH]
    moved = [pair for pair in pairs if pair.motion > STILL]
    if not moved:
        tracks = max((len(pair.a_N2) for pair in pairs), default=0)
        return Motion("static", "", min(1.0, tracks / 100), tracks=tracks, span=(0, len(frames) - 1))
    fits = [fit_all(pair) for pair in moved]
    weight_P = np.array([pair.motion for pair in moved])
    turn, slide, full = weight_P @ np.array([[fit.count for fit in models] for models in fits])
    most = max(turn, slide, full, 1e-9)
    use = 0 if turn > TURN_EXPLAINS * most else 1 if slide > SLIDE_EXPLAINS * most else 2
    seen = [
        (named_slide if use else named_turn)(
            Motion(
                "static",
                "",
                0.0,
                motion=pair.motion / WIDTH,
                parallax=1 - turn / most,
                tracks=models[use].count,
                span=pair.span,
            ),
            models[use],
            pair,
        )
        for pair, models in zip(moved, fits)
    ]
    votes: dict[tuple[str, str], float] = defaultdict(float)
    for motion in seen:
        votes[motion.kind, motion.direction] += motion.confidence * motion.motion * motion.tracks
    best = max(votes, key=lambda name: votes[name])
    agreeing = [motion for motion in seen if (motion.kind, motion.direction) == best]
    share = votes[best] / max(sum(m.motion * m.tracks for m in seen), 1e-9)
    if DEBUG:
        print("POOL", use, round(turn / most, 2), round(slide / most, 2), round(full / most, 2))
    return replace(max(agreeing, key=lambda m: m.motion * m.tracks), confidence=share)


def tracked(frames: FrameArray, keys: list[int]) -> dict[tuple[int, int], tuple[Floats, Floats]]:
    """Where corners of one key frame are in a later one: from the first to all, and between neighbours.

    Returns for each pair of frames two arrays [N, 2], in pixels from the middle of the frame.
    """
    height = round(frames.shape[1] * WIDTH / frames.shape[2])
    grey = [
        without_specks(
            cv2.resize(
                cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), (WIDTH, height), interpolation=cv2.INTER_CUBIC
            )
        )
        for f in frames
    ]
    middle = np.array([(WIDTH - 1) / 2, (height - 1) / 2])
    pairs = {}
    for start, following in zip(keys, keys[1:]):
        a_N2 = corners(grey[start])
        b_N2 = a_N2
        last = keys[-1] if start == keys[0] else following
        for index in range(start, last):
            alive, b_N2 = step(grey[index], grey[index + 1], b_N2)
            a_N2, b_N2 = a_N2[alive], b_N2[alive]
            if index + 1 in keys:
                pairs[start, index + 1] = (a_N2 - middle, b_N2 - middle)
    return pairs


def without_specks(grey: Grey) -> Grey:
    """The picture without snow, rain, embers and petals, which else take all the corners and end all tracks.

    A speck is brighter, or darker, than all of a ring around it; the corner of a house or a tile never is.
    """
    speck = np.zeros(grey.shape, np.uint8)
    for ring in RINGS:
        brightest, darkest = cv2.dilate(grey, ring), cv2.erode(grey, ring)
        speck |= np.maximum(cv2.subtract(grey, brightest), cv2.subtract(darkest, grey))
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    filled = cv2.resize(cv2.medianBlur(half, 7), grey.shape[::-1])
    return np.where(cv2.dilate(speck, np.ones((5, 5), np.uint8)) > SPECK, filled, grey)


def corners(grey: Grey, across: int = 12, each: int = 9) -> NDArray[np.float32]:
    """Corners [N, 2], equally many in each cell of a grid, so that no textured thing outvotes the rest.

    The threshold is each cell's own: the dim floor of a night counts as much as a bright house.
    """
    side = grey.shape[1] // across
    found = []
    for top in range(0, grey.shape[0] - side // 2, side):
        for left in range(0, grey.shape[1] - side // 2, side):
            cell = grey[top : top + side, left : left + side]
            if cell.std() < 1.0:
                continue
            points = cv2.goodFeaturesToTrack(cell, each, 0.02, 5, useHarrisDetector=True, k=0.08)
            if points is not None:
                found.append(points[:, 0] + np.float32([left, top]))
    return np.concatenate(found) if found else np.zeros((0, 2), np.float32)


def step(
    here: Grey, there: Grey, points_N2: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Points followed into the next frame; alive are those that find their way back."""
    if not len(points_N2):
        return np.zeros(0, bool), points_N2
    look = {"winSize": (15, 15), "maxLevel": 3}
    there_N2, ok, _ = cv2.calcOpticalFlowPyrLK(here, there, points_N2, None, **look)
    back_N2, back_ok, _ = cv2.calcOpticalFlowPyrLK(there, here, there_N2, None, **look)
    inside = ((there_N2 >= 2) & (there_N2 < np.float32(there.shape[::-1]) - 2)).all(1)
    near = np.linalg.norm(back_N2 - points_N2, axis=1) < 0.5
    return (ok[:, 0] == 1) & (back_ok[:, 0] == 1) & inside & near, there_N2


def named_turn(base: Motion, fit: Fit, pair: Pair) -> Motion:
    """The name of a move without parallax: the part that moves the picture most."""
    pan, tilt, roll = (float(v) for v in (-fit.rotation[1], -fit.rotation[0], -fit.rotation[2]))
    stretch = float(np.log(fit.zoom))
    radius = float(np.linalg.norm(pair.a_N2, axis=1).mean())
    moves = {
        "pan": fit.focal * pan,
        "tilt": fit.focal * tilt,
        "roll": radius * roll,
        "zoom": radius * stretch,
    }
    kind = max(moves, key=lambda k: abs(moves[k]))
    if abs(moves[kind]) < STILL:
        return base
    share = abs(moves[kind]) / sum(abs(v) for v in moves.values())
    direction = DIRECTIONS[kind][moves[kind] < 0]
    turn = (float(np.degrees(pan)), float(np.degrees(tilt)), float(np.degrees(roll)))
    return replace(base, kind=kind, direction=direction, confidence=share, turn=turn, zoom=fit.zoom)


def named_slide(base: Motion, fit: Fit, pair: Pair) -> Motion:
    """The name of a move with parallax, from the way of the camera and its turn."""
    way = {"truck": float(fit.way[0]), "pedestal": float(-fit.way[1]), "dolly": float(fit.way[2])}
    kind = max(way, key=lambda k: abs(way[k]))
    pan, tilt, roll = (
        float(np.degrees(v)) for v in (-fit.rotation[1], -fit.rotation[0], -fit.rotation[2])
    )
    turned_N2 = project(rays(pair.a_N2, fit.focal) @ matrix(fit.rotation).T, fit.focal)
    by_turn = float(np.median(np.linalg.norm(turned_N2 - pair.a_N2, axis=1)))
    by_way = float(np.median(np.linalg.norm(pair.b_N2 - turned_N2, axis=1)))
    arc = by_turn > ARC * by_way and abs(pan) > max(abs(tilt), abs(roll)) and pan * way["truck"] < 0
    if arc and abs(way["truck"]) > 0.5:
        kind, way = "orbit", {"orbit": way["truck"]}
    return replace(
        base,
        kind=kind,
        direction=DIRECTIONS[kind][way[kind] < 0],
        confidence=abs(way[kind]),
        turn=(pan, tilt, roll),
        slide=(float(fit.way[0]), float(-fit.way[1]), float(fit.way[2])),
    )


def fit_all(pair: Pair) -> tuple[Fit, Fit, Fit]:
    """A turn with a zoom, a slide, and a slide with a turn, each as good as it gets."""
    near_N = NOISE + NOISE_OF_MOTION * pair.length_N
    turn = fit_turn(pair.a_N2, pair.b_N2, near_N)
    if turn.count > CERTAINLY_TURNS * len(near_N):
        return turn, turn, turn
    return turn, *fit_slides(pair.a_N2, pair.b_N2, near_N, turn)


def fit_turn(a_N2: Floats, b_N2: Floats, near_N: Floats) -> Fit:
    """The turn and zoom K' R K^-1 that explains the most tracks, over a few focal lengths."""
    similar, _ = cv2.estimateAffinePartial2D(a_N2, b_N2, ransacReprojThreshold=4.0)
    m = np.eye(2, 3) if similar is None else similar
    scale, spin = np.hypot(m[0, 0], m[1, 0]), np.arctan2(m[1, 0], m[0, 0])
    best, best_score = Fit(np.zeros(len(a_N2), bool), np.zeros(3), FOCALS[1]), -1.0
    for focal in FOCALS:

        def residual(p: Floats, focal: float = focal) -> Floats:  # [N, 2]
            return project(rays(a_N2, focal) @ matrix(p[:3]).T, focal * np.exp(p[3])) - b_N2

        start = np.array([-m[1, 2] / focal, m[0, 2] / focal, spin, np.log(scale)])
        p = minimise(residual, start, STAGES)
        miss_N = np.linalg.norm(residual(p), axis=1) / (BOTH_AXES * near_N)
        if (score := support(miss_N)) > best_score:
            best, best_score = (
                Fit(miss_N < 1, p[:3], focal, float(np.exp(p[3])), np.linalg.norm(residual(p), axis=1)),
                score,
            )
    return best


def fit_slides(a_N2: Floats, b_N2: Floats, near_N: Floats, turn: Fit) -> tuple[Fit, Fit]:
    """The best slide without a turn, and the best with one (from several starts and focal lengths)."""

    def solve(
        focal: float, start: Floats, way: Floats, turning: bool, stages: Stages
    ) -> tuple[float, Fit]:
        x_N3, y_N3 = rays(a_N2, focal), rays(b_N2, focal)
        around_23 = np.linalg.svd(way[None])[2][1:]

        def pose(p: Floats) -> tuple[Floats, Floats]:  # rotation [3], way [3]
            to = way + p[:2] @ around_23
            return (p[2:] if turning else start), to / np.linalg.norm(to)

        def residual(p: Floats) -> Floats:  # [N, 1]
            return sampson(*pose(p), x_N3, y_N3)[:, None] * focal

        p = minimise(residual, np.concatenate([np.zeros(2), start if turning else []]), stages)
        rotation, way = pose(p)
        turned_N3 = x_N3 @ matrix(rotation).T
        still_N = np.linalg.norm(project(turned_N3, focal) - b_N2, axis=1) < near_N
        front_N = in_front(turned_N3, y_N3, -matrix(rotation) @ way)
        if (front_N & ~still_N).sum() < (~front_N & ~still_N).sum():
            way, front_N = -way, in_front(turned_N3, y_N3, matrix(rotation) @ way)
        miss_N = np.where(front_N | still_N, np.abs(residual(p)[:, 0]) / near_N, np.inf)
        return support(miss_N), Fit(
            miss_N < 1,
            rotation,
            focal,
            way=way,
            miss=np.where(front_N | still_N, np.abs(residual(p)[:, 0]), np.inf),
        )

    nominal = FOCALS[1]
    slides = [solve(nominal, np.zeros(3), axis, False, STAGES) for axis in np.eye(3)]
    starts = [np.zeros(3), turn.rotation]
    tries = [solve(nominal, start, axis, True, STAGES[:2]) for start in starts for axis in np.eye(3)]
    tries = sorted([*tries, *slides], key=lambda t: t[0])[-2:]
    fulls = [solve(nominal, fit.rotation, fit.way, True, STAGES) for _, fit in tries]
    full = max(fulls, key=lambda t: t[0])[1]
    fulls += [
        solve(focal, full.rotation * nominal / focal, full.way, True, STAGES[1:])
        for focal in FOCALS
        if focal != nominal
    ]
    return max(slides, key=lambda t: t[0])[1], max(fulls, key=lambda t: t[0])[1]


def sampson(rotation: Floats, way: Floats, x_N3: Floats, y_N3: Floats) -> Floats:
    """Signed first-order distance [N] of rays to their epipolar lines (Sampson), in units of the focal length."""
    r = matrix(rotation)
    e = cross_matrix(-r @ way) @ r
    to_N3, from_N3 = x_N3 @ e.T, y_N3 @ e
    slope_N = np.sqrt((to_N3[:, :2] ** 2).sum(1) + (from_N3[:, :2] ** 2).sum(1) + 1e-12)
    return (y_N3 * to_N3).sum(1) / slope_N


def in_front(turned_N3: Floats, y_N3: Floats, shift: Floats) -> NDArray[np.bool_]:
    """Which points lie before both cameras, where depth2 * y = depth1 * turned + shift."""
    cross_N3 = np.cross(y_N3, turned_N3)
    first_N = -(cross_N3 * np.cross(y_N3, shift)).sum(1)
    second_N = -(cross_N3 * np.cross(turned_N3, shift)).sum(1)
    return (first_N > 0) & (second_N > 0)


def minimise(residual: Callable[[Floats], Floats], start: Floats, stages: Stages) -> Floats:
    """Levenberg-Marquardt under a Cauchy loss whose width shrinks from stage to stage."""
    p, r = start, residual(start)
    for width, steps in stages:
        damping, cost, moved = 1e-3, cauchy(r, width), True
        for _ in range(steps):
            if moved:
                weight_N1 = 1 / (1 + (r**2).sum(1, keepdims=True) / width**2)
                j = np.stack(
                    [(residual(p + d) - r) / 1e-6 for d in np.eye(len(p)) * 1e-6], -1
                )  # [N, k, P]
                weighted = (j * weight_N1[..., None]).reshape(-1, len(p))
                h, g = weighted.T @ j.reshape(-1, len(p)), weighted.T @ r.ravel()
            q = p - np.linalg.solve(h + damping * np.diag(np.diag(h) + 1e-9), g)
            tried = residual(q)
            new = cauchy(tried, width)
            moved = new < cost
            if not moved:
                damping *= 10
                continue
            done = cost - new < 1e-3 * cost
            p, r, cost, damping = q, tried, new, damping / 10
            if done:
                break
    return p


def cauchy(residual: Floats, width: float) -> float:
    return float(np.log1p((residual**2).sum(1) / width**2).sum())


def support(miss_N: Floats) -> float:
    """How well a model explains the tracks: each counts from 1 (exact) down to 0 (further off than allowed)."""
    return float(np.clip(1 - miss_N**2 / 2, 0, None)[miss_N < 1].sum())


def rays(points_N2: Floats, focal: float) -> Floats:
    """Rays [N, 3] through pixels counted from the middle."""
    return np.column_stack([points_N2 / focal, np.ones(len(points_N2))])


def project(rays_N3: Floats, focal: float) -> Floats:
    """Pixels [N, 2] from the middle; rays that point backward land far outside."""
    return focal * rays_N3[:, :2] / np.maximum(rays_N3[:, 2:], 0.05)


def matrix(rotation: Floats) -> Floats:
    return cv2.Rodrigues(rotation)[0]


def cross_matrix(v: Floats) -> Floats:
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
