"""Where the camera is in every frame of a finished take, from its pixels and the animatic's geometry.

Corners of a key frame are lifted into the world by the depth that the planned set has where the
camera is, then followed from frame to frame; each frame's pose is the one that projects them where
they were found. Of the planned camera only the first pose is used, as the frame of reference: the
depth of later key frames is cast anew from the pose recovered there, so that a take that ignores
its camera is found out.
"""

from __future__ import annotations

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
STEEP = 1.06  # ratio of depths around a corner: more is an edge behind which something else moves
STAGES = ((6.0, 8), (2.0, 8), (0.7, 10))  # px and steps of the narrowing loss
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


def recover_shot(frames: FrameArray, plan: Plan, shot: ShotPlan) -> CameraPath:
    """The camera of a planned shot's take, uint8 [F, H, W, 3], one frame for each of the shot's."""
    height = round(frames.shape[1] * WIDTH / frames.shape[2])
    return recover(frames, Geometry(plan, shot, WIDTH, height))


def recover(frames: FrameArray, geometry: Geometry) -> CameraPath:
    """The camera of a take, uint8 [F, H, W, 3], in the world of `geometry`, whose `start` is its first pose.

    The focal length may change only where that explains the corners clearly better. Never raises for
    want of texture: frames whose pose can't be told are marked as failed. Raises ValueError
    where the take is longer than the shot.
    """
    if len(frames) > geometry.frames:
        raise ValueError(f"{len(frames)} frames of a shot that has {geometry.frames}")
    size = (geometry.width, geometry.height)
    greys = [without_specks(prepared(frame, size)) for frame in frames]
    fixed, loss = _followed(greys, geometry, zooming=False)
    zoomed, loss_zoomed = _followed(greys, geometry, zooming=True)
    change = np.abs(np.log(zoomed.focal_F / zoomed.focal_F[0])).max(initial=0.0)
    zooms = change > ZOOMS and (
        loss_zoomed < GAIN * loss or zoomed.failed_F.sum() < fixed.failed_F.sum()
    )
    return zoomed if zooms else fixed


def _followed(greys: list[Grey], geometry: Geometry, zooming: bool) -> tuple[CameraPath, float]:
    """The path, and the mean loss of its corners."""
    c2w, focal = geometry.start
    first = pose = Pose(np.linalg.inv(c2w)[:3], focal * geometry.width)
    found = [first]
    failed, inliers, losses = [False], [], []
    here_N2, world_N4 = _lifted(greys[0], geometry, 0, pose, np.zeros((0, 2), np.float32))
    inliers.append(len(here_N2))
    wanted = FRESH * len(here_N2)
    middle = np.array([(geometry.width - 1) / 2, (geometry.height - 1) / 2])
    for n in range(1, len(greys)):
        if len(here_N2):
            alive_N, here_N2 = follow(greys[n - 1], greys[n], here_N2)
            here_N2, world_N4 = here_N2[alive_N], world_N4[alive_N]
        solved = _solved(world_N4, here_N2 - middle, pose, zooming)
        if solved is None:
            found.append(first)
            failed.append(True)
            inliers.append(0)
            continue
        pose, miss_N = solved
        found.append(pose)
        failed.append(False)
        inliers.append(int((miss_N < NEAR).sum()))
        losses.append(float(np.log1p(miss_N**2).mean()))
        kept_N = miss_N < 3 * NEAR
        here_N2, world_N4 = here_N2[kept_N], world_N4[kept_N]
        if len(here_N2) < wanted:
            more_N2, lifted_N4 = _lifted(greys[n], geometry, n, pose, here_N2)
            here_N2, world_N4 = (
                np.concatenate([here_N2, more_N2]),
                np.concatenate([world_N4, lifted_N4]),
            )
            wanted = FRESH * len(here_N2)
    path = CameraPath(
        np.stack([p.c2w for p in found]),
        np.array([p.focal for p in found]) / geometry.width,
        np.array(inliers),
        np.array(failed),
    )
    return path, float(np.mean(losses)) if losses else np.inf


def _lifted(
    grey: Grey, geometry: Geometry, frame: int, pose: Pose, old_N2: Points
) -> tuple[Points, Floats]:
    """New corners [N, 2] of a frame away from the old ones, and the points [N, 4] of the world they show."""
    points_N2 = corners(grey)
    depth, mask = geometry.seen(frame, pose.c2w, pose.focal / geometry.width)
    finite = np.minimum(depth, 1e4)
    window = np.ones((9, 9), np.uint8)
    smooth = cv2.dilate(finite, window) < STEEP * cv2.erode(finite, window)
    # a floor seen along its length is steep and yet one surface: the second difference is small
    bent = np.abs(cv2.Laplacian(1 / finite, cv2.CV_32F, ksize=5)) * finite < STEEP - 1
    free = cv2.dilate(mask, np.ones((15, 15), np.uint8)) == 0
    good = (smooth | bent) & free & (depth < FAR)
    for x, y in old_N2:
        cv2.circle(good_u8 := good.view(np.uint8), (int(x), int(y)), APART, 0, -1)
        good = good_u8.view(bool)
    column, line = np.clip(
        np.rint(points_N2).astype(int).T, 0, [[geometry.width - 1], [geometry.height - 1]]
    )
    kept_N = good[line, column]
    points_N2 = points_N2[kept_N]
    far_N = _between(depth, points_N2)
    middle = np.array([(geometry.width - 1) / 2, (geometry.height - 1) / 2])
    rays_N3 = np.column_stack([(points_N2 - middle) / pose.focal, np.ones(len(points_N2))])
    camera_N4 = np.column_stack([rays_N3 * far_N[:, None], np.ones(len(points_N2))])
    return points_N2, camera_N4 @ pose.c2w.T


def _between(depth: NDArray[np.float32], points_N2: Points) -> Floats:
    """Depths [N] at points between pixels; inverse depth is what planes have linear."""
    if not len(points_N2):
        return np.zeros(0)
    inverse = cv2.remap(
        1 / depth, points_N2[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return 1 / np.maximum(inverse[0].astype(np.float64), 1e-6)


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
