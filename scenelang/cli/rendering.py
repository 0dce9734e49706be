"""Running a render for a command: progress, events, errors to exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenelang.compiler.plan import Plan
    from scenelang.runtime.backend import Backend


def run_render(
    plan: Plan,
    backend: Backend,
    output: str | Path,
    *,
    profile: str,
    device: str,
    shots: Sequence[str] | None,
    as_json: bool,
    quiet: bool,
    project: Path | None = None,
) -> None:
    """Render, showing progress on standard error or one JSON event a line on standard output."""
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.events import Done
    from scenelang.runtime.pipeline import render_film
    from scenelang.runtime.progress import RenderProgress

    frames = {s.id: s.frames for s in plan.shots if shots is None or s.id in shots}
    try:
        with RenderProgress(frames, quiet=quiet or as_json) as progress:
            for event in render_film(
                plan,
                backend,
                output=output,
                profile=profile,
                device=device,
                shots=shots,
                project=project,
            ):
                progress.show(event)
                if as_json:
                    click.echo(json.dumps(event.to_json(), ensure_ascii=False))
                elif isinstance(event, Done) and not quiet:
                    done = event
        if not (as_json or quiet):
            click.echo(f"{done.output}" + (f" (captions in {done.captions})" if done.captions else ""))
    except RenderError as error:
        fail(error.message, error.hint)
