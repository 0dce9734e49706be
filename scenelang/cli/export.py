"""`scenelang export`: the cameras of a film, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, fail, file_argument, plan_of_file

if TYPE_CHECKING:
    from scenelang.compiler.camera_track import Camera
    from scenelang.compiler.plan import Plan, ShotPlan

FORMATS = ("chan", "txt", "json", "usda")


@click.command(
    epilog="Examples:  scenelang export film.scene --to chan  |  scenelang export film.scene --to usda --shots s010 -o cameras"
)
@file_argument
@click.option(
    "--to", "form", required=True, type=click.Choice(FORMATS),
    help="chan (Nuke), txt (RealEstate10K), json or usda.",
)  # fmt: skip
@click.option("--shots", default="", help="IDs, with commas between; all where not given.")
@click.option(
    "-o", "--output", default=".", show_default=True, type=click.Path(), help="The folder to write to."
)
@common_options
def command(file: str, form: str, shots: str, output: str, quiet: bool) -> None:
    """Write the camera of every shot of FILE as a file of its own, FILM-SHOT.FORMAT.

    `camera path from "…"` reads what this writes.
    """
    from scenelang.compiler.camera_files import WRITERS
    from scenelang.compiler.camera_track import CameraFileError
    from scenelang.runtime.errors import OutputError
    from scenelang.runtime.output import atomic_path

    plan = plan_of_file(file, quiet=quiet)
    wanted = [name.strip() for name in shots.split(",") if name.strip()]
    known = {shot.id for shot in plan.shots}
    if unknown := next((name for name in wanted if name not in known), None):
        fail(f"the film has no shot `{unknown}`", f"there are: {', '.join(sorted(known))}", 2)
    folder = Path(output)
    name = "film" if file == "-" else Path(file).stem
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for shot in plan.shots:
            if wanted and shot.id not in wanted:
                continue
            target = folder / f"{name}-{shot.id}.{form}"
            text = WRITERS[form](_camera(plan, shot))
            with atomic_path(target) as temporary:
                temporary.write_text(text, encoding="utf-8")
            if not quiet:
                click.echo(str(target))
    except CameraFileError as error:
        fail(str(error), error.hint)
    except OutputError as error:
        fail(error.message, error.hint)
    except OSError as error:
        fail(f"can't write to {output}: {error.strerror}", "name another folder")


def _camera(plan: Plan, shot: ShotPlan) -> Camera:
    from scenelang.compiler.camera_track import Camera
    from scenelang.compiler.plan import at

    frames = range(shot.frames)
    track = shot.camera
    return Camera(
        shot.id,
        plan.size,
        plan.rate,
        [at(track.c2w, f) for f in frames],
        [at(track.focal_mm, f) for f in frames],
    )
