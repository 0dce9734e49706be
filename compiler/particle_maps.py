"""Particles as pictures: how much of each pixel they cover, how near they are, and which of their kind's colours they have.

Points are discs and streaks with a soft edge a pixel wide; large puffs are drawn at a quarter of the size.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from scenelang.compiler.particle_field import NEAR, Drift, drawn, drift, reach_of
from scenelang.compiler.plan import ShotPlan

MAPS = 3  # of each kind: coverage, nearness, tint
MOST = 0.98  # of a pixel that one point covers
COARSE = 4  # pixels of the picture that one of a puff's is wide


def particle_maps(
    shot: ShotPlan, c2w_F44: Tensor, K_F33: Tensor, frame_F: Tensor, fps: float, height: int, width: int
) -> Tensor:
    """`[P, F, MAPS, H, W]`: for each kind of particle of the shot, in the frames `frame_F` (counted at the film's
    rate `fps`), the share of a pixel that it covers (0 to 1), the same times its nearness in 1/m, and the same times
    its tint (0 to 1)."""
    reach = reach_of(shot)
    maps = torch.zeros(len(shot.particles), len(c2w_F44), MAPS, height, width)
    for number in range(len(shot.particles)):
        points = drift(shot, number, c2w_F44, frame_F, fps, reach)
        if points is not None:
            maps[number] = paint(points, c2w_F44, K_F33, height, width)
    return maps


def paint(points: Drift, c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """The maps `[F, MAPS, H, W]` of points, as `particle_maps` says."""
    if not points.puff:
        return _shares(_depths(points, c2w_F44, K_F33, height, width))
    low, wide = -(-height // COARSE), -(-width // COARSE)
    depths = _depths(points, c2w_F44, K_F33, low, wide)
    maps = interpolate(
        _shares(depths), (low * COARSE, wide * COARSE), mode="bilinear", align_corners=False
    )
    return maps[..., :height, :width]


def _shares(depths: Tensor) -> Tensor:
    share = 1 - torch.exp(-depths[:, :1])
    return torch.cat([share, share * depths[:, 1:] / depths[:, :1].clamp_min(1e-6)], 1)


def _depths(points: Drift, c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """Optical depth, and that times nearness and tint, of each pixel [F, MAPS, H, W]."""
    total = torch.zeros(len(c2w_F44), height * width, MAPS)
    for frame in range(len(c2w_F44)):
        found = _in_frame(points, frame, c2w_F44[frame], K_F33[frame], height, width)
        if found is not None:
            total[frame].index_add_(0, *found)
    return total.movedim(-1, 1).unflatten(-1, (height, width))


def _in_frame(
    points: Drift, frame: int, c2w_44: Tensor, K_33: Tensor, height: int, width: int
) -> tuple[Tensor, Tensor] | None:
    """Which pixels points touch [T], and what they add there [T, MAPS]."""
    size = torch.tensor([width, height])
    scale = torch.stack([K_33[0, 0], K_33[1, 1]]) * size
    centre = K_33[:2, 2] * size
    head = (points.position[frame] - c2w_44[:3, 3]) @ c2w_44[:3, :3]  # [N, 3] camera axes
    tail = head - points.trail[frame] @ c2w_44[:3, :3]
    z = head[:, 2]
    true = points.radius[frame] * scale[0] / z.clamp_min(NEAR)
    radius, share = drawn(true, z, width, points.puff)
    opacity = points.opacity[frame] * share * (tail[:, 2] > NEAR)
    a, b = (p[:, :2] / p[:, 2:].clamp_min(NEAR) * scale + centre for p in (head, tail))
    low = (torch.minimum(a, b) - radius[:, None] - 1).floor().clamp_min(0).minimum(size).long()
    high = (torch.maximum(a, b) + radius[:, None] + 1).ceil().clamp_min(0).minimum(size).long()
    kept = ((opacity > 1e-3) & (high > low).all(-1)).nonzero()[:, 0]
    if not len(kept):
        return None
    row, x, y = _pixels(low[kept], high[kept])
    n = kept[row]
    way = a[n] - b[n]
    square = way.square().sum(-1).clamp_min(1e-6)
    from_tail = torch.stack([x, y], -1) + 0.5 - b[n]
    along = ((from_tail * way).sum(-1) / square).clamp(0, 1)
    away = (from_tail - along[:, None] * way).norm(dim=-1)
    r, alpha = radius[n], opacity[n]
    if points.puff:
        alpha = alpha * (1 - (away / r).square()).clamp_min(0).square()
    else:  # a streak spreads the dot
        alpha = alpha * (r + 0.5 - away).clamp(0, 1) / (1 + 0.35 * square.sqrt() / r).clamp_max(2.4)
    depth = -torch.log1p(-alpha.clamp_max(MOST))
    return y * width + x, torch.stack([depth, depth / z[n], depth * points.tint[n]], -1)


def _pixels(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Every pixel of rectangles from `low` to `high` [K, 2]: whose it is, x and y, [T] each."""
    wide, tall = (high - low).unbind(-1)
    area = wide * tall
    row = torch.arange(len(area)).repeat_interleave(area)
    index = torch.arange(int(area.sum())) - (area.cumsum(0) - area)[row]
    return row, low[row, 0] + index % wide[row], low[row, 1] + index // wide[row]
