"""SANA-WM: the film's poses and lenses, frame by frame, into NVIDIA's camera-controlled world model.

What it maps: poses relative to the clip's first and intrinsics in pixels, which its pipeline packs into rays; one
text for the shot, in order of time, since the model has one text for a clip. It goes on from a picture: previz
draws the first frame unless `scenelang.toml` says who does, and a shot goes on from the last frame.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Lowering
from scenelang.runtime.checkpoint import read_json
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.cameras import sana_wm
from scenelang.runtime.video_models.first_frame import FirstFrames
from scenelang.runtime.video_models.lowering import TOLD, Ways, rows
from scenelang.runtime.video_models.model import Making, pictures
from scenelang.runtime.video_models.options import Options
from scenelang.runtime.video_models.reading import ReadingModel
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import told

TOKENS = 300
AREA = 1280 * 704

WAYS = Ways(
    camera=("exact", "every frame's pose is given to the model"),
    lens=("exact", "every frame's intrinsics are given to the model"),
    steadiness=("exact", "it is part of the camera path"),
    blocking=("approximate", "as in the first frame; what follows is the model's"),
    actions=TOLD,
    dialogue=("dropped", "the prompt says nothing of speech; the words are in the captions"),
)


class SanaWMBackend(ReadingModel):
    name = "sana-wm"
    dialect = "sana-wm"
    kind = "SanaWMPipeline"
    denoiser_parts = ("transformer",)
    longest = 161
    rate = Fraction(16)
    profiles = {
        "draft": Options(steps=15, guidance=5.0, area=AREA, size=(1280, 704)),
        "fast": Options(steps=30, guidance=5.0, area=AREA, size=(1280, 704)),
        "final": Options(steps=60, guidance=5.0, area=AREA, size=(1280, 704)),
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.step, self.grid = ltx_strides(read_json(source.folder / "vae" / "config.json"))  # type: ignore[misc]
        self.first = FirstFrames(source.model.first_frame or "previz", source.project)

    def passes(self, chosen: Options) -> int:
        """One: the prompt and the negative prompt go through it together."""
        return 1

    def encode_text(self, pipe: Any, text: str, device: str) -> Tensor:
        """As the pipeline does for prompts; it lets the negative prompt go without the instructions in front."""
        from diffusers.pipelines.sana_wm.pipeline_sana_wm import DEFAULT_CHI_PROMPT

        words, mask, bare, bare_mask = pipe.encode_prompt(
            text, text, device=device, max_sequence_length=TOKENS, chi_prompt=DEFAULT_CHI_PROMPT
        )
        return torch.cat([words[0, 0] * mask[0][:, None], bare[0, 0] * bare_mask[0][:, None]])

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        native, clips = self.native(plan, "final"), self.clips(plan, shot, "final")
        found = rows(plan, shot, self.dialect, native, clips, WAYS)
        if not shot.continues:
            found.append(Lowering("first frame", "approximate", self.first.why))
        return found

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        c, index, native = making.job.conditioning, making.index(), making.job.native
        poses, lenses = sana_wm(c.c2w_F44[index], c.K_F33[index], native.height, native.width)
        first = making.known[-1] if making.known is not None else self.first.of(making.job)
        device = pipe._execution_device
        said, avoided = c.text_SLD[0, :TOKENS].to(device), c.negative_SLD[0, TOKENS:].to(device)
        made = pipe(
            image=Image.fromarray(first),
            prompt="",
            c2w=poses.numpy(),
            intrinsics=lenses.numpy(),
            height=native.height,
            width=native.width,
            num_frames=making.clip.frames,
            fps=int(native.fps),
            num_inference_steps=making.options.steps,
            guidance_scale=making.options.guidance,
            generator=making.generator(),
            output_type="np",
            callback_on_step_end=told(on_step, 1),
            prompt_embeds=said[None, None].to(pipe.transformer.dtype),
            prompt_attention_mask=said.any(-1)[None].long(),
            negative_prompt_embeds=avoided[None, None].to(pipe.transformer.dtype),
            negative_prompt_attention_mask=avoided.any(-1)[None].long(),
        )
        return pictures(made.frames)


def ltx_strides(vae: dict[str, Any]) -> tuple[int, int]:
    """Frames of a latent frame and pixels of a latent pixel of LTX-2's VAE, from its configuration."""
    doubled = 2 ** sum(bool(value) for value in vae.get("spatio_temporal_scaling", ()))
    time = vae.get("temporal_compression_ratio") or vae.get("patch_size_t", 1) * doubled
    space = vae.get("spatial_compression_ratio") or vae.get("patch_size", 4) * doubled
    return int(time), int(space)
