"""Cameras placed by words: sizes of framings, heights of angles, sides of an axis."""

from __future__ import annotations

from math import atan2, degrees, hypot

import pytest
from films import HEAD, plan_shot, plan_text

from scenelang.compiler.plan import Plan, at


def project(
    plan: Plan, point: tuple[float, float, float], frame: int = 0, shot: int = 0
) -> tuple[float, float]:
    """Where a point is seen, from (0, 0) top left to (1, 1) bottom right."""
    camera = plan.shots[shot].camera
    m = at(camera.c2w, frame)
    d = [p - e for p, e in zip(point, (m[3], m[7], m[11]))]
    x, y, z = (sum(m[4 * row + column] * d[row] for row in range(3)) for column in range(3))
    f = at(camera.focal_mm, frame) / 36
    return 0.5 + f * x / z, 0.5 + f * plan.size[0] / plan.size[1] * y / z


def eye(plan: Plan, shot: int = 0) -> tuple[float, float, float]:
    m = plan.shots[shot].camera.c2w[0]
    return m[3], m[7], m[11]


def seen_height(size: str, lens: str = "35mm") -> float:
    """How much of the frame's height mara takes, from foot to head."""
    plan = plan_shot(f"frame {size} on mara\nlens {lens}\nmara at (0m, 0m) facing camera")
    return project(plan, (0, 0, 0))[1] - project(plan, (0, 1.7, 0))[1]


@pytest.mark.parametrize(("size", "share"), [("full", 0.9), ("wide", 1 / 3), ("extreme-wide", 0.1)])
@pytest.mark.parametrize("lens", ["24mm", "35mm", "85mm"])
def test_size_of_the_whole_figure(size: str, share: float, lens: str) -> None:
    assert seen_height(size, lens) == pytest.approx(share, rel=0.02)


def test_medium_is_cut_at_the_waist_and_close_up_at_the_chest() -> None:
    for size, low, high in (("medium", 0.4, 0.55), ("close-up", 0.66, 0.78), ("medium-wide", 0.18, 0.3)):
        plan = plan_shot(f"frame {size} on mara\nmara at (0m, 0m) facing camera")
        heights = [h / 100 for h in range(100)]
        cut = min(heights, key=lambda h: abs(project(plan, (0, 1.7 * h, 0))[1] - 1))
        assert low < cut < high, size
        assert 0 < project(plan, (0, 1.7, 0))[1] < 0.25, size  # the head is in, near the top


def test_sizes_come_in_order() -> None:
    shares = [seen_height(s) for s in ("extreme-close-up", "close-up", "medium-close-up", "medium", "medium-wide", "full", "wide", "extreme-wide")]  # fmt: skip
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("angle", "low", "high"),
    [
        ("low", -22, -3),
        ("eye-level", -1, 20),
        ("high", 34, 36),
        ("overhead", 89, 90),
        ("aerial", 49, 51),
    ],
)
def test_angles(angle: str, low: float, high: float) -> None:
    """The elevation of the camera as seen from mara's middle."""
    plan = plan_shot(f"frame full on mara\nangle {angle}\nmara at (0m, 0m) facing camera")
    x, y, z = eye(plan)
    assert low <= degrees(atan2(y - 0.85, hypot(x, z))) <= high


@pytest.mark.parametrize("angle", ["low", "high"])
def test_an_angle_does_not_change_the_size(angle: str) -> None:
    plan = plan_shot(f"frame full on mara\nangle {angle}\nmara at (0m, 0m) facing camera")
    assert project(plan, (0, 0, 0))[1] - project(plan, (0, 1.7, 0))[1] == pytest.approx(0.9, rel=0.04)


def test_ground_angle_is_near_the_floor() -> None:
    assert eye(plan_shot("frame full on mara\nangle ground\nmara at (0m, 0m)"))[1] < 0.2


def test_thirds() -> None:
    for where, x in (("left-third", 1 / 3), ("right-third", 2 / 3), ("centre", 0.5)):
        plan = plan_shot(f"frame wide on mara at {where}\nmara at (0m, 0m) facing camera")
        assert project(plan, (0, 0.85, 0))[0] == pytest.approx(x, abs=0.01)


def test_two_shot_holds_both() -> None:
    plan = plan_shot(
        "frame two-shot on mara, lio\nmara at (-2m, 0m) facing lio\nlio at (2m, 0m) facing mara"
    )
    left, right = project(plan, (-2, 1.5, 0))[0], project(plan, (2, 1.5, 0))[0]
    assert 0.05 < left < 0.25
    assert 0.75 < right < 0.95


def test_over_the_shoulder_has_the_shoulder_at_the_edge_and_the_face_in_the_middle() -> None:
    scene = (
        "scene s in street {{\n  mara at (-0.5m, 0m) facing lio\n  lio at (0.5m, 0m) facing mara\n  axis mara -> lio\n"
        "  shot a 2s {{\n    frame over-the-shoulder of lio on mara\n    lens 50mm\n  }}\n"
        "  shot b 2s {{\n    frame over-the-shoulder of mara on lio\n    lens 50mm\n  }}\n}}"
    )
    plan = plan_text(HEAD.format(scene.format()))
    assert project(plan, (-0.5, 1.5, 0), shot=0)[0] == pytest.approx(0.5, abs=0.02)
    assert project(plan, (0.5, 1.5, 0), shot=1)[0] == pytest.approx(0.5, abs=0.02)
    for shot, x in (
        (0, 0.5),
        (1, -0.5),
    ):  # the near one's body ends beside the middle, on the outer side
        middle = project(plan, (x, 1.5, 0), shot=shot)[0] - 0.5
        assert 0.2 < abs(middle) < 0.6
        assert middle * x > 0
    # both cameras stand on the same side of the axis
    assert eye(plan, 0)[2] > 0.1
    assert eye(plan, 1)[2] > 0.1


def test_axis_puts_the_camera_on_the_right_hand_side_walking_from_a_to_b() -> None:
    scene = "scene s {{\n mara at (0m, 0m)\n lio at (0m, -2m)\n axis mara -> lio\n shot a 2s {{\n frame two-shot on mara, lio\n }}\n}}"
    assert eye(plan_text(HEAD.format(scene.format())))[0] > 1  # walking to -z the right hand is at +x


def test_subjects_without_a_place_stand_in_a_row_and_are_all_seen() -> None:
    plan = plan_shot("frame group on mara, lio")
    xs = [project(plan, s.position[0])[0] for s in plan.shots[0].subjects]
    assert len(xs) == 2
    assert all(0 < x < 1 for x in xs)
    assert abs(xs[0] - xs[1]) > 0.1


def test_camera_from_wins_over_frame() -> None:
    plan = plan_shot("frame full on mara\ncamera from (1m, 2m, 9m) { hold }\nmara at (0m, 0m)")
    assert eye(plan) == pytest.approx((1, 2, 9))
