"""`scenelang expect`: what shots are expected to show, measured on a finished film."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import chosen_shots, common_options, fail, file_argument, leave, plan_of_file

if TYPE_CHECKING:
    from scenelang.runtime.events import Checked

SCHEMA = "scenelang.expectations/1"
MARKS = {"held": ("✓", "green"), "not held": ("✗", "red"), "unsure": ("?", "yellow")}


@click.command(
    epilog="Examples:  scenelang expect film.scene film.mp4  |  scenelang expect film.scene part.mp4 --shots s010 --json"
)
@file_argument
@click.argument("video", type=click.Path(exists=True, path_type=Path))
@click.option("--shots", help="Only these shots are in the video: IDs with commas between them.")
@click.option("--strict", is_flag=True, help="Exit code 1 where an expectation isn't held.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def command(file: str, video: Path, shots: str | None, strict: bool, as_json: bool, quiet: bool) -> None:
    """Measure VIDEO, a finished take of FILE or a folder of its pictures, against the `expect` lines of FILE.

    Each expectation is held, not held, or unsure where the pixels don't tell. Exit code 0, whatever is found.
    """
    from scenelang.runtime.edit import only
    from scenelang.runtime.errors import RenderError

    plan = plan_of_file(file, quiet=quiet or as_json)
    chosen = chosen_shots(shots, plan)
    if chosen is not None:
        plan = only(plan, chosen)
    if not any(shot.expect for shot in plan.shots) and not (as_json or quiet):
        warn("no shot of the film expects anything", "add a line such as `expect camera dolly-in`")
    try:
        from scenelang.runtime.measure.expect import check_film

        found = [*check_film(plan, video)]
    except RenderError as error:
        fail(error.message, error.hint)
    if as_json:
        rows = [{k: v for k, v in row.to_json().items() if k != "event"} for row in found]
        document = {"schema": SCHEMA, "film": file, "video": str(video), "expectations": rows}
        click.echo(json.dumps(document, ensure_ascii=False))
    elif not quiet:
        show(found)
    if strict and any(row.result == "not held" for row in found):
        leave(1)


def show(found: Sequence[Checked], err: bool = False) -> None:
    """A line for each expectation, and how many are held."""
    for row in found:
        mark, colour = MARKS[row.result]
        seen = f"found {row.found}" if row.found else "nothing could be measured"
        expected = f"{row.shot} expects {row.what} {row.expected}"
        click.secho(f"{mark} {expected}: ", fg=colour, nl=False, err=err)
        click.echo(f"{row.result}; {seen}, confidence {row.confidence:.2f}", err=err)
    if len(found) > 1:
        held, unsure = (sum(row.result == r for row in found) for r in ("held", "unsure"))
        click.echo(f"{held} of {len(found)} expectations held, {unsure} unsure", err=err)


def warn(message: str, hint: str = "") -> None:
    """Something that stops nothing, and what to do about it, on standard error."""
    click.secho(f"warning: {message}", fg="yellow", bold=True, err=True)
    if hint:
        click.echo(f"  = hint: {hint}", err=True)
