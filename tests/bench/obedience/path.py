"""The camera's path in a take, recovered from its pixels, against planned ones."""

from __future__ import annotations

import numpy as np
from bench.obedience.pictures import Pictures
from bench.obedience.reference import Reference

from scenelang.runtime.measure.camera_errors import CameraErrors, camera_errors
from scenelang.runtime.measure.camera_path import CameraPath, recover_shot

DEGREE = 0.0175  # a degree moves the picture as much as this part of the distance to what is seen


def recovered(frames: Pictures, planned: Reference) -> CameraPath:
    """From the take's own frames [F, H, W, 3], those of the shot. Where most frames are lost the whole take counts
    as one of a static camera."""
    found = recover_shot(frames, planned.plan, planned.shot)
    if found.failed_F.mean() <= 0.5:
        return found
    still = np.zeros(len(found.failed_F), dtype=int)
    return CameraPath(
        found.c2w_F44[still], found.focal_F[still], found.inliers_F, np.ones_like(found.failed_F)
    )


def error(path: CameraPath, planned: Reference) -> CameraErrors:
    return camera_errors(path, planned.c2w.astype(np.float64), planned.K[:, 0, 0].astype(np.float64))


def apart(path: CameraPath, planned: Reference) -> float:
    """How far a recovered path is from a planned one, in parts of the distance to what is seen: metres, degrees and
    focal lengths, each as much as it moves the picture."""
    off = error(path, planned)
    return float(off.metres / planned.distance + DEGREE * off.rotation_mean + 0.5 * off.focal)
