"""Soft solids seen by a camera: which of them a tile of pixels may see, how much each covers, what lies in front.

A solid is a superquadric, (|x/a|^n + |z/c|^n)^(e/n) + |y/b|^e < 1 in its own axes (Barr 1981): an ellipsoid at
e = n = 2, nearly a cylinder at e = 8 and n = 2, a box where both are large; x and z may taper along y, to a cone. A
ray's nearest point to its middle says how far inside it passes, of a box the point where it is deepest inside; the
edge is as soft as the solid itself and a pixel's width make it. Solids are laid over one another from the nearest to
the farthest, tile by tile (as in 3D Gaussian splatting, Kerbl et al. 2023), by where the tile's rays meet them. All
is differentiable but the choice of which solids a tile sees, and their order.

Legend of shapes: G pictures (clips x frames), S solids, C attributes; a list of X tiles of P = TILE^2 pixels, K
solids in each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.runtime.maquette.features import Rays

TILE = 8  # pixels
NEAR = 0.06  # metres before the camera
EDGE = 0.35  # of a pixel: how soft an edge is at least
BOXY = 5.0  # exponent from which on a solid counts as a box


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


def seen(splats: Splats, r: Rays, most: int) -> Seen:
    """The solids as the camera of each picture sees them; of those that a tile may see the `most` nearest count."""
    g, (h, w) = len(splats.middle_GS3), r.d.shape[2:4]
    eye = r.o.reshape(g, 3)
    d = _tiled(r.d.flatten(0, 1))  # [G * tiles, P, 3]
    key = _keys(splats, r)  # [G, tiles, S]
    most = min(most, key.shape[-1])
    depth, which = key.detach().topk(most, dim=-1, largest=False)  # nearest first
    depth, which = depth.flatten(0, 1), which.flatten(0, 1)
    tiles = torch.isfinite(depth[:, 0]).nonzero()[:, 0] if most else torch.zeros(0, dtype=torch.int64)
    depth, which = depth[tiles], which[tiles]  # [X, K]
    picture = tiles // ((h // TILE) * (w // TILE))
    slot = (
        torch.isfinite(depth).flatten().nonzero()[:, 0]
    )  # pairs of a tile and a solid, the Y that there are
    tile = slot // most
    at = (picture[:, None] * splats.middle_GS3.shape[1] + which).flatten()

    def of(values: Tensor) -> Tensor:  # [G, S, ...] to [Y, ...]
        return values.flatten(0, 1).index_select(0, at[slot])

    half, axes = of(splats.half_GS3), of(splats.axes_GS33)
    into = axes.transpose(1, 2) / half[..., None]  # [Y, 3, 3]: metres to the solid's own units
    start = into @ (eye[picture[tile]] - of(splats.middle_GS3))[..., None]  # [Y, 3, 1]
    way = into @ d[tiles[tile]].transpose(1, 2)  # [Y, 3, P]
    exponent, across, taper, soft, opacity = (
        of(v)[:, None]
        for v in (
            splats.exponent_GS,
            splats.across_GS,
            splats.taper_GS,
            splats.soft_GS,
            splats.opacity_GS,
        )
    )
    pixel = r.pixel.reshape(g)[picture[tile]][:, None]
    alpha, t, facing = _passes(
        start, way, half[..., None], (exponent, across, taper), soft, opacity, pixel
    )
    # a label is before the bottle that it is on, and a coat before the legs in it
    front = (t * alpha).sum(-1).detach() / alpha.sum(-1).detach().clamp_min(1e-4)
    order = depth.new_full((len(tiles) * most,), torch.inf).index_copy(0, slot, front)
    order = order.view(len(tiles), most).argsort(1)[..., None].expand(-1, -1, TILE * TILE)
    whole = alpha.new_zeros(len(tiles) * most, TILE * TILE).index_copy(0, slot, alpha)
    whole = whole.view(len(tiles), most, TILE * TILE).gather(1, order)  # [X, K, P], nearest first
    clear = torch.log1p(-whole).cumsum(1)  # how much gets past, as a logarithm
    before = torch.exp(torch.cat([torch.zeros_like(clear[:, :1]), clear[:, :-1]], 1))
    weight = torch.zeros_like(whole).scatter(1, order, whole * before)
    own = weight.flatten(0, 1).index_select(0, slot)  # [Y, P]
    turned = torch.cat([axes @ facing, t[:, None]], 1) * own[:, None]
    faced = turned.new_zeros(len(tiles), 4, TILE * TILE).index_add(0, tile, turned).transpose(1, 2)
    said = splats.said_GSC.flatten(0, 1).index_select(0, at)
    said = said.view(*which.shape, splats.said_GSC.shape[-1])
    return Seen(tiles, weight.sum(1), weight.transpose(1, 2) @ said, faced[..., :3], faced[..., 3])


def _passes(
    start: Tensor,
    way: Tensor,
    half: Tensor,
    shape: tuple[Tensor, Tensor, Tensor],
    soft: Tensor,
    opacity: Tensor,
    pixel: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """How much of each solid covers each pixel [Y, P], how far away it is met, metres, and the way that its surface
    faces there, in its own axes [Y, 3, P]; rays from `start` [Y, 3, 1] along `way` [Y, 3, P] in its own units."""
    exponent, across, taper = shape
    a = way.square().sum(1).clamp_min(1e-8)
    b = (way * start).sum(1)
    t = -b / a
    boxes = (torch.minimum(exponent, across) > BOXY)[:, 0].nonzero()[:, 0]
    deep, met, sharp = _through_box(*(v[boxes].detach() for v in (start, way, half)))
    t = t.index_copy(0, boxes, deep)
    q = _straightened(start + t[:, None] * way, taper)[0]
    square = q.square()
    inside = square.sum(1).clamp_min(1e-10)
    around, along = _norms(0.5 * (square + 1e-10).log(), across)
    r = (torch.logaddexp(around * exponent, along * exponent) / exponent).exp()
    r = r.index_copy(0, boxes, (start[boxes] + deep[:, None] * way[boxes]).abs().amax(1))
    steep = ((square / half.square()).sum(1) / inside).sqrt()  # how fast r grows, per metre
    steep = steep.index_copy(0, boxes, sharp)
    blur = (soft.square() + (EDGE * pixel * t * steep).square()).sqrt()
    alpha = opacity * torch.sigmoid((1 - r) / blur) * (t > NEAR)
    front = t - ((1 - inside).clamp_min(0) / a + 1e-8).sqrt()
    front = front.index_copy(0, boxes, torch.minimum(met, deep))
    hit, wide = _straightened(start + front[:, None] * way, taper)
    logs = (hit.abs() + 1e-3).log()
    around, along = _norms(logs, across)
    sides = ((exponent - across) * around)[:, None] + (across[:, None] - 1) * logs
    x, _, z = (torch.sign(hit) * sides.exp()).unbind(1)
    y = torch.sign(hit[:, 1]) * ((exponent - 1) * along).exp() - taper * (exponent * around).exp()
    facing = torch.stack([x / wide, y, z / wide], 1) / half
    facing = facing * (facing.square().sum(1, keepdim=True) + 1e-8).rsqrt()
    return alpha.clamp(max=0.999), front, facing


def _through_box(start: Tensor, way: Tensor, half: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where rays are deepest inside a cube of -1 to 1, or nearest to it, where they meet it if they do, and how fast the
    largest coordinate grows there beside the ray, per metre, [Y, P] each; rays from `start` [Y, 3, 1] along `way`
    [Y, 3, P], `half` [Y, 3, 1] metres. The largest of three coordinates is least where two are equal."""
    way = torch.where(way.abs() < 1e-6, 1e-6, way)
    deep, steep = torch.zeros_like(way[:, 0]), torch.zeros_like(way[:, 0])
    least = torch.full_like(deep, torch.inf)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        a, b = way[:, i].abs(), way[:, j].abs()
        slope = torch.hypot(b / half[:, i], a / half[:, j]) / (a + b)
        for sign in (1.0, -1.0):
            both = way[:, i] + sign * way[:, j]
            both = torch.where(both.abs() < 1e-6, 1e-6, both)
            t = -(start[:, i] + sign * start[:, j]) / both
            most = (start + t[:, None] * way).abs().amax(1)
            nearer = most < least
            deep, steep = torch.where(nearer, t, deep), torch.where(nearer, slope, steep)
            least = torch.minimum(most, least)
    return deep, ((-torch.sign(way) - start) / way).amax(1), steep


def _straightened(q: Tensor, taper: Tensor) -> tuple[Tensor, Tensor]:
    """Points [Y, 3, P] of tapered solids as they would be in straight ones, and how wide the solids are there [Y, P]."""
    x, y, z = q.unbind(1)
    wide = 1 + taper * y.clamp(-1, 1)
    return torch.stack([x / wide, y, z / wide], 1), wide


def _norms(logs: Tensor, across: Tensor) -> tuple[Tensor, Tensor]:
    """Logarithms of how far points are from the axis, by the exponent across it, and along it; [Y, P] each, of
    logarithms of their coordinates [Y, 3, P]."""
    x, y, z = logs.unbind(1)
    return torch.logaddexp(x * across, z * across) / across, y


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
        alive = (splats.opacity_GS > 0.004) & (z + far[..., 2] > NEAR)
        left = torch.arange(0, w, TILE, device=x.device)[:, None, None]  # [tw, 1, 1]
        top = torch.arange(0, h, TILE, device=x.device)[:, None, None]
        across = ((u + du) > left) & ((u - du) < left + TILE)  # [tw, G, S]
        upright = ((v + dv) > top) & ((v - dv) < top + TILE)
        there = (upright[:, None] & across[None] & alive).permute(2, 0, 1, 3).flatten(1, 2)
        front = (z - long[..., 2]).clamp_min(NEAR)
        return torch.where(there, front[:, None], torch.inf)


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
