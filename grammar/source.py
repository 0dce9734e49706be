"""Places in a source: a span of one file, and the text it was cut from."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_ENDS = re.compile("\n")


class Source:
    """A file's name and text, with newlines normalised to `\\n` and no byte-order mark.

    Or a piece of a file, which begins at `offset` and in line `first_line` of it.
    """

    __slots__ = ("_starts", "file", "first_line", "offset", "text")

    def __init__(self, file: str, text: str, offset: int = 0, first_line: int = 1):
        self.file, self.text = file, text
        self.offset, self.first_line = offset, first_line
        self._starts: list[int] | None = None  # of lines; most places are never asked for

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of a character offset."""
        if self._starts is None:
            self._starts = [0, *(end.end() for end in _LINE_ENDS.finditer(self.text))]
        line = bisect_right(self._starts, offset)
        return self.first_line + line - 1, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        length = len(self.text)
        if not 0 <= start <= end <= length:
            start = max(0, min(start, length))
            end = max(start, min(end, length))
        return Span(self, start, end)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its newline."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""


class Span:
    """A half-open range of characters in a file.

    `start` and `end` count characters from 0; `line` and `column` count from 1, and the
    end column is one past the last character. A node made in Python has the place of
    the Python line that made it, with `start == end == 0`.

    A span is a mark in its source: where a piece of a file moves, its spans move along.
    """

    __slots__ = ("_end", "_source", "_start")

    def __init__(self, source: Source, start: int, end: int):
        self._source, self._start, self._end = source, start, end

    @property
    def file(self) -> str:
        return self._source.file

    @property
    def start(self) -> int:
        return self._source.offset + self._start

    @property
    def end(self) -> int:
        return self._source.offset + self._end

    @property
    def line(self) -> int:
        return self._source.place(self._start)[0]

    @property
    def column(self) -> int:
        return self._source.place(self._start)[1]

    @property
    def end_line(self) -> int:
        return self._source.place(self._end)[0]

    @property
    def end_column(self) -> int:
        return self._source.place(self._end)[1]

    def renamed(self, file: str) -> Span:
        """The same place in a file of another name."""
        s = self._source
        return Span(Source(file, s.text, s.offset, s.first_line), self._start, self._end)

    def _all(self) -> tuple[str, int, int, tuple[int, int], tuple[int, int]]:
        place = self._source.place
        return self.file, self.start, self.end, place(self._start), place(self._end)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and (self is other or self._all() == other._all())

    def __hash__(self) -> int:
        return hash((self.file, self.start, self.end))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    __repr__ = __str__


def line_of(file: str, number: int) -> Span:
    """The place of a line of another file, such as the Python line that made a node."""
    return Span(Source(file, "", first_line=number), 0, 0)
