"""What was understood of a film's shots, kept for the next time that the film is understood.

A shot is understood from its node, its scene, the film's world (format, cast, places, style)
and the stage that the shot before it left. Where all of these are what they were, so is what
came of them, its findings included. Nodes and their results are compared by identity: a
text that is edited keeps the nodes of what did not change (grammar/incremental.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from scenelang.compiler import resolved
from scenelang.compiler.scope import Scope
from scenelang.compiler.stage import Stage
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.record import Record

if TYPE_CHECKING:
    from scenelang.compiler.staging import Staged

R = TypeVar("R")


class _Resolved(Record):
    node: ast.Node
    around: tuple[object, ...]
    result: Any
    found: tuple[Diagnostic, ...]
    used: frozenset[str]


class _Staged(Record):
    shot: resolved.Shot
    stage: Stage
    before: Any
    staged: Staged
    end: Any


class _Checked(Record):
    shot: resolved.Shot
    staged: Staged | None
    found: tuple[Diagnostic, ...]


class Memory:
    """`resolved`, `staged` and `checked` count what had to be worked out the last time."""

    def __init__(self) -> None:
        self._world: tuple[object, ...] = ()
        # by the identity of what they were made of, which they hold
        self._resolved: dict[int, _Resolved] = {}
        self._staged: dict[int, _Staged] = {}
        self._checked: dict[int, _Checked] = {}
        self.begin(())
        self.begin_staging()

    @cached_property
    def misread(self) -> Memory:
        """What is kept of a text with syntax errors, so that it takes the place of nothing that was read well."""
        return Memory()

    def begin(self, world: tuple[object, ...]) -> None:
        """A film is understood anew. In another world nothing of the last one holds."""
        self.resolved = self.staged = self.checked = 0
        if world != self._world:
            self._world = world
            self._resolved, self._staged, self._checked = {}, {}, {}
        self._resolved_before, self._resolved = self._resolved, {}
        self._checked_before, self._checked = self._checked, {}

    def begin_staging(self) -> None:
        """All shots are staged. A film with errors is not, and what was staged before it is kept."""
        self._staged_before, self._staged = self._staged, {}

    def resolve(
        self, node: ast.Node, around: tuple[object, ...], scope: Scope, work: Callable[[Scope], R]
    ) -> R:
        """What `work` makes of a shot's or scene's node; its findings and uses go to the scope. `around` are the
        scene and the shot that it depends on."""
        known = self._resolved_before.get(id(node))
        if known is None or any(a is not b for a, b in zip(known.around, around, strict=True)):
            self.resolved += 1
            own = scope.apart()
            result = work(own)
            known = _Resolved(node, around, result, tuple(own.findings.found), frozenset(own.used))
        self._resolved[id(node)] = known
        scope.findings.found.extend(known.found)
        scope.used |= known.used
        made: R = known.result
        return made

    def stage(
        self, shot: resolved.Shot, stage: Stage, before: Any, work: Callable[[], tuple[Staged, R]]
    ) -> tuple[Staged, R]:
        """What `work` makes of a shot on a stage, and how it ends; `before` is how the one that it continues
        ended."""
        known = self._staged_before.get(id(shot))
        if known is None or known.stage != stage or known.before != before:
            self.staged += 1
            known = _Staged(shot, stage, before, *work())
        self._staged[id(shot)] = known
        return known.staged, known.end

    def check(
        self, shot: resolved.Shot, staged: Staged | None, work: Callable[[], Iterable[Diagnostic]]
    ) -> tuple[Diagnostic, ...]:
        known = self._checked_before.get(id(shot))
        if known is None or known.staged is not staged:
            self.checked += 1
            known = _Checked(shot, staged, tuple(work()))
        self._checked[id(shot)] = known
        return known.found
