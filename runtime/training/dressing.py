"""What stands about in the places of the training world, as the solids that the sketch's scenery should be.

Pixels alone teach a tree in a forest slowly: it is seen from everywhere, never named, and far from where its solids
began. So the scenery first learns from the geometry of the sets that its clips are rendered from; how it looks in
their light it learns from pixels, as all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scenelang.compiler.conditioning import place_words, set_walls
from scenelang.compiler.lexicon import PLACE_FEATURES, SETS
from scenelang.compiler.plan import PlacePlan
from scenelang.compiler.set_size import Extent
from scenelang.compiler.turning import turn
from scenelang.runtime.maquette.bodies import REACH, Scenery
from scenelang.runtime.previz import sets
from scenelang.runtime.previz.textures import mean_of
from scenelang.runtime.training.solids import (
    Floats,
    blank,
    near_unit,
    seen,
    shaped,
    superquadric,
    taught,
    turn_of,
    unlit,
)

SMALL: Extent = (0.0, 0.0, 0.0, 0.0)
STAND = np.array((0.0, 1.2, 4.0), np.float32)  # from where solids are seen, typically
# metres: what is thinner and lies lower is a picture on the floor, which surfaces.py draws
FLAT, LOW = 0.06, 0.12
THIN = 0.02  # metres that a solid is thick at least
# how much it counts that each value is right
COUNTS = {
    "middle": 30.0, "half": 2.0, "turn": 1.0, "exponent": 0.1, "across": 0.1, "taper": 0.5, "soft": 0.2, "opacity": 0.3,
    "own": 0.3, "glow": 0.2, "code": 1.0, "piece": 10.0,
}  # fmt: skip


@dataclass(frozen=True)
class Dressing:
    """Solids [K]: middles [K, 3] metres, unit axes [K, 3, 3], halves [K, 3] metres, exponents and taper [K, 3], colours
    [K, 3] linear, glow [K], gloss [K], and the middle and radius of the piece of the set that each is a part of [K, 4]."""

    middle: Floats
    axes: Floats
    half: Floats
    shape: Floats
    colour: Floats
    glow: Floats
    gloss: Floats
    piece: Floats

    def __len__(self) -> int:
        return len(self.middle)

    @property
    def importance(self) -> Floats:
        """How large each is in the picture, about."""
        size = np.sort(self.half, -1)[:, 1:].prod(-1)
        return size / np.square(self.middle - STAND).sum(-1).clip(1)

    def take(self, index: NDArray[np.int64]) -> Dressing:
        return Dressing(*(getattr(self, name)[index] for name in Dressing.__annotations__))


def dressing(place: PlacePlan | None, extent: Extent = SMALL) -> Dressing:
    """Of a place in which all happens within `extent`."""
    made = sets.build(place, extent)
    rows = []
    for piece in made.pieces:
        world, at = turn(np.float32(piece.heading)), np.asarray(piece.position, np.float32)
        p = piece.parts
        for n in range(len(p)):
            m = p.material[n]
            half, *shape = superquadric(p.shape[n], p.half[n][0], float(p.taper[n][0]))
            axes = world @ p.axes[n][0]
            centre = world @ p.centre[n][0] + at
            if 2 * float(np.abs(axes[1] * half).sum()) < FLAT and centre[1] < LOW:
                continue
            colour = np.multiply(m.colour, mean_of(m.texture))
            rows.append(
                (centre, axes, half, shape, colour, m.glow, m.gloss, (*piece.middle, piece.radius))
            )
    if not rows:
        empty = np.zeros((0,), np.float32)
        return Dressing(
            empty.reshape(0, 3),
            empty.reshape(0, 3, 3),
            empty.reshape(0, 3),
            empty.reshape(0, 3),
            empty.reshape(0, 3),
            empty,
            empty,
            empty.reshape(0, 4),
        )
    return Dressing(*(np.asarray(column, np.float32) for column in zip(*rows, strict=True)))


def values_of(found: Dressing, scenery: Scenery, usual: Dressing | None = None) -> tuple[Tensor, Tensor]:
    """What the scenery should say of each of its solids [K, V], and how much each counts [K, V]: the largest of the
    dressing in their order, the others hidden. Which are the largest is asked of the place at its `usual` size, so
    that a solid keeps its slot while the place grows."""
    count = scenery.count
    ranked = found if usual is None or len(usual) != len(found) else usual
    order = np.sort(np.argsort(-ranked.importance, kind="stable")[:count])
    kept = found.take(order)
    want, weight, v, w = blank(scenery.values, count)
    n = len(kept)
    if not n:
        return want, weight
    v["middle"][:n] = torch.from_numpy(kept.middle) / REACH
    v["own"][:n] = unlit(kept.colour)
    v["piece"][:n] = torch.from_numpy(kept.piece) / REACH
    for k, (exponent, across, taper) in enumerate(kept.shape):
        axes, half, up = near_unit(kept.axes[k], kept.half[k], across < exponent or taper != 0)
        v["half"][k] = (torch.from_numpy(half).clamp_min(THIN) / REACH).log()
        v["turn"][k] = torch.from_numpy(turn_of(axes))
        shaped(v, k, exponent, across, taper * up)
        seen(v, k, float(kept.glow[k]), float(kept.gloss[k]))
    for name, factor in COUNTS.items():
        w[name][:n] = factor
    return want, weight


def random_place(luck: Random) -> tuple[PlacePlan, Extent]:
    """Any place of those that the compiler tells apart, of any size."""
    name = luck.choice((*SETS, "studio"))
    features = luck.sample([*PLACE_FEATURES], luck.choice((0, 0, 1, 1, 2, 3)))
    wide, deep = luck.choice((1.0, 4.0, 12.0)), luck.choice((1.0, 4.0, 20.0))
    extent = (
        -wide * luck.random(),
        wide * luck.random(),
        -deep * luck.random(),
        0.3 * deep * luck.random(),
    )
    return PlacePlan(id="here", description="", set=name, features=features), extent


def dress(scenery: Scenery, places: int, steps: int = 3000, seed: int = 0) -> float:
    """Teaches a scenery what stands about in so many random places; the same seed teaches the same. Returns the last
    loss."""
    luck = Random(seed)
    place, size, want, weight = (
        torch.stack(rows)
        for rows in zip(*(_row(*random_place(luck), scenery) for _ in range(places)), strict=True)
    )
    return taught(scenery, lambda n: scenery.said(place[n], size[n]), want, weight, steps, seed)


def _row(place: PlacePlan, extent: Extent, scenery: Scenery) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    want, weight = values_of(dressing(place, extent), scenery, dressing(place))
    return place_words(place), set_walls(place, extent), want, weight
