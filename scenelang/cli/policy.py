"""`scenelang policy`: what a render refuses, and a policy of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenelang.cli.common import REFUSED, analysis_of, common_options, fail, leave, show_findings

if TYPE_CHECKING:
    from scenelang.trust.policy_scores import Score


@click.group(
    epilog="Examples:  scenelang policy check film.scene  |  scenelang policy sign studio.toml  |  "
    "scenelang render film.scene --policy studio.toml"
)
def command() -> None:
    """Check films against the content policy; sign a policy of your own.

    A policy of your own is a TOML file that changes the action of categories (deny, warn, label,
    allow), adds groups, rules and masks, and lists consents of real people. It counts when it is
    signed with the key of this machine. Sexual content with minors can't be allowed.
    """


@command.command("show")
@common_options
def show(quiet: bool) -> None:
    """Print the bundled policy's categories and its hash."""
    from scenelang.trust.policy import bundled

    policy = bundled()
    for category in policy.categories.values():
        fixed = "" if category.overridable else " (can't be overridden)"
        click.echo(f"{category.action:6} {category.name}: {category.reason}{fixed}")
    click.echo(f"SHA-256 {policy.digest}")


@command.command("check")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--policy", "own", type=click.Path(), help="A policy of your own, signed.")
@common_options
def check(file: str, own: str | None, quiet: bool) -> None:
    """Say what the policy finds in FILE. Exit code 0: nothing, or warnings; 3: refused."""
    from scenelang.cli.guard import rules_of
    from scenelang.trust.policy_film import judge

    analysis = analysis_of(file, quiet=True)
    rules = rules_of(own, analysis)
    found = judge(analysis, rules.policy, rules.agreed)
    show_findings(found.diagnostics, {})
    if found.refused:
        leave(REFUSED)


@command.command("sign")
@click.argument("file", type=click.Path())
@common_options
def sign(file: str, quiet: bool) -> None:
    """Sign the policy FILE with this machine's key: FILE.sig is written beside it."""
    from scenelang.runtime.errors import RenderError
    from scenelang.trust.policy_signing import sign_policy

    try:
        signature = sign_policy(Path(file))
    except RenderError as error:
        fail(error.message, error.hint)
    if not quiet:
        click.echo(signature)


@command.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@common_options
def test(folder: str, as_json: bool, quiet: bool) -> None:
    """Score the policy on lines with known answers: FOLDER has ordinary.tsv and red-team.tsv."""
    from scenelang.trust.policy import bundled
    from scenelang.trust.policy_scores import scores

    try:
        found = scores(bundled(), Path(folder))
    except (OSError, ValueError) as error:
        fail(f"the lines in {folder} can't be read: {error}", "see tests/policy in the repository", 2)
    if as_json:
        click.echo(json.dumps({side: _row(score) for side, score in found.items()}, ensure_ascii=False))
        return
    for side, score in found.items():
        click.secho(side, bold=True)
        click.echo(
            f"  false alarms: {len(score.alarms)} of {score.ordinary} lines ({score.alarm_rate:.1%})"
        )
        for category, (caught, all_) in sorted(score.by_category.items()):
            click.echo(f"  {category}: {caught} of {all_} caught")
        click.echo(f"  all: {score.recall:.1%} caught")
        if not quiet:
            for line in score.alarms:
                click.echo(f"    false alarm: {line}")
            for category, line in score.missed:
                click.echo(f"    missed ({category}): {line}")


def _row(score: Score) -> dict[str, object]:
    return {
        "ordinary": score.ordinary,
        "false_alarms": score.alarms,
        "caught": {c: {"caught": n, "of": of} for c, (n, of) in sorted(score.by_category.items())},
        "missed": [{"category": c, "line": line} for c, line in score.missed],
    }
