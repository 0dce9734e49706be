"""The sky by the sun's height, its colour and the weather, with what stands on the horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as nn
from torch import Tensor

from scenelang.runtime.previz import backdrop
from scenelang.runtime.previz.fields import at, dot, number
from scenelang.runtime.previz.textures import Textures

# zenith and horizon, linear RGB
_DAY = ((0.17, 0.36, 0.78), (0.62, 0.77, 0.95))
_LOW = ((0.19, 0.24, 0.48), (0.95, 0.62, 0.42))
_DUSK = ((0.10, 0.12, 0.33), (0.80, 0.40, 0.30))
_DAWN = ((0.17, 0.21, 0.44), (0.98, 0.62, 0.52))
_NIGHT = ((0.006, 0.010, 0.032), (0.030, 0.042, 0.095))
_GREY = ((0.46, 0.50, 0.56), (0.70, 0.73, 0.77))
TIMES = {"dusk": _DUSK, "dawn": _DAWN, "night": _NIGHT}


@dataclass(frozen=True)
class Sky:
    """The sky of a shot over its frames. Colours are linear RGB; `sun` is a unit vector toward it."""

    zenith: Tensor  # [F, 3]
    horizon: Tensor  # [F, 3]
    sun: Tensor  # [F, 3]
    glow: Tensor  # [F, 3] colour of the light around the sun; 0 without a sun
    cover: float  # of clouds, 0 to 1
    stars: float
    picture: Tensor | None  # of the horizon, see backdrop.py

    def frames(self, start: int, stop: int) -> Sky:
        return Sky(
            self.zenith[start:stop], self.horizon[start:stop], self.sun[start:stop], self.glow[start:stop],
            self.cover, self.stars, self.picture,
        )  # fmt: skip

    def haze(self, frame: Tensor, d: Tensor) -> Tensor:
        """What distance fades to [3, R] in the directions d [3, R] (units): the horizon, brighter
        toward the sun."""
        toward = dot(d, at(self.sun, frame)).clamp_min_(0)
        return at(self.horizon, frame) + at(self.glow, frame) * (
            0.25 * (toward * toward * toward).square_()
        )

    def colour(self, frame: Tensor, d: Tensor, textures: Textures, layers: dict[str, int]) -> Tensor:
        """Radiance [3, R] of the sky in the directions d [3, R] (unit vectors, up is +y)."""
        up = d[1].clamp_min(0.0)
        fall = (1 - up).square_().square_()
        zenith = at(self.zenith, frame)
        base = torch.lerp(zenith, at(self.horizon, frame), fall)
        toward = dot(d, at(self.sun, frame)).clamp_min_(0)
        p8 = toward.square().square_().square_()
        disc = ((toward - 0.99955) * 6000).clamp_(0, 1)
        halo = 0.3 * p8 + 0.7 * (p8 * p8.square()).square_().square_()
        base += at(self.glow, frame) * (halo + 9.0 * disc)
        base = self._clouds(base, frame, d, up, p8, textures, layers)
        return base if self.picture is None else self._horizon(base, frame, d)

    def _clouds(
        self,
        base: Tensor,
        frame: Tensor,
        d: Tensor,
        up: Tensor,
        p8: Tensor,
        textures: Textures,
        layers: dict[str, int],
    ) -> Tensor:
        spread = 0.16 / (up + 0.14)
        u, v = d[0] * spread, d[2] * spread
        coarse = 1.0 + 6 * (1 - up).square_().square_()
        if self.cover > 0 and "clouds" in layers:
            n = textures.sample(layers["clouds"], u * 0.9, v * 0.9, coarse)[0]
            body = ((n - 0.62 + 0.3 * self.cover) * 2.8).clamp_(0, 1) * (up * 8).clamp_(0, 1)
            lit = (
                at(self.horizon, frame) * 0.8
                + at(self.zenith, frame) * 0.3
                + at(self.glow, frame) * (0.12 + 0.5 * p8)
            )
            base = torch.lerp(base, lit, body * (0.25 + 0.5 * self.cover))
        if self.stars > 0 and "stars" in layers:
            n = textures.sample(layers["stars"], u * 1.7, v * 1.7, torch.ones_like(u))[0]
            base = base + n * (self.stars * 0.8 * (up * 3).clamp_(0, 1))
        return base

    def _horizon(self, base: Tensor, frame: Tensor, d: Tensor) -> Tensor:
        assert self.picture is not None
        low, high = (math.sin(math.radians(e)) for e in (backdrop.LOW, backdrop.HIGH))
        band = ((d[1] > low) & (d[1] < high)).nonzero()[:, 0]
        if band.numel() == 0:
            return base
        dx, dy, dz = d[0, band], d[1, band], d[2, band]
        elevation = torch.rad2deg(torch.atan2(dy, torch.hypot(dx, dz)))
        x = torch.atan2(dx, -dz) / math.pi  # -1 … 1, 0 ahead of the default camera
        y = 2 * (backdrop.HIGH - elevation) / (backdrop.HIGH - backdrop.LOW) - 1
        grid = torch.stack([x, y], -1)[None, None]
        paint = nn.grid_sample(self.picture, grid, align_corners=False, padding_mode="border")[0, :, 0]
        f = frame[band] if frame.numel() > 1 else frame
        horizon = at(self.horizon, f)
        light = 0.75 * horizon + 0.45 * at(self.zenith, f) + 0.25 * at(self.glow, f)
        body = torch.lerp(paint[:3] * light, horizon, paint[4]) + paint[:3] * paint[3] * self._lamps(f)
        base[:, band] = torch.lerp(base[:, band], body, paint[5] * ((high - dy) * 40).clamp_(0, 1))
        return base

    def _lamps(self, frame: Tensor) -> Tensor:
        """How much lit windows count: they drown in daylight."""
        day = number(self.horizon.mean(-1), frame)
        return (1.25 - 1.3 * day).clamp_(0.12, 1.0)


def sky(
    sun: Tensor,
    colour: Tensor,
    strength: Tensor,
    features: frozenset[str],
    grey: float,
    horizon: str | None,
    device: torch.device | str,
) -> Sky:
    """The sky over F frames.

    `sun` [F, 3] is the unit vector toward the sun, `colour` [F, 3] its linear RGB and `strength`
    [F] its intensity, 0 for none; `features` may name the time of day, which then wins over the
    sun's height; `grey` is how overcast it is, 0 to 1; `horizon` names a backdrop.
    """
    height = torch.rad2deg(torch.asin(sun[:, 1].clamp(-1, 1)))
    time = next((t for t in ("night", "dusk", "dawn") if t in features), None)
    if time:
        zenith, low = (torch.tensor(c, device=device).expand(len(sun), 3) for c in TIMES[time])
    else:
        day = ((height - 4) / 24).clamp(0, 1)[:, None]
        zenith, low = (
            torch.lerp(torch.tensor(a, device=device), torch.tensor(b, device=device), day)
            for a, b in zip(_LOW, _DAY, strict=True)
        )
    bright = {"night": 0.05, "dusk": 0.42, "dawn": 0.75}.get(time or "", 1.0)
    overcast = [torch.tensor(c, device=device) * bright for c in _GREY]
    tint = torch.lerp(
        torch.ones_like(colour), colour, {"night": 0.0, "dusk": 0.3, "dawn": 0.4}.get(time or "", 0.7)
    )
    lit = (
        (strength / 1.0).clamp(0.25, 1.15)[:, None]
        if time != "night"
        else torch.ones(len(sun), 1, device=device)
    )
    zenith = torch.lerp(zenith, overcast[0], 0.75 * grey) * (0.7 + 0.3 * tint) * lit
    low = torch.lerp(low, overcast[1] * (0.5 + 0.5 * tint), 0.7 * grey) * (0.45 + 0.55 * tint) * lit
    glow = colour * strength[:, None] * (0.3 if time == "night" else 1.0) * (1 - 0.75 * grey)
    return Sky(
        zenith=zenith,
        horizon=low,
        sun=sun,
        glow=glow,
        cover=min(1.0, 0.45 + 0.5 * grey),
        stars=1.0 - grey if time == "night" else 0.0,
        picture=backdrop.backdrop(horizon).to(device) if horizon else None,
    )
