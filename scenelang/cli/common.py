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
    plan = analysis_of(file, strict, quiet).plan
    assert plan is not None
    if not plan.shots:
        fail("the film has no shots", "add one, such as `shot sh010 4s { frame wide on mara }`")
    return plan


def project_of(file: str) -> Path:
    """The folder that a film's settings and pictures are found in; for `-` where the program runs."""
    from scenelang.compiler.scope import project_folder

    return project_folder(Path("film.scene" if file == "-" else file))


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
    "analysis_of", "common_options", "fail", "file_argument", "has_errors", "leave",
    "picture_size", "plan_of_file", "project_of", "read_film", "show_findings",
]  # fmt: skip
