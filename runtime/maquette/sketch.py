"""What the cues alone say of a clip: a first picture, and what the network reads of every cell.

All that is known of a cell of 4x4 pixels (its ray, the light, the bodies near it with their words and
colours, what drifts there, the words of the scene) goes side by side into one small network for each cell, so
that nothing has to be told apart again. What it can't know, whatever lies beside a cell, is for the rest.

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
from scenelang.runtime.maquette.layers import unshuffle

CELL = 4  # pixels
PARTS = len(COLOURED)
PAINTS = features.LAYERS * PARTS
SAID, CALLED, DRIFTING = 64, 48, 64  # how wide words of the scene, of a body, and the air are here


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
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.to_cells = nn.Linear(width, cell_dim)
        self.draw = nn.Linear(width, 3 * CELL**2)
        # how much of each part's own colour is in a pixel, so that colours need not be learned one by one
        self.mix_paints = nn.Linear(width, PAINTS * CELL**2)

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
            own, paints = self._bodies(cues, bodies, share)
            parts = [
                share["rays"] * features.ray_maps(r),
                share["light"] * features.light_maps(cues, r),
                share["bodies"] * torch.cat([bodies.maps, own], -1).flatten(-2),
                share["air"] * self._air(cues, height, width, share["text"]),
            ]
            even = torch.cat([self.words(said), frame, keep[:, None].expand(*said.shape[:2], -1)], -1)
            parts.append(even[:, :, None, None].expand(*r.d.shape[:4], -1))
            known = torch.cat(parts, -1)
        x = fn.silu(self.enter(known))
        for layer in self.layers:
            x = x + fn.silu(layer(_normed(x)))
        x = _normed(x)
        mixed = self.mix_paints(x).unflatten(-1, (CELL**2, PAINTS)) @ paints.to(x.dtype)
        picture = self.draw(x) + mixed.transpose(-1, -2).flatten(-2)
        return Sketched(self.to_cells(x), picture, bodies.there[..., 0, 0], said, frame)

    def _bodies(
        self, cues: Cues, bodies: features.Bodies, share: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Words and colours of each cell's bodies, and the colours alone [B, F, h, w, PAINTS, 3], -1 to 1."""
        shape = bodies.there.shape[:-1]
        if cues.base_BFN3.shape[2] == 0:
            none = bodies.maps.new_zeros
            return none(*shape, CALLED + 4 * PARTS), none(*shape[:4], PAINTS, 3)
        texts = self.calls(_mean(cues.body_text_BTLD))
        who = cues.body_text_BFN.flatten(1)[..., None].expand(-1, -1, CALLED)
        called = texts.gather(1, who).view(*cues.body_text_BFN.shape, CALLED)
        own = features.of_cells(torch.cat([called, cues.colour_BFNC], -1), bodies.who)
        own = own * bodies.there * share["text"][..., None]
        colours = (own * share["bodies"][..., None])[..., CALLED:].unflatten(-1, (PARTS, 4))
        paints = (2 * colours[..., :3] - 1) * colours[..., 3:]
        return own, paints.flatten(-3, -2)

    def _air(self, cues: Cues, height: int, width: int, told: Tensor) -> Tensor:
        b, f, p = *cues.c2w_BF44.shape[:2], cues.air_BFP2HW.shape[2]
        h, w = height // CELL, width // CELL
        if p == 0:
            return cues.c2w_BF44.new_zeros(b, f, h, w, DRIFTING)
        maps = unshuffle(cues.air_BFP2HW.flatten(0, 2).sqrt(), CELL).view(b, f, p, h, w, -1)
        kinds = self.kinds(_mean(cues.air_text_BPLD) * told.flatten(1)[:, :, None])
        return (self.drifts(maps) * kinds[:, None, :, None, None]).sum(2)


def _mean(words: Tensor) -> Tensor:
    """Embeddings [..., L, D], zero behind a text's end, to their mean [..., D]."""
    there = (words != 0).any(-1, keepdim=True)
    return words.sum(-2) / there.sum(-2).clamp_min(1)


def _normed(x: Tensor) -> Tensor:
    with torch.autocast(x.device.type, enabled=False):
        return fn.layer_norm(x, x.shape[-1:])
