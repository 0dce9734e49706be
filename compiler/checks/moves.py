"""Moves that contradict each other at the same time, and zooms that say two things."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from scenelang.compiler import resolved
from scenelang.compiler.staging import Staged
from scenelang.grammar.diagnostics import Diagnostic

_OPPOSITE = {
    "left": "right",
    "right": "left",
    "up": "down",
    "down": "up",
    "in": "out",
    "out": "in",
    "cw": "ccw",
    "ccw": "cw",
}


def check(film: resolved.Film, shot: resolved.Shot, staged: Staged | None) -> Iterator[Diagnostic]:
    timed = [(span, move) for span in shot.camera.spans for move in span.moves]
    for (a_span, a), (b_span, b) in combinations(timed, 2):
        if a_span.start < b_span.end and b_span.start < a_span.end and _contradict(a, b):
            yield Diagnostic(
                "C032", "error", f"`{_words(b)}` contradicts `{_words(a)}` at the same time", b.span,
                "keep one of the two, or let one begin when the other ends", ((a.span, "the other move"),),
            )  # fmt: skip
    yield from _zooms(shot)


def _contradict(a: resolved.Move, b: resolved.Move) -> bool:
    if {a.name, b.name} <= {"follow", "lead"}:
        return True
    if "hold" in (a.name, b.name):
        return a.name != b.name
    return a.name == b.name and _OPPOSITE.get(a.direction) == b.direction


def _words(move: resolved.Move) -> str:
    return f"{move.name} {move.direction}".strip()


def _zooms(shot: resolved.Shot) -> Iterator[Diagnostic]:
    focal = shot.focal
    for span in sorted(shot.camera.spans, key=lambda s: s.start):
        for move in span.moves:
            if move.name != "zoom":
                continue
            goal = move.amount if move.amount > 0 else focal * -move.amount
            if (move.direction == "in") != (goal > focal):
                right = "out" if move.direction == "in" else "in"
                yield Diagnostic(
                    "C034", "error", f"`zoom {move.direction} to {goal:g}mm` from {focal:g}mm goes the other way",
                    move.span, f"write `zoom {right} to {goal:g}mm`, or another focal length",
                )  # fmt: skip
            focal = goal
