"""Shots are joined frame by frame as the plan's edit says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pattern_backend import film_plan, shot_plan

from scenelang.compiler.plan import EditPlan, Plan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.edit import assemble, only
from scenelang.runtime.errors import RenderError, TakeError


def flat(level: int, frames: int, width: int = 10) -> FrameArray:
    return np.full((frames, 4, width, 3), level, np.uint8)


def film(plan: Plan, levels: dict[str, int], chunk: int = 3) -> FrameArray:
    """The film of flat shots of these levels, given in chunks."""
    takes = [
        (
            e.shot,
            iter(np.split(flat(levels[e.shot], f := plan.shot(e.shot).frames), range(chunk, f, chunk))),
        )
        for e in plan.edit
    ]
    return np.concatenate(list(assemble(plan, takes)))


def middle(frames: FrameArray) -> list[int]:
    return [int(v) for v in frames[:, 2, 5, 0]]


def lit(*shares: float) -> list[int]:
    """sRGB codes of parts of full light, from the standard's formula."""
    return [
        round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)) for v in shares
    ]


def test_cuts_follow_each_other() -> None:
    plan = film_plan([shot_plan("a", 4), shot_plan("b", 3), shot_plan("c", 1)])
    assert middle(film(plan, {"a": 10, "b": 20, "c": 30})) == [10] * 4 + [20] * 3 + [30]


def test_a_dissolve_mixes_light_over_the_overlap() -> None:
    edit = [
        EditPlan(shot="a", start=0),
        EditPlan(shot="b", start=3, enter="dissolve", enter_frames=3),
    ]
    plan = film_plan([shot_plan("a", 6), shot_plan("b", 5)], edit)
    assert plan.frames == 8
    for chunk in (1, 2, 3, 6):
        assert middle(film(plan, {"a": 0, "b": 255}, chunk)) == [
            0,
            0,
            0,
            *lit(0.25, 0.5, 0.75),
            255,
            255,
        ]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_wipe_moves_an_edge_to_its_side(side: str) -> None:
    edit = [
        EditPlan(shot="a", start=0),
        EditPlan(shot="b", start=2, enter=f"wipe {side}", enter_frames=4),  # type: ignore[arg-type]
    ]
    plan = film_plan([shot_plan("a", 6), shot_plan("b", 6)], edit)
    out = film(plan, {"a": 1, "b": 9})
    assert len(out) == 8
    for k, new in enumerate([2, 4, 6, 8]):  # of ten columns, a fifth more in each frame
        row = [1] * (10 - new) + [9] * new if side == "left" else [9] * new + [1] * (10 - new)
        assert out[2 + k, 0, :, 0].tolist() == row
    assert middle(out)[:2] == [1, 1] and middle(out)[6:] == [9, 9]


@pytest.mark.parametrize("side", ["up", "down"])
def test_a_wipe_also_goes_up_and_down(side: str) -> None:
    edit = [
        EditPlan(shot="a", start=0),
        EditPlan(shot="b", start=2, enter=f"wipe {side}", enter_frames=1),  # type: ignore[arg-type]
    ]
    plan = film_plan([shot_plan("a", 3), shot_plan("b", 3)], edit)
    column = film(plan, {"a": 1, "b": 9})[2, :, 0, 0].tolist()
    half = len(column) // 2
    assert column == ([1] * half + [9] * half if side == "up" else [9] * half + [1] * half)


def test_fades_are_black_at_the_ends_and_linear_in_light() -> None:
    edit = [
        EditPlan(shot="a", start=0, enter="fade in", enter_frames=4, leave="fade out", leave_frames=2),
        EditPlan(shot="b", start=8),
    ]
    plan = film_plan([shot_plan("a", 8), shot_plan("b", 2)], edit)
    assert middle(film(plan, {"a": 255, "b": 7})) == [
        0,
        *lit(0.25, 0.5, 0.75),
        255,
        255,
        *lit(0.5, 0),
        7,
        7,
    ]


def test_a_shot_may_dissolve_in_and_out_at_once() -> None:
    edit = [
        EditPlan(shot="a", start=0),
        EditPlan(shot="b", start=1, enter="dissolve", enter_frames=3),
        EditPlan(shot="c", start=1, enter="dissolve", enter_frames=4),
    ]
    plan = film_plan([shot_plan("a", 4), shot_plan("b", 4), shot_plan("c", 5)], edit)
    assert plan.frames == 6
    # b comes over a by quarters; c comes over both by fifths. A frame is rounded twice.
    expected = [255, *lit(0.75 * 0.8, 0.5 * 0.6, 0.25 * 0.4), 0, 0]
    assert middle(film(plan, {"a": 255, "b": 0, "c": 0})) == pytest.approx(expected, abs=1)


def test_only_the_overlap_is_held() -> None:
    edit = [EditPlan(shot="a", start=0), EditPlan(shot="b", start=37, enter="dissolve", enter_frames=3)]
    plan = film_plan([shot_plan("a", 40), shot_plan("b", 10)], edit)
    read = 0

    def one_by_one() -> Iterator[FrameArray]:
        nonlocal read
        for _ in range(40):
            read += 1
            yield flat(1, 1)

    given = 0
    for frames in assemble(plan, [("a", one_by_one()), ("b", iter([flat(2, 10)]))]):
        given += len(frames)
        if given <= 37:
            assert read == given
    assert given == plan.frames == 47


def test_frames_without_a_transition_are_passed_on_uncopied() -> None:
    plan = film_plan([shot_plan("a", 6)])
    frames = flat(5, 6)
    (out,) = assemble(plan, [("a", iter([frames]))])
    assert np.shares_memory(out, frames)


def test_takes_that_are_short_or_out_of_turn_are_refused() -> None:
    plan = film_plan([shot_plan("a", 4), shot_plan("b", 4)])
    with pytest.raises(TakeError, match="`a` has 3 frames of 4"):
        list(assemble(plan, [("a", iter([flat(0, 3)]))]))
    with pytest.raises(TakeError, match="goes on with `b`, but nothing came"):
        list(assemble(plan, [("a", iter([flat(0, 4)]))]))
    with pytest.raises(TakeError, match="goes on with `a`, but b came"):
        list(assemble(plan, [("b", iter([flat(0, 4)]))]))


def test_an_edit_that_does_not_add_up_is_refused() -> None:
    shots = [shot_plan("a", 4), shot_plan("b", 4)]
    edit = [EditPlan(shot="a", start=0), EditPlan(shot="b", start=3)]
    with pytest.raises(ValueError, match="places `b` at 3"):
        list(assemble(film_plan(shots, edit), []))
    whole = film_plan(shots).model_copy(update={"frames": 9})
    with pytest.raises(ValueError, match="8 frames long, the film 9"):
        list(assemble(whole, []))


def test_some_shots_make_a_film_of_cuts() -> None:
    edit = [
        EditPlan(shot="a", start=0, enter="fade in", enter_frames=2),
        EditPlan(shot="b", start=2, enter="dissolve", enter_frames=2),
        EditPlan(shot="c", start=6),
    ]
    plan = only(film_plan([shot_plan("a", 4), shot_plan("b", 4), shot_plan("c", 2)], edit), ["c", "a"])
    assert [(e.shot, e.start, e.enter) for e in plan.edit] == [("a", 0, "cut"), ("c", 4, "cut")]
    assert plan.frames == 6
    assert middle(film(plan, {"a": 1, "c": 3})) == [1] * 4 + [3] * 2


def test_an_unknown_shot_gets_a_suggestion() -> None:
    with pytest.raises(RenderError, match=r"no shot `sh011`; did you mean `sh010`\?"):
        only(film_plan([shot_plan("sh010", 4), shot_plan("sh020", 4)]), ["sh011"])
