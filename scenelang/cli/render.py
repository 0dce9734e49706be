"""`scenelang render`: the film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenelang.cli.common import (
    REFUSED,
    analysis_of,
    chosen_shots,
    common_options,
    fail,
    file_argument,
    finish_options,
    model_options,
    plan_of,
)
from scenelang.cli.guard import Wishes, pass_policy, seal_for, trust_options
from scenelang.cli.rendering import cost_in_words, costing_of, render_takes, run_render

if TYPE_CHECKING:
    from scenelang.compiler.plan import Plan
    from scenelang.runtime.backend import Backend
    from scenelang.runtime.finish.settings import Retime, Upscale
    from scenelang.runtime.outlook import Costing, Outlook


@click.command(
    epilog="Examples:  scenelang render film.scene  |  scenelang render film.scene --shots s010,s020 -o part.mp4  |  "
    "scenelang render film.scene --shots s010 --takes 4  |  "
    "scenelang render film.scene --model wan2.2-ti2v-5b --device cuda --profile fast"
)
@file_argument
@click.option(
    "-o", "--output", help="film.mp4, .mov, .gif or a folder for pictures (frames/); default FILE.mp4."
)
@model_options
@click.option("--shots", help="Only these shots: IDs with commas between them.")
@finish_options
@click.option(
    "--takes", type=click.IntRange(1, 99), help="As many takes of each shot, by their seeds; no film."
)
@click.option("--force", is_flag=True, help="Render also what is cached.")
@click.option("--yes", is_flag=True, help="Go on where the budget in scenelang.toml is exceeded.")
@click.option(
    "--plan", "planned", type=click.Path(dir_okay=False),
    help="Refuse where FILE is no longer the film of this plan (`scenelang plan -o`).",
)  # fmt: skip
@click.option("--lock", is_flag=True, help="Write FILE.lock: all that the frames rest on.")
@click.option("--locked", is_flag=True, help="Refuse where anything is another than FILE.lock says.")
@click.option(
    "--strict", is_flag=True, help="Warnings are errors, and so is a property that the model drops."
)
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
@trust_options
@common_options
def command(
    file: str, output: str | None, model: str | None, profile: str, shots: str | None, device: str,
    upscale: Upscale | None, retime: Retime | None, takes: int | None, force: bool, yes: bool, planned: str | None,
    lock: bool, locked: bool, strict: bool, as_json: bool, quiet: bool, wishes: Wishes,
) -> None:  # fmt: skip
    """Render FILE. Without -o the film is written beside it, with the same name and `.mp4`.

    Shots that were rendered before are taken from the cache: after a change only what it touches is
    rendered. An interrupted render goes on where it was.

    The content policy is asked before any work. Every film is marked invisibly and signed; see
    `scenelang verify`. What shots `expect` is measured on the finished film and told, and stops nothing.

    Exit code 0: done; 1: errors; 2: wrong usage; 3: refused, by the policy, the budget, --plan or --locked;
    130: interrupted, what is finished is kept.
    """
    from scenelang.runtime.edit import only
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.filmlock import write_lock
    from scenelang.runtime.finish.settings import finish_of
    from scenelang.runtime.outlook import outlook
    from scenelang.runtime.output import check_writable, parse_target
    from scenelang.runtime.registry import DEFAULT_MODEL, load_backend

    analysis = analysis_of(file, strict, quiet)
    plan = plan_of(analysis)
    rules = pass_policy(analysis, wishes, quiet)
    target = output or (str(Path(file).with_suffix(".mp4")) if file != "-" else "film.mp4")
    costing = costing_of(file, device, chosen_shots(shots, plan))
    if planned:
        _same_plan(planned, plan, file)
    try:
        if takes is None:
            check_writable(parse_target(target))
        backend = load_backend(model or DEFAULT_MODEL, costing.project)
        if strict:
            _refuse_dropped(plan, backend, costing)
        found, path = _lock(file, plan, backend, profile, costing, locked, lock, quiet)
        ahead = outlook(plan, backend, profile, costing, takes)
    except RenderError as error:
        fail(error.message, error.hint)
    if not yes:
        _within_budget(ahead, costing)
    if takes is not None:
        render_takes(
            plan, backend, costing, takes, file=file, profile=profile, as_json=as_json, quiet=quiet
        )
        return
    if ahead.runs and not quiet and not as_json:
        click.echo(
            f"{len(ahead.runs)} shots to render, {len(ahead.cached)} cached: "
            f"{cost_in_words(ahead.cost, costing.currency)}",
            err=True,
        )
    shown = plan if costing.shots is None else only(plan, costing.shots)
    run_render(
        plan, backend, target, costing, profile=profile, as_json=as_json, quiet=quiet,
        seal=seal_for(shown, backend.name, analysis, rules, wishes), sidecar=wishes.sidecar,
        finish=finish_of(backend, profile, upscale, retime), force=force, ahead=ahead,
    )  # fmt: skip
    if lock and found is not None:
        try:
            write_lock(path, found)
        except RenderError as error:
            fail(error.message, error.hint)


def _refuse_dropped(plan: Plan, backend: Backend, costing: Costing) -> None:
    for shot in (s for s in plan.shots if costing.shots is None or s.id in costing.shots):
        for row in backend.lowering(plan, shot):
            if row.level == "dropped":
                fail(
                    f"{backend.name} drops {row.property} of {shot.id}: {row.why}",
                    "leave out --strict",
                )


def _within_budget(ahead: Outlook, costing: Costing) -> None:
    from scenelang.runtime.outlook import over_budget

    over = over_budget(ahead, costing.settings.budget)
    if over:
        fail(
            "; ".join(over),
            "render fewer shots with --shots, change `[budget]` in scenelang.toml, or go on with --yes",
            REFUSED,
        )


def _same_plan(planned: str, plan: Plan, file: str) -> None:
    """Leaves where the film isn't that of a plan that was written."""
    from scenelang.compiler.plan import Plan

    try:
        old = Plan.from_json(Path(planned).read_bytes())
    except OSError as error:
        fail(f"{planned} can't be read: {error.strerror}", "write it with `scenelang plan -o`", 2)
    except ValueError:
        fail(f"{planned} is no plan", "write it with `scenelang plan FILE -o film.plan.json`", 2)
    if old == plan:
        return
    was = {shot.id: shot for shot in old.shots}
    changed = [shot.id for shot in plan.shots if was.get(shot.id) != shot]
    changed += [f"{id} (gone)" for id in was if id not in {shot.id for shot in plan.shots}]
    what = f"shots {', '.join(changed)}" if changed else "its cast, edit or size"
    fail(
        f"{file} is no longer the film that {planned} plans: {what} changed",
        "look at the new plan with `scenelang plan`, and write it again",
        REFUSED,
    )


def _lock(
    file: str, plan: Plan, backend: Backend, profile: str, costing: Costing, locked: bool, write: bool, quiet: bool
) -> tuple[dict[str, Any] | None, Path]:  # fmt: skip
    """The lock as it is now, where one is wanted; leaves where it must not have changed and has."""
    from scenelang.runtime.filmlock import drift, lock_of, lock_path, read_lock

    path = lock_path(file if file != "-" else "film.scene")
    old = read_lock(path)
    if locked and old is None:
        fail(f"there is no {path}", "write it with `scenelang render --lock`", REFUSED)
    if old is None and not write:
        return None, path
    now = lock_of(plan, backend, profile, costing.device, costing.project or Path())
    differs = drift(old, now) if old is not None else []
    if differs and locked:
        fail(
            f"{path} says otherwise: {'; '.join(differs)}",
            "go back to what is locked, or write it anew with --lock",
            REFUSED,
        )
    if differs and not write and not quiet:
        click.echo(f"{path} says otherwise: {'; '.join(differs[:3])}", err=True)
    return now, path
