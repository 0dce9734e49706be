"""From a parsed film to its Plan: resolve, stage, check, plan. No torch, no arrays.

Film -resolve-> Resolved -stage-> Staged -plan-> Plan
                Resolved, Staged -check-> diagnostics
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property, partial
from itertools import repeat
from typing import TYPE_CHECKING

from scenelang.compiler import resolved
from scenelang.compiler.checks import actors, axis, bodies, camera, moves, transitions
from scenelang.compiler.memory import Memory
from scenelang.compiler.resolve import resolve
from scenelang.compiler.scope import Reader
from scenelang.compiler.staging import Staged, stage_shots
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic, SceneError, has_errors
from scenelang.grammar.garbage import paused
from scenelang.grammar.parse import parse_file
from scenelang.grammar.record import Record

if TYPE_CHECKING:
    from scenelang.compiler.plan import Plan

SHOT_CHECKS = (moves.check, actors.check, camera.check, bodies.check)
FILM_CHECKS = (transitions.check, axis.check)


class Analysis(Record):
    """A film understood: what it resolved to, all findings, and its Plan (None after an error)."""

    film: ast.Film
    resolved: resolved.Film
    staged: list[Staged] | None
    diagnostics: tuple[Diagnostic, ...]

    @cached_property
    def plan(self) -> Plan | None:
        if self.staged is None or has_errors(self.diagnostics):
            return None
        from scenelang.compiler.planning import plan_of  # which a check needs not

        return plan_of(self.resolved, self.staged, source_hash(self.film))


@paused
def analyse(
    film: ast.Film,
    syntax: tuple[Diagnostic, ...] = (),
    memory: Memory | None = None,
    read: Reader = parse_file,
) -> Analysis:
    """All findings of a film, sorted, together with those of its parse; never raises on bad input.

    With a `memory`, only what changed since it was last given is worked out again. `read` is how imported
    files are read.
    """
    memory = memory or Memory()
    if has_errors(syntax):
        memory = memory.misread
    understood, found = resolve(film, has_errors(syntax), memory, read)
    # what was misread can't be called unused
    unused = has_errors(syntax) or has_errors(found)
    found = [*syntax, *(d for d in found if not (unused and d.code == "C003"))]
    shots = None if has_errors(found) else stage_shots(understood, memory)
    for shot, staged in zip(understood.shots, shots or repeat(None)):
        found.extend(memory.check(shot, staged, partial(_check, understood, shot, staged)))
    for check in FILM_CHECKS:
        found.extend(check(understood, shots))
    return Analysis(film, understood, shots, tuple(sorted(set(found), key=lambda d: d.order)))


def _check(film: resolved.Film, shot: resolved.Shot, staged: Staged | None) -> Iterator[Diagnostic]:
    for check in SHOT_CHECKS:
        yield from check(film, shot, staged)


def plan_film(film: ast.Film) -> Plan:
    """The Plan of a film; raises SceneError, which carries the diagnostics, where it has errors."""
    return whole_plan(analyse(film))


def whole_plan(analysis: Analysis) -> Plan:
    """The Plan of an understood film; raises SceneError, which carries the diagnostics, where it has errors."""
    if analysis.plan is None:
        raise SceneError(d for d in analysis.diagnostics if d.severity == "error")
    return analysis.plan


def source_hash(film: ast.Film) -> str:
    """SHA-256 of the canonical text."""
    from scenelang.grammar.format import format_film

    return hashlib.sha256(format_film(film).encode()).hexdigest()
