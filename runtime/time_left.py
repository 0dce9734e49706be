"""How long a render still takes: what was estimated before it, corrected by how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scenelang.runtime.events import FramesDone, RenderEvent, ShotCached, ShotStarted, StepsDone

if TYPE_CHECKING:
    from scenelang.runtime.speed import Estimate

TRUST = 0.2  # of the estimate's own seconds: after so many, what was measured counts as much


class TimeLeft:
    """`shots` are the frames of each shot, `ahead` what was estimated; without it every frame that is
    rendered counts as much as another."""

    def __init__(
        self, shots: Mapping[str, int], ahead: Estimate | None, clock: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._begun: float | None = None
        known = ahead is not None and all(s is not None for s in ahead.shots.values())
        self._known = bool(known and ahead and ahead.shots)
        self._weight: dict[str, float] = {id: float(frames) for id, frames in shots.items()}
        self._rest = 0.0
        if self._known and ahead is not None:
            self._weight = {id: seconds or 0.0 for id, seconds in ahead.shots.items()}
            self._rest = ahead.rest or 0.0
        self._part: dict[str, float] = {}

    def see(self, event: RenderEvent) -> None:
        if self._begun is None:
            self._begun = self._clock()
        match event:
            case ShotStarted():
                self._part[event.shot] = 0.0
            case ShotCached():
                self._weight.pop(event.shot, None)
            case StepsDone() | FramesDone() if event.total:
                self._part[event.shot] = max(self._part.get(event.shot, 0.0), event.done / event.total)

    def seconds(self) -> float | None:
        """How long it still takes; None where nothing can be said, 0 at the end."""
        total = sum(self._weight.values()) + self._rest
        done = sum(self._weight.get(id, 0.0) * part for id, part in self._part.items())
        spent = 0.0 if self._begun is None else self._clock() - self._begun
        if self._known:
            trusted = TRUST * total
            slower = (spent + trusted) / (done + trusted) if done and total else 1.0
            return (total - done) * slower
        return (total - done) * spent / done if done else None
