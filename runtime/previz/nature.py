"""What stands about outdoors and underground: trees, rocks, fences, flowers, foam. See pieces.py."""

from __future__ import annotations

import numpy as np

from scenelang.runtime.previz import builds, things, undergrowth
from scenelang.runtime.previz.palette import material, rgb
from scenelang.runtime.previz.pieces import SNOW, Features, Piece, built
from scenelang.runtime.previz.solids import Assembly, Material, Rgb
from scenelang.runtime.previz.undergrowth import spiral


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
    result += [
        undergrowth.crystals(0.72 * reach * np.sin(a), 0.72 * reach * np.cos(a), i)
        for i, a in enumerate((2.5, 3.9, 4.7, 1.4, 0.6))
    ]
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
    snowy = "snowy" in f
    for i, x, z in spiral(16, 3.6, 0.55, 0.9, 1.8):
        result.append(undergrowth.bush(x, z, 0.45 + 0.4 * ((i * 0.618) % 1), i, snowy))
    if not snowy:
        result += [undergrowth.fern(x, z, 0.75, i) for i, x, z in spiral(22, 2.6, 0.42, 2.2, 1.5)]
        result += [undergrowth.mushrooms(x, z, i) for i, x, z in spiral(6, 2.4, 0.7, 4.0, 1.2)]
    result += [undergrowth.log(-3.4, -3.6, 35.0), undergrowth.log(4.2, -7.5, -20.0, 1.8)]
    return [*result, *rocks((0.16, 0.15, 0.13), 5)]


def desert(f: Features) -> list[Piece]:
    """Dunes around the stage, cacti and dry shrubs between them."""
    sand = Material(rgb("#d3a468"), texture="sand", tile=6.0)
    result = undergrowth.beds(
        ((-14, -22, 9, 1.9), (13, -26, 11, 2.4), (-30, -30, 14, 3.6), (30, -38, 16, 4.2), (3, -48, 18, 4.6),
         (-20, 6, 8, 1.5), (22, 2, 9, 1.8), (6, 26, 12, 2.4), (-14, 30, 12, 2.6)),
        sand if "snowy" not in f else Material(SNOW.colour, texture="snow", tile=6.0),
    )  # fmt: skip
    result += [
        undergrowth.cactus(x, z, 1.5 + 1.3 * ((i * 0.618) % 1), i)
        for i, x, z in spiral(8, 6.0, 2.1, 2.6, 2.6)
    ]
    shrubs = spiral(14, 3.2, 1.1, 0.5, 2.0)
    result += [undergrowth.fern(x, z, 0.5, i, "#9a8450") for i, x, z in shrubs]
    return [*result, *rocks(rgb("#b07a4e"))]


def mountains(f: Features) -> list[Piece]:
    """Crags behind, firs and boulders on the way to them, grass between stones."""
    grey = rgb("#7d7870")
    crags = (
        (-17, -26, 11.0),
        (19, -33, 15.0),
        (-38, -40, 19.0),
        (2, -62, 22.0),
        (30, 12, 12.0),
        (-28, 16, 13.0),
    )
    result = [undergrowth.spire(x, z, tall, i, grey) for i, (x, z, tall) in enumerate(crags)]
    for i, x, z in spiral(16, 8.0, 1.3, 1.7, 3.4):
        features = ("snowy",) if "snowy" in f else ("fir",)
        tall = 2.6 + 2.4 * ((i * 0.414) % 1)
        result.append(built(builds.tree, tall, x, z, i * 70.0, 0.2 * tall, features=features))
    if "snowy" not in f:
        result += undergrowth.tufts(20, 2.4, 0.6, 0.3, "#7f8a52")
        patch = Material(SNOW.colour, texture="snow", tile=3.0)
        result += undergrowth.beds(
            ((-6, -9, 2.2, 0.12), (7, -13, 3.0, 0.16), (4, -5.5, 1.2, 0.07)), patch
        )
    return [*result, *rocks(grey, 24)]


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
    straw = Material(rgb("#c9a44e"), texture="litter", tile=0.8)
    for x, z, turned in ((-6.5, -7.5, 20.0), (8.5, -14.0, 70.0)):
        bale = Assembly(1)
        bale.cone(SNOW if "snowy" in f else straw, (-0.6, 0.62, 0), (0.6, 0.62, 0), 0.62, 0.62)
        result.append(Piece(bale, (x, 0, z), turned, 0.9, 1.25))
    if "snowy" not in f:
        result += undergrowth.tufts(26, 2.0, 0.5, 0.8, "#6f9440", 0.3)
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


def shore(edge: float, f: Features) -> list[Piece]:
    """Foam along the water's edge and on the waves behind it, a groyne of posts, a boat, grass and rocks."""
    a = Assembly(1)
    for i in range(40):
        x = (i - 20) * 2.2
        a.ellipsoid(material("#e9f0f0"), (x, 0.0, 0.5 * np.sin(i * 1.9)), (1.7, 0.05, 0.22))
        a.ellipsoid(material("#c4d8da"), (x + 1, 0.0, -2.6 + 0.6 * np.sin(i * 2.7)), (1.5, 0.06, 0.16))
        if i % 2:
            a.ellipsoid(
                material("#9fbfc8"), (1.7 * x, 0.0, -7.5 + 1.6 * np.sin(i * 1.3)), (2.4, 0.12, 0.2)
            )
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
    if "snowy" not in f:
        result += undergrowth.tufts(16, 5.0, 0.8, 1.2, "#b3a860", 0.6)
    result += [undergrowth.rowing_boat(5.6, -edge + 3.4, 62.0), undergrowth.log(-4.6, -3.2, 15.0, 1.0)]
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
