"""`scenelang models`: what can render here."""

from __future__ import annotations

import json

import click

from scenelang.cli.common import common_options


@click.command(epilog="Example:  scenelang models --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def command(as_json: bool, quiet: bool) -> None:
    """Show what can render here and what it needs."""
    from scenelang.runtime.registry import BACKENDS, DEFAULT_MODEL

    if as_json:
        rows = [
            {
                "name": name,
                "description": entry.description,
                "needs": entry.needs,
                "default": name == DEFAULT_MODEL,
            }
            for name, entry in BACKENDS.items()
        ]
        click.echo(json.dumps({"schema": "scenelang.models/1", "models": rows}, ensure_ascii=False))
        return
    for name, entry in BACKENDS.items():
        default = " (default)" if name == DEFAULT_MODEL else ""
        click.echo(f"{click.style(name, bold=True)}{default}: {entry.description}")
        click.echo(f"  needs {entry.needs}")
