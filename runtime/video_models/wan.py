"""Wan 2.1 and 2.2 from text or from a picture: T2V, I2V and TI2V-5B, with one expert or two.

What it maps: each segment's prompt, in Wan's dialect with the camera in words, to its own latent frames by
segmented cross-attention; `avoid` to the negative prompt. How a shot goes on: I2V and TI2V-5B from the last
frame as their first picture; T2V, which takes no picture, from the last five frames, whose latents are held
while the rest is denoised. I2V needs a first frame: previz draws it unless `scenelang.toml` says who does.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from diffusers import WanImageToVideoPipeline
from PIL import Image

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Lowering
from scenelang.runtime.checkpoint import read_json
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.first_frame import FirstFrames
from scenelang.runtime.video_models.lowering import Ways, rows
from scenelang.runtime.video_models.model import Making, pictures
from scenelang.runtime.video_models.segments import segmented
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import KnownLatents, WanModel, as_kind, call_arguments

HELD: Ways = Ways(
    continues=("approximate", "its last five frames are held in the latents while the rest is denoised")
)


class WanBackend(WanModel):
    """T2V, I2V or TI2V, as the folder's configuration says."""

    dialect = "wan"

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        index = read_json(source.folder / "model_index.json")
        self.takes: Literal["text", "picture", "both"] = (
            "both" if index.get("expand_timesteps") else "picture" if self._in_channels > 16 else "text"
        )
        self.name = {"text": "wan-t2v", "picture": "wan-i2v", "both": "wan-ti2v"}[self.takes]
        self.first = FirstFrames(source.model.first_frame or "previz", source.project)
        if self.takes == "text":
            self.overlap = 5  # type: ignore[misc]
        if self.takes == "both":  # its VAE makes a latent pixel of 16, its film runs at 24
            self.rate, self.longest = Fraction(24), 121  # type: ignore[misc]
        self.grid = self._grid  # type: ignore[misc]

    @cached_property
    def _in_channels(self) -> int:
        return int(self.config.get("in_channels", 16))

    @cached_property
    def _grid(self) -> int:
        """Pixels of a patch of latents."""
        vae = read_json(self.source.folder / "vae" / "config.json")
        patch = self.config.get("patch_size", (1, 2, 2))
        return int(vae.get("scale_factor_spatial", 8)) * int(patch[1])

    @property
    def kind(self) -> str:  # type: ignore[override]
        return "WanImageToVideoPipeline" if self.takes == "picture" else "WanPipeline"

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        native, clips = self.native(plan, "final"), self.clips(plan, shot, "final")
        found = rows(plan, shot, self.dialect, native, clips, HELD if self.takes == "text" else Ways())
        if self.takes == "picture" and not shot.continues:
            found.append(Lowering("first frame", "approximate", self.first.why))
        return found

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        texts = self.texts(making)
        arguments = call_arguments(making, texts, on_step, pipe)
        if self.takes == "text" and making.known is not None:
            held = KnownLatents(pipe, making.known, on_step, self.passes(making.options), making.seed)
            arguments["callback_on_step_end"] = held
        elif self.takes == "picture" or making.known is not None:
            pipe = as_kind(WanImageToVideoPipeline, pipe)
            first = self.first.of(making.job) if making.known is None else making.known[-1]
            arguments["image"] = Image.fromarray(first)
        with segmented(self.denoisers(pipe), texts.weight_TS.to(pipe._execution_device)):
            return pictures(pipe(**arguments).frames[0])
