"""`scenelang pick`: one of the takes becomes the film's."""

from __future__ import annotations

from pathlib import Path

import click

from scenelang.cli.common import common_options, fail, model_options, plan_of_file


@click.command(
    epilog="Examples:  scenelang pick film.scene s010 3  |  scenelang pick s010 3  |  scenelang pick film.scene s010 --seed 17"
)
@click.argument("what", nargs=-1, required=True, metavar="[FILE] SHOT [TAKE]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="This seed, instead of a take's.")
@model_options
@common_options
def command(
    what: tuple[str, ...], seed: int | None, model: str | None, profile: str, device: str, quiet: bool
) -> None:
    """Write the seed of a TAKE of SHOT, made by `render --takes`, into FILE; nothing else in it changes.

    FILE may be left out in a folder with a single film.
    """
    file, shot, take = _read(what, seed)

    from scenelang.interchange.picking import pick
    from scenelang.interchange.reading import InterchangeError
    from scenelang.runtime.errors import OutputError

    if seed is None:
        seed = _seed_of(file, shot, take, model, profile, device, quiet)
    try:
        pick(Path(file), shot, seed)
    except (InterchangeError, OutputError) as error:
        fail(error.message, error.hint)
    if not quiet:
        click.echo(f"{file}: shot {shot} has seed {seed}")


def _read(what: tuple[str, ...], seed: int | None) -> tuple[str, str, int]:
    parts = list(what)
    take = 0
    if seed is None:
        number = parts.pop()
        if not number.isdecimal() or not 0 < int(number) < 10**6:
            raise click.UsageError(f"`{number}` is no take: say which, counted from 1, or a --seed")
        take = int(number)
    if not 1 <= len(parts) <= 2:
        raise click.UsageError("say a shot and a take, such as `scenelang pick film.scene s010 3`")
    if len(parts) == 2:
        return parts[0], parts[1], take
    films = sorted(Path().glob("*.scene"))
    if len(films) != 1:
        raise click.UsageError(f"there are {len(films)} films in this folder: say which one")
    return str(films[0]), parts[0], take


def _seed_of(
    file: str, shot: str, take: int, model: str | None, profile: str, device: str, quiet: bool
) -> int:
    """The seed of a take; leaves where there is none of this number."""
    from scenelang.cli.storyboard import ready
    from scenelang.runtime.choices import choices
    from scenelang.runtime.errors import RenderError
    from scenelang.runtime.keys import take_keys

    plan = plan_of_file(file, quiet=True)
    backend, costing = ready(file, model, device)
    try:
        keys = take_keys(plan, backend, profile, device, costing.project) or {}
    except RenderError as error:
        fail(error.message, error.hint)
    if shot not in keys:
        fail(f"no shot has the ID `{shot}`", f"there are: {', '.join(keys)}", 2)
    found = choices(costing.store, keys[shot]) if costing.store else []
    seeds = {choice.number: choice.seed for choice in found}
    if take not in seeds:
        there = f"there are {len(seeds)} takes of it" if seeds else "there are no takes of it"
        hint = f"`scenelang render {file} --shots {shot} --takes 4` makes them; name the model and profile of yours"
        fail(f"shot {shot} has no take {take}: {there}", hint)
    return seeds[take]
