"""Wan VACE: previz as the control video, pictures of the cast as references, known frames by the mask.

What it maps: camera, lens, blocking and gestures through a pass of previz, depth or clay, drawn at the model's own
size and rate; each segment's prompt as in `wan.py`; the pictures that the film's `reference`s name. A shot goes on
from the last five frames of the one before, which stand in the control video where the mask is black.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from PIL import Image

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray, Job, Lowering
from scenelang.runtime.previz.pictures import nearest, picture
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.first_frame import in_project, read_picture
from scenelang.runtime.video_models.lowering import Ways, rows
from scenelang.runtime.video_models.model import Making, pictures
from scenelang.runtime.video_models.segments import segmented
from scenelang.runtime.video_models.stepping import OnStep
from scenelang.runtime.video_models.wan_calls import WanModel, call_arguments


def _ways(which: str) -> Ways:
    shown = f"in previz's {which} pass, the control video"
    return Ways(
        camera=("approximate", f"every frame's view is {shown}"),
        lens=("approximate", f"its field of view is {shown}"),
        steadiness=("approximate", f"it is part of the camera path, {shown}"),
        blocking=("approximate", f"who stands and moves where is {shown}"),
        light=("approximate", f"{shown}, and in the prompt")
        if which == "clay"
        else ("text", "in the prompt"),
        particles=("approximate", f"{shown}, and in the prompt")
        if which == "clay"
        else ("text", "in the prompt"),
        actions=("approximate", f"as a gesture {shown}, and in its own segment's prompt"),
        references=("approximate", "its picture is given to the model as a reference"),
        continues=("exact", "its last five frames are in the control video, and the mask keeps them"),
    )


class WanVaceBackend(WanModel):
    name = "wan-vace"
    dialect = "wan-seen"
    kind = "WanVACEPipeline"
    overlap = 5

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.which = source.model.control

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        native, clips = self.native(plan, "final"), self.clips(plan, shot, "final")
        return rows(plan, shot, self.dialect, native, clips, _ways(self.which))

    def make(self, pipe: Any, making: Making, on_step: OnStep) -> FrameArray:
        texts = self.texts(making)
        references = _references(making.job)
        control = control_video(making, self.which)
        mask = np.full(control.shape, 255, np.uint8)
        if making.known is not None:
            control[: len(making.known)], mask[: len(making.known)] = making.known, 0
        weight_TS = texts.weight_TS
        if references:  # their latents stand before the film's, and hear all texts by how long they last
            weight_TS = torch.cat(
                [weight_TS.mean(0, keepdim=True).expand(len(references), -1), weight_TS]
            )
        with segmented(self.denoisers(pipe), weight_TS.to(pipe._execution_device)):
            made = pipe(
                **call_arguments(making, texts, on_step, pipe),
                video=[Image.fromarray(frame) for frame in control],
                mask=[Image.fromarray(frame) for frame in mask],
                reference_images=[Image.fromarray(reference) for reference in references] or None,
            )
        return pictures(made.frames[0])


def control_video(making: Making, which: str) -> FrameArray:
    """A pass of previz for the clip's frames [F, H, W, 3]: for each the film's frame that is nearest in time."""
    job, native = making.job, making.job.native
    pace = job.plan.rate / native.fps
    wanted = [
        min(job.shot.frames - 1, math.floor(int(n) * pace + Fraction(1, 2))) for n in making.index()
    ]
    near = nearest(job.shot)
    drawn: dict[int, FrameArray] = {}
    for chunk in render_shot(
        job.plan, job.shot, native.width, native.height, range(min(wanted), max(wanted) + 1), passes=(which,),
        device=job.device,
    ):  # fmt: skip
        drawn |= dict(zip(range(chunk.start, chunk.stop), picture(chunk, which, near)))
    return np.stack([drawn[n] for n in wanted])


def _references(job: Job) -> list[FrameArray]:
    """The pictures of who is in the shot, then of where it is; those that are named."""
    place = job.plan.place(job.shot.place)
    named = [job.plan.subject(track.subject).reference for track in job.shot.subjects]
    named.append(place.reference if place else "")
    return [read_picture(in_project(name, job.project)) for name in dict.fromkeys(filter(None, named))]
