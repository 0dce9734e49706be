"""Tokens and the trees that the parser makes of them, before they become nodes."""

from __future__ import annotations

from typing import Generic, TypeVar

Leaf = TypeVar("Leaf", bound=str)


class Token(str):
    """A word or sign of a text: its characters, what it is, and where it stands."""

    __slots__ = ("end_pos", "start_pos", "type")
    type: str
    start_pos: int
    end_pos: int

    def __new__(cls, type_: str, value: str, start_pos: int = 0, end_pos: int = 0) -> Token:
        token = str.__new__(cls, value)
        token.type, token.start_pos, token.end_pos = type_, start_pos, end_pos
        return token


class Tree(Generic[Leaf]):
    """A rule of the grammar and what was read for it."""

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Leaf | Tree[Leaf]]):
        self.data, self.children = data, children


Part = Token | Tree[Token]


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
    return token.end_pos - 1 if token.type == "LBRACE" else token.start_pos


def end_of(part: Part) -> int:
    return last_token(part).end_pos
