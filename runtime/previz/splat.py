"""Draws clouds of points over a picture: soft dots and streaks, and large puffs at a quarter of the size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.compiler.particle_field import drawn
from scenelang.runtime.previz.defocus import Lens
from scenelang.runtime.previz.fields import put
from scenelang.runtime.previz.particles import Cloud
from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.shapes import NEAR
from scenelang.runtime.previz.visibility import pairs

_UNIT = 2.0**14  # sums are kept as whole numbers, so that their order does not matter
COARSE = 4
DIRECT = 300_000  # pixels a frame that puffs may cover and still be drawn at full size


def splat(picture: Tensor, depth: Tensor, rays: Rays, cloud: Cloud, lens: Lens) -> Tensor:
    """The picture [3, F*H*W] with a cloud in it, hidden behind `depth` [F*H*W]."""
    dots = _dots(rays, cloud, lens)
    if not cloud.puff or dots.area < DIRECT * rays.count:
        where, colour, cover = _layer(depth, rays, dots)
        if where.numel():
            below = picture.index_select(1, where)
            put(picture, where, torch.lerp(below, colour, cover))
        return picture
    f, h, w = rays.count, rays.height, rays.width
    small = (max(1, h // COARSE), max(1, w // COARSE))
    ratio = torch.tensor([small[1] / w, small[0] / h], device=picture.device)
    coarse = replace(
        rays, width=small[1], height=small[0], scale=rays.scale * ratio, middle=rays.middle * ratio
    )
    depths = nn.interpolate(depth.clamp_max(1e4).view(f, 1, h, w), small, mode="area").reshape(-1)
    where, colour, cover = _layer(depths, coarse, _dots(coarse, cloud, lens))
    both = torch.zeros(4, depths.shape[0], device=picture.device)
    put(both, where, torch.cat([colour * cover, cover[None]]))
    both = both.view(4, f, *small).transpose(0, 1)
    large = nn.interpolate(both, (h, w), mode="bilinear").transpose(0, 1).reshape(4, -1)
    return torch.addcmul(large[:3], picture, 1 - large[3])


@dataclass(frozen=True)
class _Dots:
    """A cloud as it is to be drawn: one row for each point in each frame."""

    count: int  # of points
    puff: bool
    area: int  # pixels in all rectangles
    rectangle: Tensor  # int64 [F*N, 4]
    values: Tensor  # [10, F*N] head x, y, depth; tail x, y; radius, opacity; colour


def _dots(rays: Rays, cloud: Cloud, lens: Lens) -> _Dots:
    f, n = cloud.radius.shape
    w, h = rays.width, rays.height
    head = _projected(rays, cloud.position)
    tail = _projected(rays, cloud.position - cloud.trail)
    z = head[..., 2]
    true = cloud.radius * rays.scale[:, :1] / z.clamp_min(NEAR)
    radius, share = drawn(true, z, w, cloud.puff)
    opacity = cloud.opacity * share * (tail[..., 2] > NEAR)
    if not (cloud.puff or lens.sharp):  # a dot out of focus is a larger and fainter disc
        discs = torch.stack([lens.radius(i, z[i].clamp_min(NEAR), w).abs() for i in range(f)])
        grown = (radius.square() + discs.square()).sqrt()
        opacity = opacity * (radius / grown).square()
        radius = grown
    reach = radius[..., None] + 1.0
    limit = torch.tensor([w, h], device=z.device)
    low = torch.minimum(head[..., :2], tail[..., :2]) - reach
    high = torch.maximum(head[..., :2], tail[..., :2]) + reach
    low = torch.minimum(low.floor().clamp_min(0), limit).long()
    high = torch.minimum(high.ceil().clamp_min(0), limit).long()
    rectangle = torch.cat([low, torch.maximum(low, high)], -1) * (opacity > 0.004)[..., None]
    sides = rectangle[..., 2:] - rectangle[..., :2]
    columns = [head, tail[..., :2], radius[..., None], opacity[..., None], cloud.colour]
    values = torch.cat(columns, -1).reshape(f * n, -1).T.contiguous()
    return _Dots(n, cloud.puff, int(sides.prod(-1).sum()), rectangle.view(-1, 4), values)


def _layer(depth: Tensor, rays: Rays, dots: _Dots) -> tuple[Tensor, Tensor, Tensor]:
    """What a cloud adds: the pixels [T] that it touches, their colour [3, T] and cover [T]."""
    rows = torch.arange(dots.values.shape[1], device=depth.device)
    sums, pixels = [], []
    for row, pixel, x, y in pairs(rows, dots.rectangle, dots.count, rays.width, rays.height):
        hx, hy, hz, tx, ty, r, alpha, *colour = (c.index_select(0, row) for c in dots.values)
        px, py = x + 0.5 - tx, y + 0.5 - ty
        sx, sy = hx - tx, hy - ty
        square = (sx * sx + sy * sy).clamp_min_(1e-6)
        u = ((px * sx + py * sy) / square).clamp_(0, 1)
        away = torch.hypot(px - u * sx, py - u * sy)
        behind = depth.index_select(0, pixel)
        if dots.puff:
            soft = (1 - (away / r).square_()).clamp_min_(0).square_()
            alpha = alpha * soft * ((behind - hz) / 0.5 + 0.5).clamp_(0, 1)
        else:
            alpha = alpha * (r + 0.5 - away).clamp_(0, 1) * (behind > hz)
            alpha = alpha / (1 + 0.35 * square.sqrt() / r).clamp_max_(2.4)  # a streak spreads the dot
        alpha = alpha.clamp_(0, 0.98)
        parts = [*(c * alpha for c in colour), alpha, -torch.log1p(-alpha)]
        sums.append((torch.stack(parts) * _UNIT).round_().long())
        pixels.append(pixel)
    if not pixels:
        nothing = torch.zeros(0, dtype=torch.int64, device=depth.device)
        return nothing, depth.new_zeros(3, 0), depth.new_zeros(0)
    pixel = torch.cat(pixels)
    mark = torch.zeros(depth.shape[0], dtype=torch.bool, device=depth.device)
    mark[pixel] = True
    where = mark.nonzero()[:, 0]
    slot = torch.empty(depth.shape[0], dtype=torch.int64, device=depth.device)
    slot[where] = torch.arange(where.shape[0], device=depth.device)
    total = torch.zeros(5, where.shape[0], dtype=torch.int64, device=depth.device)
    total.index_add_(1, slot[pixel], torch.cat(sums, 1))
    light = total.float() / _UNIT
    return where, light[:3] / light[3].clamp_min(1e-6), 1 - torch.exp(-light[4])


def _projected(rays: Rays, p: Tensor) -> Tensor:
    """Pixels x, y and depth [F, N, 3] of points [F, N, 3]."""
    seen = (p - rays.centre[:, None]) @ rays.axes.transpose(1, 2)
    z = seen[..., 2:].clamp_min(NEAR)
    return torch.cat([seen[..., :2] / z * rays.scale[:, None] + rays.middle[:, None], seen[..., 2:]], -1)
