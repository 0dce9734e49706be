"""Maquette as a backend: the plan's cues, sampled clip by clip, each going on from the one before.

What it maps: the text of each segment in its own dialect, the camera's rays, every body's place, heading
and size with its own words, lights by direction, place and colour, particles by where they drift.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.rays import frame_count
from scenelang.runtime.backend import (
    Carry,
    Checkpoint,
    Event,
    FrameArray,
    Frames,
    Job,
    Lowering,
    Native,
    Progress,
)
from scenelang.runtime.checkpoint import out_of_memory
from scenelang.runtime.keys import code_hash, weights_hash
from scenelang.runtime.loading import ModelError, load_pipeline
from scenelang.runtime.maquette.chunks import CLIP, KNOWN, chunks, count
from scenelang.runtime.maquette.cues import Cues, cues_of, with_air
from scenelang.runtime.maquette.lowering import lowering
from scenelang.runtime.maquette.transformer import GRID, STEP

WEIGHTS = Path(__file__).parent / "weights"

LEAST = 112 * 64  # pixels: the model was trained on nothing smaller


@dataclass(frozen=True)
class Profile:
    """`area` in pixels, the highest frame rate, denoising steps, guidance (1: none)."""

    area: int
    rate: int
    steps: int
    guidance: float

    @property
    def calls(self) -> int:
        """Of the denoiser, for a clip."""
        return self.steps * (1 if self.guidance == 1.0 else 2)


PROFILES = {
    "draft": Profile(area=192 * 112, rate=12, steps=1, guidance=1.0),
    "fast": Profile(area=256 * 144, rate=30, steps=1, guidance=1.0),
    "final": Profile(area=512 * 288, rate=30, steps=1, guidance=1.0),
}


class MaquetteBackend:
    """The bundled model. Its weights are loaded when they are first needed, and kept."""

    name = "maquette"
    dialect = "maquette"
    # of its soft frames the upscaler, as far as it has learned, makes stairs and dots
    upscale = "bicubic"

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.folder = folder
        self.drop: tuple[str, ...] = ()  # groups of cues to leave out; see cues.GROUPS
        self.guidance: float | None = None  # instead of the profile's
        self.one_text = False  # every segment of a shot reads the texts of all
        self.denoiser_runs = 0
        self.text_encodings = 0
        self.model_loads = 0
        self._pipeline: Any = None
        self._known: dict[str, Tensor] = {}

    @property
    def pipeline(self) -> Any:
        """The diffusers pipeline. Raises ModelError where it can't be loaded."""
        if self._pipeline is None:
            self._pipeline = load_pipeline(self.folder, torch.float32)
            self.model_loads += 1
        return self._pipeline

    def load(self, profile: str = "final", device: str = "cpu") -> None:
        """Loads the weights now, not when they are first needed. Raises ModelError."""
        assert self.pipeline is not None

    def identity(self) -> dict[str, str]:
        """What its frames depend on besides the plan: weights, code, what is left out."""
        return {
            "model": self.name,
            "weights": weights_hash(self.folder),
            "code": code_hash("maquette"),
            "dropped": " ".join(self.drop),
            "guidance": str(self.guidance or ""),
            "text": "shot" if self.one_text else "segment",
        }

    def raster(self, native: Native) -> tuple[int, int]:
        """None: it makes its own maps of rays, bodies and particles, clip by clip."""
        return 0, 0

    def encode(self, texts: list[str]) -> Tensor:
        """Embeddings [S, L, D]. A text that was encoded before is not encoded again.

        Each is encoded alone: beside others the last bits of it would be different ones."""
        for text in dict.fromkeys(texts):
            if text not in self._known:
                self._known[text] = self.pipeline.encode([text])[0]
                self.text_encodings += 1
        rows = [self._known[text] for text in texts]
        if not rows:
            return self.pipeline.encode([])
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)

    def native(self, plan: Plan, profile: str) -> Native:
        """The profile's area, or that of a smaller film, in the film's shape and in multiples of 16; the
        film's rate, or a whole part of it."""
        chosen = PROFILES[profile]
        width, height = plan.size
        high = math.sqrt(min(chosen.area, max(width * height, LEAST)) * height / width)
        across, down = (max(GRID, GRID * round(side / GRID)) for side in (high * width / height, high))
        return Native(across, down, plan.rate / math.ceil(plan.rate / chosen.rate))

    def denoiser_calls(self, plan: Plan, shot: ShotPlan, profile: str) -> int:
        """Those of every clip."""
        frames = frame_count(shot.frames, plan.rate, self.native(plan, profile).fps)
        return count(frames, shot.continues is not None) * self._profile(profile).calls

    def pflop(self, plan: Plan, shot: ShotPlan, profile: str) -> float:
        """10^15 floating point operations of a shot's denoiser calls, with what leads to them."""
        native = self.native(plan, profile)
        pixels = native.width * native.height * CLIP
        tokens = pixels // GRID**2 // STEP
        # counted by torch's FlopCounterMode for clips of one to two bodies; right to 3 %
        call = 159.5e3 * pixels + 0.3e6 * tokens + 5120 * tokens**2
        return self.denoiser_calls(plan, shot, profile) * call / 1e15

    def _profile(self, name: str) -> Profile:
        return replace(PROFILES[name], guidance=self.guidance or PROFILES[name].guidance)

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        return lowering(plan, shot)

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        """The shot's frames, clip after clip, with progress by denoising steps. The same job gives the
        same frames. Raises ModelError where the memory does not suffice."""
        native, profile = job.native, self._profile(job.profile)
        cues = cues_of(job.plan, job.shot, job.conditioning, self.encode)
        if self.one_text:
            cues = replace(
                cues, weight_BFS=cues.weight_BFS.mean(1, keepdim=True).expand_as(cues.weight_BFS)
            )
        frames = cues.c2w_BF44.shape[1]
        known = None if carry is None else _unit(carry.frames)
        goes_on, made = known is not None, 0
        if job.resume is not None:
            known, made = job.resume.state["known"], job.resume.frames
        every = list(enumerate(chunks(frames, goes_on)))
        left = [(number, chunk) for number, chunk in every if chunk.stop > made]
        done, total = (len(every) - len(left)) * profile.calls, len(every) * profile.calls
        yield Progress(done, total)
        for number, chunk in left:
            try:
                clip = self._clip(job, _held(cues, chunk.start, chunk.stop), chunk.start, number, known)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                raise _no_memory(native) from error
            known = clip[:, -KNOWN:]
            done += profile.calls
            self.denoiser_runs += profile.calls
            yield Frames(_pictures(clip[0, chunk.known : frames - chunk.start]))
            if chunk.stop < frames:
                yield Checkpoint(chunk.stop, {"known": known.cpu()})
            yield Progress(done, total)
        last = _pictures(clip[0, : frames - chunk.start][-KNOWN:])
        yield Carry(np.concatenate([last[:1]] * (KNOWN - len(last)) + [last]), job.shot.hash)

    def _clip(self, job: Job, cues: Cues, start: int, number: int, known: Tensor | None) -> Tensor:
        profile, native = self._profile(job.profile), job.native
        pace = job.plan.rate / native.fps
        times = torch.arange(start, start + cues.c2w_BF44.shape[1]) * float(pace)
        seed = job.shot.seed * 7919 + number
        clip: Tensor = self.pipeline.to(job.device)(
            with_air(cues, job.shot, times, float(job.plan.rate), native.height, native.width),
            native.height, native.width, known=known, steps=profile.steps, guidance=profile.guidance, drop=self.drop,
            generator=torch.Generator().manual_seed(seed),
        )  # fmt: skip
        return clip


def _held(cues: Cues, start: int, stop: int) -> Cues:
    """The cues of frames [start, stop); past an end those of the frame there."""
    frames = cues.c2w_BF44.shape[1]
    index = torch.arange(start, stop).clamp(0, frames - 1)
    return cues.frames(index)


def _unit(pictures: FrameArray) -> Tensor:
    """Frames [F, H, W, 3] as the network takes them, [1, F, 3, H, W] from -1 to 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()[None] / 127.5 - 1


def _pictures(clip: Tensor) -> FrameArray:
    frames: FrameArray = ((clip.permute(0, 2, 3, 1) + 1) * 127.5).round().to(torch.uint8).cpu().numpy()
    return np.ascontiguousarray(frames)


def _no_memory(native: Native) -> ModelError:
    return ModelError(
        f"there is not enough memory for clips of {native.width}x{native.height}",
        "close other programs, or use `--profile draft` or `--model previz`",
    )
