"""Who stands where, who moves how, who holds what; what carries over within a scene."""

from __future__ import annotations

from itertools import pairwise

import pytest
from films import HEAD, plan_example, plan_shot, plan_text

from scenelang.compiler.plan import Plan, SubjectTrack, at


def track(plan: Plan, subject: str, shot: int = 0) -> SubjectTrack:
    return next(t for t in plan.shots[shot].subjects if t.subject == subject)


def test_walks_forward_goes_along_the_facing() -> None:
    t = track(plan_shot("mara at (1m, 2m) facing away\n0s..2s mara walks forward 3m"), "mara")
    assert at(t.position, 24) == pytest.approx((1, 0, 0.5))
    assert at(t.position, 95) == pytest.approx((1, 0, -1))


def test_facings() -> None:
    plan = plan_shot(
        "camera from (0m, 1m, 5m) { hold }\nmara at (0m, 0m) facing left\nlio at (5m, 0m) facing camera"
    )
    assert track(plan, "mara").heading == [-90]
    assert track(plan, "lio").heading == pytest.approx([-45])
    turned = plan_shot("mara at (0m, 0m) facing lio\nlio at (3m, 3m) facing (0m, 3m)")
    assert track(turned, "mara").heading == pytest.approx([45])
    assert track(turned, "lio").heading == pytest.approx([-90])


def test_walks_to_a_subject_and_stops_before_it() -> None:
    t = track(plan_shot("mara at (0m, 0m)\nlio at (4m, 0m)\n0s..3s mara walks to lio"), "mara")
    x, _, z = at(t.position, 95)
    assert z == pytest.approx(0)
    assert 3 < x < 3.5
    assert at(t.heading, 95) == pytest.approx(90)


def test_exits_right_leaves_toward_the_audiences_right() -> None:
    t = track(plan_shot("mara at (0m, 0m)\nmara exits right"), "mara")
    assert at(t.position, 95)[0] > 4.5


def test_enters_left_comes_from_the_left_to_its_mark() -> None:
    t = track(plan_shot("mara at (1m, 0m)\n0s..2s mara enters left"), "mara")
    assert at(t.position, 0)[0] < -3
    assert at(t.position, 95) == pytest.approx((1, 0, 0))


def test_a_prop_that_is_given_changes_hands() -> None:
    t = track(
        plan_shot(
            "mara at (0m, 0m) facing lio\nlio at (1m, 0m) facing mara\n1s..3s mara gives letter to lio"
        ),
        "letter",
    )
    assert [holder for _, _, holder in t.held_by] == ["mara", "lio"]
    assert at(t.position, 0)[0] < 0.5 < at(t.position, 95)[0]
    (_, left, _), (arrived, _, _) = t.held_by
    assert 24 < left < arrived < 72


def test_a_carried_prop_moves_with_its_holder() -> None:
    t = track(
        plan_shot(
            "mara at (0m, 0m) facing right\n0s..1s mara holds letter\n1s..3s mara walks forward 2m"
        ),
        "letter",
    )
    assert at(t.position, 95)[0] - at(t.position, 0)[0] == pytest.approx(2)


def test_a_jump_leaves_the_floor_and_comes_back_as_often_as_there_is_time() -> None:
    t = track(plan_shot("mara at (0m, 0m)\n0s..2s mara jumps"), "mara")
    height = [at(t.position, f)[1] for f in range(96)]
    assert max(height) == pytest.approx(0.42, abs=0.01)
    rises = sum(a == 0 < b for a, b in pairwise(height))
    assert rises == 2 and height[0] == 0 and not any(height[47:])
    assert ("jump", (0, 48)) in [(p.pose, p.frames) for p in t.poses]


def test_what_is_done_from_the_first_frame_on_is_seen_to_begin() -> None:
    sits = track(plan_shot("mara at (0m, 0m)\n0s.. mara sits"), "mara")
    assert [(p.frames, p.pose) for p in sits.poses] == [((1, 96), "sit")]
    sat = track(plan_shot("mara at (0m, 0m) pose sitting\n0s.. mara sits"), "mara")
    assert [(p.frames, p.pose) for p in sat.poses] == [((0, 96), "sit")]
    falls = track(plan_shot("mara at (0m, 0m)\n1s..2s mara falls"), "mara")
    assert {(p.frames, p.pose) for p in falls.poses} == {((24, 96), "lie"), ((24, 48), "fall")}


def test_postures_begin_when_they_are_told_and_end_with_a_walk() -> None:
    t = track(plan_shot("mara at (0m, 0m)\n1s..2s mara kneels\n3s..4s mara walks forward 1m"), "mara")
    assert [(p.frames, p.pose) for p in t.poses] == [((24, 72), "kneel"), ((72, 96), "walk")]


def test_in_a_scene_the_end_of_a_shot_is_the_start_of_the_next() -> None:
    scene = (
        "scene s in street {{\n mara at (0m, 0m) facing right\n lio at (3m, 0m)\n"
        ' shot a 2s {{\n 0s..2s mara walks forward 1m\n 0s..1s mara gives letter to lio\n letter becomes "a torn letter"\n }}\n'
        " shot b 2s {{\n frame full on mara\n }}\n shot c 2s {{\n mara at (5m, 5m)\n }}\n}}"
    ).format()
    plan = plan_text(HEAD.format(scene))
    assert at(track(plan, "mara", 1).position, 0) == pytest.approx((1, 0, 0))
    assert track(plan, "letter", 1).held_by == [(0, 48, "lio")]
    assert track(plan, "letter", 1).states[0][:2] == (0, "a torn letter")
    assert at(track(plan, "mara", 2).position, 0) == pytest.approx((5, 0, 5))


def test_outside_a_scene_nothing_carries_over() -> None:
    text = "shot a 2s {{\n mara at (0m, 0m)\n 0s..2s mara walks to (4m, 0m)\n}}\nshot b 2s {{\n frame full on mara\n}}".format()
    assert at(track(plan_text(HEAD.format(text)), "mara", 1).position, 0) == (0, 0, 0)


def test_becomes_changes_colours_from_its_frame_on() -> None:
    t = track(plan_shot('mara at (0m, 0m)\n2s.. mara becomes "a woman in a green coat"'), "mara")
    ((frame, words, colours, _),) = t.states
    assert (frame, words) == (48, "a woman in a green coat")
    assert colours["coat"] != plan_shot("mara at (0m, 0m)").subject("mara").colours["coat"]


def test_a_group_is_spread_and_always_the_same() -> None:
    plan = plan_example("tokyo")
    offsets = plan.subject("shoppers").offsets
    assert len(offsets) == 8
    assert len(set(offsets)) == 8
    assert all((x * x + z * z) ** 0.5 <= 3.5 for x, z in offsets)
    assert offsets == plan_example("tokyo").subject("shoppers").offsets
