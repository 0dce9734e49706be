"""What each ray meets first: one flat list of (solid, ray) pairs, tested shape by shape.

Every solid in a frame is a *row*, with the rectangle of pixels that it can cover. The
pairs of all rows of one shape are intersected at once, and the nearest row of each ray is
kept in one integer whose upper half is the depth's bits (which order positive floats) and
whose lower half is the row, so that ties fall the same way on every device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.runtime.previz.fields import put, unit
from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.shapes import (
    CAPSULE,
    ELLIPSOID,
    FRUSTUM,
    SHAPES,
    Vector,
    enter,
    inside,
    outward,
)
from scenelang.runtime.previz.solids import Solids

PAIRS = 4_000_000  # in one go; bounds memory
_NOTHING = torch.iinfo(torch.int64).max


@dataclass(frozen=True)
class Samples:
    """A flat list of rays to trace: for each pixel of the list in turn, one through each of the
    points `offsets` [S, 2], in pixels from the pixel's corner. `slot` [F*H*W] gives the number
    of a pixel's first sample, or -1; without it the list is all pixels and S is 1."""

    pixel: Tensor  # int64 [P]
    offsets: Tensor
    slot: Tensor | None = None

    @property
    def count(self) -> int:
        return self.pixel.shape[0] * self.offsets.shape[0]


@dataclass(frozen=True)
class Table:
    """Rays in the space of every row: `base`, `step_x`, `step_y`, `fixed` [3, R]. For a
    perspective camera the first three make the direction and `fixed` is the origin, for a
    parallel one the other way round."""

    base: Tensor
    step_x: Tensor
    step_y: Tensor
    fixed: Tensor
    taper: Tensor  # [R]
    shape: Tensor  # [R]
    rectangle: Tensor  # int64 [R, 4]
    inverse: Tensor  # [R, 3, 3] world to shape
    half: Tensor  # [3, R] half sizes in metres
    parallel: bool

    def rays(self, row: Tensor, x: Tensor, y: Tensor) -> tuple[Vector, Vector]:
        """Origins and directions of rays at x, y [P] in the space of the rows [P]."""

        def of(t: Tensor, axis: int) -> Tensor:
            return t[axis].index_select(0, row)

        moving = tuple(
            torch.addcmul(torch.addcmul(of(self.base, i), of(self.step_x, i), x), of(self.step_y, i), y)
            for i in range(3)
        )
        fixed = tuple(of(self.fixed, i) for i in range(3))
        o, d = (moving, fixed) if self.parallel else (fixed, moving)
        return o, d  # type: ignore[return-value]


def table(rays: Rays, solids: Solids) -> Table:
    """The rays in the space of every solid in every frame, and what each can cover."""
    f, n = solids.taper.shape
    axes = solids.axes  # [F, N, 3, 3]
    square = axes.square().sum(-2)  # [F, N, 3]
    inverse = axes.transpose(-1, -2) / square.unsqueeze(-1)  # [F, N, 3, 3]
    shape = solids.shape.expand(f, n)
    stretch = torch.ones(f, n, 3, device=axes.device)
    capsule = shape == CAPSULE
    stretch[..., 1] += solids.taper * capsule
    wide = torch.where(shape == FRUSTUM, solids.taper.clamp_min(1), 1.0)
    stretch[..., 0] *= wide
    stretch[..., 2] *= wide
    rectangle = rays.rectangles(solids.centre, axes * stretch[..., None, :], shape == ELLIPSOID)
    base, dx, dy = rays.steps()
    eye = (inverse @ (rays.centre[:, None] - solids.centre)[..., None])[..., 0]  # [F, N, 3]
    if rays.parallel:
        start = (inverse @ (base[:, None] - solids.centre)[..., None])[..., 0]
        fixed = (inverse @ rays.axes[:, None, 2, :, None])[..., 0]
    else:
        start = (inverse @ base[:, None, :, None])[..., 0]
        fixed = eye
    hidden = ~solids.alive
    if not rays.parallel:
        hidden = hidden | inside(shape, eye, solids.taper)
    rectangle = rectangle * ~hidden[..., None]

    def flat(t: Tensor) -> Tensor:
        return t.reshape(f * n, 3).T.contiguous()

    return Table(
        base=flat(start),
        step_x=flat((inverse @ dx[:, None, :, None])[..., 0]),
        step_y=flat((inverse @ dy[:, None, :, None])[..., 0]),
        fixed=flat(fixed),
        taper=solids.taper.reshape(-1),
        shape=shape.reshape(-1),
        rectangle=rectangle.reshape(-1, 4),
        inverse=inverse.reshape(-1, 3, 3),
        half=flat(square.sqrt()),
        parallel=rays.parallel,
    )


def pairs(
    rows: Tensor, rectangle: Tensor, solids: int, width: int, height: int
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Row, pixel, column and line [P] of every pixel of every row's rectangle, PAIRS or so at a
    time."""
    x0, y0, x1, y1 = rectangle.unbind(-1)
    counts = (x1 - x0) * (y1 - y0)
    some = (counts > 0).nonzero()[:, 0]
    rows, counts = rows[some], counts[some]
    group = (counts.cumsum(0) // PAIRS).tolist()
    # float32 counts pixels exactly up to 2^24 and is several times faster than int64 here
    left, top, wide = (t[some].float() for t in (x0, y0, x1 - x0))
    frame = rows // solids * (width * height)
    several = bool((frame != 0).any())
    start = 0
    while start < len(group):
        stop = start + 1
        while stop < len(group) and group[stop] == group[start]:
            stop += 1
        n = counts[start:stop]
        which = torch.repeat_interleave(torch.arange(start, stop, device=n.device), n)
        first = torch.zeros_like(left)
        first[start:stop] = (n.cumsum(0) - n).float()
        k = torch.arange(which.shape[0], device=n.device, dtype=torch.float32)
        k -= first.index_select(0, which)
        w = wide.index_select(0, which)
        line = ((k + 0.5) / w).floor_()
        x = k.sub_(line * w).add_(left.index_select(0, which))
        y = line.add_(top.index_select(0, which))
        pixel = torch.add(x, y, alpha=width).long()
        if several:
            pixel += frame.index_select(0, which)
        yield rows.index_select(0, which), pixel, x, y
        start = stop


def nearest(rays: Rays, world: Table, samples: Samples) -> tuple[Tensor, Tensor]:
    """Depth t [M] of what each sample meets first (inf: nothing) and its row [M] (-1)."""
    width, height = rays.width, rays.height
    count = samples.offsets.shape[0]
    best = torch.full((samples.count,), _NOTHING, dtype=torch.int64, device=world.taper.device)
    solids = world.taper.shape[0] // rays.count
    for shape in SHAPES:
        rows = (world.shape == shape).nonzero()[:, 0]
        for row, ray, x, y in pairs(rows, world.rectangle[rows], solids, width, height):
            if samples.slot is not None:
                ray = samples.slot[ray]
                kept = (ray >= 0).nonzero()[:, 0]
                row, ray, x, y = row[kept], ray[kept], x[kept], y[kept]
            for s, (ox, oy) in enumerate(samples.offsets.tolist()):
                o, d = world.rays(row, x + ox, y + oy)
                t = enter(shape, o, d, world.taper.index_select(0, row))
                key = (t.view(torch.int32).long() << 32) | row
                key.masked_fill_(t == torch.inf, _NOTHING)
                best.scatter_reduce_(0, ray + s if count > 1 else ray, key, "amin")
    met = best != _NOTHING
    t = (best >> 32).to(torch.int32).view(torch.float32).masked_fill_(~met, torch.inf)
    return t, (best & 0xFFFFFFFF).masked_fill_(~met, -1)


@dataclass(frozen=True)
class Hits:
    """Where samples meet solids: the point in the shape's own space and the normal outside."""

    local: Tensor  # [3, M]
    normal: Tensor  # [3, M] unit, world


def surface(world: Table, row: Tensor, t: Tensor, x: Tensor, y: Tensor) -> Hits:
    """Points and normals for samples that have met the rows [M] at depths t [M]; x, y in pixels."""
    local = torch.empty(3, row.shape[0], device=t.device)
    gradient = torch.empty_like(local)
    shapes = world.shape[row]
    o, d = world.rays(row, x, y)
    for i in range(3):
        torch.addcmul(o[i], t, d[i], out=local[i])
    for shape in SHAPES:
        chosen = (shapes == shape).nonzero()[:, 0]
        p = local.index_select(1, chosen)
        out = outward(shape, (p[0], p[1], p[2]), world.taper[row[chosen]])
        put(gradient, chosen, torch.stack(out))
    inverse = (
        world.inverse.reshape(-1, 9).T.contiguous().index_select(1, row).reshape(3, 3, -1)
    )  # [3, 3, M]
    normal = (inverse * gradient[:, None]).sum(0)  # transposed inverse times gradient
    return Hits(local, unit(normal))
