"""Progress goes to standard error in a form that fits where it is read."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from scenelang.runtime.events import (
    Done,
    FramesDone,
    RenderEvent,
    ShotCached,
    ShotStarted,
    StepsDone,
    TakeDone,
)
from scenelang.runtime.progress import RenderProgress

EVENTS: list[RenderEvent] = [
    ShotStarted("sh010", 48),
    *(FramesDone("sh010", n, 48) for n in range(1, 49)),
    ShotStarted("sh020", 24),
    StepsDone("sh020", 5, 20),
    *(FramesDone("sh020", n, 24) for n in range(1, 25)),
    Done(Path("film.mp4"), None, 72, 2, 0, 0, 0, 0, 75.0),
]
SHOTS = {"sh010": 48, "sh020": 24}


class Clock:
    """A second a look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, **more: bool) -> str:
    with RenderProgress(SHOTS, stream=stream, clock=Clock(), **more) as progress:
        for event in EVENTS:
            progress.show(event)
    return stream.getvalue()


def test_elsewhere_lines_are_few_and_plain() -> None:
    lines = shown(io.StringIO()).splitlines()
    assert 3 < len(lines) < len(EVENTS) / 4
    assert lines[0].startswith("shot 1 of 2, sh010: frame ")
    assert " of 72, about " in lines[0] and lines[0].endswith(" s left")
    assert lines[-1] == "film.mp4: 72 frames in 75.0 s"
    assert not any(c in "".join(lines) for c in "\r\x1b")


def test_a_terminal_gets_bars_of_film_and_shot() -> None:
    text = shown(Terminal())
    assert "film" in text and "72/72" in text
    assert "shot 2 of 2, sh020" in text and "24/24" in text


def test_the_frames_of_all_takes_count() -> None:
    """Three takes of each of two shots, the first of which is cached."""
    stream = Terminal()
    with RenderProgress({"a": 12, "b": 6}, stream=stream, clock=Clock()) as progress:
        progress.show(ShotCached("a", 4))
        progress.show(TakeDone("a", 1, 5))
        for take in (2, 3):
            progress.show(ShotStarted("a", 4))
            progress.show(FramesDone("a", 4, 4))
            progress.show(TakeDone("a", take, 4 + take))
        progress.show(ShotStarted("b", 2))
        progress.show(FramesDone("b", 1, 2))
    last = [line for line in stream.getvalue().splitlines() if "film" in line][-1]
    assert "13/18" in last and "left" in last and "0:00 left" not in last


def test_quiet_is_silent() -> None:
    assert shown(io.StringIO(), quiet=True) == "" == shown(Terminal(), quiet=True)


def test_rich_is_not_loaded_where_no_bars_are_drawn() -> None:
    code = (
        "import sys; from scenelang.runtime.progress import RenderProgress\n"
        "with RenderProgress({'a': 1}): pass\n"
        "assert 'rich' not in sys.modules and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.PIPE)
