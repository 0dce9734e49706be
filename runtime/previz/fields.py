"""Small helpers for fields of vectors [3, M] over samples that belong to frames."""

from __future__ import annotations

import torch
from torch import Tensor


def at(values: Tensor, frame: Tensor) -> Tensor:
    """Per-frame values [F, K] for the samples' frames [M]: [K, M], or [K, 1] of a single frame,
    which broadcasts and costs nothing."""
    if values.shape[0] == 1:
        return values.T
    return values.T.contiguous().index_select(1, frame)


def number(values: Tensor, frame: Tensor) -> Tensor:
    """Per-frame numbers [F] for the samples' frames [M]: [M], or [1] of a single frame."""
    return values if values.shape[0] == 1 else values.index_select(0, frame)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """Dot products [M] of vectors [3, M] (or [3, 1])."""
    return torch.addcmul(torch.addcmul(a[0] * b[0], a[1], b[1]), a[2], b[2])


def length(v: Tensor) -> Tensor:
    """Lengths [M] of vectors [3, M]. (`norm` over the first axis is an order slower.)"""
    return dot(v, v).sqrt_()


def unit(v: Tensor) -> Tensor:
    return v / length(v).clamp_min_(1e-9)


def put(field: Tensor, where: Tensor, values: Tensor) -> None:
    """Write values [3, N] into a field [3, M] at the places [N]. (One axis at a time: indexing both
    is an order slower.)"""
    for row, value in zip(field, values, strict=True):
        row.scatter_(0, where, value)
