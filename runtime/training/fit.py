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
# clip shows through its noise almost to the end: only near 1 must the cues say what is there, and the few
# steps of sampling are there.
LEVELS = ((0.1, 0.4, 1.2), (0.3, 2.2, 1.0), (0.6, 6.0, 1.5))
HEAVIEST = 4.0
CLOSER = 3.0  # how much more a pixel counts where there is a body


def embedded(cues: Cues, text_encoder: Any) -> Cues:
    """Token ids [.., L, 1] of the cues replaced by their embeddings; each distinct text is encoded once."""

    def words(ids: Tensor) -> Tensor:
        texts = ids[..., 0].long()
        if texts.numel() == 0:
            return encoded(text_encoder, texts)
        distinct, which = texts.flatten(0, -2).unique(dim=0, return_inverse=True)
        return encoded(text_encoder, distinct)[which].view(*texts.shape, -1)

    return replace(
        cues,
        text_BSLD=words(cues.text_BSLD),
        air_text_BPLD=words(cues.air_text_BPLD),
    )


def levels(b: int, f: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noise levels [B, F] and which frames are to be guessed, bool [B, F]."""
    device = generator.device
    shares, means, spreads = (
        torch.tensor(column, device=device) for column in zip(*LEVELS, strict=True)
    )
    which = torch.multinomial(shares, b, replacement=True, generator=generator)
    logits = torch.randn(b, generator=generator, device=device) * spreads[which] + means[which]
    t = logits.sigmoid()[:, None].expand(b, f).clone()
    guessed = torch.ones(b, f, dtype=torch.bool, device=device)
    if f > STEP:
        known = torch.rand(b, generator=generator, device=device) < CONTINUED
        guessed[known, :STEP] = False
        faint = torch.rand(b, 1, generator=generator, device=device) * 0.1
        t[:, :STEP] = torch.where(guessed[:, :STEP], t[:, :STEP], faint)
    return t.clamp(1e-3, 1), guessed


def dropped(b: int, generator: torch.Generator) -> Tensor:
    """Which groups of cues are left out of which clips, bool [B, GROUPS]."""
    chance = torch.tensor([DROP[group] for group in GROUPS], device=generator.device)
    return torch.rand(b, len(GROUPS), generator=generator, device=generator.device) < chance


def loss_of(
    network: MaquetteTransformer3DModel,
    text_encoder: Any,
    sample: Sample,
    generator: torch.Generator,
    drop: bool = True,
) -> tuple[Tensor, Tensor]:
    """The weighted loss of a batch, its sketch left as it is, and the plain squared error of its guessed frames."""
    x = sample.frames
    b, f, _, height, width = x.shape
    t, guessed = levels(b, f, generator)
    noise = torch.randn(x.shape, generator=generator, device=generator.device)
    left_out = dropped(b, generator) if drop else torch.zeros(b, len(GROUPS), dtype=torch.bool)
    t, guessed, noise, left_out = (v.to(x.device) for v in (t, guessed, noise, left_out))
    level = t[:, :, None, None, None]
    with torch.autocast(x.device.type, torch.bfloat16):
        with torch.no_grad():  # the sketch and its words have been learned
            cues = embedded(sample.cues, text_encoder)
            found, keep = network.sketched(cues, height, width, left_out)
        guides = network.guide(cues, found, keep)
        guess = network((1 - level) * x + level * noise, t, guides)
    square, closer = _errors(guess, x, guides.crowd)
    weight = guessed / t.square().clamp_min(1 / HEAVIEST)
    loss = ((square * closer).mean((2, 3)) * weight).sum() / guessed.sum()
    return loss, (square.mean((2, 3)) * guessed).sum() / guessed.sum()


def sketch_loss(
    network: MaquetteTransformer3DModel, text_encoder: Any, sample: Sample, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The loss of the first guess alone, and its plain squared error."""
    x = sample.frames
    with torch.autocast(x.device.type, torch.bfloat16):
        cues = embedded(sample.cues, text_encoder)
        found, _ = network.sketched(cues, x.shape[-2], x.shape[-1], dropped(len(x), generator))
    square, closer = _errors(shuffle(found.picture.flatten(0, 1), CELL), x, found.bodies)
    return (square * closer).mean(), square.mean()


def _errors(guess: Tensor, x: Tensor, bodies: Tensor) -> tuple[Tensor, Tensor]:
    """Squared errors [B, F, H, W] of a guess of the clips x, and how much each pixel counts."""
    square = (guess.float().view_as(x) - x).square().mean(2)
    return square, 1 + CLOSER * interpolate(bodies, x.shape[-2:])
