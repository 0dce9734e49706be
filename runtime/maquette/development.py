"""From linear light to a picture: one fixed film stock, the same as all pictures that are learned from.

Exposure, the filmic curve fitted by K. Narkowicz to ACES (2015), and the transfer function of sRGB as a power.
"""

from __future__ import annotations

from torch import Tensor

EXPOSURE = 0.62
GAMMA = 2.2
BLACK = 2e-3  # below it the power is so steep that nothing can be learned


def developed(radiance: Tensor) -> Tensor:
    """Linear radiance, not negative, of any shape, as sRGB from 0 to 1."""
    x = EXPOSURE * radiance
    film = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
    return (film.clamp_max(1) + BLACK).pow(1 / GAMMA)


def linear(colour: Tensor) -> Tensor:
    """sRGB from 0 to 1 as linear RGB."""
    return colour.pow(GAMMA)
