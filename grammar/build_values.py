"""Tokens of values to nodes: quantities, texts, points, intervals, and when things happen."""

from __future__ import annotations

import re
from decimal import Decimal

from scenelang.grammar.ast import Aspect, Interval, Point, Quantity, Size, Target, Text, Value, When
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context
from scenelang.grammar.tree import Part, Token, Tree
from scenelang.grammar.units import is_unit, problem, unknown_unit

ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.?)")


def read_quantity(context: Context, token: Token) -> Quantity:
    """A quantity as it stands, whatever its unit."""
    if token.type == "APERTURE":
        return Quantity.made(number=Decimal(token[2:]), unit="f/", span=context.span(token))
    unit = token.lstrip("-.0123456789")
    return Quantity.made(
        number=Decimal(token[: len(token) - len(unit)]), unit=unit, span=context.span(token)
    )


def quantity(context: Context, token: Token, kind: str) -> Quantity | None:
    """A quantity of a kind of UNITS (or `duration`); None, and an error, for another unit."""
    read = read_quantity(context, token)
    if found := problem(read, kind):
        context.problem(token, found)
        return None
    return read


def text(context: Context, token: Token) -> Text:
    """A quoted text with its escapes undone."""
    if token.type == "UNCLOSED":
        context.error(
            Code.UNCLOSED_TEXT,
            token,
            "this text is never closed",
            'end it with a quote, `"`, in the same line',
        )
    body = token[1:-1] if token.type == "STRING" else token[1:]
    start = token.start_pos or 0

    def undo(match: re.Match[str]) -> str:
        if match[1] and match[1] not in ESCAPES:
            at = start + 1 + match.start()
            wrong = context.source.span(at, at + len(match[0]))
            context.error(
                Code.BAD_ESCAPE,
                wrong,
                f"`{match[0]}` means nothing in a text",
                f"for a backslash write `\\{match[0]}`",
            )
        return ESCAPES.get(match[1], match[0])

    value = _ESCAPE.sub(undo, body) if "\\" in body else str(body)
    return Text.made(value=value, span=context.span(token))


def point(context: Context, tree: Tree[Token]) -> Point | None:
    """`(x, z)` or `(x, y, z)`, each a length."""
    tokens = [t for t in tree.children if isinstance(t, Token) and t.type == "QUANTITY"]
    lengths = [quantity(context, token, "length") for token in tokens]
    if len(tokens) not in (2, 3):
        message = f"a point has 2 or 3 coordinates, not {len(tokens)}"
        context.error(
            Code.WRONG_KIND, tree, message, "`(x, z)` is on the floor, `(x, y, z)` anywhere in space"
        )
        return None
    if None in lengths:
        return None
    return Point.made(coordinates=tuple(q for q in lengths if q), span=context.span(tree))


def value(context: Context, part: Part) -> Value | None:
    """Any value, its unit unchecked but for being one of the language."""
    if isinstance(part, Tree):
        return point(context, part)
    if part.type in ("STRING", "UNCLOSED"):
        return text(context, part)
    if part.type == "SIZE":
        width, height = re.split("[x×]", part)
        return Size.made(width=int(width), height=int(height), span=context.span(part))
    if part.type == "ASPECT":
        across, up = part.split(":")
        return Aspect.made(width=Decimal(across), height=Decimal(up), span=context.span(part))
    if part.type in ("QUANTITY", "APERTURE"):
        read = read_quantity(context, part)
        if not is_unit(read.unit):
            context.problem(part, unknown_unit(read, "put words that are no names in quotes"))
            return None
        return read
    return context.name(part)


def values(context: Context, parts: list[Part]) -> tuple[Value, ...]:
    read = (value(context, part) for part in parts)
    return tuple(v for v in read if v is not None)


def target(context: Context, part: Part) -> Target | None:
    return point(context, part) if isinstance(part, Tree) else context.name(part)


def interval(context: Context, tree: Tree[Token]) -> Interval | None:
    """`0s..4s` or `4s..`; None where a time is wrong."""
    times = [
        quantity(context, token, "time")
        for token in tree.children
        if isinstance(token, Token) and token.type == "QUANTITY"
    ]
    start, end = times[0], times[1] if len(times) > 1 else None
    if start is None or (end is None and len(times) > 1):
        return None
    return Interval.made(start=start, end=end, span=context.span(tree))


def when(context: Context, tree: Tree[Token]) -> When | None:
    """The `span` or `after` that an action begins with."""
    span = context.span(tree)
    if tree.data == "span":
        during = interval(context, tree)
        return When.made(during=during, span=span) if during else None
    tokens = [token for token in tree.children if isinstance(token, Token)]
    lasting = quantity(context, tokens[3], "time") if len(tokens) > 2 else None
    return When.made(after=context.name(tokens[1]), lasting=lasting, span=span)
