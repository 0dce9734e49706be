"""Segmented cross-attention: each latent frame attends to the text of its own segment.

One continuous take changes what happens without a cut: the prompts of a shot's segments lie one
behind another in `encoder_hidden_states`, and a latent frame looks only at its own, or near a border at both,
mixed by the weights of the conditioning. Self-attention still runs over the whole clip.

Legend of shapes: F frames, T latent frames, S texts, N tokens of the video, L of a text, D width.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.transformers.transformer_wan import WanAttnProcessor
from torch import Tensor


def latent_weights(weight_FS: Tensor, step: int = 4) -> Tensor:
    """`weight_TS`: latent frame 0 is frame 0, every other one the mean of the `step` frames that it holds."""
    first, rest = weight_FS[:1], weight_FS[1:]
    return torch.cat([first, rest.reshape(-1, step, weight_FS.shape[1]).mean(1)])


@dataclass(frozen=True)
class Texts:
    """The texts of a clip one behind another, [1, S·L, D], and how much each counts in a latent frame."""

    text_1LD: Tensor
    weight_TS: Tensor


def texts_of(text_SLD: Tensor, weight_FS: Tensor, step: int = 4) -> Texts:
    """Only those that count somewhere in the clip, in order."""
    weight_TS = latent_weights(weight_FS, step)
    heard = weight_TS.sum(0) > 0
    return Texts(text_SLD[heard].flatten(0, 1)[None], weight_TS[:, heard])


class SegmentedAttention(WanAttnProcessor):
    """Wan's cross-attention, each latent frame to its own text. `attention_backend` is kept from the one it
    stands for.

    Which frames hear a text, and how much, is worked out once: asked for in each call, it would have a GPU wait.
    """

    def __init__(self, weight_TS: Tensor, backend: Any = None):
        super().__init__()
        self.latent_frames = len(weight_TS)
        self.heard = [(rows := weights.nonzero()[:, 0], weights[rows]) for weights in weight_TS.T]
        self._attention_backend = backend

    # left out of compiled blocks, which would be compiled anew for every shot that has other segments
    @torch.compiler.disable
    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        rotary_emb: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """[B, N, D]. The negative prompt, one text alone, is attended to by all frames as ever."""
        picture, segments = _split(attn, encoder_hidden_states, len(self.heard))
        if segments is None:
            return super().__call__(
                attn, hidden_states, encoder_hidden_states, attention_mask, rotary_emb
            )
        of_frames = hidden_states.unflatten(1, (self.latent_frames, -1))  # [B, T, N/T, D]
        result = torch.zeros_like(of_frames)
        for (rows, share), text in zip(self.heard, segments, strict=True):
            keys = text if picture is None else torch.cat([picture, text], dim=1)
            heard = super().__call__(attn, of_frames[:, rows].flatten(1, 2), keys, None, rotary_emb)
            weight = share.to(heard)[None, :, None, None]
            result[:, rows] += heard.unflatten(1, (len(rows), -1)) * weight
        return result.flatten(1, 2)


def _split(
    attn: Any, encoder_hidden_states: Tensor | None, texts: int
) -> tuple[Tensor | None, tuple[Tensor, ...] | None]:
    """The picture's tokens, if it has some, and each text's; None where these are not all the texts."""
    length = 512  # tokens a text, as diffusers' own processor takes it
    assert encoder_hidden_states is not None
    tokens = encoder_hidden_states.shape[1]
    pictured = tokens - texts * length if attn.add_k_proj is not None else 0
    if texts == 1 or pictured < 0 or tokens - pictured != texts * length:
        return None, None
    picture = encoder_hidden_states[:, :pictured] if pictured else None
    return picture, encoder_hidden_states[:, pictured:].split(length, dim=1)


@contextmanager
def segmented(transformers: list[Any], weight_TS: Tensor) -> Iterator[None]:
    """Has these transformers attend by segments inside the block; with one text they are left as they are.

    `weight_TS` is where they run.
    """
    replaced: list[tuple[Any, Any]] = []
    if weight_TS.shape[1] > 1:
        for transformer in transformers:
            for block in (*transformer.blocks, *getattr(transformer, "vace_blocks", ())):
                was = block.attn2.processor
                block.attn2.set_processor(SegmentedAttention(weight_TS, was._attention_backend))
                replaced.append((block.attn2, was))
    try:
        yield
    finally:
        for attention, was in replaced:
            attention.set_processor(was)
