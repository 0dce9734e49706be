"""Places in a source: a span of one file, and the text it was cut from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters in a file.

    `start` and `end` count characters from 0; `line` and `column` count from 1, and the
    end column is one past the last character. A node made in Python has the place of
    the Python line that made it, with `start == end == 0`.
    """

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The span from the beginning of this one to the end of `other`."""
        return Span(
            self.file, self.start, other.end, self.line, self.column, other.end_line, other.end_column
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Source:
    """A file's name and text, with newlines normalised to `\\n` and no byte-order mark."""

    file: str
    text: str

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        object.__setattr__(self, "_starts", starts)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of a character offset."""
        starts: list[int] = self._starts  # type: ignore[attr-defined]
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        start = max(0, min(start, len(self.text)))
        end = max(start, min(end, len(self.text)))
        return Span(self.file, start, end, *self.place(start), *self.place(end))

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its newline."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""
