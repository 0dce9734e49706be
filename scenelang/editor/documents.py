"""Films as an editor has them: what is open is read from memory, the rest from disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Protocol

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from scenelang.editor.positions import Positions
from scenelang.editor.tree import Spot, spots
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse_source, read_source, source_of
from scenelang.grammar.source import Source, Span


@dataclass(frozen=True)
class Open:
    """A text in the editor, under the name that the editor has for it."""

    uri: str
    text: str


class HasPosition(Protocol):
    position: types.Position


@dataclass(frozen=True, eq=False)
class Parsed:
    source: Source
    film: ast.Film
    syntax: tuple[Diagnostic, ...]

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        return tuple(spots(self.film))


@dataclass(frozen=True, eq=False)
class Document:
    """One film: its text, its syntax tree, and where things stand in it for the client."""

    uri: str
    path: Path
    text: str  # as the editor has it
    parsed: Parsed
    positions: Positions

    @property
    def source(self) -> Source:
        return self.parsed.source

    @property
    def film(self) -> ast.Film:
        return self.parsed.film

    @property
    def syntax(self) -> tuple[Diagnostic, ...]:
        return self.parsed.syntax

    @property
    def spots(self) -> tuple[Spot, ...]:
        """All nodes of the film."""
        return self.parsed.spots

    @property
    def line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def offset(self, params: HasPosition) -> int:
        """Where a request points."""
        return self.positions.offset(params.position)

    def range(self, span: Span) -> types.Range:
        return self.positions.range(span.start, span.end)

    def location(self, span: Span) -> types.Location:
        return types.Location(self.uri, self.range(span))

    def written(self, span: Span) -> str:
        """The text of a place, as its author wrote it."""
        return self.source.text[span.start : span.end]


def path_of(uri: str) -> Path:
    """The file of a URI, free of links and dots; a text without a file gets one in the working folder."""
    return Path(to_fs_path(uri) or uri).resolve()


def whole(text: str) -> str:
    """A text as it came, with a sign for each half of a character that no file could hold."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_parsing = Lock()


def parsed(text: str, file: str) -> Parsed:
    """A text's tree. Of two threads that want the same one waits for the other."""
    with _parsing:
        return _parsed(text, file)


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> Parsed:
    source = source_of(text, file)
    return Parsed(source, *parse_source(source))


class Documents:
    """All texts at one moment; nothing in it changes, so that a thread may work with it."""

    def __init__(self, opened: Mapping[Path, Open], codec: PositionCodec):
        self.opened = opened
        self.codec = codec

    def get(self, path: Path) -> Document:
        """A film; one that can't be read is empty."""
        found, text = self.opened.get(path), self.text(path)
        known = parsed(text, str(path))
        uri = found.uri if found else from_fs_path(str(path)) or ""
        return Document(uri, path, text, known, Positions(known.source, text, self.codec))

    def read(self, path: Path) -> tuple[ast.Film, tuple[Diagnostic, ...], Source]:
        """How the compiler reads what a film imports."""
        found = self.opened.get(path.resolve())
        if found is None:
            source, problem = read_source(path)
            if problem:
                return ast.Film(file=source.file), (problem,), source
        known = parsed(found.text if found else source.text, str(path))
        return known.film, known.syntax, known.source

    def text(self, path: Path) -> str:
        """A film's text; an empty one where it can't be read."""
        found = self.opened.get(path)
        return found.text if found else read_source(path)[0].text
