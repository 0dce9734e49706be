"""`scenelang init`: a folder for a new film."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import common_options, fail


@click.command(epilog="Example:  scenelang init my-film && cd my-film && scenelang preview film.scene")
@click.argument("folder", default=".", type=click.Path())
@common_options
def command(folder: str, quiet: bool) -> None:
    """Make a new film in FOLDER (this one by default): a small film that works, and settings for git.

    Nothing that is there is written over.
    """
    from scenelang.interchange.film_folder import GIT_SETTINGS, make_folder
    from scenelang.interchange.reading import InterchangeError
    from scenelang.runtime.errors import OutputError

    try:
        written = make_folder(Path(folder))
    except (InterchangeError, OutputError) as error:
        fail(error.message, error.hint)
    if quiet:
        return
    for path in written:
        click.echo(path)
    click.echo("\nNext, in the folder: scenelang preview film.scene", err=True)
    click.echo("To have `git diff` show films in their canonical form:", err=True)
    for line in GIT_SETTINGS:
        click.echo(f"  {line}", err=True)
