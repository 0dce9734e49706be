"""`scenelang verify`: was a film or picture made by scenelang, and changed since?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, fail, has_errors, leave, read_film, show_findings

if TYPE_CHECKING:
    from scenelang.trust.verifying import Verdict

COLOURS = {"unchanged": "green", "no-evidence": None, "unknown-signer": "yellow"}
LIMITS = (
    "what this can't tell: no evidence doesn't mean that a film is real; a mark can be copied into another film by "
    "anybody who wants to, since its key is public; a credential says who signed, and not that it is true"
)


@click.command(
    epilog="Examples:  scenelang verify film.mp4  |  scenelang verify film.mp4 --source film.scene --deep  |  "
    "scenelang verify still.png --html verdict.html"
)
@click.argument("file", type=click.Path())
@click.option("--source", type=click.Path(), help="Also say whether the film is of this .scene file.")
@click.option("--deep", is_flag=True, help="Look at every frame, two seconds at a time.")
@click.option("--html", type=click.Path(), help="Write a page for people.")
@click.option(
    "--scene", type=click.Path(), help="Write the source that travels in the film to this new file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def command(
    file: str,
    source: str | None,
    deep: bool,
    html: str | None,
    scene: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say whether scenelang made FILE, from which source, and whether it was changed since.

    \b
    Exit code 0: made by scenelang, unchanged
              1: no evidence (never: real)
              2: FILE can't be looked at, or wrong usage
              3: intact, but the signer is unknown
              4: changed since it was signed
              5: only the mark is left: stripped or encoded again
              6: suspicious: credential and picture don't belong together
    """
    from scenelang.runtime.errors import OutputError, RenderError
    from scenelang.trust.verifying import to_json, verify

    wanted = _hash_of(source) if source else ""
    try:
        verdict = verify(Path(file), source=wanted, deep=deep, progress=_progress(quiet or as_json))
    except RenderError as error:
        fail(error.message, error.hint, 2)
    if as_json:
        click.echo(json.dumps(to_json(verdict, file)))
    elif not quiet:
        _show(verdict, source)
    try:
        if html:
            from scenelang.runtime.output import atomic_path
            from scenelang.trust.page import page

            with atomic_path(Path(html)) as part:
                part.write_text(page(verdict, file), encoding="utf-8")
        if scene:
            _take_out(verdict, Path(scene))
    except OutputError as error:
        fail(error.message, error.hint, 2)
    if verdict.code:
        leave(verdict.code)


def _progress(silent: bool) -> Callable[[float], None]:
    """Tells how far a deep look is, on a terminal."""
    if silent or not sys.stderr.isatty():
        return lambda seconds: None
    return lambda seconds: click.echo(f"\rlooked at {seconds:.0f} s", nl=False, err=True)


def _hash_of(source: str) -> str:
    """The hash of a film's text; leaves with code 2 where it can't be read."""
    from scenelang.compiler.pipeline import source_hash

    film, found, text = read_film(source)
    if has_errors(found):
        show_findings([d for d in found if d.severity == "error"], {text.file: text}, err=True)
        leave(2)
    return source_hash(film)


def _take_out(verdict: Verdict, to: Path) -> None:
    from scenelang.runtime.output import atomic_path

    if verdict.credential.scene is None:
        fail("no source travels in this film", code=2)
    if to.exists():
        fail(f"{to} is there already", "name a new file", 2)
    with atomic_path(to) as part:
        part.write_bytes(verdict.credential.scene)


def _show(verdict: Verdict, source: str | None) -> None:
    from scenelang.trust.page import known

    click.secho(verdict.sentence, fg=COLOURS.get(verdict.name, "red"), bold=True)
    click.echo(f"  {verdict.why}")
    for name, value in known(verdict):
        click.echo(f"  {name}: {value}")
    if source and verdict.source is not None:
        click.echo(f"  {source}: {'its source' if verdict.source else 'not its source'}")
    elif source:
        click.echo(f"  {source}: can't be told, since nothing here knows the film's source")
    click.echo(LIMITS)
