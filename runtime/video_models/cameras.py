"""The film's camera in the conventions of the models that take one: pure functions of poses and intrinsics.

Poses are `c2w_F44`, camera to world, OpenCV axes, metres; intrinsics `K_F33`, normalised by width and height.
Legend of shapes: F frames, T latent frames, H and W pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from scenelang.compiler.rays import plucker


def relative(c2w_F44: Tensor) -> Tensor:
    """Poses in the axes of the first, which becomes the identity exactly."""
    result = torch.linalg.inv(c2w_F44[:1].double()) @ c2w_F44.double()
    result[0] = torch.eye(4)
    return result.float()


def cameractrl(c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """CameraCtrl, AC3D: rays (o x d, d) at pixel centres, relative to the first frame; [F, 6, H, W]."""
    return plucker(relative(c2w_F44), K_F33, height, width)


def wan_fun(c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> Tensor:
    """Wan Fun-Control-Camera: CameraCtrl's rays of F = 4k + 1 frames, the first four times, grouped by four.

    [1, 24, T, H, W]; channel 4·c + t is ray channel c of the t-th frame of the group.
    """
    rays = cameractrl(c2w_F44, K_F33, height, width)
    groups = torch.cat([rays[:1].expand(3, -1, -1, -1), rays]).unflatten(0, (-1, 4))  # [T, 4, 6, H, W]
    return groups.transpose(1, 2).flatten(1, 2).transpose(0, 1)[None]


def sana_wm(c2w_F44: Tensor, K_F33: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """SANA-WM: poses relative to the first [F, 4, 4], and fx, fy, cx, cy in pixels of the picture [F, 4].

    Its pipeline makes rays (d, o x d) of them, at every 32nd pixel's corner.
    """
    fx, fy, cx, cy = K_F33[:, 0, 0], K_F33[:, 1, 1], K_F33[:, 0, 2], K_F33[:, 1, 2]
    return relative(c2w_F44), torch.stack([fx * width, fy * height, cx * width, cy * height], dim=-1)


def cosmos(c2w_F44: Tensor) -> Tensor:
    """Cosmos 3 `camera_pose`: from each frame to the next, translation in the frame's own axes and the first two
    columns of the rotation; [F - 1, 9]."""
    step = torch.linalg.inv(c2w_F44[:-1].double()) @ c2w_F44[1:].double()
    return torch.cat([step[:, :3, 3], step[:, :3, 0], step[:, :3, 1]], dim=-1).float()


def motionctrl(c2w_F44: Tensor) -> Tensor:
    """MotionCtrl: the 3x4 matrix of each pose relative to the first, row by row; [F, 12]."""
    return relative(c2w_F44)[:, :3].flatten(1)
