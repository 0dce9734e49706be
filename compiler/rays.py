"""Camera tensors: poses, intrinsics and Plücker rays.

Legend of shapes: F frames, H height and W width of a raster, N subjects.
World: metres, y up. Camera: OpenCV axes (x right, y down, z forward).
"""

from __future__ import annotations

from fractions import Fraction

import torch
from torch import Tensor

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.compiler.plan import ShotPlan


def poses(shot: ShotPlan, rate: Fraction, native: Fraction) -> Tensor:
    """`c2w_F44`, float32: camera to world in absolute scene coordinates, at a native frame rate.

    Between two frames of the film positions are linear and axes are blended and made
    orthonormal again (Gram-Schmidt on forward, then right).
    """
    track = torch.tensor(shot.camera.c2w, dtype=torch.float64).reshape(-1, 3, 4)  # [1 or F, 3, 4]
    track = track.expand(shot.frames, 3, 4)
    low, high, u = _between(shot.frames, rate, native)
    mixed = torch.lerp(track[low], track[high], u[:, None, None])
    forward = torch.nn.functional.normalize(mixed[:, :, 2], dim=-1)
    right = mixed[:, :, 0] - (mixed[:, :, 0] * forward).sum(-1, keepdim=True) * forward
    right = torch.nn.functional.normalize(right, dim=-1)
    down = torch.cross(forward, right, dim=-1)
    result = torch.eye(4, dtype=torch.float64).repeat(len(u), 1, 1)
    result[:, :3] = torch.stack([right, down, forward, mixed[:, :, 3]], dim=-1)
    return result.float()


def intrinsics(
    shot: ShotPlan, size: tuple[int, int], raster: tuple[int, int], rate: Fraction, native: Fraction
) -> Tensor:
    """`K_F33`, float32, normalised by width and height: x = fx X/Z + cx from 0 to 1.

    `size` is the film's, `raster` the backend's (both width, height). Where their aspects
    differ the raster's frustum contains the film's, which is cropped from its middle.
    """
    focal = resample(shot.camera.focal_mm, shot.frames, rate, native)  # [F] mm
    film, own = size[0] / size[1], raster[0] / raster[1]
    fx = focal / SENSOR_WIDTH_MM * min(1.0, film / own)
    result = torch.zeros(len(focal), 3, 3, dtype=torch.float64)
    result[:, 0, 0], result[:, 1, 1] = fx, fx * own
    result[:, :2, 2], result[:, 2, 2] = 0.5, 1.0
    return result.float()


def plucker(c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """`plucker_F6HW`, float32: (o x d, d) in world space, d the unit direction through each
    pixel's centre (+0.5), o the camera's place in metres."""
    rows, columns = (
        (torch.arange(height) + 0.5) / max(1, height),
        (torch.arange(width) + 0.5) / max(1, width),
    )
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    pixels = torch.stack([x, y, torch.ones_like(x)], dim=-1)  # [H, W, 3]
    local = torch.einsum("fij,hwj->fhwi", torch.linalg.inv(K_F33), pixels)
    d = torch.nn.functional.normalize(torch.einsum("fij,fhwj->fhwi", c2w_F44[:, :3, :3], local), dim=-1)
    o = c2w_F44[:, None, None, :3, 3].expand_as(d)
    return torch.cat([torch.cross(o, d, dim=-1), d], dim=-1).permute(0, 3, 1, 2).contiguous()


def frame_count(frames: int, rate: Fraction, native: Fraction) -> int:
    """How many frames at the native rate cover a shot."""
    return max(
        1, -(-frames * native.numerator * rate.denominator // (native.denominator * rate.numerator))
    )


def _between(frames: int, rate: Fraction, native: Fraction) -> tuple[Tensor, Tensor, Tensor]:
    """For each native frame the film frames before and behind it, and the way between them."""
    count = frame_count(frames, rate, native)
    at = torch.tensor([float(Fraction(n) / native * rate) for n in range(count)], dtype=torch.float64)
    low = at.floor().long().clamp(max=frames - 1)
    high = (low + 1).clamp(max=frames - 1)
    return low, high, (at - low).clamp(0, 1)


def resample(track: list, frames: int, rate: Fraction, native: Fraction) -> Tensor:
    """A track of the Plan (one value or F) at the native rate, float64 [F, …], linear in between."""
    values = torch.tensor(track, dtype=torch.float64)
    values = values.expand(frames, *values.shape[1:])
    low, high, u = _between(frames, rate, native)
    return torch.lerp(values[low], values[high], u.reshape(-1, *[1] * (values.dim() - 1)))
