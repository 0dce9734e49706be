"""`scenelang preview`: the animatic, or one of its passes."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import analysis_of, common_options, fail, file_argument, picture_size, plan_of
from scenelang.cli.guard import Wishes, pass_policy, seal_for, trust_options


@click.command(
    epilog="Examples:  scenelang preview film.scene -o film.mp4  |  scenelang preview film.scene --pass depth -o depth/"
)
@file_argument
@click.option(
    "-o",
    "--output",
    help="film.mp4, film.mov, film.gif or a folder for pictures; default FILE.preview.mp4.",
)
@click.option(
    "--pass",
    "which",
    type=click.Choice(["clay", "depth", "mask", "normal"]),
    default="clay",
    show_default=True,
)
@click.option("--size", help="Picture size such as 640x360; default: the film's, at most 640 wide.")
@click.option(
    "--shutter",
    type=click.FloatRange(0, 360),
    default=180,
    show_default=True,
    help="Angle in degrees that the shutter is open, for motion blur; 0: none.",
)
@click.option("--device", default="cpu", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
@trust_options
@common_options
def command(
    file: str, output: str | None, which: str, size: str | None, shutter: float, device: str, as_json: bool,
    quiet: bool, wishes: Wishes,
) -> None:  # fmt: skip
    """Render the animatic of FILE without any model, or a control pass of it.

    depth: brightness falls with the distance's inverse, white a little before the nearest
    subject; mask: a colour a subject; normal: x, y, z
    of the surface as red, green, blue. These are signed but bear no mark, which would change them.
    """
    from scenelang.cli.rendering import costing_of, run_render
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.output import check_writable, parse_target
    from scenelang.runtime.previz.backend import PrevizBackend

    analysis = analysis_of(file, quiet=quiet)
    rules = pass_policy(analysis, wishes, quiet)
    plan = plan_of(analysis)
    plan = plan.model_copy(update={"size": _size(size, plan.size)})
    target = output or (
        str(Path(file).with_suffix(".preview.mp4")) if file != "-" else "film.preview.mp4"
    )
    try:
        check_writable(parse_target(target))
    except RenderError as error:
        fail(error.message, error.hint)
    run_render(
        plan,
        PrevizBackend(which, shutter),
        target,
        costing_of(file, device),
        profile="draft",
        as_json=as_json,
        quiet=quiet,
        measured=which == "clay",
        seal=seal_for(plan, "previz", analysis, rules, wishes, picture=which == "clay"),
        sidecar=wishes.sidecar,
    )


def _size(size: str | None, film: tuple[int, int]) -> tuple[int, int]:
    if size is None:
        width = min(640, film[0])
        return width, 2 * round(width * film[1] / film[0] / 2)
    return picture_size(size, "--size", "640x360", 16, 7680)
