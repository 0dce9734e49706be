"""What the families have in common: loading once, clips that go on from one another, errors.

A family says how it makes a clip, and what it does with each property of a shot.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.rays import frame_count
from scenelang.runtime.backend import (
    Carry,
    Event,
    FrameArray,
    Frames,
    Job,
    Lowering,
    Native,
    Progress,
    Sound,
)
from scenelang.runtime.checkpoint import ModelError, Part, first_line, out_of_memory, parts, read_json
from scenelang.runtime.errors import RenderError
from scenelang.runtime.keys import code_hash
from scenelang.runtime.loading import load_pipeline
from scenelang.runtime.memory import check_memory
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.identity import facts_of
from scenelang.runtime.video_models.lattice import Clip, clips, fitted
from scenelang.runtime.video_models.options import Options, fresh, options, place, quantization
from scenelang.runtime.video_models.stepping import OnStep, stepping


@dataclass(frozen=True)
class Making:
    """One clip to make: the job's, its place in the shot, the frames before it, and its seed."""

    job: Job
    options: Options
    clip: Clip
    known: FrameArray | None  # [K, H, W, 3], K = clip.known
    seed: int

    def index(self) -> Tensor:
        """The shot's native frame that each frame of the clip shows; past an end the one there."""
        last = len(self.job.conditioning.c2w_F44) - 1
        return torch.arange(self.clip.start, self.clip.start + self.clip.frames).clamp(0, last)

    def generator(self) -> torch.Generator:
        """On the CPU, so that a seed means the same noise on every device."""
        return torch.Generator().manual_seed(self.seed)


class VideoModel(ABC):
    """A backend over a pipeline of diffusers. `text_encodings` and `model_loads` count what was done so far."""

    name: str
    dialect: str
    profiles: ClassVar[dict[str, Options]]
    kind: ClassVar[str] = ""  # the class of diffusers; the folder's own where empty
    text_parts: ClassVar[
        tuple[str, ...]
    ] = ()  # those of a half of the pipeline that is loaded by itself
    denoiser_parts: ClassVar[tuple[str, ...]] = ("transformer", "transformer_2")
    step: ClassVar[int] = 4  # frames of a latent frame; lengths are step·k + 1
    grid: ClassVar[int] = 16  # sizes are multiples of it
    longest: ClassVar[int] = 81  # frames of a clip
    overlap: ClassVar[int] = 1  # frames that a clip goes on from
    rate: ClassVar[Fraction] = Fraction(16)

    def __init__(self, source: Source) -> None:
        """Raises ModelError where the folder's files are not whole; loads none of them."""
        self.source = source
        self.networks: list[Part] = self.whole_parts()
        self.text_encodings = 0
        self.model_loads = 0
        self._pipeline: Any = None
        self._sounds: list[Sound] = []

    # What a family does ------------------------------------------------------------------------

    @abstractmethod
    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        """The clip's frames, uint8 [F, H, W, 3]; `on_step` hears how often the denoiser ran so far."""

    @abstractmethod
    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        """One entry for each property of the shot."""

    def whole_parts(self) -> list[Part]:
        return parts(self.source.folder)

    def load_pictures(self, dtype: Any, **more: Any) -> Any:
        """The pipeline without what encodes texts."""
        none = {name: None for name in self.text_parts if name in self._components()}
        return load_pipeline(self.source.folder, dtype, self.kind, **none, **more)

    def _components(self) -> set[str]:
        """The parts that the folder has."""
        index = read_json(self.source.folder / "model_index.json")
        return {name for name, value in index.items() if isinstance(value, list) and value[0]}

    # The backend -------------------------------------------------------------------------------

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the folder says about its transformer."""
        return read_json(self.source.folder / "transformer" / "config.json")

    def options(self, profile: str) -> Options:
        return options(self.profiles, self.source.settings, profile)

    def encode(self, texts: list[str]) -> Tensor:
        """Nothing: the pipeline encodes its own prompts."""
        return torch.zeros(len(texts), 0, 0)

    def raster(self, native: Native) -> tuple[int, int]:
        """None: a model that wants rays makes its own, clip by clip."""
        return 0, 0

    def native(self, plan: Plan, profile: str) -> Native:
        """The profile's size in the film's shape, or the size that `scenelang.toml` gives; the model's rate."""
        chosen = self.options(profile)
        if chosen.size:
            width, height = (max(self.grid, self.grid * round(n / self.grid)) for n in chosen.size)
        else:
            width, height = fitted(plan.size, chosen.area, self.grid)
        return Native(width, height, min(self.rate, plan.rate))

    def clips(self, plan: Plan, shot: ShotPlan, profile: str) -> list[Clip]:
        frames = frame_count(shot.frames, plan.rate, self.native(plan, profile).fps)
        goes_on = shot.continues in {s.id for s in plan.shots}
        return clips(frames, self.longest, self.step, self.overlap, goes_on)

    def denoiser_calls(self, plan: Plan, shot: ShotPlan, profile: str) -> int:
        """Those of every clip."""
        chosen = self.options(profile)
        return len(self.clips(plan, shot, profile)) * chosen.steps * self.passes(chosen)

    def passes(self, chosen: Options) -> int:
        """Calls of the denoiser a step: one, and one more for the negative prompt."""
        return 2 if chosen.guidance > 1 else 1

    def identity(self) -> dict[str, str]:
        """What its frames depend on besides the plan: its weights, its code, what the project says of it."""
        return self._identity

    @cached_property
    def _identity(self) -> dict[str, str]:
        return {"model": self.name, "code": code_hash("video_models", "previz"), **facts_of(self.source)}

    def load(self, profile: str, device: str) -> None:
        """Loads and places the pipeline now, not when it is first needed. Raises ModelError."""
        self.pipeline(profile, device)

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        """The shot's frames, clip after clip, with progress by calls of the denoiser."""
        chosen = self.options(job.profile)
        frames = len(job.conditioning.c2w_F44)
        known = None if carry is None else carry.frames
        plan = clips(frames, self.longest, self.step, self.overlap, known is not None)
        each = chosen.steps * self.passes(chosen)
        yield Progress(0, each * len(plan))
        pipe = self.pipeline(job.profile, job.device)
        for number, clip in enumerate(plan):
            seed = (job.shot.seed + 7919 * number) % 2**63
            making = Making(job, chosen, clip, _last(known, clip.known), seed)
            made = yield from self.stepped(pipe, making, number * each, len(plan) * each)
            known = made
            yield from self._heard()
            yield Frames(made[clip.known : frames - clip.start])
            yield Progress((number + 1) * each, each * len(plan))
        shown = made[: frames - clip.start]
        ending = _last(shown, self.overlap)
        yield Carry(shown[-1:] if ending is None else ending, job.shot.hash)

    def stepped(
        self, pipe: Any, making: Making, before: int, total: int
    ) -> Generator[Event, None, FrameArray]:
        """Makes a clip, telling of its steps; the calls before it are `before`, those of the shot `total`."""
        with explained(self.name):
            fresh(self.denoisers(pipe), making.options)
            steps = stepping(lambda on_step: self.make(pipe, making, on_step))
            try:
                while True:
                    yield Progress(min(before + next(steps), total), total)
            except StopIteration as end:
                made: FrameArray = end.value
                return made
            finally:
                steps.close()

    def heard(self, making: Making, samples: Tensor, rate: int) -> None:
        """Keeps the sound [C, N] of a clip that the model made with it, for the film."""
        fps, skipped = making.job.native.fps, making.clip.known
        kept = samples[:, round(skipped * rate / fps) : round(making.clip.frames * rate / fps)]
        at = Fraction(making.clip.start + skipped) / fps
        self._sounds.append(Sound(kept.float().cpu().numpy().T, rate, at))

    def _heard(self) -> Iterator[Sound]:
        sounds, self._sounds = self._sounds, []
        yield from sounds

    def pipeline(self, profile: str, device: str) -> Any:
        """The pipeline, loaded and placed once. Raises ModelError where that can't be done here."""
        if self._pipeline is None:
            chosen = self.options(profile)
            dtype = chosen.torch_dtype(device)
            denoisers = [part.name for part in self.networks if part.name in self.denoiser_parts]
            kept = [part for part in self.networks if part.name not in self.text_parts]
            known_device(device)
            check_memory(
                kept, denoisers, device, dtype, quantize=chosen.quantize, offload=chosen.offload
            )
            quantized = quantization(chosen, denoisers)
            more = {"quantization_config": quantized} if quantized else {}
            with explained(self.name):
                pipe = self.load_pictures(self.dtypes(dtype), **more)
                pipe.set_progress_bar_config(disable=True)
                place(pipe, chosen, device, self.denoisers(pipe))
            self._pipeline = pipe
            self.model_loads += 1
        return self._pipeline

    def denoisers(self, pipe: Any) -> list[Any]:
        found = [getattr(pipe, name, None) for name in self.denoiser_parts]
        return [network for network in found if network is not None]

    def dtypes(self, dtype: torch.dtype) -> Any:
        """Of all parts, or a table by part: VAEs stay exact."""
        return dtype if dtype == torch.float32 else {"default": dtype, "vae": torch.float32}


def pictures(video: Any) -> FrameArray:
    """Frames [F, H, W, 3] from 0 to 1 as uint8."""
    return np.ascontiguousarray((np.asarray(video) * 255).round().clip(0, 255).astype(np.uint8))


def unit(frames: FrameArray) -> Tensor:
    """uint8 [F, H, W, 3] as a VAE takes them, [1, 3, F, H, W] from -1 to 1."""
    return torch.from_numpy(frames).permute(3, 0, 1, 2).float()[None] / 127.5 - 1


def _last(frames: FrameArray | None, count: int) -> FrameArray | None:
    """The last `count`; where there are fewer, the first of them several times before."""
    if frames is None or not count:
        return None
    held = [frames[:1]] * max(0, count - len(frames))
    return np.ascontiguousarray(np.concatenate([*held, frames[-count:]]))


def known_device(device: str) -> None:
    try:
        torch.zeros(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"there is no device `{device}` here: {first_line(error)}",
            "leave out --device, or name one that torch knows: cpu, cuda, cuda:1, mps",
        ) from None


class explained:
    """Says what a library raises while it works as a ModelError, with what to do next."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, RenderError) or not isinstance(error, Exception):
            return
        if out_of_memory(error):
            raise ModelError(
                f"{self.name} ran out of memory",
                "use `--profile draft`, a smaller `size` or `offload` in scenelang.toml, or a smaller model",
            ) from error
        raise ModelError(
            f"{self.name} failed: {type(error).__name__}: {first_line(error)}",
            "if the model is whole, this is a defect: please report it",
        ) from error
