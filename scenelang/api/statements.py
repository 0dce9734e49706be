"""Statements of the builder: each is written as a line and read by the film's own parser.

So both ways to make a film have one vocabulary, one set of checks and one AST. A line that
can't be read raises at once, with the parser's words, at the Python line that wrote it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

from scenelang.grammar import ast
from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import Diagnostic, SceneError
from scenelang.grammar.parse import parse
from scenelang.grammar.record import replace
from scenelang.grammar.source import Span, line_of

N = TypeVar("N", bound=ast.Node)
_HERE = str(Path(__file__).parent)
_STANDING: ContextVar[Span | None] = ContextVar("_STANDING", default=None)


@contextmanager
def standing(span: Span) -> Iterator[None]:
    """Statements made in this block stand at `span`: the place in the data that they are made from."""
    token = _STANDING.set(span)
    try:
        yield
    finally:
        _STANDING.reset(token)


def caller() -> Span:
    """The place of the user's Python line that called the builder, or what `standing` says."""
    if (span := _STANDING.get()) is not None:
        return span
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    line = frame.f_lineno
    return line_of(frame.f_code.co_filename, line)


def read(line: str, inside: str = "") -> ast.Node:
    """One statement, as the parser reads it in a file, or `inside` a shot or a scene.

    Raises SceneError with the diagnostics at the caller's line.
    """
    here = caller()
    frame = {"shot": "shot x 10s {{\n{}\n}}", "scene": "scene x {{\n{}\n}}"}.get(inside, "{}")
    film, found = parse("scenelang 1\n" + frame.format(line) + "\n", "<line>")
    errors = [d for d in found if d.severity == "error"]
    if errors:
        raise SceneError(
            replace(d, span=here, message=f"{d.message}, in `{line}`", labels=()) for d in errors
        )
    made: tuple[ast.Node, ...] = film.statements[1:]
    if inside and len(made) == 1 and isinstance(made[0], ast.Shot | ast.Scene):
        made = made[0].body
    if len(made) != 1:
        raise SceneError([_not_one(line, len(made), here)])
    return place(made[0], here)


def _not_one(line: str, count: int, here: Span) -> Diagnostic:
    message = f"`{line}` is {count or 'no'} statement{'s' * (count != 1)}, where one belongs"
    return Diagnostic(
        Code.TOO_MUCH if count else Code.MISSING, "error", message, here, "make one at a time"
    )


def place(node: N, span: Span) -> N:
    """The node with all of its parts standing at one place, and no layout of its own."""
    changes: dict[str, object] = {"span": span, "trivia": ast.NO_TRIVIA}
    for name in type(node).model_fields:
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            changes[name] = place(value, span)
        elif isinstance(value, tuple):
            changes[name] = tuple(place(v, span) if isinstance(v, ast.Node) else v for v in value)
    return node.model_copy(update=changes)
