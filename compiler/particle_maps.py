"""Particles as pictures: how much of each pixel they cover, and how near they are.

Points are counted into grids, each as coarse as the points are large, and the grids are added.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from scenelang.compiler.particle_field import Drift, drift, reach_of
from scenelang.compiler.plan import ShotPlan

NEAR = 0.15  # metres before the camera
LEVELS = 6  # the coarsest grid has cells of 2^(LEVELS-1) pixels
LEAST = 0.62  # pixels: radius below which a point grows fainter instead of smaller
STREAK = 8  # points that a trail is drawn with


def particle_maps(
    shot: ShotPlan, c2w_F44: Tensor, K_F33: Tensor, frame_F: Tensor, fps: float, height: int, width: int
) -> Tensor:
    """`[P, F, 2, H, W]`: for each kind of particle of the shot, in the frames `frame_F` (counted at the film's
    rate `fps`), the share of a pixel that it covers (0 to 1) and the same times its nearness in 1/m."""
    reach = reach_of(shot)
    maps = torch.zeros(len(shot.particles), len(c2w_F44), 2, height, width)
    for number in range(len(shot.particles)):
        points = drift(shot, number, c2w_F44, frame_F, fps, reach)
        if points is not None:
            maps[number] = paint(points, c2w_F44, K_F33, height, width)
    return maps


def paint(points: Drift, c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """Coverage and nearness `[F, 2, H, W]` of points, as `particle_maps` says."""
    frames = len(c2w_F44)
    rotation, eye = c2w_F44[:, :3, :3], c2w_F44[:, :3, 3]
    scale_F2 = torch.stack([K_F33[:, 0, 0] * width, K_F33[:, 1, 1] * height], -1)
    size = torch.tensor([width, height])
    centre_F2 = torch.stack([K_F33[:, 0, 2], K_F33[:, 1, 2]], -1) * size
    half_F12 = torch.maximum(centre_F2, size - centre_F2)[:, None]
    head = (points.position - eye[:, None]) @ rotation  # [F, N, 3] camera axes
    away = (
        head[..., :2].abs() * scale_F2[:, None]
        - (points.radius + points.trail.norm(dim=-1))[..., None] * scale_F2[:, None]
    )
    seen = (head[..., 2] > NEAR) & (away < head[..., 2:] * half_F12).all(-1) & (points.opacity > 1e-3)
    frame, n = seen.nonzero(as_tuple=True)
    trail = (points.trail[frame, n][:, None] @ rotation[frame])[:, 0]
    steps = (
        torch.linspace(0, 1, STREAK if bool(trail.abs().max() > 0.02) else 2)
        if len(n)
        else torch.zeros(1)
    )
    place = head[frame, n] - trail * steps[:, None, None]  # [T, K, 3]
    z = place[..., 2].clamp_min(NEAR)
    scale = scale_F2[frame]
    xy = place[..., :2] / z[..., None] * scale + centre_F2[frame]
    radius = points.radius[frame, n] * scale[:, 0] / z  # pixels
    # as a capsule as long as the trail; what is smaller than a pixel is fainter, not smaller
    long = (xy[:1] - xy[-1:]).norm(dim=-1)
    thick = radius.clamp_min(LEAST)
    faint = (radius / thick) ** 1.2 / (1 + 0.35 * long / thick).clamp_max(2.4)
    opacity = points.opacity[frame, n] * ((z - NEAR) / 0.35).clamp(0, 1)
    cover = opacity * faint * (torch.pi * thick.square() + 2 * thick * long) / len(steps)
    if not points.puff:  # a huge blurred dot right before the lens would hide the shot
        cover = cover * (1.6 - radius / (0.012 * width + 2)).clamp(0, 1)
    kept = cover > 1e-3
    frame = frame.expand_as(z)[kept]
    xy, z, cover, radius = xy[kept], z[kept], cover[kept], radius[kept]
    level = radius.clamp_min(1e-3).log2().ceil().clamp(0, LEVELS - 1).long()
    total = torch.zeros(frames, 2, height, width)
    for n in level.unique().tolist():
        at = level == n
        total += _level(frame[at], xy[at], z[at], cover[at], 2**n, frames, height, width)
    share = 1 - torch.exp(-total[:, 0])
    return torch.stack([share, share * total[:, 1] / total[:, 0].clamp_min(1e-6)], 1)


def _level(
    frame: Tensor, xy: Tensor, z: Tensor, cover: Tensor, cell: int, frames: int, height: int, width: int
) -> Tensor:
    """Coverage and coverage over metres `[F, 2, H, W]` of points in a grid of square cells (in pixels)."""
    h, w = -(-height // cell) + 2, -(-width // cell) + 2  # a cell more on each side
    at = xy / cell + 0.5  # in cells, whose middles are at whole numbers
    low = at.floor()
    part = at - low
    grid = torch.zeros(frames * h * w, 2)
    value = torch.stack([cover, cover / z], -1) / cell**2
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = low[:, 0].long() + dx, low[:, 1].long() + dy
        weight = (part[:, 0] if dx else 1 - part[:, 0]) * (part[:, 1] if dy else 1 - part[:, 1])
        fits = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        index = (frame * h + y) * w + x
        grid.index_add_(0, index[fits], value[fits] * weight[fits, None])
    planes = grid.view(frames, h, w, 2).permute(0, 3, 1, 2)
    if cell > 1:
        planes = interpolate(planes, scale_factor=cell, mode="bilinear", align_corners=False)
    return planes[..., cell : cell + height, cell : cell + width]
