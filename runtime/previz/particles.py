"""Snow, rain, petals, smoke and the like: points with closed-form paths that wrap around the camera.

A particle belongs to a lattice of boxes that fills the world, so that it stays where it is
when the camera moves; only the copy nearest to the camera is drawn. The density counts
how many of a fixed crowd are seen: those with the lowest numbers, the last one fading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.compiler.plan import ParticleTrack
from scenelang.runtime.previz.light import Lights, track
from scenelang.runtime.previz.palette import rgb


@dataclass(frozen=True)
class Style:
    """How a kind looks. `count` is the crowd in each of two boxes at density 1."""

    colours: tuple[str, ...]
    count: int
    opacity: float = 0.9
    glow: float = 0.0
    streak: float = 0.5  # of a frame's time that the shutter is open
    flutter: float = 0.0  # how much it turns its edge to the camera
    puff: bool = False
    twinkle: float = 0.0
    slim: float = 1.0  # of the stated size


STYLES: dict[str, Style] = {
    "snow": Style(("#ffffff", "#f2f6ff"), 3200, 0.95, glow=0.55, streak=0.2),
    "rain": Style(("#dfe8f4",), 2600, 0.6, glow=0.12, streak=1.0, slim=0.5),
    "petals": Style(("#f7b7cb", "#f08fae", "#fbd6e0"), 2200, 0.95, streak=0.15, flutter=0.75),
    "leaves": Style(("#c8742a", "#a8431f", "#d9a13a", "#7d6a2c"), 1300, 0.97, streak=0.15, flutter=0.7),
    "dust": Style(("#ffeccb",), 2600, 0.7, glow=0.5, twinkle=0.5, slim=1.6),
    "smoke": Style(("#8f9094", "#77787d"), 60, 0.34, puff=True),
    "fog": Style(("#d5dce4",), 46, 0.26, puff=True),
    "mist": Style(("#e3e9ef",), 40, 0.17, puff=True),
    "sparks": Style(("#ffb347", "#ff7a1f", "#ffe08a"), 420, 1.0, glow=7.0, streak=1.0, twinkle=0.4),
    "embers": Style(("#ff8a2a", "#ff5a12", "#ffb040"), 420, 1.0, glow=5.0, streak=0.2, twinkle=0.6, slim=0.6),
    "ash": Style(("#6a6868", "#8c8a88", "#3c3b3b"), 2600, 0.9, flutter=0.6),
    "bubbles": Style(("#e4f4ff", "#ffe9fb"), 420, 0.38, glow=0.25, streak=0.0),
    "confetti": Style(("#e8394a", "#2fa4e0", "#f2c230", "#3fc07a", "#b45fd6", "#ff7fb0"), 3000, 1.0, streak=0.15, flutter=0.8),
    "fireflies": Style(("#d8ff6a", "#f4ff9a"), 260, 1.0, glow=6.0, streak=0.0, twinkle=0.95),
    "debris": Style(("#5b5148", "#3b3632", "#7c7266"), 700, 1.0, streak=0.25, flutter=0.5),
    "spray": Style(("#f2f8ff",), 2400, 0.5),
}  # fmt: skip
_OTHER = Style(("#ffffff",), 900)


@dataclass(frozen=True)
class Cloud:
    """N points over F frames, to be drawn."""

    position: Tensor  # [F, N, 3] metres
    trail: Tensor  # [F, N, 3] metres that a point covers while the shutter is open
    radius: Tensor  # [F, N] metres
    opacity: Tensor  # [F, N]
    colour: Tensor  # [F, N, 3] linear radiance
    puff: bool


def travelled(particles: ParticleTrack, frames: int, fps: float) -> Tensor:
    """How far the air has carried particles since the shot's first frame, [F, 3] metres."""
    velocity = track(particles.velocity, frames)
    return (velocity.cumsum(0) - velocity) / fps


def cloud(
    particles: ParticleTrack,
    gone: Tensor,
    eye: Tensor,
    ahead: Tensor,
    lights: Lights,
    start: int,
    frames: int,
    fps: float,
    seed: int,
    reach: float,
) -> Cloud | None:
    """The particles of one kind in frames [start, start + F) of a shot of `frames` frames.

    `gone` [frames, 3] from `travelled`; `eye`, `ahead` [F, 3] the camera's place and unit view
    direction; `reach` metres, how far off the subject is: the nearer of the two boxes is
    about as large. None where no particle is seen.
    """
    style = STYLES.get(particles.kind, _OTHER)
    count = eye.shape[0]
    density = track(particles.density, frames)[start : start + count].clamp(0, 1).to(eye.device)
    seen = math.ceil(float(density.max()) * style.count * 1.02)
    if float(density.max()) <= 0 or seen < 1:
        return None
    near = min(max(1.7 * reach, 1.4), 10.0)
    boxes = (min(max(4.0, 1.5 * near), 14.0),) if style.puff else (near, 2.8 * near)
    parts = [
        _box(particles, style, side, seed + 7919 * i, seen, gone, eye, ahead, start, frames, fps)
        for i, side in enumerate(boxes)
    ]
    position, trail, radius, opacity, hue = (torch.cat(p, 1) for p in zip(*parts, strict=True))
    number = torch.arange(seen, device=eye.device).repeat(len(boxes)) / style.count
    opacity = opacity * ((density[:, None] - number) / 0.02 + 1).clamp(0, 1) * (density[:, None] > 0)
    light = 0.45 * lights.above + 0.25 * lights.below  # [F, 3]
    for sun in lights.suns:
        light = light + (0.10 if sun.rim else 0.22) * sun.power
    light = light[:, None].expand(-1, hue.shape[1], -1)
    for lamp in lights.points:
        square = (lamp.position[:, None] - position).square().sum(-1, keepdim=True)
        light = light + 0.3 * lamp.power[:, None] / (square + 0.25)
    return Cloud(position, trail, radius, opacity, hue * (light + style.glow), style.puff)


def _box(
    particles: ParticleTrack, style: Style, side: float, seed: int, n: int, gone: Tensor, eye: Tensor, ahead: Tensor,
    start: int, frames: int, fps: float,
) -> tuple[Tensor, ...]:  # fmt: skip
    """Positions, trails, radii, opacities and colours of the particles of one box."""
    device, count = eye.device, eye.shape[0]
    # drawn for the whole crowd, so that a particle's path does not depend on the density
    r = torch.rand(style.count + 64, 9, generator=torch.Generator().manual_seed(seed))[:n].to(device)
    t = (torch.arange(start, start + count, device=device) / fps)[:, None]  # [F, 1]
    swirl = track(particles.swirl, frames)[start : start + count].to(device)[:, None]
    pace = 0.75 + 0.5 * r[:, 3]
    rate = 2 * torch.pi * (0.2 + 0.45 * r[:, 4])
    wide = (0.12 + 0.55 * r[:, 5]) * min(1.0, side / 5)
    a, b = rate * t + 6.283 * r[:, 6], 0.77 * rate * t + 6.283 * r[:, 7]
    drift = torch.stack([a.sin(), 0.45 * b.sin(), b.cos()], -1) * (wide * swirl)[..., None]
    here = gone[start : start + count].to(device)
    p = r[:, :3] * side + here[:, None] * pace[:, None] + drift  # [F, N, 3]
    # what hangs in the air reaches from the floor up; the box lies ahead of the camera
    anchor = eye + ahead * torch.tensor([1.0, 0.35, 1.0], device=device) * (0.46 * side)
    offset = (p - anchor[:, None]) / side
    offset = offset - (offset + 0.5).floor()
    position = anchor[:, None] + offset * side
    margin = ((0.5 - offset.abs()) / 0.06).clamp(0, 1).prod(-1)
    velocity = (
        track(particles.velocity, frames)[start : start + count].to(device)[:, None] * pace[:, None]
    )
    turn = torch.stack([a.cos() * rate, 0.45 * 0.77 * b.cos() * rate, -0.77 * b.sin() * rate], -1)
    velocity = velocity + turn * (wide * swirl)[..., None]
    size = particles.size * style.slim * (0.65 + 0.7 * r[:, 8])
    tumble = 1 - style.flutter * (0.5 + 0.5 * torch.sin((3 + 5 * r[:, 4]) * t + 6.283 * r[:, 5]))
    twinkle = 1 - style.twinkle * (0.5 + 0.5 * torch.sin((2 + 7 * r[:, 3]) * t + 6.283 * r[:, 7]))
    above = (position[..., 1] > 0.0).float()
    opacity = style.opacity * margin * twinkle * (0.55 + 0.45 * tumble) * (1.0 if style.puff else above)
    hues = torch.tensor([rgb(c) for c in style.colours], device=device)
    hue = hues[(r[:, 6] * len(style.colours)).long()].expand(count, n, 3)
    radius = 0.5 * size * (0.45 + 0.55 * tumble)
    return position, velocity * (style.streak / fps), radius, opacity, hue


def steam(sources: Tensor, scale: Tensor, lights: Lights, start: int, fps: float) -> Cloud | None:
    """Steam over E pots: `sources` [F, E, 3] metres, `scale` [E] the size of the pots in metres."""
    f, e = sources.shape[:2]
    if e == 0:
        return None
    puffs = 9
    device = sources.device
    t = (torch.arange(start, start + f, device=device) / fps)[:, None, None]
    k = torch.arange(puffs, device=device)
    pot = torch.arange(e, device=device)[:, None]
    age = (t / 2.4 + k / puffs + 0.37 * pot) % 1.0  # [F, E, K]
    s = scale[:, None]
    sway = torch.sin(1.9 * t + 2.4 * k + pot) * 0.35 * age
    rise = torch.stack(
        [sway * s, (0.1 + 3.2 * age) * s, torch.cos(1.3 * t + 1.7 * k) * 0.25 * age * s], -1
    )
    position = sources[:, :, None] + rise
    radius = (0.35 + 0.9 * age) * s
    opacity = 0.42 * (age * 6).clamp(0, 1) * (1 - age) ** 1.3
    light = 0.5 * lights.above + 0.3 * lights.below
    for sun in lights.suns:
        light = light + 0.18 * sun.power
    for lamp in lights.points:
        square = (lamp.position[:, None] - sources).square().sum(-1).amin(1, keepdim=True)
        light = light + 0.2 * lamp.power / (square + 0.3)
    n = e * puffs
    flat = position.reshape(f, n, 3)
    return Cloud(
        flat,
        torch.zeros_like(flat),
        radius.reshape(f, n),
        opacity.reshape(f, n),
        light[:, None].expand(f, n, 3),
        True,
    )
