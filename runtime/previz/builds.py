"""Large things: vehicles, boats, trees, houses, market stalls."""

from __future__ import annotations

import numpy as np

from scenelang.compiler.limbs import points
from scenelang.compiler.motion import Motion, rocking
from scenelang.compiler.turning import rotate, turn
from scenelang.runtime.previz.palette import Look, material
from scenelang.runtime.previz.solids import Assembly, Material


def vehicle(look: Look, body: Motion) -> Assembly:
    """A car 2.8 times as long as it is high; its wheels turn with the way it covers."""
    a, h = Assembly(len(body.time)), look.height
    paint = look.paint("main", otherwise="#b23b34", gloss=0.6)
    glass, dark = material("#18222c", gloss=0.9), material("#1b1b1d")
    a.box(paint, (0, 0.4 * h, 0), (0.56 * h, 0.16 * h, 1.22 * h))
    a.ellipsoid(paint, (0, 0.4 * h, 1.2 * h), (0.56 * h, 0.17 * h, 0.22 * h))
    a.ellipsoid(paint, (0, 0.4 * h, -1.2 * h), (0.56 * h, 0.17 * h, 0.2 * h))
    a.ellipsoid(paint, (0, 0.52 * h, 0.72 * h), (0.53 * h, 0.12 * h, 0.58 * h))
    a.solid(2, glass, (0, 0.72 * h, -0.15 * h), (0.62 * h, 0.2 * h, 0.86 * h), None, 0.72)
    a.ellipsoid(paint, (0, 0.9 * h, -0.16 * h), (0.47 * h, 0.09 * h, 0.62 * h))
    for s in (1, -1):
        a.box(
            paint, (s * 0.5 * h, 0.7 * h, -0.2 * h), (0.03 * h, 0.2 * h, 0.035 * h), turn(0, 0, s * 14.0)
        )
        a.ellipsoid(
            material("#fff2cf", glow=2.5 if look.night else 0.7),
            (s * 0.38 * h, 0.44 * h, 1.36 * h),
            (0.1 * h, 0.06 * h, 0.05 * h),
        )
        a.box(
            material("#d4241d", glow=1.2),
            (s * 0.4 * h, 0.45 * h, -1.37 * h),
            (0.09 * h, 0.04 * h, 0.02 * h),
        )
        for z in (0.8, -0.8):
            hub = np.asarray((s * 0.53 * h, 0.22 * h, z * h), np.float32)
            axle = turn(0, 0, 90.0)
            a.solid(2, dark, hub, (0.22 * h, 0.09 * h, 0.22 * h), axle)
            spin = turn(0, np.degrees(body.distance / (0.22 * h)))
            a.solid(
                2,
                material("#b9bcc0", gloss=0.6),
                hub + np.asarray((s * 0.05 * h, 0, 0), np.float32),
                (0.13 * h, 0.05 * h, 0.13 * h),
                axle,
            )
            for angle in (0.0, 90.0):
                a.box(
                    dark,
                    hub + np.asarray((s * 0.1 * h, 0, 0), np.float32),
                    (0.006 * h, 0.12 * h, 0.022 * h),
                    spin @ turn(0, angle),
                )
    a.box(material("#d9dadb", gloss=0.5), (0, 0.28 * h, 1.36 * h), (0.5 * h, 0.04 * h, 0.05 * h))
    a.box(material("#d9dadb", gloss=0.5), (0, 0.28 * h, -1.36 * h), (0.5 * h, 0.04 * h, 0.05 * h))
    return a


def boat(look: Look, body: Motion) -> Assembly:
    """A sailing boat that rides the swell."""
    a, h = Assembly(len(body.time)), look.height
    hull = look.paint("main", otherwise="#35527a", gloss=0.3)
    deck = Material(look.colour("deck", otherwise="#b08a5c"), texture="planks", tile=0.8)
    rock, rise = rocking(body, h)

    def at(x: float, y: float, z: float) -> np.ndarray:
        return rise + rotate(rock, np.asarray((x, y, z), np.float32) * h)

    a.ellipsoid(hull, at(0, 0.1, 0), (0.26 * h, 0.17 * h, 0.78 * h), rock)
    a.ellipsoid(hull.tinted(1.5), at(0, 0.16, 0.02), (0.272 * h, 0.05 * h, 0.8 * h), rock)
    a.ellipsoid(deck, at(0, 0.19, 0), (0.235 * h, 0.04 * h, 0.72 * h), rock)
    a.box(material("#efe9dc"), at(0, 0.26, -0.28), (0.12 * h, 0.07 * h, 0.17 * h), rock)
    a.box(material("#27415c", gloss=0.8), at(0, 0.28, -0.28), (0.122 * h, 0.025 * h, 0.14 * h), rock)
    a.limb(material("#6a4a2e"), at(0, 0.2, 0.1), at(0, 1.0, 0.1), 0.016 * h)
    a.limb(material("#6a4a2e"), at(0, 0.3, 0.1), at(0, 0.3, -0.45), 0.012 * h)
    sail = look.cloth("sail", otherwise="#f1ead8")
    for i in range(6):  # a triangle of strips
        y = 0.37 + 0.1 * i
        reach = 0.26 * (1 - i / 6.4)
        a.box(
            sail.tinted(1.0 - 0.03 * (i % 2)),
            at(0.015, y, 0.08 - reach),
            (0.006 * h, 0.051 * h, reach * h),
            rock,
        )
    a.box(material("#c8382f"), at(0, 0.98, 0.02), (0.004 * h, 0.025 * h, 0.07 * h), rock)
    return a


def tree(look: Look, body: Motion) -> Assembly:
    """A broad-leaved tree, or a fir where the words say so or there is snow; the crown sways."""
    a, h, t = Assembly(len(body.time)), look.height, body.time
    bark = Material(look.colour("trunk", otherwise="#6b4a33"), texture="rock", tile=0.7)
    sway = (
        points(
            0.012 * np.sin(2 * np.pi * 0.22 * t + 6 * body.phase),
            0,
            0.008 * np.sin(2 * np.pi * 0.17 * t),
        )
        * h
    )
    if look.has("fir", "pine", "snowy") or any(
        w in look.words.lower() for w in ("pine", "fir", "pin ", "sapin")
    ):
        leaf = Material(look.colour("main", "leaves", otherwise="#2f5a3c"), texture="litter", tile=1.2)
        a.cone(bark, (0, 0, 0), (0, 0.35 * h, 0), 0.045 * h, 0.03 * h)
        for i in range(4):
            low, r = 0.16 + 0.18 * i, 0.27 - 0.055 * i
            a.cone(
                leaf.tinted(0.85 + 0.1 * i),
                (0, low * h, 0),
                sway * (i / 3) + (0, (low + 0.32) * h, 0),
                r * h,
                0.01,
            )
            if look.has("snowy"):
                a.cone(
                    material("#eef2f6"),
                    (0, (low + 0.15) * h, 0),
                    sway * (i / 3) + (0, (low + 0.325) * h, 0),
                    0.55 * r * h,
                    0.01,
                )
        return a
    leaf = Material(look.colour("main", "leaves", otherwise="#4f8a3e"), texture="litter", tile=1.2)
    a.cone(bark, (0, 0, 0), (0, 0.55 * h, 0), 0.055 * h, 0.03 * h)
    for i, (x, y, z, r) in enumerate(
        (
            (0, 0.72, 0, 0.26),
            (0.17, 0.6, 0.08, 0.17),
            (-0.18, 0.63, -0.04, 0.18),
            (0.03, 0.58, -0.18, 0.16),
            (-0.05, 0.6, 0.19, 0.16),
            (0.08, 0.86, 0.03, 0.15),
        )
    ):
        centre = sway * (0.5 + y) + np.asarray((x, y, z), np.float32) * h
        a.ellipsoid(leaf.tinted(0.82 + 0.08 * i), centre, (r * h, 0.85 * r * h, r * h))
        if abs(x) > 0.1:
            a.limb(bark, (0, 0.36 * h, 0), np.asarray((x, y - 0.06, z), np.float32) * h * 0.8, 0.016 * h)
    return a


def building(look: Look, body: Motion) -> Assembly:
    """A house with a gable roof; a tall one is a tower block."""
    a, h = Assembly(len(body.time)), look.height
    wall = Material(look.colour("main", otherwise="#c9b79a"), texture="plaster", tile=3.0)
    roof = Material(look.colour("roof", otherwise="#8a3f32"), texture="bricks", tile=1.5)
    if h > 9:
        block = Material(wall.colour, glow=1.2 if look.night else 0.1, texture="offices", tile=18.0)
        a.box(block, (0, 0.5 * h, 0), (0.22 * h, 0.5 * h, 0.22 * h))
        a.box(wall.tinted(0.7), (0, 1.005 * h, 0), (0.23 * h, 0.01 * h, 0.23 * h))
        return a
    top = 0.62 * h
    a.box(wall, (0, top / 2, 0), (0.48 * h, top / 2, 0.4 * h))
    for s in (1, -1):
        a.box(roof, (s * 0.265 * h, 0.79 * h, 0), (0.34 * h, 0.025 * h, 0.48 * h), turn(0, 0, s * 36.0))
    for i in range(6):  # the gables
        y = top + (i + 0.5) * 0.056 * h
        a.box(wall, (0, y, 0), ((0.44 - 0.072 * (i + 0.5)) * h, 0.03 * h, 0.395 * h))
    frame, pane = (
        material("#efe9df"),
        material("#ffcf7a" if look.night else "#4a5f70", glow=1.8 if look.night else 0.0, gloss=0.6),
    )
    a.box(
        Material((0.12, 0.06, 0.03), texture="planks", tile=0.8),
        (0, 0.16 * h, 0.4 * h),
        (0.075 * h, 0.16 * h, 0.012 * h),
    )
    a.box(material("#b0a48e"), (0, 0.02 * h, 0.44 * h), (0.12 * h, 0.02 * h, 0.05 * h))
    for s in (1, -1):
        for x, y, z, across in ((s * 0.28, 0.3, 0.4, True), (s * 0.48, 0.3, 0.12, False)):
            wide, deep = (0.085, 0.012) if across else (0.012, 0.085)
            a.box(frame, (x * h, y * h, z * h), ((wide + 0.0) * h, 0.1 * h, deep * h))
            a.box(
                pane,
                (x * h * (1 if across else 1.002), y * h, z * h * (1.004 if across else 1)),
                (wide * (0.82 if across else 1.1) * h, 0.082 * h, deep * (1.1 if across else 0.82) * h),
            )
    a.box(roof.tinted(0.7), (0.26 * h, 0.9 * h, -0.1 * h), (0.06 * h, 0.12 * h, 0.06 * h))
    return a


def stall(look: Look, body: Motion) -> Assembly:
    """A street stall that faces its customers (+z): counter, pots, striped canopy, paper lanterns."""
    a, h = Assembly(len(body.time)), look.height
    wood = Material(look.colour("main", otherwise="#8a5a34"), texture="planks", tile=0.8)
    cloth, stripe = look.cloth("canopy", otherwise="#b5332c"), look.cloth("stripe", otherwise="#f0e6d2")
    w, d = 0.52 * h, 0.24 * h
    a.box(wood, (0, 0.18 * h, 0.06 * h), (w, 0.18 * h, d * 0.8))
    a.box(wood.tinted(1.35), (0, 0.375 * h, 0.07 * h), (w * 1.05, 0.016 * h, d * 0.95))
    a.box(material("#241a16"), (0, 0.02 * h, 0.07 * h), (w * 1.01, 0.02 * h, d * 0.82))
    for side in (-1, 1):
        for z in (-1.1, 1.15):
            a.limb(
                wood.tinted(0.7),
                (side * w, 0, z * d),
                (side * w, (0.86 if z < 0 else 0.8) * h, z * d),
                0.016 * h,
            )
    tilt = turn(0, 14.0)
    for i in range(9):
        x = (i - 4) * w * 0.245
        a.box(
            cloth if i % 2 == 0 else stripe,
            (x, 0.87 * h, 0.03 * h),
            (w * 0.1226, 0.012 * h, d * 1.62),
            tilt,
        )
        a.box(
            cloth if i % 2 == 0 else stripe, (x, 0.76 * h, d * 1.68), (w * 0.1226, 0.045 * h, 0.006 * h)
        )
    steel = material("#7d8186", gloss=0.7)
    for x in (-0.55, 0.0):
        a.cone(steel, (x * w, 0.39 * h, 0.05 * h), (x * w, 0.475 * h, 0.05 * h), 0.072 * h, 0.078 * h)
        a.ellipsoid(
            material("#c9974a", gloss=0.4), (x * w, 0.474 * h, 0.05 * h), (0.07 * h, 0.01 * h, 0.07 * h)
        )
    for i in range(4):
        a.cone(
            material("#ece4d4"),
            (w * (0.42 + 0.13 * i), 0.39 * h, 0.1 * h),
            (w * (0.42 + 0.13 * i), 0.42 * h, 0.1 * h),
            0.02 * h,
            0.034 * h,
        )
    for i in range(4):  # curtain over the counter, parted
        a.box(
            material("#2b3f66"),
            ((i - 1.5) * w * 0.48, 0.7 * h, d * 1.12),
            (w * 0.22, 0.06 * h, 0.004 * h),
        )
    paper = material("#ff8a3c", glow=1.5)
    for i in range(4):
        x = (i - 1.5) * w * 0.58
        a.ellipsoid(paper, (x, 0.645 * h, d * 1.62), (0.05 * h, 0.066 * h, 0.05 * h))
        a.cone(
            material("#241a16"), (x, 0.705 * h, d * 1.62), (x, 0.722 * h, d * 1.62), 0.026 * h, 0.022 * h
        )
        a.cone(
            material("#241a16"), (x, 0.572 * h, d * 1.62), (x, 0.588 * h, d * 1.62), 0.022 * h, 0.026 * h
        )
    return a
