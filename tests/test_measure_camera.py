"""The camera's path is recovered from pixels, and nothing of the plan's camera leaks into it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from films import plan_text

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.measure.camera_errors import camera_errors, rotation_errors, translation_errors
from scenelang.runtime.measure.camera_path import CameraPath, recover_shot
from scenelang.runtime.measure.geometry import planned
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.scene import camera

SIZE = (320, 180)


@cache
def plan_of(move: str) -> Plan:
    return plan_text(
        'scenelang 1\nfilm "Path" { size 320x180; fps 8 }\ncharacter mara "a woman in a red coat"\n'
        'place here "a room"\nshot a 1s in here {\n  lens 35mm\n'
        f"  camera from (0m, 1.6m, 4m) {{ {move} }}\n  mara at (0m, 0m) facing camera\n  mara walks right 1m\n}}\n"
    )


def animatic(plan: Plan, still: bool = False) -> FrameArray:
    """The film as planned, or with a camera that never moves."""
    shot = plan.shots[0]
    c2w, k = (m[:1].expand_as(m) if still else m for m in camera(shot, SIZE[0] / SIZE[1]))
    passes = render_shot(plan, shot, *SIZE, c2w=c2w, intrinsics=k)
    return np.concatenate([p.clay for p in passes if p.clay is not None])


@pytest.mark.parametrize(
    "move", ["pan left 15deg + dolly in 0.6m", "truck right 0.5m", "zoom in to 50mm"]
)
def test_planned_camera_is_recovered(move: str) -> None:
    plan = plan_of(move)
    found = camera_errors(recover_shot(animatic(plan), plan, plan.shots[0]), *planned(plan.shots[0]))
    assert found.failed == 0
    assert found.rotation_mean < 0.4
    assert found.metres < 0.05
    assert found.focal < 0.02
    assert (found.translation_mean is None) == move.startswith("zoom")


def test_camera_that_ignores_its_plan_is_found_out() -> None:
    plan = plan_of("pan left 15deg + dolly in 0.6m")
    path = recover_shot(animatic(plan, still=True), plan, plan.shots[0])
    assert not path.failed_F.any()
    assert np.abs(path.c2w_F44 - path.c2w_F44[0]).max() < 0.01
    assert camera_errors(path, *planned(plan.shots[0])).rotation_mean > 5


def test_frames_without_texture_fail_and_count_as_static() -> None:
    plan = plan_of("pan left 15deg + dolly in 0.6m")
    blank = np.full((8, 180, 320, 3), 90, np.uint8)
    path = recover_shot(blank, plan, plan.shots[0])
    assert path.failed_F.tolist() == [False] + 7 * [True]
    assert (path.c2w_F44 == path.c2w_F44[0]).all()
    with pytest.raises(ValueError, match="9 frames"):
        recover_shot(np.concatenate([blank, blank[:1]]), plan, plan.shots[0])


def turned(degrees: float, at: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    a = np.radians(degrees)
    c2w = np.eye(4)
    c2w[:3, :3] = [[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]]
    c2w[:3, 3] = at
    return c2w


def test_errors_are_relative_to_the_first_frame() -> None:
    wanted = np.stack([turned(30, (1, 0, 0)), turned(40, (3, 0, 0)), turned(50, (5, 0, 0))])
    found = np.stack([turned(0), turned(11), turned(22)])
    np.testing.assert_allclose(np.degrees(rotation_errors(found, wanted)), [0, 1, 2], atol=1e-9)
    away = np.stack([turned(0), turned(0, (0.1, 0, 0)), turned(0, (0.2, 0, 0))])
    # the same way at a tenth of the length, seen in each path's own axes, which differ by 30 degrees
    off = 2 * np.sin(np.radians(15))
    np.testing.assert_allclose(translation_errors(away, wanted), [0, off / 2, off], atol=1e-9)


def test_noise_of_a_static_camera_is_not_blown_up() -> None:
    moving = np.stack([turned(0), turned(0, (0.5, 0, 0)), turned(0, (1, 0, 0))])
    trembling = np.stack([turned(0), turned(0, (0, 0.001, 0)), turned(0, (0, -0.001, 0))])
    np.testing.assert_allclose(translation_errors(trembling, moving), [0, 0.5, 1])
    assert translation_errors(moving, trembling) is None
    path = CameraPath(moving, np.full(3, 1.0), np.zeros(3, np.int64), np.zeros(3, bool))
    assert camera_errors(path, trembling, np.array([1.0, 1.0, 0.8])).focal == pytest.approx(0.25 / 3)
    with pytest.raises(ValueError, match="3 frames against 2"):
        camera_errors(path, trembling[:2], np.ones(2))
