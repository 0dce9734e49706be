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
    from scenelang.runtime.finish.settings import Finish
    from scenelang.trust.seal import Seal


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
    seal: Seal,
    sidecar: bool = False,
    finish: Finish | None = None,
    measured: bool = True,
) -> None:
    """Render, showing progress on standard error or one JSON event a line on standard output.

    What shots are expected to show is told beside what their takes show, unless it isn't `measured`.
    """
    from scenelang.cli.expect import show, warn
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.events import Done, Warned
    from scenelang.runtime.pipeline import render_film
    from scenelang.runtime.progress import RenderProgress

    frames = {s.id: s.frames for s in plan.shots if shots is None or s.id in shots}
    warnings: list[Warned] = []
    try:
        with RenderProgress(frames, quiet=quiet or as_json) as progress:
            for event in render_film(
                plan, backend, output=output, profile=profile, device=device, shots=shots, finish=finish, seal=seal,
                measured=measured,
            ):  # fmt: skip
                progress.show(event)
                if as_json and isinstance(event, Done):
                    click.echo(json.dumps(seal.to_json()))
                if as_json:
                    click.echo(json.dumps(event.to_json(), ensure_ascii=False))
                elif isinstance(event, Done) and not quiet:
                    done = event
                elif isinstance(event, Warned):
                    warnings.append(event)
        if sidecar:
            from scenelang.trust.sidecar import write_sidecar

            write_sidecar(seal, Path(output))
        if not (as_json or quiet):
            for warning in warnings:
                warn(warning.message, warning.hint)
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
