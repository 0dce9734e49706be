"""Segments: the frames of a shot cut wherever an action, a light or particles begin to change."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from scenelang.compiler import resolved
from scenelang.compiler.plan import ActionPlan, SegmentPlan

SHORTEST = Fraction(1, 4)  # seconds; a shorter segment could not be seen to say anything of its own


def cuts(film: resolved.Film, shot: resolved.Shot) -> list[int]:
    """The frames at which segments begin, 0 first and the shot's length last.

    Actions, dialogue and changes cut at both their ends, animated lights and particles at
    their keys. The camera's moves don't: they reach the model as poses, not as words.
    """
    times: set[Fraction] = set()
    for start, end in [(a.start, a.end) for a in shot.actions] + [(n.start, n.end) for n in shot.lines]:
        times.update((start, end))
    times.update(change.start for change in shot.changes)
    for animation in shot.animations:
        if animation.target not in ("focus", "lens"):
            times.update(key.time for key in animation.keys)
    length = max(1, film.frame(shot.duration))
    least = max(1, film.frame(SHORTEST))
    result = [0]
    for frame in sorted(film.frame(t) for t in times):
        if frame - result[-1] >= least and length - frame >= least:
            result.append(frame)
    return [*result, length]


def segments(film: resolved.Film, shot: resolved.Shot, actions: list[ActionPlan]) -> list[SegmentPlan]:
    """Half-open frame ranges that cover the shot, each with the actions that go on in its middle."""
    at = cuts(film, shot)
    result = []
    for a, b in pairwise(at):
        middle = (a + b) // 2
        going = [action.id for action in actions if action.frames[0] <= middle < action.frames[1]]
        result.append(SegmentPlan(frames=(a, b), actions=going))
    return result
