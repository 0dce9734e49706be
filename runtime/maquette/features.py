"""Cues as maps over the picture: what the camera's rays meet, how light lies, where bodies keep it off the floor.

All are functions of the cues alone, at any raster. Maps have the channels last: [B, F, h, w, C].
Legend of shapes: see cues.py; h, w the raster.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nn

from scenelang.runtime.maquette.cues import Cues

FAR = 60.0  # metres: nothing behind is told apart
SUNS = 2  # lights from far away that are told apart, the strongest
FRAME_CHANNELS = 24
SKY_CHANNELS = 20


@dataclass(frozen=True)
class Rays:
    """`o` [B, F, 1, 1, 3] the eye in metres, `d` [B, F, h, w, 3] unit directions, `pixel` [B, F, 1, 1, 1] the angle
    of a pixel in radians; columns of `axes` [B, F, 3, 3] are the camera's, which meets the picture at `centre`
    [B, F, 2] in pixels."""

    o: Tensor
    d: Tensor
    pixel: Tensor
    axes: Tensor
    centre: Tensor


def rays(cues: Cues, h: int, w: int) -> Rays:
    """Through the middles of h x w pixels."""
    device = cues.c2w_BF44.device
    y = (torch.arange(h, device=device) + 0.5) / h
    x = (torch.arange(w, device=device) + 0.5) / w
    k = cues.K_BF33
    across = (x - k[..., 0, 2, None]) / k[..., 0, 0, None]  # [B, F, w]
    down = (y - k[..., 1, 2, None]) / k[..., 1, 1, None]
    local = torch.stack(
        [
            across[:, :, None, :].expand(-1, -1, h, w),
            down[:, :, :, None].expand(-1, -1, h, w),
            torch.ones(*across.shape[:2], h, w, device=device),
        ],
        -1,
    )
    rotation = cues.c2w_BF44[:, :, :3, :3]
    d = nn.normalize(torch.einsum("bfij,bfhwj->bfhwi", rotation, local), dim=-1)
    pixel = (1 / (k[..., 0, 0] * w))[:, :, None, None, None]
    centre = torch.stack([k[..., 0, 2] * w, k[..., 1, 2] * h], -1)
    return Rays(cues.c2w_BF44[:, :, None, None, :3, 3], d, pixel, rotation, centre)


def ground(r: Rays) -> tuple[Tensor, Tensor, Tensor]:
    """Where rays meet the floor: distance [B, F, h, w, 1] (FAR where they don't), whether, and the point."""
    o, d = r.o.expand_as(r.d), r.d
    t = -o[..., 1:2] / d[..., 1:2].clamp(max=-1e-4)
    hit = (d[..., 1:2] < -1e-3) & (t > 0) & (t < FAR)
    t = torch.where(hit, t, FAR)
    return t, hit.float(), o + t * d


@dataclass(frozen=True)
class Walls:
    """What rays meet of a set's walls: `t` [B, F, h, w] metres (FAR: nothing), `along` and `up` [B, F, h, w]
    metres on the wall, `which` of the SIDES, float."""

    t: Tensor
    along: Tensor
    up: Tensor
    which: Tensor


SIDES = 5  # at -x, at +x, at -z or all around, at +z, ceiling
CEILING, AROUND = 4, 2
FRONTS = 15.2  # metres: no house front of a street is higher


def walls(cues: Cues, r: Rays) -> Walls:
    """The set's walls by its size (`set_B7`): house fronts at both sides of a street, a room's four walls, the round
    wall of a cave, ceilings."""
    street, room, cave, width, height = (cues.set_B7[:, n, None, None, None] for n in range(5))
    (ox, oy, oz), (dx, dy, dz) = r.o[..., 0, 0, :, None, None].unbind(-3), r.d.unbind(-1)
    side = (torch.where(dx > 0, width, -width) - ox) / _off_zero(dx)
    back = (torch.where(dz > 0, width, -width) - oz) / _off_zero(dz)
    a, b = (dx * dx + dz * dz).clamp_min(1e-9), ox * dx + oz * dz
    root = b * b - a * (ox * ox + oz * oz - width * width)
    around = (-b + root.clamp_min(0).sqrt()) / a
    lid = (height - oy) / dy.clamp_min(1e-6)

    def met(t: Tensor, where: Tensor) -> Tensor:
        return torch.where(where & (t > 0.02) & (t < FAR), t, FAR)

    top = oy + side * dy
    side = met(side, ((street > 0) & (top < FRONTS)) | ((room > 0) & (top < height)))
    back = met(back, (room > 0) & (oy + back * dy < height))
    around = met(around, (cave > 0) & (root > 0) & (oy + around * dy < height))
    lid = met(lid, (room + cave > 0) & (dy > 1e-3))
    t, first = torch.stack([side, back, around, lid]).min(0)
    x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
    along = torch.where(first == 0, z, x)
    along = torch.where(first == 2, torch.atan2(x, z) * width, along)
    which = torch.where(
        first == 0, (dx > 0).float(), torch.where(first == 3, float(CEILING), 2 + (dz > 0).float())
    )
    which = torch.where(first == 2, float(AROUND), which)
    return Walls(t, along, torch.where(first == 3, z + 7.0, y), which)


def _off_zero(x: Tensor) -> Tensor:
    return torch.where(x.abs() < 1e-6, 1e-6, x)


def _fall(square: Tensor, core: float) -> Tensor:
    return 1 / (square + core)


def sky_maps(cues: Cues, r: Rays) -> Tensor:
    """[B, F, h, w, SKY_CHANNELS]: how near rays pass the sun and lamps, and how high they look."""
    light = cues.light_BFJ8[:, :, None, None]  # [B, F, 1, 1, J, 8]
    sun, lamp, place, colour = light[..., 0:1], light[..., 1:2], light[..., 2:5], light[..., 5:8]
    toward = (r.d[..., None, :] * place * sun).sum(-1, keepdim=True).clamp_min(0)
    parts = [(toward.pow(n) * colour * sun).sum(-2) for n in (6, 24, 300)]
    if not bool(lamp.any()):
        return torch.cat([*parts, torch.zeros_like(r.d), torch.zeros_like(r.d), _heights(r)], -1)
    offset = place - r.o[..., None, :]
    t = (offset * r.d[..., None, :]).sum(-1, keepdim=True).clamp_min(0)
    miss = (offset - t * r.d[..., None, :]).square().sum(-1, keepdim=True)
    parts += [(_fall(miss, core) * core * lamp * colour).sum(-2) for core in (0.02, 0.5)]
    return torch.cat([*parts, _heights(r)], -1)


def _heights(r: Rays) -> Tensor:
    """How high rays look, in five ways."""
    up = r.d[..., 1:2]
    ahead = up.clamp_min(0)
    return torch.cat([up, ahead, (1 - ahead).pow(4), (-up).clamp_min(0), up.abs().sqrt()], -1)


def frame_vector(cues: Cues) -> Tensor:
    """[B, F, FRAME_CHANNELS]: the lights as the camera sees them, each frame: the two strongest from far
    away in the camera's axes and in the world's height, all lamps, all that comes from everywhere."""
    light = cues.light_BFJ8
    sun, lamp, place, colour = light[..., 0:1], light[..., 1:2], light[..., 2:5], light[..., 5:8]
    seen = torch.einsum("bfji,bfnj->bfni", cues.c2w_BF44[:, :, :3, :3], place)
    rows = torch.cat([seen, place[..., 1:2], colour], -1)  # [B, F, J, 7]
    first = strongest(cues, rows)
    lamps = (colour * lamp).sum(2)
    even = (colour * (1 - sun) * (1 - lamp)).sum(2)
    eye = cues.c2w_BF44[:, :, 1:2, 3] / 5
    level = cues.c2w_BF44[:, :, 1, 2:3]  # how far up the camera looks
    count = torch.stack([sun.sum((2, 3)), lamp.sum((2, 3))], -1) / 2
    return torch.cat([first.flatten(2), lamps, even, eye, level, count], -1)


def strongest(cues: Cues, rows: Tensor) -> Tensor:
    """Of rows [B, F, J, C] of the lights those of the SUNS strongest from far away, [B, F, SUNS, C]."""
    sun, colour = cues.light_BFJ8[..., 0:1], cues.light_BFJ8[..., 5:8]
    order = (colour.amax(-1) * sun[..., 0]).argsort(-1, descending=True)[..., :SUNS]
    chosen = (rows * sun).gather(2, order[..., None].expand(*order.shape, rows.shape[-1]))
    return nn.pad(chosen, (0, 0, 0, SUNS - chosen.shape[2]))


def even_light(cues: Cues) -> Tensor:
    """Linear RGB [B, F, 5, 3] of what lights a frame: the two strongest lights from far away, all lamps together,
    what comes from everywhere, and white."""
    light = cues.light_BFJ8
    sun, lamp, colour = light[..., 0:1], light[..., 1:2], light[..., 5:8]
    even = [(colour * lamp).sum(2), (colour * (1 - sun) * (1 - lamp)).sum(2)]
    return torch.cat([strongest(cues, colour), torch.stack([*even, torch.ones_like(even[0])], 2)], 2)


def lamplight(cues: Cues, point: Tensor, normal: Tensor | None = None) -> Tensor:
    """What lamps give points [B, F, h, w, 3] (with normals, how they face them): linear RGB, the same shape."""
    total = torch.zeros_like(point)
    for j in range(cues.light_BFJ8.shape[2]):
        lamp = cues.light_BFJ8[:, :, j, None, None]
        if not bool(lamp[..., 1].any()):
            continue
        way = lamp[..., 2:5] - point
        square = way.square().sum(-1, keepdim=True)
        strength = lamp[..., 1:2] * _fall(square, 0.09)
        if normal is not None:
            facing = (way * normal).sum(-1, keepdim=True) * (square + 1e-4).rsqrt()
            strength = strength * ((facing + 0.25) / 1.25).clamp_min(0)
        total = total + strength * lamp[..., 5:8]
    return total.clamp(max=8)


def shades(cues: Cues, point: Tensor) -> Tensor:
    """How far bodies keep light off points of the floor [B, F, h, w, 3]: from each of the SUNS, and how near the
    foot of one is; [B, F, h, w, SUNS + 1], 0 for nothing."""
    n = cues.extent_BN2.shape[1]
    total = point.new_zeros(*point.shape[:-1], SUNS + 1)
    toward = strongest(cues, cues.light_BFJ8[..., 2:5])[:, :, :, None, None]  # [B, F, SUNS, 1, 1, 3]
    for i in range(n):
        half, high = (cues.extent_BN2[:, i, c, None, None, None] for c in (0, 1))
        if not bool((high > 0).any()):
            continue
        alive = (high > 0).float()
        size = torch.stack([0.75 * half, 0.52 * high, 0.75 * half], -1).clamp_min(1e-3)
        base = cues.base_BFN3[:, :, i, None, None]
        middle = base + torch.stack([torch.zeros_like(high), high / 2, torch.zeros_like(high)], -1)
        o = (point - middle) / size
        for k in range(SUNS):
            d = toward[:, :, k] / size
            a, b = d.square().sum(-1).clamp_min(1e-6), (o * d).sum(-1)
            miss = (o.square().sum(-1) - (b.clamp(max=0)).square() / a).clamp_min(1e-6).sqrt()
            dark = alive * torch.sigmoid((1 - miss) * 7) * (toward[:, :, k, ..., 1] > 0.02)
            total[..., k] = torch.maximum(total[..., k], dark)
        near = (point - base)[..., ::2].square().sum(-1) / half.square().clamp_min(1e-4)
        total[..., SUNS] = torch.maximum(total[..., SUNS], alive * torch.exp(-near))
    return total
