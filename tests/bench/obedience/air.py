"""What drifts in the air of a film whose camera stands still, as a vector of features.

What differs from the median over time is what drifts (or moves); how bright, how coloured, how fine, how
upright it is and where it goes tell snow from rain from embers.
"""

from __future__ import annotations

import cv2
import numpy as np
from bench.obedience.pictures import Lab, blurred, resized
from numpy.typing import NDArray

REACH = 12  # px between two frames: faster drift is not seen
LEAST = 0.02  # ΔE squared: energies below are nothing


def drifting(film: Lab) -> Lab:
    """A film [F, H, W, 3] less its median over time."""
    result: Lab = film - np.median(film, axis=0)
    return result


def energy(film: Lab) -> float:
    """Of the fine detail that comes and goes, ΔE squared."""
    rest = drifting(film)
    return float(np.square(rest - blurred(rest, 15)).sum(-1).mean())


def drift(film: Lab) -> NDArray[np.float64]:
    """Where the fine detail goes between two frames, px (right, down): the peak of the correlation."""
    rest = drifting(film)
    fine = np.clip(np.abs((rest - blurred(rest, 9))[..., 0]), 0, 12)
    fine = fine - fine.mean((1, 2), keepdims=True)
    window = np.outer(np.hanning(fine.shape[1]), np.hanning(fine.shape[2]))
    spectra = np.fft.rfft2(fine * window)
    both = np.fft.irfft2((spectra[1:] * spectra[:-1].conj()).mean(0), s=fine.shape[1:])
    near = np.roll(both, (REACH, REACH), (0, 1))[: 2 * REACH + 1, : 2 * REACH + 1]
    near = cv2.GaussianBlur(near, (0, 0), 1.0)
    # what stands still has no drift: weigh shares of the peak, so that a broad one counts whole
    shares = np.clip(near - np.quantile(near, 0.9), 0, None)
    rows, columns = np.indices(near.shape) - REACH
    total = max(float(shares.sum()), 1e-9)
    return np.array([(shares * columns).sum() / total, (shares * rows).sum() / total])


def features(film: Lab) -> NDArray[np.float64]:
    """[26]: logs of energies of the drifting part by brightness, colour, fineness and direction, its drift, how
    it changes over time, and how the whole picture looks (fog has nothing fine)."""
    rest = drifting(film)
    fine = rest - blurred(rest, 9)
    coarse = blurred(rest, 9) - blurred(rest, 41)
    light = fine[..., 0]
    amount = np.abs(fine).sum(-1)
    colour = [(fine[..., k] * amount).sum() / max(float(np.square(amount).sum()), 1e-6) for k in (1, 2)]
    parts = (
        np.square(np.clip(light, 0, None)).mean(), np.square(np.clip(light, None, 0)).mean(),
        np.square(fine[..., 1:]).sum(-1).mean(), np.square(coarse).sum(-1).mean(),
        np.square(blurred(light, 1, 9)).mean(), np.square(blurred(light, 9, 1)).mean(),
    )  # fmt: skip
    halves = [energy(part) for part in (film[: len(film) // 2], film[len(film) // 2 :])]
    logs = np.log10(np.array([*parts, *halves]) + LEAST)
    look = resized(film, (2, 2), 1).ravel() / 6
    return np.concatenate([3 * logs, 8 * np.array(colour), drift(film) / 2, look])
