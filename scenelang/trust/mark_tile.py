"""The pattern of the mark: a tile of 128 pixels, made of waves whose phases a public key gives.

Some of the waves are always the same and tell where the tile lies (`SYNC`); each of the others
carries one coded bit, as its sign. The waves are bins (k, l) of the tile's Fourier transform, k
along x and l along y, in cycles a tile; only those with l > 0 are listed, since a real picture has
the others by symmetry. The key is public, as the program is: a mark is evidence and no proof.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scenelang.trust.mark_code import CODED, encode

TILE = 128
LOWEST, HIGHEST = 8.0, 30.0
SYNC_SHARE = 0.22
KEY = b"scenelang mark 1"


def _draw(what: bytes, count: int) -> NDArray[np.uint32]:
    """Random numbers from the key, the same in every version of everything."""
    return np.frombuffer(hashlib.shake_256(KEY + b"/" + what).digest(4 * count), "<u4")


def _bins() -> NDArray[np.int64]:
    reach = int(HIGHEST)
    k, l = np.meshgrid(np.arange(-reach, reach + 1), np.arange(1, reach + 1))
    ring = (np.hypot(k, l) >= LOWEST) & (np.hypot(k, l) <= HIGHEST)
    return np.stack([k[ring], l[ring]], axis=1)


BINS = _bins()  # [B, 2]: (k, l)
PHASES = np.exp(2j * np.pi * _draw(b"phases", len(BINS)) / 2**32).astype(np.complex64)  # [B]
_order = np.argsort(_draw(b"order", len(BINS)), kind="stable")
SYNC = np.sort(_order[: round(SYNC_SHARE * len(BINS))])  # indices of bins
DATA = _order[len(SYNC) :]  # likewise; bin DATA[i] carries the coded bit BIT_OF[i]
BIT_OF = np.arange(len(DATA)) % CODED


def reference(payload: bytes) -> NDArray[np.complex64]:
    """What each bin [B] of a tile with this payload is, as a number of modulus 1."""
    wave = PHASES.copy()
    wave[DATA] *= encode(payload)[BIT_OF]
    return wave


@cache
def tile(payload: bytes) -> NDArray[np.float32]:
    """The pattern [128, 128] of this payload: mean 0, root mean square 1."""
    spectrum = np.zeros((TILE, TILE), np.complex128)
    spectrum[BINS[:, 1], BINS[:, 0] % TILE] = reference(payload)
    picture = np.fft.ifft2(spectrum).real
    return (picture / picture.std()).astype(np.float32)
