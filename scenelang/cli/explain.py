"""`scenelang explain`: what a diagnostic's code means."""

from __future__ import annotations

import click

from scenelang.cli.common import common_options, fail


@click.command(epilog="Example:  scenelang explain C010")
@click.argument("code")
@common_options
def command(code: str, quiet: bool) -> None:
    """Say what CODE, such as C010, means."""
    from scenelang.compiler.codes import CODES as meanings
    from scenelang.grammar.codes import Code
    from scenelang.grammar.diagnostics import did_you_mean
    from scenelang.trust.codes import CODES as policy

    known = {**{c.value: c.meaning for c in Code}, **meanings, **policy}
    if code.upper() not in known:
        fail(
            f"no diagnostic has the code `{code}`",
            did_you_mean(code, known) or "they run from S001 and from C001",
            2,
        )
    click.echo(f"{code.upper()}: {known[code.upper()]}")
