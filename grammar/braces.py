"""Which braces of a broken text are missing or stray, judged by counting, then by indentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scenelang.grammar.comments import lexemes

_FILE_HEADS = ("scenelang", "import", "film", "character", "prop", "place", "scene", "shot")
_NEEDS_BLOCK = ("scene", "shot")
_TAKES_BLOCK = ("film", "character", "prop", "place", "light", "particles", "camera", *_NEEDS_BLOCK)
_FIRST_WORD = re.compile(r"[^\S\n]*([^\W\d][\w-]*)?")


DEEPEST = 1000  # blocks in one another, open or stray


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
    unopened: tuple[int, ...] = ()  # `}` whose `{` is missing somewhere in the same line


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # of its code, without a comment
    indent: int
    head: str
    braces: tuple[tuple[str, int], ...]

    @property
    def first(self) -> int:
        """Offset of its first character that is no white space."""
        return self.start + self.indent


@dataclass(frozen=True)
class _Open:
    offset: int
    line: _Line
    number: int
    written: bool = True
    deeper: bool = False  # whether the lines in the block are indented more than its head

    @property
    def one_line(self) -> bool:
        """Whether the block begins in the line of its `{`."""
        return self.written and self.offset + 1 < self.line.end


@dataclass
class _Scan:
    lines: Sequence[_Line]
    by_indent: bool
    stack: list[_Open] = field(default_factory=list)
    insertions: list[Insertion] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)
    unopened: list[int] = field(default_factory=list)

    def run(self) -> _Scan:
        for number, line in enumerate(self.lines):
            if self.by_indent:
                self.close_left_open(number, line)
            for brace, offset in line.braces:
                if brace == "{":
                    self.open(number, line, offset)
                else:
                    self.meet_closing(number, line, offset)
            if line.head in _NEEDS_BLOCK and not line.braces and not self.follows(number, "{"):
                self.insertions.append(Insertion(line.end, "{", line.first))
                self.push(number, line, line.end, written=False)
        return self

    def open(self, number: int, line: _Line, offset: int) -> None:
        if self.by_indent and self.stack and self.stack[-1].line is line:
            self.stray.append(offset)
        else:
            self.push(number, line, offset)

    def push(self, number: int, line: _Line, offset: int, written: bool = True) -> None:
        below = self.next_code(number)
        deeper = below is not None and below.indent > line.indent
        self.stack.append(_Open(offset, line, number, written, deeper))

    def close_left_open(self, number: int, line: _Line) -> None:
        """Closes the blocks that a line can't be in, judging by its indentation."""
        if line.end <= line.first or line.braces[:1] == (("}", line.first),):
            return
        while self.stack and (top := self.stack[-1]).line.indent >= line.indent:
            if top.one_line:
                self.close(top.line.end)
            elif top.deeper or (line.head in _FILE_HEADS and not self.may_hold(top, line)):
                self.close(line.start)
            else:
                return

    def meet_closing(self, number: int, line: _Line, offset: int) -> None:
        if self.by_indent and line.head in _TAKES_BLOCK and line.braces == (("}", offset),):
            self.unopened.append(offset)
            return
        if self.by_indent and offset != line.first and self.stack:
            top = self.stack[-1]
            if top.number != number and top.deeper and line.braces[0][1] != offset:
                self.stray.append(offset)
                return
        if self.by_indent and offset == line.first:
            while any(o.line.indent == line.indent for o in self.stack) and (
                self.stack[-1].line.indent > line.indent
            ):
                self.close(line.start)
            if (not self.stack or self.stack[-1].line.indent < line.indent) and self.open_above(number):
                return
            below = self.next_code(number)
            if below and self.stack and line.indent > self.stack[-1].line.indent < below.indent:
                self.stray.append(offset)  # the block goes on below
                return
        if self.stack:
            self.stack.pop()
        else:
            self.stray.append(offset)

    def open_above(self, number: int) -> bool:
        """Inserts the `{` that a `}` belongs to, behind the head above it that lacks one."""
        closing = self.lines[number]
        floor = self.stack[-1].number if self.stack else -1
        for at in range(number - 1, floor, -1):
            line = self.lines[at]
            if line.end <= line.first or line.indent > closing.indent:
                continue
            if line.indent == closing.indent and line.head in _TAKES_BLOCK and not line.braces:
                self.insertions.append(Insertion(line.end, "{", line.first))
                return True
            return False
        return False

    def close(self, offset: int) -> None:
        top = self.stack.pop()
        self.insertions.append(Insertion(offset, "}", top.offset, top.written))

    def may_hold(self, block: _Open, line: _Line) -> bool:
        return block.line.head == "scene" and line.head == "shot"

    def next_code(self, number: int) -> _Line | None:
        for at in range(number + 1, len(self.lines)):
            if (line := self.lines[at]).end > line.first:
                return line
        return None

    def follows(self, number: int, brace: str) -> bool:
        """Whether the next line with code begins with a brace."""
        line = self.next_code(number)
        return line is not None and line.braces[:1] == ((brace, line.first),)


def balance(text: str) -> Balance:
    """The fewest changes that make the braces of a text match.

    Where counting alone finds a match, the text's indentation has no say.
    """
    lines, too_deep = _lines(text)
    if too_deep is not None:  # to match those would take long
        return Balance(stray=(too_deep,))
    scan = _Scan(lines, by_indent=False).run()
    if scan.stack or scan.stray:
        scan = _Scan(lines, by_indent=True).run()
    while scan.stack:
        last = scan.stack[-1]
        scan.close(last.line.end if last.one_line else len(text))
    return Balance(tuple(scan.insertions), tuple(scan.stray), tuple(scan.unopened))


def _lines(text: str) -> tuple[list[_Line], int | None]:
    """The lines that hold code; and the first brace of a depth that no film has, where there is one."""
    lines = []
    depth = 0
    start = 0
    code_end: int | None = None
    braces: list[tuple[str, int]] = []
    for match in lexemes(text + "\n"):
        sign = match[0]
        if match.lastgroup == "comment":
            code_end = match.start()
        elif sign == "\n":
            code = text[start : match.start() if code_end is None else code_end]
            word = _FIRST_WORD.match(code)
            indent = len(code) - len(code.lstrip())
            head = (word and word[1]) or ""
            if indent < len(code):
                lines.append(_Line(start, start + len(code.rstrip()), indent, head, tuple(braces)))
            start, code_end, braces = match.end(), None, []
        elif sign in "{}":
            braces.append((sign, match.start()))
            depth += 1 if sign == "{" else -1
            if abs(depth) > DEEPEST:
                return lines, match.start()
    return lines, None
