"""Camera paths, worked by hand: mara stands at the origin, 1.7 m tall, so her middle is at 0.85 m."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians, sin, sqrt

import pytest
from films import plan_shot

from scenelang.compiler.plan import Plan, at

LEVEL = "frame full on mara\nlens 36mm\ncamera from (0m, 0.85m, 4m) {{\n{}\n}}\nmara at (0m, 0m) facing camera"
S30, C30 = sin(radians(30)), cos(radians(30))


def pose(plan: Plan, frame: int) -> tuple[list[float], list[float], list[float]]:
    """Eye, right and forward in a frame."""
    m = at(plan.shots[0].camera.c2w, frame)
    return [m[3], m[7], m[11]], [m[0], m[4], m[8]], [m[2], m[6], m[10]]


def end(moves: str, body: str = LEVEL) -> tuple[list[float], list[float], list[float]]:
    return pose(plan_shot(body.format(moves)), -1)


@pytest.mark.parametrize(
    ("move", "eye", "right", "forward"),
    [
        ("hold", [0, 0.85, 4], [1, 0, 0], [0, 0, -1]),
        ("0s..2s pan left 30deg", [0, 0.85, 4], [C30, 0, -S30], [-S30, 0, -C30]),
        ("0s..2s pan right 30deg", [0, 0.85, 4], [C30, 0, S30], [S30, 0, -C30]),
        ("0s..2s tilt up 30deg", [0, 0.85, 4], [1, 0, 0], [0, S30, -C30]),
        ("0s..2s tilt down 30deg", [0, 0.85, 4], [1, 0, 0], [0, -S30, -C30]),
        ("0s..2s roll cw 30deg", [0, 0.85, 4], [C30, -S30, 0], [0, 0, -1]),
        ("0s..2s roll ccw 30deg", [0, 0.85, 4], [C30, S30, 0], [0, 0, -1]),
        ("0s..2s dolly in 2m", [0, 0.85, 2], [1, 0, 0], [0, 0, -1]),
        ("0s..2s dolly out 2m", [0, 0.85, 6], [1, 0, 0], [0, 0, -1]),
        ("0s..2s truck right 1m", [1, 0.85, 4], [1, 0, 0], [0, 0, -1]),
        ("0s..2s truck left 1m", [-1, 0.85, 4], [1, 0, 0], [0, 0, -1]),
        ("0s..2s pedestal up 1m", [0, 1.85, 4], [1, 0, 0], [0, 0, -1]),
        ("0s..2s pedestal down 50cm", [0, 0.35, 4], [1, 0, 0], [0, 0, -1]),
        ("0s..2s crane up 3m", [0, 3.85, 4], [1, 0, 0], [0, -0.6, -0.8]),
        ("0s..2s orbit right 90deg around mara", [4, 0.85, 0], [0, 0, -1], [-1, 0, 0]),
        ("0s..2s orbit left 90deg around mara", [-4, 0.85, 0], [0, 0, 1], [1, 0, 0]),
        ("0s..2s orbit right 360deg around mara", [0, 0.85, 4], [1, 0, 0], [0, 0, -1]),
    ],
)
def test_end_of_each_move(move: str, eye: list[float], right: list[float], forward: list[float]) -> None:
    found = end(move)
    assert found[0] == pytest.approx(eye, abs=1e-6)
    assert found[1] == pytest.approx(right, abs=1e-6)
    assert found[2] == pytest.approx(forward, abs=1e-6)


def test_dolly_stays_level_and_push_goes_along_the_line_of_sight() -> None:
    """From (0, 3.85, 4) to (0, 0.85, 0) the line of sight is (0, -0.6, -0.8)."""
    high = LEVEL.replace("0.85m, 4m", "3.85m, 4m")
    assert end("0s..2s dolly in 1m", high)[0] == pytest.approx([0, 3.85, 3], abs=1e-6)
    assert end("0s..2s push in 1m", high)[0] == pytest.approx([0, 3.25, 3.2], abs=1e-6)
    assert end("0s..2s pull out 1m", high)[0] == pytest.approx([0, 4.45, 4.8], abs=1e-6)


def test_moves_in_one_span_run_together() -> None:
    assert end("0s..2s dolly in 2m + truck right 1m + pedestal up 1m")[0] == pytest.approx(
        [1, 1.85, 2], abs=1e-6
    )
    # translations first, then the orbit about mara: (0, 0.85, 2) turned by 90 degrees
    eye, _, forward = end("0s..2s orbit right 90deg around mara + dolly in 2m")
    assert eye == pytest.approx([2, 0.85, 0], abs=1e-6)
    assert forward == pytest.approx([-1, 0, 0], abs=1e-6)


def test_a_move_starts_from_the_axes_of_its_own_start() -> None:
    eye, _, forward = end("0s..1s pan left 90deg\n1s..2s dolly in 2m")
    assert eye == pytest.approx([-2, 0.85, 4], abs=1e-6)
    assert forward == pytest.approx([-1, 0, 0], abs=1e-6)


def test_overlapping_spans_add_up_and_persist() -> None:
    plan = plan_shot(LEVEL.format("0s..2s dolly in 2m\n1s..3s pedestal up 1m"))
    assert pose(plan, 24)[0] == pytest.approx([0, 0.85, 3], abs=1e-6)
    assert pose(plan, 36)[0] == pytest.approx([0, 1.1, 2.5], abs=1e-6)
    assert pose(plan, 95)[0] == pytest.approx([0, 1.85, 2], abs=1e-6)


def test_pan_in_a_span_with_a_dolly_keeps_the_axes_of_the_start() -> None:
    assert end("0s..2s pan left 90deg + dolly in 2m")[0] == pytest.approx([0, 0.85, 2], abs=1e-6)


def test_aim_follows_in_every_frame_and_pan_adds_on_top() -> None:
    aimed = LEVEL.replace("4m) {{", "4m) looking at mara {{")
    eye, _, forward = end("0s..2s truck right 4m", aimed)
    assert eye == pytest.approx([4, 0.85, 4], abs=1e-6)
    assert forward == pytest.approx([-1 / sqrt(2), 0, -1 / sqrt(2)], abs=1e-6)
    panned = end("0s..2s truck right 4m + pan left 45deg", aimed)[2]
    assert panned == pytest.approx([-1, 0, 0], abs=1e-6)


def test_without_looking_at_the_orientation_is_kept() -> None:
    assert end("0s..2s truck right 4m")[2] == pytest.approx([0, 0, -1], abs=1e-6)


def test_zoom_ends_at_its_focal_length_and_is_even_in_ratio() -> None:
    focal = plan_shot(LEVEL.format("0s..2s zoom in to 144mm")).shots[0].camera.focal_mm
    assert (focal[0], focal[24], focal[-1]) == pytest.approx((36, 72, 144), abs=1e-4)


def test_easing_at_the_quarter() -> None:
    def z(ease: str) -> float:
        return pose(plan_shot(LEVEL.format(f"0s..4s dolly in 4m{ease}")), 24)[0][2]

    assert z("") == pytest.approx(3)
    assert z(", ease in") == pytest.approx(4 - 4 * 0.0625)
    assert z(", ease out") == pytest.approx(4 - 4 * 0.4375)
    assert z(", ease") == pytest.approx(4 - 4 * 0.15625)
    assert z(", ease in-out") == pytest.approx(4 - 4 * (0.25**3 * (0.25 * (1.5 - 15) + 10)))


def test_follow_from_behind_reaches_its_offset_by_half_and_keeps_it() -> None:
    body = (
        "frame full on mara\nlens 36mm\ncamera from (2m, 1.5m, 5m) looking at mara {\n0s..4s follow mara from behind "
        "at 3m\n}\nmara at (0m, 0m) facing away\n0s.. mara walks forward 4m"
    )
    plan = plan_shot(body)
    track = plan.shots[0].subjects[0].position
    for frame in (48, 60, 95):
        x, _, z = at(track, frame)
        eye, _, forward = pose(plan, frame)
        assert eye == pytest.approx([x, 1.5, z + 3], abs=1e-4)
        down = 1.5 - 0.85
        far = sqrt(9 + down * down)
        assert forward == pytest.approx([0, -down / far, -3 / far], abs=1e-4)


def test_a_follow_that_rises_keeps_whom_it_follows_in_sight() -> None:
    plan = plan_shot(
        "camera from (2m, 1m, 5m) looking at mara {\n0s..4s follow mara from behind at 4m + pedestal up 3m\n}\n"
        "mara at (0m, 0m) facing away\n0s..4s mara walks forward 3m"
    )
    eye, _, forward = pose(plan, -1)
    assert eye[1] > 3.9
    x, y, z = plan.shots[0].subjects[0].position[-1]
    way = [x - eye[0], y + 0.85 - eye[1], z - eye[2]]
    size = sqrt(sum(w * w for w in way))
    assert sum(a * b / size for a, b in zip(way, forward)) > 0.999
    aims = [pose(plan, f)[2] for f in range(96)]
    assert max(abs(a[1] - b[1]) for a, b in pairwise(aims)) < 0.05  # and does so without a jump


def test_follow_goes_round_its_subject_and_not_through_it() -> None:
    body = (
        "camera from (0m, 1.5m, 4m) looking at mara {\n0s..4s follow mara from behind at 4m\n}\n"
        "mara at (0m, 0m) facing camera"
    )
    plan = plan_shot(body)
    assert min((pose(plan, f)[0][0] ** 2 + pose(plan, f)[0][2] ** 2) ** 0.5 for f in range(96)) > 3.99
    assert pose(plan, 95)[0] == pytest.approx([0, 1.5, -4], abs=1e-4)


def test_lead_is_ahead_of_its_subject() -> None:
    body = (
        "camera from (0m, 1.5m, 4m) looking at mara {\nlead mara at 2m\n}\nmara at (0m, 0m) facing left"
    )
    assert pose(plan_shot(body), 95)[0] == pytest.approx([-2, 1.5, 0], abs=1e-4)


def test_every_matrix_is_a_rotation() -> None:
    moves = "0s..2s orbit right 70deg around mara + pedestal up 1m, ease\n1s..4s roll cw 20deg + tilt up 5deg\nsteadiness shaky"
    plan = plan_shot(LEVEL.format(moves))
    for m in plan.shots[0].camera.c2w:
        rows = [m[0:3], m[4:7], m[8:11]]
        for i in range(3):
            for j in range(3):
                dot = sum(a * b for a, b in zip(rows[i], rows[j]))
                assert dot == pytest.approx(float(i == j), abs=1e-5)


def test_handheld_shakes_and_smooth_does_not() -> None:
    assert len(plan_shot(LEVEL.format("hold\nsteadiness smooth")).shots[0].camera.c2w) == 1
    assert len(plan_shot(LEVEL.format("hold\nsteadiness handheld 20%")).shots[0].camera.c2w) == 96


def test_dutch_is_a_clockwise_roll() -> None:
    body = LEVEL.format("hold").replace("lens", "angle dutch 30deg\nlens")
    assert pose(plan_shot(body), 0)[1] == pytest.approx([C30, -S30, 0], abs=1e-6)
