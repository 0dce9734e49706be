"""What each ray sees and how bright it is: solids, floor, walls and sky under the shot's light."""

from __future__ import annotations

import torch
from torch import Tensor

from scenelang.runtime.previz.fields import at, dot, length, number, put, unit
from scenelang.runtime.previz.illumination import gleam, irradiance_on, open_above
from scenelang.runtime.previz.sets import Ground
from scenelang.runtime.previz.shapes import BOX
from scenelang.runtime.previz.textures import SIZE
from scenelang.runtime.previz.visibility import Samples, nearest, surface
from scenelang.runtime.previz.world import GROUND, SKY, SOLID, WALL, View, World

# samples that are shaded together: few enough that what lies between stays in a processor's cache
BATCH = {"cpu": 1 << 16}


def look(world: World, samples: Samples) -> View:
    """Cast the samples into the world."""
    rays = world.rays
    size = rays.width * rays.height
    count = samples.offsets.shape[0]
    pixel = samples.pixel
    if rays.count == 1:
        frame, inside = pixel.new_zeros(1).expand(pixel.shape[0]), pixel.float()
    else:
        frame = pixel // size
        inside = (pixel - frame * size).float()
    line = ((inside + 0.5) / rays.width).floor_()
    column = inside - line * rays.width
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
    none = t == torch.inf
    thing = torch.full_like(row, WALL).masked_fill_(t == ground, GROUND)
    thing.masked_fill_(t == solid, SOLID).masked_fill_(none, SKY)
    return View(frame, x, y, d, t, row.masked_fill(thing != SOLID, -1), thing)


def shade(world: World, view: View) -> tuple[Tensor, Tensor]:
    """Linear radiance [3, M] and normals [3, M] (0 for the sky) of what the samples meet."""
    colour = torch.empty_like(view.d)
    normal = torch.zeros_like(view.d)
    for thing, paint in ((SKY, _sky), (GROUND, _ground), (WALL, _wall), (SOLID, _solid)):
        for chosen in (
            (view.thing == thing).nonzero()[:, 0].split(BATCH.get(view.d.device.type, 1 << 22))
        ):
            if chosen.numel() == 0:
                continue
            rgb, n = paint(world, view.part(chosen))
            put(colour, chosen, rgb)
            if thing != SKY:
                put(normal, chosen, n)
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
    texel = pixel * (-d[1]).clamp_min(0.01).rsqrt_() * SIZE
    albedo = _floor(world, ground, x, z, texel)
    wear = world.textures.sample(
        world.layers["wear"], x / 24 + 0.37, z / 24 + 0.11, texel / 24, smooth=False
    )
    albedo = albedo * wear[:3]
    up = torch.zeros_like(p)
    up[1] = 1.0
    touched = (
        world.shadows.touched(view.frame, x, z) if world.shadows is not None else torch.zeros_like(x)
    )
    irradiance = irradiance_on(world, view.frame, p, up, -d, 1 - 0.7 * touched)
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
    irradiance = irradiance_on(world, view.frame, p, n, -d, corner, shaded=False)
    return _hazed(world, view, d, albedo * irradiance + glow), n


def _solid(world: World, view: View) -> tuple[Tensor, Tensor]:
    p, d, pixel = _place(world, view)
    hits = surface(world.table, view.row, view.t, view.x, view.y)
    n = hits.normal
    solids, count = world.solids, world.solids.count
    which = view.row % count
    albedo = at(solids.colour, which)
    paint = _texture(world, view.row, which, hits.local, pixel)
    albedo = albedo * paint[:3]
    irradiance = irradiance_on(world, view.frame, p, n, -d, open_above(p))
    radiance = albedo * irradiance
    gloss = solids.gloss[which]
    shiny = (gloss > 0).nonzero()[:, 0]
    if shiny.numel():
        part = gleam(
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


def _texture(world: World, row: Tensor, which: Tensor, local: Tensor, pixel: Tensor) -> Tensor:
    """A solid's texture [4, R], laid on along the axis of its shape that it faces most."""
    solids = world.solids
    half = world.table.half.index_select(1, row)  # [3, R] metres
    q = local * half
    # a box is laid on by its faces, the others by the axis that leads most outward
    facing = local.abs() / torch.where(world.table.shape[row] == BOX, 1.0, half)
    on_x = (facing[0] > facing[1]) & (facing[0] > facing[2])
    on_y = (facing[1] > facing[2]) & ~on_x
    u = torch.where(on_x, q[2], q[0])
    v = torch.where(on_y, q[2], q[1])
    tile = solids.tile[which]
    return world.textures.sample(
        solids.layer[which], u / tile, v / tile, pixel * SIZE / tile, smooth=False
    )


def _hazed(world: World, view: View, d: Tensor, radiance: Tensor) -> Tensor:
    fog = number(world.fog, view.frame)
    if not bool((world.fog > 0).any()):
        return radiance
    lost = 1 - torch.exp(-fog * view.t * length(view.d))
    return torch.lerp(radiance, world.sky.haze(view.frame, d), lost)
