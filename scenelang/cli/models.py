"""`scenelang models`: what can render here."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from scenelang.cli.common import common_options, fail, project_of

STATES = {
    "bundled": "comes with Scenelang",
    "project": "named in scenelang.toml",
    "cached": "in the hub's cache",
    "known": "fetched when it is first used",
}


@click.command(epilog="Examples:  scenelang models  |  scenelang models --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def command(as_json: bool, quiet: bool) -> None:
    """Show what can render here, what it needs, and what is known but not here yet.

    Any other diffusers text-to-video pipeline works too: give its folder or hub id as --model.
    """
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.models import listed
    from scenelang.runtime.registry import DEFAULT_MODEL
    from scenelang.runtime.settings import load_settings

    try:
        found = list(listed(load_settings(project_of("-"))))
    except RenderError as error:
        fail(error.message, error.hint)
    if as_json:
        rows = [{**asdict(row), "default": row.name == DEFAULT_MODEL} for row in found]
        click.echo(json.dumps({"schema": "scenelang.models/1", "models": rows}, ensure_ascii=False))
        return
    for state, heading in STATES.items():
        rows_here = [row for row in found if row.state == state]
        if rows_here:
            click.secho(f"{heading}:", bold=True)
        for row in rows_here:
            default = " (default)" if row.name == DEFAULT_MODEL else ""
            click.echo(f"  {click.style(row.name, bold=True)}{default}: {row.description}")
            hub = (
                f" ({row.hub_id}{' at ' + row.revision[:12] if row.revision else ''})"
                if row.hub_id
                else ""
            )
            click.echo(f"    needs {row.needs}{hub}")
