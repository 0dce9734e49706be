"""A backend whose frames carry their own number, for tests of what comes after rendering.

A frame is eight upright bands, white for the ones and black for the zeros of its number in
binary, from the left; it survives scaling, encoding and mixing well enough to be read back.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.plan import CameraTrack, EditPlan, LinePlan, Plan, SegmentPlan, ShotPlan
from scenelang.runtime.backend import Carry, Event, FrameArray, Frames, Job, Lowering, Native, Progress
from scenelang.runtime.conform import native_frames

WHITE, BLACK = 255, 0


def numbered(number: int, width: int = 64, height: int = 32) -> FrameArray:
    """One picture [H, W, 3] that shows the number, below 256."""
    bands = np.array([WHITE if number >> (7 - b) & 1 else BLACK for b in range(8)], np.uint8)
    row = bands[np.arange(width) * 8 // width]
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, width, 3)))


def number_of(picture: FrameArray) -> int:
    """The number that a picture shows."""
    width = picture.shape[1]
    middles = [picture[:, (2 * b + 1) * width // 16].mean() > 127 for b in range(8)]
    return int(sum(bit << (7 - b) for b, bit in enumerate(middles)))


class PatternBackend:
    """Numbers each shot's native frames from 0; `extra` more than the shot needs are given."""

    name = "pattern"
    dialect = "plain"

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        fps: Fraction | None = None,
        chunk: int = 5,
        extra: int = 0,
        fail_in: str = "",
    ):
        self.size, self.fps, self.chunk, self.extra, self.fail_in = size, fps, chunk, extra, fail_in
        self.conditioned: list[object] = []

    def native(self, plan: Plan, profile: str) -> Native:
        width, height = self.size or plan.size
        return Native(width, height, self.fps or plan.rate)

    def raster(self, native: Native) -> tuple[int, int]:
        return 0, 0

    def encode(self, texts: list[str]) -> Tensor:
        return torch.zeros(len(texts), 0, 0)

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        return [Lowering("all", "dropped", "a test pattern shows its frame's number and nothing else")]

    def denoiser_calls(self, plan: Plan, shot: ShotPlan, profile: str) -> int:
        return 3

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        self.conditioned.append(job.conditioning)
        native = job.native
        total = native_frames(job.shot.frames, native.fps, job.plan.rate) + self.extra
        for start in range(0, total, self.chunk):
            numbers = range(start, min(start + self.chunk, total))
            frames = np.stack([numbered(n % 256, native.width, native.height) for n in numbers])
            yield Progress(numbers.stop, total)
            yield Frames(frames)
            if job.shot.id == self.fail_in:
                raise RuntimeError("the pattern broke")
        yield Carry(frames[-1:], job.shot.id)


def shot_plan(id: str, frames: int, dialogue: list[LinePlan] | None = None) -> ShotPlan:
    """A shot in which nothing happens, seen by a camera that stands still."""
    camera = CameraTrack(
        c2w=[[1, 0, 0, 0, 0, -1, 0, 1.5, 0, 0, -1, 5]],
        focal_mm=[35],
        aperture=[4],
        focus_m=[0],
        moves=[],
        framing="",
        angle="",
        steadiness="",
    )
    segments = [SegmentPlan(frames=(0, frames), actions=[])]
    return ShotPlan(
        id=id, title="", scene=None, slug="", place=None, frames=frames, seed=1, look="", avoid="",
        sound=[], notes=[], segments=segments, actions=[], camera=camera, subjects=[], lights=[],
        particles=[], dialogue=dialogue or [], hash=id,
    )  # fmt: skip


def film_plan(
    shots: list[ShotPlan],
    edit: list[EditPlan] | None = None,
    size: tuple[int, int] = (64, 32),
    fps: str = "24",
) -> Plan:
    """A film of these shots, joined by cuts unless an edit is given."""
    if edit is None:
        starts = [sum(s.frames for s in shots[:i]) for i in range(len(shots))]
        edit = [EditPlan(shot=s.id, start=start) for s, start in zip(shots, starts)]
    length = {s.id: s.frames for s in shots}
    return Plan(
        title="A pattern", size=size, fps=fps, frames=edit[-1].start + length[edit[-1].shot],
        source="0", subjects=[], places=[], shots=shots, edit=edit,
    )  # fmt: skip
