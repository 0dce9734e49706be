"""`scenelang plan`: what a render would do, without doing it."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenelang.cli.common import (
    chosen_shots,
    common_options,
    fail,
    file_argument,
    finish_options,
    leave,
    model_options,
    plan_of_file,
)
from scenelang.cli.rendering import cost_in_words, costing_of

if TYPE_CHECKING:
    from scenelang.runtime.finish.settings import Retime, Upscale

MARKS = {"exact": "green", "approximate": "yellow", "text": "cyan", "dropped": "red"}


@click.command(
    epilog="Examples:  scenelang plan film.scene  |  scenelang plan film.scene --json -o film.plan.json"
)
@file_argument
@model_options
@click.option("--shots", help="Only these shots would be rendered: IDs with commas between them.")
@finish_options
@click.option(
    "--json", "as_json", is_flag=True, help="The report as one JSON document on standard output."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write the model-free Plan here, as JSON."
)
@click.option(
    "--strict", is_flag=True, help="Warnings are errors, and so is a property that the model drops."
)
@common_options
def command(
    file: str,
    model: str | None,
    profile: str,
    shots: str | None,
    device: str,
    upscale: Upscale | None,
    retime: Retime | None,
    as_json: bool,
    output: str | None,
    strict: bool,
    quiet: bool,
) -> None:
    """Show the shots and segments of FILE, what the model can honour, what is cached, and the cost.

    Seconds are learned from what was rendered on this machine; what is not known is said to be unknown.
    """
    from scenelang.runtime.errors import OutputError, RenderError, UnknownModel
    from scenelang.runtime.finish.settings import finish_of
    from scenelang.runtime.output import atomic_path
    from scenelang.runtime.registry import DEFAULT_MODEL, load_backend
    from scenelang.runtime.report import report

    plan = plan_of_file(file, strict, quiet)
    name = model or DEFAULT_MODEL
    costing = costing_of(file, device, chosen_shots(shots, plan))
    try:
        backend = load_backend(name, costing.project)
        found = report(plan, backend, profile, costing, finish_of(backend, profile, upscale, retime))
    except UnknownModel as error:
        fail(error.message, error.hint, 2)
    except RenderError as error:
        fail(error.message, error.hint)
    if output:
        try:
            with atomic_path(Path(output)) as temporary:
                temporary.write_text(plan.to_json(indent=1), encoding="utf-8")
        except OutputError as error:
            fail(error.message, error.hint)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif not quiet:
        _show(found)
    dropped = [row for shot in found["shots"] for row in shot["lowering"] if row["level"] == "dropped"]
    if strict and dropped:
        fail(
            f"{name} drops {', '.join(sorted({row['property'] for row in dropped}))}",
            "take another model, or leave out --strict",
        )
        leave(1)


def _show(found: dict[str, Any]) -> None:
    fps = found["fps"]
    currency = found["total"]["currency"]
    for shot in found["shots"]:
        start, stop = shot["frames"]
        state = "cached" if shot["cached"] else cost_in_words(shot["cost"], currency)
        click.secho(
            f"{shot['id']}  {(stop - start) / fps:g}s  frames {start}-{stop}", bold=True, nl=False
        )
        click.echo(f"  {state}")
        for segment in shot["segments"]:
            a, b = segment["frames"]
            head = f"  {a / fps:6.2f}s - {b / fps:6.2f}s  "
            click.echo(_wrapped(head, segment["prompt"]))
        for row in shot["lowering"]:
            level = click.style(f"{row['level']:<11}", fg=MARKS[row["level"]])
            click.echo(f"  {level} {row['property']}: {row['why']}")
    total = found["total"]
    width, height = found["size"]
    click.secho(
        f"{len(found['shots'])} shots, {total['frames']} frames, {total['frames'] / fps:g}s at {width}x{height}, "
        f"model {found['model']} on {found['device']}",
        bold=True,
    )
    for what, how in found["finish"].items():
        if not how.startswith("none"):
            click.echo(f"  {what} {how}")
    made = f"{total['runs']} to render: " if total["runs"] else "nothing to render: "
    click.secho(f"{total['cached']} cached, {made}{cost_in_words(total['cost'], currency)}", bold=True)
    if total["cost"]["seconds"] is not None and total["runs"]:
        click.echo(f"  time after {total['estimate_from']}")
    for line in total["over_budget"]:
        click.secho(f"  {line}", fg="red")
    for row in found["inferred"]:
        click.echo(f"  `{row['subject']}` is drawn as a {row['kind']}, from its {row['from']}")


def _wrapped(head: str, text: str) -> str:
    """A paragraph beside its head, as wide as the terminal."""
    width = max(60, min(110, shutil.get_terminal_size().columns))
    return textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * len(head))
