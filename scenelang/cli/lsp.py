"""`scenelang lsp`: the language server, for editors."""

from __future__ import annotations

from importlib.util import find_spec

import click

from scenelang.cli.common import fail


@click.command(
    epilog="Example:  scenelang lsp  (editors start it themselves: docs/editor.md says how to set them up)"
)
@click.option("--stdio", is_flag=True, help="Standard input and output: the only way, and the default.")
def command(stdio: bool) -> None:
    """Serve an editor over standard input and output (the Language Server Protocol)."""
    if find_spec("pygls") is None:
        fail("the language server needs pygls", "install it: `pip install 'scenelang[editor]'`")
    from scenelang import __version__
    from scenelang.editor.server import start

    start(__version__)
