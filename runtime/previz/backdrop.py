"""What stands on the horizon: skylines, mountains, woods, painted once around the whole circle."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.floating[Any]]
COLUMNS, ROWS = 4096, 256
LOW, HIGH = -2.0, 24.0  # degrees of elevation of the lowest and highest row
# channels: colour (R, G, B), how much of it shines by itself, how far it is lost in haze, cover
_CHANNELS = 6


def _outline(seed: int, waves: tuple[int, int], slope: float) -> Array:
    """A height for every column that closes around the circle, of mean 0 and deviation 1."""
    random = np.random.default_rng(seed)
    azimuth = np.arange(COLUMNS) * (2 * np.pi / COLUMNS)
    n = np.arange(waves[0], waves[1])
    phases = random.random(len(n)) * 2 * np.pi
    height = (np.cos(azimuth[:, None] * n + phases) * n**-slope).sum(1)
    return np.asarray((height - height.mean()) / height.std(), np.float32)


def _elevation() -> Array:
    return np.linspace(HIGH, LOW, ROWS, dtype=np.float32)[:, None]  # row 0 is the highest


def _paint(
    picture: Array,
    mask: NDArray[np.bool_],
    colour: tuple[float, ...] | Array,
    haze: float,
    shine: Array | float = 0.0,
) -> None:
    values = np.asarray(colour, np.float32)
    flat = values.reshape(-1, 1, 1) if values.ndim == 1 else values
    picture[:3] = np.where(mask, flat, picture[:3])
    picture[3] = np.where(mask, shine, picture[3])
    picture[4] = np.where(mask, haze, picture[4])
    picture[5] = np.where(mask, 1, picture[5])


def _blank() -> Array:
    return np.zeros((_CHANNELS, ROWS, COLUMNS), np.float32)


def _ridges(
    layers: list[tuple[int, float, float, float, tuple[float, float, float]]],
    waves: tuple[int, int],
    slope: float,
    sharp: bool,
    snow: float = 99.0,
) -> Array:
    picture, e = _blank(), _elevation()
    for seed, base, swing, haze, colour in layers:
        line = _outline(seed, waves, slope)
        line = base + swing * (1.4 - 1.9 * np.abs(line) if sharp else line)
        mask = e < line[None]
        grain = 1 + 0.1 * _outline(seed + 50, (60, 400), 0.5)[None] * np.ones_like(e)
        body = np.asarray(colour, np.float32)[:, None, None] * grain[None]
        cap = mask & (e > snow + 0.9 * _outline(seed + 9, (20, 300), 0.4)[None])
        _paint(picture, mask, body, haze)
        _paint(picture, cap, (0.8, 0.84, 0.9), haze * 0.8)
    return picture


def _mountains() -> Array:
    return _ridges(
        [
            (1, 9.0, 4.5, 0.72, (0.20, 0.26, 0.36)),
            (2, 4.5, 3.0, 0.45, (0.16, 0.22, 0.26)),
            (3, 1.4, 1.0, 0.2, (0.10, 0.16, 0.11)),
        ],
        (5, 160),
        1.15,
        True,
        7.0,
    )


def _hills() -> Array:
    return _ridges(
        [(11, 3.0, 1.2, 0.65, (0.18, 0.28, 0.24)), (12, 1.3, 0.8, 0.4, (0.14, 0.26, 0.13))],
        (3, 40),
        1.3,
        False,
    )


def _dunes() -> Array:
    return _ridges(
        [(21, 2.6, 0.9, 0.55, (0.52, 0.37, 0.22)), (22, 1.1, 0.6, 0.25, (0.60, 0.43, 0.25))],
        (4, 40),
        1.5,
        True,
    )


def _islands() -> Array:
    return _ridges([(31, -0.5, 1.0, 0.7, (0.15, 0.2, 0.24))], (3, 60), 1.2, False)


def _woods() -> Array:
    return _ridges(
        [
            (41, 10.0, 1.1, 0.62, (0.07, 0.13, 0.09)),
            (42, 7.0, 1.2, 0.42, (0.05, 0.11, 0.06)),
            (43, 4.0, 1.0, 0.2, (0.035, 0.08, 0.04)),
        ],
        (20, 700),
        0.35,
        False,
    )


def _skyline() -> Array:
    """Three rows of towers with lit windows, and neon signs on the nearest."""
    picture, e = _blank(), _elevation()
    random = np.random.default_rng(61)
    neon = (
        (1.0, 0.12, 0.55),
        (0.1, 0.75, 1.0),
        (1.0, 0.45, 0.08),
        (0.55, 0.2, 1.0),
        (0.2, 1.0, 0.6),
        (1.0, 0.15, 0.12),
    )
    for row, (least, most, haze, colour) in enumerate(
        (
            (5.0, 13.0, 0.6, (0.17, 0.19, 0.26)),
            (3.0, 9.5, 0.36, (0.13, 0.14, 0.19)),
            (1.5, 6.0, 0.14, (0.09, 0.095, 0.12)),
        )
    ):
        column = 0
        while column < COLUMNS:
            width = int(random.integers(26, 95))
            stop = min(COLUMNS, column + width)
            top = least + (most - least) * random.random() ** 1.8
            shade = np.asarray(colour) * (0.75 + 0.5 * random.random())
            span = np.zeros(COLUMNS, bool)
            span[column:stop] = True
            body = span[None] & (e < top)
            _paint(picture, body, tuple(shade), haze)
            _lit(picture, column, stop, top, haze, random)
            if row > 0 and random.random() < 0.42 and stop - column > 30:
                left = column + int(random.integers(3, max(4, width - 20)))
                tall = random.random() < 0.5
                sign = np.zeros(COLUMNS, bool)
                sign[left : left + (9 if tall else 24)] = True
                high = top * (0.55 + 0.4 * random.random())
                area = sign[None] & (e < high) & (e > high - (2.8 if tall else 0.9))
                strength = 0.45 + 0.55 * random.random((ROWS // 4 + 1, 1)).repeat(4, 0)[:ROWS]
                _paint(
                    picture,
                    area & span[None],
                    neon[int(random.integers(len(neon)))],
                    0.0,
                    1.6 * np.broadcast_to(strength, area.shape),
                )
            if random.random() < 0.25:
                mast = np.zeros(COLUMNS, bool)
                mast[(column + stop) // 2] = True
                _paint(picture, mast[None] & (e < top + 1.4) & (e >= top), tuple(shade), haze)
            column = stop + int(random.integers(0, 6))
    return picture


def _lit(
    picture: Array, start: int, stop: int, top: float, haze: float, random: np.random.Generator
) -> None:
    """Windows of one tower: cells of five columns by four rows, some of them lit."""
    first = int((HIGH - top) / (HIGH - LOW) * ROWS) + 2
    for y in range(first, ROWS - 3, 4):
        for x in range(start + 2, stop - 3, 5):
            if random.random() < 0.32:
                warm = random.random()
                picture[:3, y : y + 2, x : x + 3] = np.asarray(
                    (1.0, 0.6 + 0.25 * warm, 0.25 + 0.5 * warm)
                )[:, None, None]
                picture[3, y : y + 2, x : x + 3] = (0.25 + 0.6 * random.random()) * (1 - 0.5 * haze)
                picture[4, y : y + 2, x : x + 3] = haze * 0.6


BACKDROPS: dict[str, Callable[[], Array]] = {
    "mountains": _mountains, "hills": _hills, "dunes": _dunes, "islands": _islands, "woods": _woods,
    "skyline": _skyline,
}  # fmt: skip


@cache
def backdrop(name: str) -> Tensor:
    """A painted horizon [1, 6, ROWS, COLUMNS]: colour, shine, haze, cover. Columns run from -z
    over +x once around; rows from HIGH to LOW degrees."""
    return torch.from_numpy(np.ascontiguousarray(BACKDROPS[name](), np.float32))[None]
