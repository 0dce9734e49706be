"""A small convolutional network that enlarges pictures four times.

Everything but the last step is worked out at the small size; what it says is added to a bicubic enlargement
(ESPCN by Shi et al. 2016 with the residual of VDSR by Kim et al. 2016).
"""

from __future__ import annotations

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as fn

SCALE = 4


class _Block(nn.Module):
    """Two 3x3 convolutions beside a straight way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.rise = nn.Conv2d(width, width, 3, padding=1)
        self.fall = nn.Conv2d(width, width, 3, padding=1)
        with torch.no_grad():
            self.fall.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fall(fn.relu(self.rise(x)))


class PictureUpscaler(ModelMixin, ConfigMixin):
    """Pictures [N, 3, H, W], sRGB from 0 to 1, to [N, 3, 4H, 4W] of the same, not clamped.

    `width` is the number of channels, `blocks` that of the residual blocks between the first and the last
    convolution. Untrained it is bicubic exactly: the last convolution begins with zeros.
    """

    @register_to_config
    def __init__(self, width: int = 48, blocks: int = 5) -> None:
        super().__init__()
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*(_Block(width) for _ in range(blocks)))
        self.leave = nn.Conv2d(width, 3 * SCALE**2, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor) -> Tensor:
        detail = fn.pixel_shuffle(self.leave(fn.relu(self.body(self.enter(x - 0.5)))), SCALE)
        plain = fn.interpolate(x, scale_factor=SCALE, mode="bicubic", align_corners=False)
        return plain + detail.to(plain.dtype)
