"""`scenelang storyboard`: the film on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenelang.cli.common import common_options, fail, file_argument, model_options, plan_of_file
from scenelang.cli.rendering import costing_of

if TYPE_CHECKING:
    from scenelang.runtime.backend import Backend
    from scenelang.runtime.outlook import Costing


@click.command(
    epilog="Examples:  scenelang storyboard film.scene  |  scenelang storyboard film.scene -o board.html --profile draft"
)
@file_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Default FILE.storyboard.html.")
@model_options
@common_options
def command(**options: Any) -> None:
    """Make one page of FILE, which needs nothing besides itself: send it, print it, read it on a phone.

    A still of each segment (of the rendered take where it is cached, else of the animatic), the shot from
    above, its light and air over time, what the model reads, what it honours, dialogue, cost.
    """
    write_page(**options, takes=False)


def write_page(
    file: str, output: str | None, model: str | None, profile: str, device: str, quiet: bool, takes: bool
) -> None:
    """Makes the page and writes it."""
    plan = plan_of_file(file, quiet=quiet)
    backend, costing = ready(file, model, device)

    from scenelang.board.page import file_name, page
    from scenelang.board.stills import Stills
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.output import atomic_path

    target = Path(output or file_name(file, takes))
    try:
        html = page(plan, backend, costing, profile, Stills(costing.store), file=file, takes=takes)
        with atomic_path(target) as part:
            part.write_text(html, encoding="utf-8")
    except RenderError as error:
        fail(error.message, error.hint)
    if not quiet:
        click.echo(target)


def ready(file: str, model: str | None, device: str) -> tuple[Backend, Costing]:
    """The model, and what is known of this project and machine."""
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.registry import DEFAULT_MODEL, load_backend

    costing = costing_of(file, device)
    try:
        backend = load_backend(model or DEFAULT_MODEL, costing.project)
    except RenderError as error:
        fail(error.message, error.hint, 2)
    return backend, costing
