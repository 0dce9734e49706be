"""Mixes pictures in linear light, as overlapping exposures do on film.

Two bytes have only 65,536 pairs, so a mix at one weight is a table: each picture is mixed
exactly, correctly rounded, with one look-up a sample and no picture in floating point.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # [..., 3], sRGB


@cache
def light() -> NDArray[np.float64]:
    """[256]: the linear light of each sRGB code, by IEC 61966-2-1."""
    code = np.arange(256) / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def srgb(linear: NDArray[np.float64]) -> Picture:
    """The nearest sRGB codes of linear light in 0 to 1, by IEC 61966-2-1."""
    code = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(code * 255.0).astype(np.uint8)


@lru_cache(maxsize=128)
def _table(weight: Fraction) -> Picture:
    """[65536]: the mix of codes a and b, at 256 a + b."""
    w = float(weight)
    return srgb((1.0 - w) * light()[:, None] + w * light()[None, :]).ravel()


def mix(a: Picture, b: Picture, weight: Fraction) -> Picture:
    """`a` where the weight is 0, `b` where it is 1, and their light mixed between."""
    if weight == 0:
        return a
    if weight == 1:
        return b
    pair = (a.astype(np.uint16) << 8) | b
    return np.take(_table(weight), pair)


def dim(picture: Picture, weight: Fraction) -> Picture:
    """The picture with this part of its light left: 1 is all of it, 0 is black."""
    if weight == 1:
        return picture
    from_black = _table(weight)[:256]
    return np.take(from_black, picture)
