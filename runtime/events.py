"""What a render tells while it runs; each event is a line of `render --json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class _Event:
    name: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """Its name as `event` and its fields, in values that JSON has."""
        fields = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(self).items()}
        return {"event": self.name, **fields}


@dataclass(frozen=True)
class ShotStarted(_Event):
    """A shot's turn has come; it has this many frames of the film."""

    name: ClassVar[str] = "shot"
    shot: str
    frames: int


@dataclass(frozen=True)
class ShotCached(_Event):
    """The frames of a shot were in the cache: nothing of it is rendered."""

    name: ClassVar[str] = "cached"
    shot: str
    frames: int


@dataclass(frozen=True)
class TakeDone(_Event):
    """A take of a shot, made with this seed, is in the cache; they are counted from 1."""

    name: ClassVar[str] = "take"
    shot: str
    take: int
    seed: int


@dataclass(frozen=True)
class Notice(_Event):
    """Something that a person should hear of, such as damage in the cache, and what to do about it. The
    render goes on."""

    name: ClassVar[str] = "notice"
    message: str
    hint: str = ""


@dataclass(frozen=True)
class StepsDone(_Event):
    """`done` of `total` units of the backend's own work on a shot, such as denoising steps."""

    name: ClassVar[str] = "steps"
    shot: str
    done: int
    total: int


@dataclass(frozen=True)
class FramesDone(_Event):
    """`done` of the shot's `total` frames, counted at the film's rate, are rendered."""

    name: ClassVar[str] = "frames"
    shot: str
    done: int
    total: int


@dataclass(frozen=True)
class Measuring(_Event):
    """The film is written; now the takes of this many shots are measured against what they are expected to show."""

    name: ClassVar[str] = "measuring"
    shots: int


@dataclass(frozen=True)
class Checked(_Event):
    """An expectation of a shot against its take: `what` is camera, frame or subjects. `found` is empty where nothing
    could be measured. `confidence` is that of the measure, 0 to 1; where it is low the result is `unsure`."""

    name: ClassVar[str] = "expectation"
    shot: str
    what: str
    expected: str
    found: str
    confidence: float
    result: Literal["held", "not held", "unsure"]


@dataclass(frozen=True)
class Done(_Event):
    """The film is written. `captions` is the .srt beside it, or None without dialogue; `expectations` are those
    of all shots, as they were measured."""

    name: ClassVar[str] = "done"
    output: Path
    captions: Path | None
    frames: int
    shots_rendered: int
    shots_cached: int
    denoiser_calls: int
    text_encodings: int
    model_loads: int
    seconds: float
    expectations: tuple[Checked, ...] = ()


RenderEvent = (
    ShotStarted | ShotCached | TakeDone | Notice | StepsDone | FramesDone | Measuring | Checked | Done
)
