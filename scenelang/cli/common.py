"""What the commands share: options, reading films, printing findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from scenelang.cli.findings import excerpts
from scenelang.grammar.diagnostics import Diagnostic, has_errors

if TYPE_CHECKING:
    from scenelang.compiler.pipeline import Analysis
    from scenelang.compiler.plan import Plan
    from scenelang.grammar.ast import Film
    from scenelang.grammar.source import Source

REFUSED = 3  # exit code: by the content policy, the budget, --plan or --locked
COLOURS = {"error": "red", "warning": "yellow"}
F = TypeVar("F", bound=Callable[..., Any])

file_argument = click.argument("file", type=click.Path(dir_okay=True, allow_dash=True))


def common_options(function: F) -> F:
    """`--quiet` and `--color`, which every command takes."""
    colour = click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
        help="Colour in what is printed.", expose_value=False, callback=_set_colour,
    )  # fmt: skip
    quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
    return quiet(colour(function))


def model_options(function: F) -> F:
    """`--model`, `--profile` and `--device`: what renders, how well, and on what."""
    model = click.option(
        "--model",
        default=None,
        help="What renders: a name of `scenelang models`, a folder, or a hub id.",
    )
    profile = click.option(
        "--profile", type=click.Choice(["draft", "fast", "final"]), default="final", show_default=True,
        help="How well: for a look, with shortcuts, or as well as it can.",
    )  # fmt: skip
    device = click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, mps.")
    return model(profile(device(function)))


def finish_options(function: F) -> F:
    """`--upscale` and `--retime`: how frames get to the film's size and rate."""
    upscale = click.option(
        "--upscale", type=click.Choice(["learned", "bicubic"]), default=None,
        help="How smaller frames get to the film's size; default: learned; bicubic in draft, of previz and of maquette.",
    )  # fmt: skip
    retime = click.option(
        "--retime", type=click.Choice(["flow", "blend"]), default=None,
        help="How frames get to the film's rate: by optical flow (the default), or blended.",
    )  # fmt: skip
    return upscale(retime(function))


def _set_colour(ctx: click.Context, param: click.Parameter, value: str) -> None:
    ctx.color = {"always": True, "never": False}.get(value)


def read_film(file: str) -> tuple[Film, tuple[Diagnostic, ...], Source]:
    """Parse a file, or standard input for `-`."""
    from scenelang.grammar.parse import parse_file, parse_source, source_of

    if file != "-":
        return parse_file(file)
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    source = source_of(text, "<stdin>")
    return *parse_source(source), source


def analysis_of(file: str, strict: bool = False, quiet: bool = False) -> Analysis:
    """Understand a film for a command that needs its Plan; print findings to standard error
    and leave with code 1 where it has errors."""
    from scenelang.compiler.pipeline import analyse

    film, found, source = read_film(file)
    analysis = analyse(film, found)
    bad = has_errors(analysis.diagnostics, strict)
    shown = [d for d in analysis.diagnostics if not quiet or d.severity == "error" or strict]
    show_findings(shown, {source.file: source}, err=True)
    if bad or analysis.plan is None:
        leave(1)
    return analysis


def plan_of_file(file: str, strict: bool = False, quiet: bool = False) -> Plan:
    return plan_of(analysis_of(file, strict, quiet))


def plan_of(analysis: Analysis) -> Plan:
    """The Plan, which has shots; leaves with code 1 where it has none."""
    plan = analysis.plan
    assert plan is not None
    if not plan.shots:
        fail("the film has no shots", "add one, such as `shot sh010 4s { frame wide on mara }`")
    return plan


def project_of(file: str) -> Path:
    """The folder that a film's settings and pictures are found in; for `-` where the program runs."""
    from scenelang.compiler.scope import project_folder

    return project_folder(Path("film.scene" if file == "-" else file))


def chosen_shots(shots: str | None, plan: Plan) -> list[str] | None:
    """The IDs of `s010,s020`; leaves with code 2 where the film has no such shot."""
    if shots is None:
        return None
    from scenelang.grammar.diagnostics import did_you_mean

    chosen = [part.strip() for part in shots.split(",") if part.strip()]
    ids = [shot.id for shot in plan.shots]
    for shot in chosen or [""]:
        if shot not in ids:
            hint = did_you_mean(shot, ids) or f"there are: {', '.join(ids)}"
            fail(f"no shot has the ID `{shot}`", hint, 2)
    return chosen


def show_findings(found: Iterable[Diagnostic], sources: dict[str, Source], err: bool = False) -> None:
    """The human form, a blank line between findings."""
    found = list(found)
    for diagnostic, (head, rest) in zip(found, excerpts(found, sources)):
        click.secho(head, fg=COLOURS[diagnostic.severity], bold=True, err=err)
        click.echo(rest, err=err)


def picture_size(text: str, option: str, example: str, least: int, most: int) -> tuple[int, int]:
    """Width and height of `640x360`; leaves with code 2 where the text is none."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
        if min(width, height) < least or max(width, height) > most:
            raise ValueError
    except ValueError:
        hint = f"write width x height, {least} to {most} each, such as {option} {example}"
        fail(f"`{text}` can't be {option}", hint, 2)
    return width, height


def fail(message: str, hint: str = "", code: int = 1) -> NoReturn:
    """Say what went wrong and what to do next, and leave."""
    click.secho(f"error: {message}", fg="red", bold=True, err=True)
    if hint:
        click.echo(f"  = hint: {hint}", err=True)
    leave(code)


def leave(code: int) -> NoReturn:
    raise click.exceptions.Exit(code)


__all__ = [
    "REFUSED", "analysis_of", "chosen_shots", "common_options", "fail", "file_argument", "finish_options",
    "has_errors", "leave", "model_options", "picture_size", "plan_of", "plan_of_file", "project_of", "read_film",
    "show_findings",
]  # fmt: skip
