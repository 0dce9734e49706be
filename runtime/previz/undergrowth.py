"""What grows and lies low on a set: bushes, ferns, grass, logs, mushrooms, cacti, mounds, crystals. See pieces.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from scenelang.compiler.turning import turn
from scenelang.runtime.previz.palette import material
from scenelang.runtime.previz.pieces import SNOW, Piece
from scenelang.runtime.previz.solids import Assembly, Material, Rgb

GOLDEN = 2.399963  # radians: a spiral on which no two neighbours stand in line


def spiral(
    count: int, near: float, step: float, phase: float, free: float = 2.4
) -> Iterator[tuple[int, float, float]]:
    """Places (number, x, z) on a spiral around the stage, but for a way down its middle, `free` metres
    to both sides."""
    for i in range(count):
        angle, r = i * GOLDEN + phase, near + step * i
        x, z = float(r * np.sin(angle)), float(r * np.cos(angle))
        if abs(x) >= free:
            yield i, x, z


def _share(i: int, by: float = 0.618) -> float:
    """A number in [0, 1) that jumps from one i to the next."""
    return (i * by) % 1


def bush(x: float, z: float, size: float, i: int, snowy: bool = False, colour: str = "#45703a") -> Piece:
    a = Assembly(1)
    leaf = Material(material(colour).colour, texture="litter", tile=0.9)
    for k in range(3):
        p = (
            0.55 * size * (k - 1),
            0.42 * size * (1 - 0.25 * abs(k - 1)),
            0.25 * size * ((k * 2 + i) % 3 - 1),
        )
        half = tuple(size * s * (1 - 0.15 * abs(k - 1)) for s in (0.55, 0.45, 0.5))
        a.ellipsoid(leaf.tinted(0.8 + 0.17 * ((i + k) % 3)), p, half)
    if snowy:
        a.ellipsoid(SNOW, (0, 0.75 * size, 0), (0.6 * size, 0.14 * size, 0.4 * size))
    return Piece(a, (x, 0, z), 50.0 * i, 0.8 * size, 0.9 * size)


def fern(x: float, z: float, size: float, i: int, colour: str = "#5d8a3c", blades: int = 6) -> Piece:
    """Blades that bend outward from one root."""
    a = Assembly(1)
    for k in range(blades):
        around = 2 * np.pi * k / blades + i
        out = np.asarray((np.sin(around), 0, np.cos(around)))
        high = size * (0.55 + 0.25 * _share(i + k))
        tip = tuple(0.55 * size * out + (0, high, 0))
        a.cone(material(colour).tinted(0.75 + 0.16 * (k % 3)), (0, 0, 0), tip, 0.05 * size, 0.005, 0.35)
    return Piece(a, (x, 0, z), 0, 0.35 * size, size, casts=False)


def log(x: float, z: float, heading: float, long: float = 1.3) -> Piece:
    a = Assembly(1)
    bark = Material((0.13, 0.09, 0.06), texture="rock", tile=0.7)
    a.cone(bark, (-long, 0.2, 0), (long, 0.24, 0), 0.24, 0.2)
    a.cone(material("#b08a5c"), (long, 0.24, 0), (long + 0.01, 0.24, 0), 0.17, 0.17)
    a.limb(bark, (0.3 * long, 0.3, 0), (0.45 * long, 0.6, 0.15), 0.05)
    a.ellipsoid(material("#4f7a34"), (-0.3 * long, 0.36, 0), (0.4, 0.09, 0.18))
    return Piece(a, (x, 0, z), heading, 0.9 * long, 0.5)


def mushrooms(x: float, z: float, i: int) -> Piece:
    a = Assembly(1)
    for k in range(3):
        px, pz, tall = 0.16 * np.sin(2.1 * k + i), 0.16 * np.cos(2.1 * k + i), 0.14 + 0.05 * k
        a.limb(material("#e8e0cc"), (px, 0, pz), (px, tall, pz), 0.026)
        a.cone(material("#b8402c"), (px, tall - 0.02, pz), (px, tall + 0.06, pz), 0.085, 0.02)
    return Piece(a, (x, 0, z), 0, 0.3, 0.3, casts=False)


def cactus(x: float, z: float, tall: float, i: int) -> Piece:
    a = Assembly(1)
    green = Material(material("#5c7a45").colour, texture="planks", tile=0.35)
    a.limb(green, (0, 0, 0), (0, tall, 0), 0.085 * tall)
    for s, low, high in ((1, 0.42, 0.82), (-1, 0.3, 0.62)):
        elbow = (s * 0.24 * tall, low * tall, 0)
        a.limb(green, (0, low * tall, 0), elbow, 0.055 * tall)
        a.limb(green, elbow, (s * 0.25 * tall, high * tall, 0), 0.055 * tall)
    return Piece(a, (x, 0, z), 40.0 * i, 0.35 * tall, tall)


def mound(x: float, z: float, size: tuple[float, float, float], heading: float, of: Material) -> Piece:
    """A dune, a hump, a bank: half of a flat ellipsoid."""
    a = Assembly(1)
    a.ellipsoid(of, (0, 0, 0), size)
    return Piece(a, (x, 0, z), heading, max(size), size[1])


def spire(x: float, z: float, tall: float, i: int, colour: Rgb, snow: bool = True) -> Piece:
    """A crag: leaning cones of rock, with snow on the tallest."""
    a = Assembly(1)
    rock = Material(colour, texture="rock", tile=3.0)
    for k, (dx, share) in enumerate(((0.0, 1.0), (0.38, 0.62), (-0.42, 0.5))):
        top = ((dx + 0.06 * (k - 1)) * tall, share * tall, 0.1 * tall * (k % 2))
        a.cone(rock.tinted(0.8 + 0.2 * k), (dx * tall, -0.1, 0), top, 0.34 * share * tall, 0.02 * tall)
    if snow:
        a.cone(
            SNOW,
            (-0.034 * tall, 0.66 * tall, 0),
            (-0.06 * tall, 1.01 * tall, 0),
            0.118 * tall,
            0.02 * tall,
        )
    return Piece(a, (x, 0, z), 63.0 * i, 0.7 * tall, tall)


def crystals(x: float, z: float, i: int) -> Piece:
    """Stones that shine in the dark."""
    a = Assembly(1)
    hue = ("#4fd0e0", "#b46ae8", "#5ce0a0")[i % 3]
    for k in range(4):
        way = (0.35 * np.sin(1.7 * k + i), 0.45 + 0.2 * _share(k + i), 0.35 * np.cos(1.7 * k + i))
        a.cone(material(hue, glow=1.1, gloss=0.5), (0, 0, 0), way, 0.09, 0.01)
    return Piece(a, (x, 0, z), 0, 0.5, 0.7, casts=False)


def tufts(
    count: int, near: float, step: float, phase: float, colour: str, size: float = 0.35
) -> list[Piece]:
    """Tufts of grass all around."""
    return [
        fern(x, z, size * (0.7 + 0.6 * _share(i)), i, colour, 5)
        for i, x, z in spiral(count, near, step, phase, 1.6)
    ]


def beds(places: Iterable[tuple[float, float, float, float]], of: Material) -> list[Piece]:
    """Mounds (x, z, half width, height) in a row of places."""
    return [
        mound(x, z, (wide, tall, 0.6 * wide), 25.0 * i, of.tinted(0.94 + 0.06 * (i % 3)))
        for i, (x, z, wide, tall) in enumerate(places)
    ]


def rowing_boat(x: float, z: float, heading: float) -> Piece:
    a = Assembly(1)
    hull = material("#3f6a86", gloss=0.2)
    a.ellipsoid(hull, (0, 0.18, 0), (0.55, 0.3, 1.5), turn(0, 0, 8))
    a.ellipsoid(material("#caa878"), (0, 0.36, 0), (0.44, 0.14, 1.3), turn(0, 0, 8))
    for k in (-0.5, 0.5):
        a.box(material("#8a6238"), (0, 0.47, k), (0.42, 0.025, 0.13), turn(0, 0, 8))
    return Piece(a, (x, 0, z), heading, 1.5, 0.6)
