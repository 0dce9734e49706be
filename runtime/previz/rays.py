"""Cameras as fields of rays that are affine in the pixel: the shot's camera and the sun's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from scenelang.runtime.previz.shapes import NEAR

# the twelve edges of a box, as pairs of the corners that bits 0, 1, 2 of an index pick
_EDGES = [(i, i | bit) for i in range(8) for bit in (1, 2, 4) if not i & bit]


@dataclass(frozen=True)
class Rays:
    """Rays of a picture of width x height pixels over F frames.

    A pixel's point (x, y), in pixels from the upper left corner, has the ray
    origin + x origin_x + y origin_y + t (forward + x step_x + y step_y); t is the depth
    along the optical axis in metres. A perspective camera has no `origin_x`, `origin_y`, a
    parallel one no `step_x`, `step_y`.
    """

    width: int
    height: int
    centre: Tensor  # [F, 3] the eye, or a point in the middle of the plane the rays start from
    axes: Tensor  # [F, 3, 3] rows: right, down, forward
    scale: Tensor  # [F, 2] pixels per unit of slope (perspective) or per metre (parallel)
    middle: Tensor  # [F, 2] principal point in pixels
    parallel: bool = False

    @property
    def count(self) -> int:
        return self.centre.shape[0]

    def frames(self, start: int, stop: int) -> Rays:
        cut = {name: getattr(self, name)[start:stop] for name in ("centre", "axes", "scale", "middle")}
        return replace(self, **cut)

    def steps(self) -> tuple[Tensor, Tensor, Tensor]:
        """Three vectors [F, 3]: at the pixel (0, 0), and its change with x and with y. They make
        the direction of a perspective camera's rays and the origin of a parallel camera's."""
        right, down, forward = self.axes.unbind(1)
        dx, dy = right / self.scale[:, :1], down / self.scale[:, 1:]
        base = self.centre if self.parallel else forward
        return base - self.middle[:, :1] * dx - self.middle[:, 1:] * dy, dx, dy

    def rectangles(self, centre: Tensor, axes: Tensor, rounded: Tensor) -> Tensor:
        """The pixels that boxes [F, N, 3], half axes in the columns [F, N, 3, 3], can cover,
        or the ellipsoids in them where `rounded` [F, N]: int64 [F, N, 4] as (x0, y0, x1, y1), half-open; x0 = x1 where they cover none."""
        seen = (centre - self.centre[:, None]) @ self.axes.transpose(1, 2)  # [F, N, 3] camera axes
        spans = self.axes[:, None] @ axes  # [F, N, 3, 3] rows are camera axes
        low, high = self._parallel(seen, spans) if self.parallel else self._perspective(seen, spans)
        low, high = self._tightened(low, high, seen, spans, rounded)
        size = torch.tensor([self.width, self.height], device=centre.device)
        low = torch.minimum(low.floor().clamp_min(0).nan_to_num(0.0, 1e9, 0.0), size.float()).long()
        high = torch.minimum(high.ceil().clamp_min(0).nan_to_num(0.0, 1e9, 0.0), size.float()).long()
        return torch.cat([low, torch.maximum(low, high)], -1)

    def _parallel(self, seen: Tensor, spans: Tensor) -> tuple[Tensor, Tensor]:
        reach = spans[..., :2, :].abs().sum(-1)
        scale, middle = self.scale[:, None], self.middle[:, None]
        return (seen[..., :2] - reach) * scale + middle, (seen[..., :2] + reach) * scale + middle

    def _tightened(
        self, low: Tensor, high: Tensor, seen: Tensor, spans: Tensor, rounded: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Bounds of ellipsoids: the slopes m of the planes through the eye that touch one solve
        (c - m z)^2 = |a - m a_z|^2, c and z its centre, a and a_z its half axes across and along."""
        scale, middle = self.scale[:, None], self.middle[:, None]
        across = spans[..., :2, :]
        if self.parallel:
            reach = across.norm(dim=-1)
            tight = seen[..., :2] - reach, seen[..., :2] + reach
            whole = rounded
        else:
            z, depth = seen[..., 2:], spans[..., 2:, :]
            qa = z * z - depth.square().sum(-1)
            qb = seen[..., :2] * z - (across * depth).sum(-1)
            qc = seen[..., :2].square() - across.square().sum(-1)
            root = (qb * qb - qa * qc).clamp_min(0).sqrt()
            safe = qa.clamp_min(1e-9)
            tight = (qb - root) / safe, (qb + root) / safe
            whole = rounded & (z[..., 0] - depth.norm(dim=-1)[..., 0] > NEAR)
        return (
            torch.where(whole[..., None], tight[0] * scale + middle, low),
            torch.where(whole[..., None], tight[1] * scale + middle, high),
        )

    def _perspective(self, seen: Tensor, spans: Tensor) -> tuple[Tensor, Tensor]:
        """Bounds of the part of each box that lies before the near plane: its corners there and
        the points where its edges cross the plane."""
        signs = torch.tensor(
            [[1.0 if i & bit else -1.0 for bit in (1, 2, 4)] for i in range(8)], device=seen.device
        )
        corners = seen[..., None, :] + signs @ spans.transpose(-1, -2)  # [F, N, 8, 3]
        near = corners[..., 2] < NEAR
        crossing = near.any(-1) & ~near.all(-1)
        low, high = self._bounds(corners, near)
        if bool(crossing.any()):
            scale, middle = (
                v[:, None].expand(*crossing.shape, 2)[crossing] for v in (self.scale, self.middle)
            )
            some = corners[crossing]  # [C, 8, 3]
            a, b = some[:, [e[0] for e in _EDGES]], some[:, [e[1] for e in _EDGES]]
            rise = b[..., 2] - a[..., 2]
            u = (NEAR - a[..., 2]) / torch.where(rise.abs() < 1e-9, 1e-9, rise)
            on_edge = (u >= 0) & (u <= 1)
            cut = a + u[..., None] * (b - a)
            points = torch.cat([some, cut], 1)
            hidden = torch.cat([near[crossing], ~on_edge], 1)
            xy = (
                points[..., :2] / points[..., 2:].clamp_min(NEAR * 0.5) * scale[:, None]
                + middle[:, None]
            )
            low[crossing] = xy.masked_fill(hidden[..., None], torch.inf).amin(1)
            high[crossing] = xy.masked_fill(hidden[..., None], -torch.inf).amax(1)
        return low, high

    def _bounds(self, corners: Tensor, near: Tensor) -> tuple[Tensor, Tensor]:
        scale, middle = self.scale[:, None, None], self.middle[:, None, None]
        xy = corners[..., :2] / corners[..., 2:].clamp_min(NEAR) * scale + middle  # [F, N, 8, 2]
        low = xy.masked_fill(near[..., None], torch.inf).amin(-2)
        high = xy.masked_fill(near[..., None], -torch.inf).amax(-2)
        return low, high


def perspective(c2w: Tensor, intrinsics: Tensor, width: int, height: int) -> Rays:
    """The rays of a camera: c2w [F, 4, 4] or [F, 3, 4] (OpenCV axes), intrinsics [F, 3, 3]
    normalised by width and height."""
    size = torch.tensor([width, height], dtype=torch.float32, device=c2w.device)
    return Rays(
        width,
        height,
        centre=c2w[:, :3, 3].float(),
        axes=c2w[:, :3, :3].float().transpose(1, 2).contiguous(),
        scale=torch.stack([intrinsics[:, 0, 0], intrinsics[:, 1, 1]], -1).float() * size,
        middle=intrinsics[:, :2, 2].float() * size,
    )


def parallel(toward: Tensor, target: Tensor, radius: float, size: int) -> Rays:
    """Parallel rays that come from the direction `toward` [F, 3] and cover a square of
    `radius` metres around `target` [3], `size` pixels wide; they start 60 m before it."""
    forward = -toward / toward.norm(dim=-1, keepdim=True).clamp_min(1e-6)
    up = torch.tensor([0.0, 0.0, -1.0], device=toward.device).expand_as(forward)
    right = torch.linalg.cross(forward, up, dim=-1)
    side = torch.tensor([1.0, 0.0, 0.0], device=toward.device).expand_as(forward)
    right = torch.where(right.norm(dim=-1, keepdim=True) < 1e-3, side, right)
    right = right / right.norm(dim=-1, keepdim=True)
    down = torch.linalg.cross(forward, right, dim=-1)
    frames = toward.shape[0]
    ones = torch.ones(frames, 2, device=toward.device)
    return Rays(
        size,
        size,
        centre=target - 60.0 * forward,
        axes=torch.stack([right, down, forward], 1),
        scale=ones * (size / (2 * radius)),
        middle=ones * (size / 2),
        parallel=True,
    )
