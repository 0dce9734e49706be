"""`continue from`: the shot whose take goes on, and what such a shot must not set again."""

from __future__ import annotations

from collections.abc import Mapping

from scenelang.compiler import resolved
from scenelang.compiler.scope import NOWHERE, Scope
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import did_you_mean


def continued(
    node: ast.Shot, scope: Scope, earlier: Mapping[str, resolved.Shot]
) -> resolved.Shot | None:
    """The shot that `node` continues, None for a take of its own or after an error."""
    statement = _statement(node)
    if statement is None:
        return None
    name = statement.shot.text
    before = earlier.get(name)
    if before is None:
        hint = did_you_mean(name, earlier) or "name a shot that stands before this one"
        scope.findings.error("C015", statement.shot, f"no shot before this one is called `{name}`", hint)
        return None
    for part in _set_again(node):
        scope.findings.error(
            "C016", part, f"the take of `{name}` goes on: its camera, lens and place are given",
            "leave it out, or leave out `continue from`; moves may stand in `camera { … }`",
            labels=[(statement.span or NOWHERE, "this take goes on")],
        )  # fmt: skip
    return before


def continues(node: ast.Shot) -> str:
    """The name of the shot that `node` says it continues; empty for a take of its own."""
    statement = _statement(node)
    return statement.shot.text if statement else ""


def _statement(node: ast.Shot) -> ast.Continue | None:
    return next((s for s in node.body if isinstance(s, ast.Continue)), None)


def _set_again(node: ast.Shot) -> list[ast.Node]:
    found: list[ast.Node] = [s for s in node.body if isinstance(s, ast.Framing | ast.Angle | ast.Lens)]
    for camera in node.body:
        if isinstance(camera, ast.Camera):
            found += [part for part in (camera.path, camera.start, camera.looking) if part is not None]
    return found + ([node.place] if node.place else [])


def check_joins(film: ast.Film, scope: Scope) -> None:
    """A transition between a shot and the one that continues it would cut the take."""
    for body in (film.statements, *(s.body for s in film.statements if isinstance(s, ast.Scene))):
        last: ast.Shot | None = None
        between: list[ast.Transition] = []
        for statement in body:
            if isinstance(statement, ast.Transition):
                between.append(statement)
            elif isinstance(statement, ast.Shot):
                if last is not None and continues(statement) == last.name.text:
                    for transition in between:
                        scope.findings.error(
                            "C017", transition, f"`{statement.name.text}` continues `{last.name.text}`: nothing can "
                            "stand between them", "delete the transition, or leave out `continue from`",
                        )  # fmt: skip
                last, between = statement, []
