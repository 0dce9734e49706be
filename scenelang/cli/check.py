"""`scenelang check`: all diagnostics of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, leave, read_film
from scenelang.cli.findings import analysed, findings_of
from scenelang.cli.report import painted, report

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
        found += analysed(*read_film(file)) if file == "-" else findings_of(file)
    code = report(found, len(files), _echo, as_json=as_json, strict=strict, quiet=quiet)
    if code:
        leave(code)


def _echo(text: str, err: bool, colour: str) -> None:
    click.echo(painted(text, colour), err=err)
