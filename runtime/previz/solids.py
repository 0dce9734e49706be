"""Solids with their places and materials over time: built with numpy, drawn as tensors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from scenelang.compiler.turning import Array, aligned, turn
from scenelang.runtime.previz.shapes import BOX, CAPSULE, ELLIPSOID, FRUSTUM

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Material:
    """How a solid answers light. Colours are linear RGB; `glow` is light of its own.

    `texture` names a layer of `textures.py`, `tile` its period in metres.
    """

    colour: Rgb
    glow: float = 0.0
    texture: str = "plain"
    tile: float = 1.0
    gloss: float = 0.0

    def tinted(self, factor: float) -> Material:
        r, g, b = self.colour
        return replace(self, colour=(min(1.0, r * factor), min(1.0, g * factor), min(1.0, b * factor)))


@dataclass
class Assembly:
    """Solids under construction, each in `count` frames."""

    count: int
    shape: list[int] = field(default_factory=list)
    material: list[Material] = field(default_factory=list)
    centre: list[Array] = field(default_factory=list)  # each [F, 3]
    axes: list[Array] = field(default_factory=list)  # each [F, 3, 3], unit columns
    half: list[Array] = field(default_factory=list)  # each [F, 3], half sizes along the axes
    taper: list[Array] = field(default_factory=list)  # each [F]

    def solid(
        self,
        shape: int,
        material: Material,
        centre: ArrayLike,
        half: ArrayLike,
        axes: ArrayLike | None = None,
        taper: ArrayLike = 1.0,
    ) -> None:
        b = self.count
        turned = np.eye(3, dtype=np.float32) if axes is None else np.asarray(axes, np.float32)
        self.shape.append(shape)
        self.material.append(material)
        self.centre.append(np.broadcast_to(np.asarray(centre, np.float32), (b, 3)))
        self.axes.append(np.broadcast_to(turned, (b, 3, 3)))
        self.half.append(np.broadcast_to(np.maximum(np.asarray(half, np.float32), 1e-4), (b, 3)))
        self.taper.append(np.broadcast_to(np.asarray(taper, np.float32), (b,)))

    def ellipsoid(
        self, material: Material, centre: ArrayLike, half: ArrayLike, axes: ArrayLike | None = None
    ) -> None:
        self.solid(ELLIPSOID, material, centre, half, axes)

    def box(
        self, material: Material, centre: ArrayLike, half: ArrayLike, axes: ArrayLike | None = None
    ) -> None:
        self.solid(BOX, material, centre, half, axes)

    def limb(self, material: Material, start: ArrayLike, end: ArrayLike, radius: float) -> None:
        """A capsule whose round ends are centred on `start` and `end` [F, 3]."""
        p, q = np.asarray(start, np.float32), np.asarray(end, np.float32)
        length = np.linalg.norm(q - p, axis=-1)
        self.solid(CAPSULE, material, (p + q) / 2, (radius,) * 3, aligned(q - p), 0.5 * length / radius)

    def cone(
        self,
        material: Material,
        start: ArrayLike,
        end: ArrayLike,
        radius: ArrayLike,
        end_radius: float,
        depth: float = 1.0,
        hint: ArrayLike = (1.0, 0.0, 0.0),
    ) -> None:
        """A frustum from `start` to `end`; its depth across `hint` is `depth` times its width."""
        p, q = np.asarray(start, np.float32), np.asarray(end, np.float32)
        r = np.asarray(radius, np.float32)
        half_length = np.linalg.norm(q - p, axis=-1) / 2
        half = np.stack(np.broadcast_arrays(r, half_length, r * depth), -1)
        self.solid(FRUSTUM, material, (p + q) / 2, half, aligned(q - p, hint), end_radius / r)

    def __len__(self) -> int:
        return len(self.shape)


@dataclass(frozen=True)
class Solids:
    """N solids over F frames (F = 1: at rest). Columns of `axes` are the half axes in the world."""

    shape: Tensor  # int64 [N]
    centre: Tensor  # [F, N, 3] metres
    axes: Tensor  # [F, N, 3, 3]
    taper: Tensor  # [F, N]
    alive: Tensor  # bool [F, N]
    gain: Tensor  # [F, N] factor on glow
    colour: Tensor  # [N, 3] linear RGB
    glow: Tensor  # [N]
    gloss: Tensor  # [N]
    layer: Tensor  # int64 [N] index into the shot's textures
    tile: Tensor  # [N] metres
    subject: Tensor  # int64 [N]; 0 for the set
    casts: Tensor  # bool [N]: a shadow

    @property
    def count(self) -> int:
        return self.shape.shape[0]

    def frames(self, start: int, stop: int) -> Solids:
        """The same solids in frames [start, stop)."""

        def cut(t: Tensor) -> Tensor:
            return t[start:stop] if t.shape[0] > 1 else t.expand(stop - start, *t.shape[1:])

        moving = {n: cut(getattr(self, n)) for n in ("centre", "axes", "taper", "alive", "gain")}
        return replace(self, **moving)

    def at(self, frames: Tensor) -> Solids:
        """The same solids in these frames [F], int64."""

        def cut(t: Tensor) -> Tensor:
            return t[frames] if t.shape[0] > 1 else t.expand(len(frames), *t.shape[1:])

        moving = {n: cut(getattr(self, n)) for n in ("centre", "axes", "taper", "alive", "gain")}
        return replace(self, **moving)

    def to(self, device: torch.device | str) -> Solids:
        return Solids(**{name: t.to(device) for name, t in vars(self).items()})


def finished(
    parts: Assembly,
    layers: dict[str, int],
    subject: int = 0,
    position: ArrayLike = (0.0, 0.0, 0.0),
    heading: ArrayLike = 0.0,
    alive: ArrayLike = True,
    gain: ArrayLike = 1.0,
    casts: bool = True,
) -> Solids:
    """An assembly set down in the world: `position` [F, 3] and `heading` [F] place it, `alive`
    and `gain` [F] say in which frames it is seen and how brightly what glows in it glows.
    What glows brightly casts no shadow, and nothing does without `casts`. Textures that `layers` does not know yet are added to it."""
    n, frames = len(parts), parts.count
    world = np.broadcast_to(turn(heading), (frames, 3, 3))
    centre = np.einsum("fij,fnj->fni", world, np.stack(parts.centre, 1))  # [F, N, 3]
    centre = centre + np.broadcast_to(np.asarray(position, np.float32), (frames, 3))[:, None]
    axes = world[:, None] @ np.stack(parts.axes, 1) * np.stack(parts.half, 1)[..., None, :]
    for m in parts.material:
        layers.setdefault(m.texture, len(layers))

    def every(values: ArrayLike, dtype: type[Any]) -> Tensor:  # [F] -> [F, N]
        column: NDArray[Any] = np.asarray(values, dtype).reshape(-1, 1)
        return torch.from_numpy(np.array(np.broadcast_to(column, (frames, n))))

    def tensor(values: ArrayLike) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32))

    return Solids(
        shape=torch.tensor(parts.shape),
        centre=tensor(centre),
        axes=tensor(axes),
        taper=tensor(np.stack(parts.taper, 1)),
        alive=every(alive, bool),
        gain=every(gain, np.float32),
        colour=tensor([m.colour for m in parts.material]),
        glow=tensor([m.glow for m in parts.material]),
        gloss=tensor([m.gloss for m in parts.material]),
        layer=torch.tensor([layers[m.texture] for m in parts.material]),
        tile=tensor([m.tile for m in parts.material]),
        subject=torch.full((n,), subject),
        casts=torch.tensor([casts and m.glow < 1.5 for m in parts.material]),
    )


def gathered(groups: list[Solids], frames: int) -> Solids:
    """Several groups as one, each spread over `frames` frames.

    Raises ValueError for an empty list.
    """
    if not groups:
        raise ValueError("nothing to draw: give at least one group of solids")
    spread = [g.frames(0, frames) for g in groups]
    moving = {"centre", "axes", "taper", "alive", "gain"}
    return Solids(
        **{
            name: torch.cat([getattr(g, name) for g in spread], 1 if name in moving else 0)
            for name in vars(spread[0])
        }
    )
