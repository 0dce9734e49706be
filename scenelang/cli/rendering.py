"""Running a render for a command: progress, events, errors to exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenelang.cli.common import fail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenelang.compiler.plan import Plan
    from scenelang.runtime.backend import Backend
    from scenelang.runtime.outlook import Costing, Outlook
    from scenelang.runtime.settings import Settings


def run_render(
    plan: Plan,
    backend: Backend,
    output: str | Path,
    *,
    file: str,
    profile: str,
    device: str,
    shots: Sequence[str] | None,
    as_json: bool,
    quiet: bool,
    force: bool = False,
    settings: Settings | None = None,
    ahead: Outlook | None = None,
) -> None:
    """Render, showing progress on standard error or one JSON event a line on standard output.

    `file` is the film's, whose project's cache is used. `ahead` is what it was seen to take before.
    """
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.events import Done
    from scenelang.runtime.pipeline import render_film
    from scenelang.runtime.progress import RenderProgress

    frames = {s.id: s.frames for s in plan.shots if shots is None or s.id in shots}
    try:
        settings = settings or project_settings(file)
        with RenderProgress(
            frames, quiet=quiet or as_json, ahead=ahead.times if ahead else None
        ) as progress:
            for event in render_film(
                plan, backend, output=output, profile=profile, device=device, shots=shots,
                store=settings.store(), folder=pictures_folder(file), force=force,
            ):  # fmt: skip
                progress.show(event)
                if as_json:
                    click.echo(json.dumps(event.to_json(), ensure_ascii=False))
                elif isinstance(event, Done) and not quiet:
                    done = event
        if not (as_json or quiet):
            click.echo(f"{done.output}" + (f" (captions in {done.captions})" if done.captions else ""))
    except RenderError as error:
        fail(error.message, error.hint)


def render_takes(
    plan: Plan,
    backend: Backend,
    costing: Costing,
    count: int,
    *,
    file: str,
    profile: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Makes several takes of each shot that is asked for, which stay in the cache to be looked at."""
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.pipeline import shoot_takes
    from scenelang.runtime.progress import RenderProgress

    shots = costing.shots if costing.shots is not None else [shot.id for shot in plan.shots]
    store = costing.store
    if store is None:
        fail("takes are kept in the cache, and there is none", "set XDG_CACHE_HOME, or `[cache] folder`")
    frames = {shot.id: shot.frames * count for shot in plan.shots if shot.id in shots}
    try:
        with RenderProgress(frames, quiet=quiet or as_json) as progress:
            for event in shoot_takes(
                plan, backend, store, shots, count, profile=profile, device=costing.device,
                folder=costing.folder,
            ):  # fmt: skip
                progress.show(event)
                if as_json:
                    click.echo(json.dumps(event.to_json(), ensure_ascii=False))
    except RenderError as error:
        fail(error.message, error.hint)
    if not (as_json or quiet):
        click.echo(f"{count} takes of {', '.join(shots)}")
        click.echo(f"  to see them: scenelang takes {file}", err=True)
        click.echo(f"  to keep one: scenelang pick {file} {shots[0]} 2", err=True)


def pictures_folder(file: str) -> Path:
    """The folder that the pictures of a film's plan are relative to."""
    from scenelang.compiler.scope import project_folder

    return project_folder(Path(file if file != "-" else "film.scene"))


def project_settings(file: str) -> Settings:
    """Those of the film's project; leaves with code 2 where they can't be read."""
    from scenelang.runtime.settings import SettingsError, settings_of

    try:
        return settings_of(file)
    except SettingsError as error:
        fail(error.message, error.hint, 2)


def cost_in_words(cost: Mapping[str, Any], currency: str | None) -> str:
    """`12 denoiser calls, 0.4 PFLOP, about 3 min, 0.12 USD`."""
    parts = [f"{cost['denoiser_calls']} denoiser calls"]
    if cost["pflop"] is not None:
        parts.append(f"{cost['pflop']:.3g} PFLOP")
    parts.append("time unknown" if cost["seconds"] is None else f"about {duration(cost['seconds'])}")
    if currency:
        parts.append("price unknown" if cost["price"] is None else f"{cost['price']:.2f} {currency}")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 9.5 else f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
