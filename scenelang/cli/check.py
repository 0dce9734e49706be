"""`scenelang check`: all diagnostics of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, excerpts, leave, read_film
from scenelang.cli.known import recall, remember
from scenelang.cli.report import painted, report
from scenelang.grammar.facts import recorded

if TYPE_CHECKING:
    from scenelang.cli.report import Finding


@click.command(
    epilog="Examples:  scenelang check film.scene  |  cat film.scene | scenelang check - --json"
)
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@common_options
def command(files: tuple[str, ...], as_json: bool, strict: bool, quiet: bool) -> None:
    """Show all errors and warnings of FILES, sorted; `-` reads standard input.

    Exit code 0: clean or warnings only; 1: errors; 2: wrong usage.
    """
    found: list[Finding] = []
    for file in files:
        known = recall(file) if file != "-" else None
        if known is None:
            with recorded() as facts:
                known = _findings(file)
            if file != "-":
                remember(file, known, facts)
        found += known
    code = report(found, len(files), _echo, as_json=as_json, strict=strict, quiet=quiet)
    if code:
        leave(code)


def _findings(file: str) -> list[Finding]:
    from scenelang.compiler.pipeline import analyse

    film, syntax, source = read_film(file)
    found = analyse(film, syntax).diagnostics
    return [
        {
            "severity": d.severity,
            "headline": head,
            "rest": rest,
            "row": {
                "file": d.span.file, "code": d.code, "severity": d.severity, "message": d.message, "hint": d.hint,
                "line": d.span.line, "column": d.span.column, "end_line": d.span.end_line,
                "end_column": d.span.end_column,
            },
        }
        for d, (head, rest) in zip(found, excerpts(found, {source.file: source}))
    ]  # fmt: skip


def _echo(text: str, err: bool, colour: str) -> None:
    click.echo(painted(text, colour), err=err)
