"""Running a render for a command: progress, events, errors to exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenelang.cli.common import fail, project_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenelang.compiler.plan import Plan
    from scenelang.runtime.backend import Backend
    from scenelang.runtime.events import RenderEvent
    from scenelang.runtime.finish.settings import Finish
    from scenelang.runtime.outlook import Costing, Outlook
    from scenelang.runtime.progress import RenderProgress
    from scenelang.trust.seal import Seal


def costing_of(file: str, device: str = "cpu", shots: Sequence[str] | None = None) -> Costing:
    """What is known here of a render of this film, or these shots of it; leaves with code 2 where its
    project's settings can't be read."""
    from scenelang.runtime.outlook import Costing
    from scenelang.runtime.settings import SettingsError, load_settings

    project = project_of(file)
    try:
        settings = load_settings(project)
    except SettingsError as error:
        fail(error.message, error.hint, 2)
    return Costing(settings.store(project), settings, project, device, shots)


def run_render(
    plan: Plan,
    backend: Backend,
    output: str | Path,
    costing: Costing,
    *,
    profile: str,
    as_json: bool,
    quiet: bool,
    seal: Seal,
    sidecar: bool = False,
    finish: Finish | None = None,
    force: bool = False,
    ahead: Outlook | None = None,
    measured: bool = True,
) -> None:
    """Render, showing progress on standard error or one JSON event a line on standard output.

    `costing` says where takes are kept, the device, and which shots; `ahead` is what it was seen to take
    before. What shots are expected to show is told beside what their takes show, unless it isn't `measured`.
    """
    from scenelang.cli.expect import show
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.events import Done
    from scenelang.runtime.pipeline import render_film
    from scenelang.runtime.progress import RenderProgress

    shots = costing.shots
    frames = {s.id: s.frames for s in plan.shots if shots is None or s.id in shots}
    times = ahead.times if ahead else None
    try:
        with RenderProgress(frames, quiet=quiet or as_json, ahead=times) as progress:
            for event in render_film(
                plan, backend, output=output, profile=profile, device=costing.device, shots=shots,
                project=costing.project, store=costing.store, force=force, finish=finish, seal=seal,
                measured=measured,
            ):  # fmt: skip
                if isinstance(event, Done):
                    done = event
                    if as_json:
                        click.echo(json.dumps(seal.to_json()))
                _tell(event, progress, as_json)
        if sidecar:
            from scenelang.trust.sidecar import write_sidecar

            write_sidecar(seal, done.output)
        if not (as_json or quiet):
            show(done.expectations, err=True)
            click.echo(f"{done.output}" + (f" (captions in {done.captions})" if done.captions else ""))
            if seal.unlogged:
                click.echo(seal.unlogged, err=True)
            if seal.visible and not seal.marked:
                click.echo(
                    "the invisible mark can't be read in this film: it is too small, too short or too dark; "
                    "its credential says so",
                    err=True,
                )
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
                project=costing.project,
            ):  # fmt: skip
                _tell(event, progress, as_json)
    except RenderError as error:
        fail(error.message, error.hint)
    if not (as_json or quiet):
        click.echo(f"{count} takes of {', '.join(shots)}")
        click.echo(f"  to see them: scenelang takes {file}", err=True)
        click.echo(f"  to keep one: scenelang pick {file} {shots[0]} 2", err=True)


def _tell(event: RenderEvent, progress: RenderProgress, as_json: bool) -> None:
    progress.show(event)
    if as_json:
        click.echo(json.dumps(event.to_json(), ensure_ascii=False))


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
