"""How long a render still takes: what was estimated before it, corrected by how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scenelang.runtime.events import (
    FramesDone,
    RenderEvent,
    ShotCached,
    ShotStarted,
    StepsDone,
    TakeDone,
)

if TYPE_CHECKING:
    from scenelang.runtime.speed import Estimate

TRUST = 0.2  # of the estimate's own seconds: after so many, what was measured counts as much


class TimeLeft:
    """`shots` are the frames of each shot, of all its takes where there are several; `ahead` what was
    estimated; without it every frame that is rendered counts as much as another."""

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
        self._frames = dict(shots)
        self._whole = dict(self._weight)  # with what turns out to be cached
        self._take: dict[str, float] = {}  # the weight of the take that is being made
        self._now: dict[str, float] = {}  # what of it is done
        self._earlier = 0.0  # the weight of takes that were made

    def see(self, event: RenderEvent) -> None:
        if self._begun is None:
            self._begun = self._clock()
        match event:
            case ShotStarted():
                self._take[event.shot] = self._weight_of(event)
                self._now[event.shot] = 0.0
            case ShotCached():
                left = self._weight.get(event.shot, 0.0) - self._weight_of(event)
                self._weight[event.shot] = max(0.0, left)
            case TakeDone():
                self._earlier += self._now.pop(event.shot, 0.0)
            case StepsDone() | FramesDone() if event.total:
                take = self._take.get(event.shot, self._whole.get(event.shot, 0.0))
                done = take * event.done / event.total
                self._now[event.shot] = max(self._now.get(event.shot, 0.0), done)

    def _weight_of(self, event: ShotStarted | ShotCached) -> float:
        """Of one take of a shot."""
        frames = self._frames.get(event.shot, event.frames)
        return self._whole.get(event.shot, 0.0) * (event.frames / frames if frames else 0.0)

    def seconds(self) -> float | None:
        """How long it still takes; None where nothing can be said, 0 at the end."""
        total = sum(self._weight.values()) + self._rest
        done = self._earlier + sum(self._now.values())
        spent = 0.0 if self._begun is None else self._clock() - self._begun
        if self._known:
            trusted = TRUST * total
            slower = (spent + trusted) / (done + trusted) if done and total else 1.0
            return (total - done) * slower
        return (total - done) * spent / done if done else None
