"""What a backend is: a shot of the Plan and its conditioning in, frames out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from scenelang.compiler.native import Native as Native
from scenelang.compiler.plan import Plan, ShotPlan

if TYPE_CHECKING:
    from torch import Tensor

    from scenelang.compiler.conditioning import Conditioning

Level = Literal["exact", "approximate", "text", "dropped"]
FrameArray = NDArray[np.uint8]  # [F, H, W, 3], sRGB


@dataclass(frozen=True)
class Lowering:
    """What becomes of one property of a shot in a backend, and why."""

    property: str
    level: Level
    why: str


@dataclass(frozen=True)
class Job:
    """One shot to render. `conditioning` is at the backend's native rate."""

    plan: Plan
    shot: ShotPlan
    conditioning: Conditioning
    native: Native
    profile: str = "final"
    device: str = "cpu"
    project: Path | None = None  # the folder that the paths of pictures are relative to
    resume: Checkpoint | None = None  # what the backend gave when the shot was interrupted


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of work of this shot."""

    done: int
    total: int


@dataclass(frozen=True)
class Frames:
    """The next frames of the shot, uint8 [F, H, W, 3] in sRGB, at the native size and rate."""

    frames: FrameArray


@dataclass(frozen=True)
class Carry:
    """What a following shot needs to go on from this one: its last frames and the plan's hash."""

    frames: FrameArray
    shot: str


@dataclass(frozen=True)
class Sound:
    """Sound that the model made with the shot: float32 [N, C] from -1 to 1, `at` seconds from the shot's start."""

    samples: NDArray[np.float32]
    rate: int
    at: Fraction


@dataclass(frozen=True)
class Checkpoint:
    """What the backend needs to go on within a shot, once `frames` native frames of it are given.

    A backend that gets it back, in a job, gives the frames behind these, the same as ever. Backends
    whose shots take no time, or make sound, need not give any.
    """

    frames: int
    state: dict[str, Tensor]  # on the CPU


Event = Progress | Frames | Sound | Checkpoint | Carry


class Backend(Protocol):
    """A renderer of shots. It is made once and keeps what it has loaded.

    What it may have besides, each looked for where it is of use:
    `identity() -> dict[str, str]`, what its frames depend on besides the plan, such as the hash of its
    weights (without it no take is kept); `prepare(texts, profile, device)`, which hears before the first
    shot what it runs on and every text that it will be asked for and doesn't have in the store, so that
    it can encode them all at once; `load(profile, device)`, which loads what else it needs;
    `pflop(plan, shot, profile) -> float | None`; `source`, where its weights come from; and counts of
    what it did: `denoiser_runs`, `text_encodings`, `model_loads`.
    """

    name: str
    dialect: str  # of its prompts; see compiler/prompts.py

    def raster(self, native: Native) -> tuple[int, int]:
        """Width and height of the rays and blocking maps it wants; (0, 0) for none."""
        ...

    def encode(self, texts: list[str]) -> Tensor:
        """Embeddings [S, L, D] of prompts; L = D = 0 for a backend that reads none."""
        ...

    def native(self, plan: Plan, profile: str) -> Native:
        """The size and rate it would render this film at."""
        ...

    def lowering(self, plan: Plan, shot: ShotPlan) -> list[Lowering]:
        """One entry for each property of the shot; nothing is left out silently."""
        ...

    def denoiser_calls(self, plan: Plan, shot: ShotPlan, profile: str) -> int:
        """How often the denoiser runs for this shot; 0 for a backend without one."""
        ...

    def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
        """The shot as events: progress, frames in order, and at the end what the next shot needs."""
        ...
