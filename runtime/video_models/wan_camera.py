"""Wan 2.1 and 2.2 Fun-Control-Camera: the film's camera as rays through the checkpoint's control adapter.

What it maps: every frame's pose and field of view, as Plücker rays relative to the clip's first frame, added to
the patches of diffusers' own transformer, in both experts where there are two; each segment's prompt as in
`wan.py`, without words for the camera. A shot goes on from the last frame, which the model takes as its first;
without one, and with no `first_frame` in `scenelang.toml`, it begins from the text alone. The published
checkpoints are transformers in safetensors; VAE and text encoder come from `base`, a diffusers folder.
"""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from typing import Any

import torch
from diffusers import WanImageToVideoPipeline, WanPipeline
from PIL import Image
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Lowering
from scenelang.runtime.checkpoint import Part, parameters, parts, read_json
from scenelang.runtime.loading import load_pipeline
from scenelang.runtime.models import base_folder
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.cameras import wan_fun
from scenelang.runtime.video_models.first_frame import FirstFrames
from scenelang.runtime.video_models.fun_checkpoint import (
    ControlAdapter,
    expert_folders,
    load_expert,
    steered,
)
from scenelang.runtime.video_models.lowering import Ways, rows
from scenelang.runtime.video_models.model import Making, pictures
from scenelang.runtime.video_models.options import quantize
from scenelang.runtime.video_models.segments import segmented
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import WanModel, as_kind, call_arguments

BOUNDARY = 0.9  # of the noise; under it the second expert works, as the makers of the checkpoint have it

SEEN = Ways(
    camera=("exact", "every frame's rays drive the model through its control adapter"),
    lens=("exact", "the rays have the lens's field of view"),
    steadiness=("exact", "it is part of the camera path"),
)


class WanCameraBackend(WanModel):
    """The transformers of a published checkpoint in diffusers' pipeline."""

    name = "wan-camera"
    dialect = "wan-seen"

    def __init__(self, source: Source) -> None:
        self.base = base_folder(source)
        self.experts = expert_folders(source.folder)
        self.adapters: list[ControlAdapter] = []
        super().__init__(source)
        said = read_json(self.experts[0] / "config.json")
        self.channels = int(said.get("in_dim", said.get("in_channels", 16)))
        self.by_token = bool(read_json(self.base / "model_index.json").get("expand_timesteps"))
        shrink = int(said.get("downscale_factor_control_adapter", 8))
        self.grid = shrink * 2  # type: ignore[misc]
        if self.by_token:
            self.rate, self.longest = Fraction(24), 121  # type: ignore[misc]
        wanted = source.model.first_frame
        self.first = FirstFrames(wanted, source.project) if wanted else None

    def whole_parts(self) -> list[Part]:
        names = self.denoiser_parts
        own = [Part(name, parameters(folder)) for name, folder in zip(names, self.experts)]
        return [*own, *(part for part in parts(self.base) if part.name not in names)]

    def load_pictures(self, dtype: Any, **more: Any) -> Any:
        kept = dtype["default"] if isinstance(dtype, dict) else dtype
        quantized, loaded = more.get("quantization_config"), []
        for folder, name in zip(self.experts, self.denoiser_parts):
            network, adapter = load_expert(folder, kept)
            if quantized is not None:  # before the next is there: both as they are may be too large
                quantize(network, quantized.quant_mapping[name])
            loaded.append((network, adapter))
        self.adapters = [adapter for _, adapter in loaded]
        networks = {"transformer": loaded[0][0], "transformer_2": loaded[1][0] if loaded[1:] else None}
        none = dict.fromkeys(self.text_parts)  # what the base has of them is not needed any more
        pipe = load_pipeline(self.base, dtype, "WanImageToVideoPipeline", **networks, **none)
        return CameraPipeline(
            **pipe.components,
            boundary_ratio=BOUNDARY if loaded[1:] else None,
            expand_timesteps=self.by_token,
        )

    def load_texts(self, dtype: Any) -> Any:
        index = read_json(self.base / "model_index.json")
        none = {n for n, v in index.items() if isinstance(v, list)} - {*self.text_parts, "scheduler"}
        return load_pipeline(self.base, dtype, "", **dict.fromkeys(none))

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        native, clips = self.native(plan, "final"), self.clips(plan, shot, "final")
        found = rows(plan, shot, self.dialect, native, clips, SEEN)
        if self.first is not None and not shot.continues:
            found.append(Lowering("first frame", "approximate", self.first.why))
        return found

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        texts = self.texts(making)
        arguments = call_arguments(making, texts, on_step, pipe)
        first = making.known[-1] if making.known is not None else None
        if first is None and self.first is not None:
            first = self.first.of(making.job)
        if first is None and self.by_token:
            pipe = as_kind(WanPipeline, pipe)  # which begins with nothing
        else:
            pipe.pictured = first is not None
            black = Image.new("RGB", (making.job.native.width, making.job.native.height))
            arguments["image"] = black if first is None else Image.fromarray(first)
        with ExitStack() as hooks:
            rays = self._rays(making)
            for network, adapter in zip(self.denoisers(pipe), self.adapters, strict=True):
                hooks.enter_context(steered(network, adapter.to(pipe._execution_device), rays))
            weight_TS = texts.weight_TS.to(pipe._execution_device)
            hooks.enter_context(segmented(self.denoisers(pipe), weight_TS))
            return pictures(pipe(**arguments).frames[0])

    def _rays(self, making: Making) -> Tensor:
        c, index, native = making.job.conditioning, making.index(), making.job.native
        return wan_fun(c.c2w_F44[index], c.K_F33[index], native.height, native.width)


class CameraPipeline(WanImageToVideoPipeline):
    """Wan's pipeline from a picture, where the picture may be left out, and with the channels of each checkpoint:
    36 as Wan's own (a mask and the picture's latents), 32 without the mask."""

    pictured = True

    def encode_image(self, *arguments: Any, **named: Any) -> Tensor:
        seen = super().encode_image(*arguments, **named)
        return seen if self.pictured else torch.zeros_like(seen)

    def prepare_latents(self, *arguments: Any, **named: Any) -> Any:
        prepared = super().prepare_latents(*arguments, **named)
        if self.config.expand_timesteps:
            return prepared
        latents, condition = prepared
        if self.transformer.config.in_channels == 2 * latents.shape[1]:
            condition = condition[:, -latents.shape[1] :].clone()
            condition[:, :, 1:] = 0  # what follows the picture is nothing, not the latents of grey
        return latents, condition if self.pictured else torch.zeros_like(condition)
