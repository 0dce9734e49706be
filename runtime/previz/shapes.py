"""The four solids that everything is made of, as unit shapes, and where rays enter them.

A solid is a unit shape carried into the world by an affine map; rays are taken into the
shape's own space, where each test is a closed formula over a flat list of P rays.

- ellipsoid: |p| = 1
- box: |x|, |y|, |z| <= 1
- frustum: -1 <= y <= 1, radius 1 at y = -1 and `k` at y = 1 (k = 1 a cylinder, 0 a cone)
- capsule: all points within 1 of the segment from (0, -k, 0) to (0, k, 0)
"""

from __future__ import annotations

import torch
from torch import Tensor

ELLIPSOID, BOX, FRUSTUM, CAPSULE = range(4)
SHAPES = (ELLIPSOID, BOX, FRUSTUM, CAPSULE)

Vector = tuple[Tensor, Tensor, Tensor]  # x, y, z, each [P]
NEAR = 0.05
_FAR = torch.inf


def dot(a: Vector, b: Vector) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def along(o: Vector, d: Vector, t: Tensor) -> Vector:
    return o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]


def enter(shape: int, o: Vector, d: Vector, k: Tensor) -> Tensor:
    """Where the rays o + t d first enter a unit shape: t [P], inf where they miss it.

    The origins are expected outside the shape. The ray is first moved to its point nearest
    to the centre, so that small shapes far away keep their precision in float32.
    """
    dd = dot(d, d).clamp_min_(1e-20)
    nearest = -dot(o, d) / dd
    p = along(o, d, nearest)
    t = nearest + _ENTER[shape](p, d, dd, k)
    return t.masked_fill_(~(t > NEAR), _FAR)


def _ellipsoid(p: Vector, d: Vector, dd: Tensor, k: Tensor) -> Tensor:
    h = 1.0 - dot(p, p)
    return (h / dd).sqrt_().neg_().masked_fill_(h < 0, _FAR)


def _box(p: Vector, d: Vector, dd: Tensor, k: Tensor) -> Tensor:
    near = torch.full_like(p[0], -_FAR)
    far = torch.full_like(p[0], _FAR)
    for x, dx in zip(p, d, strict=True):
        inverse = 1.0 / torch.where(dx.abs() < 1e-12, 1e-12, dx)
        centre, half = -x * inverse, inverse.abs()
        near = torch.maximum(near, centre - half)
        far = torch.minimum(far, centre + half)
    return near.masked_fill_(near > far, _FAR)


def _frustum(p: Vector, d: Vector, dd: Tensor, k: Tensor) -> Tensor:
    # radius a + b y; the side is x^2 + z^2 = (a + b y)^2
    (x, y, z), (dx, dy, dz) = p, d
    a, b = 0.5 * (1 + k), 0.5 * (k - 1)
    radius, slope = a + b * y, b * dy
    qa = dx * dx + dz * dz - slope * slope
    qa = torch.where(qa.abs() < 1e-9, 1e-9, qa)
    qb = x * dx + z * dz - radius * slope
    qc = x * x + z * z - radius * radius
    h = qb * qb - qa * qc
    root = h.clamp_min(0).sqrt_()
    best = torch.full_like(x, _FAR)
    for t in ((-qb - root) / qa, (-qb + root) / qa):
        yt = y + t * dy
        wrong = (h < 0) | (yt.abs() > 1) | (a + b * yt < 0)
        best = torch.minimum(best, t.masked_fill_(wrong, _FAR))
    safe = torch.where(dy.abs() < 1e-12, 1e-12, dy)
    for level, r in ((-1.0, torch.ones_like(k)), (1.0, k)):
        t = (level - y) / safe
        xt, zt = x + t * dx, z + t * dz
        best = torch.minimum(best, t.masked_fill_(xt * xt + zt * zt > r * r, _FAR))
    return best


def _capsule(p: Vector, d: Vector, dd: Tensor, k: Tensor) -> Tensor:
    (x, y, z), (dx, dy, dz) = p, d
    qa = (dx * dx + dz * dz).clamp_min_(1e-12)
    qb = x * dx + z * dz
    h = qb * qb - qa * (x * x + z * z - 1.0)
    side = (-qb - h.clamp_min(0).sqrt_()) / qa
    y_side = y + side * dy
    cap_y = y - torch.copysign(k, y_side)
    cb = (x * dx + cap_y * dy + z * dz) / dd
    nx, ny, nz = x - cb * dx, cap_y - cb * dy, z - cb * dz
    g = 1.0 - (nx * nx + ny * ny + nz * nz)
    cap = (-cb - (g.clamp_min(0) / dd).sqrt_()).masked_fill_(g < 0, _FAR)
    return torch.where(y_side.abs() < k, side, cap).masked_fill_(h < 0, _FAR)


_ENTER = {ELLIPSOID: _ellipsoid, BOX: _box, FRUSTUM: _frustum, CAPSULE: _capsule}


def outward(shape: int, p: Vector, k: Tensor) -> Vector:
    """The gradient of a unit shape's surface at points p: outward, of any length."""
    x, y, z = p
    if shape == BOX:
        ax, ay, az = x.abs(), y.abs(), z.abs()
        on_x = (ax >= ay) & (ax >= az)
        on_y = ~on_x & (ay >= az)
        return x.sign() * on_x, y.sign() * on_y, z.sign() * ~(on_x | on_y)
    if shape == FRUSTUM:
        a, b = 0.5 * (1 + k), 0.5 * (k - 1)
        cap = y.abs() > 0.9995
        side = ~cap
        return x * side, torch.where(cap, y, -b * (a + b * y)), z * side
    if shape == CAPSULE:
        return x, y - torch.maximum(torch.minimum(y, k), -k), z
    return p


def inside(shape: Tensor, o: Tensor, k: Tensor) -> Tensor:
    """Whether points o [..., 3] lie within unit shapes: shape [...], k [...] -> bool [...]."""
    x, y, z = o.unbind(-1)
    across = x * x + z * z
    beyond = (y.abs() - k).clamp_min(0)
    radius = 0.5 * (1 + k) + 0.5 * (k - 1) * y
    in_frustum = (y.abs() < 1) & (across < radius * radius)
    return torch.where(
        shape == ELLIPSOID,
        across + y * y < 1,
        torch.where(
            shape == BOX,
            o.abs().amax(-1) < 1,
            torch.where(shape == FRUSTUM, in_frustum, across + beyond * beyond < 1),
        ),
    )
