"""Statements of the builder: each is written as a line and read by the film's own parser.

So both ways to make a film have one vocabulary, one set of checks and one AST. A line that
can't be read raises at once, with the parser's words, at the Python line that wrote it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from scenelang.grammar import ast
from scenelang.grammar.diagnostics import SceneError
from scenelang.grammar.parse import parse
from scenelang.grammar.source import Span, line_of

N = TypeVar("N", bound=ast.Node)
_HERE = str(Path(__file__).parent)


def caller() -> Span:
    """The place of the user's Python line that called the builder."""
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
    statement = film.statements[1]
    if isinstance(statement, ast.Shot | ast.Scene) and inside:
        statement = statement.body[0]  # type: ignore[assignment]
    return place(statement, here)


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
