"""Which braces of a broken text are missing or stray, judged by counting, then by indentation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scenelang.grammar.comments import lexemes

_FILE_HEADS = ("scenelang", "import", "film", "character", "prop", "place", "scene", "shot")
_NEEDS_BLOCK = ("scene", "shot")
_FIRST_WORD = re.compile(r"[^\S\n]*([^\W\d][\w-]*)?")


@dataclass(frozen=True)
class Insertion:
    """A brace to read at `offset`, though it isn't there.

    `opener` is where the unclosed `{` stands; for a missing `{`, where its head begins.
    `reported` is False for the end of a block whose beginning is reported already.
    """

    offset: int
    brace: str
    opener: int
    reported: bool = True


@dataclass(frozen=True)
class Balance:
    insertions: tuple[Insertion, ...] = ()
    stray: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Line:
    start: int
    end: int  # of its code, without a comment
    indent: int
    head: str
    braces: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Open:
    offset: int
    indent: int
    head: str
    written: bool


@dataclass
class _Scan:
    by_indent: bool
    stack: list[_Open] = field(default_factory=list)
    insertions: list[Insertion] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)

    def close(self, offset: int) -> None:
        top = self.stack.pop()
        self.insertions.append(Insertion(offset, "}", top.offset, top.written))


def balance(text: str) -> Balance:
    """The fewest changes that make the braces of a text match.

    Where counting alone finds a match, the text's indentation has no say.
    """
    lines = _lines(text)
    scan = _scan(lines, by_indent=False)
    if scan.stack or scan.stray:
        scan = _scan(lines, by_indent=True)
    while scan.stack:
        scan.close(len(text))
    return Balance(tuple(scan.insertions), tuple(scan.stray))


def _scan(lines: list[_Line], by_indent: bool) -> _Scan:
    scan = _Scan(by_indent)
    for number, line in enumerate(lines):
        if by_indent and line.head in _FILE_HEADS:
            while (
                scan.stack
                and scan.stack[-1].indent >= line.indent
                and not _may_hold(scan.stack[-1], line)
            ):
                scan.close(line.start)
        for brace, offset in line.braces:
            if brace == "{":
                scan.stack.append(_Open(offset, line.indent, line.head, True))
                continue
            if by_indent and offset == line.start + line.indent:
                while (
                    any(o.indent == line.indent for o in scan.stack)
                    and scan.stack[-1].indent > line.indent
                ):
                    scan.close(line.start)
            if scan.stack:
                scan.stack.pop()
            else:
                scan.stray.append(offset)
        if line.head in _NEEDS_BLOCK and not line.braces and not _opens(lines, number + 1):
            scan.insertions.append(Insertion(line.end, "{", line.start + line.indent))
            scan.stack.append(_Open(line.end, line.indent, line.head, False))
    return scan


def _may_hold(block: _Open, line: _Line) -> bool:
    return block.head == "scene" and line.head == "shot"


def _opens(lines: list[_Line], number: int) -> bool:
    """Whether the next line with code begins with the `{`."""
    line = next((line for line in lines[number:] if line.end > line.start + line.indent), None)
    return line is not None and line.braces[:1] == (("{", line.start + line.indent),)


def _lines(text: str) -> list[_Line]:
    lines = []
    start = 0
    code_end: int | None = None
    braces: list[tuple[str, int]] = []
    for match in lexemes(text + "\n"):
        sign = match[0]
        if match.lastgroup == "comment":
            code_end = match.start()
        elif sign == "\n":
            end = match.start() if code_end is None else code_end
            code = text[start:end]
            word = _FIRST_WORD.match(code)
            indent = len(code) - len(code.lstrip())
            head = (word and word[1]) or ""
            lines.append(_Line(start, start + len(code.rstrip()), indent, head, tuple(braces)))
            start, code_end, braces = match.end(), None, []
        elif sign in "{}":
            braces.append((sign, match.start()))
    return lines
