"""Films as an editor has them: what is open is read from memory, the rest from disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from scenelang.editor.positions import Positions
from scenelang.editor.tree import Spot, spots
from scenelang.grammar import ast, incremental
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse_source, read_source, source_of
from scenelang.grammar.source import Source, Span

MOST = 64  # films of which trees are kept


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


Parser = Callable[[str, str], Parsed]  # of a text and its file's name


@dataclass(frozen=True, eq=False)
class Document:
    """One film: its text, its syntax tree, and where things stand in it for the client."""

    uri: str
    path: Path
    text: str  # as the editor has it
    source: Source
    positions: Positions
    parser: Parser

    @cached_property
    def parsed(self) -> Parsed:
        """Read when it is first asked for: to show findings, places do."""
        return self.parser(self.text, str(self.path))

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


@lru_cache(maxsize=64)
def parsed(text: str, file: str) -> Parsed:
    """A text's tree, read whole."""
    source = source_of(text, file)
    return Parsed(source, *parse_source(source))


class Live:
    """Texts that are read again only where they changed; the tree of a text holds until the next one of its file.

    For one thread at a time: the places of nodes that an edit keeps move with it (grammar/incremental.py).
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[incremental.Document, str, Parsed]] = {}

    def __call__(self, text: str, file: str) -> Parsed:
        document, before, known = self._known.pop(file, None) or (incremental.Document(file), None, None)
        if known is None or before != text:
            source = source_of(text, file)
            known = Parsed(source, *document.update(source.text))
        self._known[file] = document, text, known
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return known


class Documents:
    """All texts at one moment, and how they are read."""

    def __init__(self, opened: Mapping[Path, Open], codec: PositionCodec, parser: Parser = parsed):
        self.opened, self.codec, self.parser = opened, codec, parser

    def get(self, path: Path) -> Document:
        """A film; one that can't be read is empty."""
        found, text = self.opened.get(path), self.text(path)
        uri = found.uri if found else from_fs_path(str(path)) or ""
        source = source_of(text, str(path))
        return Document(uri, path, text, source, Positions(source, text, self.codec), self.parser)

    def read(self, path: Path) -> tuple[ast.Film, tuple[Diagnostic, ...], Source]:
        """How the compiler reads what a film imports."""
        found = self.opened.get(path.resolve())
        if found is None:
            source, problem = read_source(path)
            if problem:
                return ast.Film(file=source.file), (problem,), source
        known = self.parser(found.text if found else source.text, str(path))
        return known.film, known.syntax, known.source

    def text(self, path: Path) -> str:
        """A film's text; an empty one where it can't be read."""
        found = self.opened.get(path)
        return found.text if found else read_source(path)[0].text
