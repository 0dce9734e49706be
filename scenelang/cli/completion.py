"""`scenelang completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click


@click.command(
    epilog="Examples:  scenelang completion bash >> ~/.bashrc  |  "
    "scenelang completion fish > ~/.config/fish/completions/scenelang.fish"
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class

    from scenelang.cli.group import cli

    made = get_completion_class(shell)
    assert made is not None  # click has all three
    click.echo(made(cli, {}, "scenelang", "_SCENELANG_COMPLETE").source())
