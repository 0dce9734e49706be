"""What all Wan models share: texts of 512 tokens, calls that tell of their steps, known latents."""

from __future__ import annotations

from inspect import signature
from typing import Any

import torch
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.video_models.cost import wan_flops
from scenelang.runtime.video_models.model import Making, unit
from scenelang.runtime.video_models.options import Options
from scenelang.runtime.video_models.reading import ReadingModel
from scenelang.runtime.video_models.segments import Texts, texts_of
from scenelang.runtime.video_models.stepping import OnStep

TOKENS = 512

SMALL, LARGE = 832 * 480, 1280 * 720

WAN_PROFILES = {
    "draft": Options(steps=12, guidance=5.0, area=SMALL),
    "fast": Options(steps=30, guidance=5.0, area=SMALL, cache="first-block"),
    "final": Options(steps=50, guidance=5.0, area=SMALL),
}


class WanModel(ReadingModel):
    """A Wan model: how it encodes and is called."""

    profiles = WAN_PROFILES

    def encode_text(self, pipe: Any, text: str, device: str) -> Tensor:
        embedded, _ = pipe.encode_prompt(
            text, do_classifier_free_guidance=False, max_sequence_length=TOKENS, device=device
        )
        return embedded[0]

    def pflop(self, plan: Plan, shot: ShotPlan, profile: str) -> float | None:
        """Of the denoiser for this shot, by formula; unknown where a folder has no transformer of its own."""
        if not (self.source.folder / "transformer").is_dir() or "vace_layers" in self.config:
            return None
        native, chosen = self.native(plan, profile), self.options(profile)
        small = self.grid // int(self.config.get("patch_size", (1, 2, 2))[1])
        calls = chosen.steps * self.passes(chosen)
        each = (
            wan_flops(
                self.config,
                (c.frames - 1) // self.step + 1,
                native.height // small,
                native.width // small,
            )
            for c in self.clips(plan, shot, profile)
        )
        return calls * sum(each) / 1e15

    def texts(self, making: Making) -> Texts:
        """The prompts of the clip's segments and their weights in its latent frames."""
        c = making.job.conditioning
        return texts_of(c.text_SLD, c.segment_weight_FS[making.index()], self.step)


def as_kind(kind: Any, pipe: Any) -> Any:
    """The same networks in Wan's other pipeline, the one that begins with a picture or the one that doesn't."""
    if isinstance(pipe, kind):
        return pipe
    takes = signature(kind.__init__).parameters
    parts = {name: part for name, part in pipe.components.items() if name in takes}
    config = {name: pipe.config[name] for name in ("boundary_ratio", "expand_timesteps")}
    made = kind(**parts, **config)
    made.set_progress_bar_config(disable=True)
    return made


def call_arguments(making: Making, texts: Texts, on_step: OnStep, pipe: Any) -> dict[str, Any]:
    """What every Wan pipeline is called with; embeddings in place of prompts."""
    chosen, native = making.options, making.job.native
    arguments: dict[str, Any] = {
        "prompt_embeds": texts.text_1LD,
        "height": native.height,
        "width": native.width,
        "num_frames": making.clip.frames,
        "num_inference_steps": chosen.steps,
        "guidance_scale": chosen.guidance,
        "generator": making.generator(),
        "output_type": "np",
        "callback_on_step_end": told(on_step, 2 if chosen.guidance > 1 else 1),
    }
    if chosen.guidance > 1:
        arguments["negative_prompt_embeds"] = making.job.conditioning.negative_SLD
    if chosen.guidance_2 is not None and pipe.config.boundary_ratio is not None:
        arguments["guidance_scale_2"] = chosen.guidance_2
    device = pipe._execution_device
    return {k: v.to(device) if isinstance(v, Tensor) else v for k, v in arguments.items()}


def told(on_step: OnStep, passes: int) -> Any:
    """A callback that counts the denoiser's calls."""

    def callback(pipe: Any, index: int, moment: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        on_step((index + 1) * passes)
        return {}

    return callback


class KnownLatents:
    """Holds the first latent frames at those of known pictures while the others are denoised.

    For models that were trained on text alone: before each step the known part is the clean one with as
    much noise as the rest has (replacement, as in Song et al. 2021), and after the last it is the clean one.
    """

    def __init__(self, pipe: Any, frames: FrameArray, on_step: OnStep, passes: int, seed: int):
        self.clean = encoded(pipe, frames)
        noise = torch.Generator().manual_seed(seed + 1)
        self.noise = torch.randn(self.clean.shape, generator=noise).to(self.clean)
        self.on_step, self.passes = on_step, passes

    def __call__(self, pipe: Any, index: int, moment: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        latents = tensors["latents"]
        level = float(pipe.scheduler.sigmas[index + 1])
        latents[:, :, : self.clean.shape[2]] = (1 - level) * self.clean + level * self.noise
        self.on_step((index + 1) * self.passes)
        return {"latents": latents}


@torch.no_grad()
def encoded(pipe: Any, frames: FrameArray) -> Tensor:
    """Latents [1, C, T, h, w] of frames [4k + 1, H, W, 3], as the transformer sees them."""
    vae = pipe.vae
    # offload hooks move a network where it is called, which an encode by itself does not
    device = pipe._execution_device
    vae.to(device)
    latents = vae.encode(unit(frames).to(device, vae.dtype)).latent_dist.mode().float()
    mean, deviation = (
        torch.tensor(values).view(1, -1, 1, 1, 1).to(latents)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    return (latents - mean) / deviation
