"""Whatever film can be written can be understood: no traceback, whole plans, sound numbers."""

from __future__ import annotations

import math

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import films

from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.compiler.prompts import prompts
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse

# shrinking whole films takes minutes: the film that failed is printed as it is
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip


@SLOW
@given(films())
def test_a_well_formed_film_becomes_a_plan(film: ast.Film) -> None:
    found = analyse(film).diagnostics
    errors = [d for d in found if d.severity == "error"]
    # well-formed and impossible: opposite moves, two ways at once, too long a transition, an
    # action after one that ends with the shot
    assert {d.code for d in errors} <= {"C010", "C032", "C040", "C050"}, errors
    plan = analyse(film).plan
    if plan is None:
        return
    assert Plan.from_json(plan.to_json()) == plan
    for shot in plan.shots:
        numbers = [x for m in shot.camera.c2w for x in m] + shot.camera.focal_mm
        numbers += [x for t in shot.subjects for p in t.position for x in p]
        assert all(math.isfinite(x) for x in numbers)
        assert shot.segments[0].frames[0] == 0
        assert shot.segments[-1].frames[1] == shot.frames
        assert len(shot.camera.c2w) in (1, shot.frames)
        assert all(p.text for p in prompts(plan, shot))
        for event in (*shot.actions, *shot.dialogue):
            assert 0 <= event.frames[0] < event.frames[1] <= shot.frames


@SLOW
@given(films(), st.data())
def test_a_damaged_film_is_understood_as_far_as_it_goes(film: ast.Film, data: st.DataObject) -> None:
    text = str(film)
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 12))
    damaged = text[:start] + data.draw(st.text(max_size=4)) + text[start + length :]
    parsed, syntax = parse(damaged, "film.scene")
    for d in analyse(parsed, syntax).diagnostics:
        assert isinstance(d, Diagnostic)
        assert 0 <= d.span.start <= d.span.end <= len(damaged.replace("\r\n", "\n"))
