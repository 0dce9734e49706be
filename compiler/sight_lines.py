"""Lines that a set must keep free: from the camera, wherever it goes in a shot, to the subjects."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.motion import spread
from scenelang.compiler.plan import ShotPlan
from scenelang.compiler.turning import Array

POINTS = 24  # of the camera's path, about
CHEST = 0.8  # metres above a subject's base
CLEARANCE = 0.35  # metres beyond its own radius that a piece of the set stays away


def lines(eye: Array, subjects: list[Array]) -> Array:
    """Starts and ends [M, 2, 3] metres of the lines of a camera and of subjects that are at [F, 3] in every frame.
    Without subjects they are points of the camera's path."""
    step = max(1, len(eye) // POINTS)
    path = eye[::step]
    ends = [s[::step] + np.asarray((0, CHEST, 0), np.float32) for s in subjects] or [path]
    return np.concatenate([np.stack([path, end], 1) for end in ends]).astype(np.float32)


def distances(lines_M23: Array, points_K3: Array) -> Array:
    """Metres [K] from points to the nearest of the lines."""
    start, way = lines_M23[:, 0], lines_M23[:, 1] - lines_M23[:, 0]
    to = points_K3[:, None] - start
    u = np.clip((to * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-6), 0, 1)
    nearest: Array = np.linalg.norm(to - u[..., None] * way, axis=-1).min(-1)
    return nearest


def sight_lines(shot: ShotPlan) -> Tensor:
    """float32 [M, 7]: start and end in metres, and 1 (in a batch, 0 where there is none)."""
    eye = spread(shot.camera.c2w, shot.frames).reshape(-1, 3, 4)[:, :, 3]
    found = lines(eye, [spread(track.position, shot.frames) for track in shot.subjects])
    flat = torch.from_numpy(found.reshape(len(found), 6))
    return torch.cat([flat, torch.ones(len(flat), 1)], 1)
