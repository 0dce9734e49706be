"""Cues as maps over the picture: what the camera's rays meet, where bodies are, how light lies.

All are functions of the cues alone, at any raster. Maps have the channels last: [B, F, h, w, C].
Legend of shapes: see cues.py; h, w the raster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nn

from scenelang.runtime.maquette.cues import Cues

FAR = 60.0  # metres: nothing behind is told apart
# metres: large ones that say where a point is, and those that slabs, planks and windows repeat at
GROUND_WAVES = (
    32.0,
    16.0,
    9.0,
    8.0,
    6.0,
    5.0,
    4.0,
    3.2,
    3.0,
    2.6,
    2.5,
    2.4,
    2.0,
    1.6,
    1.3,
    1.2,
    1.0,
    0.8,
    0.6,
    0.5,
)
WALL_WAVES = (36.0, 18.0, 12.0, 9.0, 6.0, 5.0, 4.5, 3.0, 2.25, 1.5)
WALLS = (
    (0, 7.5),
    (2, 7.0),
    (0, 5.5),
    (2, 5.5),
)  # axis and distance of upright planes that the rays are met with
BODY_WAVES = (2.0, 1.0, 0.5, 0.25)  # of a body's height
LAYERS = 2  # of bodies behind one another in a cell

RAY_CHANNELS = 11 + 14 + (4 * len(GROUND_WAVES) + 3) + len(WALLS) * (4 * len(WALL_WAVES) + 2)
LIGHT_CHANNELS = 9 + 6 + 3
BODY_CHANNELS = 12 + 4 * len(BODY_WAVES) + 6
FRAME_CHANNELS = 24
IRRADIANCES = 5


@dataclass(frozen=True)
class Rays:
    """`o` [B, F, 1, 1, 3] the eye in metres, `d` [B, F, h, w, 3] unit directions, `pixel` the angle of a cell."""

    o: Tensor
    d: Tensor
    pixel: Tensor  # [B, F, 1, 1, 1] radians


def rays(cues: Cues, h: int, w: int) -> Rays:
    """Through the middles of h x w cells."""
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
    return Rays(cues.c2w_BF44[:, :, None, None, :3, 3], d, pixel)


def waves(x: Tensor, lengths: tuple[float, ...], blur: Tensor) -> Tensor:
    """sin and cos of coordinates [..., C] in metres at wavelengths; those finer than `blur` [..., 1] (the
    size of a cell there) fade, as in mip-NeRF (Barron et al. 2021, integrated positional encoding)."""
    f = 2 * math.pi / torch.tensor(lengths, device=x.device)
    phase = x[..., None] * f  # [..., C, K]
    fade = torch.exp(-0.5 * (blur[..., None] * f * 0.5).square())
    return torch.cat([phase.sin() * fade, phase.cos() * fade], -1).flatten(-2)


def ground(r: Rays) -> tuple[Tensor, Tensor, Tensor]:
    """Where rays meet the floor: distance [B, F, h, w, 1] (FAR where they don't), whether, and the point."""
    o, d = r.o.expand_as(r.d), r.d
    t = -o[..., 1:2] / d[..., 1:2].clamp(max=-1e-4)
    hit = (d[..., 1:2] < -1e-3) & (t > 0) & (t < FAR)
    t = torch.where(hit, t, FAR)
    return t, hit.float(), o + t * d


def ray_maps(r: Rays) -> Tensor:
    """[B, F, h, w, RAY_CHANNELS]: the Plücker ray, its direction's waves, the floor and walls it meets."""
    o, d = r.o.expand_as(r.d), r.d
    parts = [d, o / 10, torch.cross(o, d, dim=-1) / 10]
    parts += [(r.pixel.log() + 5).expand_as(d[..., :1]), d[..., 1:2].abs().sqrt()]
    azimuth = torch.atan2(d[..., :1], -d[..., 2:])
    turns = azimuth * torch.tensor([1.0, 2.0, 4.0, 8.0], device=d.device)
    rise = d[..., 1:2] * torch.tensor([4.0, 8.0, 16.0], device=d.device)
    parts += [turns.sin(), turns.cos(), rise.sin(), rise.cos()]
    t, hit, point = ground(r)
    blur = t * r.pixel / d[..., 1:2].abs().clamp_min(0.02).sqrt()
    parts += [hit * waves(point[..., ::2], GROUND_WAVES, blur), hit, 1 / (1 + t), (t / FAR).sqrt()]
    for axis, away in WALLS:
        along = d[..., axis : axis + 1]
        t = (torch.sign(along) * away - o[..., axis : axis + 1]) / torch.where(
            along.abs() < 1e-3, 1e-3, along
        )
        hit = ((t > 0.1) & (t < FAR)).float()
        t = t.clamp(0.1, FAR)
        point = o + t * d
        across = torch.cat([point[..., 1:2], point[..., 2 - axis : 3 - axis]], -1)
        parts += [hit * waves(across, WALL_WAVES, t * r.pixel), hit / (1 + t), torch.sign(along)]
    return torch.cat(parts, -1)


def _fall(square: Tensor, core: float) -> Tensor:
    return 1 / (square + core)


def light_maps(cues: Cues, r: Rays) -> Tensor:
    """[B, F, h, w, LIGHT_CHANNELS]: how near rays pass the sun and lamps, and what lamps give the floor."""
    light = cues.light_BFJ8[:, :, None, None]  # [B, F, 1, 1, J, 8]
    sun, lamp, place, colour = light[..., 0:1], light[..., 1:2], light[..., 2:5], light[..., 5:8]
    toward = (r.d[..., None, :] * place * sun).sum(-1, keepdim=True).clamp_min(0)
    parts = [(toward.pow(n) * colour * sun).sum(-2) for n in (2, 12, 80)]
    offset = place - r.o[..., None, :]
    t = (offset * r.d[..., None, :]).sum(-1, keepdim=True).clamp_min(0)
    miss = (offset - t * r.d[..., None, :]).square().sum(-1, keepdim=True)
    parts += [(_fall(miss, core) * core * lamp * colour).sum(-2) for core in (0.02, 0.5)]
    _, hit, point = ground(r)
    parts.append(hit * _from_lamps(cues, point))
    return torch.cat(parts, -1)


def frame_vector(cues: Cues) -> Tensor:
    """[B, F, FRAME_CHANNELS]: the lights as the camera sees them, each frame: the two strongest from far
    away in the camera's axes and in the world's height, all lamps, all that comes from everywhere."""
    light = cues.light_BFJ8
    sun, lamp, place, colour = light[..., 0:1], light[..., 1:2], light[..., 2:5], light[..., 5:8]
    seen = torch.einsum("bfji,bfnj->bfni", cues.c2w_BF44[:, :, :3, :3], place)
    rows = torch.cat([seen, place[..., 1:2], colour], -1)  # [B, F, J, 7]
    first = _strongest(cues, rows)
    lamps = (colour * lamp).sum(2)
    even = (colour * (1 - sun) * (1 - lamp)).sum(2)
    eye = cues.c2w_BF44[:, :, 1:2, 3] / 5
    level = cues.c2w_BF44[:, :, 1, 2:3]  # how far up the camera looks
    count = torch.stack([sun.sum((2, 3)), lamp.sum((2, 3))], -1) / 2
    return torch.cat([first.flatten(2), lamps, even, eye, level, count], -1)


def _strongest(cues: Cues, rows: Tensor) -> Tensor:
    """Of rows [B, F, J, C] of the lights those of the two strongest from far away, [B, F, 2, C]."""
    sun, colour = cues.light_BFJ8[..., 0:1], cues.light_BFJ8[..., 5:8]
    order = (colour.amax(-1) * sun[..., 0]).argsort(-1, descending=True)[..., :2]
    chosen = (rows * sun).gather(2, order[..., None].expand(*order.shape, rows.shape[-1]))
    return nn.pad(chosen, (0, 0, 0, 2 - chosen.shape[2]))


def irradiance(cues: Cues, r: Rays, bodies: Bodies) -> Tensor:
    """Linear RGB [B, F, h, w, IRRADIANCES, 3] of what may light a cell: the two strongest lights from far away,
    what lamps give the body or else the floor there, all lamps together, what comes from everywhere."""
    light = cues.light_BFJ8
    sun, lamp, colour = light[..., 0:1], light[..., 1:2], light[..., 5:8]
    far = _strongest(cues, colour)
    even = torch.stack([(colour * lamp).sum(2), (colour * (1 - sun) * (1 - lamp)).sum(2)], 2)
    _, hit, point = ground(r)
    near = hit * _from_lamps(cues, point)
    if bodies.maps.shape[-1]:
        there = bodies.there[..., 0, :]
        near = torch.where(there > 0, bodies.maps[..., 0, -6:-3], near)
    wide = torch.cat([far, even], 2)[:, :, None, None].expand(*r.d.shape[:4], 4, 3)
    return torch.cat([wide, near[..., None, :]], -2)


def _from_lamps(cues: Cues, point: Tensor) -> Tensor:
    """What lamps give the floor at points [B, F, h, w, 3]."""
    light = cues.light_BFJ8[:, :, None, None]
    lamp, place, colour = light[..., 1:2], light[..., 2:5], light[..., 5:8]
    square = (place - point[..., None, :]).square().sum(-1, keepdim=True)
    return (_fall(square, 0.3) * lamp * colour).sum(-2)


@dataclass(frozen=True)
class Bodies:
    """The nearest bodies of each cell: `maps` [B, F, h, w, LAYERS, BODY_CHANNELS], `who` int64
    [B, F, h, w, LAYERS] which they are, `there` [B, F, h, w, LAYERS, 1] whether there is one."""

    maps: Tensor
    who: Tensor
    there: Tensor


def body_maps(cues: Cues, r: Rays) -> Bodies:
    """Rays in the coordinates of the bodies that they come near: on a plane through the body's middle that
    faces the camera, across and up in heights; with the body's heading and elevation as the camera sees it."""
    high = cues.extent_BN2[:, None, :, 1:2]  # [B, 1, N, 1]
    half = cues.extent_BN2[:, None, :, 0:1]
    middle = cues.base_BFN3 + torch.cat([torch.zeros_like(high), high / 2, torch.zeros_like(high)], -1)
    eye = cues.c2w_BF44[:, :, None, :3, 3]
    offset = middle - eye
    depth = offset.norm(dim=-1, keepdim=True).clamp_min(0.05)
    n = offset / depth  # toward the body
    right = _level_right(cues, n)
    up = torch.cross(right, n, dim=-1)  # against the camera's down
    ahead = (offset * cues.c2w_BF44[:, :, None, :3, 2]).sum(-1, keepdim=True)
    toward = torch.einsum("bfhwi,bfni->bfhwn", r.d, n)
    t = depth[..., 0][:, :, None, None] / toward.clamp_min(0.05)
    size = high.clamp_min(1e-3)[..., 0][:, :, None, None]
    s = t * torch.einsum("bfhwi,bfni->bfhwn", r.d, right) / size
    v = t * torch.einsum("bfhwi,bfni->bfhwn", r.d, up) / size
    wide = (1.25 * half / high.clamp_min(1e-3) + 0.18)[..., 0][:, :, None, None].clamp_max(2.5)
    alive = ((high > 0) & (ahead > 0.05))[..., 0][:, :, None, None]
    there = alive & (s.abs() < wide) & (v.abs() < 0.72) & (toward > 0.05)
    key = torch.where(there, depth[..., 0][:, :, None, None].expand_as(s), torch.inf)
    if key.shape[-1] < LAYERS:
        key = nn.pad(key, (0, LAYERS - key.shape[-1]), value=torch.inf)
    near, index = key.topk(LAYERS, dim=-1, largest=False)  # [B, F, h, w, LAYERS]
    seen = torch.isfinite(near)
    index = index.clamp_max(max(s.shape[-1] - 1, 0))
    if s.shape[-1] == 0:
        empty = r.d.new_zeros(*r.d.shape[:4], LAYERS, BODY_CHANNELS)
        return Bodies(empty, index, empty[..., :1])
    s, v, t = s.gather(-1, index), v.gather(-1, index), t.gather(-1, index)
    azimuth = torch.atan2(-n[..., 0], -n[..., 2])  # of the way back to the camera
    turned = cues.heading_BFN - azimuth
    own = torch.cat(  # [B, F, N, 9]
        [1 / depth, turned.sin()[..., None], turned.cos()[..., None], n[..., 1:2], right[..., 1:2], up[..., 1:2],
         (half / high.clamp_min(1e-3)).expand_as(depth), high.expand_as(depth), torch.zeros_like(depth)], -1
    )  # fmt: skip
    own = of_cells(own, index)
    point = r.o[..., None, :] + t[..., None] * r.d[..., None, :]
    lamps = _lamp_vectors(cues, point)
    pixel = (r.pixel[..., 0, None] * t / own[..., 7].clamp_min(1e-3))[..., None]
    both = torch.stack([s, v], -1)
    parts = [both, own, pixel.log() / 4, waves(both, BODY_WAVES, pixel), lamps]
    there_too = seen[..., None].float()
    maps = torch.cat(parts, -1) * there_too
    return Bodies(maps, index, there_too)


def _level_right(cues: Cues, n: Tensor) -> Tensor:
    """The way to the right [B, F, N, 3] as seen along n, level in the world: a body stands upright however the
    camera is rolled. Seen from right above or below, where nothing is upright, the camera's own right."""
    own = cues.c2w_BF44[:, :, None, :3, 0]
    own = nn.normalize(own - (own * n).sum(-1, keepdim=True) * n, dim=-1)
    flat = torch.stack([-n[..., 2], torch.zeros_like(n[..., 0]), n[..., 0]], -1)
    steep = flat.norm(dim=-1, keepdim=True)
    share = ((steep - 0.15) / 0.2).clamp(0, 1)
    return nn.normalize(torch.lerp(own, flat / steep.clamp_min(1e-6), share), dim=-1)


def of_cells(values: Tensor, index: Tensor) -> Tensor:
    """Of values [B, F, N, C] those of each cell's bodies: [B, F, h, w, LAYERS, C]."""
    b, f, h, w, k = index.shape
    flat = index.reshape(b, f, -1, 1).expand(-1, -1, -1, values.shape[-1])
    return values.gather(2, flat).view(b, f, h, w, k, -1)


def _lamp_vectors(cues: Cues, point: Tensor) -> Tensor:
    """What lamps give points [B, F, h, w, LAYERS, 3]: colour, and the way to them by strength; 6 channels."""
    total = point.new_zeros(*point.shape[:-1], 6)
    for j in range(cues.light_BFJ8.shape[2]):
        lamp = cues.light_BFJ8[:, :, j, None, None, None]
        if not bool(lamp[..., 1].any()):
            continue
        way = lamp[..., 2:5] - point
        strength = lamp[..., 1:2] * _fall(way.square().sum(-1, keepdim=True), 0.1)
        bright = lamp[..., 5:8].amax(-1, keepdim=True)
        total = total + torch.cat([strength * lamp[..., 5:8], way * strength * bright], -1)
    return total.clamp(-8, 8)
