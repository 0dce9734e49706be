"""Any other text-to-video pipeline of diffusers: camera, light and action in words, and the report says so.

What it maps: the prompt of each segment in plain prose; a segment is a clip of its own where the pipeline can't
change its text over time, so the parts of a shot are joined by cuts that the report tells of. `avoid` is the
negative prompt where the pipeline takes one. It asks the pipeline's own `__call__` what it takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.prompts import prompts
from scenelang.compiler.rays import frame_count
from scenelang.runtime.backend import Carry, Event, FrameArray, Frames, Job, Lowering, Native, Progress
from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.loading import pipeline_class
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.lattice import Clip, clips
from scenelang.runtime.video_models.lowering import Ways, rows
from scenelang.runtime.video_models.model import Making, VideoModel, pictures
from scenelang.runtime.video_models.options import Options
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import told

AREA = 832 * 480


class AnyPipelineBackend(VideoModel):
    """A pipeline by its folder. Raises ModelError for one that makes no video, or can't from text alone."""

    name = "text-to-video"
    dialect = "plain"
    denoiser_parts = ("transformer", "unet")
    overlap = 0
    longest = 81
    rate = Fraction(16)
    profiles = {
        "draft": Options(steps=12, guidance=5.0, area=AREA),
        "fast": Options(steps=30, guidance=5.0, area=AREA),
        "final": Options(steps=50, guidance=5.0, area=AREA),
    }

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.takes = _call_of(pipeline_class(source.folder), str(source.folder))
        self.grid = 32  # type: ignore[misc]
        self.step = 8 if "frame_rate" in self.takes else 4  # type: ignore[misc]

    def passes(self, chosen: Options) -> int:
        return super().passes(chosen) if "negative_prompt" in self.takes else 1

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        ways = Ways(
            actions=(
                "text",
                "in the prompt of its own segment, which is a clip by itself: the take has a cut there",
            )
            if len(self._texts_of(plan, shot)) > 1
            else ("text", "in the prompt"),
            avoid=("text", "as the negative prompt")
            if "negative_prompt" in self.takes
            else ("dropped", "the pipeline takes no negative prompt"),
            continues=("dropped", "the pipeline takes text alone: the next shot begins anew"),
            dialogue=("text", "the words are in the prompt"),
        )
        return rows(
            plan, shot, self.dialect, self.native(plan, "final"), self.clips(plan, shot, "final"), ways
        )

    def clips(self, plan: Plan, shot: ShotPlan, profile: str) -> list[Clip]:
        return [clip for _, clip in self._pieces(plan, shot, self.native(plan, profile))]

    def _texts_of(self, plan: Plan, shot: ShotPlan) -> list[tuple[str, int, int]]:
        """Each run of segments with one text, and the film's frames that it lasts."""
        runs: list[tuple[str, int, int]] = []
        for prompt in prompts(plan, shot, self.dialect):
            if runs and runs[-1][0] == prompt.text:
                runs[-1] = (prompt.text, runs[-1][1], prompt.frames[1])
            else:
                runs.append((prompt.text, *prompt.frames))
        return runs

    def _pieces(self, plan: Plan, shot: ShotPlan, native: Native) -> Iterator[tuple[str, Clip]]:
        """Clips of one text each, as long together as the shot at the native rate."""
        at = 0
        for text, _, stop in self._texts_of(plan, shot):
            end = frame_count(stop, plan.rate, native.fps)
            for clip in clips(end - at, self.longest, self.step, 0) if end > at else ():
                yield text, Clip(at + clip.start, clip.frames, 0)
            at = max(at, end)

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        chosen = self.options(job.profile)
        pieces = list(self._pieces(job.plan, job.shot, job.native))
        each = chosen.steps * self.passes(chosen)
        yield Progress(0, each * len(pieces))
        pipe = self.pipeline(job.profile, job.device)
        ends = [clip.start for _, clip in pieces[1:]] + [len(job.conditioning.c2w_F44)]
        for number, ((text, clip), end) in enumerate(zip(pieces, ends)):
            making = Making(job, chosen, clip, None, (job.shot.seed + 7919 * number) % 2**63)
            self._saying = text
            made = yield from self.stepped(pipe, making, number * each, len(pieces) * each)
            yield Frames(made[: end - clip.start])
        yield Carry(made[:1], job.shot.hash)

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        native, chosen = making.job.native, making.options
        wanted: dict[str, Any] = {
            "prompt": self._saying, "height": native.height, "width": native.width, "num_frames": making.clip.frames,
            "num_inference_steps": chosen.steps, "guidance_scale": chosen.guidance, "generator": making.generator(),
            "output_type": "np", "negative_prompt": making.job.shot.avoid, "frame_rate": int(native.fps),
            "callback_on_step_end": told(on_step, self.passes(chosen)),
        }  # fmt: skip
        made = pipe(**{name: value for name, value in wanted.items() if name in self.takes})
        frames = pictures(np.asarray(made.frames[0]))
        if frames.shape[1:3] != (native.height, native.width):
            raise ModelError(
                f"the pipeline makes {frames.shape[2]}x{frames.shape[1]} where {native.width}x{native.height} was asked",
                f'say what it makes: [profiles.{making.job.profile}] size = "{frames.shape[2]}x{frames.shape[1]}"',
            )
        if len(frames) < making.clip.frames:  # rounded down to its own lattice: the last is held
            frames = np.concatenate(
                [frames, np.repeat(frames[-1:], making.clip.frames - len(frames), 0)]
            )
        return frames


def _call_of(kind: str, folder: str) -> set[str]:
    """The names of what a pipeline's call takes. Raises ModelError for one that makes no video of a text."""
    import diffusers

    found = getattr(diffusers, kind, None)
    if found is None:
        raise ModelError(
            f"{folder} holds a {kind}, which diffusers {diffusers.__version__} doesn't know",
            "update diffusers",
        )
    parameters = inspect.signature(found.__call__).parameters
    if "prompt" not in parameters or "num_frames" not in parameters:
        raise ModelError(
            f"{folder} holds a {kind}, which makes no video from a text",
            "give a video pipeline: see `scenelang models`",
        )
    needed = [
        n
        for n in ("image", "video", "images")
        if n in parameters and parameters[n].default is inspect.Parameter.empty
    ]
    if needed:
        raise ModelError(
            f"{folder} holds a {kind}, which can't make a video without {needed[0]}",
            "no backend drives it yet: see `scenelang models`",
        )
    return set(parameters)
