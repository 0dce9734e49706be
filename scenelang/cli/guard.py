"""What `render` and `preview` do before any work, and to what they made: policy, mark, credential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from scenelang.cli.common import REFUSED, fail, leave, show_findings

if TYPE_CHECKING:
    from scenelang.compiler.pipeline import Analysis
    from scenelang.compiler.plan import Plan
    from scenelang.trust.policy_signing import Rules
    from scenelang.trust.seal import Seal

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Wishes:
    """What the options say of signing and labels."""

    policy: str | None = None
    label: Literal["corner", "card"] | None = None
    certificate: str | None = None
    key: str | None = None
    tsa: str | None = None
    sidecar: bool = False


def trust_options(function: F) -> F:
    """`--policy`, `--label`, `--sidecar`, `--certificate`, `--key`, `--tsa`, as one argument, `wishes`."""

    @wraps(function)
    def gathered(
        policy: str | None,
        label: Literal["corner", "card"] | None,
        certificate: str | None,
        key: str | None,
        tsa: str | None,
        sidecar: bool,
        **more: Any,
    ) -> Any:
        if bool(certificate) != bool(key):
            raise click.UsageError("--certificate and --key go together")
        return function(wishes=Wishes(policy, label, certificate, key, tsa, sidecar), **more)

    for option in (
        click.option(
            "--tsa", metavar="URL", help="A time-stamp authority, asked when the film is signed."
        ),
        click.option("--key", type=click.Path(), help="The private key of --certificate, PEM."),
        click.option(
            "--certificate",
            type=click.Path(),
            help="Sign with this chain (PEM, leaf first) instead of the local one.",
        ),
        click.option("--sidecar", is_flag=True, help="Write a text on how it was made: FILM.made.txt."),
        click.option(
            "--label", type=click.Choice(["corner", "card"]), help="Say in the picture what it is."
        ),
        click.option(
            "--policy", type=click.Path(), help="A policy of your own, signed; see `scenelang policy`."
        ),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]


def rules_of(policy: str | None, analysis: Analysis) -> Rules:
    """The policy that holds for a film, with this local one over it, and its consents; leaves with code 1 where
    these aren't to be had."""
    from scenelang.runtime.errors import RenderError
    from scenelang.trust.policy_signing import load_rules, with_consents

    try:
        return with_consents(load_rules(Path(policy) if policy else None), analysis)
    except RenderError as error:
        fail(error.message, error.hint)


def pass_policy(analysis: Analysis, wishes: Wishes, quiet: bool) -> Rules:
    """Leaves with exit code 3 where the policy refuses the film."""
    from scenelang.trust.policy_film import judge

    rules = rules_of(wishes.policy, analysis)
    found = judge(analysis, rules.policy, rules.agreed)
    shown = [d for d in found.diagnostics if d.severity == "error" or not quiet]
    show_findings(shown, {}, err=True)
    if found.refused:
        leave(REFUSED)
    if found.labelled and wishes.label is None:
        wishes.label = "corner"
    for consent in rules.consents if not quiet else ():
        click.echo(
            f"{consent.name} is shown as `{consent.character}` by a statement of consent; "
            "scenelang can't verify it",
            err=True,
        )
    return rules


def seal_for(
    plan: Plan, model: str, analysis: Analysis, rules: Rules, wishes: Wishes, picture: bool = True
) -> Seal:
    """The seal of this render; `picture` is False for data, such as depth, that no mark may touch."""
    from scenelang.runtime.errors import RenderError
    from scenelang.trust.film_id import FilmLog
    from scenelang.trust.identity import own_identity
    from scenelang.trust.label import label_of
    from scenelang.trust.seal import Seal
    from scenelang.trust.sources import imported

    try:
        identity = (
            own_identity(Path(wishes.certificate), Path(wishes.key))
            if wishes.certificate and wishes.key
            else None
        )
        return Seal(
            plan,
            model,
            str(analysis.film).encode(),
            rules.policy.digest,
            identity=identity,
            tsa=wishes.tsa,
            label=label_of(wishes.label, model, plan.title) if wishes.label else None,
            beside=(*imported(analysis.film), *rules.statements),
            log=FilmLog(),
            visible=picture,
        )
    except RenderError as error:
        fail(error.message, error.hint)
