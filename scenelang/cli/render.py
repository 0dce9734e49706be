"""`scenelang render`: the film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import (
    analysis_of,
    common_options,
    fail,
    file_argument,
    finish_options,
    known_shots,
    plan_of,
)
from scenelang.cli.guard import Wishes, pass_policy, seal_for, trust_options

if TYPE_CHECKING:
    from scenelang.runtime.finish.settings import Retime, Upscale


@click.command(
    epilog="Examples:  scenelang render film.scene  |  scenelang render film.scene --shots s010,s020 -o part.mp4"
)
@file_argument
@click.option(
    "-o", "--output", help="film.mp4, film.mov or a folder for pictures (frames/); default FILE.mp4."
)
@click.option("--model", default=None, help="What renders; see `scenelang models`.")
@click.option("--profile", type=click.Choice(["draft", "final"]), default="final", show_default=True)
@click.option("--shots", help="Only these shots: IDs with commas between them.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, mps.")
@finish_options
@click.option(
    "--strict", is_flag=True, help="Warnings are errors, and so is a property that the model drops."
)
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
@trust_options
@common_options
def command(
    file: str, output: str | None, model: str | None, profile: str, shots: str | None, device: str,
    upscale: Upscale | None, retime: Retime | None, strict: bool, as_json: bool, quiet: bool, wishes: Wishes,
) -> None:  # fmt: skip
    """Render FILE. Without -o the film is written beside it, with the same name and `.mp4`.

    The content policy is asked before any work. Every film is marked invisibly and signed; see
    `scenelang verify`. What shots `expect` is measured on the finished film and told, and stops nothing.

    Exit code 0: done; 1: errors; 3: refused by the policy; 130: interrupted, nothing half-written.
    """
    from scenelang.cli.rendering import run_render
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.finish.settings import finish_of
    from scenelang.runtime.output import check_writable, parse_target
    from scenelang.runtime.registry import DEFAULT_MODEL, load_backend

    analysis = analysis_of(file, strict, quiet)
    plan = plan_of(analysis)
    rules = pass_policy(analysis, wishes, quiet)
    target = output or (str(Path(file).with_suffix(".mp4")) if file != "-" else "film.mp4")
    chosen = known_shots(shots, [s.id for s in plan.shots]) if shots is not None else None
    try:
        check_writable(parse_target(target))
        backend = load_backend(model or DEFAULT_MODEL)
    except RenderError as error:
        fail(error.message, error.hint)
    if strict:
        for shot in plan.shots:
            for row in backend.lowering(plan, shot):
                if row.level == "dropped":
                    fail(
                        f"{backend.name} drops {row.property} of {shot.id}: {row.why}",
                        "leave out --strict",
                    )
    run_render(
        plan, backend, target, profile=profile, device=device, shots=chosen, as_json=as_json, quiet=quiet,
        finish=finish_of(backend, profile, upscale, retime),
        seal=seal_for(plan, backend.name, analysis, rules, wishes), sidecar=wishes.sidecar,
    )  # fmt: skip
