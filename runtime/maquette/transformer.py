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

from scenelang.compiler.conditioning import COLOURED
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

CELL = 4  # pixels
GRID = 16  # pixels that a token is wide and high
STEP = 4  # frames in a token
PARTS = len(COLOURED)
SPREAD = 0.4  # standard deviation of pixels


@dataclass(frozen=True)
class Guides:
    """Cues as the network takes them: the same in every step of sampling."""

    cells: Tensor  # [B*F, h, w, C]
    text: Tensor  # [B, S*L, D]
    bias: Tensor  # [B, 1, T*K, S*L] of the attention to the text, T steps of K tokens
    vector: Tensor  # [B, F, V]
    crowd: Tensor  # [B, F, h, w] whether there is a body: what a training looks at more closely
    paints: (
        Tensor  # [B*F, h, w, LAYERS * PARTS, 3] the colours of the bodies' parts, -1 to 1; 0: not said
    )


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
    ) -> None:
        super().__init__()
        c, m, d, v = cell_dim, half_dim, dim, vector_dim
        # cues
        self.from_rays = nn.Sequential(nn.Linear(features.RAY_CHANNELS, c), nn.SiLU(), nn.Linear(c, c))
        self.from_light = nn.Linear(features.LIGHT_CHANNELS, c)
        self.from_body = nn.Linear(features.BODY_CHANNELS, c)
        self.body_word = nn.Linear(text_dim, 2 * c)
        self.body_colour = nn.Linear(4 * PARTS, 2 * c)
        self.body_mix = nn.Sequential(nn.SiLU(), nn.Linear(c, c), nn.SiLU())
        self.body_out = nn.Linear(features.LAYERS * c, c)
        self.from_air = nn.Linear(2 * CELL**2, c)
        self.air_word = nn.Linear(text_dim, c)
        self.missing = nn.Parameter(torch.zeros(len(GROUPS), c))
        self.no_text = nn.Parameter(torch.zeros(text_dim))
        self.from_time = nn.Sequential(nn.Linear(64, v), nn.SiLU(), nn.Linear(v, v))
        self.from_frame = nn.Sequential(
            nn.Linear(features.FRAME_CHANNELS, v), nn.SiLU(), nn.Linear(v, v)
        )
        self.from_text = nn.Linear(text_dim, v)
        # from pixels to tokens
        self.enter = nn.Linear(3 * CELL**2, c)
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
        self.to_cells = nn.Linear(m, 4 * c)
        self.up_cells = nn.ModuleList([ConvBlock(c, v), ConvBlock(c, v)])
        self.norm = Modulated(c, v)
        self.leave = nn.Linear(c, 3 * CELL**2)
        # how much of each part's own colour is in a pixel, so that colours need not be learned one by one
        self.mix_paints = nn.Linear(c, features.LAYERS * PARTS * CELL**2)
        self.apply(_begin)
        for layer in (self.leave, self.mix_paints):
            nn.init.zeros_(layer.weight)

    # cues -------------------------------------------------------------------------------

    def guide(self, cues: Cues, height: int, width: int, drop: Any = ()) -> Guides:
        """Cues for a picture of `height` x `width` pixels; `drop` names groups that are left out of all
        clips, or is a bool tensor [B, GROUPS] that says which of each."""
        b = len(cues.c2w_BF44)
        h, w = height // CELL, width // CELL
        device = cues.c2w_BF44.device
        dropped = drop if isinstance(drop, Tensor) else torch.tensor([[g in drop for g in GROUPS]] * b)
        keep = 1 - dropped.to(device).float()  # [B, GROUPS]
        text = dict(zip(GROUPS, keep.unbind(1), strict=True))
        cells, text_BKD, pooled_BFD, bias = self._read(cues, text["text"], h, w)
        with torch.autocast(device.type, enabled=False):
            r = features.rays(cues, h, w)
            maps = {"rays": features.ray_maps(r), "light": features.light_maps(cues, r)}
            bodies = features.body_maps(cues, r)
            vector = features.frame_vector(cues)
        cells = self._mixed("rays", self.from_rays(maps["rays"]), text, cells)
        cells = self._mixed("light", self.from_light(maps["light"]), text, cells)
        cells = self._mixed("bodies", self._bodies(cues, bodies, text["text"]), text, cells)
        cells = self._mixed("air", self._air(cues, height, width, text["text"]), text, cells)
        vector = self.from_frame(vector * text["light"][:, None, None]) + self.from_text(pooled_BFD)
        return Guides(
            cells.flatten(0, 1),
            text_BKD,
            bias,
            vector,
            bodies.there[..., 0, 0],
            self._paints(cues, bodies, keep),
        )

    def _mixed(self, group: str, made: Tensor, keep: dict[str, Tensor], to: Tensor) -> Tensor:
        share = keep[group].to(made.dtype)[:, None, None, None, None]
        return to + share * made + (1 - share) * self.missing[GROUPS.index(group)].to(made.dtype)

    def _read(self, cues: Cues, keep: Tensor, h: int, w: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The text of each frame: what cells start from, tokens for attention, a mean, and who reads what."""
        words = cues.text_BSLD
        there = (words != 0).any(-1)  # [B, S, L]
        mean = (words * there[..., None]).sum(2) / there.sum(2, keepdim=True).clamp_min(1)  # [B, S, D]
        share = keep[:, None, None]
        pooled = share * torch.einsum("bfs,bsd->bfd", cues.weight_BFS, mean) + (1 - share) * self.no_text
        text = share * words.flatten(1, 2) + (1 - share) * self.no_text
        weight = cues.weight_BFS.unflatten(1, (-1, STEP)).mean(2)  # [B, T, S]
        seen = (weight[..., None] * there[:, None].float()).flatten(2) + 1e-6  # [B, T, S*L]
        tokens = (h * CELL // GRID) * (w * CELL // GRID)
        bias = seen.log().repeat_interleave(tokens, 1)[:, None]
        start = words.new_zeros(())
        return start, text, pooled, bias

    def _bodies(self, cues: Cues, bodies: features.Bodies, keep: Tensor) -> Tensor:
        if cues.base_BFN3.shape[2] == 0:
            return cues.c2w_BF44.new_zeros(())
        words = cues.body_text_BTLD
        there = (words != 0).any(-1, keepdim=True)
        mean = (words * there).sum(2) / there.sum(2).clamp_min(1)  # [B, T, D]
        share = keep[:, None, None]
        mean = share * mean + (1 - share) * self.no_text
        who = cues.body_text_BFN.flatten(1)[..., None].expand(-1, -1, mean.shape[-1])
        words = mean.gather(1, who).view(*cues.body_text_BFN.shape, -1)  # [B, F, N, D]
        said = self.body_word(words) + self.body_colour(cues.colour_BFNC)
        gain, shift = features.of_cells(said, bodies.who).chunk(2, -1)
        mixed = self.body_mix(self.from_body(bodies.maps) * (1 + gain) + shift)
        return self.body_out((mixed * bodies.there.to(mixed.dtype)).flatten(-2))

    def _paints(self, cues: Cues, bodies: features.Bodies, keep: Tensor) -> Tensor:
        b, f, h, w = bodies.who.shape[:4]
        if cues.base_BFN3.shape[2] == 0:
            return cues.c2w_BF44.new_zeros(b * f, h, w, features.LAYERS * PARTS, 3)
        colours = cues.colour_BFNC.unflatten(-1, (PARTS, 4))
        paint = (2 * colours[..., :3] - 1) * colours[..., 3:]
        cells = features.of_cells(paint.flatten(-2), bodies.who) * bodies.there
        told = keep[:, GROUPS.index("text")] * keep[:, GROUPS.index("bodies")]
        return (cells * told[:, None, None, None, None, None]).view(b * f, h, w, -1, 3)

    def _air(self, cues: Cues, height: int, width: int, keep: Tensor) -> Tensor:
        b, f, p = *cues.c2w_BF44.shape[:2], cues.air_BFP2HW.shape[2]
        if p == 0:
            return cues.c2w_BF44.new_zeros(())
        maps = unshuffle(cues.air_BFP2HW.flatten(0, 2).sqrt(), CELL).view(
            b, f, p, height // CELL, width // CELL, -1
        )
        words = cues.air_text_BPLD
        there = (words != 0).any(-1, keepdim=True)
        mean = (words * there).sum(2) / there.sum(2).clamp_min(1)
        share = keep[:, None, None]
        said = self.air_word(share * mean + (1 - share) * self.no_text)[:, None, :, None, None]
        return (self.from_air(maps) * said).sum(2)

    # the clip ---------------------------------------------------------------------------

    def forward(self, hidden_states: Tensor, timestep: Tensor, guides: Guides) -> Tensor:
        """`hidden_states` [B, F, 3, H, W] with noise; `timestep` [B, F] from 0 (clean) to 1 (noise) of each
        frame. Returns the clean clip [B, F, 3, H, W]. F a multiple of 4, H and W of 16."""
        b, f, _, height, width = hidden_states.shape
        t_in, t_skip, t_out = (value[:, :, None, None, None] for value in _scales(timestep))
        vector = guides.vector + self.from_time(sinusoid(timestep, 64))
        v = fn.silu(vector).flatten(0, 1)  # [N, V]
        x = self.enter(unshuffle((t_in * hidden_states).flatten(0, 1), CELL)) + guides.cells
        for block in self.down_cells:
            x = block(x, v)
        fine = x
        x = self.to_halves(_gather(x, 2))
        for block in self.down_halves:
            x = block(x, v)
        x = self.down_time(x, f)
        coarse = x
        t, rows, columns = f // STEP, height // GRID, width // GRID
        x = _gather(x, 2).view(b, t, STEP, rows, columns, -1).permute(0, 1, 3, 4, 2, 5).flatten(4)
        x = (self.to_tokens(x) + self.place(_places(t, rows, columns, x))).flatten(1, 3)
        steps = fn.silu(vector.unflatten(1, (t, STEP)).mean(2)).repeat_interleave(rows * columns, 1)
        bias = guides.bias.to(x.dtype)
        for block in self.blocks:
            x = block(x, steps, guides.text, bias)
        x = self.from_tokens(x).view(b, t, rows, columns, STEP, -1).permute(0, 1, 4, 2, 3, 5)
        x = _scatter(self.spread(x.reshape(b * f, rows, columns, -1)), 2) + coarse
        x = self.up_time(x, f)
        for block in self.up_halves:
            x = block(x, v)
        x = _scatter(self.to_cells(x), 2) + fine
        for block in self.up_cells:
            x = block(x, v)
        x = self.norm(x, v[:, None, None])
        n, h, w, _ = x.shape
        share = self.mix_paints(x).view(n, h, w, CELL**2, features.LAYERS * PARTS)
        painted = (
            (share @ guides.paints.to(share.dtype)).transpose(-1, -2).flatten(-2)
        )  # [N, h, w, 3 * CELL^2]
        x = self.leave(x) + painted
        return t_skip * hidden_states + t_out * shuffle(x, CELL).view(b, f, 3, height, width)


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

    The skip is the best linear guess from one pixel, the output's factor what that guess is off by
    (preconditioning as in Karras et al. 2022, for x_t = (1 - t) x + t noise). The input fades with its
    signal, so that near t = 1 the cues alone decide.
    """
    own, noise = SPREAD**2 * (1 - t), t.square()
    total = own * (1 - t) + noise
    return (1 - t).clamp_min(0).sqrt(), own / total, SPREAD * t / total.sqrt()


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
