"""`scenelang check`: all diagnostics of each file."""

from __future__ import annotations

import click

from scenelang.cli.common import (
    common_options,
    findings_json,
    has_errors,
    leave,
    read_film,
    show_findings,
)
from scenelang.grammar.diagnostics import Diagnostic


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
    from scenelang.compiler.pipeline import analyse

    found: list[Diagnostic] = []
    sources = {}
    for file in files:
        film, syntax, source = read_film(file)
        sources[source.file] = source
        found.extend(analyse(film, syntax).diagnostics)
    if as_json:
        click.echo(findings_json(found))
    else:
        show_findings([d for d in found if not quiet or d.severity == "error"], sources)
        if not quiet:
            click.echo(_summary(found, len(files)), err=True)
    if has_errors(found, strict):
        leave(1)


def _summary(found: list[Diagnostic], files: int) -> str:
    errors = sum(d.severity == "error" for d in found)
    warnings = len(found) - errors
    where = f"{files} film{'s' * (files != 1)}"
    if not found:
        return f"{where}: all clear"
    return f"{where}: {errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
