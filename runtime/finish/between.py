"""Pictures between two of a shot, where things are on their way and not twice half there.

Flow is found in both directions and brought to the moment that is wanted; each pixel then takes what both
pictures show along its way, or only the one in which nothing hides it. Where the two don't agree, their light
is mixed instead, as it always was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as fn

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.finish.flow import box, enlarged, flow, warp
from scenelang.runtime.linear import mix

LARGEST = (
    640 * 360
)  # pixels of the pictures that flow is searched in; larger ones are made smaller for it
ASTRAY = 1.0  # pixels that a way there and back may miss its start by
UNLIKE = 0.2  # of 1: how much both pictures may differ along a way


def between(a: FrameArray, b: FrameArray, weights: Sequence[Fraction]) -> list[FrameArray]:
    """The pictures uint8 [H, W, 3] at these shares of the way from `a` to `b`, each from 0 to 1."""
    inside = [w for w in weights if 0 < w < 1]
    if not inside or np.array_equal(a, b):
        return [mix(a, b, w) for w in weights]
    with torch.inference_mode():
        pair = _Pair(a, b)
        return [pair.at(w) if 0 < w < 1 else mix(a, b, w) for w in weights]


class _Pair:
    """Two pictures and the ways between them, [1, ...] each."""

    def __init__(self, a: FrameArray, b: FrameArray) -> None:
        self.pictures = a, b
        self.a, self.b = (_planes(p) for p in (a, b))
        h, w = a.shape[:2]
        scale = min(1.0, math.sqrt(LARGEST / (h * w)))
        both = torch.cat([self.a, self.b])
        if scale < 1:
            both = fn.interpolate(both, (round(h * scale), round(w * scale)), mode="area")
        found = flow(both, both.flip(0))
        if scale < 1:
            found = enlarged(found, h, w)
        self.there, self.back = found[:1], found[1:]
        self.seen_in_b = _trust(self.there, self.back)  # what `a` shows and `b` too
        self.seen_in_a = _trust(self.back, self.there)

    def at(self, weight: Fraction) -> FrameArray:
        t = float(weight)
        move = self._motion(t)
        to_a, to_b = -t * move, (1 - t) * move
        from_a, from_b = (warp(p, m, "bicubic").clamp(0, 1) for p, m in ((self.a, to_a), (self.b, to_b)))
        # what one picture shows and the other hides is taken from the one
        only_a, only_b = 1 - warp(self.seen_in_b, to_a), 1 - warp(self.seen_in_a, to_b)
        share_a, share_b = (1 - t) * (1.001 - only_b), t * (1.001 - only_a)
        made = (share_a * from_a + share_b * from_b) / (share_a + share_b)
        differ = box((from_a - from_b).abs().mean(1, keepdim=True), 1)
        hidden = (only_a - only_b).abs()
        sure = torch.maximum((-((differ / UNLIKE) ** 2)).exp(), hidden)
        mixed = mix(*self.pictures, weight)
        result = sure * made + (1 - sure) * _planes(mixed)
        return _picture(result)

    def _motion(self, t: float) -> Tensor:
        """From `a` to `b`, of what is at each pixel at the time `t`."""
        carried = torch.cat([self.there, -self.back])
        weights = torch.cat([self.seen_in_b, self.seen_in_a]) + 1e-3
        moves, count = _splat(carried, torch.cat([t * self.there, (1 - t) * self.back]), weights)
        either = (moves.sum(0, keepdim=True), count.sum(0, keepdim=True))
        mean = _filled(*either)
        tries = [
            mean,
            *(_filled(moves[k : k + 1], count[k : k + 1]) for k in (0, 1)),
            torch.zeros_like(mean),
        ]
        found, best = mean, self._miss(mean, t)
        for other in tries[1:]:
            miss = self._miss(other, t) + 1e-3
            found, best = torch.where(miss < best, other, found), torch.minimum(miss, best)
        return found

    def _miss(self, move: Tensor, t: float) -> Tensor:
        return box(
            (warp(self.a, -t * move) - warp(self.b, (1 - t) * move)).abs().sum(1, keepdim=True), 2
        )


def _trust(there: Tensor, back: Tensor) -> Tensor:
    """From 0 to 1: whether a way there and back ends where it began."""
    astray = (there + warp(back, there)).square().sum(1, keepdim=True)
    far = there.square().sum(1, keepdim=True)
    return (-astray / (ASTRAY**2 + 0.01 * far)).exp()


def _splat(values: Tensor, moved: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Values [N, C, H, W] carried along by a flow: their weighted sums, and the weights' [N, 1, H, W]."""
    n, c, h, w = values.shape
    rows = torch.arange(h)[:, None] + moved[:, 1]
    columns = torch.arange(w)[None, :] + moved[:, 0]
    top, left = rows.floor(), columns.floor()
    sums = torch.zeros(n, c + 1, h * w)
    stuff = torch.cat([values * weights, weights], 1).flatten(2)
    for down in (0, 1):
        for right in (0, 1):
            y, x = top + down, left + right
            part = (1 - (rows - y).abs()) * (1 - (columns - x).abs())
            part = torch.where((y >= 0) & (y < h) & (x >= 0) & (x < w), part, 0.0)
            place = (y.clamp(0, h - 1) * w + x.clamp(0, w - 1)).long().flatten(1)
            sums.scatter_add_(2, place[:, None].expand(-1, c + 1, -1), stuff * part.flatten(1)[:, None])
    sums = sums.view(n, c + 1, h, w)
    return sums[:, :c], sums[:, c:]


def _filled(sums: Tensor, weights: Tensor) -> Tensor:
    """Sums over their weights; where nothing came, from farther and farther around."""
    h, w = sums.shape[-2:]
    if min(h, w) < 4:
        return sums / weights.clamp_min(1e-6)
    half = (-(-h // 2), -(-w // 2))
    both = fn.interpolate(torch.cat([sums, weights], 1), half, mode="area")
    around = fn.interpolate(
        _filled(both[:, :-1], both[:, -1:]), (h, w), mode="bilinear", align_corners=False
    )
    enough = 0.05
    return (sums + enough * around) / (weights + enough)


def _planes(picture: FrameArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def _picture(planes: Tensor) -> FrameArray:
    codes = (planes[0].permute(1, 2, 0) * 255).round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(codes.numpy())
