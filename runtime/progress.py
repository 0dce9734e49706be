"""Shows a render's progress on standard error: bars on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from scenelang.runtime.events import (
    Done,
    FramesDone,
    Measuring,
    Notice,
    RenderEvent,
    ShotCached,
    ShotStarted,
    StepsDone,
    TakeDone,
)
from scenelang.runtime.time_left import TimeLeft

if TYPE_CHECKING:
    from scenelang.runtime.speed import Estimate

LINE_EVERY = 5.0  # seconds


class _Display(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def show(self, event: RenderEvent) -> None: ...


class RenderProgress:
    """`with RenderProgress(shots) as progress: … progress.show(event)`.

    `shots` maps the ID of each shot to be rendered, in order, to its frames. Bars are drawn if
    `stream` is a terminal; otherwise at most one line is written every
    few seconds, with no control characters, and one at the end. `quiet` shows nothing. The time
    left goes by `ahead`, where it is known, and by how the render goes.
    """

    def __init__(
        self,
        shots: Mapping[str, int],
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        ahead: Estimate | None = None,
    ):
        stream = stream or sys.stderr
        self._display: _Display | None = None
        if not quiet:
            left = TimeLeft(shots, ahead, clock)
            bars = stream.isatty()
            self._display = _Bars(shots, stream, left) if bars else _Lines(shots, stream, clock, left)

    def show(self, event: RenderEvent) -> None:
        if self._display:
            self._display.show(event)

    def __enter__(self) -> Self:
        if self._display:
            self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display:
            self._display.stop()


class _Count:
    """How far the film is, in frames; of shots with several takes, those of all their takes."""

    def __init__(self, shots: Mapping[str, int]):
        self.shots = shots
        self.total = sum(shots.values())
        self._made = 0  # of takes that are done
        self._by_shot: dict[str, int] = {}

    def add(self, event: FramesDone | ShotCached) -> None:
        self._by_shot[event.shot] = event.done if isinstance(event, FramesDone) else event.frames

    def finish(self, event: TakeDone) -> None:
        self._made += self._by_shot.pop(event.shot, 0)

    @property
    def done(self) -> int:
        return self._made + sum(done for shot, done in self._by_shot.items() if shot in self.shots)

    def place(self, shot: str) -> str:
        if shot not in self.shots:  # one that a shot goes on from
            return f"before that {shot}"
        return f"shot {list(self.shots).index(shot) + 1} of {len(self.shots)}, {shot}"


class _Lines:
    def __init__(
        self, shots: Mapping[str, int], stream: TextIO, clock: Callable[[], float], left: TimeLeft
    ):
        self._count, self._stream, self._clock, self._time = _Count(shots), stream, clock, left
        self._said = clock()

    def start(self) -> None:
        self._said = self._clock()

    def stop(self) -> None:
        pass

    def show(self, event: RenderEvent) -> None:
        self._time.see(event)
        match event:
            case Notice():
                self._say(_note(event))
            case TakeDone():
                self._count.finish(event)
                self._say(f"take {event.take} of {event.shot}, seed {event.seed}")
            case ShotCached():
                self._count.add(event)
            case ShotStarted():
                self._say_now_and_then(f"{self._count.place(event.shot)}: {event.frames} frames")
            case StepsDone():
                step = f"step {event.done} of {event.total}"
                self._say_now_and_then(f"{self._count.place(event.shot)}: {step}")
            case FramesDone():
                self._count.add(event)
                frames = f"frame {event.done} of {event.total}"
                film = f"film {self._count.done} of {self._count.total}{self._left()}"
                self._say_now_and_then(f"{self._count.place(event.shot)}: {frames}; {film}")
            case Measuring():
                self._say_now_and_then(f"measuring what is expected of {_shots(event.shots)}")
            case Done():
                self._say(f"{event.output}: {event.frames} frames in {event.seconds:.1f} s")

    def _left(self) -> str:
        seconds = self._time.seconds()
        if not seconds or self._count.done == self._count.total:
            return ""
        return f", about {seconds:.0f} s left"

    def _say_now_and_then(self, line: str) -> None:
        if self._clock() - self._said >= LINE_EVERY:
            self._say(line)

    def _say(self, line: str) -> None:
        self._said = self._clock()
        print(line, file=self._stream, flush=True)


class _Bars:
    def __init__(self, shots: Mapping[str, int], stream: TextIO, left: TimeLeft):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._count, self._time = _Count(shots), left
        self._progress: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TextColumn("{task.fields[left]}"),
            console=Console(file=stream),
            transient=True,
        )
        self._film = self._progress.add_task("film", total=self._count.total, unit="frames", left="")
        self._shot = self._progress.add_task("", total=None, unit="frames", left="")

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()

    def show(self, event: RenderEvent) -> None:
        self._time.see(event)
        seconds = self._time.seconds()
        if seconds is not None:
            self._progress.update(self._film, left=f"{_clock(seconds)} left")
        match event:
            case Notice():
                self._progress.console.print(_note(event), markup=False, highlight=False)
            case TakeDone():
                self._count.finish(event)
                said = f"take {event.take} of {event.shot}, seed {event.seed}"
                self._progress.console.print(said, markup=False, highlight=False)
            case ShotCached():
                self._count.add(event)
                self._progress.update(self._film, completed=self._count.done)
            case ShotStarted():
                self._progress.reset(
                    self._shot,
                    total=event.frames,
                    unit="frames",
                    left="",
                    description=self._count.place(event.shot),
                )
            case StepsDone():
                self._progress.update(self._shot, completed=event.done, total=event.total, unit="steps")
            case FramesDone():
                self._count.add(event)
                self._progress.update(self._shot, completed=event.done, total=event.total, unit="frames")
                self._progress.update(self._film, completed=self._count.done)
            case Measuring():
                self._progress.reset(
                    self._shot, total=None, unit="", description=f"measuring {_shots(event.shots)}"
                )
            case Done():
                self._progress.update(self._film, completed=self._count.total)


def _shots(number: int) -> str:
    return f"{number} shot{'s' if number != 1 else ''}"


def _note(event: Notice) -> str:
    return f"{event.message}; {event.hint}" if event.hint else event.message


def _clock(seconds: float) -> str:
    """`1:05`, or `2:01:05`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
