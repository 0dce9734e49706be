"""Draws clouds of points over a picture: soft dots and streaks, and large puffs at a quarter of the size."""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.runtime.previz.particles import Cloud
from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.shapes import NEAR
from scenelang.runtime.previz.visibility import pairs

_UNIT = 2.0**14  # sums are kept as whole numbers, so that their order does not matter
_LEAST = 0.62  # pixels: radius below which a dot grows fainter instead of smaller
COARSE = 4


def splat(picture: Tensor, depth: Tensor, rays: Rays, cloud: Cloud) -> Tensor:
    """The picture [3, F*H*W] with a cloud in it, hidden behind `depth` [F*H*W]."""
    if not cloud.puff:
        colour, cover = _layer(depth, rays, cloud)
        return torch.lerp(picture, colour, cover)
    f, h, w = rays.count, rays.height, rays.width
    small = (max(1, h // COARSE), max(1, w // COARSE))
    ratio = torch.tensor([small[1] / w, small[0] / h], device=picture.device)
    coarse = replace(
        rays, width=small[1], height=small[0], scale=rays.scale * ratio, middle=rays.middle * ratio
    )
    finite = depth.clamp_max(1e4).view(f, 1, h, w)
    depths = nn.interpolate(finite, small, mode="area").reshape(-1)
    colour, cover = _layer(depths, coarse, cloud)
    both = torch.cat([colour * cover, cover[None]]).view(4, f, *small).transpose(0, 1)
    large = nn.interpolate(both, (h, w), mode="bilinear").transpose(0, 1).reshape(4, -1)
    return picture * (1 - large[3]) + large[:3]


def _layer(depth: Tensor, rays: Rays, cloud: Cloud) -> tuple[Tensor, Tensor]:
    """What the cloud adds: colour [3, P] and cover [P]."""
    f, n = cloud.radius.shape
    w, h = rays.width, rays.height
    head = _projected(rays, cloud.position)
    tail = _projected(rays, cloud.position - cloud.trail)
    z = head[..., 2]
    scale = rays.scale[:, :1]
    true = cloud.radius * scale / z.clamp_min(NEAR)
    radius = true.clamp_min(_LEAST if not cloud.puff else 1.0)
    faint = (true / radius) ** 1.2
    near = ((z - 0.15) / 0.35).clamp(0, 1) if not cloud.puff else ((z - 0.3) / 1.5).clamp(0, 1)
    opacity = cloud.opacity * faint * near * (tail[..., 2] > NEAR)
    # a huge blurred dot right before the lens hides the shot: let it go
    opacity = opacity * (1 if cloud.puff else (1.6 - true / (0.012 * w + 2)).clamp(0, 1))
    reach = radius[..., None] * (1.0 if not cloud.puff else 1.0) + 1.0
    low = torch.minimum(head[..., :2], tail[..., :2]) - reach
    high = torch.maximum(head[..., :2], tail[..., :2]) + reach
    limit = torch.tensor([w, h], device=depth.device)
    low = torch.minimum(low.floor().clamp_min(0), limit).long()
    high = torch.minimum(high.ceil().clamp_min(0), limit).long()
    rectangle = torch.cat([low, torch.maximum(low, high)], -1) * (opacity > 0.004)[..., None]
    rows = torch.arange(f * n, device=depth.device)
    sums = torch.zeros(5, f * h * w, dtype=torch.int64, device=depth.device)
    table = torch.cat(
        [
            head.view(-1, 3),
            tail.view(-1, 3)[:, :2],
            radius.view(-1, 1),
            opacity.view(-1, 1),
            cloud.colour.reshape(-1, 3),
        ],
        1,
    ).T.contiguous()
    for row, pixel, x, y in pairs(rows, rectangle.view(-1, 4), n, w, h):
        hx, hy, hz, tx, ty, r, alpha, red, green, blue = (c.index_select(0, row) for c in table)
        px, py = x.float() + 0.5 - tx, y.float() + 0.5 - ty
        sx, sy = hx - tx, hy - ty
        square = (sx * sx + sy * sy).clamp_min_(1e-6)
        u = ((px * sx + py * sy) / square).clamp_(0, 1)
        away = torch.hypot(px - u * sx, py - u * sy)
        behind = depth.index_select(0, pixel)
        if cloud.puff:
            soft = (1 - (away / r).square_()).clamp_min_(0).square_()
            alpha = alpha * soft * ((behind - hz) / 0.5 + 0.5).clamp_(0, 1)
        else:
            alpha = alpha * (r + 0.5 - away).clamp_(0, 1) * (behind > hz)
            alpha = alpha / (1 + 0.35 * square.sqrt() / r).clamp_max_(2.4)  # a streak spreads the dot
        alpha = alpha.clamp_(0, 0.98)
        dense = -torch.log1p(-alpha)
        for i, value in enumerate((red * alpha, green * alpha, blue * alpha, alpha, dense)):
            sums[i].index_add_(0, pixel, (value * _UNIT).round_().long())
    total = sums.float() / _UNIT
    return total[:3] / total[3].clamp_min(1e-6), 1 - torch.exp(-total[4])


def _projected(rays: Rays, p: Tensor) -> Tensor:
    """Pixels x, y and depth [F, N, 3] of points [F, N, 3]."""
    seen = (p - rays.centre[:, None]) @ rays.axes.transpose(1, 2)
    z = seen[..., 2:].clamp_min(NEAR)
    return torch.cat([seen[..., :2] / z * rays.scale[:, None] + rays.middle[:, None], seen[..., 2:]], -1)
