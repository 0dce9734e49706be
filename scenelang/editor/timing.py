"""When things are: a time of a film in words, and where each shot begins."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler import units
from scenelang.compiler.plan import Plan
from scenelang.editor.tree import Spot
from scenelang.grammar import ast


def clock(time: Fraction) -> str:
    """`1:02.5` for 62.5 seconds; `4.25s` below a minute."""
    minutes, seconds = divmod(float(time), 60)
    return f"{int(minutes)}:{seconds:06.3f}".rstrip("0").rstrip(".") if minutes else f"{seconds:.4g}s"


def starts(plan: Plan) -> dict[str, Fraction]:
    """Where each shot begins in the film, by its ID."""
    return {entry.shot: Fraction(entry.start) / plan.rate for entry in plan.edit}


def total(plan: Plan) -> Fraction:
    return Fraction(plan.frames) / plan.rate


def is_time(spot: Spot) -> bool:
    """Whether a quantity says when or how long, so that `%` and `f` mean the shot's and the film's."""
    timed = isinstance(spot.parent, ast.Interval | ast.When | ast.Transition)
    return timed or spot.attribute in ("at", "duration")


def seconds(spot: Spot, quantity: ast.Quantity, fps: Fraction) -> Fraction:
    """A time in seconds of its shot."""
    whole = units.seconds(spot.shot.duration, fps, Fraction(0)) if spot.shot else Fraction(0)
    return units.seconds(quantity, fps, whole)
