"""How rays pass superquadrics: how much of a pixel one covers, where its front is met, which way that faces.

A solid is (|x/a|^n + |z/c|^n)^(e/n) + |y/b|^e < 1 in its own axes (Barr 1981): an ellipsoid at e = n = 2, nearly a
cylinder at e = 8 and n = 2, a box where both are large; x and z may taper along y, to a cone. A ray's nearest point to
its middle says how far inside it passes, of a box the point where it is deepest inside; the edge is as soft as the
solid itself and a pixel's width make it.

Legend of shapes: Y pairs of a solid and a tile of P pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

NEAR = 0.06  # metres before the camera
EDGE = 0.35  # of a pixel: how soft an edge is at least
BOXY = 5.0  # exponent from which on a solid counts as a box


@dataclass(frozen=True)
class Passing:
    """Solids as rays pass them: columns of `axes` [Y, 3, 3] are unit axes, `half` [Y, 3, 1] metres along them,
    `exponent` e, `across` n and `taper` [Y, 1], rays from `start` [Y, 3, 1] along `way` [Y, 3, P] in the solid's own
    units; `alpha` [Y, P] is how much of each pixel is covered, `front` [Y, P] how far away, metres."""

    axes: Tensor
    half: Tensor
    exponent: Tensor
    across: Tensor
    taper: Tensor
    start: Tensor
    way: Tensor
    alpha: Tensor
    front: Tensor

    def of(self, pairs: Tensor) -> Passing:
        """Only some pairs, by their indices."""
        return Passing(*(getattr(self, f.name).index_select(0, pairs) for f in fields(self)))


def passing(own: dict[str, Tensor], eye: Tensor, pixel: Tensor, d: Tensor) -> Passing:
    """Rays from `eye` [Y, 3] along `d` [Y, P, 3], `pixel` [Y] radians wide, by solids, one each: the attributes of
    splats.Splats, [Y, ...]."""
    half, axes = own["half_GS3"], own["axes_GS33"]
    exponent, across, taper, soft, opacity = (
        own[name][:, None] for name in ("exponent_GS", "across_GS", "taper_GS", "soft_GS", "opacity_GS")
    )
    into = axes.transpose(1, 2) / half[..., None]  # [Y, 3, 3]: metres to the solid's own units
    start = into @ (eye - own["middle_GS3"])[..., None]  # [Y, 3, 1]
    way = into @ d.transpose(1, 2)  # [Y, 3, P]
    half = half[..., None]
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
    blur = (soft.square() + (EDGE * pixel[:, None] * t * steep).square()).sqrt()
    alpha = opacity * torch.sigmoid((1 - r) / blur) * (t > NEAR)
    front = t - ((1 - inside).clamp_min(0) / a + 1e-8).sqrt()
    front = front.index_copy(0, boxes, torch.minimum(met, deep))
    return Passing(axes, half, exponent, across, taper, start, way, alpha.clamp(max=0.999), front)


def facing(p: Passing) -> Tensor:
    """The way that fronts face where they are met, unit vectors in the world [Y, 3, P]."""
    hit, wide = _straightened(p.start + p.front[:, None] * p.way, p.taper)
    logs = (hit.abs() + 1e-3).log()
    around, along = _norms(logs, p.across)
    sides = ((p.exponent - p.across) * around)[:, None] + (p.across[:, None] - 1) * logs
    x, _, z = (torch.sign(hit) * sides.exp()).unbind(1)
    y = torch.sign(hit[:, 1]) * ((p.exponent - 1) * along).exp() - p.taper * (p.exponent * around).exp()
    found = torch.stack([x / wide, y, z / wide], 1) / p.half
    return p.axes @ (found * (found.square().sum(1, keepdim=True) + 1e-8).rsqrt())


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
