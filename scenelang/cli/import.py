"""`scenelang import`: a screenplay or a storyboard as a film."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import common_options, fail


@click.command(
    "import",
    epilog="Examples:  scenelang import script.fountain -o draft.scene  |  scenelang import --json board.json",
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="FILE is a storyboard in JSON, not a screenplay.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Write the film here, not to standard output.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@common_options
def command(file: str, as_json: bool, output: str | None, force: bool, quiet: bool) -> None:
    """Make a film of FILE, a screenplay in Fountain or a storyboard in JSON; `-` reads standard input.

    A screenplay gives a first draft: cast, places, a scene for each heading, a shot for each beat.
    Exit code 0: done; 1: FILE can't be brought in; 2: wrong usage.
    """
    from scenelang.grammar.format import format_film
    from scenelang.interchange.draft import draft
    from scenelang.interchange.reading import InterchangeError, read_text
    from scenelang.interchange.storyboard import film_of
    from scenelang.runtime.errors import OutputError
    from scenelang.runtime.output import atomic_path

    if output and Path(output).exists() and not force:
        fail(f"`{output}` is there already", "name another file, or write over it with --force")
    try:
        if as_json:
            made = film_of(read_text(file, "a storyboard"), file)
        else:
            made = draft(read_text(file, "a screenplay"), Path(file).stem if file != "-" else "Untitled")
        text = format_film(made)
        if output:
            with atomic_path(Path(output)) as temporary:
                temporary.write_text(text, encoding="utf-8")
    except (InterchangeError, OutputError) as error:
        fail(error.message, error.hint)
    if not output:
        click.echo(text, nl=False)
    elif not quiet:
        click.echo(f"{output}: written; see `scenelang check {output}`", err=True)
