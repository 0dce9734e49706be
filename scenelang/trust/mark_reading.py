"""Finds the invisible mark in frames and reads it, whatever scale, cut or mirroring they came to.

The frames are evened out and averaged, whitened, and looked at in the waves that a tile has; a
search over scales, mirrorings and places finds the tile, and then its bits are decoded.

How sure: for any picture, over the random phases of the key, the score z of a place in a picture
without a mark is sub-Gaussian: P(z > t) <= exp(-t*t/2). Over HYPOTHESES places the chance of a
false mark is below HYPOTHESES * exp(-t*t/2), by the union bound: see `false_alarm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from scenelang.trust.mark_code import CODED, decode
from scenelang.trust.mark_tile import BINS, BIT_OF, DATA, HIGHEST, PHASES, SYNC, TILE, reference

Luma = NDArray[np.uint8]  # [H, W]
Floats = NDArray[np.float32]
Waves = NDArray[np.complex64]

SURE = 9.0  # of the sync bins alone: the picture has a mark
SURE_NAMED = 9.5  # of all bins, for a payload that is asked for by name
SURE_READ = 14.0  # of all bins, after a payload was read from them whose checksum agrees
RADII = np.hypot(*BINS.T)  # [B] cycles a tile
GRID = 256  # places that are tried along each axis of a tile: every half pixel
FIXED = (1.0, 0.5, 2.0, 1.5, 2 / 3, 0.75, 4 / 3, 10 / 9, 0.8, 1.25, 1 / 3)
GUESSED = 6  # more scales, where the picture repeats itself
Flip = tuple[int, int]
FLIPS: tuple[Flip, ...] = ((1, 1), (-1, 1), (1, -1), (-1, -1))
HYPOTHESES = GRID * GRID * len(FLIPS) * (len(FIXED) + GUESSED)


@dataclass(frozen=True)
class Mark:
    """What was found. `payload` is None where a mark is there that can't be read."""

    found: bool
    payload: bytes | None
    score: float  # z of the sync bins
    score_read: float  # z of all bins, 0 without a payload
    scale: float  # of these frames against those that were marked
    flip: tuple[int, int]
    frames: int

    @property
    def false_alarm(self) -> float:
        """The chance, at most, that frames without a mark score as high."""
        return min(1.0, HYPOTHESES * exp(-(self.score**2) / 2))


class Gathered:
    """Frames pooled to one picture [H, W]: what changes from frame to frame averages out."""

    def __init__(self) -> None:
        self.sum: Floats | None = None
        self.frames = 0

    def add(self, luma: Luma) -> None:
        residual = evened(luma)
        if self.sum is None:
            self.sum = residual
        elif self.sum.shape == residual.shape:
            self.sum += residual
        else:
            return
        self.frames += 1


def evened(luma: Luma) -> Floats:
    """Each pixel against its surroundings, in units of how much those vary; [-2, 2]."""
    picture = luma.astype(np.float32)
    mean = _blur(picture)
    picture -= mean
    spread = np.sqrt(np.maximum(_blur(picture * picture), 0))
    picture /= spread + 0.5
    return np.clip(picture, -2, 2, out=picture)


def _blur(picture: Floats) -> Floats:
    """The mean over a box of seven by seven around each pixel; beyond the edges, the picture mirrored."""
    return _sevens(_sevens(np.pad(picture, 3, mode="reflect")).T).T * np.float32(1 / 49)


def _sevens(rows: Floats) -> Floats:
    """The sums of every seven rows that follow each other: of two, of two pairs, and the rest."""
    two = rows[:-1] + rows[1:]
    four = two[:-2] + two[2:]
    sums: Floats = four[:-3] + two[4:-1]
    sums += rows[6:]
    return sums


def read(lumas: Iterable[Luma], known: Sequence[bytes] = (), upright: bool = False) -> Mark:
    """Pools the frames [H, W] and reads their mark; `known` are payloads (a few) that are
    tried by name, which finds them where they are too faint to be decoded. `upright`: only as frames were made, neither
    scaled nor mirrored, which is quick."""
    gathered = Gathered()
    for luma in lumas:
        gathered.add(luma)
    return read_gathered(gathered, known, upright)


def read_gathered(gathered: Gathered, known: Sequence[bytes] = (), upright: bool = False) -> Mark:
    """The best of all hypotheses about the pooled frames."""
    if gathered.sum is None or min(gathered.sum.shape) < 32:
        return Mark(False, None, 0.0, 0.0, 1.0, (1, 1), gathered.frames)
    white = whitened(gathered.sum)
    best = Mark(False, None, 0.0, 0.0, 1.0, (1, 1), gathered.frames)
    tried: list[float] = []
    flips = FLIPS[:1] if upright else FLIPS
    for scale in (1.0,) if upright else _scales(white):
        if any(abs(scale / t - 1) < 0.0005 for t in tried):
            continue
        tried.append(scale)
        found = _Seen(_waves(white, scale), scale, gathered.frames)
        for mark in (*_marks(found, flips), *_named(found, flips, known)):
            if (mark.payload is not None, mark.score) > (best.payload is not None, best.score):
                best = mark
        if best.payload is not None and best.score >= SURE:
            break
    return best


def whitened(picture: Floats) -> Floats:
    """The picture with its spectrum made level, so that no frequency outshouts the mark's."""
    picture = picture - picture.mean()
    spectrum = np.fft.rfft2(picture)
    power = np.abs(spectrum) ** 2
    level = np.sqrt(_smooth(power.astype(np.float32)))
    return np.fft.irfft2(spectrum / (level + 1e-6 * level.max() + 1e-9), picture.shape).astype(
        np.float32
    )


def _smooth(power: Floats, half: int = 6) -> Floats:
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (half + 1, half)
        wide = np.pad(power, pad, mode="wrap" if axis == 0 else "edge").astype(np.float64)
        sums = np.cumsum(wide, axis=axis)
        n = power.shape[axis]
        width = 2 * half + 1
        power = (
            (np.take(sums, np.arange(width, n + width), axis) - np.take(sums, np.arange(n), axis))
            / width
        ).astype(np.float32)
    return np.maximum(power, 0)


def _scales(white: Floats) -> Iterator[float]:
    yield 1.0
    yield from _repeats(white)
    yield from FIXED[1:]


def _repeats(white: Floats) -> list[float]:
    """Scales at which the picture repeats itself as tiles of such a size would make it do."""
    height, width = white.shape
    spectrum = np.fft.rfft2(white, (2 * height, 2 * width))
    lags = np.fft.irfft2(np.abs(spectrum) ** 2, (2 * height, 2 * width))
    scales = np.exp(np.arange(np.log(0.3), np.log(2.6), 0.0008))
    scores = np.zeros(len(scales))
    weight = np.zeros(len(scales))
    for i in range(6):
        for j in range(-5, 6):
            if (i, j) <= (0, 0) and not (i == 0 and j > 0):
                continue
            y, x = i * TILE * scales, j * TILE * scales
            inside = (y < height * 0.85) & (np.abs(x) < width * 0.85)
            overlap = np.sqrt((height - y) * (width - np.abs(x)), where=inside, out=np.ones_like(y))
            value = _between(lags, np.where(inside, y, 0), np.where(inside, x, 0))
            scores += np.where(inside, value / overlap, 0)
            weight += inside
    scores /= np.sqrt(np.maximum(weight, 1))
    scores[weight == 0] = -np.inf
    found: list[float] = []
    for index in np.argsort(scores)[::-1][:400]:
        if all(abs(scales[index] / s - 1) > 0.0015 for s in found):
            found.append(float(scales[index]))
        if len(found) == GUESSED:
            break
    return found


def _between(
    values: NDArray[np.float64], y: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values at places between the grid's, periodic, bilinear."""
    y0, x0 = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    b, a = y - y0, x - x0
    h, w = values.shape
    at = lambda dy, dx: values[(y0 + dy) % h, (x0 + dx) % w]  # noqa: E731
    return (at(0, 0) * (1 - a) + at(0, 1) * a) * (1 - b) + (at(1, 0) * (1 - a) + at(1, 1) * a) * b


def _waves(white: Floats, scale: float) -> Waves:
    """How much of each wave is in the picture, [l = 0..R, k = -R..R], for tiles of this scale."""
    reach, period = int(HIGHEST), TILE * scale
    y, x = (np.arange(n) for n in white.shape)
    along_y = np.exp(-2j * np.pi / period * np.outer(np.arange(reach + 1), y)).astype(np.complex64)
    along_x = np.exp(-2j * np.pi / period * np.outer(x, np.arange(-reach, reach + 1))).astype(
        np.complex64
    )
    half = white @ along_x.real + 1j * (white @ along_x.imag)
    return (along_y @ half.astype(np.complex64)).astype(np.complex64)


@dataclass(frozen=True)
class _Seen:
    """The waves of the pooled frames, if they are of this scale."""

    waves: Waves
    scale: float
    frames: int


def _marks(seen: _Seen, flips: Sequence[Flip]) -> Iterator[Mark]:
    for flip in flips:
        values = _of_bins(seen.waves, flip)
        place, score = _place(values, SYNC, PHASES[SYNC])
        values = values * place
        soft = np.real(values[DATA] * PHASES[DATA].conj()) * _trust(values)[DATA]
        payload, whole = decode(np.bincount(BIT_OF, soft, CODED).astype(np.float32)), 0.0
        if payload is not None:
            whole = _z(values, reference(payload))
        if not (score >= SURE or whole >= SURE_READ):
            payload = None
        yield Mark(
            score >= SURE or payload is not None, payload, score, whole, seen.scale, flip, seen.frames
        )


def _named(seen: _Seen, flips: Sequence[Flip], known: Sequence[bytes]) -> Iterator[Mark]:
    """Payloads that are asked for: all of their bins tell where the tile lies, and none is decoded."""
    for payload in known:
        expected = reference(payload)
        for flip in flips:
            _, score = _place(_of_bins(seen.waves, flip), np.arange(len(BINS)), expected)
            if score >= SURE_NAMED:
                yield Mark(True, payload, score, score, seen.scale, flip, seen.frames)


def _trust(values: Waves) -> Floats:
    """How much of the mark is left in each bin [B], by the sync bins of about its wavelength.

    Compression and scaling take the short waves first, and texture drowns the long ones.
    """
    level = _NEAR @ np.real(values[SYNC] * PHASES[SYNC].conj())
    return np.maximum(level, 0.1 * max(float(level.max()), 1e-9)).astype(np.float32)


_NEAR = np.exp(-((RADII[:, None] - RADII[None, SYNC]) ** 2) / (2 * 2.5**2))  # [B, sync bins]
_NEAR = (_NEAR / _NEAR.sum(axis=1, keepdims=True)).astype(np.float32)


def _of_bins(waves: Waves, flip: tuple[int, int]) -> Waves:
    """The listed bins [B] of the picture mirrored so."""
    reach = int(HIGHEST)
    k = BINS[:, 0] * flip[0] * flip[1]
    values = waves[BINS[:, 1], k + reach]
    # mirrored from top to bottom, l is -l, which is the conjugate of (-k, l)
    return values if flip[1] == 1 else values.conj()


def _place(values: Waves, bins: NDArray[np.int64], expected: Waves) -> tuple[Waves, float]:
    """The turning of phases that the tile's place needs [B], by some of its bins, and their score."""
    sync = np.zeros((GRID, GRID // 2 + 1), np.complex64)  # the half with l > 0: the surface is real
    sync[BINS[bins, 0] % GRID, BINS[bins, 1]] = values[bins] * expected.conj()
    x, y = divmod(int(np.fft.irfft2(sync).argmax()), GRID)
    turn = np.exp(2j * np.pi * (BINS[:, 0] * x + BINS[:, 1] * y) / GRID).astype(np.complex64)
    return turn, _z(values[bins] * turn[bins], expected)


def _z(values: Waves, expected: Waves) -> float:
    """How far values stand out along what is expected, in standard deviations of chance."""
    energy = float(np.sum(np.abs(values) ** 2)) / 2
    return float(np.real(values @ expected.conj()) / np.sqrt(energy)) if energy > 0 else 0.0
