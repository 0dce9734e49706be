"""Walking a film's tree with what every node hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scenelang.grammar import ast
from scenelang.grammar.source import Span


class Spot(NamedTuple):
    """A node, the nodes above it (the film first), and which of its parent's attributes it is."""

    node: ast.Node
    above: tuple[ast.Node, ...]
    attribute: str
    number: int = 0  # in an attribute that holds several

    @property
    def parent(self) -> ast.Node:
        return self.above[-1]

    @property
    def span(self) -> Span:
        assert self.node.span is not None
        return self.node.span

    @property
    def shot(self) -> ast.Shot | None:
        return next((n for n in self.above if isinstance(n, ast.Shot)), None)

    @property
    def scene(self) -> ast.Scene | None:
        return next((n for n in self.above if isinstance(n, ast.Scene)), None)

    @property
    def statement(self) -> ast.Node:
        """The statement of the innermost scene or shot, or of the file, that the node belongs to."""
        line = (*self.above, self.node)
        blocks = [i for i, n in enumerate(line[:-1]) if isinstance(n, ast.Film | ast.Scene | ast.Shot)]
        return line[blocks[-1] + 1]


def spots(film: ast.Film) -> Iterator[Spot]:
    """All nodes below the film that have a place in its text, in the order of the tree."""
    yield from _below(film, (film,))


def _below(node: ast.Node, above: tuple[ast.Node, ...]) -> Iterator[Spot]:
    for attribute, value in node:
        for index, item in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(item, ast.Node):
                if item.span is not None:
                    yield Spot(item, above, attribute, index)
                yield from _below(item, (*above, item))


def spot_at(every: Iterable[Spot], offset: int) -> Spot | None:
    """The innermost node at an offset; of two that touch there, the one that begins there."""
    found = [s for s in every if s.span.start <= offset <= s.span.end]
    return max(found, key=lambda s: (len(s.above), s.span.start), default=None)
