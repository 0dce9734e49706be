"""Maquette's network: a clip with noise and its cues in, the clean clip out.

Cells of 4x4 pixels carry what is local (what a ray meets, which body is near, what drifts there) through
convolutions; tokens of 4 frames x 16x16 pixels carry what is common, through a transformer that reads the text.

Legend of shapes: see cues.py; h, w count cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import GROUPS, Cues
from scenelang.runtime.maquette.layers import (
    Block,
    ConvBlock,
    Modulated,
    TimeMix,
    shuffle,
    sinusoid,
    unshuffle,
)
from scenelang.runtime.maquette.sketch import CELL, PASSED, Sketch, Sketched

GRID = 16  # pixels that a token is wide and high
STEP = 4  # frames in a token
SPREAD = 0.2  # standard deviation of pixels about the sketch


@dataclass(frozen=True)
class Guides:
    """Cues as the network takes them: the same in every step of sampling."""

    cells: Tensor  # [B*F, h, w, C]
    sketch: Tensor  # [B*F, h, w, 3 * CELL^2] the first guess of the pixels
    text: Tensor  # [B, S*L, D]
    bias: Tensor  # [B, 1, T*K, S*L] of the attention to the text, T steps of K tokens
    vector: Tensor  # [B, F, V]
    crowd: Tensor  # [B, F, h, w] how much solids cover: what a training looks at more closely


class MaquetteTransformer3DModel(ModelMixin, ConfigMixin):
    """A space-time transformer between convolutions. It predicts the clean clip, from -1 to 1."""

    @register_to_config
    def __init__(
        self,
        text_dim: int = 128,
        cell_dim: int = 96,
        half_dim: int = 160,
        dim: int = 256,
        heads: int = 4,
        depth: int = 5,
        vector_dim: int = 160,
        sketch_dim: int = 128,
        body_dim: int = 256,
        scenery: int = 192,
    ) -> None:
        super().__init__()
        c, m, d, v = cell_dim, half_dim, dim, vector_dim
        # cues
        self.sketch = Sketch(text_dim, sketch_dim, body_dim, scenery)
        self.to_cells = nn.Linear(PASSED * CELL**2, c)
        self.no_text = nn.Parameter(torch.zeros(text_dim))
        self.from_time = nn.Sequential(nn.Linear(64, v), nn.SiLU(), nn.Linear(v, v))
        self.from_frame = nn.Sequential(
            nn.Linear(features.FRAME_CHANNELS, v), nn.SiLU(), nn.Linear(v, v)
        )
        self.from_text = nn.Linear(text_dim, v)
        # from pixels to tokens
        self.enter = nn.Linear(6 * CELL**2, c)
        self.down_cells = nn.ModuleList([ConvBlock(c, v)])
        self.to_halves = nn.Linear(4 * c, m)
        self.down_halves = nn.ModuleList([ConvBlock(m, v)])
        self.down_time = TimeMix(m)
        self.to_tokens = nn.Linear(4 * m * STEP, d)
        self.place = nn.Linear(48, d)
        self.blocks = nn.ModuleList([Block(d, heads, text_dim, v) for _ in range(depth)])
        # and back
        self.from_tokens = nn.Linear(d, m * STEP)
        self.spread = nn.Linear(m, 4 * m)
        self.up_time = TimeMix(m)
        self.up_halves = nn.ModuleList([ConvBlock(m, v), ConvBlock(m, v)])
        self.gather = nn.Linear(m, 4 * c)
        self.up_cells = nn.ModuleList([ConvBlock(c, v), ConvBlock(c, v)])
        self.norm = Modulated(c, v)
        self.leave = nn.Linear(c, 3 * CELL**2)
        self.apply(_begin)
        for layer in (self.leave, *self.sketch.ends):
            nn.init.zeros_(layer.weight)

    # cues -------------------------------------------------------------------------------

    def sketched(self, cues: Cues, height: int, width: int, drop: Any = ()) -> tuple[Sketched, Tensor]:
        """The first guess of a picture of `height` x `width` pixels; `drop` names groups of cues that are left out of
        all clips, or is a bool tensor [B, GROUPS] that says which of each. With it which are kept, [B, GROUPS]."""
        b = len(cues.c2w_BF44)
        dropped = drop if isinstance(drop, Tensor) else torch.tensor([[g in drop for g in GROUPS]] * b)
        keep = 1 - dropped.to(cues.c2w_BF44.device).float()
        return self.sketch(cues, keep, height, width), keep

    def guide(self, cues: Cues, found: Sketched, keep: Tensor) -> Guides:
        """Cues and their sketch as the network takes them."""
        height, width = (CELL * n for n in found.picture.shape[2:4])
        tokens = (height // GRID) * (width // GRID)
        text, bias = self._read(cues, keep[:, GROUPS.index("text")], tokens)
        vector = self.from_frame(found.lit) + self.from_text(found.said)
        return Guides(
            self.to_cells(found.cells.flatten(0, 1)),
            found.picture.flatten(0, 1),
            text,
            bias,
            vector,
            found.bodies,
        )

    def _read(self, cues: Cues, keep: Tensor, tokens: int) -> tuple[Tensor, Tensor]:
        """Tokens of text for the attention, and who reads what."""
        words = cues.text_BSLD
        there = (words != 0).any(-1)  # [B, S, L]
        share = keep[:, None, None]
        text = share * words.flatten(1, 2) + (1 - share) * self.no_text
        weight = cues.weight_BFS.unflatten(1, (-1, STEP)).mean(2)  # [B, T, S]
        seen = (weight[..., None] * there[:, None].float()).flatten(2) + 1e-6  # [B, T, S*L]
        return text, seen.log().repeat_interleave(tokens, 1)[:, None]

    # the clip ---------------------------------------------------------------------------

    def forward(self, hidden_states: Tensor, timestep: Tensor, guides: Guides) -> Tensor:
        """`hidden_states` [B, F, 3, H, W] with noise; `timestep` [B, F] from 0 (clean) to 1 (noise) of each
        frame. Returns the clean clip [B, F, 3, H, W]. F a multiple of 4, H and W of 16."""
        b, f, _, height, width = hidden_states.shape
        t = timestep.flatten()[:, None, None, None]  # [N, 1, 1, 1]
        t_in, t_skip, t_out = _scales(t)
        sketch = guides.sketch.detach().float()  # which learns from its own error
        off = unshuffle(hidden_states.flatten(0, 1), CELL) - (1 - t) * sketch
        vector = guides.vector + self.from_time(sinusoid(timestep, 64))
        v = fn.silu(vector).flatten(0, 1)  # [N, V]
        x = self.enter(torch.cat([t_in * off, sketch], -1)) + guides.cells
        for block in self.down_cells:
            x = block(x, v)
        fine = x
        x = self.to_halves(_gather(x, 2))
        for block in self.down_halves:
            x = block(x, v)
        x = self.down_time(x, f)
        coarse = x
        steps, rows, columns = f // STEP, height // GRID, width // GRID
        x = _gather(x, 2).view(b, steps, STEP, rows, columns, -1).permute(0, 1, 3, 4, 2, 5).flatten(4)
        x = (self.to_tokens(x) + self.place(_places(steps, rows, columns, x))).flatten(1, 3)
        by_step = vector.unflatten(1, (steps, STEP)).mean(2)
        by_token = fn.silu(by_step).repeat_interleave(rows * columns, 1)
        bias = guides.bias.to(x.dtype)
        for block in self.blocks:
            x = block(x, by_token, guides.text, bias)
        x = self.from_tokens(x).view(b, steps, rows, columns, STEP, -1).permute(0, 1, 4, 2, 3, 5)
        x = _scatter(self.spread(x.reshape(b * f, rows, columns, -1)), 2) + coarse
        x = self.up_time(x, f)
        for block in self.up_halves:
            x = block(x, v)
        x = _scatter(self.gather(x), 2) + fine
        for block in self.up_cells:
            x = block(x, v)
        guess = sketch + t_skip * off + t_out * self.leave(self.norm(x, v[:, None, None]))
        return shuffle(guess, CELL).view(b, f, 3, height, width)


def _begin(module: nn.Module) -> None:
    """Weights that keep the size of what passes through them and a SiLU: with torch's own, which shrink it at
    every layer, what a body looks like hardly reaches the picture, and is learned late. Zeros stay."""
    if not isinstance(module, nn.Linear | nn.Conv2d) or module.weight.is_meta:
        return  # a meta tensor: weights are about to be loaded
    if module.weight.any():
        nn.init.normal_(module.weight, std=math.sqrt(2 / module.weight[0].numel()))
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _scales(t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Factors of the network's input, of what skips it and of its output, at the noise level t.

    What is guessed is how the clip differs from its sketch. The skip is the best linear guess of that from one
    pixel, the output's factor what the guess is off by (preconditioning as in Karras et al. 2022, for
    x_t = (1 - t) x + t noise). The input fades with its signal, so that near t = 1 the cues alone decide.
    """
    own, noise = SPREAD**2 * (1 - t), t.square()
    total = own * (1 - t) + noise
    return ((1 - t).clamp_min(0) / total).sqrt(), own / total, SPREAD * t / total.sqrt()


def _gather(x: Tensor, n: int) -> Tensor:
    """[N, h, w, C] to [N, h/n, w/n, n*n*C]."""
    b, h, w, c = x.shape
    return x.view(b, h // n, n, w // n, n, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h // n, w // n, -1)


def _scatter(x: Tensor, n: int) -> Tensor:
    """The way back: [N, h, w, n*n*C] to [N, h*n, w*n, C]."""
    b, h, w, c = x.shape
    x = x.view(b, h, w, n, n, c // n**2).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(b, h * n, w * n, c // n**2)


def _places(t: int, rows: int, columns: int, like: Tensor) -> Tensor:
    """[t, rows, columns, 48]: where a token is in its clip, from 0 to 1 in each direction."""
    axes = [torch.arange(n, device=like.device) / max(n, 1) for n in (t, rows, columns)]
    grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
    return sinusoid(grid, 16, 20.0).flatten(-2)
