"""What stands in a room: windows, a door, pictures, furniture, a lamp. See pieces.py."""

from __future__ import annotations

import numpy as np

from scenelang.compiler.turning import turn
from scenelang.runtime.previz import things
from scenelang.runtime.previz.palette import material
from scenelang.runtime.previz.pieces import Features, Lamp, Piece, built
from scenelang.runtime.previz.solids import Assembly, Material


def room(reach: float, f: Features) -> list[Piece]:
    """A window, a door, pictures and a rug's worth of furniture along the back wall."""
    result = []
    pane = material("#20304a", glow=0.8) if f & {"night", "dark"} else material("#cfe4ff", glow=1.5)
    for x in (-0.5 * reach, 0.5 * reach):
        a = Assembly(1)
        a.box(material("#e8e0d0"), (0, 1.75, 0), (0.85, 0.8, 0.05))
        for dx in (-0.38, 0.38):
            for dy in (1.4, 2.1):
                a.box(pane, (dx, dy, 0.02), (0.34, 0.31, 0.05))
        a.box(material("#e8e0d0"), (0, 0.92, 0.08), (0.95, 0.04, 0.14))
        result.append(Piece(a, (x, 0, -reach + 0.03), 0, 0.9, 2.6))
    door = Assembly(1)
    door.box(Material((0.17, 0.085, 0.04), texture="planks", tile=1.4), (0, 1.05, 0), (0.5, 1.05, 0.05))
    door.ellipsoid(material("#c9a24a", gloss=0.8), (0.4, 1.0, 0.08), (0.04,) * 3)
    result.append(Piece(door, (0, 0, -reach + 0.03), 0, 0.8, 2.1))
    for s in (-1, 1):
        frame = Assembly(1)
        frame.box(material("#4a3424"), (0, 1.75, 0), (0.55, 0.42, 0.03))
        frame.box(material(("#7a9a8a", "#a8705a")[s > 0]), (0, 1.75, 0.02), (0.47, 0.34, 0.03))
        frame.ellipsoid(material(("#e0c890", "#35506a")[s > 0]), (0.1, 1.72, 0.03), (0.2, 0.14, 0.03))
        result.append(Piece(frame, (s * (reach - 0.03), 0, -0.35 * reach), -90.0 * s, 0.6, 3.5))
    result.append(built(things.table, 0.75, -0.72 * reach, -0.8 * reach, 0, 0.9))
    result.append(built(things.chair, 0.95, 0.74 * reach, -0.78 * reach, -30, 0.5))
    lamp = Assembly(1)
    lamp.limb(material("#3a2d25"), (0, 0, 0), (0, 1.5, 0), 0.025)
    lamp.cone(material("#3a2d25"), (0, 0, 0), (0, 0.04, 0), 0.2, 0.16)
    lamp.cone(material("#ffd9a0", glow=1.0), (0, 1.4, 0), (0, 1.75, 0), 0.26, 0.16)
    shines = Lamp((0, 1.25, 0), (1.5, 1.0, 0.55)) if f & {"night", "dark", "dusk"} else None
    result.append(Piece(lamp, (-0.8 * reach, 0, 0.1 * reach), 0, 0.4, 1.7, lamp=shines))
    return [*result, *_furniture(reach)]


def _furniture(reach: float) -> list[Piece]:
    """A rug, shelves of books, a sofa, a plant, curtains."""
    rug = Assembly(1)
    rug.cone(material("#7a3b34"), (0, 0, 0), (0, 0.012, 0), 2.1, 2.1)
    rug.cone(material("#c9a878"), (0, 0.012, 0), (0, 0.016, 0), 1.75, 1.75)
    rug.cone(material("#8a4a3c"), (0, 0.016, 0), (0, 0.02, 0), 1.5, 1.5)
    shelves = Assembly(1)
    wood = Material((0.16, 0.09, 0.05), texture="planks", tile=1.2)
    for x in (-0.7, 0.7):
        shelves.box(wood, (x, 1.05, 0), (0.03, 1.05, 0.16))
    for k in range(5):
        shelves.box(wood, (0, 0.08 + 0.48 * k, 0), (0.7, 0.02, 0.16))
    hues = ("#8c3b3b", "#2f5c72", "#c2a15a", "#4a6a48", "#6b4a72", "#b8b0a0")
    for k in range(4):
        for n in range(7):
            high = 0.15 + 0.05 * ((n * 0.618 + k * 0.3) % 1)
            book = (-0.58 + 0.17 * n + 0.02 * (k % 2), 0.1 + 0.48 * k + high, 0.02)
            if (n + 3 * k) % 5 != 4:
                shelves.box(material(hues[(n + 2 * k) % 6]), book, (0.06, high, 0.11))
    sofa = Assembly(1)
    cloth = Material((0.10, 0.17, 0.20), texture="cloth", tile=0.6)
    sofa.box(cloth, (0, 0.24, 0), (0.95, 0.2, 0.42))
    sofa.box(cloth.tinted(0.9), (0, 0.62, -0.36), (0.95, 0.32, 0.12))
    for s in (-1, 1):
        sofa.box(cloth.tinted(1.15), (s * 0.93, 0.42, 0), (0.1, 0.24, 0.42))
        sofa.ellipsoid(material("#d0883c"), (s * 0.6, 0.6, -0.12), (0.2, 0.17, 0.09), turn(0, -20))
    plant = Assembly(1)
    plant.cone(material("#a8623c"), (0, 0, 0), (0, 0.4, 0), 0.16, 0.22)
    for k in range(7):
        around = k * 2.4
        tip = (0.42 * np.sin(around), 0.95 + 0.08 * (k % 4), 0.42 * np.cos(around))
        plant.cone(material("#3f7040").tinted(0.8 + 0.1 * (k % 4)), (0, 0.38, 0), tip, 0.075, 0.01, 0.3)
    curtains = Assembly(1)
    for middle in (-0.5 * reach, 0.5 * reach):
        curtains.limb(material("#3a2d25"), (middle - 1.15, 2.72, 0.1), (middle + 1.15, 2.72, 0.1), 0.02)
        for s in (-1, 1):
            for k in range(3):
                fold = (middle + s * (0.92 + 0.11 * k), 1.6, 0.1)
                curtains.box(material("#a8783c").tinted(0.85 + 0.15 * (k % 2)), fold, (0.06, 1.1, 0.03))
    return [
        Piece(rug, (0, 0, -0.8), 0, 0.0, 0.0, casts=False),
        Piece(shelves, (0.97 * reach - 0.1, 0, 0.25 * reach), -90, 0.8, 2.1),
        Piece(sofa, (-0.97 * reach + 0.5, 0, -0.32 * reach), 90, 1.0, 0.9),
        Piece(plant, (0.9 * reach, 0, -0.9 * reach), 0, 0.5, 1.2),
        Piece(curtains, (0, 0, -reach + 0.06), 0, 0.1, 2.7, casts=False),
    ]
