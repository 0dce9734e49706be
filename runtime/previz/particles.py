"""How what drifts in the air looks: colours, glow and the light that falls on it; and steam.

Where the particles are is the compiler's: see compiler/particle_field.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.compiler.particle_field import drift
from scenelang.compiler.plan import ShotPlan
from scenelang.runtime.previz.light import Lights
from scenelang.runtime.previz.palette import rgb


@dataclass(frozen=True)
class Style:
    """How a kind looks."""

    colours: tuple[str, ...]
    glow: float = 0.0


STYLES: dict[str, Style] = {
    "snow": Style(("#ffffff", "#f2f6ff"), glow=0.55),
    "rain": Style(("#dfe8f4",), glow=0.22),
    "petals": Style(("#f7b7cb", "#f08fae", "#fbd6e0"), glow=0.22),
    "leaves": Style(("#c8742a", "#a8431f", "#d9a13a", "#7d6a2c"), glow=0.12),
    "dust": Style(("#ffeccb",), glow=0.8),
    "smoke": Style(("#68696d", "#55565a", "#7c7d81")),
    "fog": Style(("#d5dce4",)),
    "mist": Style(("#e3e9ef",)),
    "sparks": Style(("#ffb347", "#ff7a1f", "#ffe08a"), glow=4.5),
    "embers": Style(("#ff8a2a", "#ff5a12", "#ffb040"), glow=4.0),
    "ash": Style(("#8a8886", "#b4b1ad", "#55534f"), glow=0.08),
    "bubbles": Style(("#e4f4ff", "#ffe9fb"), glow=0.4),
    "confetti": Style(("#e8394a", "#2fa4e0", "#f2c230", "#3fc07a", "#b45fd6", "#ff7fb0"), glow=0.2),
    "fireflies": Style(("#d8ff6a", "#f4ff9a"), glow=6.0),
    "debris": Style(("#5b5148", "#3b3632", "#7c7266")),
    "spray": Style(("#f2f8ff",), glow=0.3),
}  # fmt: skip
_OTHER = Style(("#ffffff",))


@dataclass(frozen=True)
class Cloud:
    """N points over F frames, to be drawn."""

    position: Tensor  # [F, N, 3] metres
    trail: Tensor  # [F, N, 3] metres that a point covers while the shutter is open
    radius: Tensor  # [F, N] metres
    opacity: Tensor  # [F, N]
    colour: Tensor  # [F, N, 3] linear radiance
    puff: bool


def cloud(
    shot: ShotPlan, number: int, c2w: Tensor, lights: Lights, start: int, fps: float, reach: float
) -> Cloud | None:
    """The particles of a shot's kind `number` in the frames from `start` on that `c2w` [F, 4, 4] has;
    `reach` metres as in `drift`. None where no particle is seen."""
    frames = torch.arange(start, start + len(c2w), device=c2w.device)
    there = drift(shot, number, c2w, frames, fps, reach)
    if there is None:
        return None
    style = STYLES.get(shot.particles[number].kind, _OTHER)
    hues = torch.tensor([rgb(c) for c in style.colours], device=c2w.device)
    hue = hues[(there.tint * len(style.colours)).long()].expand(len(c2w), -1, 3)
    light = 0.45 * lights.above + 0.25 * lights.below  # [F, 3]
    for sun in lights.suns:
        light = light + (0.10 if sun.rim else 0.22) * sun.power
    light = light[:, None].expand(-1, hue.shape[1], -1)
    for lamp in lights.points:
        square = (lamp.position[:, None] - there.position).square().sum(-1, keepdim=True)
        light = light + 0.3 * lamp.power[:, None] / (square + 0.25)
    return Cloud(
        there.position, there.trail, there.radius, there.opacity, hue * (light + style.glow), there.puff
    )


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
