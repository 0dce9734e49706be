"""`scenelang render`: the film."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import common_options, fail, file_argument, plan_of_file, project_of


@click.command(
    epilog="Examples:  scenelang render film.scene  |  scenelang render film.scene --shots s010,s020 -o part.mp4  |  "
    "scenelang render film.scene --model wan2.2-ti2v-5b --device cuda --profile fast"
)
@file_argument
@click.option(
    "-o", "--output", help="film.mp4, film.mov or a folder for pictures (frames/); default FILE.mp4."
)
@click.option(
    "--model", default=None, help="What renders: a name of `scenelang models`, a folder, or a hub id."
)
@click.option(
    "--profile", type=click.Choice(["draft", "fast", "final"]), default="final", show_default=True
)
@click.option("--shots", help="Only these shots: IDs with commas between them.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, mps.")
@click.option(
    "--strict", is_flag=True, help="Warnings are errors, and so is a property that the model drops."
)
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
@common_options
def command(
    file: str, output: str | None, model: str | None, profile: str, shots: str | None, device: str, strict: bool,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Render FILE. Without -o the film is written beside it, with the same name and `.mp4`.

    Exit code 0: done; 1: errors; 130: interrupted, nothing half-written.
    """
    from scenelang.cli.rendering import run_render
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.output import check_writable, parse_target
    from scenelang.runtime.registry import DEFAULT_MODEL, load_backend

    plan = plan_of_file(file, strict, quiet)
    target = output or (str(Path(file).with_suffix(".mp4")) if file != "-" else "film.mp4")
    chosen = [s.strip() for s in shots.split(",") if s.strip()] if shots is not None else None
    if chosen is not None:
        _known(chosen, [s.id for s in plan.shots])
    try:
        check_writable(parse_target(target))
        project = project_of(file)
        backend = load_backend(model or DEFAULT_MODEL, project)
    except RenderError as error:
        fail(error.message, error.hint)
    if strict:
        for shot in plan.shots if chosen is None else [plan.shot(s) for s in chosen]:
            for row in backend.lowering(plan, shot):
                if row.level == "dropped":
                    fail(
                        f"{backend.name} drops {row.property} of {shot.id}: {row.why}",
                        "leave out --strict",
                    )
    run_render(
        plan, backend, target, profile=profile, device=device, shots=chosen, as_json=as_json, quiet=quiet,
        project=project,
    )  # fmt: skip


def _known(chosen: list[str], ids: list[str]) -> None:
    from scenelang.grammar.diagnostics import did_you_mean

    for shot in chosen or [""]:
        if shot not in ids:
            fail(
                f"no shot has the ID `{shot}`",
                did_you_mean(shot, ids) or f"there are: {', '.join(ids)}",
                2,
            )
