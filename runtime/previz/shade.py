"""What each ray sees and how bright it is: solids, floor, walls and sky under the shot's light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from scenelang.runtime.previz.fields import at, dot, length, number, unit
from scenelang.runtime.previz.light import CORE, Lights
from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.sets import Ground, Set
from scenelang.runtime.previz.shadow import Shadows
from scenelang.runtime.previz.shapes import BOX
from scenelang.runtime.previz.sky import Sky
from scenelang.runtime.previz.solids import Solids
from scenelang.runtime.previz.textures import SIZE, Textures
from scenelang.runtime.previz.visibility import Samples, Table, nearest, surface, table

SKY, GROUND, WALL, SOLID = range(4)


@dataclass(frozen=True)
class World:
    """Everything that a few frames of a shot are made of, on one device."""

    rays: Rays
    solids: Solids
    table: Table
    set: Set
    sky: Sky
    lights: Lights
    shadows: Shadows | None
    spheres: Tensor  # [F, K, 4] centre and radius of what shades point lights
    fog: Tensor  # [F] share of light lost in a metre
    textures: Textures
    layers: dict[str, int]


@dataclass(frozen=True)
class View:
    """M samples: where they are and what they meet. `thing` is SKY, GROUND, WALL or SOLID."""

    frame: Tensor  # int64 [M]
    x: Tensor  # [M] pixels
    y: Tensor
    d: Tensor  # [3, M] ray directions; depth along the axis grows by 1 a unit
    t: Tensor  # [M] depth in metres; inf for the sky
    row: Tensor  # int64 [M], -1 where it is no solid
    thing: Tensor  # int64 [M]


def look(world: World, samples: Samples) -> View:
    """Cast the samples into the world."""
    rays = world.rays
    size = rays.width * rays.height
    count = samples.offsets.shape[0]
    pixel = samples.pixel
    frame = pixel // size
    inside = pixel - frame * size
    line = ((inside.float() + 0.5) / rays.width).floor_()
    column = inside.float() - line * rays.width
    ox, oy = samples.offsets.unbind(-1)
    x = (column[:, None] + ox).reshape(-1)
    y = (line[:, None] + oy).reshape(-1)
    frame = frame[:, None].expand(-1, count).reshape(-1)
    base, dx, dy = rays.steps()
    d = torch.addcmul(torch.addcmul(at(base, frame), at(dx, frame), x), at(dy, frame), y)  # [3, M]
    solid, row = nearest(rays, world.table, samples)
    height = number(rays.centre[:, 1], frame)
    ground = -height / d[1].clamp_max(-1e-6)
    ground.masked_fill_((d[1] > -1e-6) | (height <= 0), torch.inf)
    t = torch.minimum(solid, ground)
    if world.set.enclosure is not None:
        o = at(rays.centre, frame)
        t = torch.minimum(t, world.set.enclosure.distance(o, d))
    thing = torch.full_like(row, WALL)
    thing[t == torch.inf] = SKY
    thing[(t == ground) & (t != torch.inf)] = GROUND
    thing[(t == solid) & (t != torch.inf)] = SOLID
    return View(frame, x, y, d, t, row.masked_fill(thing != SOLID, -1), thing)


def shade(world: World, view: View) -> tuple[Tensor, Tensor]:
    """Linear radiance [3, M] and normals [3, M] (0 for the sky) of what the samples meet."""
    colour = torch.empty_like(view.d)
    normal = torch.zeros_like(view.d)
    for thing, paint in ((SKY, _sky), (GROUND, _ground), (WALL, _wall), (SOLID, _solid)):
        chosen = (view.thing == thing).nonzero()[:, 0]
        if chosen.numel() == 0:
            continue
        part = View(
            view.frame[chosen], view.x[chosen], view.y[chosen], view.d.index_select(1, chosen), view.t[chosen],
            view.row[chosen], view.thing[chosen],
        )  # fmt: skip
        rgb, n = paint(world, part)
        colour[:, chosen] = rgb
        if thing != SKY:
            normal[:, chosen] = n
    return colour, normal


def _sky(world: World, view: View) -> tuple[Tensor, Tensor]:
    if world.set.interior:
        dark = torch.tensor([0.010, 0.010, 0.014], device=view.d.device)[:, None].expand_as(view.d)
        return dark, view.d
    d = unit(view.d)
    colour = world.sky.colour(view.frame, d, world.textures, world.layers)
    thick = (number(world.fog, view.frame) * 14).clamp_(0, 1) * torch.exp(-6 * d[1].clamp_min(0))
    return torch.lerp(colour, world.sky.haze(view.frame, d), thick), d


def _place(world: World, view: View) -> tuple[Tensor, Tensor, Tensor]:
    """The points [3, R] that samples meet, the unit directions toward them and a pixel's size there."""
    eye = at(world.rays.centre, view.frame)
    far = length(view.d)
    pixel = view.t * far / number(world.rays.scale[:, 0], view.frame)
    return torch.addcmul(eye, view.t, view.d), view.d / far, pixel


def _ground(world: World, view: View) -> tuple[Tensor, Tensor]:
    p, d, pixel = _place(world, view)
    ground, x, z = world.set.ground, p[0], p[2]
    # a pixel near the horizon is long and narrow on the floor: between its two sizes
    texel = pixel * (-d[1]).clamp_min(0.01) ** -0.6 * SIZE
    albedo = _floor(world, ground, x, z, texel)
    wear = world.textures.sample(world.layers["wear"], x / 27 + 0.37, z / 27 + 0.11, texel / 27)
    albedo = albedo * wear[:3]
    up = torch.zeros_like(p)
    up[1] = 1.0
    touched = (
        world.shadows.touched(view.frame, x, z) if world.shadows is not None else torch.zeros_like(x)
    )
    irradiance = _irradiance(world, view.frame, p, up, -d, 1 - 0.7 * touched)
    radiance = albedo * irradiance
    wet = ground.wet
    if wet > 0 or ground.gloss > 0:
        puddle = ((wear[3] - (1.02 - 0.85 * wet)) * 7).clamp_(0, 1) if wet > 0 else torch.zeros_like(x)
        shine = torch.maximum(puddle, torch.full_like(x, max(ground.gloss, 0.16 * wet)))
        if ground.beyond is not None and ground.beyond[0] == "water":
            shine = torch.maximum(shine, 0.75 * _outside(ground, x, z))
        radiance = _mirrored(world, view.frame, p, d, radiance, puddle, shine)
    elif ground.beyond is not None and ground.beyond[0] == "water":
        sea = _outside(ground, x, z)
        radiance = _mirrored(world, view.frame, p, d, radiance, 0.4 * sea, 0.75 * sea)
    return _hazed(world, view, d, radiance), up


def _outside(ground: Ground, x: Tensor, z: Tensor) -> Tensor:
    return ((x.abs() if ground.axis == 0 else -z) > ground.edge).float()


def _floor(world: World, ground: Ground, x: Tensor, z: Tensor, texel: Tensor) -> Tensor:
    """Albedo [3, R] of the floor."""
    base = torch.tensor(ground.colour, device=x.device)[:, None]
    if ground.beyond is None:
        return (
            base
            * world.textures.sample(
                world.layers[ground.texture], x / ground.tile, z / ground.tile, texel / ground.tile
            )[:3]
        )
    name, tile, colour = ground.beyond
    out = _outside(ground, x, z)
    far = out > 0.5
    size = torch.where(far, tile, ground.tile)
    layer = torch.where(far, world.layers[name], world.layers[ground.texture])
    paint = world.textures.sample(layer, x / size, z / size, texel / size)[:3]
    albedo = (
        torch.lerp(
            base.expand(3, x.shape[0]),
            torch.tensor(colour, device=x.device)[:, None].expand(3, x.shape[0]),
            out,
        )
        * paint
    )
    side = x.abs() if ground.axis == 0 else -z
    if ground.axis == 0:  # the kerb: a pale stone and a dark gutter, as wide as a pixel at least
        blur = texel / SIZE
        stone = (1.2 - ((side - ground.edge - 0.10).abs() / (0.10 + blur))).clamp_(0, 1) * (
            0.1 / (0.1 + blur)
        )
        gutter = (1.2 - ((side - ground.edge + 0.06).abs() / (0.06 + blur))).clamp_(0, 1) * (
            0.06 / (0.06 + blur)
        )
        albedo = albedo * (1 + 0.3 * stone - 0.55 * gutter)
    return albedo


def _mirrored(
    world: World, frame: Tensor, p: Tensor, d: Tensor, radiance: Tensor, puddle: Tensor, shine: Tensor
) -> Tensor:
    """A wet or polished floor: darker where it is flooded, the sky and lamps mirrored in it."""
    some = (shine > 0.02).nonzero()[:, 0]
    if some.numel() == 0:
        return radiance
    f, view = frame[some], d.index_select(1, some)
    ripple = 0.012 * torch.sin(7.0 * p[0, some]) * torch.sin(5.0 * p[2, some] + p[0, some])
    bounce = torch.stack([view[0] + ripple, -view[1], view[2]])
    fresnel = 0.06 + 0.94 * (1 + view[1]).clamp_(0, 1) ** 4
    if world.set.interior:
        mirror = at(world.lights.above, f) * 0.5
    else:
        mirror = world.sky.colour(f, unit(bounce), world.textures, world.layers)
    for lamp in world.lights.points:
        way = at(lamp.position, f) - p.index_select(1, some)
        toward = dot(unit(way), bounce).clamp_min_(0)
        mirror = mirror + at(lamp.power, f) * (1.2 * toward**60)
    for sun in world.lights.suns:
        toward = dot(bounce, at(sun.toward, f)).clamp_min_(0)
        mirror = mirror + at(sun.power, f) * (0.5 * toward**90)
    k = fresnel * shine[some]
    out = radiance.clone()
    out[:, some] = torch.lerp(radiance.index_select(1, some) * (1 - 0.45 * puddle[some]), mirror, k)
    return out


def _wall(world: World, view: View) -> tuple[Tensor, Tensor]:
    p, d, pixel = _place(world, view)
    assert world.set.enclosure is not None
    albedo, glow, n = world.set.enclosure.surface(p, d, pixel, world.textures, world.layers)
    corner = 0.55 + 0.45 * (p[1] * 1.2).clamp_(0, 1)
    irradiance = _irradiance(world, view.frame, p, n, -d, corner, shaded=False)
    return _hazed(world, view, d, albedo * irradiance + glow), n


def _solid(world: World, view: View) -> tuple[Tensor, Tensor]:
    p, d, pixel = _place(world, view)
    hits = surface(world.table, view.row, view.t, view.x, view.y)
    n = hits.normal
    solids, count = world.solids, world.solids.count
    which = view.row % count
    albedo = at(solids.colour, which)
    paint = _texture(world, view.row, which, hits.local, n, pixel)
    albedo = albedo * paint[:3]
    low = 0.62 + 0.38 * (p[1] * 2.2).clamp_(0, 1)  # the floor holds off light near it
    irradiance = _irradiance(world, view.frame, p, n, -d, low)
    radiance = albedo * irradiance
    gloss = solids.gloss[which]
    shiny = (gloss > 0).nonzero()[:, 0]
    if shiny.numel():
        part = _gleam(
            world,
            view.frame[shiny],
            p.index_select(1, shiny),
            n.index_select(1, shiny),
            d.index_select(1, shiny),
        )
        radiance[:, shiny] += part * gloss[shiny]
    own = solids.glow[which] * solids.gain.reshape(-1)[view.row]
    windows = solids.layer[which] == world.layers.get("offices", -1)
    own = torch.where(windows, own * paint[3], own)
    radiance = radiance + at(solids.colour, which) * torch.where(windows, paint[:3], 1.0) * own
    return _hazed(world, view, d, radiance), n


def _texture(
    world: World, row: Tensor, which: Tensor, local: Tensor, n: Tensor, pixel: Tensor
) -> Tensor:
    """A solid's texture [4, R], laid on along the axis of its shape that it faces most."""
    solids = world.solids
    half = solids.axes.reshape(-1, 3, 3).norm(dim=-2).T[:, row]  # [3, R] metres
    q = local * half
    box = world.table.shape[row] == BOX
    facing = torch.where(box, local.abs(), (local / half.clamp_min(1e-4)).abs())
    side = facing.argmax(0)
    u = torch.where(side == 0, q[2], q[0])
    v = torch.where(side == 1, q[2], q[1])
    tile = solids.tile[which]
    return world.textures.sample(solids.layer[which], u / tile, v / tile, pixel * SIZE / tile)


def _gleam(world: World, frame: Tensor, p: Tensor, n: Tensor, d: Tensor) -> Tensor:
    """Highlights [3, R] of smooth surfaces, and a little of the sky in them."""
    bounce = d - 2 * dot(d, n) * n
    rim = (1 + dot(d, n)).clamp_(0, 1) ** 3
    out = at(world.lights.above, frame) * (0.12 + 0.6 * rim) * (0.5 + 0.5 * bounce[1])
    for sun in world.lights.suns:
        toward = dot(bounce, at(sun.toward, frame)).clamp_min_(0)
        out = out + at(sun.power, frame) * (1.2 * toward**50)
    for lamp in world.lights.points:
        way = at(lamp.position, frame) - p
        square = dot(way, way)
        toward = dot(way, bounce).clamp_min_(0) / square.clamp_min(1e-6).sqrt()
        out = out + at(lamp.power, frame) * (toward**50 * 1.2 / (square + CORE**2))
    return out


def _irradiance(
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
        way = at(lamp.position, frame) - p
        square = dot(way, way)
        facing = dot(way, n) / square.clamp_min(1e-6).sqrt()
        falls = ((facing + 0.25) / 1.25).clamp_min(0) / (square + CORE**2)
        total = total + at(lamp.power, frame) * (falls * _unblocked(world, frame, p, way, square))
    return total


def _unblocked(world: World, frame: Tensor, p: Tensor, way: Tensor, square: Tensor) -> Tensor:
    """How much of a point light gets past the spheres that stand for bodies, at points near the
    floor [R]: what lies higher than half a sphere's middle counts as part of the body itself."""
    clear = torch.ones_like(square)
    for k in range(world.spheres.shape[1]):
        s = at(world.spheres[:, k], frame)  # [4, R]
        to = s[:3] - p
        u = (dot(to, way) / square.clamp_min(1e-6)).clamp_(0, 1)
        miss = length(to - u * way)
        apart = (length(to) / s[3].clamp_min(1e-4) - 1.05).clamp_(0, 0.4) * 2.5  # not on the body itself
        inner = (u < 0.999) & (u > 0.001)
        dark = (1.25 - miss / s[3].clamp_min(1e-4)).mul(2.0).clamp_(0, 1) * apart * inner
        clear = clear * (1 - 0.85 * dark)
    return clear


def _hazed(world: World, view: View, d: Tensor, radiance: Tensor) -> Tensor:
    fog = number(world.fog, view.frame)
    if not bool((world.fog > 0).any()):
        return radiance
    lost = 1 - torch.exp(-fog * view.t * length(view.d))
    return torch.lerp(radiance, world.sky.haze(view.frame, d), lost)


def world_table(world: World) -> World:
    """The world with its solids taken into the rays' terms."""
    return replace(world, table=table(world.rays, world.solids))
