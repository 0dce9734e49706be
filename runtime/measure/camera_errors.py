"""How far a camera path is from the planned one, in the numbers that camera-controlled models publish."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.measure.camera_path import CameraPath

Floats = NDArray[np.float64]
MOVES = 0.02  # metres: a path that never goes farther from its start stands still


@dataclass(frozen=True)
class CameraErrors:
    """Errors against the plan, both paths taken relative to their first frame.

    RotErr is the angle between the orientations, summed over the frames (as CameraCtrl and CamI2V publish it,
    in radians) and its mean over the frames in degrees. TransErr is the distance between the positions
    where each path is divided by its own largest distance from its start, summed and as a mean;
    None where the planned camera doesn't move from its place. `metres` is the mean distance unscaled. `focal`
    is the mean relative error of the focal length. `failed` frames counted as a static camera.
    """

    rotation_sum: float  # radians
    rotation_mean: float  # degrees
    translation_sum: float | None
    translation_mean: float | None
    metres: float
    focal: float
    failed: int
    frames: int

    def to_json(self) -> dict[str, Any]:
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in asdict(self).items()}


def camera_errors(path: CameraPath, c2w_F44: Floats, focal_F: Floats) -> CameraErrors:
    """Errors of a recovered path against planned poses [F, 4, 4] and focal lengths [F] in parts of the width.

    Raises ValueError where the numbers of frames differ.
    """
    if not len(path.c2w_F44) == len(c2w_F44) == len(focal_F):
        raise ValueError(f"{len(path.c2w_F44)} frames against {len(c2w_F44)} planned")
    angle_F = rotation_errors(path.c2w_F44, c2w_F44)
    scaled_F = translation_errors(path.c2w_F44, c2w_F44)
    metres_F = np.linalg.norm(_from_start(path.c2w_F44) - _from_start(c2w_F44), axis=1)
    return CameraErrors(
        rotation_sum=float(angle_F.sum()),
        rotation_mean=float(np.degrees(angle_F).mean()),
        translation_sum=None if scaled_F is None else float(scaled_F.sum()),
        translation_mean=None if scaled_F is None else float(scaled_F.mean()),
        metres=float(metres_F.mean()),
        focal=float(np.abs(path.focal_F / focal_F - 1).mean()),
        failed=int(path.failed_F.sum()),
        frames=len(c2w_F44),
    )


def rotation_errors(one_F44: Floats, other_F44: Floats) -> Floats:
    """arccos((tr R1^T R2 - 1) / 2) in each frame [F], radians, relative to each path's first frame."""
    one, other = (m[0, :3, :3].T @ m[:, :3, :3] for m in (one_F44, other_F44))
    # of small angles the cosine keeps few digits; the chord between the matrices keeps them
    chord_F = np.linalg.norm(one - other, axis=(1, 2)) / np.sqrt(8)
    return 2 * np.arcsin(np.minimum(chord_F, 1.0))


def translation_errors(found_F44: Floats, planned_F44: Floats) -> Floats | None:
    """Distances [F] of positions, each path divided by its own largest distance from its start.

    None where the planned path stands still. A found path that stands still stays where it is, rather than
    having its noise blown up.
    """
    found, planned = _from_start(found_F44), _from_start(planned_F44)
    far, wanted = (float(np.linalg.norm(t, axis=1).max()) for t in (found, planned))
    if wanted < MOVES:
        return None
    return np.linalg.norm(found / (far if far >= MOVES else np.inf) - planned / wanted, axis=1)


def _from_start(c2w_F44: Floats) -> Floats:
    """Positions [F, 3] in the axes of the first camera, metres."""
    return (c2w_F44[:, :3, 3] - c2w_F44[0, :3, 3]) @ c2w_F44[0, :3, :3]
