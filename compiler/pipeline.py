"""From a parsed film to its Plan: resolve, check, plan. No torch, no arrays.

Film -resolve-> Resolved -plan-> Plan
                Resolved -check-> diagnostics
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from scenelang.compiler import resolved
from scenelang.compiler.checks import actors, axis, bodies, camera, moves, transitions
from scenelang.compiler.plan import Plan
from scenelang.compiler.planning import plan_of
from scenelang.compiler.resolve import resolve
from scenelang.compiler.scope import Reader
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic, SceneError, has_errors
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse_file

CHECKS = (
    moves.check,
    actors.check,
    transitions.check,
    camera.check,
    bodies.check,
    axis.check,
)


@dataclass(frozen=True)
class Analysis:
    """A film understood: what it resolved to, its Plan (None after an error), all findings."""

    resolved: resolved.Film
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]


def analyse(film: ast.Film, syntax: tuple[Diagnostic, ...] = (), read: Reader = parse_file) -> Analysis:
    """All findings of a film, sorted, together with those of its parse; never raises on bad input.

    `read` is how imported files are read.
    """
    understood, found = resolve(film, has_errors(syntax), read)
    # what was misread can't be called unused
    unused = has_errors(syntax) or has_errors(found)
    found = [*syntax, *(d for d in found if not (unused and d.code == "C003"))]
    plan = None if has_errors(found) else plan_of(understood, source_hash(film))
    for check in CHECKS:
        found.extend(check(understood, plan))
    return Analysis(
        understood, None if has_errors(found) else plan, tuple(sorted(set(found), key=lambda d: d.order))
    )


def plan_film(film: ast.Film) -> Plan:
    """The Plan of a film; raises SceneError, which carries the diagnostics, where it has errors."""
    analysis = analyse(film)
    if analysis.plan is None:
        raise SceneError(d for d in analysis.diagnostics if d.severity == "error")
    return analysis.plan


def source_hash(film: ast.Film) -> str:
    """SHA-256 of the canonical text."""
    return hashlib.sha256(format_film(film).encode()).hexdigest()
