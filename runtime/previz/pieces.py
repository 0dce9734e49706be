"""What stands about on a set: lamps, parapets, trees, rocks, stalls. Each is at rest and can be
left out alone, should it stand in the camera's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenelang.compiler.motion import Motion
from scenelang.compiler.turning import turn
from scenelang.compiler.wardrobe import UMBRELLAS
from scenelang.runtime.previz import builds, things
from scenelang.runtime.previz.palette import Look, material
from scenelang.runtime.previz.solids import Assembly, Material

Features = frozenset[str]
SNOW = material("#eef2f7")


@dataclass(frozen=True)
class Lamp:
    """A light that a piece gives: where it is, from the piece, metres; linear RGB at one metre."""

    at: tuple[float, float, float]
    power: tuple[float, float, float]


@dataclass(frozen=True)
class Piece:
    """An assembly at rest in the world, and a sphere around it."""

    parts: Assembly
    position: tuple[float, float, float]
    heading: float
    radius: float
    height: float
    casts: bool = True  # a shadow; not what hangs on walls, as the walls cast none, nor thin poles
    lamp: Lamp | None = None

    @property
    def middle(self) -> tuple[float, float, float]:
        x, y, z = self.position
        return x, y + self.height / 2, z


def still() -> Motion:
    """The motion of what does not move: one frame."""
    zero = np.zeros(1, np.float32)
    return Motion(
        zero,
        np.zeros((1, 3), np.float32),
        zero,
        zero,
        np.asarray([[0, 1]], np.float32),
        zero,
        0.0,
        {},
        {},
        zero,
    )


def built(
    kind: Callable[[Look, Motion], Assembly],
    height: float,
    x: float,
    z: float,
    heading: float,
    radius: float,
    colours: dict[str, str] | None = None,
    features: tuple[str, ...] = (),
) -> Piece:
    """A kind of subject as a piece of the set."""
    look = Look(
        id=f"{x:.1f}/{z:.1f}",
        kind="",
        height=height,
        colours=colours or {},
        features=frozenset(features),
    )
    return Piece(kind(look, still()), (x, 0.0, z), heading, radius, height)


def _lamp(x: float, z: float, f: Features) -> Piece:
    a, s = Assembly(1), -np.sign(x)
    iron = material("#2e3236")
    lit = bool(f & {"night", "dusk", "dawn", "snowy", "neon", "lanterns"})
    a.cone(iron, (0, 0, 0), (0, 0.4, 0), 0.11, 0.07)
    a.limb(iron, (0, 0.3, 0), (0, 3.9, 0), 0.045)
    a.limb(iron, (0, 3.9, 0), (s * 0.7, 4.15, 0), 0.035)
    a.cone(iron, (s * 0.7, 4.0, 0), (s * 0.7, 4.2, 0), 0.2, 0.05)
    a.ellipsoid(material("#ffd69a", glow=3.0 if lit else 0.25), (s * 0.7, 3.97, 0), (0.13, 0.1, 0.13))
    if "snowy" in f:
        a.ellipsoid(SNOW, (s * 0.7, 4.2, 0), (0.17, 0.05, 0.17))
    dark = bool(f & {"night", "dusk"})
    lamp = Lamp((s * 0.7, 3.8, 0), (7.0, 4.6, 2.2)) if dark else None
    return Piece(a, (x, 0, z), 0, 0.5, 4.2, casts=False, lamp=lamp)


def _awning(x: float, z: float, i: int, f: Features) -> Piece:
    a, s = Assembly(1), float(-np.sign(x))
    cloth = material(UMBRELLAS[i % len(UMBRELLAS)])
    pale = material("#efe7d6")
    for k in range(6):
        dz = (k - 2.5) * 0.5
        a.box(cloth if k % 2 else pale, (s * 0.55, 2.75, dz), (0.62, 0.025, 0.25), turn(0, 0, s * 17.0))
    if "snowy" in f:
        a.ellipsoid(SNOW, (s * 0.45, 2.84, 0), (0.5, 0.07, 1.5), turn(0, 0, s * 17.0))
    return Piece(a, (x, 0, z), 0, 1.4, 2.8, casts=False)


def _sign(x: float, z: float, i: int, f: Features) -> Piece:
    """An upright sign that stands out from the wall, with bars for writing."""
    a, s = Assembly(1), float(-np.sign(x))
    bright = 2.2 if f & {"night", "neon", "dusk"} else 0.8
    colours = ("#e8324a", "#2f9fd8", "#f0a020", "#38b07a", "#c04fd0")
    base = 3.9 + 0.7 * (i % 3)
    a.box(material("#26282c"), (s * 0.5, base + 1.1, 0), (0.36, 1.15, 0.09))
    a.box(material(colours[i % 5], glow=bright), (s * 0.5, base + 1.1, 0), (0.31, 1.1, 0.1))
    for k in range(4):
        y = base + 0.35 + 0.5 * k
        a.box(material("#fff6e0", glow=bright), (s * 0.5, y, 0), (0.19, 0.035, 0.112))
        a.box(
            material("#fff6e0", glow=bright),
            (s * 0.5, y + 0.12, 0),
            (0.035 + 0.1 * ((i + k) % 2), 0.1, 0.112),
        )
    a.limb(material("#26282c"), (0, base + 1.9, 0), (s * 0.3, base + 1.9, 0), 0.03)
    return Piece(a, (x, 0, z), 0, 1.4, 2 * base + 2.2, casts=False)


def _garland(width: float, z: float, f: Features) -> Piece:
    """Paper lanterns on a line across the street, well above all heads."""
    a = Assembly(1)
    lit = 1.7 if f & {"night", "dusk", "lanterns"} else 0.9
    count = 9
    for k in range(count):
        u = (k + 0.5) / count * 2 - 1
        y = 4.9 + 0.75 * u * u
        if k % 2 == 0:
            a.ellipsoid(material("#ff7b34", glow=lit), (u * width, y - 0.3, 0), (0.2, 0.26, 0.2))
        else:
            a.ellipsoid(material("#ffdca0", glow=lit), (u * width, y - 0.26, 0), (0.16, 0.2, 0.16))
        a.cone(material("#2a201c"), (u * width, y - 0.08, 0), (u * width, y - 0.03, 0), 0.1, 0.08)
        v = (k + 1.5) / count * 2 - 1
        if k + 1 < count:
            a.limb(material("#2a201c"), (u * width, y, 0), (v * width, 4.9 + 0.75 * v * v, 0), 0.012)
    return Piece(a, (0, 0, z), 0, 0.1, 10.0, casts=False)


def _drift(x: float, z: float, size: float) -> Piece:
    a = Assembly(1)
    for k in range(3):
        a.ellipsoid(
            Material(SNOW.colour, texture="snow", tile=3.0),
            (0.1 * k * size, 0, (k - 1) * 1.1 * size),
            (0.45 * size, (0.1 + 0.05 * (k % 2)) * size, 1.3 * size),
            turn(8.0 * (k - 1)),
        )
    return Piece(a, (x, 0, z), 0, 0.5 * size, 0.3 * size)


def street(width: float, f: Features) -> list[Piece]:
    """Lamps on the kerbs, awnings and signs on the house fronts, lanterns across; snow by the kerb."""
    result = []
    kerb = width - 3.1
    for i in range(9):
        z = 9.0 - 9.0 * i
        result.append(_lamp((kerb if i % 2 else -kerb), z - 2, f))
        for s in (-1, 1):
            n = 2 * i + (s > 0)
            result.append(_awning(s * width, z + 2.6, n, f))
            result.append(_sign(s * width, z - 1.4 + 2.2 * ((n * 0.618) % 1), n, f))
            if "snowy" in f:
                result.append(
                    _drift(s * (kerb - 0.1), z + 3.0 * ((n * 0.414) % 1), 0.7 + 0.5 * ((n * 0.7) % 1))
                )
        if f & {"lanterns", "neon", "snowy", "night"} and i % 2 == 1:
            result.append(_garland(width, z, f))
    return result


def market(width: float, f: Features) -> list[Piece]:
    result = []
    for i in range(6):
        z = 4.0 - 5.5 * i
        for s in (-1, 1):
            colour = UMBRELLAS[(2 * i + (s > 0)) % len(UMBRELLAS)]
            result.append(
                built(
                    builds.stall, 2.5, s * (width - 1.6), z, -90.0 * s, 1.6, colours={"canopy": colour}
                )
            )
            result.append(built(things.box, 0.5, s * (width - 2.6), z + 2.2, 20.0 * i, 0.5))
        if i % 2:
            result.append(_garland(width, z, f | {"lanterns"}))
    return result


def rooftop(reach: float, f: Features) -> list[Piece]:
    result = []
    wall = Material((0.20, 0.20, 0.21), texture="plaster", tile=2.0)
    for x, z, hx, hz in (
        (0, -reach, reach, 0.15),
        (0, reach, reach, 0.15),
        (-reach, 0, 0.15, reach),
        (reach, 0, 0.15, reach),
    ):
        a = Assembly(1)
        a.box(wall, (0, 0.45, 0), (hx, 0.45, hz))
        a.box(wall.tinted(1.5), (0, 0.93, 0), (hx + 0.06, 0.04, hz + 0.06))
        result.append(Piece(a, (x, 0, z), 0, 0.3, 0.9))
    tank = Assembly(1)
    wood = Material((0.16, 0.10, 0.07), texture="planks", tile=1.2)
    for x in (-0.7, 0.7):
        for z in (-0.7, 0.7):
            tank.limb(material("#33363a"), (x, 0, z), (x, 1.8, z), 0.06)
    tank.cone(wood, (0, 1.8, 0), (0, 3.9, 0), 1.15, 1.1)
    tank.cone(material("#3a3d42"), (0, 3.9, 0), (0, 4.7, 0), 1.25, 0.02)
    result.append(Piece(tank, (-0.72 * reach, 0, -0.72 * reach), 20, 1.3, 4.7))
    for x, z, turned in ((0.66, -0.7, 0.0), (0.72, -0.35, 30.0), (-0.7, 0.3, 0.0)):
        unit = Assembly(1)
        grey = material("#8d9196", gloss=0.3)
        unit.box(grey, (0, 0.5, 0), (0.6, 0.42, 0.45))
        unit.cone(material("#2a2c30"), (0, 0.9, 0), (0, 0.97, 0), 0.36, 0.36)
        for k in range(5):
            unit.box(material("#3d4146"), (0, 0.25 + 0.12 * k, 0.455), (0.5, 0.018, 0.01))
        result.append(Piece(unit, (x * reach, 0, z * reach), turned, 0.8, 1.0))
    for x in (0.35, 0.48):
        mast = Assembly(1)
        mast.limb(material("#4a4d52"), (0, 0, 0), (0, 3.6, 0), 0.03)
        for k in range(4):
            mast.limb(
                material("#4a4d52"),
                (-0.5 + 0.08 * k, 2.6 + 0.28 * k, 0),
                (0.5 - 0.08 * k, 2.6 + 0.28 * k, 0),
                0.014,
            )
        mast.ellipsoid(material("#ff2a1e", glow=3.0), (0, 3.65, 0), (0.05,) * 3)
        result.append(Piece(mast, (x * reach, 0, -0.9 * reach), 15, 0.5, 3.6))
    return result
