"""`scenelang diff`: what differs between two films, in film terms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, fail, leave, show_findings

if TYPE_CHECKING:
    from scenelang.interchange.difference import ChangePart, Difference

COLOURS = {"added": "green", "removed": "red", "moved": "cyan", "renamed": "cyan"}


@click.command(
    epilog="Examples:  scenelang diff old.scene new.scene  |  scenelang diff HEAD~1:film.scene film.scene  |  "
    "scenelang diff --rev HEAD film.scene"
)
@click.argument("films", nargs=-1, required=True)
@click.option("--rev", metavar="REVISION", help="Compare one FILM with itself at this revision.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def command(films: tuple[str, ...], rev: str | None, as_json: bool, quiet: bool) -> None:
    """Show what differs between two FILMS, and which shots that makes render again.

    A film is a file, or REVISION:PATH as in git (`:PATH` is what is staged); its imports are read
    at that revision, too. Comments and layout make no difference.

    Exit code, as of diff: 0 no difference in meaning; 1 differences; 2 wrong usage, or a film
    that can't be read or has errors.
    """
    from scenelang.grammar.diagnostics import SceneError
    from scenelang.interchange.difference import difference
    from scenelang.interchange.reading import InterchangeError
    from scenelang.interchange.revisions import version_of

    if len(films) != (1 if rev else 2):
        raise click.UsageError("compare two films, or one film with --rev")
    folder = None
    if rev:
        path = Path(films[0])
        folder, films = path.parent, (f"{rev}:./{path.name}", films[0])
    try:
        a, b = version_of(films[0], folder), version_of(films[1])
        found = difference(a, b, films[0], films[1])
    except InterchangeError as error:
        fail(error.message, error.hint, 2)
    except SceneError as error:
        show_findings(error.diagnostics, {**a.sources, **b.sources}, err=True)
        fail("films with errors can't be compared", "see `scenelang check`", 2)
    if as_json:
        click.echo(found.model_dump_json(by_alias=True))
    elif not quiet:
        _show(found)
    if found.changes or found.render.shots:
        leave(1)


def _show(found: Difference) -> None:
    owner = ""
    for change in found.changes:
        name = f"{change.part} {change.name or ('at the end' if change.part == 'edit' else '')}".strip()
        if name != owner:
            click.secho(name, bold=True)
        owner = name
        click.echo(f"  {_line(change)}")
    render = found.render
    if render.shots:
        number = f"{len(render.shots)} shot{'s' * (len(render.shots) != 1)}"
        length = f"{render.seconds:g}s of {render.of_seconds:g}s"
        click.secho(f"to render again: {number}, {length}: {', '.join(render.shots)}", bold=True)
    elif found.changes:
        click.secho("no shot has to be rendered again", bold=True)


def _line(change: ChangePart) -> str:
    what = click.style(change.what, fg=COLOURS.get(change.what, "yellow"))
    before = click.style(change.before or "nothing", fg="red")
    after = click.style(_short(change.before or "", change.after or "nothing"), fg="green")
    if change.what in ("added", "removed"):
        return f"{what} {change.after if change.before is None else change.before}".rstrip()
    if change.before is None:
        return f"{what} + {after}"
    if change.after is None:
        return f"{what} - {before}"
    return f"{what}: {before} → {after}"


def _short(before: str, after: str) -> str:
    """Of words of which a single one has changed, that one: `dolly in 2m` → `3m`."""
    was, now = before.split(), after.split()
    other = [b for a, b in zip(was, now) if a != b]
    return other[0] if len(was) == len(now) and len(other) == 1 and '"' not in before else after
