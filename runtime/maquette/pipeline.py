"""Maquette as a diffusers pipeline: cues in, frames out, sampled from noise by a flow-matching scheduler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.maquette.transformer import Guides, MaquetteTransformer3DModel
from scenelang.runtime.maquette.words import encoded, token_ids

COARSE = 16  # pixels: what is smaller of how known frames differ is not carried on
FADE = 9  # frames after which nothing of it is left
ALIGNED = 64  # bytes, as torch allocates


class MaquettePipeline(DiffusionPipeline):
    """Transformer, text encoder, tokenizer and scheduler, loaded from and saved to one folder."""

    model_cpu_offload_seq = "text_encoder->transformer"

    def __init__(
        self,
        transformer: MaquetteTransformer3DModel,
        text_encoder: Any,
        tokenizer: Any,
        scheduler: FlowMatchEulerDiscreteScheduler,
    ) -> None:
        super().__init__()
        for module in (transformer, text_encoder):
            _align(module)
        self.register_modules(
            transformer=transformer, text_encoder=text_encoder, tokenizer=tokenizer, scheduler=scheduler
        )

    @torch.inference_mode()
    def encode(self, texts: list[str]) -> Tensor:
        """Embeddings [S, L, D] of texts in maquette's dialect, zero behind a text's end, on the CPU."""
        ids = token_ids(self.tokenizer, texts).to(self.text_encoder.device)
        return encoded(self.text_encoder, ids).float().cpu()

    @torch.inference_mode()
    def __call__(
        self,
        cues: Cues,
        height: int,
        width: int,
        *,
        known: Tensor | None = None,
        steps: int = 2,
        guidance: float = 1.0,
        drop: Sequence[str] = (),
        generator: torch.Generator | None = None,
        on_step: Callable[[int], None] | None = None,
    ) -> Tensor:
        """A clip [B, F, 3, H, W] from -1 to 1.

        `cues` of F frames, a multiple of 4; `height` and `width` multiples of 16. `known` [B, K, 3, H, W] are
        the first K frames, a multiple of 4, which the others go on from. `guidance` over 1 leads away
        from what the network makes without text (classifier-free guidance, Ho & Salimans 2022). `drop` names
        groups of cues to leave out. `on_step` hears of each step that is done.
        """
        device = self.transformer.device
        cues = cues.to(device)
        b, f = cues.c2w_BF44.shape[:2]
        shape = (b, f, 3, height, width)
        x = torch.randn(shape, generator=generator, device=generator.device if generator else "cpu").to(
            device
        )
        with torch.autocast(device.type, torch.bfloat16):
            left_out = [drop] if guidance == 1.0 else [drop, {*drop, "text"}]
            sketches = [self.transformer.sketched(cues, height, width, out) for out in left_out]
            guides = [self.transformer.guide(cues, *sketch) for sketch in sketches]
        self.scheduler.set_timesteps(steps, device=device)
        for n, moment in enumerate(self.scheduler.timesteps):
            level = torch.full(
                (b, f), float(moment) / self.scheduler.config.num_train_timesteps, device=device
            )
            clean = self._clean(x, level, guides, guidance)
            velocity = (x - clean) / level[:, :, None, None, None]
            x = self.scheduler.step(velocity, moment, x, return_dict=False)[0]
            if on_step is not None:
                on_step(n + 1)
        if known is not None:
            x = _joined(x, known.to(device))
        return x.clamp(-1, 1)

    def _clean(self, x: Tensor, level: Tensor, guides: list[Guides], guidance: float) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            guess = [self.transformer(x, level, g).float() for g in guides]
        return guess[0] if len(guess) == 1 else guess[1] + guidance * (guess[0] - guess[1])


def _align(module: nn.Module) -> None:
    """Weights that were read from a file lie anywhere in memory; the last bits of what a CPU makes of them depend on that."""
    for parameter in module.parameters():
        if parameter.device.type == "cpu" and parameter.data_ptr() % ALIGNED:
            parameter.data = parameter.data.clone()


def _joined(clip: Tensor, known: Tensor) -> Tensor:
    """A clip that begins with the frames that are known; how they differ from what it has there, seen from afar, fades in
    those behind. The network can be told of them, but as far as it has learned it answers with a pulse."""
    k, (height, width) = known.shape[1], clip.shape[-2:]
    off = avg_pool2d((known - clip[:, :k]).mean(1), COARSE)
    off = interpolate(off, (height, width), mode="bilinear", align_corners=False)
    left = torch.arange(1, clip.shape[1] - k + 1, device=clip.device) / FADE
    share = (1 - left).clamp_min(0)[:, None, None, None]
    return torch.cat([known, clip[:, k:] + share * off[:, None]], 1)


def make_pipeline(
    transformer: MaquetteTransformer3DModel, text_encoder: Any, tokenizer: Any
) -> MaquettePipeline:
    """A pipeline with the scheduler that the model is trained for."""
    scheduler = FlowMatchEulerDiscreteScheduler(shift=8.0)
    return MaquettePipeline(transformer, text_encoder, tokenizer, scheduler)
