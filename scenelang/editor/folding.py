"""What can be folded: blocks, and comments of several lines. Only braces count, so broken films fold too."""

from __future__ import annotations

from lsprotocol import types

from scenelang.editor.documents import Document
from scenelang.grammar.comments import lexemes


def folds(document: Document) -> list[types.FoldingRange]:
    source = document.source
    found: list[types.FoldingRange] = []
    opened: list[int] = []
    comments: list[int] = []  # the lines, from 0, of the comments that stand alone and together
    for match in lexemes(source.text):
        line = source.place(match.start())[0] - 1
        if (
            match.lastgroup == "comment"
            and not source.text[document.positions.starts[line] : match.start()].strip()
        ):
            if comments and comments[-1] != line - 1:
                found += _comment(comments)
                comments = []
            comments.append(line)
        elif match[0] == "{":
            opened.append(line)
        elif match[0] == "}" and opened and (start := opened.pop()) < line:
            found.append(types.FoldingRange(start, line - 1 if line - 1 > start else line))
    return sorted([*found, *_comment(comments)], key=lambda fold: (fold.start_line, fold.end_line))


def _comment(lines: list[int]) -> list[types.FoldingRange]:
    if len(lines) < 2:
        return []
    return [types.FoldingRange(lines[0], lines[-1], kind=types.FoldingRangeKind.Comment)]
