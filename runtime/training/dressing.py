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
from torch.nn import functional as fn

from scenelang.compiler.conditioning import place_words, set_walls
from scenelang.compiler.lexicon import PLACE_FEATURES, SETS
from scenelang.compiler.plan import PlacePlan
from scenelang.compiler.set_size import Extent
from scenelang.compiler.turning import turn
from scenelang.runtime.maquette.bodies import REACH, TAPER, Scenery
from scenelang.runtime.previz import sets
from scenelang.runtime.previz.shapes import BOX, CAPSULE, FRUSTUM

Floats = NDArray[np.float32]
SMALL: Extent = (0.0, 0.0, 0.0, 0.0)
STAND = np.array((0.0, 1.2, 4.0), np.float32)  # from where solids are seen, typically
FLAT, LOW = (
    0.06,
    0.12,
)  # metres: what is thinner and lies lower is a picture on the floor, which surfaces.py draws
RATE, BATCH = 3e-3, 64
HIDDEN = -6.0  # logit of the opacity of a solid that isn't there


@dataclass(frozen=True)
class Dressing:
    """Solids [K]: middles [K, 3] metres, unit axes [K, 3, 3], halves [K, 3] metres, exponents and taper [K, 3], colours [K, 3] linear,
    glow [K], and the middle and radius of the piece of the set that each is a part of [K, 4]."""

    middle: Floats
    axes: Floats
    half: Floats
    shape: Floats
    colour: Floats
    glow: Floats
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
            rows.append((centre, axes, half, shape, m.colour, m.glow, (*piece.middle, piece.radius)))
    if not rows:
        empty = np.zeros((0,), np.float32)
        return Dressing(
            empty.reshape(0, 3),
            empty.reshape(0, 3, 3),
            empty.reshape(0, 3),
            empty.reshape(0, 3),
            empty.reshape(0, 3),
            empty,
            empty.reshape(0, 4),
        )
    return Dressing(*(np.asarray(column, np.float32) for column in zip(*rows, strict=True)))


def superquadric(shape: int, half: Floats, taper: float) -> tuple[Floats, float, float, float]:
    """Halves [3], both exponents (along, across) and taper of the solid that stands for one of previz's."""
    if shape == CAPSULE:
        return half * np.array((1, 1 + taper, 1), np.float32), 3.0, 2.0, 0.0
    if shape == FRUSTUM:
        middle = 0.5 * (1 + taper)
        slope = float(np.clip(0.5 * (taper - 1) / middle, -0.92, 0.92))
        return half * np.array((middle, 1, middle), np.float32), 8.0, 2.0, slope
    sharp = 8.0 if shape == BOX else 2.0
    return half, sharp, sharp, 0.0


def near_unit(axes: Floats, half: Floats, round_: bool) -> tuple[Floats, Floats, float]:
    """The same solid with its axes named so that it is turned as little as can be, as a quaternion (1, turn) can't turn
    by half a circle; -1 where its y axis is the other way about. What is round about y keeps that axis."""
    best, chosen = -2.0, (axes, half, 1.0)
    orders = (
        ((0, 1, 2), (2, 1, 0))
        if round_
        else ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (1, 0, 2), (2, 1, 0))
    )
    for order in orders:
        signs = np.where(np.diag(axes[:, order]) < 0, -1.0, 1.0)
        columns = axes[:, order] * signs
        if np.linalg.det(columns) < 0:  # one axis the other way about: the least of them
            worst = int(np.argmin(np.abs(np.diag(columns))))
            columns[:, worst] *= -1
            signs[worst] *= -1
        if np.trace(columns) > best:
            best, chosen = float(np.trace(columns)), (columns, half[list(order)], float(signs[1]))
    return chosen


def shaped(v: dict[str, Tensor], index: int, exponent: float, across: float, taper: float) -> None:
    """Writes the values that say a solid's shape."""
    for name, e in (("exponent", exponent), ("across", across)):
        v[name][index] = torch.logit(torch.tensor((e - 2) / 6).clamp(0.01, 0.97))
    v["taper"][index] = float(np.arctanh(np.clip(taper / TAPER, -0.98, 0.98)))


def turn_of(axes: Floats) -> Floats:
    """t of the quaternion (1, t) of a rotation [3, 3]."""
    w = 0.5 * np.sqrt(max(1e-3, 1 + float(np.trace(axes))))
    skew = np.array(
        (axes[2, 1] - axes[1, 2], axes[0, 2] - axes[2, 0], axes[1, 0] - axes[0, 1]), np.float32
    )
    return skew / (4 * w) / w


def values_of(found: Dressing, scenery: Scenery, usual: Dressing | None = None) -> tuple[Tensor, Tensor]:
    """What the scenery should say of each of its solids [K, V], and how much each counts [K, V]: the largest of the
    dressing in their order, the others hidden. Which are the largest is asked of the place at its `usual` size, so
    that a solid keeps its slot while the place grows."""
    count = scenery.count
    ranked = found if usual is None or len(usual) != len(found) else usual
    order = np.sort(np.argsort(-ranked.importance, kind="stable")[:count])
    kept = found.take(order)
    named = [
        near_unit(a, h, s[1] < s[0] or s[2] != 0)
        for a, h, s in zip(kept.axes, kept.half, kept.shape, strict=True)
    ]
    want = torch.zeros(count, sum(scenery.values.values()))
    weight = torch.zeros_like(want)
    v = dict(zip(scenery.values, want.split([*scenery.values.values()], -1), strict=True))
    w = dict(zip(scenery.values, weight.split([*scenery.values.values()], -1), strict=True))
    n = len(kept)
    v["opacity"][:] = HIDDEN
    w["opacity"][:] = 0.3
    if not n:
        return want, weight
    tensor = lambda x: torch.as_tensor(np.asarray(x, np.float32))  # noqa: E731
    v["middle"][:n] = tensor(kept.middle) / REACH
    v["half"][:n] = (tensor([h for _, h, _ in named]).clamp_min(0.02) / REACH).log()
    v["turn"][:n] = tensor([turn_of(a) for a, _, _ in named])
    for k, (exponent, across, taper) in enumerate(kept.shape):
        shaped(v, k, exponent, across, taper * named[k][2])
    v["soft"][:n] = -3.0
    v["opacity"][:n] = 4.0
    v["own"][:n] = torch.logit(tensor(kept.colour).clamp(0.01, 0.99))
    v["piece"][:n] = tensor(kept.piece) / REACH
    glow = tensor(kept.glow)[:, None]
    v["glow"][:n] = torch.where(
        glow > 0.05, torch.log(torch.expm1((glow / 4).clamp_min(0.01))) + 4, -1.0
    )
    scale = {
        "middle": 30.0,
        "half": 2.0,
        "turn": 1.0,
        "exponent": 0.1,
        "across": 0.1,
        "taper": 0.5,
        "soft": 0.2,
        "opacity": 0.3,
        "own": 0.3,
        "glow": 0.2,
        "piece": 10.0,
    }
    for name, factor in scale.items():
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
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(scenery.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for step in range(steps):
        pace = min(1.0, (step + 1) / 50, max((steps - step) / (0.6 * steps), 0.01))
        optimizer.param_groups[0]["lr"] = RATE * pace
        chosen = torch.randint(len(place), (BATCH,), generator=chance)
        loss = dressing_loss(scenery.said(place[chosen], size[chosen]), want[chosen], weight[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def _row(place: PlacePlan, extent: Extent, scenery: Scenery) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    want, weight = values_of(dressing(place, extent), scenery, dressing(place))
    return place_words(place), set_walls(place, extent), want, weight


def dressing_loss(said: Tensor, want: Tensor, weight: Tensor) -> Tensor:
    """Of what the scenery says [B, K, V]."""
    return (fn.smooth_l1_loss(said, want, beta=0.1, reduction="none") * weight).mean()
