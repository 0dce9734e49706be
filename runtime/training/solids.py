"""Solids of the training world as values that the sketch's solids are said by, and how those are learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.runtime.maquette.bodies import GLOSS, TAPER
from scenelang.runtime.previz.shapes import BOX, CAPSULE, FRUSTUM

Floats = NDArray[np.float32]
Named = dict[str, Tensor]  # the values of solids [K, V] by what they say
HIDDEN = -6.0  # logit of the opacity of a solid that isn't there
RATE, BATCH = 3e-3, 64


def blank(values: Mapping[str, int], count: int) -> tuple[Tensor, Tensor, Named, Named]:
    """Values [K, V] of `count` hidden solids, how much each counts, and both by their names."""
    want = torch.zeros(count, sum(values.values()))
    weight = torch.zeros_like(want)
    v, w = (
        dict(zip(values, whole.split([*values.values()], -1), strict=True)) for whole in (want, weight)
    )
    v["opacity"][:], w["opacity"][:] = HIDDEN, 0.3
    return want, weight, v, w


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


def shaped(v: Named, index: int, exponent: float, across: float, taper: float) -> None:
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


def seen(v: Named, index: int, glow: float, gloss: float) -> None:
    """Writes the values of a solid that is there, hard and solid, glowing by its colour times `glow`, as smooth as
    `gloss`."""
    v["soft"][index], v["opacity"][index] = -3.0, 4.0
    v["code"][index, GLOSS] = gloss
    v["glow"][index] = float(np.log(np.expm1(glow / 4)) + 4) if glow > 0.05 else -1.0


def unlit(colour: Floats) -> Tensor:
    """The values of linear colours [..., 3] of solids' own."""
    return torch.logit(torch.from_numpy(colour).clamp(0.01, 0.99))


def loss_of(said: Tensor, want: Tensor, weight: Tensor) -> Tensor:
    """Of what is said of solids [B, K, V]."""
    return (fn.smooth_l1_loss(said, want, beta=0.1, reduction="none") * weight).mean()


def taught(
    module: nn.Module,
    said: Callable[[Tensor], Tensor],
    want: Tensor,
    weight: Tensor,
    steps: int,
    seed: int,
    chance: Tensor | None = None,
) -> float:
    """Teaches a module to say the values `want` [N, K, V] of N examples, those of an index [B] by `said`, each drawn as
    often as any other or by its `chance` [N]; the same seed teaches the same. Returns the last loss."""
    chance = torch.ones(len(want)) if chance is None else chance
    luck = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(module.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for step in range(steps):
        pace = min(1.0, (step + 1) / 50, max((steps - step) / (0.6 * steps), 0.01))
        optimizer.param_groups[0]["lr"] = RATE * pace
        chosen = torch.multinomial(chance, BATCH, replacement=True, generator=luck)
        loss = loss_of(said(chosen), want[chosen], weight[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
