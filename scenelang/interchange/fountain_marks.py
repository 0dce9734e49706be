"""Marks of Fountain that stand anywhere in a text: the boneyard, notes, emphasis."""

from __future__ import annotations

import re

_EMPTY_LINE = re.compile(r"\n\n")
_MARK = re.compile(r"\\[*_\\]|\*+|_+")


def without_boneyard(text: str) -> str:
    """The text without what stands in `/* */`; one that is never closed stays."""
    kept, at = [], 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        kept.append(text[at:start])
        at = end + 2
    return "".join([*kept, text[at:]])


def notes_apart(text: str) -> tuple[str, list[str]]:
    """The notes of `[[ ]]`, and the text with a mark in the place of each.

    A note may go over lines, but not over an empty one (a line of two spaces isn't empty).
    """
    kept: list[str] = []
    notes: list[str] = []
    at, search, end = 0, 0, 0
    while (start := text.find("[[", search)) >= 0:
        end = text.find("]]", start + 2) if end < start + 2 else end
        if end < 0:
            break
        if _EMPTY_LINE.search(text, start, end):
            search = start + 2
            continue
        kept += [text[at:start], f"\0{len(notes)}\0"]
        notes.append(" ".join(text[start + 2 : end].split()))
        at = search = end + 2
    return "".join([*kept, text[at:]]), notes


def plain(line: str) -> str:
    """A line without the marks of emphasis, its escapes undone."""
    pieces: list[str] = []
    opened: dict[str, int] = {}
    at = 0
    for match in _MARK.finditer(line):
        pieces.append(line[at : match.start()])
        mark, at = match[0], match.end()
        before, after = line[match.start() - 1 : match.start()], line[at : at + 1]
        if mark[0] == "\\":
            mark = mark[1]
        elif mark[0] == "_" and before.isalnum() and after.isalnum():
            pass  # a name such as take_two
        elif mark in opened and before.strip():
            pieces[opened.pop(mark)] = mark = ""
        elif after.strip():
            opened[mark] = len(pieces)
        pieces.append(mark)
    return "".join([*pieces, line[at:]])
