"""When things are: a time of a film in words, and where each shot begins."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler import units
from scenelang.compiler.pipeline import Analysis
from scenelang.compiler.planning import timeline
from scenelang.editor.tree import Spot
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import has_errors
from scenelang.grammar.record import Record


def clock(time: Fraction) -> str:
    """`1:02.5` for 62.5 seconds; `4.25s` below a minute."""
    minutes, seconds = divmod(float(time), 60)
    return f"{int(minutes)}:{seconds:06.3f}".rstrip("0").rstrip(".") if minutes else f"{seconds:.4g}s"


class Times(Record):
    """Where each shot begins in the film and how long it lasts, by its ID, and how long the film is; in seconds."""

    starts: dict[str, Fraction]
    lengths: dict[str, Fraction]
    total: Fraction


def times_of(analysis: Analysis) -> Times | None:
    """The times of a film; None where it has errors."""
    film, staged = analysis.resolved, analysis.staged
    if staged is None or has_errors(analysis.diagnostics):
        return None
    frames = {each.shot.name: each.frames for each in staged}
    edit, total = timeline(film, list(frames.items()))
    return Times(
        {entry.shot: entry.start / film.fps for entry in edit},
        {shot: length / film.fps for shot, length in frames.items()},
        total / film.fps,
    )


def is_time(spot: Spot) -> bool:
    """Whether a quantity says when or how long, so that `%` and `f` mean the shot's and the film's."""
    timed = isinstance(spot.parent, ast.Interval | ast.When | ast.Transition)
    return timed or spot.attribute in ("at", "duration")


def seconds(spot: Spot, quantity: ast.Quantity, fps: Fraction) -> Fraction:
    """A time in seconds of its shot."""
    whole = units.seconds(spot.shot.duration, fps, Fraction(0)) if spot.shot else Fraction(0)
    return units.seconds(quantity, fps, whole)
