"""Snow, rain, petals, smoke and the like as points: closed-form paths that wrap around the camera.

A particle belongs to a lattice of boxes that fills the world, so that it stays where it is
when the camera moves; only the copy nearest to the camera counts. The density says how
many of a fixed crowd are there: those with the lowest numbers, the last one fading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.compiler.plan import ParticleTrack, ShotPlan


@dataclass(frozen=True)
class Habit:
    """How a kind drifts. `count` is the crowd in each of two boxes at density 1."""

    count: int
    opacity: float = 0.9
    streak: float = 0.5  # of a frame's time that the shutter is open
    flutter: float = 0.0  # how much it turns its edge to the camera
    puff: bool = False
    twinkle: float = 0.0
    slim: float = 1.0  # of the stated size


HABITS: dict[str, Habit] = {
    "snow": Habit(3200, 0.95, streak=0.2),
    "rain": Habit(3000, 0.7, streak=1.0, slim=0.62),
    "petals": Habit(2200, 1.0, streak=0.15, flutter=0.7, slim=1.45),
    "leaves": Habit(1300, 1.0, streak=0.15, flutter=0.7, slim=1.35),
    "dust": Habit(2600, 0.85, twinkle=0.5, slim=2.4),
    "smoke": Habit(60, 0.46, puff=True),
    "fog": Habit(46, 0.26, puff=True),
    "mist": Habit(40, 0.17, puff=True),
    "sparks": Habit(520, 1.0, streak=1.0, twinkle=0.4, slim=1.4),
    "embers": Habit(620, 1.0, streak=0.2, twinkle=0.6, slim=1.2),
    "ash": Habit(2600, 0.95, flutter=0.6, slim=1.35),
    "bubbles": Habit(520, 0.5, streak=0.0, slim=1.35),
    "confetti": Habit(3000, 1.0, streak=0.15, flutter=0.7, slim=1.4),
    "fireflies": Habit(300, 1.0, streak=0.0, twinkle=0.9, slim=1.5),
    "debris": Habit(900, 1.0, streak=0.25, flutter=0.5, slim=1.2),
    "spray": Habit(3000, 0.65, slim=2.2),
}  # fmt: skip
OTHER = Habit(900)
LIFE = 2.5  # seconds that what comes from a subject is seen
SPREAD = 0.5  # metres a second to all sides
LEAST = 0.62  # pixels: radius below which a point grows fainter instead of smaller
NEAR = 0.15  # metres before the camera


@dataclass(frozen=True)
class Drift:
    """N points over F frames."""

    position: Tensor  # [F, N, 3] metres
    trail: Tensor  # [F, N, 3] metres that a point covers while the shutter is open
    radius: Tensor  # [F, N] metres
    opacity: Tensor  # [F, N]
    tint: Tensor  # [N] 0 to 1: which of a kind's colours it has
    puff: bool


def drawn(true: Tensor, z: Tensor, width: int, puff: bool) -> tuple[Tensor, Tensor]:
    """How large points are drawn, in pixels, and with how much of their opacity, in a picture of this width: of their
    `true` radius in pixels at `z` metres before the camera."""
    radius = true.clamp_min(1.0 if puff else LEAST)
    faint = (true / radius) ** 1.2
    if puff:
        return radius, faint * ((z - 0.3) / 1.5).clamp(0, 1)
    # a huge blurred dot right before the lens would hide the shot: let it go
    return radius, faint * ((z - NEAR) / 0.35).clamp(0, 1) * (1.6 - true / (0.012 * width + 2)).clamp(
        0, 1
    )


def drift(
    shot: ShotPlan, number: int, c2w_F44: Tensor, frame_F: Tensor, fps: float, reach: float
) -> Drift | None:
    """The particles of a shot's kind `number`, where `c2w_F44` is the camera at the frames `frame_F`
    (whole or in between, at the film's rate `fps`).

    `reach` metres, how far off the subject is: the nearer of the two boxes is about as
    large. None where no particle is there.
    """
    particles = shot.particles[number]
    habit = HABITS.get(particles.kind, OTHER)
    device = c2w_F44.device
    air = _Air.of(particles, shot, frame_F.to(device), fps)
    if float(air.density.max()) <= 0:
        return None
    there = math.ceil(float(air.density.max()) * habit.count * 1.02)
    near = min(max(1.7 * reach, 1.4), 10.0)
    boxes = (min(max(4.0, 1.5 * near), 14.0),) if habit.puff else (near, 2.8 * near)
    seed = (shot.seed * 31 + number) % 2**31
    origin = next((t.position for t in shot.subjects if t.subject == particles.source), None)
    if origin is not None:
        place = _track(origin, shot.frames).to(device)[
            frame_F.to(device).long().clamp(0, shot.frames - 1)
        ]
        return _plume(particles.size, habit, seed, air, place, fps)
    eye, ahead = c2w_F44[:, :3, 3], c2w_F44[:, :3, 2]
    parts = [
        _box(particles.size, habit, side, seed + 7919 * i, there, air, eye, ahead, fps)
        for i, side in enumerate(boxes)
    ]
    position, trail, radius, opacity = (
        torch.cat(p, 1) for p in zip(*(p[:4] for p in parts), strict=True)
    )
    rank = torch.arange(there, device=device).repeat(len(boxes)) / habit.count
    density = air.density[:, None]
    opacity = opacity * ((density - rank) / 0.02 + 1).clamp(0, 1) * (density > 0)
    return Drift(position, trail, radius, opacity, torch.cat([p[4] for p in parts]), habit.puff)


@dataclass(frozen=True)
class _Air:
    """A track of particles at some moments."""

    seconds: Tensor  # [F]
    density: Tensor  # [F]
    velocity: Tensor  # [F, 3] metres a second
    swirl: Tensor  # [F]
    gone: Tensor  # [F, 3] metres that the air has carried them since the shot's first frame

    @classmethod
    def of(cls, particles: ParticleTrack, shot: ShotPlan, frame: Tensor, fps: float) -> _Air:
        frames = shot.frames
        velocity = _track(particles.velocity, frames).to(frame.device)
        whole = frame.floor().long().clamp(0, frames - 1)
        gone = ((velocity.cumsum(0) - velocity) / fps)[whole]
        gone = gone + velocity[whole] * ((frame - whole) / fps)[:, None]
        gone = gone + velocity[0] * (shot.since / fps)  # the take's frames before this shot
        density = _track(particles.density, frames).clamp(0, 1).to(frame.device)[whole]
        swirl = _track(particles.swirl, frames).to(frame.device)[whole]
        return cls((frame + shot.since) / fps * shot.speed, density, velocity[whole], swirl, gone)


def _track(values: list[float] | list[tuple[float, float, float]], frames: int) -> Tensor:
    t = torch.tensor(values, dtype=torch.float32)
    return t.expand(frames, *t.shape[1:]).contiguous() if t.shape[0] == 1 else t


def _box(
    size: float,
    habit: Habit,
    side: float,
    seed: int,
    n: int,
    air: _Air,
    eye: Tensor,
    ahead: Tensor,
    fps: float,
) -> tuple[Tensor, ...]:
    """Positions, trails, radii, opacities and tints of the particles of one box."""
    device = eye.device
    # drawn for the whole crowd, so that a particle's path does not depend on the density
    r = torch.rand(habit.count + 64, 9, generator=torch.Generator().manual_seed(seed))[:n].to(device)
    t = air.seconds[:, None]  # [F, 1]
    swirl = air.swirl[:, None]
    pace = 0.75 + 0.5 * r[:, 3]
    rate = 2 * torch.pi * (0.2 + 0.45 * r[:, 4])
    wide = (0.12 + 0.55 * r[:, 5]) * min(1.0, side / 5)
    a, b = rate * t + 6.283 * r[:, 6], 0.77 * rate * t + 6.283 * r[:, 7]
    wander = torch.stack([a.sin(), 0.45 * b.sin(), b.cos()], -1) * (wide * swirl)[..., None]
    p = r[:, :3] * side + air.gone[:, None] * pace[:, None] + wander  # [F, N, 3]
    # what hangs in the air reaches from the floor up; the box lies ahead of the camera
    anchor = eye + ahead * torch.tensor([1.0, 0.35, 1.0], device=device) * (0.46 * side)
    offset = (p - anchor[:, None]) / side
    offset = offset - (offset + 0.5).floor()
    position = anchor[:, None] + offset * side
    margin = ((0.5 - offset.abs()) / 0.06).clamp(0, 1).prod(-1)
    velocity = air.velocity[:, None] * pace[:, None]
    turn = torch.stack([a.cos() * rate, 0.45 * 0.77 * b.cos() * rate, -0.77 * b.sin() * rate], -1)
    velocity = velocity + turn * (wide * swirl)[..., None]
    large = size * habit.slim * (0.65 + 0.7 * r[:, 8])
    tumble = 1 - habit.flutter * (0.5 + 0.5 * torch.sin((3 + 5 * r[:, 4]) * t + 6.283 * r[:, 5]))
    twinkle = 1 - habit.twinkle * (0.5 + 0.5 * torch.sin((2 + 7 * r[:, 3]) * t + 6.283 * r[:, 7]))
    above = (position[..., 1] > 0.0).float()
    opacity = habit.opacity * margin * twinkle * (0.55 + 0.45 * tumble) * (1.0 if habit.puff else above)
    radius = 0.5 * large * (0.45 + 0.55 * tumble)
    return position, velocity * (habit.streak / fps), radius, opacity, r[:, 6]


def _plume(size: float, habit: Habit, seed: int, air: _Air, origin: Tensor, fps: float) -> Drift:
    """What comes from a subject at `origin` [F, 3]: each particle leaves it, spreads, fades, and begins anew."""
    n = max(8, round(habit.count * (1.0 if habit.puff else 0.12)))
    r = torch.rand(n, 9, generator=torch.Generator().manual_seed(seed)).to(origin.device)
    life = LIFE * (0.6 + 0.8 * r[:, 0])
    age = (air.seconds[:, None] / life + r[:, 1]) % 1 * life  # [F, N] seconds
    turn = 2 * torch.pi * r[:, 2]
    spread = (
        torch.stack([turn.cos(), 0.6 * (r[:, 3] - 0.3), turn.sin()], -1)
        * (SPREAD * (0.3 + r[:, 4]))[:, None]
    )
    velocity = air.velocity[:, None] * (0.7 + 0.6 * r[:, 5])[:, None] + spread
    wave = (2 * torch.pi * (0.3 + r[:, 6]) * air.seconds[:, None] + 6.283 * r[:, 7]).sin()[..., None]
    sway = (
        wave
        * (0.25 * air.swirl[:, None] * age)[..., None]
        * torch.tensor([1.0, 0.2, 0.6], device=origin.device)
    )
    start = origin[:, None] + torch.tensor([0.0, 0.4, 0.0], device=origin.device)
    position = start + velocity * age[..., None] + sway
    part = age / life
    fade = (part / 0.1).clamp(0, 1) * (1 - part)
    there = (r[:, 8] < air.density[:, None]).float() * (position[..., 1] > 0)
    grown = 0.4 + 1.2 * part if habit.puff else torch.ones_like(part)
    radius = 0.5 * size * habit.slim * grown * (0.65 + 0.7 * r[:, 6])
    opacity = habit.opacity * fade * there
    return Drift(position, velocity * (habit.streak / fps), radius, opacity, r[:, 6], habit.puff)


def reach_of(shot: ShotPlan) -> float:
    """Metres from the camera to the nearest subject, typically: what `drift` calls `reach`."""
    if not shot.subjects:
        return 6.0
    c2w = torch.tensor(shot.camera.c2w, dtype=torch.float32).view(-1, 3, 4)
    eye = c2w[:, :, 3].expand(shot.frames, 3)
    away = [(_track(t.position, shot.frames) - eye).norm(dim=-1).median() for t in shot.subjects]
    return float(torch.stack(away).min())
