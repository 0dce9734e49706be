"""Values written as short texts, for films made in Python: `quantity("2.5m")`.

They are read by the grammar's own rules, so a value means the same in a film's text.
"""

from __future__ import annotations

from typing import Any, TypeVar

from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from scenelang.grammar import ast, build_values, vocabulary
from scenelang.grammar.context import Context
from scenelang.grammar.source import Source
from scenelang.grammar.syntax import grammar
from scenelang.grammar.units import example, kind_name

N = TypeVar("N", bound=ast.Node)


def quantity(text: str, kind: str = "") -> ast.Quantity:
    """`2.5m`, `40%`, `f/2.8`; with `kind` (a key of UNITS, or `duration`) of that kind only.

    Raises ValueError where the text is no quantity, or its unit is another one.
    """
    context, tree = _read(text, "values")
    tokens = [token for token in tree.children if isinstance(token, Token)]
    if len(tree.children) != 1 or len(tokens) != 1 or tokens[0].type not in ("QUANTITY", "APERTURE"):
        wanted = f"{kind_name(kind)} such as `{example(kind)}`" if kind else "a quantity such as `2.5m`"
        raise ValueError(f"`{text}` is not {wanted}")
    if kind:
        return _checked(context, text, build_values.quantity(context, tokens[0], kind))
    _checked(context, text, build_values.value(context, tokens[0]))  # any unit of the language
    return build_values.read_quantity(context, tokens[0]).bare()


def interval(text: str) -> ast.Interval:
    """`0s..4s` or `4s..`. Raises ValueError."""
    try:
        context, tree = _read(text, "interval")
    except ValueError:
        raise ValueError(f"`{text}` is not a span of time such as `0s..4s` or `4s..`") from None
    (span,) = tree.children
    assert isinstance(span, Tree)
    return _checked(context, text, build_values.interval(context, span))


def point(text: str) -> ast.Point:
    """`(0m, 2m)` or `(0m, 1.6m, 4m)`. Raises ValueError."""
    (only, *rest) = value(text)
    if rest or not isinstance(only, ast.Point):
        raise ValueError(f"`{text}` is not a point such as `(0m, 2m)` or `(0m, 1.6m, 4m)`")
    return only


def value(text: str) -> tuple[ast.Value, ...]:
    """One value or several: `left 35deg`, `1280x720`, `"deep blue"`. Raises ValueError."""
    context, tree = _read(text, "values")
    read: list[Any] = [
        _checked(context, text, build_values.value(context, part)) for part in tree.children
    ]
    return tuple(read)


def term(category: str, text: str) -> ast.Word:
    """The canonical word for a word or alias of a vocabulary category: `term("size", "CU")`.

    Raises ValueError, with a suggestion, where the category has no such word.
    """
    found = vocabulary.find(category, text)
    if found:
        return ast.Word(text=found.word)
    source = Source("", text)
    context = Context(source, {})
    context.unknown(source.span(0, len(text)), text, category)
    raise ValueError(_message(context))


def _read(text: str, start: str) -> tuple[Context, Tree[Token]]:
    try:
        tree = grammar().parse(text, start=start)
    except UnexpectedInput:
        raise ValueError(
            f"`{text}` can't be read as a value such as `2.5m`, `left 35deg` or `(0m, 2m)`"
        ) from None
    return Context(Source("", text), {}), tree


def _checked(context: Context, text: str, node: N | None) -> N:
    if context.diagnostics or node is None:
        raise ValueError(f"`{text}`: {_message(context)}")
    return node.bare()


def _message(context: Context) -> str:
    first = context.diagnostics[0]
    return f"{first.message} ({first.hint})" if first.hint else first.message
