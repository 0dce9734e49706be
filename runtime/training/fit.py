"""One step of learning: noise on a clip, the network's guess of the clean one, and how wrong it is.

Rectified flow (Liu et al. 2022): x_t = (1 - t) x + t noise. The network predicts x; the loss is that of
the velocity, (x_t - x) / t, with its weight bounded so that nearly clean frames don't drown the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from scenelang.runtime.maquette.cues import GROUPS, Cues
from scenelang.runtime.maquette.layers import shuffle
from scenelang.runtime.maquette.sketch import CELL
from scenelang.runtime.maquette.transformer import STEP, MaquetteTransformer3DModel
from scenelang.runtime.maquette.words import encoded
from scenelang.runtime.training.samples import Sample

DROP = {"text": 0.08, "rays": 0.04, "bodies": 0.04, "light": 0.04, "air": 0.04}
CONTINUED = 0.35  # how often a clip begins with frames that are known
# how noise levels are drawn: share, mean and spread of their logits. Neighbouring pixels are so alike that a
# clip shows through its noise almost to the end: only near 1 must the cues say what is there.
LEVELS = ((0.25, 0.4, 1.2), (0.4, 2.2, 1.2), (0.35, 5.0, 1.2))
HEAVIEST = 4.0
SKETCH = 1.0  # how much the first guess counts beside the last
CLOSER = 2.0  # how much more a pixel counts where there is a body


def embedded(cues: Cues, text_encoder: Any) -> Cues:
    """Token ids [.., L, 1] of the cues replaced by their embeddings."""

    def words(ids: Tensor) -> Tensor:
        return encoded(text_encoder, ids[..., 0].long())

    return replace(
        cues,
        text_BSLD=words(cues.text_BSLD),
        body_text_BTLD=words(cues.body_text_BTLD),
        air_text_BPLD=words(cues.air_text_BPLD),
    )


def levels(b: int, f: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noise levels [B, F] and which frames are to be guessed, bool [B, F]."""
    shares, means, spreads = (torch.tensor(column) for column in zip(*LEVELS, strict=True))
    which = torch.multinomial(shares, b, replacement=True, generator=generator)
    logits = torch.randn(b, generator=generator) * spreads[which] + means[which]
    t = logits.sigmoid()[:, None].expand(b, f).clone()
    guessed = torch.ones(b, f, dtype=torch.bool)
    if f > STEP:
        known = torch.rand(b, generator=generator) < CONTINUED
        guessed[known, :STEP] = False
        faint = torch.rand(b, 1, generator=generator) * 0.1
        t[:, :STEP] = torch.where(guessed[:, :STEP], t[:, :STEP], faint)
    return t.clamp(1e-3, 1), guessed


def dropped(b: int, generator: torch.Generator) -> Tensor:
    """Which groups of cues are left out of which clips, bool [B, GROUPS]."""
    chance = torch.tensor([DROP[group] for group in GROUPS])
    return torch.rand(b, len(GROUPS), generator=generator) < chance


def loss_of(
    network: MaquetteTransformer3DModel,
    text_encoder: Any,
    sample: Sample,
    generator: torch.Generator,
    drop: bool = True,
) -> tuple[Tensor, Tensor]:
    """The weighted loss of a batch, and the plain squared error of its guessed frames."""
    x = sample.frames
    b, f, _, height, width = x.shape
    t, guessed = levels(b, f, generator)
    noise = torch.randn(x.shape, generator=generator)
    left_out = dropped(b, generator) if drop else torch.zeros(b, len(GROUPS), dtype=torch.bool)
    t, guessed, noise, left_out = (v.to(x.device) for v in (t, guessed, noise, left_out))
    level = t[:, :, None, None, None]
    with torch.autocast(x.device.type, torch.bfloat16):
        guides = network.guide(embedded(sample.cues, text_encoder), height, width, left_out)
        guess = network((1 - level) * x + level * noise, t, guides)
    square = (guess.float() - x).square().mean(2)  # [B, F, H, W]
    closer = 1 + CLOSER * interpolate(guides.crowd, (height, width))
    weight = guessed / t.square().clamp_min(1 / HEAVIEST)
    loss = ((square * closer).mean((2, 3)) * weight).sum() / guessed.sum()
    sketch = shuffle(guides.sketch, CELL).float().view_as(x)
    loss = loss + SKETCH * ((sketch - x).square().mean(2) * closer).mean()
    return loss, (square.mean((2, 3)) * guessed).sum() / guessed.sum()
