"""`scenelang watch`: the storyboard in a browser, up to date with every save."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, fail, model_options
from scenelang.cli.findings import excerpts
from scenelang.cli.storyboard import ready

if TYPE_CHECKING:
    from scenelang.board.page import Finding
    from scenelang.grammar.diagnostics import Diagnostic
    from scenelang.grammar.source import Source


@click.command(
    epilog="Examples:  scenelang watch film.scene --open  |  scenelang watch film.scene --port 8000"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@model_options
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Default: any that is free.")
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@common_options
def command(
    file: str, model: str | None, profile: str, device: str, port: int, show: bool, quiet: bool
) -> None:
    """Serve the storyboard of FILE to this machine's browser, and renew it when FILE, or what it imports, is
    saved, or a shot of it is rendered. Only what changed is drawn again. Ctrl-C ends it.
    """
    backend, costing = ready(file, model, device)

    from scenelang.board.watch import Watch, serve

    watch = Watch(file, backend, costing, profile, _explained)
    try:
        server = serve(watch, port)
    except OSError as error:
        fail(f"port {port} can't be had: {error.strerror}", "name another with --port")
    address = f"http://127.0.0.1:{server.server_port}/"
    click.echo(address)
    if show:
        click.launch(address)
    try:
        watch.run(threading.Event(), lambda line: None if quiet else click.echo(line, err=True))
    except KeyboardInterrupt:  # as it is meant to end
        server.shutdown()


def _explained(found: Iterable[Diagnostic], sources: dict[str, Source]) -> list[Finding]:
    from scenelang.board.page import Finding

    found = list(found)
    return [Finding(d.severity, head, rest) for d, (head, rest) in zip(found, excerpts(found, sources))]
