"""Where the sun does not reach: a map of what it meets first, softened, and the dark where things touch the floor."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.runtime.previz.fields import at, dot
from scenelang.runtime.previz.light import Sun
from scenelang.runtime.previz.rays import Rays, parallel
from scenelang.runtime.previz.solids import Solids
from scenelang.runtime.previz.visibility import Samples, nearest, table

BIAS, ONSET = 0.02, 0.10  # metres behind an occluder where its shadow begins and is full
CELLS = 160  # of the map of contacts, on a side


@dataclass(frozen=True)
class Shadows:
    """`picture` [1, 2, F*S, S]: the share of each texel that is covered, and that times the depth
    of what covers it; frames below one another. `contact` [1, 1, F*C, C] is how near things
    are to the floor, over a square of 2 `radius` metres around `target`."""

    rays: Rays
    picture: Tensor
    contact: Tensor
    target: Tensor  # [3]
    radius: float

    def lit(self, frame: Tensor, p: Tensor) -> Tensor:
        """The share [R] of the sun that reaches points p [3, R]."""
        size, frames = self.rays.width, self.rays.count
        q = p - at(self.rays.centre, frame)
        x, y, depth = (dot(q, at(self.rays.axes[:, k], frame)) for k in range(3))
        scale = self.rays.scale[0, 0]
        x = x * scale + size / 2
        y = (y * scale + size / 2).clamp(0.5, size - 0.5) + frame * size
        grid = torch.stack([x * (2 / size) - 1, y * (2 / (size * frames)) - 1], -1)
        cover, weighted = nn.grid_sample(self.picture, grid[None, None], align_corners=False)[0, :, 0]
        behind = depth - weighted / cover.clamp_min(1e-3) - BIAS
        return 1 - cover * (behind / ONSET).clamp_(0, 1)

    def touched(self, frame: Tensor, x: Tensor, z: Tensor) -> Tensor:
        """How much of the surroundings' light things on the floor hold off at x, z [R]: 0 … 1."""
        u = (x - self.target[0]) / self.radius
        v = ((z - self.target[2]) / self.radius).clamp(-1 + 1 / CELLS, 1 - 1 / CELLS)
        frames = self.rays.count
        v = ((v + 1) / 2 + frame) / frames * 2 - 1
        grid = torch.stack([u, v], -1)[None, None]
        return nn.grid_sample(self.contact, grid, align_corners=False)[0, 0, 0]


def shadows(solids: Solids, sun: Sun, target: Tensor, radius: float, size: int) -> Shadows:
    """The shadow map of a sun over the frames of `solids`: `size` texels for 2 `radius` metres
    around `target` [3]."""
    rays = parallel(sun.toward, target, radius, size)
    frames = rays.count
    opaque = Solids(**{**vars(solids), "alive": solids.alive & solids.casts})
    pixels = torch.arange(frames * size * size, device=target.device)
    middle = torch.tensor([[0.5, 0.5]], device=target.device)
    t, _ = nearest(rays, table(rays, opaque), Samples(pixels, middle))
    cover = (t != torch.inf).float()
    picture = torch.stack([cover, t.masked_fill(t == torch.inf, 0.0)], 0).view(2, frames, size, size)
    picture = picture.transpose(0, 1)
    texel = 2 * radius / size
    reach = max(1, round((0.11 if sun.soft else 0.03) / texel))
    picture = nn.avg_pool2d(picture, (2 * reach + 1, 1), 1, (reach, 0))
    picture = nn.avg_pool2d(picture, (1, 2 * reach + 1), 1, (0, reach))
    edge = torch.zeros(size, device=target.device)
    edge[reach + 1 : size - reach - 1] = 1.0
    picture = picture * edge * edge[:, None]
    stacked = picture.transpose(0, 1).reshape(1, 2, frames * size, size)
    return Shadows(rays, stacked, _contact(solids, target, radius), target, radius)


def _contact(solids: Solids, target: Tensor, radius: float) -> Tensor:
    """Soft dark spots under the solids of subjects that are near the floor, [1, 1, F*C, C]."""
    extent = solids.axes.abs().sum(-1)  # [F, N, 3]
    bottom = (solids.centre[..., 1] - extent[..., 1]).clamp_min(0)
    small = extent.amax(-1) < 4.0
    weight = torch.exp(-bottom / 0.14) * (solids.alive & small)
    axis = (torch.arange(CELLS, device=target.device) + 0.5) / CELLS * 2 - 1

    def bell(i: int) -> Tensor:  # [F, N, C]
        distance = axis * radius + target[i] - solids.centre[..., i, None]
        return torch.exp(-0.5 * (distance / (0.75 * extent[..., i, None] + 0.07)).square())

    dark = torch.einsum("fn,fnv,fnu->fvu", weight, bell(2), bell(0))
    return (1 - torch.exp(-0.9 * dark)).reshape(1, 1, -1, CELLS)
