"""Small things: what people hold, sit on, light and put on tables."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from scenelang.compiler.limbs import points
from scenelang.compiler.motion import Motion
from scenelang.compiler.turning import turn
from scenelang.runtime.previz.palette import Look, material
from scenelang.runtime.previz.solids import Assembly, Material

_PAIR = re.compile(r"\b(two|pair|deux|cups|mugs|glasses|tasses|verres)\b", re.IGNORECASE)


def ball(look: Look, body: Motion) -> Assembly:
    """A ball with a stripe, so that its rolling shows."""
    a, r = Assembly(len(body.time)), look.height / 2
    colour = look.paint("main", otherwise="#d4503a", gloss=0.35)
    centre = points(0, r, 0)
    a.ellipsoid(colour, centre, (r,) * 3)
    spin = turn(0, np.degrees(body.distance / max(r, 0.01)))
    a.solid(
        2,
        material("#f2ede2", gloss=0.35),
        centre,
        (r * 1.004, 0.16 * r, r * 1.004),
        spin @ turn(0, 0, 90.0),
    )
    return a


def box(look: Look, body: Motion) -> Assembly:
    """A crate: boards, corner posts, a lid."""
    a, h = Assembly(len(body.time)), look.height
    wood = Material(look.colour("main", otherwise="#a37a4d"), texture="planks", tile=max(h, 0.2))
    edge = wood.tinted(0.6)
    a.box(wood, (0, 0.5 * h, 0), (0.47 * h, 0.48 * h, 0.47 * h))
    for x in (-1, 1):
        for z in (-1, 1):
            a.box(edge, (x * 0.45 * h, 0.5 * h, z * 0.45 * h), (0.05 * h, 0.5 * h, 0.05 * h))
    a.box(edge, (0, 0.96 * h, 0), (0.52 * h, 0.04 * h, 0.52 * h))
    a.box(edge, (0, 0.03 * h, 0), (0.5 * h, 0.03 * h, 0.5 * h))
    return a


def candle(look: Look, body: Motion) -> Assembly:
    """A candle on a dish; lit unless it is said to be out. A melted one is low in a pool of wax."""
    a, h, t = Assembly(len(body.time)), look.height, body.time
    lit = not look.has("unlit", "out")
    # light shines through wax
    wax = replace(look.paint("main", otherwise="#e8dcc0", gloss=0.3), glow=0.35 if lit else 0.0)
    melted = look.has("melted", "half-melted")
    top = (0.46 if melted else 0.76) * h
    r = (0.15 if melted else 0.125) * h
    a.cone(material("#6d5a3c", gloss=0.4), (0, 0, 0), (0, 0.035 * h, 0), 0.26 * h, 0.3 * h)
    a.cone(wax, (0, 0.02 * h, 0), (0, top, 0), r * 1.08, r)
    a.ellipsoid(wax.tinted(1.3), (0, top, 0), (r, 0.035 * h, r))
    drips = 9 if melted else 4
    for i in range(drips):
        x, z = np.sin(i * 2.4) * r * 1.02, np.cos(i * 2.4) * r * 1.02
        length = (0.1 + 0.2 * ((i * 0.618) % 1)) * h
        a.limb(wax, (x, top, z), (x * 1.06, max(0.05 * h, top - length), z * 1.06), 0.024 * h)
    if melted:
        a.ellipsoid(wax, (0, 0.05 * h, 0), (0.25 * h, 0.06 * h, 0.23 * h))
        a.ellipsoid(wax, (0.07 * h, 0.1 * h, 0.06 * h), (0.13 * h, 0.1 * h, 0.12 * h))
    a.limb(material("#1a1512"), (0, top, 0), (0, top + 0.07 * h, 0), 0.01 * h)
    if lit:
        bend = points(
            0.018 * np.sin(2 * np.pi * 2.3 * t) + 0.01 * np.sin(2 * np.pi * 5.1 * t),
            0,
            0.012 * np.sin(2 * np.pi * 1.7 * t),
        )
        stretch = 1 + 0.09 * np.sin(2 * np.pi * 3.1 * t) + 0.05 * np.sin(2 * np.pi * 7.3 * t)
        low = np.asarray((0, top + 0.1 * h, 0), np.float32)
        a.ellipsoid(
            material("#fff0c0", glow=7.0),
            low + bend * 0.3 * h,
            points(0.055 * h, 0.08 * h * stretch, 0.055 * h),
        )
        a.cone(
            material("#ffb648", glow=5.0),
            low + bend * 0.4 * h + (0, 0.03 * h, 0),
            low + bend * h + points(0, 0.2 * h * stretch, 0),
            0.052 * h,
            0.003 * h,
        )
        a.ellipsoid(
            material("#3f6cff", glow=1.2),
            low - np.asarray((0, 0.075 * h, 0), np.float32),
            (0.03 * h, 0.02 * h, 0.03 * h),
        )
    return a


def lantern(look: Look, body: Motion) -> Assembly:
    """A paper lantern on a short foot, lit from within."""
    a, h = Assembly(len(body.time)), look.height
    paper = Material(look.colour("main", otherwise="#ff9a4a"), glow=0.0 if look.has("unlit") else 1.6)
    dark = material("#2b1c16")
    a.ellipsoid(paper, (0, 0.5 * h, 0), (0.3 * h, 0.36 * h, 0.3 * h))
    for y, r in ((0.3, 0.262), (0.5, 0.303), (0.7, 0.262)):
        a.cone(dark, (0, (y - 0.006) * h, 0), (0, (y + 0.006) * h, 0), r * h, r * h)
    a.cone(dark, (0, 0.0, 0), (0, 0.17 * h, 0), 0.2 * h, 0.14 * h)
    a.cone(dark, (0, 0.83 * h, 0), (0, 0.93 * h, 0), 0.14 * h, 0.11 * h)
    a.limb(dark, (0, 0.93 * h, 0), (0, 0.99 * h, 0), 0.012 * h)
    return a


def table(look: Look, body: Motion) -> Assembly:
    a, h = Assembly(len(body.time)), look.height
    wood = Material(look.colour("main", otherwise="#8d6640"), texture="planks", tile=0.9)
    a.box(wood, (0, 0.96 * h, 0), (0.85 * h, 0.04 * h, 0.5 * h))
    a.box(wood.tinted(0.6), (0, 0.87 * h, 0), (0.76 * h, 0.05 * h, 0.42 * h))
    for x in (-0.74, 0.74):
        for z in (-0.4, 0.4):
            a.cone(wood.tinted(0.8), (x * h, 0, z * h), (x * h, 0.9 * h, z * h), 0.032 * h, 0.05 * h)
    return a


def chair(look: Look, body: Motion) -> Assembly:
    a, h = Assembly(len(body.time)), look.height
    wood = Material(look.colour("main", otherwise="#7c5234"), texture="planks", tile=0.5)
    a.box(wood, (0, 0.5 * h, 0), (0.26 * h, 0.025 * h, 0.25 * h))
    for x in (-0.22, 0.22):
        a.limb(wood, (x * h, 0.02 * h, 0.21 * h), (x * h, 0.48 * h, 0.21 * h), 0.022 * h)
        a.limb(wood, (x * h, 0.02 * h, -0.23 * h), (x * h, 0.97 * h, -0.27 * h), 0.022 * h)
    for y in (0.66, 0.79, 0.92):
        a.box(wood.tinted(1.15), (0, y * h, -0.26 * h), (0.23 * h, 0.035 * h, 0.012 * h))
    return a


def cup(look: Look, body: Motion) -> Assembly:
    """A cup, or two where the words say so; hot drink inside."""
    a, h = Assembly(len(body.time)), look.height
    clay = look.paint("main", otherwise="#efe7d8", gloss=0.5)
    pair = bool(_PAIR.search(look.words))
    for x in (-0.62 * h, 0.62 * h) if pair else (0.0,):
        a.cone(clay, (x, 0, 0), (x, h, 0), 0.32 * h, 0.44 * h)
        a.cone(clay.tinted(0.45), (x, 0.62 * h, 0), (x, 0.72 * h, 0), 0.412 * h, 0.42 * h)
        a.ellipsoid(material("#5b3520", gloss=0.6), (x, h, 0), (0.38 * h, 0.012 * h, 0.38 * h))
        side = 1 if x >= 0 else -1
        a.limb(clay, (x + side * 0.42 * h, 0.75 * h, 0), (x + side * 0.62 * h, 0.52 * h, 0), 0.05 * h)
        a.limb(clay, (x + side * 0.62 * h, 0.52 * h, 0), (x + side * 0.36 * h, 0.28 * h, 0), 0.05 * h)
    return a


def letter(look: Look, body: Motion) -> Assembly:
    """A folded sheet, held by its lower edge and turned to who reads it; crumpled, a ball of paper."""
    a, h = Assembly(len(body.time)), look.height
    paper = look.paint("main", "paper", otherwise="#f4efe2")
    if look.has("crumpled"):
        for i in range(7):
            where = np.asarray((np.sin(i * 2.4), np.cos(i * 1.7), np.sin(i * 3.1 + 1))) * 0.1 * h
            a.box(
                paper.tinted(0.82 + 0.18 * ((i * 0.618) % 1)),
                where + np.asarray((0, 0.14 * h, 0)),
                (0.19 * h, 0.12 * h, 0.16 * h),
                turn(i * 51.0, i * 37.0, i * 23.0),
            )
        return a
    lower, upper = turn(0, 28.0), turn(0, 52.0)
    ink = material("#55525c")
    for axes, y, z in ((lower, 0.2, 0.06), (upper, 0.56, 0.362)):
        middle = np.asarray((0, y * h, z * h), np.float32)
        a.box(paper, middle, (0.5 * h, 0.24 * h, 0.004 * h), axes)
        for i in range(3):
            line = middle + axes @ np.asarray((0, (0.11 - 0.11 * i) * h, -0.006 * h), np.float32)
            a.box(ink, line, ((0.38 - 0.05 * i) * h, 0.012 * h, 0.003 * h), axes)
    return a


def book(look: Look, body: Motion) -> Assembly:
    """A book, open and tilted to its reader."""
    a, h = Assembly(len(body.time)), look.height
    cover = look.cloth("main")
    for s in (1, -1):
        axes = turn(s * 14.0, -52.0)
        middle = np.asarray((s * 0.37 * h, 0.3 * h, 0.0), np.float32)
        a.box(cover, middle, (0.38 * h, 0.5 * h, 0.015 * h), axes)
        a.box(
            material("#f3ecdc"),
            middle + axes @ np.asarray((0, 0, -0.04 * h), np.float32),
            (0.35 * h, 0.47 * h, 0.03 * h),
            axes,
        )
    return a


def bottle(look: Look, body: Motion) -> Assembly:
    a, h = Assembly(len(body.time)), look.height
    glass = look.paint("main", otherwise="#2f6b45", gloss=0.9)
    a.cone(glass, (0, 0, 0), (0, 0.58 * h, 0), 0.14 * h, 0.145 * h)
    a.ellipsoid(glass, (0, 0.58 * h, 0), (0.145 * h, 0.13 * h, 0.145 * h))
    a.cone(glass, (0, 0.62 * h, 0), (0, 0.94 * h, 0), 0.07 * h, 0.05 * h)
    a.cone(material("#b08a58"), (0, 0.92 * h, 0), (0, h, 0), 0.052 * h, 0.048 * h)
    a.cone(material("#efe6d0"), (0, 0.16 * h, 0), (0, 0.44 * h, 0), 0.148 * h, 0.149 * h)
    return a


def umbrella(look: Look, body: Motion) -> Assembly:
    a, h = Assembly(len(body.time)), look.height
    canopy = look.cloth("umbrella", "main")
    a.limb(material("#3a2d25"), (0, 0.02 * h, 0), (0, h, 0), 0.014 * h)
    a.cone(canopy, (0, 0.7 * h, 0), (0, 0.84 * h, 0), 0.56 * h, 0.34 * h)
    a.cone(canopy, (0, 0.84 * h, 0), (0, 0.95 * h, 0), 0.34 * h, 0.02 * h)
    return a


def rock(look: Look, body: Motion) -> Assembly:
    a, h = Assembly(len(body.time)), look.height
    stone = Material(look.colour("main", otherwise="#7f7a72"), texture="rock", tile=max(0.4, h))
    a.ellipsoid(stone, (0, 0.4 * h, 0), (0.66 * h, 0.55 * h, 0.55 * h), turn(20, 0, 12))
    a.ellipsoid(stone, (0.34 * h, 0.28 * h, 0.2 * h), (0.42 * h, 0.36 * h, 0.4 * h), turn(-40, 10, 0))
    a.box(stone, (-0.2 * h, 0.36 * h, 0.1 * h), (0.4 * h, 0.3 * h, 0.34 * h), turn(35, 12, 18))
    return a
