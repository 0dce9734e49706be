"""Motion blur from the true motion of the camera and of every solid while the shutter is open.

Each pixel is followed half an exposure back and ahead on the solid that it shows. Then it gathers
along the longest motion near it: what moves spreads over what stands still behind it, and what
stands still before something moving stays sharp. After M. McGuire, P. Hennessy, M. Bukowski and
B. Osman, "A reconstruction filter for plausible motion blur" (2012).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.solids import Solids
from scenelang.runtime.previz.world import SKY, View, World

LONGEST = 0.04  # of the picture's width: half of the longest streak
LEAST = 0.4  # pixels of half a streak below which nothing is blurred
TILES = 32  # across the picture
TAPS = 15  # along a streak, at most; an odd number
SPACING = 1.6  # pixels between them, where fewer are enough
FAR = 1e4  # metres: where the sky is


@dataclass(frozen=True)
class Nearby:
    """Solids and camera in 2 F frames: those before each of F frames, then those after it; `apart` [F]
    is how many frames lie between the two."""

    solids: Solids
    rays: Rays
    apart: Tensor


def motion(world: World, view: View, nearby: Nearby, angle: float) -> Tensor:
    """Half of what each pixel covers while the shutter is open [2, M], in pixels; `angle` is the
    shutter's in degrees."""
    count = world.rays.count
    solids, rays = nearby.solids, nearby.rays
    before, after = (_placed(world, solids, rays, k, count) for k in (0, 1))
    t = torch.where(view.thing == SKY, FAR, view.t)
    p = torch.stack([world.rays.centre[:, i][view.frame] + t * view.d[i] for i in range(3)])
    rows = world.solids.count + 1  # of a frame; the last one is what stands still
    which = torch.where(view.row >= 0, view.row % world.solids.count, rows - 1) + view.frame * rows
    ends = [_seen(table, which, p) for table in (before, after)]
    width = world.rays.width
    half = (ends[1] - ends[0]) * (angle / 360 / 2) / nearby.apart[view.frame]
    most = LONGEST * width
    long = torch.hypot(half[0], half[1]).clamp_min(1e-6)
    return half * (most / long).clamp_max(1.0)


def _placed(world: World, solids: Solids, rays: Rays, side: int, count: int) -> Tensor:
    """For each solid of each frame, and for what stands still, the matrix from where a point is in the
    world to where it is seen in the frame before (`side` 0) or after (1): [12, F * (N + 1)]."""
    frames = slice(side * count, (side + 1) * count)
    now = world.solids
    inverse = now.axes.transpose(-1, -2) / now.axes.square().sum(-2).unsqueeze(-1)
    turned = solids.axes[frames] @ inverse  # [F, N, 3, 3]
    shift = solids.centre[frames] - (turned @ now.centre[..., None])[..., 0]
    still = torch.eye(3, device=shift.device).expand(count, 1, 3, 3)
    turned = torch.cat([turned, still], 1)
    shift = torch.cat([shift, torch.zeros_like(shift[:, :1])], 1)
    axes, eye = rays.axes[frames], rays.centre[frames]
    lens = torch.zeros(count, 3, 3, device=shift.device)
    lens[:, 0, 0], lens[:, 1, 1] = rays.scale[frames, 0], rays.scale[frames, 1]
    lens[:, 0, 2], lens[:, 1, 2] = rays.middle[frames, 0], rays.middle[frames, 1]
    lens[:, 2, 2] = 1
    project = (lens @ axes)[:, None]
    moved = torch.cat([project @ turned, project @ (shift - eye[:, None])[..., None]], -1)
    return moved.reshape(-1, 12).T.contiguous()


def _seen(table: Tensor, which: Tensor, p: Tensor) -> Tensor:
    x, y, z = (
        sum(
            (table[4 * i + k].index_select(0, which) * p[k] for k in range(3)),
            table[4 * i + 3].index_select(0, which),
        )
        for i in range(3)
    )
    z = z.clamp_min(0.02)
    return torch.stack([x / z, y / z])


def shuttered(colour: Tensor, depth: Tensor, half: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Linear radiance [3, F*H*W] as an open shutter gathers it; `half` [2, F*H*W] from `motion`."""
    frames, _h, _w = shape
    colour, depth, half = colour.view(3, *shape), depth.view(shape).clamp_max(FAR), half.view(2, *shape)
    result = colour
    for f in range(frames):
        if float(half[:, f].abs().max()) < LEAST:
            continue
        if result is colour:
            result = colour.clone()
        result[:, f] = _streaked(colour[:, f], depth[f], half[:, f])
    return result.view(3, -1)


def _streaked(colour: Tensor, depth: Tensor, half: Tensor) -> Tensor:
    """One frame: colour [3, H, W], depth [H, W], half streaks [2, H, W] in pixels."""
    h, w = depth.shape
    along = _longest(half)
    long = torch.hypot(along[0], along[1])
    pixel = (long.view(-1) >= LEAST).nonzero()[:, 0]
    if pixel.numel() == 0:
        return colour
    own = torch.hypot(half[0], half[1]).view(-1)
    flat, z = colour.reshape(3, -1), depth.view(-1)
    x, y = (pixel % w).float(), (pixel // w).float()
    nx, ny = along.view(2, -1).index_select(1, pixel)
    span = long.view(-1)[pixel]
    my_z, mine = z[pixel], own[pixel]
    taps = min(TAPS, 2 * math.ceil(float(long.max()) / SPACING) + 1)
    base, total = flat.index_select(1, pixel), torch.ones_like(my_z)
    front, cover = torch.zeros_like(base), torch.zeros_like(my_z)
    for k in range(taps):
        u = 2 * (k + 0.5) / taps - 1
        if abs(u) < 1e-6:
            continue
        at = (x + u * nx).round_().clamp_(0, w - 1) + w * (y + u * ny).round_().clamp_(0, h - 1)
        at = at.long()
        far, there, there_z = abs(u) * span, own[at], z[at]
        light = flat.index_select(1, at)
        before = ((my_z - there_z) / (0.02 * torch.minimum(there_z, my_z) + 0.02)).clamp_(0, 1)
        # what moves before the pixel covers it for a share of the exposure ...
        share = before * _covers(far, there) * (span / there.clamp_min(1.0) / taps)
        front.addcmul_(light, share)
        cover += share
        # ... and what lies beside or behind it shows as far as the pixel itself moves
        shows = (1 - before) * _covers(far, mine)
        base.addcmul_(light, shows)
        total += shows
    over = cover.clamp_min(1.0)
    mean = front / over + (base / total) * (1 - cover / over)
    result = flat.clone()
    for i in range(3):
        result[i].scatter_(0, pixel, mean[i])
    return result.view_as(colour)


def _covers(far: Tensor, reach: Tensor) -> Tensor:
    """How much a streak of this half length covers what is `far` pixels off."""
    return (reach - far + 0.5).clamp_(0, 1)


def _longest(half: Tensor) -> Tensor:
    """For each pixel the longest half streak in its tile and the tiles around it [2, H, W]."""
    h, w = half.shape[1:]
    side = max(1, math.ceil(w / TILES))
    across, down = math.ceil(w / side), math.ceil(h / side)
    padded = nn.pad(half[None], (0, across * side - w, 0, down * side - h), mode="replicate")[0]
    tiles = padded.view(2, down, side, across, side).permute(0, 1, 3, 2, 4).reshape(2, down, across, -1)
    best = _pick(tiles)
    around = nn.unfold(nn.pad(best[None], (1, 1, 1, 1), mode="replicate"), 3).view(2, 9, down, across)
    best = _pick(around.permute(0, 2, 3, 1))
    return best.repeat_interleave(side, 1).repeat_interleave(side, 2)[:, :h, :w].contiguous()


def _pick(vectors: Tensor) -> Tensor:
    """The longest of vectors [2, ..., K]."""
    index = vectors.square().sum(0).argmax(-1, keepdim=True)
    return torch.stack([v.gather(-1, index)[..., 0] for v in vectors])
