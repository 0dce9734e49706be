"""Frames made four times as large by the upscaler that comes with Scenelang, or another in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.finish.upscaler import SCALE, PictureUpscaler
from scenelang.runtime.loading import load_network
from scenelang.runtime.workers import cores, side_by_side

WEIGHTS = Path(__file__).parent / "weights"


class Enlarger:
    """uint8 [F, H, W, 3] in, uint8 [F, 4H, 4W, 3] out, each frame by itself: the same frame gives the same.

    Raises ModelError where the weights can't be loaded.
    """

    def __init__(self, folder: Path = WEIGHTS, device: str = "cpu") -> None:
        self.device = torch.device(device)
        network = load_network(folder, PictureUpscaler, torch.float32, "render with `--upscale bicubic`")
        self.network: PictureUpscaler = network.to(self.device).eval()

    def __call__(self, frames: FrameArray) -> FrameArray:
        count, height, width, _ = frames.shape
        if not count:
            return np.zeros((0, SCALE * height, SCALE * width, 3), np.uint8)
        # on a CPU whole frames side by side use the cores better than one frame split among them
        workers = min(count, cores()) if self.device.type == "cpu" else 1
        return np.stack([*side_by_side(self._one, frames, workers)])

    def _one(self, frame: FrameArray) -> FrameArray:
        with torch.inference_mode():
            picture = torch.from_numpy(np.require(frame, requirements=("C", "W"))).to(self.device)
            x = picture.permute(2, 0, 1)[None].float() / 255
            # half the bits are as good and faster where the device has units for them
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                y = self.network(x)
            codes = (y[0].float() * 255).round_().clamp_(0, 255).to(torch.uint8)
            large: FrameArray = codes.permute(1, 2, 0).contiguous().cpu().numpy()
            return large
