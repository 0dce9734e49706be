"""What a few frames of a shot are made of, and what rays meet in it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from scenelang.runtime.previz.light import Lights
from scenelang.runtime.previz.rays import Rays
from scenelang.runtime.previz.sets import Set
from scenelang.runtime.previz.shadow import Shadows
from scenelang.runtime.previz.sky import Sky
from scenelang.runtime.previz.solids import Solids
from scenelang.runtime.previz.textures import Textures
from scenelang.runtime.previz.visibility import Table

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
    label: Tensor  # int64 [N] solids with the same one show no edge where they meet


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

    def part(self, chosen: Tensor) -> View:
        """The samples with these numbers."""
        values = {name: t.index_select(t.dim() - 1, chosen) for name, t in vars(self).items()}
        return View(**values)
