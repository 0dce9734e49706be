"""A text that changes: parsed again only where it did, with what a whole parse would find.

A file is cut between its statements (pieces.py), and each piece is parsed by itself. What
a piece means depends on its own text, and on whether the names of those who act in it are
declared anywhere; where neither changes, its nodes are kept. Their spans are marks that
move with their piece, in the nodes of an earlier film too.

A text whose braces don't match, or that doesn't begin with its one version, is parsed whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from functools import cached_property
from itertools import chain
from typing import Any

from scenelang.grammar.ast import Film, Trivia
from scenelang.grammar.build import declared_in, items_of, statements
from scenelang.grammar.comments import attach
from scenelang.grammar.context import MOST_MISTAKES, Context, declared_names
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.garbage import paused
from scenelang.grammar.parse import parse_whole, source_of
from scenelang.grammar.pieces import cuts
from scenelang.grammar.source import Source
from scenelang.grammar.syntax import reader
from scenelang.grammar.tree import Token, Tree

MOST_PIECES = 50_000  # a text of more is no film
Declared = frozenset[str] | None


class Document:
    """A film's text as it is edited. `parsed` counts the pieces that the last update parsed."""

    def __init__(self, file: str = "<text>"):
        self.file = file
        self.parsed = 0
        self._pieces: list[_Piece] = []
        self._declared: Declared = frozenset()
        self._seeming: Declared = frozenset()  # the names that a broken text seems to declare

    @paused
    def update(self, text: str) -> tuple[Film, tuple[Diagnostic, ...]]:
        """The film of a text and what is wrong with it; like `parse`."""
        source = source_of(text, self.file)
        self.parsed = 0
        if not self._cut(source.text) or not self._regular():
            return parse_whole(source)
        self._read_names()
        diagnostics = chain.from_iterable(piece.diagnostics for piece in self._pieces)
        made = Film.made(
            statements=tuple(chain.from_iterable(piece.statements for piece in self._pieces)),
            file=self.file,
            span=source.span(0, len(source.text)),
            trivia=self._pieces[-1].trivia,
        )
        return made, tuple(sorted(set(diagnostics), key=lambda d: d.order))

    def _cut(self, text: str) -> bool:
        """Cuts the text into pieces, those that it had before among them; False where it can't be."""
        old = self._pieces
        head = tail = start = 0
        while head < len(old) and text.startswith(old[head].text, start):
            start += len(old[head].text)
            head += 1
        end = len(text)
        while tail < len(old) - head and end - len(old[-1 - tail].text) >= start:
            if not text.endswith(old[-1 - tail].text, start, end):
                break
            tail += 1
            end -= len(old[-tail].text)
        # the pieces beside a change may be cut anew because of it
        if head:
            head -= 1
            start -= len(old[head].text)
        if tail:
            end += len(old[-tail].text)
            tail -= 1
        found = cuts(text, start, end)
        if found is None and tail:
            end, tail = len(text), 0
            found = cuts(text, start, end)
        if found is None or len(found) > MOST_PIECES:
            self._pieces = []
            return False
        kept = defaultdict(list)
        for piece in old[head : len(old) - tail]:
            kept[piece.first, piece.text].append(piece)
        middle = []
        for a, b in zip(found, [*found[1:], end]):
            key = (a == 0, text[a:b])
            middle.append(kept[key].pop() if kept[key] else _Piece(self.file, *key))
        self._pieces = [*old[:head], *middle, *old[len(old) - tail :]]
        self._place()
        return True

    def _place(self) -> None:
        offset, line = 0, 1
        for piece in self._pieces:
            piece.source.offset, piece.source.first_line = offset, line
            offset += len(piece.text)
            line += piece.lines

    def _regular(self) -> bool:
        """Whether all pieces can be read, and only the first one says the version, at its beginning."""
        broken = 0
        for piece in self._pieces:
            if piece.versions < 0:
                self.parsed += 1
                piece.read()
            broken += piece.broken
            if broken > MOST_MISTAKES:
                return False
        if any(piece.broken for piece in self._pieces):
            self._seeming = _union(piece.seeming for piece in self._pieces)
            mistakes = 0
            for piece in self._pieces:
                if not piece.broken:
                    continue
                if mistakes >= MOST_MISTAKES:
                    return False  # read whole, up to there
                if not piece.recover(self._seeming):
                    return False
                mistakes += len(piece.mistakes)
        return all(piece.versions == piece.first for piece in self._pieces)

    def _read_names(self) -> None:
        """Builds what wasn't built, or was built when other names were declared."""
        declared = _union(piece.declares for piece in self._pieces)
        changed = (self._declared or frozenset()) ^ (declared or frozenset())
        other = (self._declared is None) != (declared is None)
        for piece in self._pieces:
            if piece.built and (other or not changed.isdisjoint(piece.asked)):
                self.parsed += 1
                piece.read()
                if piece.broken:
                    piece.recover(self._seeming)
            if not piece.built:
                piece.build(declared)
        self._declared = declared


def _union(names: Iterable[Declared]) -> Declared:
    """All of some names; None where one of them leaves open which there are."""
    every: set[str] = set()
    for some in names:
        if some is None:
            return None
        every |= some
    return frozenset(every)


class _Piece:
    """A piece of the text, and what it was read as."""

    def __init__(self, file: str, first: bool, text: str):
        self.text, self.first = text, first
        self.source = Source(file, text)
        self.lines = text.count("\n")
        self.versions = -1  # how many it says; 2 where it can't be read, -1 before it was
        self.declares: Declared = frozenset()
        self.asked: set[str] = set()
        self.built = False
        self.broken = False  # has syntax errors
        self._around: Declared = frozenset()  # the names that it was recovered among
        self._skipped: list[tuple[int, int]] = []
        self.mistakes: list[Diagnostic] = []
        self.statements: tuple[Any, ...] = ()
        self.diagnostics: list[Diagnostic] = []
        self.trivia = Trivia()

    def read(self) -> None:
        self.broken = False
        self._skipped, self.mistakes = [], []
        self._take(reader().read(self.text))
        self.broken = self.tree is None

    @cached_property
    def seeming(self) -> Declared:
        return declared_names(self.text)

    def recover(self, declared: Declared) -> bool:
        """Reads a piece with mistakes; False where they are not its own alone."""
        from scenelang.grammar.recovery import recover_piece

        if self.versions < 2 and self._around == declared:
            return True
        recovered = recover_piece(self.source, declared)
        if self.first or recovered is None:
            return False
        self._around = declared
        self._skipped, self.mistakes = recovered.broken, recovered.diagnostics
        self._take(recovered.tree)
        return self.versions < 2

    def _take(self, tree: Tree[Token] | None) -> None:
        self.tree, self.built, self.versions = tree, False, 2
        if tree is not None and tree.children:
            items = items_of(tree)
            said = [item.data == "version" for item in items]
            self.versions = sum(said) if not any(said) or said[0] else 2
            self.declares = declared_in(self.text, items)

    def build(self, declared: Declared) -> None:
        assert self.tree is not None
        trivia = attach(self.tree, self.source, self.first)
        context = Context(self.source, trivia, self.mistakes, self._skipped)
        self.asked = set()
        context.declared = None if declared is None else _Asked(declared, self.asked)
        self.statements = statements(context, items_of(self.tree))
        self.diagnostics, self.trivia = context.diagnostics, trivia[id(self.tree)]
        self.built, self.tree = True, None


class _Asked(Container[str]):
    """Names, and which were asked for: whatever depends on one of those depends on the names."""

    def __init__(self, names: frozenset[str], asked: set[str]):
        self.names, self.asked = names, asked

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self.names
