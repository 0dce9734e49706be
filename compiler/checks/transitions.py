"""Transitions that have no shot beside them, or a shot shorter than they are."""

from __future__ import annotations

from collections.abc import Iterator

from scenelang.compiler import resolved
from scenelang.compiler.staging import Staged
from scenelang.grammar.diagnostics import Diagnostic


def check(film: resolved.Film, shots: list[Staged] | None) -> Iterator[Diagnostic]:
    for t in film.transitions:
        before = film.shots[t.before - 1] if t.before > 0 else None
        after = film.shots[t.before] if t.before < len(film.shots) else None
        beside = {"fade in": [after], "fade out": [before]}.get(t.kind, [before, after])
        if any(s is None for s in beside):
            side = "before" if beside[0] is None and t.kind != "fade in" else "after"
            yield Diagnostic(
                "C051",
                "error",
                f"no shot stands {side} this {t.kind}",
                t.span,
                "put it between two shots, or take it out",
            )
            continue
        for shot in beside:
            if shot is not None and t.duration >= shot.duration:
                yield Diagnostic(
                    "C050", "error", f"this {t.kind} is as long as the shot beside it, or longer", t.span,
                    f"make it shorter than {float(shot.duration):g}s", ((shot.span, "this shot"),),
                )  # fmt: skip
    soft: dict[int, list[resolved.Transition]] = {}  # by the shot that they stand before
    for t in film.transitions:
        if t.kind in ("dissolve", "wipe"):
            soft.setdefault(t.before, []).append(t)
    for i, shot in enumerate(film.shots):
        overlapping = [*soft.get(i, ()), *soft.get(i + 1, ())]
        total = sum(t.duration for t in overlapping)
        if (
            len(overlapping) == 2
            and total > shot.duration
            and all(t.duration < shot.duration for t in overlapping)
        ):
            yield Diagnostic(
                "C050", "error", f"the transitions on both sides of `{shot.name}` are longer than the shot",
                overlapping[1].span, f"together they can last {float(shot.duration):g}s", ((shot.span, "this shot"),),
            )  # fmt: skip
