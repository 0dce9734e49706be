"""The light of a shot, frame by frame: suns, points, what the surroundings give, and one fixed film stock."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.compiler.plan import LightTrack, ShotPlan

SUN, POINT, FILL = 2.5, 1.15, 2.0  # irradiance of an intensity of 1
CORE = 0.30  # metres: radius below which a point light grows no brighter
EXPOSURE = 0.62


@dataclass(frozen=True)
class Sun:
    """A light from far away: `toward` [F, 3] unit vectors, `power` [F, 3] linear RGB."""

    toward: Tensor
    power: Tensor
    rim: bool
    soft: bool


@dataclass(frozen=True)
class Point:
    """A light at a place: `position` [F, 3] metres, `power` [F, 3] linear RGB at one metre."""

    position: Tensor
    power: Tensor


@dataclass(frozen=True)
class Lights:
    """All lights of a shot. The first sun is the one that casts shadows. `above` and `below`
    [F, 3] are the irradiance of the surroundings on what faces up and down."""

    suns: list[Sun]
    points: list[Point]
    above: Tensor
    below: Tensor

    def frames(self, start: int, stop: int) -> Lights:
        return Lights(
            [Sun(s.toward[start:stop], s.power[start:stop], s.rim, s.soft) for s in self.suns],
            [Point(p.position[start:stop], p.power[start:stop]) for p in self.points],
            self.above[start:stop],
            self.below[start:stop],
        )


def track(values: list[float] | list[tuple[float, float, float]], frames: int) -> Tensor:
    """A track of the Plan as a tensor [F] or [F, 3]."""
    t = torch.tensor(values, dtype=torch.float32)
    return t.expand(frames, *t.shape[1:]).contiguous() if t.shape[0] == 1 else t


def key_sun(shot: ShotPlan) -> LightTrack | None:
    """The light that the sky follows and that casts the shadows: the strongest from far away
    that is no rim, else none."""
    suns = [t for t in shot.lights if t.type == "sun" and t.role not in ("rim", "back")]
    order = {"key": 0, "fill": 2}
    return min(suns, key=lambda t: (order.get(t.role, 1), -max(t.intensity)), default=None)


def daylight(frames: int) -> tuple[Tensor, Tensor, Tensor]:
    """The sun of a shot that says nothing of light: toward it, its colour, its intensity."""
    toward = torch.tensor([-0.49, 0.66, 0.57])
    return (
        (toward / toward.norm()).expand(frames, 3),
        torch.tensor([1.0, 0.94, 0.84]).expand(frames, 3),
        torch.ones(frames),
    )


def lights(shot: ShotPlan, zenith: Tensor, horizon: Tensor, fill: float, interior: bool) -> Lights:
    """The lights of a shot under a sky of these colours [F, 3]; `fill` scales what the
    surroundings give, and an `interior` gets that from its walls instead of the sky.

    Ambient lights of the shot replace the surroundings' own, but for a remainder that keeps
    the darkest corners readable.
    """
    n = shot.frames
    key = key_sun(shot)
    suns, points = [], []
    ambient = torch.zeros(n, 3)
    for t in sorted(shot.lights, key=lambda t: t is not key):
        power = track(t.colour, n) * track(t.intensity, n)[:, None]
        if t.type == "sun":
            suns.append(
                Sun(track(t.direction, n), SUN * power, t.role in ("rim", "back"), t.quality == "soft")
            )
        elif t.type == "point":
            points.append(Point(track(t.position, n), POINT * power))
        else:
            ambient += FILL * power
    if not shot.lights:
        toward, colour, strength = daylight(n)
        scale = 0.4 if interior else 1.0
        suns.append(Sun(toward, SUN * scale * colour * strength[:, None], False, True))
    named = any(t.type == "ambient" for t in shot.lights)
    own = 0.85 * zenith + 0.28 * horizon
    if interior:
        own = torch.tensor([0.85, 0.9, 1.0]).expand(n, 3) * 0.9
    own = own * fill * (0.35 if named else 1.0) + torch.tensor([0.016, 0.019, 0.028])
    warm = 0.42 * horizon if not interior else 0.5 * own
    return Lights(suns, points, own + ambient, own * 0.3 + warm * fill * 0.4 + 0.55 * ambient)


def developed(linear: Tensor) -> Tensor:
    """Linear light as sRGB bytes: a fixed exposure, a filmic shoulder and toe (the curve fitted by
    K. Narkowicz to ACES, 2015), the sRGB transfer function. Any shape, uint8."""
    code = squeezed(linear.clamp_min(0)).mul_(8191).to(torch.int32)
    return _curve(linear.device).index_select(0, code.view(-1)).view(linear.shape)


def squeezed(linear: Tensor) -> Tensor:
    """Light in 0 … 1 where mixing looks even: a highlight must not outweigh its neighbours."""
    return linear / (1 + linear)


def _curve(device: torch.device) -> Tensor:
    u = torch.arange(8192, device=device, dtype=torch.float32) / 8191
    x = EXPOSURE * u / (1 - u).clamp_min(1e-4)
    film = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
    film = film.clamp(0, 1)
    srgb = torch.where(
        film <= 0.0031308, 12.92 * film, 1.055 * film.clamp_min(1e-6) ** (1 / 2.4) - 0.055
    )
    return (srgb * 255 + 0.5).to(torch.uint8)
