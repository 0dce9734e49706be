"""Text to Film: parse never raises on a film's text, and reports all its mistakes at once."""

from __future__ import annotations

from errno import EFBIG
from pathlib import Path

from scenelang.grammar import facts
from scenelang.grammar.ast import Film
from scenelang.grammar.build import film
from scenelang.grammar.codes import Code
from scenelang.grammar.comments import attach
from scenelang.grammar.context import Context
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.garbage import paused
from scenelang.grammar.source import Source
from scenelang.grammar.syntax import reader
from scenelang.grammar.tree import Token, Tree


def parse(text: str, file: str = "<text>") -> tuple[Film, tuple[Diagnostic, ...]]:
    """A film and what is wrong with its text, sorted by place.

    With errors, the film holds what could be read.
    """
    return parse_source(source_of(text, file))


def parse_file(path: str | Path) -> tuple[Film, tuple[Diagnostic, ...], Source]:
    """Reads and parses a file. One that can't be read is an empty film and one error."""
    source, problem = read_source(path)
    if problem:
        return Film(file=source.file), (problem,), source
    return *parse_source(source), source


def source_of(text: str, file: str = "<text>") -> Source:
    """A text as a Source: newlines normalised, a byte-order mark left out."""
    return Source(file, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


@paused
def parse_source(source: Source) -> tuple[Film, tuple[Diagnostic, ...]]:
    tree = reader().read(source.text)
    if tree is None:  # a mistake spoils no more than the piece of the text that it stands in
        from scenelang.grammar.incremental import Document

        return Document(source.file).update(source.text)
    return _built(Context(source, attach(tree, source)), tree)


def parse_whole(source: Source) -> tuple[Film, tuple[Diagnostic, ...]]:
    """Like `parse_source`, for a text that can't be cut into pieces."""
    tree = reader().read(source.text)
    if tree is not None:
        context = Context(source, attach(tree, source))
    else:
        from scenelang.grammar.recovery import recover

        recovered = recover(source)
        tree = recovered.tree
        context = Context(source, attach(tree, source), recovered.diagnostics, recovered.broken)
    return _built(context, tree)


def _built(context: Context, tree: Tree[Token]) -> tuple[Film, tuple[Diagnostic, ...]]:
    made = film(context, tree)
    if not tree.children:
        start = context.source.span(0, 0)
        context.error(Code.EMPTY, start, "the film is empty", "a film begins with `scenelang 1`")
    return made, tuple(sorted(set(context.diagnostics), key=lambda d: d.order))


def read_source(path: str | Path) -> tuple[Source, Diagnostic | None]:
    """A file as a Source; or an empty one, and the reason why it can't be read."""
    file = str(path)
    try:
        data = facts.read_bytes(file)
    except IsADirectoryError:
        return _unreadable(file, Code.FOLDER, f"`{file}` is a folder", "name the `.scene` file in it")
    except FileNotFoundError:
        return _unreadable(file, Code.NO_FILE, f"there is no file `{file}`", "check the path")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "check its permissions" if getattr(error, "errno", 0) != EFBIG else "is it a film?"
        return _unreadable(file, Code.NO_FILE, f"`{file}` can't be opened: {reason}", hint)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _unreadable(file, Code.NOT_UTF8, "the file is in UTF-16", "save it again as UTF-8")
    if b"\0" in data:
        return _unreadable(file, Code.NOT_UTF8, "the file is not text", "a film is a text file in UTF-8")
    try:
        return source_of(data.decode("utf-8"), file), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        source = source_of(before, file)
        line, column = source.place(len(source.text))
        message = (
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} in line {line}, column {column}"
        )
        return _unreadable(file, Code.NOT_UTF8, message, "save it again as UTF-8")


def _unreadable(file: str, code: Code, message: str, hint: str) -> tuple[Source, Diagnostic]:
    source = Source(file, "")
    return source, Diagnostic(code.value, "error", message, source.span(0, 0), hint)
