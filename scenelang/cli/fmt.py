"""`scenelang fmt`: the canonical form, in place."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from scenelang.cli.common import common_options, has_errors, leave, read_film, show_findings


@click.command(epilog="Examples:  scenelang fmt *.scene  |  scenelang fmt --check film.scene")
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if something would change."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@common_options
def command(files: tuple[str, ...], only_check: bool, diff: bool, quiet: bool) -> None:
    """Write FILES in the canonical form, in place; `-` goes from standard input to standard output.

    A film with errors is left as it is.
    """
    from scenelang.grammar.format import format_film

    failed = changed = 0
    for file in files:
        film, found, source = read_film(file)
        if has_errors(found):
            show_findings([d for d in found if d.severity == "error"], {source.file: source}, err=True)
            failed += 1
            continue
        text = format_film(film)
        before = source.text if file == "-" else _as_written(file)
        if file == "-" and not (only_check or diff):
            click.echo(text, nl=False)
            continue
        if text == before:
            continue
        changed += 1
        if diff:
            lines = difflib.unified_diff(
                before.splitlines(keepends=True),
                text.splitlines(keepends=True),
                file,
                f"{file} (formatted)",
            )
            click.echo("".join(lines), nl=False)
        elif only_check:
            click.echo(f"{file}: would be changed", err=True)
        else:
            _write(file, text)
            if not quiet:
                click.echo(f"{file}: formatted", err=True)
    if failed or (only_check and changed):
        leave(1)


def _as_written(file: str) -> str:
    """The file's text with its own newlines and byte-order mark, which the canonical form drops."""
    return Path(file).read_bytes().decode("utf-8")


def _write(file: str, text: str) -> None:
    from scenelang.cli.common import fail
    from scenelang.runtime.errors import OutputError
    from scenelang.runtime.output import atomic_path

    try:
        with atomic_path(Path(file)) as temporary:
            temporary.write_bytes(text.encode("utf-8"))
    except OutputError as error:
        fail(error.message, error.hint)
