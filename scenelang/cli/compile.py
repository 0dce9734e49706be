"""`scenelang compile`: the Plan and the tensors that drive a model."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import common_options, fail, file_argument, picture_size, plan_of_file


@click.command(
    epilog="Examples:  scenelang compile film.scene -o build  |  scenelang compile film.scene -o build --encoder ./t5"
)
@file_argument
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=True), help="The folder to write to."
)
@click.option(
    "--encoder",
    default="tiny",
    show_default=True,
    help="A transformers text encoder: folder, hub id or `tiny`.",
)
@click.option(
    "--dialect", default="plain", show_default=True, help="How prompts are written: plain or maquette."
)
@click.option(
    "--raster", default="80x45", show_default=True, help="Width and height of rays and blocking maps."
)
@common_options
def command(file: str, output: str, encoder: str, dialect: str, raster: str, quiet: bool) -> None:
    """Write plan.json and conditioning.safetensors of FILE into a folder."""
    from scenelang.compiler.prompts import DIALECTS
    from scenelang.runtime.errors import OutputError
    from scenelang.runtime.output import atomic_path

    if dialect not in DIALECTS:
        fail(f"no dialect is called `{dialect}`", f"there are: {', '.join(DIALECTS)}", 2)
    grid = picture_size(raster, "--raster", "80x45", 1, 4096)
    plan = plan_of_file(file, quiet=quiet)
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"can't make the folder {output}: {error.strerror}", "name another folder")

    from scenelang.compiler.conditioning import condition_shot, save
    from scenelang.compiler.encoders import EncoderError, load_encoder

    try:
        loaded = load_encoder(encoder)
    except EncoderError as error:
        fail(str(error))
    if not loaded.trained and not quiet:
        click.echo(
            "text embeddings come from the untrained `tiny` encoder: their shapes are right, their values mean "
            "nothing; name a trained one with --encoder",
            err=True,
        )
    shots = {
        s.id: condition_shot(plan, s, raster=grid, encode=loaded, dialect=dialect) for s in plan.shots
    }
    try:
        with atomic_path(folder / "conditioning.safetensors") as temporary:
            save(temporary, plan, shots, loaded.name, dialect)
        with atomic_path(folder / "plan.json") as temporary:
            temporary.write_text(plan.to_json(indent=1), encoding="utf-8")
    except OutputError as error:
        fail(error.message, error.hint)
    if not quiet:
        click.echo(f"{folder / 'plan.json'}\n{folder / 'conditioning.safetensors'}")
