"""What a place looks like where no body is: floor, walls, horizon and sky, pixel by pixel.

What floors, house fronts and horizons look like is kept in learned pictures (neural textures, Thies et al. 2019),
each at two or three sizes of texel, of which the finer fade where a pixel is wider; the words of the place choose among
their channels. A small network makes of what a ray meets a colour, a glow, and how much of each light falls there.

Legend of shapes: see cues.py; h, w the picture, A channels of a learned picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import GROUPS, Cues
from scenelang.runtime.maquette.layers import normed, pieces

LAMPS = 5  # see features.even_light
PERIOD = (24.0, 12.0, 12.0)  # metres that the floor's pictures repeat at
ART = 8  # channels of each learned picture
SPAN, RISE = 48.0, 14.0  # metres along, to either side, and up a wall that its pictures hold
HOUSE = 9.0  # metres along a wall that its finest picture repeats at, the same on every side
LOW, HIGH = -4.0, 26.0  # degrees of elevation of the horizon's picture
# height and width in texels
FLOORS, WALLS, SKIES = (
    ((96, 96), (192, 192), (384, 384)),
    ((28, 192), (84, 768)),
    ((16, 128), (64, 1024)),
)
FRONT = (240, 192)
CHOSEN = tuple(n * ART for n in (len(FLOORS), len(FLOORS), len(WALLS) + 1, len(SKIES)))  # of two floors
MET = sum(CHOSEN[1:]) + 12 + features.SKY_CHANNELS + features.SUNS + 1
OUT = 3 + 3 + 2 * LAMPS
LINES = 32  # of a picture, an even number


@dataclass(frozen=True)
class Seen:
    """`albedo`, `glow` [B, F, h, w, 3] linear RGB; `falls`, `haze` [B, F, h, w, LAMPS] how much of each light falls there
    and lies before it; `near` [B, F, h, w, 1] one over the distance in metres; `lamps` [B, F, h, w, 3] what lamps give."""

    albedo: Tensor
    glow: Tensor
    falls: Tensor
    haze: Tensor
    near: Tensor
    lamps: Tensor


class Surfaces(nn.Module):
    """Rays to surfaces."""

    def __init__(self, text_dim: int, width: int) -> None:
        super().__init__()
        self.floors, self.walls, self.skies = (
            nn.ParameterList([nn.Parameter(0.1 * torch.randn(1, ART, n * h, w)) for h, w in sizes])
            for n, sizes in ((1, FLOORS), (features.SIDES, WALLS), (1, SKIES))
        )
        self.front = nn.Parameter(0.1 * torch.randn(1, ART, *FRONT))
        frame = text_dim + 7 + features.FRAME_CHANNELS + len(GROUPS)
        self.read = nn.Linear(frame, width)
        self.choose = nn.Linear(width, sum(CHOSEN))
        self.shift, self.gate = nn.Linear(width, width), nn.Linear(width, width)
        self.enter = nn.Linear(MET, width)
        self.think = nn.Linear(width, width)
        self.draw = nn.Linear(width, OUT)

    def forward(self, cues: Cues, r: features.Rays, said: Tensor, keep: Tensor, half: bool) -> Seen:
        """`said` [B, F, D] the words of each frame; `keep` [B, GROUPS], 1 for the groups of cues that count;
        `half`: in bfloat16, what is large."""
        share = dict(zip(GROUPS, keep[:, :, None, None, None, None].unbind(1), strict=True))
        even = features.frame_vector(cues) * share["light"].flatten(1)[:, :, None]
        size = cues.set_B7[:, None].expand(-1, said.shape[1], -1) / 10
        x = torch.cat([said, size, even, keep[:, None].expand(*said.shape[:2], -1)], -1)
        x = fn.silu(self.read(x))
        choose, gate, shift = (f(x)[:, :, None, None] for f in (self.choose, self.gate, self.shift))
        bands = []
        for lines in pieces(r.d.shape[2], LINES, keep.device):
            band = replace(r, d=r.d[:, :, lines])
            known, point, near = self._met(cues, band, share, 1 + choose, half)
            lamps = share["light"] * features.lamplight(cues, point)
            bands.append((*self._drawn(known, 1 + gate, shift, half), near, lamps))
        return Seen(*(torch.cat(part, 2) for part in zip(*bands, strict=True)))

    def _drawn(self, known: Tensor, gate: Tensor, shift: Tensor, half: bool) -> tuple[Tensor, ...]:
        """Albedo, glow, falls, haze as in Seen, of what is known [B, F, h, w, MET] of rays."""
        with torch.autocast(known.device.type, torch.bfloat16, enabled=half):
            entered = self.enter(known)
            h = fn.silu(torch.addcmul(shift.to(entered.dtype), entered, gate.to(entered.dtype)))
            h = h + fn.silu(self.think(normed(h)))
            drawn = self.draw(normed(h))
        albedo, glow, falls, haze = drawn.float().split([3, 3, LAMPS, LAMPS], -1)
        return albedo.sigmoid(), fn.softplus(glow - 4), fn.softplus(falls - 1), fn.softplus(haze - 3)

    def _met(
        self, cues: Cues, r: features.Rays, share: dict[str, Tensor], choose: Tensor, half: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What is known of each ray: the learned pictures where it ends, by what the place chooses of them, and
        geometry [B, F, h, w, MET]; the point where it ends, and its nearness."""
        kind = torch.bfloat16 if half else torch.float32
        t_floor, hit, point = features.ground(r)
        wall = features.walls(cues, r)
        walled = (wall.t < features.FAR).float()[..., None]
        before = hit * (t_floor[..., 0] < wall.t).float()[..., None]  # the floor comes first
        walled = walled * (1 - before)
        open_ = 1 - before
        indoors = (cues.set_B7[:, 1:3].sum(-1) > 0).float()[:, None, None, None, None]
        across, deep = cues.set_B7[:, 5], cues.set_B7[:, 6]
        side = (
            torch.where(across > 0, across, 1e3)[:, None, None, None],
            torch.where(deep > 0, deep, 1e3)[:, None, None, None],
        )
        off = torch.maximum(point[..., 0].abs() - side[0], -point[..., 2] - side[1])[..., None]
        outside = (off > 0).float()
        blur = t_floor * r.pixel * r.d[..., 1:2].abs().clamp_min(0.02).rsqrt()
        inner, outer, on_walls, of_sky = choose.to(kind).split(CHOSEN, -1)
        floor = self._pictures(self.floors, _wrapped(point[..., ::2]), blur, PERIOD, before, kind)
        floor = floor * torch.lerp(inner, outer, outside.to(kind))
        on_wall = torch.stack([wall.along / SPAN, 1 - 2 * wall.up / RISE], -1)
        walls = self._walls(on_wall, wall.which, wall.t[..., None] * r.pixel, walled, kind) * on_walls
        azimuth = torch.atan2(r.d[..., 0], -r.d[..., 2]) / math.pi
        elevation = torch.rad2deg(r.d[..., 1].clamp(-1, 1).asin())
        at = torch.stack([azimuth, 2 * (HIGH - elevation) / (HIGH - LOW) - 1], -1)
        band = ((elevation > LOW) & (elevation < HIGH)).float()[..., None]
        open_ = band * open_ * (1 - indoors)
        sky = self._pictures(self.skies, at, r.pixel, (2 * math.pi, 2 * math.pi), open_, kind) * of_sky
        t = torch.where(before > 0, t_floor, torch.where(walled > 0, wall.t[..., None], features.FAR))
        kerb = torch.exp(-(off / (0.12 + blur)).square()) * before
        low = walled * torch.exp(-wall.up.clamp_min(0)[..., None] * 2)
        misc = [
            before,
            walled,
            indoors.expand_as(t),
            outside * before,
            kerb,
            low,
            torch.exp(-t / 8),
            torch.exp(-t / 30),
        ]
        misc += [
            1 / (1 + t),
            before * torch.exp(-off.abs()),
            walled * (wall.up / 10)[..., None],
            walled * torch.exp(-wall.t / 30)[..., None],
        ]
        shades = coarsely(features.shades, cues, point) * before
        lit = share["light"] * torch.cat([features.sky_maps(cues, r), shades], -1)
        point = torch.where(walled > 0, r.o + wall.t[..., None] * r.d, point)
        rest = share["rays"] * torch.cat(misc, -1)
        seen = [share["rays"].to(kind) * part for part in (floor, walls, sky)]
        return torch.cat([*seen, rest.to(kind), lit.to(kind)], -1), point, 1 / t.clamp_min(0.1)

    def _pictures(
        self, pictures: nn.ParameterList, at: Tensor, blur: Tensor, long: tuple[float, ...], mask: Tensor,
        kind: torch.dtype,
    ) -> Tensor:  # fmt: skip
        """The learned pictures at places from -1 to 1 [B, F, h, w, 2], each faded where a pixel, `blur` of the length
        `long` of the picture, is wider than a texel, and by a mask: [B, F, h, w, 2 * ART]."""
        found = []
        for picture, length in zip(pictures, long, strict=True):
            where = _repeated(at * (long[0] / length)) if long[0] != length else at
            found.append(_sampled(picture, where, _fade(blur, length / picture.shape[-1]) * mask, kind))
        return torch.cat(found, -1)

    def _walls(self, at: Tensor, which: Tensor, blur: Tensor, mask: Tensor, kind: torch.dtype) -> Tensor:
        """Likewise of walls, whose pictures lie below one another, but for the finest, which all have."""
        found = []
        along, up = at.split(1, -1)
        for picture in self.walls:
            inside = (up / 2 + 0.5).clamp(0.01, 0.99)
            where = torch.cat([along, 2 * (which[..., None] + inside) / features.SIDES - 1], -1)
            fade = _fade(blur, 2 * SPAN / picture.shape[-1])
            found.append(_sampled(picture, where, fade * mask, kind))
        where = torch.cat([_repeated(along * (2 * SPAN / HOUSE)), up], -1)
        fade = _fade(blur, HOUSE / self.front.shape[-1])
        return torch.cat([*found, _sampled(self.front, where, fade * mask, kind)], -1)


def _fade(blur: Tensor, texel: float) -> Tensor:
    return 1 / (1 + (0.5 * blur / texel).square())


def _wrapped(point: Tensor) -> Tensor:
    """Metres on the floor to places in the longer of its pictures."""
    return _repeated(point / (PERIOD[0] / 2))


def _repeated(at: Tensor) -> Tensor:
    return torch.remainder(at + 1, 2) - 1


def _sampled(picture: Tensor, at: Tensor, fade: Tensor, kind: torch.dtype) -> Tensor:
    """A picture [1, ART, H, W] at places [B, F, h, w, 2], times `fade` [B, F, h, w, 1]: [B, F, h, w, ART]."""
    found = fn.grid_sample(
        picture, at.reshape(1, 1, -1, 2), mode="bilinear", padding_mode="border", align_corners=False
    )
    return found[0, :, 0].T.to(kind).reshape(*at.shape[:-1], -1) * fade.to(kind)


def coarsely(of: Callable[[Cues, Tensor], Tensor], cues: Cues, point: Tensor) -> Tensor:
    """A soft map of points [B, F, h, w, 3], worked out at every other pixel of every other line."""
    found = of(cues, point[:, :, ::2, ::2])
    return found.repeat_interleave(2, 2).repeat_interleave(2, 3)
