"""The walls around a set, each met from inside only: house fronts along a street, a room, a cave."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from scenelang.runtime.previz.solids import Rgb
from scenelang.runtime.previz.textures import SIZE, Textures


@dataclass(frozen=True)
class Enclosure:
    """`street`: two rows of house fronts at x = ±width, of any length. `room`: four walls at
    x = ±width and z = ±depth, `height` metres high, with a ceiling. `cave`: a round wall of
    radius `width`."""

    shape: str
    width: float
    depth: float
    height: float
    colour: Rgb
    texture: str
    tile: float
    lamps: float  # how brightly lit windows shine

    def distance(self, o: Tensor, d: Tensor) -> Tensor:
        """Depths t [...] at which rays leave the space inside, inf where they don't: origins o
        and directions d [3, ...] of any shapes that broadcast."""
        (ox, oy, oz), (dx, dy, dz) = o, d
        far = torch.inf
        if self.shape == "cave":
            a = (dx * dx + dz * dz).clamp_min(1e-9)
            b, c = ox * dx + oz * dz, ox * ox + oz * oz - self.width**2
            h = b * b - a * c
            t = (-b + h.clamp_min(0).sqrt()) / a
            up = (self.height - oy) / dy.clamp_min(1e-6)
            t = torch.minimum(t, torch.where((dy > 0) & (oy < self.height), up, far))
            return t.masked_fill_((h < 0) | (t <= 0), far)
        side = (torch.copysign(torch.full_like(dx, self.width), dx) - ox) / _off_zero(dx)
        if self.shape == "street":
            top = oy + side * dy
            z = oz + side * dz
            block = torch.floor(z / 9.0)
            return side.masked_fill_((side <= 0) | (top > self._front(block, dx)) | (top < 0), far)
        back = (torch.copysign(torch.full_like(dz, self.depth), dz) - oz) / _off_zero(dz)
        back = back.masked_fill((back <= 0) | ((ox + back * dx).abs() > self.width), far)
        side = side.masked_fill((side <= 0) | ((oz + side * dz).abs() > self.depth), far)
        t = torch.minimum(side, back)
        high = oy + t * dy
        t = t.masked_fill(~(high < self.height), far)
        up = (self.height - oy) / dy.clamp_min(1e-6)
        lid = (
            (dy > 0)
            & (oy < self.height)
            & ((ox + up * dx).abs() < self.width)
            & ((oz + up * dz).abs() < self.depth)
        )
        return torch.minimum(t, torch.where(lid, up, far))

    def _front(self, block: Tensor, side: Tensor) -> Tensor:
        """The height of the house in a block on the side of the sign of `side`."""
        return self.height * (0.62 + 0.75 * _hash(block + 57.0 * (side > 0)))

    def surface(
        self, p: Tensor, inward: Tensor, pixel: Tensor, textures: Textures, layers: dict[str, int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Albedo [3, R], light of its own [3, R] and normal [3, R] at points p [3, R] of the wall;
        `inward` [3, R] are the rays' directions, `pixel` [R] a pixel's size there in metres."""
        x, y, z = p
        base = torch.tensor(self.colour, device=p.device)[:, None]
        ceiling = y > self.height - 0.01
        if self.shape == "cave":
            normal = torch.stack([-x, torch.zeros_like(x), -z]) / self.width
            along = torch.atan2(x, z) * self.width
        elif self.shape == "street":
            normal = torch.stack([-torch.sign(inward[0]), torch.zeros_like(x), torch.zeros_like(x)])
            along = z
        else:
            on_side = (x.abs() > self.width - 0.01) & ~ceiling
            across = ~on_side & ~ceiling
            zero = torch.zeros_like(x)
            normal = torch.stack([-torch.sign(x) * on_side, zero, -torch.sign(z) * across])
            along = torch.where(on_side, z, x)
        if self.shape != "street":
            normal[1] -= ceiling.float()
            normal[0] *= ~ceiling
            normal[2] *= ~ceiling
            v = torch.where(ceiling, z, y)
            texels = pixel * (SIZE / self.tile)
            paint = textures.sample(layers[self.texture], along / self.tile, v / self.tile, texels)
            skirting = 1 - 0.45 * ((y < 0.14) if self.shape == "room" else (y < 0)).float()
            return base * paint[:3] * skirting, torch.zeros_like(paint[:3]), normal
        return (*self._fronts(along, y, inward[0], pixel, textures, layers), normal)

    def _fronts(
        self,
        z: Tensor,
        y: Tensor,
        side: Tensor,
        pixel: Tensor,
        textures: Textures,
        layers: dict[str, int],
    ) -> tuple[Tensor, Tensor]:
        """House fronts: shops below, windows above, a colour of its own for every house."""
        block = torch.floor(z / 9.0) + 57.0 * (side > 0)
        mood = _hash(block + 3.0)
        tint = torch.stack(
            [0.62 + 0.5 * mood, 0.62 + 0.3 * _hash(block + 11.0), 0.56 + 0.36 * (1 - mood)]
        )
        base = torch.tensor(self.colour, device=z.device)[:, None] * tint
        shop = y < 3.4
        tile = torch.where(shop, 9.0, self.tile)
        layer = torch.where(shop, layers["shops"], layers[self.texture])
        u = torch.where(shop, z / 9.0, z / self.tile + _hash(block + 5.0).mul(8).floor() / 8)
        v = torch.where(shop, y / 3.4, (y - 3.4) / self.tile)
        paint = textures.sample(layer, u, v, pixel * SIZE / tile)
        seam = ((z / 9.0 - torch.floor(z / 9.0)) - 0.5).abs()
        edge = 1 - 0.5 * ((seam - 0.49) * 60).clamp_(0, 1)
        ledge = 1 - 0.4 * ((y - 3.4).abs() < 0.09).float()
        wall = base * paint[:3] * edge * ledge
        return wall, paint[:3] * paint[3] * self.lamps


def _off_zero(x: Tensor) -> Tensor:
    return torch.where(x.abs() < 1e-9, 1e-9, x)


def _hash(x: Tensor) -> Tensor:
    """A fixed number in [0, 1) for every whole number x, the same on every device."""
    return torch.frac(torch.frac(x * 0.1031).abs() * torch.frac(x * 0.1031 + 0.37).abs() * 97.31)
