"""`scenelang takes`: the takes of shots, side by side."""

from __future__ import annotations

from typing import Any

import click

from scenelang.cli.common import common_options, file_argument, model_options
from scenelang.cli.storyboard import write_page


@click.command(
    epilog="Example:  scenelang render film.scene --shots s010 --takes 4 && scenelang takes film.scene"
)
@file_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Default FILE.takes.html.")
@model_options
@common_options
def command(**options: Any) -> None:
    """Make one page of the takes of FILE's shots that `render --takes` made, as movies side by side.

    `scenelang pick` keeps one.
    """
    write_page(**options, takes=True)
