"""The LALR parser that Lark makes of scene.lark, built once per process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree

Part = Token | Tree[Token]

STARTS = ["film", "values", "interval"]


class _WholeWords:
    """Lets the contextual lexer read a name at any place, so that no word matches a part of it."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def grammar() -> Lark:
    """The parser; the first call builds its tables. A cache on disk would be read here."""
    text = files("scenelang.grammar").joinpath("scene.lark").read_text(encoding="utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start=STARTS,
        maybe_placeholders=False,
        postlex=_WholeWords(),
    )


def first_token(part: Part) -> Token:
    while isinstance(part, Tree):
        part = part.children[0]
    return part


def last_token(part: Part) -> Token:
    while isinstance(part, Tree):
        part = part.children[-1]
    return part


def start_of(part: Part) -> int:
    """Offset of the first character; a brace's token may begin with white space."""
    token = first_token(part)
    return (token.end_pos or 1) - 1 if token.type == "LBRACE" else token.start_pos or 0


def end_of(part: Part) -> int:
    return last_token(part).end_pos or 0
