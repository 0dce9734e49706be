"""Writes a shot's seed into its film: that one number changes, every comment and space stays."""

from __future__ import annotations

import re
from pathlib import Path

from scenelang.grammar import ast
from scenelang.grammar.diagnostics import has_errors
from scenelang.grammar.parse import parse
from scenelang.interchange.reading import InterchangeError

# what may stand between a shot's head and its brace
_TO_BRACE = re.compile(r"(?:[^{#\"]|#[^\n]*\n|\"[^\"]*\")*\{")
_REST_OF_LINE = re.compile(r"[ \t]*(#[^\n]*)?\n")
_INDENT = re.compile(r"[ \t]*")
_BODY_INDENT = re.compile(r"(?:[ \t]*\n)*([ \t]*)")


def with_seed(text: str, shot: str, seed: int) -> str:
    """The text of a film with this seed in this shot; newlines are `\\n`.

    Raises InterchangeError where the film has errors, no such shot, or the text can't be changed safely.
    """
    film, found = parse(text)
    if has_errors(found):
        raise InterchangeError("the film has errors", "see `scenelang check`")
    node = _shot(film, shot)
    if node is None or node.span is None:
        raise InterchangeError(f"no shot has the ID `{shot}`", "see `scenelang plan`")
    written = [s for s in node.body if isinstance(s, ast.Seed)]
    if written:
        span = written[-1].number.span
        assert span is not None
        changed = f"{text[: span.start]}{seed}{text[span.end :]}"
    else:
        changed = _inserted(text, node, seed)
    after, found = parse(changed)
    if has_errors(found) or _without_seed(after, shot) != _without_seed(film, shot):
        raise InterchangeError(f"`seed {seed}` can't be written into shot `{shot}`", "write it yourself")
    return changed


def pick(path: Path, shot: str, seed: int) -> None:
    """Changes the film's file, whole or not at all; its newlines and byte order mark stay as they are.

    Raises InterchangeError, and OutputError where the file can't be written.
    """
    from scenelang.runtime.output import atomic_path

    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InterchangeError(f"{path} can't be read: {error}", "check the path") from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    changed = with_seed(text.removeprefix("\ufeff").replace("\r\n", "\n"), shot, seed)
    with atomic_path(path) as part:
        part.write_bytes((mark + changed.replace("\n", newline)).encode())
        if path.read_bytes() != data:  # an editor was quicker
            raise InterchangeError(f"{path} was saved in the meantime", "pick again")


def _shot(film: ast.Film, name: str) -> ast.Shot | None:
    for statement in film.statements:
        inside = statement.body if isinstance(statement, ast.Scene) else (statement,)
        for node in inside:
            if isinstance(node, ast.Shot) and node.name.text == name:
                return node
    return None


def _inserted(text: str, node: ast.Shot, seed: int) -> str:
    """As the shot's first statement, on a line of its own."""
    assert node.span is not None
    start, end = node.span.start, node.span.end
    brace = _TO_BRACE.match(text, start)
    if brace is None or brace.end() > end:
        raise InterchangeError("the shot has no braces", "write the seed yourself")
    line = text.rfind("\n", 0, start) + 1
    indent = _INDENT.match(text, line)
    outer = indent[0] if indent else ""
    rest = _REST_OF_LINE.match(text, brace.end())
    if rest is None:  # all on one line, or a statement behind the brace
        inside = text[brace.end() : end - 1]
        if "\n" in inside:
            return f"{text[: brace.end()]}\n{outer}  seed {seed}\n{outer}  {text[brace.end() :].lstrip(' ')}"
        words = f"{outer}  {inside.strip()}\n" if inside.strip() else ""
        return f"{text[: brace.end()]}\n{outer}  seed {seed}\n{words}{outer}{text[end - 1 :]}"
    inner = _BODY_INDENT.match(text, rest.end())
    step = inner[1] if inner and len(inner[1]) > len(outer) else f"{outer}  "
    return f"{text[: rest.end()]}{step}seed {seed}\n{text[rest.end() :]}"


def _without_seed(film: ast.Film, shot: str) -> ast.Film:
    def bare(node: ast.Node) -> ast.Node:
        if isinstance(node, ast.Shot) and node.name.text == shot:
            body = tuple(s for s in node.body if not isinstance(s, ast.Seed))
            return node.model_copy(update={"body": body})
        if isinstance(node, ast.Scene):
            return node.model_copy(update={"body": tuple(map(bare, node.body))})
        return node

    return film.model_copy(update={"statements": tuple(map(bare, film.statements))})
