"""What stands about outdoors and underground: trees, rocks, fences, flowers, foam. See pieces.py."""

from __future__ import annotations

import numpy as np

from scenelang.runtime.previz import builds, things
from scenelang.runtime.previz.palette import material
from scenelang.runtime.previz.pieces import SNOW, Features, Piece, built
from scenelang.runtime.previz.solids import Assembly, Material, Rgb


def cave(reach: float) -> list[Piece]:
    result = []
    stone = Material((0.15, 0.13, 0.115), texture="rock", tile=2.0)
    for i in range(16):
        angle, deep = i * 2.399963 + 0.3, reach * (0.8 + 0.14 * ((i * 0.618) % 1))
        x, z = deep * np.sin(angle), deep * np.cos(angle)
        tall = 0.7 + 2.0 * ((i * 0.414) % 1)
        a = Assembly(1)
        a.cone(stone, (0, 0, 0), (0.1, tall, 0), 0.32 + 0.1 * tall, 0.05)
        a.cone(stone.tinted(0.8), (0.3, 5.5, 0.2), (0.2, 5.5 - 0.8 * tall, 0.2), 0.4, 0.03)
        a.ellipsoid(stone.tinted(1.2), (0.4, 0.1, 0.3), (0.5, 0.32, 0.4))
        result.append(Piece(a, (x, 0, z), i * 40.0, 0.6, tall))
    return result


def forest(f: Features) -> list[Piece]:
    """Trees on a spiral around the stage, none nearer than seven metres, and a way down the middle."""
    result = []
    for i in range(46):
        angle, r = i * 2.399963, 7.5 + 0.62 * i
        x, z = r * np.sin(angle), r * np.cos(angle)
        if abs(x) < 3.6:
            continue
        fir = (i * 0.618) % 1 < 0.55 or "snowy" in f
        features = ("snowy",) if "snowy" in f else (("fir",) if fir else ())
        height = 5.5 + 5.0 * ((i * 0.414) % 1)
        result.append(
            built(builds.tree, height, float(x), float(z), i * 70.0, 0.2 * height, features=features)
        )
    return [*result, *rocks((0.16, 0.15, 0.13), 5)]


def field(f: Features) -> list[Piece]:
    result = []
    for i, (x, z) in enumerate(
        ((-13, -16), (15, -22), (-22, -30), (9, -36), (26, -12), (-28, -8), (-16, 18), (19, 20))
    ):
        features = ("snowy",) if "snowy" in f else ()
        result.append(built(builds.tree, 5.0 + (i % 3), x, z, i * 50.0, 1.5, features=features))
    wood = Material((0.25, 0.17, 0.11), texture="planks", tile=1.0)
    for i in range(14):
        a = Assembly(1)
        a.box(wood, (0, 0.55, 0), (0.06, 0.55, 0.06))
        for y in (0.4, 0.8):
            a.box(wood, (1.25, y, 0), (1.25, 0.05, 0.025))
        result.append(Piece(a, (-17.5 + 2.5 * i, 0, -11.0), 0, 0.8, 1.0))
    for i in range(60):
        angle, r = i * 2.399963, 3.0 + 0.4 * i
        a = Assembly(1)
        colour = ("#e8c83a", "#e2e2ea", "#c8507a", "#7a6ad0")[i % 4]
        for k in range(3):
            p = (0.16 * np.sin(k * 2.1 + i), 0.16 + 0.05 * k, 0.16 * np.cos(k * 2.1 + i))
            a.limb(material("#4d7a30"), (p[0], 0, p[2]), p, 0.012)
            a.ellipsoid(SNOW if "snowy" in f else material(colour), p, (0.05, 0.035, 0.05))
        result.append(Piece(a, (float(r * np.sin(angle)), 0, float(r * np.cos(angle))), 0, 0.2, 0.3))
    return result


def shore(edge: float) -> list[Piece]:
    """Foam along the water's edge, a groyne of posts, shells and rocks."""
    a = Assembly(1)
    for i in range(40):
        x = (i - 20) * 2.2
        a.ellipsoid(material("#e9f0f0"), (x, 0.0, 0.5 * np.sin(i * 1.9)), (1.7, 0.05, 0.22))
        a.ellipsoid(material("#c4d8da"), (x + 1, 0.0, -2.6 + 0.6 * np.sin(i * 2.7)), (1.5, 0.06, 0.16))
    result = [Piece(a, (0, 0, -edge), 0, 0.1, 0.1)]
    for i in range(7):
        post = Assembly(1)
        post.cone(
            Material((0.12, 0.085, 0.06), texture="planks", tile=0.5),
            (0, -0.2, 0),
            (0, 1.1 - 0.1 * i, 0),
            0.14,
            0.12,
        )
        result.append(Piece(post, (-7.0 - 0.2 * i, 0, -edge + 2.5 - 1.4 * i), 0, 0.2, 1.0))
    return [*result, *rocks((0.14, 0.14, 0.14), 8)]


def rocks(colour: Rgb, count: int = 18) -> list[Piece]:
    result = []
    for i in range(count):
        angle, r = i * 2.399963 + 1.1, 8.0 + 1.7 * i
        x, z = float(r * np.sin(angle)), float(r * np.cos(angle))
        if abs(x) < 3.5:
            continue
        size = 0.35 + 1.3 * ((i * 0.618) % 1)
        piece = built(things.rock, size, x, z, i * 77.0, size)
        for k, m in enumerate(piece.parts.material):
            piece.parts.material[k] = Material(colour, texture=m.texture, tile=m.tile).tinted(
                0.8 + 0.2 * (k % 3)
            )
        result.append(piece)
    return result
