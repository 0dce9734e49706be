"""Comments and blank lines: which statement of the tree each belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from scenelang.grammar.ast import BLANK_LINE, Trivia
from scenelang.grammar.record import Record
from scenelang.grammar.source import Source
from scenelang.grammar.syntax import reader
from scenelang.grammar.tree import Part, Token, Tree, end_of, start_of

_BLOCKS = ("scene_body", "shot_body", "camera_body", "fields")


class Comment(Record):
    start: int
    end: int

    def text(self, source: Source) -> str:
        body = source.text[self.start + 1 : self.end]
        return (body[1:] if body.startswith(" ") else body).rstrip()


@cache
def _lexemes() -> re.Pattern[str]:
    texts = (reader().patterns[name] for name in ("STRING", "UNCLOSED"))
    return re.compile(rf"(?P<text>{'|'.join(texts)})|(?P<comment>#[^\n]*)|(?P<sign>[{{}};\n])")


def lexemes(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Texts, comments, and the signs that end statements, by the name of their group."""
    return _lexemes().finditer(text, start)


def find_comments(text: str) -> list[Comment]:
    return [Comment(m.start(), m.end()) for m in lexemes(text) if m.lastgroup == "comment"]


def attach(tree: Tree[Token], source: Source, first: bool = True) -> dict[int, Trivia]:
    """The trivia of every statement and field of a tree, by the tree's `id`.

    `first` says that the file's first statement is the tree's.
    """
    attaching = _Attaching(source, find_comments(source.text))
    floor = attaching.items(tree.children, 0, first)
    blank, inside = attaching.above(floor, len(source.text))
    if tree.children:
        inside = (BLANK_LINE, *inside) if inside and blank else inside
    attaching.trivia[id(tree)] = Trivia(inside=inside)
    return attaching.trivia


_trivia = lru_cache(Trivia)  # most are alike


class _Attaching:
    """Walks a tree in the text's order and hands out the comments on the way."""

    def __init__(self, source: Source, comments: list[Comment]):
        self.source, self.comments, self.next = source, comments, 0
        self.trivia: dict[int, Trivia] = {}

    def items(self, parts: Iterable[Part], floor: int, first: bool = True) -> int:
        """Attaches to the statements of a block; returns where the last one ends."""
        for part in parts:
            if isinstance(part, Tree):
                floor = self.statement(part, floor, first)
                first = False
        return floor

    def statement(self, tree: Tree[Token], floor: int, first: bool) -> int:
        end = end_of(tree)
        blank, before = self.above(floor, start_of(tree))
        block = tree.children[-1]
        after = closing = ""
        inside: tuple[str, ...] = ()
        broken = False
        if isinstance(block, Tree) and block.data in _BLOCKS:
            brace = start_of(block)
            before += self.within(brace)
            after, floor = self.behind(brace + 1)
            inner = self.items(block.children, floor)
            gap, inside = self.above(inner, end - 1)
            if gap and inside and inner != floor:
                inside = (BLANK_LINE, *inside)
            broken = "\n" in self.source.text[brace:end]
            closing, floor = self.behind(end)
            if not broken:
                after, closing = closing, ""
        else:
            before += self.within(end)
            after, floor = self.behind(end)
        self.trivia[id(tree)] = _trivia(before, after, inside, closing, blank and not first, broken)
        return floor

    def above(self, floor: int, ceiling: int) -> tuple[bool, tuple[str, ...]]:
        """The comments between two places, and whether an empty line comes first."""
        lines: list[str] = []
        blank = False
        for comment in self._take(ceiling):
            gap = self._is_blank(floor, comment.start)
            if lines and gap:
                lines.append(BLANK_LINE)
            blank = blank or (gap and not lines)
            lines.append(comment.text(self.source))
            floor = comment.end
        if self._is_blank(floor, ceiling):
            if lines:
                lines.append(BLANK_LINE)
            else:
                blank = True
        if lines and lines[-1] == BLANK_LINE and self.source.text[ceiling : ceiling + 1] in ("", "}"):
            lines.pop()
        return blank, tuple(lines)

    def within(self, ceiling: int) -> tuple[str, ...]:
        """Comments between the lines of one statement, which has room for them only above."""
        return tuple(comment.text(self.source) for comment in self._take(ceiling))

    def behind(self, offset: int) -> tuple[str, int]:
        """The comment at the end of the same line, and the offset behind it."""
        if self.next < len(self.comments):
            comment = self.comments[self.next]
            between = self.source.text[offset : comment.start]
            if comment.start >= offset and "\n" not in between and not between.strip(" \t;"):
                self.next += 1
                return comment.text(self.source), comment.end
        return "", offset

    def _take(self, ceiling: int) -> list[Comment]:
        start = self.next
        while self.next < len(self.comments) and self.comments[self.next].start < ceiling:
            self.next += 1
        return self.comments[start : self.next]

    def _is_blank(self, start: int, end: int) -> bool:
        return self.source.text.count("\n", start, end) > 1
