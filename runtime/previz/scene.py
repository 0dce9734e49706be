"""A shot set up for the camera: subjects, set, sky and lights over all its frames, on one device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.geometry import SENSOR_WIDTH_MM
from scenelang.compiler.haze import haze
from scenelang.compiler.motion import spread, stage
from scenelang.compiler.particle_field import reach_of
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.set_size import extent_of
from scenelang.runtime.previz import kinds, particles, sets, sky
from scenelang.runtime.previz.light import Lights, Point, daylight, key_sun, lights, track
from scenelang.runtime.previz.rays import Rays, perspective
from scenelang.runtime.previz.shadow import shadows
from scenelang.runtime.previz.shutter import Nearby
from scenelang.runtime.previz.solids import Assembly, Solids, finished, gathered
from scenelang.runtime.previz.textures import Textures
from scenelang.runtime.previz.visibility import table
from scenelang.runtime.previz.world import World

SPHERES = 6  # bodies that shade point lights
LAMPS = 3  # of the set that give light


@dataclass(frozen=True)
class Scene:
    """What does not depend on the size of the picture. Tensors have the shot's F frames first."""

    shot: ShotPlan
    fps: float
    device: torch.device
    c2w: Tensor  # [F, 4, 4]
    intrinsics: Tensor  # [F, 3, 3] normalised
    solids: Solids
    set: sets.Set
    sky: sky.Sky
    lights: Lights
    fog: Tensor  # [F]
    spheres: Tensor  # [F, K, 4]
    steam: Tensor  # [F, E, 3] where steam rises
    pots: Tensor  # [E] metres
    middle: Tensor  # [3] of what happens
    radius: float
    reach: float  # metres from the camera to the nearest subject, typically
    textures: Textures
    layers: dict[str, int]
    label: Tensor  # int64 [N] see World

    def world(self, rays: Rays, start: int, stop: int) -> World:
        """The frames [start, stop) as these rays see them."""
        solids = self.solids.frames(start, stop)
        light = self.lights.frames(start, stop)
        size = int(min(640, max(96, 16 * round(0.7 * rays.width / 16))))
        sun = next((s for s in light.suns[:1] if not s.rim), None)
        shade = shadows(solids, sun, self.middle, self.radius, size) if sun is not None else None
        return World(
            rays, solids, table(rays, solids), self.set, self.sky.frames(start, stop), light, shade,
            self.spheres[start:stop] if light.points else self.spheres[start:stop, :0], self.fog[start:stop],
            self.textures, self.layers, self.label,
        )  # fmt: skip

    def nearby(self, start: int, stop: int, width: int, height: int) -> Nearby:
        """What is before and after the frames [start, stop); none is outside the shot."""
        frames = torch.arange(start, stop, device=self.device)
        before, after = (frames - 1).clamp_min(0), (frames + 1).clamp_max(len(self.c2w) - 1)
        at = torch.cat([before, after])
        rays = perspective(self.c2w[at], self.intrinsics[at], width, height)
        return Nearby(self.solids.at(at), rays, (after - before).clamp_min(1).float())

    def clouds(self, world: World, start: int, stop: int) -> Iterator[particles.Cloud]:
        """What drifts in frames [start, stop), large puffs first."""
        steam = particles.steam(self.steam[start:stop], self.pots, world.lights, start, self.fps)
        found = [] if steam is None else [steam]
        for number in range(len(self.shot.particles)):
            c2w = self.c2w[start:stop]
            cloud = particles.cloud(self.shot, number, c2w, world.lights, start, self.fps, self.reach)
            if cloud is not None:
                found.append(cloud)
        yield from sorted(found, key=lambda c: not c.puff)


def camera(shot: ShotPlan, aspect: float) -> tuple[Tensor, Tensor]:
    """c2w [F, 4, 4] and normalised intrinsics [F, 3, 3] of the plan's camera for a picture `aspect`
    times as wide as high: the sensor is 36 mm wide, pixels are square."""
    n = shot.frames
    rows = torch.from_numpy(spread(shot.camera.c2w, n).copy()).view(n, 3, 4)
    c2w = torch.cat([rows, torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(n, 1, 4)], 1)
    k = torch.zeros(n, 3, 3)
    focal = track(shot.camera.focal_mm, n) / SENSOR_WIDTH_MM
    k[:, 0, 0], k[:, 1, 1] = focal, focal * aspect
    k[:, 0, 2] = k[:, 1, 2] = 0.5
    k[:, 2, 2] = 1.0
    return c2w, k


def _weather(shot: ShotPlan) -> tuple[frozenset[str], float]:
    """What the particles say of the weather: features, and how grey the sky is."""
    grey, features = 0.0, set()
    for p in shot.particles:
        most = max(p.density)
        if p.kind in ("snow", "rain"):
            grey = max(grey, min(0.75, 0.35 + 0.6 * most) if most > 0.02 else 0.0)
        if p.kind == "rain" and most > 0.05:
            features.add("wet")
        if p.kind in ("fog", "mist") and most > 0.05:
            grey = max(grey, 0.6)
    return frozenset(features), grey


def _fog(shot: ShotPlan, made: sets.Set) -> Tensor:
    """The share of light lost in a metre of air, [F]."""
    density = [track(p.density, shot.frames) for p in shot.particles]
    lost = torch.stack(density, -1) if density else torch.zeros(shot.frames, 0)
    return made.fog + haze([p.kind for p in shot.particles], lost, made.interior)


def _spheres(groups: list[Solids], shot: ShotPlan) -> Tensor:
    """The largest bodies among the subjects as spheres [F, K, 4]: centre and radius."""
    best = []
    for g in groups:
        size = g.axes.norm(dim=-2).mean(-1)  # [F, N]
        bulk = size.mean(0) * (g.glow < 0.5) * g.alive.any(0)
        for i in bulk.topk(min(2, g.count)).indices.tolist():
            whole = torch.cat([g.centre[:, i], 0.95 * size[:, i, None] * g.alive[:, i, None]], -1)
            best.append((float(bulk[i]), whole.expand(shot.frames, 4)))
    best.sort(key=lambda b: -b[0])
    chosen = [b for _, b in best[:SPHERES]]
    return torch.stack(chosen, 1) if chosen else torch.zeros(shot.frames, 0, 4)


def scene(
    plan: Plan,
    shot: ShotPlan,
    aspect: float,
    device: torch.device | str = "cpu",
    c2w: Tensor | None = None,
    intrinsics: Tensor | None = None,
) -> Scene:
    """Set up a shot; `c2w` [F, 4, 4] and `intrinsics` [F, 3, 3] take the place of its own camera."""
    n, fps = shot.frames, float(plan.rate)
    poses, k = camera(shot, aspect)
    poses = poses if c2w is None else c2w.float().cpu()
    k = k if intrinsics is None else intrinsics.float().cpu()
    eye = poses[:, :3, 3].numpy()
    cast = {s.id: s for s in plan.subjects}
    weather, grey = _weather(shot)
    made = sets.build(plan.place(shot.place), extent_of(plan, shot.place), weather)
    where = stage(shot, cast, eye, fps)
    made = sets.clear(made, eye, list(where.position.values()))
    layers: dict[str, int] = {"plain": 0, "wear": 1}
    people = kinds.subject_solids(plan, shot, where, layers, made.night)
    groups = list(people)
    groups += [
        finished(p.parts, layers, 0, np.asarray(p.position), p.heading, casts=p.casts)
        for p in made.pieces
    ]
    if not groups:
        groups = [_speck(layers)]
    for name in _needed(made):
        layers.setdefault(name, len(layers))
    above, light = _sky(shot, made, grey)
    places = list(where.position.values())
    middle, radius = _stage_circle(places)
    light = replace(light, points=[*light.points, *_set_lamps(made, middle, n)])
    sources, pots = kinds.steaming(plan, shot, where)
    solids = gathered(groups, n)
    target = torch.device(device)
    return Scene(
        shot=shot, fps=fps, device=target, c2w=poses.to(target), intrinsics=k.to(target), solids=solids.to(target),
        set=made, sky=_moved(above, target), lights=_moved(light, target), fog=_fog(shot, made).to(target),
        spheres=_spheres(people, shot).to(target), steam=sources.to(target), pots=pots.to(target),
        middle=middle.to(target), radius=radius, reach=reach_of(shot),
        textures=Textures.of(layers, target), layers=layers, label=_labels(solids).to(target),
    )  # fmt: skip


def _set_lamps(made: sets.Set, middle: Tensor, frames: int) -> list[Point]:
    """The lamps of the set that are nearest to what happens, as lights."""
    lit = [(np.add(p.position, p.lamp.at), p.lamp.power) for p in made.pieces if p.lamp is not None]
    lit.sort(key=lambda lamp: float(np.linalg.norm(lamp[0] - middle.numpy())))
    return [
        Point(
            torch.tensor(at, dtype=torch.float32).expand(frames, 3),
            torch.tensor(power, dtype=torch.float32).expand(frames, 3),
        )
        for at, power in lit[:LAMPS]
    ]


def _labels(solids: Solids) -> Tensor:
    """A number for each solid: the same for those of one subject that have the same colour."""
    what = torch.cat([solids.subject[:, None].float(), solids.colour, solids.glow[:, None]], 1)
    return torch.unique(what, dim=0, return_inverse=True)[1]


def _speck(layers: dict[str, int]) -> Solids:
    """Something to draw where there is nothing: a grain deep below the floor."""
    grain = Assembly(1)
    grain.ellipsoid(kinds.GRAIN, (0, -50, 0), (0.001,) * 3)
    return finished(grain, layers)


def _needed(made: sets.Set) -> list[str]:
    names = [made.ground.texture, "clouds", "stars"]
    if made.ground.beyond is not None:
        names.append(made.ground.beyond[0])
    if made.enclosure is not None:
        names += (
            [made.enclosure.texture, "shops"]
            if made.enclosure.shape == "street"
            else [made.enclosure.texture]
        )
    return names


def _sky(shot: ShotPlan, made: sets.Set, grey: float) -> tuple[sky.Sky, Lights]:
    key = key_sun(shot)
    n = shot.frames
    if key is not None:
        toward, colour, strength = track(key.direction, n), track(key.colour, n), track(key.intensity, n)
    else:
        toward, colour, strength = daylight(n)
        if shot.lights:
            strength = strength * (0.0 if made.interior else 0.55)
    above = sky.sky(
        toward, colour, strength, made.features, grey, None if made.interior else made.horizon, "cpu"
    )
    return above, lights(shot, above.zenith, above.horizon, made.fill, made.interior)


def _moved(value, device: torch.device):  # type: ignore[no-untyped-def]
    """A dataclass of tensors, and of lists of such, on a device."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, list):
        return [_moved(v, device) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(**{name: _moved(v, device) for name, v in vars(value).items()})
    return value


def _stage_circle(places: list[np.ndarray]) -> tuple[Tensor, float]:
    """The middle of what happens and a radius around it that shadows are drawn in."""
    if not places:
        return torch.zeros(3), 8.0
    points = np.concatenate([p[[0, len(p) // 2, -1]] for p in places])
    low, high = points.min(0), points.max(0)
    middle = np.asarray(((low[0] + high[0]) / 2, 0.8, (low[2] + high[2]) / 2), np.float32)
    radius = float(np.clip(np.hypot(high[0] - low[0], high[2] - low[2]) / 2 + 3.5, 2.5, 14.0))
    return torch.from_numpy(middle), radius
