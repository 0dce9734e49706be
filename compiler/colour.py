"""The colour of light by its temperature."""

from __future__ import annotations

from functools import lru_cache

from scenelang.compiler.geometry import Vec3

WHITE_BALANCE = 5600.0  # kelvin that the film takes for white


def _chromaticity(kelvin: float) -> tuple[float, float]:
    """CIE 1931 xy of a black body, 1667-25000 K: the cubic fit of Kim et al. (US patent
    7024034, 2002), as published in Kang et al., J. Korean Phys. Soc. 41 (2002)."""
    t = min(25000.0, max(1667.0, kelvin))
    if t <= 4000:
        x = -0.2661239e9 / t**3 - 0.2343589e6 / t**2 + 0.8776956e3 / t + 0.179910
    else:
        x = -3.0258469e9 / t**3 + 2.1070379e6 / t**2 + 0.2226347e3 / t + 0.240390
    if t <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif t <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return x, y


def _linear_rgb(kelvin: float) -> Vec3:
    """Linear sRGB of a black body at luminance 1 (IEC 61966-2-1 primaries)."""
    x, y = _chromaticity(kelvin)
    big_x, big_z = x / y, (1 - x - y) / y
    return (
        max(0.0, 3.2406 * big_x - 1.5372 - 0.4986 * big_z),
        max(0.0, -0.9689 * big_x + 1.8758 + 0.0415 * big_z),
        max(0.0, 0.0557 * big_x - 0.2040 + 1.0570 * big_z),
    )


@lru_cache(maxsize=4096)
def temperature_rgb(kelvin: float) -> Vec3:
    """Linear RGB of a light by its temperature on a film balanced for 5600 K; brightest channel 1."""
    light, white = _linear_rgb(kelvin), _linear_rgb(WHITE_BALANCE)
    rgb = [a / b for a, b in zip(light, white)]
    top = max(rgb)
    return (rgb[0] / top, rgb[1] / top, rgb[2] / top)
