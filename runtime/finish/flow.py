"""Where every pixel of a picture goes to in the next one: dense optical flow, from coarse to fine.

On the coarsest picture every pixel tries all moves within reach and takes what its neighbourhood agrees on best;
on each finer one it tries what its neighbours found too, then follows the slope of the difference (Lucas and
Kanade 1981, over a window around every pixel). It needs torch alone, and the same pictures give the same flow.

Legend of shapes: N pairs of pictures, H x W pixels. A flow is [N, 2, H, W]: pixels to the right, pixels down.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as fn

COARSEST = 14  # pixels, the least side of the coarsest picture
REACH = 4  # pixels of the coarsest picture that a thing can move
WINDOW = 1  # pixels around a pixel that move as it does
TURNS = 2  # how often the slope is followed, on each size
STEP = 1.5  # pixels, at most, in a turn
# what is compared, the look of a picture: brightness and colour, each less its local mean, so that a
# change of light is no motion


def flow(one: Tensor, two: Tensor) -> Tensor:
    """The flow from pictures `one` to `two`, both [N, 3, H, W] from 0 to 1."""
    ones, twos = _pyramid(one), _pyramid(two)
    found = _search(ones[-1], twos[-1])
    for a, b in zip(reversed(ones), reversed(twos), strict=True):
        if a.shape[-2:] != found.shape[-2:]:
            found = enlarged(found, a.shape[-2], a.shape[-1])
        found = _propagated(a, b, found)
        found = _refined(a, b, found)
    return found


def warp(picture: Tensor, moved: Tensor, mode: str = "bilinear") -> Tensor:
    """The picture [N, C, H, W] seen at each pixel's place moved by a flow; beyond the rim, what is on it."""
    h, w = picture.shape[-2:]
    rows = torch.arange(h, dtype=moved.dtype, device=moved.device)[:, None] + moved[:, 1]
    columns = torch.arange(w, dtype=moved.dtype, device=moved.device)[None, :] + moved[:, 0]
    grid = torch.stack([(2 * columns + 1) / w - 1, (2 * rows + 1) / h - 1], -1)
    return fn.grid_sample(picture, grid, mode=mode, padding_mode="border", align_corners=False)


def enlarged(found: Tensor, height: int, width: int) -> Tensor:
    """A flow for pictures of another size."""
    scale = found.new_tensor([width / found.shape[-1], height / found.shape[-2]]).view(1, 2, 1, 1)
    return fn.interpolate(found, (height, width), mode="bilinear", align_corners=False) * scale


def _pyramid(picture: Tensor) -> list[Tensor]:
    """What is compared, at the whole size and ever smaller ones."""
    looks = []
    while True:
        looks.append(_look(picture))
        h, w = picture.shape[-2:]
        if min(h, w) < 2 * COARSEST:
            return looks
        picture = fn.interpolate(picture, (-(-h // 2), -(-w // 2)), mode="area")


def _look(picture: Tensor) -> Tensor:
    soft = box(picture, 1)
    soft = 0.5 * (picture + soft)
    return torch.cat([soft - box(soft, 5), 0.35 * soft], 1)


def box(planes: Tensor, reach: int) -> Tensor:
    """The mean over the square around each pixel; at the rim, of what is there."""
    size = 2 * reach + 1
    planes = fn.avg_pool2d(planes, (size, 1), 1, (reach, 0), count_include_pad=False)
    return fn.avg_pool2d(planes, (1, size), 1, (0, reach), count_include_pad=False)


def cost(a: Tensor, b: Tensor, found: Tensor, reach: int = WINDOW) -> Tensor:
    """How little a flow explains [N, 1, H, W]: the difference over the window that moves along."""
    return box((warp(b, found) - a).abs().sum(1, keepdim=True), reach)


def _search(a: Tensor, b: Tensor) -> Tensor:
    """The best of all whole moves, a little in favour of small ones."""
    n, _, h, w = a.shape
    best = a.new_full((n, 1, h, w), float("inf"))
    found = a.new_zeros(n, 2, h, w)
    for down in range(-REACH, REACH + 1):
        for right in range(-REACH, REACH + 1):
            move = a.new_tensor([right, down]).view(1, 2, 1, 1).expand(n, 2, h, w)
            tried = cost(a, b, move) + 0.004 * (right * right + down * down) ** 0.5
            better = tried < best
            best, found = torch.where(better, tried, best), torch.where(better, move, found)
    return found


def _propagated(a: Tensor, b: Tensor, found: Tensor) -> Tensor:
    """At each pixel the best of what was found there and a few pixels away, and of no motion."""
    best = cost(a, b, found)
    tries = [fn.pad(found, (3, 3, 3, 3), "replicate")]
    h, w = found.shape[-2:]
    candidates = [
        tries[0][..., 3 + down : 3 + down + h, 3 + right : 3 + right + w]
        for down, right in ((-3, 0), (3, 0), (0, -3), (0, 3))
    ]
    for other in (*candidates, torch.zeros_like(found)):
        tried = cost(a, b, other) + 1e-3
        better = tried < best
        best, found = torch.where(better, tried, best), torch.where(better, other, found)
    return found


def _refined(a: Tensor, b: Tensor, found: Tensor) -> Tensor:
    """Follows the slope of the difference; a step is kept where it lessens the difference."""
    best = cost(a, b, found)
    dx, dy = _slopes(a)
    xx, yy, xy = (box(p.sum(1, keepdim=True), WINDOW) for p in (dx * dx, dy * dy, dx * dy))
    damp = 1e-4 + 0.02 * (xx + yy)
    xx, yy = xx + damp, yy + damp
    under = 1 / (xx * yy - xy * xy)
    for _ in range(TURNS):
        gap = warp(b, found) - a
        gx, gy = (box((slope * gap).sum(1, keepdim=True), WINDOW) for slope in (dx, dy))
        step = torch.cat([xy * gy - yy * gx, xy * gx - xx * gy], 1) * under
        tried = smooth(found + step.clamp(-STEP, STEP))
        worth = cost(a, b, tried)
        better = worth < best
        best, found = torch.where(better, worth, best), torch.where(better, tried, found)
    return found


def smooth(found: Tensor) -> Tensor:
    """The median of each pixel and the four beside it: single strays go, borders stay."""
    p = fn.pad(found, (1, 1, 1, 1), "replicate")
    h, w = found.shape[-2:]
    five = torch.stack([found, p[..., :h, 1:-1], p[..., 2:, 1:-1], p[..., 1:-1, :w], p[..., 1:-1, 2:]])
    return five.median(0).values


def _slopes(planes: Tensor) -> tuple[Tensor, Tensor]:
    p = fn.pad(planes, (1, 1, 1, 1), "replicate")
    return (p[..., 1:-1, 2:] - p[..., 1:-1, :-2]) / 2, (p[..., 2:, 1:-1] - p[..., :-2, 1:-1]) / 2
