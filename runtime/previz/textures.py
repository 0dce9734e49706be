"""Tileable surface textures, packed with their mip levels into one picture that is sampled once.

A layer has four channels: a factor on the surface's colour (R, G, B) and how much of it
shines by itself (windows at night). Coarser levels are read where a texel nears a pixel,
so that a ground far away fades to its mean instead of shimmering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.floating[Any]]
SIZE = 512
LEVELS = 8  # 512 … 4 texels
_WIDTH, _HEIGHT = SIZE + 2 + SIZE // 2 + 2, sum((SIZE >> i) + 2 for i in range(1, LEVELS)) + 2


def _noise(seed: int, slope: float, low: int = 1, high: int = SIZE) -> Array:
    """Tileable noise of mean 0 and deviation 1 whose spectrum falls with `slope` between two
    frequencies in cycles a tile."""
    fy, fx = np.meshgrid(np.fft.fftfreq(SIZE, 1 / SIZE), np.fft.rfftfreq(SIZE, 1 / SIZE), indexing="ij")
    f = np.hypot(fx, fy)
    gain = np.where((f >= low) & (f <= high), np.maximum(f, 1) ** -slope, 0)
    random = np.random.default_rng(seed)
    spectrum = gain * np.exp(2j * np.pi * random.random(f.shape))
    field = np.fft.irfft2(spectrum, s=(SIZE, SIZE))
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def _grid() -> tuple[Array, Array]:
    """Texel centres u, v in [0, 1), v downward in memory."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    v, u = np.meshgrid(axis, axis, indexing="ij")
    return u, v


def _tiles(columns: int, rows: int, joint: float, seed: int, shift: float = 0.0) -> tuple[Array, Array]:
    """A bond of slabs: (1 inside a slab and 0 in its joint, a random value a slab). `joint` is
    a fraction of a slab; odd rows are shifted by `shift` slabs."""
    u, v = _grid()
    row = np.floor(v * rows)
    x = u * columns + shift * (row % 2)
    column = np.floor(x) % columns
    fx, fy = x - np.floor(x), v * rows - row
    edge = np.minimum(np.minimum(fx, 1 - fx) * rows / columns, np.minimum(fy, 1 - fy))
    random = np.random.default_rng(seed).random((rows, columns)).astype(np.float32)
    return np.clip(edge / joint, 0, 1), random[row.astype(int), column.astype(int)]


def _layer(value: Array | tuple[Array, Array, Array], shine: Array | float = 0.0) -> Array:
    channels = value if isinstance(value, tuple) else (value, value, value)
    return np.stack(
        [*(np.broadcast_to(c, (SIZE, SIZE)) for c in channels), np.broadcast_to(shine, (SIZE, SIZE))]
    )


def _plain() -> Array:
    return _layer(np.ones((SIZE, SIZE), np.float32))


def _slabs() -> Array:
    inside, each = _tiles(4, 4, 0.035, 11)
    return _layer((0.55 + 0.45 * inside) * (0.86 + 0.28 * each) * (1 + 0.05 * _noise(12, 0.8, 4)))


def _stone() -> Array:
    inside, each = _tiles(5, 6, 0.09, 21, 0.5)
    worn = 1 + 0.13 * _noise(22, 1.1, 2)
    return _layer((0.35 + 0.65 * inside**0.6) * (0.68 + 0.6 * each) * worn)


def _asphalt() -> Array:
    crack = np.exp(-((_noise(33, 1.6, 2) * 14) ** 2))
    return _layer((1 + 0.14 * _noise(31, 0.35, 8) + 0.1 * _noise(32, 1.2, 1, 24)) * (1 - 0.28 * crack))


def _checker() -> Array:
    u, v = _grid()
    even = (np.floor(u * 4) + np.floor(v * 4)) % 2
    return _layer(0.8 + 0.36 * even + 0.03 * _noise(41, 0.6, 8))


def _grass() -> Array:
    blades, patches = _noise(51, 0.35, 24), _noise(52, 1.4, 1, 20)
    base = 1 + 0.2 * blades + 0.14 * patches
    return _layer((base * (1 + 0.14 * patches), base, base * (1 - 0.08 * patches)))


def _litter() -> Array:
    leaves, patches = _noise(61, 0.7, 12), _noise(62, 1.3, 1, 16)
    warm = np.clip(leaves - 0.9, 0, 1)
    base = 1 + 0.22 * leaves + 0.18 * patches
    return _layer((base * (1 + 0.9 * warm), base * (1 + 0.25 * warm), base * (1 - 0.2 * warm)))


def _sand() -> Array:
    _, v = _grid()
    ripple = np.sin(2 * np.pi * (14 * v + 0.55 * _noise(71, 1.9, 1, 8)))
    return _layer(1 + 0.075 * ripple + 0.05 * _noise(72, 0.3, 24) + 0.05 * _noise(73, 1.2, 1, 10))


def _snow() -> Array:
    drift, grain = _noise(81, 1.7, 1, 40), _noise(82, 0.3, 30)
    hollow = np.clip(drift - 0.4, 0, 2)
    value = 1 - 0.13 * hollow + 0.025 * drift + 0.02 * grain
    return _layer((value, 0.985 * value + 0.015, 0.95 * value + 0.05))


def _slush() -> Array:
    """Trodden snow: bare patches of what lies beneath."""
    bare = np.clip(0.5 + 0.9 * _noise(86, 1.3, 2, 90), 0, 1)
    u, _ = _grid()
    ruts = 0.5 + 0.5 * np.cos(4 * np.pi * u)
    bare = np.clip(bare * (0.35 + 0.65 * ruts), 0, 1)
    value = (1 - 0.52 * bare) * (1 + 0.04 * _noise(87, 0.3, 20))
    return _layer((value, value, value * (1 + 0.05 * bare)))


def _planks() -> Array:
    inside, each = _tiles(2, 10, 0.05, 91, 0.5)
    _, v = _grid()
    grain = np.sin(2 * np.pi * (60 * v + 1.2 * _noise(92, 1.8, 1, 12)))
    return _layer((0.4 + 0.6 * inside) * (0.78 + 0.4 * each) * (1 + 0.06 * grain))


def _bricks() -> Array:
    inside, each = _tiles(6, 14, 0.12, 101, 0.5)
    body = (0.75 + 0.42 * each) * (1 + 0.06 * _noise(102, 0.5, 10))
    return _layer((inside * body + 0.9 * (1 - inside), inside * body * 0.98 + 0.88 * (1 - inside), body))


def _plaster() -> Array:
    return _layer(1 + 0.05 * _noise(111, 1.4, 1, 60) + 0.03 * _noise(112, 0.3, 30))


def _rock() -> Array:
    strata, lumps = _noise(121, 1.3, 1, 80), _noise(122, 0.9, 6)
    ridges = 1 - np.abs(_noise(123, 1.5, 2, 50)) * 0.5
    return _layer(np.clip(0.4 * ridges + 0.58 + 0.1 * strata + 0.05 * lumps, 0.4, 1.5))


def _fur() -> Array:
    return _layer(1 + 0.16 * _noise(131, 0.25, 20, 160) + 0.1 * _noise(132, 1.0, 3, 24))


def _cloth() -> Array:
    u, v = _grid()
    weave = np.sin(2 * np.pi * 64 * (u + v)) * np.sin(2 * np.pi * 64 * (u - v))
    return _layer(1 + 0.05 * weave + 0.06 * _noise(141, 1.2, 2, 24))


def _water() -> Array:
    swell = _noise(151, 1.2, 4, 90)
    glint = np.clip(swell - 1.2, 0, 1.5)
    return _layer((1 + 0.2 * swell + glint, 1 + 0.16 * swell + glint, 1 + 0.12 * swell + glint))


def _wear() -> Array:
    """Large soft patches: variation far away (colour) and where puddles stand (shine)."""
    patches = 0.7 * _noise(161, 1.5, 1, 24) + 0.3 * _noise(162, 1.0, 8, 64)
    puddles = np.clip(0.5 + 0.9 * _noise(163, 1.8, 2, 28), 0, 1)
    return _layer(1 + 0.1 * patches, puddles)


def _clouds() -> Array:
    return _layer(np.clip(0.5 + 0.33 * _noise(171, 1.45, 1, 120), 0, 1))


def _stars() -> Array:
    random = np.random.default_rng(181)
    sky = np.zeros((SIZE, SIZE), np.float32)
    y, x = random.integers(0, SIZE, (2, 420))
    sky[y, x] = random.random(420).astype(np.float32) ** 2.5 + 0.08
    return _layer(sky)


def _windows(columns: int, rows: int, seed: int, lit: float) -> Array:
    """A wall of windows; the shine is that of rooms where someone is at home."""
    u, v = _grid()
    x, y = u * columns, v * rows
    fx, fy = x - np.floor(x), y - np.floor(y)
    cell = (np.floor(y).astype(int), np.floor(x).astype(int))
    random = np.random.default_rng(seed)
    home = random.random((rows, columns)) < lit
    warmth = random.random((rows, columns)).astype(np.float32)[cell]
    glass = (np.abs(fx - 0.5) < 0.31) & (np.abs(fy - 0.48) < 0.33)
    bar = glass & ((np.abs(fx - 0.5) < 0.025) | (np.abs(fy - 0.4) < 0.02))
    sill = (np.abs(fx - 0.5) < 0.36) & (fy > 0.81) & (fy < 0.87)
    wall = 1 + 0.06 * _noise(seed + 1, 1.2, 1, 60) - 0.16 * (fy < 0.03) + 0.2 * sill
    blind = glass & (fy < 0.15 + 0.5 * random.random((rows, columns))[cell])
    shine = np.where(glass & ~bar, home[cell] * (0.45 + 0.55 * warmth) * np.where(blind, 0.55, 1.0), 0)
    dark = np.where(bar, 0.7, 0.24 + 0.12 * warmth + 0.1 * (fy - 0.5))
    red = np.where(shine > 0, 1.0, np.where(glass, dark * 0.8, wall))
    green = np.where(shine > 0, 0.62 + 0.22 * warmth, np.where(glass, dark * 0.95, wall))
    blue = np.where(shine > 0, 0.26 + 0.4 * warmth**3, np.where(glass, dark * 1.2, wall))
    return _layer((red, green, blue), shine)


def _shops() -> Array:
    """The ground floors of three shops: panes and doors, a sign board above each."""
    u, v = _grid()  # v = 0 is the top
    shop = np.minimum((u * 3).astype(int), 2)
    fx = u * 3 - shop
    random = np.random.default_rng(201)
    boards = np.asarray([(0.75, 0.12, 0.1), (0.1, 0.3, 0.5), (0.85, 0.6, 0.15)], np.float32)[shop]
    board = (v > 0.05) & (v < 0.24) & (np.abs(fx - 0.5) < 0.46)
    letters = (
        board
        & (v > 0.1)
        & (v < 0.19)
        & (random.random((1, 96)).repeat(6, 1)[:, :SIZE] < 0.55)
        & (np.abs(fx - 0.5) < 0.34)
    )
    pane = (v > 0.3) & (v < 0.86) & (np.abs(fx - 0.5) < 0.45)
    bars = pane & ((np.abs(((fx * 4) % 1) - 0.5) > 0.46) | (np.abs(v - 0.42) < 0.008))
    door = (np.abs(fx - 0.78) < 0.1) & (v > 0.36)
    # shelves of goods in the lower half of a pane, warm light above them
    shelf = (v > 0.5) & (((v * 20) % 1) > 0.25)
    things = random.random((20, 72)).astype(np.float32)[
        (v * 20).astype(int), np.minimum((u * 72).astype(int), 71)
    ]
    goods = np.where(shelf, 0.45 + 0.5 * things, np.where(v > 0.5, 0.35, 0.95 - 0.5 * np.abs(fx - 0.5)))
    goods = goods.astype(np.float32)
    lit = pane & ~bars & ~door
    shine = np.where(letters, 1.0, np.where(lit, 0.42 * goods, np.where(board, 0.16, 0.0)))
    channels = []
    for i, (inside, wood) in enumerate(zip((1.0, 0.72, 0.4), (0.34, 0.24, 0.17), strict=True)):
        c = np.where(
            board, boards[..., i], np.where(lit, inside * goods, np.where(pane | door, wood, 0.6))
        )
        channels.append(np.where(letters, (1.0, 0.93, 0.75)[i], c))
    return _layer((channels[0], channels[1], channels[2]), shine)


LAYERS: dict[str, Callable[[], Array]] = {
    "plain": _plain, "slabs": _slabs, "stone": _stone, "asphalt": _asphalt, "checker": _checker,
    "grass": _grass, "litter": _litter, "sand": _sand, "snow": _snow, "slush": _slush, "planks": _planks,
    "bricks": _bricks, "plaster": _plaster, "rock": _rock, "fur": _fur, "cloth": _cloth, "water": _water,
    "wear": _wear, "clouds": _clouds, "stars": _stars,
    "shops": _shops, "windows": lambda: _windows(8, 6, 191, 0.5), "offices": lambda: _windows(12, 10, 195, 0.35),
}  # fmt: skip


@cache
def _packed(name: str) -> Tensor:
    """A layer with all its levels in one block [4, _HEIGHT, _WIDTH], each with a border that wraps."""
    level = torch.from_numpy(np.ascontiguousarray(LAYERS[name](), np.float32)).clamp_min_(0)[None]
    block = torch.zeros(1, 4, _HEIGHT, _WIDTH)
    x = y = 0
    for i in range(LEVELS):
        padded = nn.pad(level, (1, 1, 1, 1), mode="circular")
        size = padded.shape[-1]
        block[:, :, y : y + size, x : x + size] = padded
        x, y = (SIZE + 2, 0) if i == 0 else (x, y + size)
        level = nn.avg_pool2d(level, 2)
    return block[0]


@cache
def mean_of(name: str) -> tuple[float, float, float]:
    """What a layer makes of a colour from afar: linear RGB factors."""
    r, g, b = _packed(name)[:3, 1 : SIZE + 1, 1 : SIZE + 1].mean((1, 2)).tolist()
    return r, g, b


@dataclass(frozen=True)
class Textures:
    """The layers of one shot and how to read them. Layers are counted in the order of `names`."""

    picture: Tensor  # [1, 4, L * _HEIGHT, _WIDTH]
    corner: Tensor  # [3, LEVELS]: x, y and size of each level in its block

    @classmethod
    def of(cls, names: Iterable[str], device: torch.device | str = "cpu") -> Textures:
        picture = torch.cat([_packed(name) for name in names], 1)[None]
        corners, x, y = [], 0, 0
        for i in range(LEVELS):
            corners.append((x, y, SIZE >> i))
            x, y = (SIZE + 2, 0) if i == 0 else (x, y + (SIZE >> i) + 2)
        return cls(
            picture.to(device), torch.tensor(corners, dtype=torch.float32).T.contiguous().to(device)
        )

    def sample(
        self, layer: Tensor | int, u: Tensor, v: Tensor, texels: Tensor, smooth: bool = True
    ) -> Tensor:
        """The four channels [4, R] at tile coordinates u, v [R] (v upward), for pixels that span
        `texels` [R] of the finest level; without `smooth` from the nearest level alone, for what
        has soft textures or is small."""
        level = texels.clamp_min(1.0).log2_().clamp_max_(LEVELS - 1.001)
        whole = level.floor() if smooth else level.round()
        blend = level - whole
        index = whole.to(torch.int64)
        u, v = u - u.floor(), v - v.floor()
        v = 1.0 - v
        fine = self._tap(layer, u, v, index)
        if not smooth:
            return fine
        coarse = self._tap(layer, u, v, index + 1)
        return torch.lerp(fine, coarse, blend)

    def _tap(self, layer: Tensor | int, u: Tensor, v: Tensor, level: Tensor) -> Tensor:
        x0, y0, size = (c.index_select(0, level) for c in self.corner)
        x = x0 + 0.5 + u * size
        y = y0 + 0.5 + v * size + layer * _HEIGHT
        height, width = self.picture.shape[-2:]
        grid = torch.stack([x * (2 / (width - 1)) - 1, y * (2 / (height - 1)) - 1], -1)
        return nn.grid_sample(self.picture, grid[None, None], align_corners=True)[0, :, 0]
