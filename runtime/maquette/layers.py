"""The parts that maquette's network is built of. Maps have the channels last: [N, h, w, C], N = B x F."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as fn


def unshuffle(x: Tensor, cell: int) -> Tensor:
    """[N, C, H, W] to [N, H/cell, W/cell, C * cell^2]."""
    return fn.pixel_unshuffle(x, cell).permute(0, 2, 3, 1)


def shuffle(x: Tensor, cell: int) -> Tensor:
    """The way back: [N, h, w, C * cell^2] to [N, C, H, W]."""
    return fn.pixel_shuffle(x.permute(0, 3, 1, 2), cell)


def normed(x: Tensor) -> Tensor:
    """Layer norm without weights, in the kind of numbers of x."""
    with torch.autocast(x.device.type, enabled=False):
        return fn.layer_norm(x, x.shape[-1:])


class Modulated(nn.Module):
    """Layer norm, scaled and shifted by the vector of each frame (or token)."""

    def __init__(self, width: int, vector: int) -> None:
        super().__init__()
        self.width = width
        self.by = nn.Linear(vector, 2 * width)
        nn.init.zeros_(self.by.weight)
        nn.init.zeros_(self.by.bias)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """`vector` must broadcast against `x` but for the last axis."""
        scale, shift = self.by(vector).chunk(2, -1)
        with torch.autocast(x.device.type, enabled=False):  # which would go on in float32
            return torch.addcmul(
                shift.to(x.dtype), fn.layer_norm(x, (self.width,)), (1 + scale).to(x.dtype)
            )


class ConvBlock(nn.Module):
    """A 3x3 convolution over space and a mixing of channels, modulated by the frame."""

    def __init__(self, width: int, vector: int) -> None:
        super().__init__()
        self.norm = Modulated(width, vector)
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.mix = nn.Linear(width, width)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        h = self.norm(x, vector[:, None, None])
        h = self.conv(h.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x + self.mix(fn.silu(h))


class TimeMix(nn.Module):
    """Each cell with the same cell of the frames before and after."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Linear(3 * width, width)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        clip = x.view(-1, frames, *x.shape[1:])
        before = torch.cat([clip[:, :1], clip[:, :-1]], 1)
        after = torch.cat([clip[:, 1:], clip[:, -1:]], 1)
        return x + self.mix(fn.silu(torch.cat([before, clip, after], -1))).view_as(x)


class Attention(nn.Module):
    """Of tokens among themselves, or to a text; queries and keys are normed (QK-norm)."""

    def __init__(self, width: int, heads: int, text: int | None = None) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width)
        self.to_kv = nn.Linear(text or width, 2 * width)
        self.out = nn.Linear(width, width)
        self.gain = nn.Parameter(torch.ones(heads, 1, 1))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, text: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
        source = x if text is None else text
        q = self._heads(self.to_q(x))
        k, v = (self._heads(part) for part in self.to_kv(source).chunk(2, -1))
        size = q.shape[-1]
        q, k = (
            fn.rms_norm(q, (size,)) * (self.gain / math.sqrt(size)).to(q.dtype),
            fn.rms_norm(k, (size,)),
        )
        # plain products: on a CPU, and for as few tokens as these, faster than the fused kernel
        scores = q @ k.transpose(-1, -2) / math.sqrt(size)
        y = (scores if bias is None else scores + bias).softmax(-1).to(v.dtype) @ v
        return self.out(y.transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """A transformer block: tokens among themselves, tokens and text, each token alone."""

    def __init__(self, width: int, heads: int, text: int, vector: int) -> None:
        super().__init__()
        self.norm1, self.attend = Modulated(width, vector), Attention(width, heads)
        self.norm2, self.read = Modulated(width, vector), Attention(width, heads, text)
        self.norm3 = Modulated(width, vector)
        self.rise, self.fall = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        nn.init.zeros_(self.fall.weight)
        nn.init.zeros_(self.fall.bias)

    def forward(self, x: Tensor, vector: Tensor, text: Tensor, bias: Tensor) -> Tensor:
        x = x + self.attend(self.norm1(x, vector))
        x = x + self.read(self.norm2(x, vector), text, bias)
        return x + self.fall(fn.gelu(self.rise(self.norm3(x, vector)), approximate="tanh"))


def sinusoid(x: Tensor, width: int, top: float = 1000.0) -> Tensor:
    """Sines and cosines [..., width] of numbers from 0 to 1, from one turn to `top`."""
    steps = torch.linspace(0, math.log(top), width // 2, device=x.device).exp()
    phase = x[..., None] * steps
    return torch.cat([phase.sin(), phase.cos()], -1)


def pieces(many: int, few: int, device: torch.device) -> list[slice]:
    """Of `many` things those that are worked on at once: on a CPU where nothing is learned `few`, so that what is worked
    out of them stays in a core's own cache, elsewhere all."""
    step = few if device.type == "cpu" and not torch.is_grad_enabled() else max(1, many)
    return [slice(n, n + step) for n in range(0, max(1, many), step)]
