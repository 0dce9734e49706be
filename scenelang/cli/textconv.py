"""`scenelang textconv`: what git compares instead of a film's file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from scenelang.cli.common import fail


@click.command(epilog='Example:  git config diff.scenelang.textconv "scenelang textconv"')
@click.argument("file", type=click.Path())
def command(file: str) -> None:
    """Print FILE in the canonical form, for `git diff`; a film with errors as it is."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        fail(f"`{file}` can't be opened: {error.strerror}", "check the path")
    sys.stdout.buffer.write(_canonical(data) or data)


def _canonical(data: bytes) -> bytes:
    """The canonical form; nothing where the film can't be read, whatever the reason."""
    from scenelang.grammar.diagnostics import has_errors
    from scenelang.grammar.format import format_film
    from scenelang.grammar.parse import parse

    try:
        film, found = parse(data.decode("utf-8"))
        return b"" if has_errors(found) else format_film(film).encode("utf-8")
    except Exception:  # a diff must come out of any file
        return b""
