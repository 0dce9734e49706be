"""Blocking as pictures: each subject's projected box, painted with depth, place and heading.

Legend of shapes: F frames, N subjects, M members of a group, C channels, H, W the raster.
"""

from __future__ import annotations

from fractions import Fraction

import torch
from torch import Tensor

from scenelang.compiler.placement import WIDTHS, posture_height
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.rays import frame_count, resample

CHANNELS = ("presence", "inverse_depth", "u", "v", "sin_heading", "cos_heading")
NEAR = 0.05  # metres before the camera


def bodies(plan: Plan, shot: ShotPlan, native: Fraction) -> tuple[Tensor, Tensor]:
    """`base_FNM3` (where each member of a subject stands, metres) and `extent_N2` (half its width and its
    height, metres). Subjects with fewer members than the largest group repeat their last one."""
    members = max((len(plan.subject(t.subject).offsets) for t in shot.subjects), default=1)
    bases, extents = [], []
    for track in shot.subjects:
        subject = plan.subject(track.subject)
        place = resample(track.position, shot.frames, plan.rate, native)  # [F, 3]
        offsets = torch.tensor(subject.offsets, dtype=torch.float64)[:members]
        offsets = torch.cat([offsets, offsets[-1:].expand(members - len(offsets), 2)])  # [M, 2]
        postures = {p.pose for p in track.poses if p.frames[1] - p.frames[0] > shot.frames // 2}
        tall = subject.height * min([posture_height(p) for p in postures] or [1.0])
        half = max(0.02, subject.height * WIDTHS.get(subject.kind, 0.6) / 2)
        around = torch.stack([offsets[:, 0], torch.zeros(members), offsets[:, 1]], dim=-1)
        bases.append(place[:, None, :] + around)
        extents.append((half, tall))
    if not bases:
        return torch.zeros(frame_count(shot.frames, plan.rate, native), 0, 1, 3), torch.zeros(0, 2)
    return torch.stack(bases, 1).float(), torch.tensor(extents)


def boxes(
    plan: Plan, shot: ShotPlan, c2w_F44: Tensor, K_F33: Tensor, native: Fraction
) -> tuple[Tensor, Tensor, Tensor]:
    """Per frame, subject and member: the projected box, its depth and its heading.

    Returns `box_FNM4` (x0, y0, x1, y1 in widths and heights of the frame, not clipped; all 0
    behind the camera), `depth_FNM` (metres along the line of sight; inf behind the camera) and
    `heading_FN` (radians about the vertical, relative to the camera: 0 faces it).
    """
    base_FNM3, extent_N2 = bodies(plan, shot, native)
    box, depth, heading = [], [], []
    rotation, eye = c2w_F44[:, :3, :3].double(), c2w_F44[:, :3, 3].double()
    facing = torch.atan2(-rotation[:, 0, 2], -rotation[:, 2, 2])  # heading of the way back to the camera
    for n, track in enumerate(shot.subjects):
        base = base_FNM3[:, n].double()
        half, tall = extent_N2[n].tolist()
        corners = torch.tensor(
            [(x, y, z) for x in (-half, half) for y in (0.0, tall) for z in (-half, half)],
            dtype=torch.float64,
        )  # [8, 3]
        world = base[:, :, None, :] + corners  # [F, M, 8, 3]
        seen = torch.einsum("fij,fmci->fmcj", rotation, world - eye[:, None, None, :])  # camera axes
        z = seen[..., 2].clamp(min=NEAR)
        k = K_F33.double()[:, None, None]
        x = k[..., 0, 0] * seen[..., 0] / z + k[..., 0, 2]
        y = k[..., 1, 1] * seen[..., 1] / z + k[..., 1, 2]
        behind = (seen[..., 2] <= NEAR).all(-1)  # [F, M]
        rect = torch.stack([x.amin(-1), y.amin(-1), x.amax(-1), y.amax(-1)], dim=-1)
        box.append(rect.masked_fill(behind[..., None], 0.0))
        depth.append(seen[..., 2].mean(-1).clamp(min=NEAR).masked_fill(behind, torch.inf))
        turned = resample(track.heading, shot.frames, plan.rate, native)
        heading.append(torch.deg2rad(turned) - facing)
    frames = len(c2w_F44)
    if not box:
        return torch.zeros(frames, 0, 1, 4), torch.zeros(frames, 0, 1), torch.zeros(frames, 0)
    return torch.stack(box, 1).float(), torch.stack(depth, 1).float(), torch.stack(heading, 1).float()


def paint(box_FNM4: Tensor, depth_FNM: Tensor, heading_FN: Tensor, height: int, width: int) -> Tensor:
    """`blocking_FNCHW`, float16: the channels of CHANNELS inside each subject's boxes, 0 outside.

    `u` and `v` run from 0 to 1 across the box; of overlapping members the nearest counts.
    """
    frames, subjects, members = depth_FNM.shape
    result = torch.zeros(frames, subjects, len(CHANNELS), height, width)
    if height == 0 or width == 0:
        return result.half()
    y = ((torch.arange(height) + 0.5) / height)[:, None].expand(height, width)
    x = ((torch.arange(width) + 0.5) / width)[None, :].expand(height, width)
    order = depth_FNM.argsort(dim=-1, descending=True)  # far members first
    for rank in range(members):
        at = order[..., rank, None]
        rect = box_FNM4.gather(2, at[..., None].expand(-1, -1, 1, 4))[:, :, 0]  # [F, N, 4]
        near = depth_FNM.gather(2, at)[..., 0]  # [F, N]
        x0, y0, x1, y1 = (rect[..., i, None, None] for i in range(4))
        # a box thinner than a pixel still marks the pixel that it falls on
        x1, y1 = torch.maximum(x1, x0 + 1 / width), torch.maximum(y1, y0 + 1 / height)
        inside = (x >= x0) & (x < x1) & (y >= y0) & (y < y1) & torch.isfinite(near)[..., None, None]
        values = torch.stack(
            [
                torch.ones_like(inside, dtype=torch.float32),
                (1 / near)[..., None, None].expand(inside.shape),
                ((x - x0) / (x1 - x0)).expand(inside.shape),
                ((y - y0) / (y1 - y0)).expand(inside.shape),
                heading_FN.sin()[..., None, None].expand(inside.shape),
                heading_FN.cos()[..., None, None].expand(inside.shape),
            ],
            dim=2,
        )  # [F, N, C, H, W]
        result = torch.where(inside[:, :, None], values, result)
    return result.half()
