"""How much light falls on points of the world, and what smooth surfaces throw back."""

from __future__ import annotations

import torch
from torch import Tensor

from scenelang.runtime.previz.fields import at, dot, length
from scenelang.runtime.previz.light import CORE, Point
from scenelang.runtime.previz.world import World

FAINT = 0.012  # irradiance that nobody sees


def gleam(world: World, frame: Tensor, p: Tensor, n: Tensor, d: Tensor) -> Tensor:
    """Highlights [3, R] of smooth surfaces, and a little of the sky in them."""
    bounce = d - 2 * dot(d, n) * n
    rim = (1 + dot(d, n)).clamp_(0, 1) ** 3
    out = at(world.lights.above, frame) * (0.12 + 0.6 * rim) * (0.5 + 0.5 * bounce[1])
    for sun in world.lights.suns:
        toward = dot(bounce, at(sun.toward, frame)).clamp_min_(0)
        out = out + at(sun.power, frame) * (1.2 * _sharp(toward))
    for lamp in world.lights.points:
        way = at(lamp.position, frame) - p
        square = dot(way, way)
        toward = dot(way, bounce).clamp_min_(0) / square.clamp_min(1e-6).sqrt()
        out = out + at(lamp.power, frame) * (_sharp(toward) * 1.2 / (square + CORE**2))
    return out


def open_above(p: Tensor) -> Tensor:
    """The share of the surroundings that points p [3, R] of solids see: the floor holds off light near it."""
    return 0.62 + 0.38 * (p[1] * 2.2).clamp(0, 1)


def irradiance_on(
    world: World, frame: Tensor, p: Tensor, n: Tensor, eye: Tensor, open_: Tensor, shaded: bool = True
) -> Tensor:
    """Light [3, R] that falls on points p [3, R] with normals n; `eye` [3, R] points to the
    camera and `open_` [R] is the share of the surroundings that a point sees."""
    lights = world.lights
    up = 0.5 + 0.5 * n[1]
    total = torch.lerp(at(lights.below, frame), at(lights.above, frame), up) * open_
    for i, sun in enumerate(lights.suns):
        facing = dot(n, at(sun.toward, frame))
        if sun.rim:
            edge = 1 - dot(n, eye).clamp(0, 1)
            falls = facing.clamp_min(0) * (0.35 + 2.2 * edge * edge)
        else:
            falls = ((facing + 0.12) / 1.12).clamp_min(0) if sun.soft else facing.clamp_min(0)
        if i == 0 and shaded and world.shadows is not None:
            falls = falls * world.shadows.lit(frame, p)
        total = total + at(sun.power, frame) * falls
    for lamp in lights.points:
        _add_lamp(world, lamp, total, frame, p, n)
    return total


def _add_lamp(world: World, lamp: Point, total: Tensor, frame: Tensor, p: Tensor, n: Tensor) -> None:
    """Add to `total` [3, R] what a point light gives, where that is enough to be seen."""
    way = at(lamp.position, frame) - p
    square = dot(way, way)
    reach = float(lamp.power.max()) / FAINT
    seen = (square < reach).nonzero()[:, 0]
    if seen.numel() == 0:
        return
    frame = frame.index_select(0, seen)
    p, n, way = (v.index_select(1, seen) for v in (p, n, way))
    square = square.index_select(0, seen)
    facing = dot(way, n) / square.clamp_min(1e-6).sqrt()
    falls = ((facing + 0.25) / 1.25).clamp_min(0) / (square + CORE**2)
    edge = (2 - 2 * square / reach).clamp_(0, 1)  # so that the reach has no visible border
    gain = at(lamp.power, frame) * (falls * edge * _unblocked(world, lamp, frame, p, way, square))
    for i in range(3):
        total[i].index_add_(0, seen, gain[i])


def _unblocked(
    world: World, lamp: Point, frame: Tensor, p: Tensor, way: Tensor, square: Tensor
) -> Tensor:
    """How much of a point light gets past the spheres that stand for bodies, at points near the
    floor [R]: what lies higher than half a sphere's middle counts as part of the body itself."""
    clear = torch.ones_like(square)
    apart = (world.spheres[..., :3] - lamp.position[:, None]).norm(dim=-1) - world.spheres[..., 3]
    near = (apart < float(square.max()) ** 0.5).any(0).nonzero()[:, 0].tolist()
    for k in near:
        s = at(world.spheres[:, k], frame)  # [4, R]
        to = s[:3] - p
        u = (dot(to, way) / square.clamp_min(1e-6)).clamp_(0, 1)
        miss = length(to - u * way)
        off = (length(to) / s[3].clamp_min(1e-4) - 1.05).clamp_(0, 0.4) * 2.5  # not on the body itself
        inner = (u < 0.999) & (u > 0.001)
        dark = (1.25 - miss / s[3].clamp_min(1e-4)).mul(2.0).clamp_(0, 1) * off * inner
        clear = clear * (1 - 0.85 * dark)
    return clear


def _sharp(x: Tensor) -> Tensor:
    """x^48, for highlights (`pow` is slow)."""
    x = (x * x * x).square_()
    return x.square_().square_().square_()
