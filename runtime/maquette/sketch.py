"""What the cues alone say of a clip: a first picture, and what the network reads of every cell.

All that is known of a cell of 4x4 pixels (its ray, the light, the bodies near it with their words and
colours, what drifts there, the words of the scene) goes side by side into one small network for each cell, so
that nothing has to be told apart again. It answers as a picture comes about: what colour a surface is, mixed
from what the film says and what it has learned, how much of each light falls there, what glows by itself
(development.py). What it can't know, whatever lies beside a cell, is for the rest.

Legend of shapes: see cues.py; h, w count cells, V the width of the frames' vector.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from scenelang.compiler.conditioning import COLOURED
from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import GROUPS, Cues
from scenelang.runtime.maquette.development import developed, linear
from scenelang.runtime.maquette.layers import unshuffle

CELL = 4  # pixels
PARTS = len(COLOURED)
PAINTS = features.LAYERS * PARTS
SAID, CALLED, DRIFTING = 64, 48, 64  # how wide words of the scene, of a body, and the air are here
BLOCK = 2  # pixels: light is worked out for blocks of them
BLOCKS = (CELL // BLOCK) ** 2
LAMPS = features.IRRADIANCES + 1  # the film's own light, and an even white


@dataclass(frozen=True)
class Sketched:
    """`cells` [B, F, h, w, C] for the network, `picture` [B, F, h, w, 3 * CELL^2] the first guess of the clip's
    pixels, `bodies` [B, F, h, w] whether there is one, `said` [B, F, D] the frame's words, `lit`
    [B, F, FRAME_CHANNELS] its light."""

    cells: Tensor
    picture: Tensor
    bodies: Tensor
    said: Tensor
    lit: Tensor


@dataclass(frozen=True)
class _Told:
    """Of each cell's bodies: `own` [B, F, h, w, LAYERS, …] words and colours, `paints` [B, F, h, w, PAINTS, 3] linear
    RGB, `said` [B, F, h, w, PAINTS] whether there is one, `called` [B, F, N, CALLED] words of each body."""

    own: Tensor
    paints: Tensor
    said: Tensor
    called: Tensor


class Sketch(nn.Module):
    """One network for every cell."""

    def __init__(self, text_dim: int, width: int, depth: int, cell_dim: int) -> None:
        super().__init__()
        self.words = nn.Linear(text_dim, SAID)
        self.calls = nn.Linear(text_dim, CALLED)
        self.drifts, self.kinds = nn.Linear(2 * CELL**2, DRIFTING), nn.Linear(text_dim, DRIFTING)
        body = features.BODY_CHANNELS + CALLED + 4 * PARTS
        known = features.RAY_CHANNELS + features.LIGHT_CHANNELS + features.LAYERS * body
        known += SAID + features.FRAME_CHANNELS + DRIFTING + len(GROUPS)
        self.enter = nn.Linear(known, width)
        # words choose among what a place or a shape could be: a product, which a sum learns slowly
        self.by_place, self.by_body = nn.Linear(SAID, width), nn.Linear(CALLED, width)
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.to_cells = nn.Linear(width, cell_dim)
        self.draw = nn.Linear(width, 6 * CELL**2)  # a colour of its own and a glow
        self.mix_paints = nn.Linear(width, (1 + PAINTS) * CELL**2)
        self.lights = nn.Linear(width, 2 * LAMPS * BLOCKS)

    @property
    def ends(self) -> tuple[nn.Linear, ...]:
        """The layers that begin with zeros."""
        return self.draw, self.mix_paints, self.lights, self.by_place, self.by_body

    def forward(self, cues: Cues, keep: Tensor, height: int, width: int) -> Sketched:
        """`keep` [B, GROUPS], 1 for the groups of cues that count and 0 for those that are left out."""
        share = dict(zip(GROUPS, keep[:, :, None, None, None, None].unbind(1), strict=True))
        h, w = height // CELL, width // CELL
        with torch.autocast(keep.device.type, enabled=False):
            r = features.rays(cues, h, w)
            bodies = features.body_maps(cues, r)
            frame = features.frame_vector(cues) * share["light"].flatten(1)[:, :, None]
            said = torch.einsum("bfs,bsd->bfd", cues.weight_BFS, _mean(cues.text_BSLD))
            said = said * share["text"].flatten(1)[:, :, None]
            told = self._bodies(cues, bodies, share)
            words = self.words(said)
            parts = [
                share["rays"] * features.ray_maps(r),
                share["light"] * features.light_maps(cues, r),
                share["bodies"] * torch.cat([bodies.maps, told.own], -1).flatten(-2),
                share["air"] * self._air(cues, height, width, share["text"]),
            ]
            even = torch.cat([words, frame, keep[:, None].expand(*said.shape[:2], -1)], -1)
            parts.append(even[:, :, None, None].expand(*r.d.shape[:4], -1))
            known = torch.cat(parts, -1)
            light = share["light"][..., None] * features.irradiance(cues, r, bodies)
            light = torch.cat([light, torch.ones_like(light[..., :1, :])], -2)  # [B, F, h, w, LAMPS, 3]
        x = fn.silu(self.enter(known)) * self._chosen(words, told, bodies)
        for layer in self.layers:
            x = x + fn.silu(layer(_normed(x)))
        x = _normed(x)
        with torch.autocast(keep.device.type, enabled=False):
            picture = self._picture(x, told, light)
        return Sketched(self.to_cells(x), picture, bodies.there[..., 0, 0], said, frame)

    def _chosen(self, words: Tensor, told: _Told, bodies: features.Bodies) -> Tensor:
        """What the place and the nearest body make of each channel, [B, F, h, w, width]."""
        chosen = 1 + self.by_place(words)[:, :, None, None]
        if told.called.shape[2] == 0:
            return chosen
        near = features.of_cells(self.by_body(told.called), bodies.who[..., :1])[..., 0, :]
        return chosen + near * bodies.there[..., 0, :]

    def _picture(self, x: Tensor, told: _Told, light: Tensor) -> Tensor:
        """[B, F, h, w, 3 * CELL^2] from -1 to 1: colours of surfaces times the light on them, and what glows."""
        shape = x.shape[:-1]
        own, glow = self.draw(x).float().view(*shape, CELL**2, 2, 3).unbind(-2)
        mixed = self.mix_paints(x).float().view(*shape, CELL**2, 1 + PAINTS)
        there = torch.cat([torch.ones_like(told.said[..., :1]), told.said], -1)
        mixed = mixed.masked_fill(there[..., None, :] == 0, -torch.inf).softmax(-1)
        albedo = mixed[..., :1] * own.sigmoid() + mixed[..., 1:] @ told.paints
        falls = fn.softplus(self.lights(x).float() - 1).view(*shape, 2, BLOCKS, LAMPS)
        falls, haze = (falls @ light[..., None, :, :]).unbind(-3)  # [..., BLOCKS, 3]
        falls, haze = (_pixels(part) for part in (falls, 0.1 * haze))
        radiance = albedo * falls + haze + fn.softplus(glow - 4)
        return (2 * developed(radiance) - 1).transpose(-1, -2).flatten(-2)

    def _bodies(self, cues: Cues, bodies: features.Bodies, share: dict[str, Tensor]) -> _Told:
        shape = bodies.there.shape[:-1]
        none = bodies.maps.new_zeros
        if cues.base_BFN3.shape[2] == 0:
            called = none(*shape[:2], 0, CALLED)
            return _Told(
                none(*shape, CALLED + 4 * PARTS),
                none(*shape[:4], PAINTS, 3),
                none(*shape[:4], PAINTS),
                called,
            )
        texts = self.calls(_mean(cues.body_text_BTLD))
        who = cues.body_text_BFN.flatten(1)[..., None].expand(-1, -1, CALLED)
        called = texts.gather(1, who).view(*cues.body_text_BFN.shape, CALLED)
        told = share["text"][..., 0] * share["bodies"][..., 0]
        called = called * told
        own = features.of_cells(torch.cat([called, cues.colour_BFNC * told], -1), bodies.who)
        own = own * bodies.there
        colours = own[..., CALLED:].unflatten(-1, (PARTS, 4)).flatten(-3, -2)
        return _Told(own, linear(colours[..., :3]), colours[..., 3], called)

    def _air(self, cues: Cues, height: int, width: int, told: Tensor) -> Tensor:
        b, f, p = *cues.c2w_BF44.shape[:2], cues.air_BFP2HW.shape[2]
        h, w = height // CELL, width // CELL
        if p == 0:
            return cues.c2w_BF44.new_zeros(b, f, h, w, DRIFTING)
        maps = unshuffle(cues.air_BFP2HW.flatten(0, 2).sqrt(), CELL).view(b, f, p, h, w, -1)
        kinds = self.kinds(_mean(cues.air_text_BPLD) * told.flatten(1)[:, :, None])
        return (self.drifts(maps) * kinds[:, None, :, None, None]).sum(2)


def _pixels(blocks: Tensor) -> Tensor:
    """[..., BLOCKS, 3] as [..., CELL^2, 3]."""
    side = CELL // BLOCK
    grid = blocks.unflatten(-2, (side, side))
    return grid.repeat_interleave(BLOCK, -3).repeat_interleave(BLOCK, -2).flatten(-3, -2)


def _mean(words: Tensor) -> Tensor:
    """Embeddings [..., L, D], zero behind a text's end, to their mean [..., D]."""
    there = (words != 0).any(-1, keepdim=True)
    return words.sum(-2) / there.sum(-2).clamp_min(1)


def _normed(x: Tensor) -> Tensor:
    with torch.autocast(x.device.type, enabled=False):
        return fn.layer_norm(x, x.shape[-1:])
