"""How alike two pictures are: PSNR and SSIM, as they are usually given for enlarged pictures."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as fn

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
WINDOW, SIGMA = 11, 1.5  # pixels: of Wang et al. 2004


def psnr(x: Tensor, y: Tensor) -> Tensor:
    """Decibels [N] between pictures [N, 3, H, W] from 0 to 1; equal pictures have 100."""
    error = (x - y).square().flatten(1).mean(1)
    return -10 * error.clamp_min(1e-10).log10()


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity [N] of the luma of pictures [N, 3, H, W] from 0 to 1 (Wang et al. 2004)."""
    a, b = (_luma(picture) for picture in (x, y))
    mean = _means(torch.cat([a, b, a * a, b * b, a * b], 1))
    ma, mb, aa, bb, ab = mean.unbind(1)
    va, vb, cov = aa - ma * ma, bb - mb * mb, ab - ma * mb
    one, two = 0.01**2, 0.03**2
    alike = ((2 * ma * mb + one) * (2 * cov + two)) / ((ma * ma + mb * mb + one) * (va + vb + two))
    return alike.flatten(1).mean(1)


def _luma(picture: Tensor) -> Tensor:
    weights = picture.new_tensor(LUMA).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True)


def _means(planes: Tensor) -> Tensor:
    """Planes [N, C, H, W] averaged under a Gaussian window, without their rims."""
    away = torch.arange(WINDOW, device=planes.device, dtype=planes.dtype) - WINDOW // 2
    bell = (-(away**2) / (2 * SIGMA**2)).exp()
    bell = (bell / bell.sum()).expand(planes.shape[1], 1, -1)
    across = fn.conv2d(planes, bell[:, :, None], groups=planes.shape[1])
    return fn.conv2d(across, bell[:, :, :, None], groups=planes.shape[1])
