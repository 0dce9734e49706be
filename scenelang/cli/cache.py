"""`scenelang cache`: what is kept of renders, and how much room it takes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import common_options, fail, leave
from scenelang.cli.rendering import costing_of

if TYPE_CHECKING:
    from scenelang.runtime.store import Store


@click.group(
    epilog="Examples:  scenelang cache info  |  scenelang cache prune --to 5GB  |  scenelang cache check"
)
def command() -> None:
    """Show or shrink what is kept of renders: takes, so that nothing is rendered twice.

    It is in the user's cache folder, or where `[cache] folder` in scenelang.toml says; `[cache] size`
    limits it (20 GB otherwise): what was of no use for longest goes first.
    """


@command.command(epilog="Example:  scenelang cache info --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def info(as_json: bool, quiet: bool) -> None:
    """Show where it is, what it holds and how much it may hold."""
    store = _store()
    groups = store.groups()
    kinds = {
        kind: {
            "count": sum(1 for k, _ in groups if k == kind),
            "bytes": sum(group.bytes for (k, _), group in groups.items() if k == kind),
        }
        for kind in ("takes", "texts")
    }
    total = sum(group.bytes for group in groups.values())
    oldest = min((group.used for group in groups.values()), default=None)
    if as_json:
        document = {
            "schema": "scenelang.cache/1", "folder": str(store.folder), "limit": store.limit, "bytes": total,
            "oldest_use": oldest, **kinds,
        }  # fmt: skip
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(store.folder)
    click.echo(f"  takes: {kinds['takes']['count']}, {_megabytes(kinds['takes']['bytes'])}")
    click.echo(f"  texts: {kinds['texts']['count']}, {_megabytes(kinds['texts']['bytes'])}")
    click.echo(f"  {_megabytes(total)} of {_megabytes(store.limit)}")
    if oldest is not None:
        click.echo(f"  not used for longest: {(time.time() - oldest) / 86400:.1f} days")


@command.command(epilog="Examples:  scenelang cache prune  |  scenelang cache prune --to 0B")
@click.option("--to", metavar="SIZE", help="Keep at most this much, such as 5GB; 0B empties it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def prune(to: str | None, as_json: bool, quiet: bool) -> None:
    """Throw out what was of no use for longest, and what killed renders left."""
    from scenelang.runtime.settings import size_of

    store = _store()
    try:
        limit = size_of(to) if to is not None else store.limit
    except ValueError as error:
        fail(f"`{to}` is no size: {error}", code=2)
    count, freed = store.prune(limit)
    if as_json:
        click.echo(json.dumps({"schema": "scenelang.cache/1", "removed": count, "bytes": freed}))
    elif not quiet:
        click.echo(f"{count} takes and texts removed, {_megabytes(freed)}")


@command.command(epilog="Example:  scenelang cache check")
@common_options
def check(quiet: bool) -> None:
    """Read everything and throw out what is damaged. Exit code 1 where something was."""
    store = _store()
    found = list(store.damaged())
    for damaged in found:
        click.echo(f"{damaged.kind}/{damaged.key} was damaged: it is thrown out, and rendered again")
        store.drop(damaged.key)
    if found:
        leave(1)
    if not quiet:
        click.echo("all is as it was written", err=True)


def _store() -> Store:
    store = costing_of("-").store
    if store is None:
        fail("there is no cache: its folder can't be made", "set XDG_CACHE_HOME, or `[cache] folder`")
    return store


def _megabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
