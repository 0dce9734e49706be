"""An actor who is sent to two places at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from scenelang.compiler import resolved
from scenelang.compiler.blocking import MOVING
from scenelang.compiler.staging import Staged
from scenelang.grammar.diagnostics import Diagnostic


def check(film: resolved.Film, shot: resolved.Shot, staged: Staged | None) -> Iterator[Diagnostic]:
    moving = [a for a in shot.actions if a.gesture in MOVING]
    for a, b in combinations(moving, 2):
        if a.actor == b.actor and a.start < b.end and b.start < a.end:
            yield Diagnostic(
                "C040", "error", f"`{a.actor}` can't be in two places: two ways at the same time", b.span,
                "let one begin when the other ends", ((a.span, "the other way"),),
            )  # fmt: skip
