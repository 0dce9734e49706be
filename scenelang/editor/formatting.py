"""The canonical form of what is open, as one edit of the lines that change."""

from __future__ import annotations

import re
from itertools import takewhile

from lsprotocol import types

from scenelang.editor.documents import Document
from scenelang.grammar.diagnostics import has_errors
from scenelang.grammar.format import format_film


class Misread(Exception):
    """A film with syntax errors has no canonical form."""


def formatted(document: Document) -> list[types.TextEdit]:
    """Nothing where the text is canonical. Lines keep the ends that the editor's text has."""
    if has_errors(document.syntax):
        first = next(d for d in document.syntax if d.severity == "error")
        raise Misread(
            f"a film with errors is left as it is; the first is in line {first.span.line}: {first.message}"
        )
    text = document.source.text
    before, after = _lines(text), _lines(format_film(document.film))
    head = _same(before, after)
    tail = _same(before[head:][::-1], after[head:][::-1])
    if head + tail == len(before) == len(after):
        return []
    start = sum(map(len, before[:head]))
    end = len(text) - sum(map(len, before[len(before) - tail :]))
    changed = "".join(after[head : len(after) - tail])
    return [
        types.TextEdit(document.positions.range(start, end), changed.replace("\n", document.line_end))
    ]


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _same(a: list[str], b: list[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b)))
