"""Soft solids seen by a camera: which of them a tile of pixels may see, how much each covers, what lies in front.

Solids are superquadrics (superquadrics.py). Of tiles of pixels (as in 3D Gaussian splatting, Kerbl et al. 2023) each
sees a choice of them, which lie over one another as its rays meet them. All is differentiable but that choice and
their order.

Legend of shapes: G pictures (clips x frames), S solids, C attributes; a list of X tiles of P = TILE^2 pixels, K
solids in each.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from scenelang.runtime.maquette.features import Rays
from scenelang.runtime.maquette.layers import pieces
from scenelang.runtime.maquette.superquadrics import BOXY, NEAR, facing, passing

TILE = 8  # pixels
BLOCK = 128  # tiles
FADED = 7.0  # of how soft it is: how far out a solid is not seen any more
UNSEEN = 1 / 1024  # what covers less of every pixel of a tile is left out where nothing is learned


@dataclass(frozen=True)
class Splats:
    """Solids of every picture."""

    middle_GS3: Tensor  # metres, in the world
    axes_GS33: Tensor  # columns are unit axes
    half_GS3: Tensor  # metres along them
    exponent_GS: Tensor  # e
    across_GS: Tensor  # n
    taper_GS: Tensor  # how much wider it is at its upper end than in its middle, -1 to 1 of that
    soft_GS: Tensor  # of its own size: how soft its edge is
    opacity_GS: Tensor  # 0 to 1; 0 where there is none
    said_GSC: Tensor  # whatever a solid says of its surface


@dataclass(frozen=True)
class Seen:
    """What tiles see: `tiles` int64 [X] their places among all (picture, row, column), the rest for [X, P] pixels:
    `cover` 0 to 1, and, times their cover, `said` [X, P, C], `normal` [X, P, 3] in the world and `depth` [X, P]
    metres."""

    tiles: Tensor
    cover: Tensor
    said: Tensor
    normal: Tensor
    depth: Tensor

    def of(self, tiles: slice) -> Seen:
        """Only some of the tiles."""
        return Seen(*(getattr(self, f.name)[tiles] for f in fields(self)))


def seen(splats: Splats, r: Rays, most: int) -> Seen:
    """The solids as the camera of each picture sees them; of those that a tile may see the `most` nearest count."""
    h, w = r.d.shape[2:4]
    key = _keys(splats, r)  # [G, tiles, S]
    most = min(most, key.shape[-1])
    depth, which = key.detach().topk(most, dim=-1, largest=False)  # nearest first
    depth, which = depth.flatten(0, 1), which.flatten(0, 1)
    tiles = torch.isfinite(depth[:, 0]).nonzero()[:, 0] if most else torch.zeros(0, dtype=torch.int64)
    there, which = torch.isfinite(depth[tiles]), which[tiles]  # [X, K]
    picture = tiles // ((h // TILE) * (w // TILE))
    eye, pixel = r.o.reshape(-1, 3)[picture], r.pixel.reshape(-1)[picture]
    which = which + picture[:, None] * splats.middle_GS3.shape[1]
    d = _tiled(r.d.flatten(0, 1))[tiles]  # [X, P, 3]
    flat = {name: getattr(splats, name).flatten(0, 1) for name in Splats.__annotations__}
    blocks = [
        _of_tiles(flat, *(v[piece] for v in (which, there, eye, pixel, d)))
        for piece in pieces(len(tiles), BLOCK, d.device)
    ]
    return Seen(tiles, *(torch.cat(part) for part in zip(*blocks, strict=True)))


def _of_tiles(
    flat: dict[str, Tensor], which: Tensor, there: Tensor, eye: Tensor, pixel: Tensor, d: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Cover, what is said, normal and depth of tiles [X, P], which see those that are `there` of the solids `which`
    [X, K], from `eye` [X, 3] along `d` [X, P, 3]; `pixel` [X] radians."""
    tile, column = there.nonzero().unbind(1)  # pairs of a tile and a solid, the Y that there are
    solid = which[tile, column]
    own = {n: values.index_select(0, solid) for n, values in flat.items() if n != "said_GSC"}
    p = passing(own, eye[tile], pixel[tile], d[tile])
    if not torch.is_grad_enabled():  # of most pairs nothing is seen
        some = (p.alpha.amax(1) > UNSEEN).nonzero()[:, 0]
        p, tile, solid = p.of(some), tile[some], solid[some]
    count = torch.bincount(tile, minlength=len(which))
    most = int(count.max()) if len(count) else 0
    place = torch.arange(len(tile), device=tile.device) - (count.cumsum(0) - count)[tile]
    slot = tile * most + place
    shape = len(which), most, TILE * TILE
    order = p.front.new_full((shape[0] * most, shape[2]), torch.inf).index_copy(
        0, slot, p.front.detach()
    )
    order = order.view(shape).argsort(1)  # a label is before its bottle, a coat before the legs in it
    whole = p.alpha.new_zeros(shape[0] * most, shape[2]).index_copy(0, slot, p.alpha)
    whole = whole.view(shape).gather(1, order)  # [X, K, P], nearest first
    clear = torch.log1p(-whole).cumsum(1)  # how much gets past, as a logarithm
    before = torch.exp(torch.cat([torch.zeros_like(clear[:, :1]), clear[:, :-1]], 1))
    weight = torch.zeros_like(whole).scatter(1, order, whole * before)
    own_weight = weight.flatten(0, 1).index_select(0, slot)  # [Y, P]
    turned = torch.cat([facing(p), p.front[:, None]], 1) * own_weight[:, None]
    faced = turned.new_zeros(shape[0], 4, shape[2]).index_add(0, tile, turned).transpose(1, 2)
    said = flat["said_GSC"]
    said = said.new_zeros(shape[0] * most, said.shape[-1]).index_copy(0, slot, said[solid])
    said = weight.transpose(1, 2) @ said.view(*shape[:2], said.shape[-1])
    return weight.sum(1), said, faced[..., :3], faced[..., 3]


def _keys(splats: Splats, r: Rays) -> Tensor:
    """Depths [G, tiles, S] of the fronts of the solids that a tile may see, inf for the others."""
    g, (h, w) = len(splats.middle_GS3), r.d.shape[2:4]
    with torch.no_grad():
        (x0, y0), scale = r.centre.flatten(0, 1).unbind(-1), 1 / r.pixel.reshape(g)
        offset = splats.middle_GS3 - r.o.reshape(g, 1, 3)
        axes = r.axes.flatten(0, 1).transpose(1, 2)  # rows are the camera's axes
        x, y, z = (offset @ axes.transpose(1, 2)).unbind(-1)  # [G, S]
        widest = 1 + splats.taper_GS.abs()[..., None] * splats.half_GS3.new_tensor([1.0, 0.0, 1.0])
        reach = axes[:, None] @ (
            splats.axes_GS33 * (splats.half_GS3 * widest)[..., None, :]
        )  # [G, S, 3, 3]
        long, wide = reach.norm(dim=-1), reach.abs().sum(-1)
        boxy = torch.minimum(splats.exponent_GS, splats.across_GS) > BOXY
        share = torch.where(boxy, 1.0, 1 - 2 / splats.exponent_GS)[..., None]
        far = (long + (wide - long) * share) * (1 + 2.5 * splats.soft_GS[..., None].clamp(max=0.6))
        near = (z - far[..., 2]).clamp_min(0.3 * z).clamp_min(NEAR)
        aside = [m / z.clamp_min(NEAR) for m in (x, y)]
        u, v = (m * scale[:, None] + m0[:, None] for m, m0 in zip(aside, (x0, y0), strict=True))
        # beside the middle of the picture the front of a solid is seen farther out than its middle
        du, dv = (
            (far[..., i] + m.abs() * far[..., 2]) / near * scale[:, None] + 1.5
            for i, m in enumerate(aside)
        )
        own = (offset[..., None, :] @ splats.axes_GS33)[..., 0, :].abs() / splats.half_GS3
        within = torch.where(boxy, own.amax(-1), own.norm(dim=-1)) < 1  # of which the eye sees nothing
        alive = (splats.opacity_GS > 0.004) & (z + far[..., 2] > NEAR) & ~within
        left = torch.arange(0, w, TILE, device=x.device)[:, None, None]  # [tw, 1, 1]
        top = torch.arange(0, h, TILE, device=x.device)[:, None, None]
        across = ((u + du) > left) & ((u - du) < left + TILE)  # [tw, G, S]
        upright = ((v + dv) > top) & ((v - dv) < top + TILE)
        there = (upright[:, None] & across[None] & alive).permute(2, 0, 1, 3).flatten(1, 2)
        picture, tile, solid = there.nonzero().unbind(1)
        met = _met(splats, r, picture, tile, solid)
        picture, tile, solid = picture[met], tile[met], solid[met]
        key = torch.full(there.shape, torch.inf, device=x.device)
        key[picture, tile, solid] = (z - long[..., 2]).clamp_min(NEAR)[picture, solid]
        return key


def _met(splats: Splats, r: Rays, picture: Tensor, tile: Tensor, solid: Tensor) -> Tensor:
    """Which of the pairs of a tile and a solid [Y] meet: whether the ray through the tile's middle passes the solid's box,
    made larger by how soft the solid and how wide the tile is there. A solid near the camera may seem to be anywhere by
    its extent in the picture; this leaves a twentieth of such pairs."""
    axes, half = splats.axes_GS33[picture, solid], splats.half_GS3[picture, solid]
    offset = splats.middle_GS3[picture, solid] - r.o.reshape(-1, 3)[picture]
    middle = _tiled(r.d.flatten(0, 1)).mean(1).view(len(splats.middle_GS3), -1, 3)[picture, tile]
    wide = r.pixel.reshape(-1, 1)[picture] * TILE
    taper, soft = (v[picture, solid][:, None] for v in (splats.taper_GS, splats.soft_GS))
    widest = 1 + taper.abs() * half.new_tensor([1.0, 0.0, 1.0])
    extent = half * widest * (1 + FADED * soft)
    extent = extent + wide * (offset.norm(dim=-1, keepdim=True) + extent.norm(dim=-1, keepdim=True))
    start = (offset[:, None] @ axes)[:, 0]
    way = (middle[:, None] @ axes)[:, 0]
    way = torch.where(way.abs() < 1e-6, 1e-6, way)
    enter, leave = (start - way.sign() * extent) / way, (start + way.sign() * extent) / way
    return leave.amin(-1) > enter.amax(-1).clamp_min(0)


def _tiled(x: Tensor) -> Tensor:
    """[G, h, w, C] to [G * tiles, P, C]."""
    g, h, w, c = x.shape
    x = x.view(g, h // TILE, TILE, w // TILE, TILE, c).transpose(2, 3)
    return x.reshape(-1, TILE * TILE, c)


def tiles_of(x: Tensor, tiles: Tensor) -> Tensor:
    """Of a map [B, F, h, w, C] the pixels of some tiles, [X, P, C]."""
    return _tiled(x.flatten(0, 1))[tiles]


def spread(x: Tensor, tiles: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Tiles [X, P, C] at their places in pictures of `shape` (G, h, w): [G, h, w, C], 0 elsewhere."""
    g, h, w = shape
    whole = x.new_zeros(g * (h // TILE) * (w // TILE), *x.shape[1:]).index_copy(0, tiles, x)
    whole = whole.view(g, h // TILE, w // TILE, TILE, TILE, -1).transpose(2, 3)
    return whole.reshape(g, h, w, -1)
