"""A source's offsets and an editor's positions: lines, and code units in them.

An editor counts the characters of a line in UTF-16 units, if it didn't agree with the
server on another encoding. Line ends never count, so it doesn't matter that a Source has
normalised them; a byte-order mark, which it has left out, counts in the first line.
"""

from __future__ import annotations

from itertools import accumulate

from lsprotocol import types
from pygls.workspace import PositionCodec

from scenelang.grammar.source import Source


class Positions:
    def __init__(self, source: Source, text: str, codec: PositionCodec):
        self.source, self.codec = source, codec
        self.lines = source.text.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.mark = codec.client_num_units("\ufeff") if text.startswith("\ufeff") else 0

    def position(self, offset: int) -> types.Position:
        line, column = self.source.place(max(0, min(offset, len(self.source.text))))
        return types.Position(line - 1, self._units(line - 1, column - 1))

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(self.position(start), self.position(end))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one behind a line's or the text's end is brought back to it."""
        if position.line >= len(self.lines):
            return len(self.source.text)
        line = self.lines[position.line]
        left = position.character - (self.mark if position.line == 0 else 0)
        column = 0
        while left > 0 and column < len(line):
            left -= self.codec.client_num_units(line[column])
            column += 1
        return self.starts[position.line] + column

    def _units(self, line: int, column: int) -> int:
        mark = self.mark if line == 0 else 0
        return mark + self.codec.client_num_units(self.lines[line][:column])
