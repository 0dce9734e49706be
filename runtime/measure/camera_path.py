"""Where the camera is in every frame of a finished take, from its pixels and the animatic's geometry.

Corners of a key frame are lifted into the world by the depth that the planned set has where the
camera is, then followed from frame to frame; each frame's pose is the one that projects them where
they were found. Of the planned camera only the first pose is used, as the frame of reference: the
depth of later key frames is cast anew from the pose recovered there, so that a take that ignores
its camera is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.measure.camera_fits import matrix, minimise
from scenelang.runtime.measure.camera_tracks import (
    FrameArray,
    Grey,
    Points,
    corners,
    follow,
    prepared,
    without_specks,
)
from scenelang.runtime.measure.geometry import Geometry
from scenelang.runtime.measure.opencv import cv2

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WIDTH = 640  # px across, to which frames are brought
NEAR = 2.0  # px: a corner found as near as this to where its point projects speaks for the pose
ENOUGH = 12  # of those, else the frame is lost
SURE = 0.35  # and this part of the corners that are followed
FRESH = 0.7  # part of a key frame's corners: when fewer are left, a new key frame is taken
APART = 6  # px between an old corner and a new one
FAR = 150.0  # metres: what is farther away has no place that a picture tells
STEEP = 1.06  # ratio of depths around a corner: more may be an edge behind which something else moves
FLAT = 0.004  # relative: inverse depth that is farther from the mean around it is bent, or an edge
STAGES = ((6.0, 8), (2.0, 8), (0.7, 10))  # px and steps of the narrowing loss
LEVELS = 4  # halvings of the picture, in which a corner is looked for
LEAPT = 0.4  # part of the corners below which they are looked for where the whole picture went
ZOOMS = 0.02  # relative change of the focal length below which a take doesn't zoom
GAIN = 0.93  # the loss of a fit with zoom must be below this part of the one without


@dataclass(frozen=True)
class CameraPath:
    """A camera over F frames. A lost frame has the first one's pose and focal length: it counts as static."""

    c2w_F44: Floats  # camera to world, OpenCV axes, metres
    focal_F: Floats  # in parts of the picture's width
    inliers_F: NDArray[np.int64]  # corners that speak for the pose
    failed_F: Bools


@dataclass(frozen=True)
class Pose:
    w2c: Floats  # [3, 4]
    focal: float  # px

    @property
    def c2w(self) -> Floats:
        """[4, 4]"""
        full = np.eye(4)
        full[:3, :3] = self.w2c[:, :3].T
        full[:3, 3] = -self.w2c[:, :3].T @ self.w2c[:, 3]
        return full


def recover_shot(
    frames: FrameArray, plan: Plan, shot: ShotPlan, numbers: Sequence[int] | None = None
) -> CameraPath:
    """The camera of a planned shot's take, uint8 [F, H, W, 3]: the shot's first frames, or those of these `numbers`."""
    height = max(2, round(frames.shape[1] * WIDTH / frames.shape[2]))
    return recover(frames, Geometry(plan, shot, WIDTH, height), numbers)


def recover(frames: FrameArray, geometry: Geometry, numbers: Sequence[int] | None = None) -> CameraPath:
    """The camera of a take, uint8 [F, H, W, 3], in the world of `geometry`, whose `start` is its first pose.

    `numbers` are those of the frames in the shot, 0 and on where nothing is said. The focal length may change only where that explains the corners clearly better. Never raises for
    want of texture: frames whose pose can't be told are marked as failed. Raises ValueError
    where the take is longer than the shot.
    """
    numbers = range(len(frames)) if numbers is None else numbers
    if not len(frames) or len(frames) != len(numbers) or max(numbers) >= geometry.frames:
        raise ValueError(f"{len(frames)} frames for {len(numbers)} of a shot that has {geometry.frames}")
    size = (geometry.width, geometry.height)
    chains = [_Chain(geometry, zooming, numbers[0]) for zooming in (False, True)]
    points_N2 = np.zeros((0, 2), np.float32)
    wanted, last = 0.0, None
    for n, frame in enumerate(frames):
        grey = without_specks(prepared(frame, size))
        if last is not None and len(points_N2):
            alive_N, points_N2 = _followed(last, grey, points_N2)
            near = [chain.solve(alive_N, points_N2) for chain in chains]
            kept_N = near[0] | near[1]
            points_N2 = points_N2[kept_N]
            for chain in chains:
                chain.keep(kept_N)
        elif last is not None:
            for chain in chains:
                chain.lose()
        last = grey
        if len(points_N2) <= wanted and not all(chain.lost for chain in chains):
            more_N2 = corners(grey)
            kept_N = _apart(more_N2, points_N2, size)
            for chain in chains:
                kept_N &= chain.fit_to_lift(numbers[n], more_N2)
            more_N2 = more_N2[kept_N]
            for chain in chains:
                chain.lift(more_N2)
            points_N2 = np.concatenate([points_N2, more_N2])
            wanted = FRESH * len(points_N2)
    fixed, zoomed = chains
    change = np.abs(np.log([p.focal / zoomed.first.focal for p in zoomed.found])).max()
    better = zoomed.loss < GAIN * fixed.loss or sum(zoomed.failed) < sum(fixed.failed)
    return (zoomed if change > ZOOMS and better else fixed).path


class _Chain:
    """The poses of a take from frame to frame, with one focal length or with one for each frame."""

    def __init__(self, geometry: Geometry, zooming: bool, number: int) -> None:
        c2w, focal = geometry.start(number)
        self.geometry, self.zooming = geometry, zooming
        self.middle = np.array([(geometry.width - 1) / 2, (geometry.height - 1) / 2])
        self.first = self.pose = Pose(np.linalg.inv(c2w)[:3].astype(np.float64), focal * geometry.width)
        self.found, self.failed, self.inliers = [self.first], [False], [0]
        self.losses: list[float] = []
        self.world_N4 = np.zeros((0, 4))
        self.depth = np.zeros((0, 0), np.float32)

    @property
    def lost(self) -> bool:
        return self.failed[-1]

    @property
    def loss(self) -> float:
        return float(np.mean(self.losses)) if self.losses else np.inf

    @property
    def path(self) -> CameraPath:
        return CameraPath(
            np.stack([p.c2w for p in self.found]),
            np.array([p.focal for p in self.found]) / self.geometry.width,
            np.array(self.inliers),
            np.array(self.failed),
        )

    def solve(self, alive_N: Bools, points_N2: Points) -> Bools:
        """The next frame's pose from the points [N, 2] that are alive; those [N] that lie near where it has them."""
        solved = _solved(
            self.world_N4[alive_N], points_N2[alive_N] - self.middle, self.pose, self.zooming
        )
        if solved is None:
            self.lose()
            return alive_N
        self.pose, miss_N = solved
        self.found.append(self.pose)
        self.failed.append(False)
        self.inliers.append(int((miss_N < NEAR).sum()))
        self.losses.append(float(np.log1p(miss_N**2).mean()))
        near_N = alive_N.copy()
        near_N[alive_N] = miss_N < 3 * NEAR
        return near_N

    def lose(self) -> None:
        self.found.append(self.first)
        self.failed.append(True)
        self.inliers.append(0)

    def keep(self, kept_N: Bools) -> None:
        self.world_N4 = self.world_N4[kept_N]

    def fit_to_lift(self, frame: int, points_N2: Points) -> Bools:
        """Which points [N] lie on one still surface, so that their depth is certain, as this pose sees the set."""
        self.depth, mask = self.geometry.seen(
            frame, self.pose.c2w, self.pose.focal / self.geometry.width
        )
        if self.lost:
            return np.ones(len(points_N2), bool)
        inverse = 1 / self.depth
        window = np.ones((9, 9), np.uint8)
        even = cv2.dilate(inverse, window) < STEEP * cv2.erode(inverse, window)
        # a floor seen along its length is steep and yet one surface: its inverse depth is linear
        mean = cv2.blur(inverse, (9, 9))
        flat = np.abs(inverse - mean) < FLAT * inverse
        free = cv2.dilate(mask, np.ones((15, 15), np.uint8)) == 0
        column, line = _nearest(points_N2, (self.geometry.width, self.geometry.height))
        return ((even | flat) & free & (self.depth < FAR))[line, column]

    def lift(self, points_N2: Points) -> None:
        """The points [N, 2] of the last frame get their places in the world."""
        if not len(points_N2):
            return
        # between pixels inverse depth is linear on planes
        inverse = cv2.remap(
            1 / self.depth, points_N2[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        far_N1 = 1 / np.maximum(inverse[0].astype(np.float64), 1e-6).reshape(-1, 1)
        rays_N3 = np.column_stack([(points_N2 - self.middle) / self.pose.focal, np.ones(len(points_N2))])
        camera_N4 = np.column_stack([rays_N3 * far_N1, np.ones(len(points_N2))])
        self.world_N4 = np.concatenate([self.world_N4, camera_N4 @ self.pose.c2w.T])
        if len(self.found) == 1:
            self.inliers = [len(points_N2)]


def _followed(here: Grey, there: Grey, points_N2: Points) -> tuple[Bools, Points]:
    """Which points [N] are found in the next frame, and where. Where most are lost the whole picture may have
    leapt: they are looked for where it went."""
    found = follow(here, there, points_N2, LEVELS)
    if found[0].mean() > LEAPT:
        return found
    small = [
        cv2.resize(g, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
        for g in (here, there)
    ]
    window = cv2.createHanningWindow(small[0].shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(*small, window)
    again = follow(here, there, points_N2, 2, points_N2 + 4 * np.array(shift, np.float32))
    return max(found, again, key=lambda f: int(f[0].sum()))


def _apart(new_N2: Points, old_N2: Points, size: tuple[int, int]) -> Bools:
    """Which of the new points [N] are away from all old ones."""
    free = np.ones(size[::-1], np.uint8)
    for x, y in old_N2:
        cv2.circle(free, (round(float(x)), round(float(y))), APART, 0, -1)
    column, line = _nearest(new_N2, size)
    return free[line, column] > 0


def _nearest(points_N2: Points, size: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and lines [N] of the pixels that the points lie in."""
    column, line = np.rint(points_N2).astype(np.int64).T
    return np.clip(column, 0, size[0] - 1), np.clip(line, 0, size[1] - 1)


def _solved(world_N4: Floats, seen_N2: Floats, last: Pose, zooming: bool) -> tuple[Pose, Floats] | None:
    """The pose that projects points where they are seen, px from the middle, and by how much it misses each [N]."""
    if len(seen_N2) < ENOUGH:
        return None
    best = _refined(world_N4, seen_N2, last, zooming)
    if not _holds(best[1], 0.6):
        found = _ransac(world_N4, seen_N2, last)
        if found is not None:
            best = max(
                best, _refined(world_N4, seen_N2, found, zooming), key=lambda fit: _support(fit[1])
            )
    return best if _holds(best[1], SURE) else None


def _holds(miss_N: Floats, part: float) -> bool:
    near = int((miss_N < NEAR).sum())
    return near >= ENOUGH and near > part * len(miss_N)


def _support(miss_N: Floats) -> float:
    return float((1 / (1 + miss_N**2)).sum())


def _ransac(world_N4: Floats, seen_N2: Floats, last: Pose) -> Pose | None:
    k = np.diag([last.focal, last.focal, 1.0])
    cv2.setRNGSeed(1)
    ok, turn, shift, inliers = cv2.solvePnPRansac(
        world_N4[:, :3],
        seen_N2,
        k,
        None,
        reprojectionError=3.0,
        iterationsCount=300,
        flags=cv2.SOLVEPNP_SQPNP,
    )
    if not ok or inliers is None or len(inliers) < ENOUGH:
        return None
    return Pose(np.column_stack([matrix(turn[:, 0]), shift[:, 0]]), last.focal)


def _refined(world_N4: Floats, seen_N2: Floats, start: Pose, zooming: bool) -> tuple[Pose, Floats]:
    """Levenberg-Marquardt on six or seven numbers: a turn and a shift in the camera's axes, the focal length's log."""

    def posed(p: Floats) -> Pose:
        turn = matrix(p[:3])
        w2c = turn @ start.w2c
        w2c[:, 3] += p[3:6]
        return Pose(w2c, start.focal * float(np.exp(p[6])) if zooming else start.focal)

    def missed(p: Floats) -> tuple[Floats, Floats]:
        pose = posed(p)
        x, y, z = (world_N4 @ pose.w2c.T).T
        z = np.maximum(z, 0.05)
        u, v, f = x / z, y / z, pose.focal
        o = np.zeros_like(z)
        slopes = [
            [-f * u * v, f * (1 + u * u), -f * v, f / z, o, -f * u / z],
            [-f * (1 + v * v), f * u * v, f * u, o, f / z, -f * v / z],
        ]
        if zooming:
            slopes = [[*slopes[0], f * u], [*slopes[1], f * v]]
        return np.column_stack([f * u, f * v]) - seen_N2, np.moveaxis(np.array(slopes), 2, 0)

    p = minimise(missed, np.zeros(7 if zooming else 6), STAGES)
    return posed(p), np.linalg.norm(missed(p)[0], axis=1)
