"""What the upscaler learns from: patches of pairs, small ones as backends make them, large ones as they should be."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as fn

from scenelang.runtime.finish.upscaler import SCALE
from scenelang.runtime.training.pairs import Pictures, new_shards, read_shard

PATCH = 48  # small pixels
SHRUNK = 0.4  # of the patches: the large picture shrunk; the others are as they were drawn or sampled
MODEL = 0.7  # of the pictures that were sampled: how often that is the small one
BLURRED = 0.5  # of the shrunk ones, how many are blurred before
MOST_BLUR = 0.8  # small pixels, standard deviation
GRAIN = 1.5 / 255  # at most, in a quarter of all


class Pool:
    """Pictures kept where the training works, uint8 [P, 3, H, W]; the oldest give way when it is full."""

    def __init__(self, folder: Path, most: int, device: str) -> None:
        self.folder, self.most, self.device = folder, most, device
        self.seen: set[str] = set()
        self.kept: list[dict[str, Tensor]] = []
        self.taken = 0

    def refresh(self, at_once: int = 64) -> int:
        """Takes up to `at_once` shards that came since. Returns how many pictures there are."""
        for _, path in zip(range(at_once), new_shards(self.folder, self.seen), strict=False):
            for frame in _frames(read_shard(path), self.device):
                if len(self.kept) < self.most:
                    self.kept.append(frame)
                else:
                    self.kept[self.taken % self.most] = frame
                self.taken += 1
        return len(self.kept)

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Patches: small [N, 3, PATCH, PATCH] and large [N, 3, 4 PATCH, 4 PATCH], from 0 to 1."""
        small, large = zip(*(self._patch(generator) for _ in range(size)), strict=True)
        x, y = torch.stack(small).float() / 255, torch.stack(large).float() / 255
        shrunk = torch.rand(size, generator=generator) < SHRUNK
        if shrunk.any():
            chosen = shrunk.nonzero()[:, 0].to(x.device)
            x[chosen] = _shrunk(y[chosen], generator)
        noise = torch.rand(size, generator=generator) * 4 - 3  # in a quarter of all it is above 0
        strength = noise.clamp_min(0).mul(GRAIN).to(x.device).view(-1, 1, 1, 1)
        grain = torch.randn(x.shape, generator=generator).to(x.device)
        x = ((x + strength * grain) * 255).round().clamp(0, 255) / 255
        return _turned(x, y, generator)

    def _patch(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        frame = self.kept[_below(len(self.kept), generator)]
        by_model = "model" in frame and _share(generator) < MODEL
        small = frame["model" if by_model else "small"]
        top, left = (_below(side - PATCH + 1, generator) for side in small.shape[1:])
        s = SCALE
        return (
            small[:, top : top + PATCH, left : left + PATCH],
            frame["large"][:, s * top : s * (top + PATCH), s * left : s * (left + PATCH)],
        )


def _frames(shard: Pictures, device: str) -> list[dict[str, Tensor]]:
    planes = {
        name: torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().to(device)
        for name, pictures in shard.items()
    }
    count = len(planes["large"])
    return [{name: plane[k] for name, plane in planes.items()} for k in range(count)]


def shrink(y: Tensor) -> Tensor:
    """Pictures [N, 3, 4H, 4W] at a quarter of the size: each pixel the mean of those it covers."""
    return fn.avg_pool2d(y, SCALE)


def _shrunk(y: Tensor, generator: torch.Generator) -> Tensor:
    small = shrink(y)
    if _share(generator) < BLURRED:
        small = shrink(_blurred(y, SCALE * (0.2 + (MOST_BLUR - 0.2) * _share(generator))))
    return small


def _blurred(y: Tensor, sigma: float) -> Tensor:
    reach = int(3 * sigma) + 1
    away = torch.arange(-reach, reach + 1, device=y.device, dtype=y.dtype)
    bell = (-(away**2) / (2 * sigma**2)).exp()
    bell = (bell / bell.sum()).expand(3, 1, -1)
    y = fn.conv2d(fn.pad(y, (reach, reach, 0, 0), "replicate"), bell[:, :, None], groups=3)
    return fn.conv2d(fn.pad(y, (0, 0, reach, reach), "replicate"), bell[:, :, :, None], groups=3)


def _turned(x: Tensor, y: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Both mirrored and turned alike, by chance, so that edges of all directions are learned."""
    if _share(generator) < 0.5:
        x, y = x.flip(3), y.flip(3)
    if _share(generator) < 0.5:
        x, y = x.flip(2), y.flip(2)
    if _share(generator) < 0.5:
        x, y = x.transpose(2, 3), y.transpose(2, 3)
    return x, y


def _share(generator: torch.Generator) -> float:
    return float(torch.rand((), generator=generator))


def _below(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=generator))
