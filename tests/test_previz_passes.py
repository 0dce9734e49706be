"""The passes of previz: their shapes, and that geometry lands where the plan puts it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from previz_stage import film, pose, stand, subject

from scenelang.compiler.plan import Plan
from scenelang.runtime.previz.kinds import KINDS
from scenelang.runtime.previz.render import PASSES, Passes, render_shot
from scenelang.runtime.previz.sets import SETS

W, H = 64, 36


def passes(
    plan: Plan, wanted: tuple[str, ...] = PASSES, w: int = W, h: int = H, **more: object
) -> list[Passes]:
    return list(render_shot(plan, plan.shots[0], w, h, passes=wanted, **more))  # type: ignore[arg-type]


def ball(height: float = 1.0, **more: object) -> Plan:
    return film([subject("b", "ball", height=height)], [stand("b")], **more)  # type: ignore[arg-type]


def test_every_pass_has_its_shape_and_type() -> None:
    plan = ball(frames=3)
    (got,) = passes(plan)
    assert (got.start, got.stop) == (0, 3)
    assert got.clay is not None and got.clay.shape == (3, H, W, 3) and got.clay.dtype == np.uint8
    assert got.depth is not None and got.depth.shape == (3, H, W) and got.depth.dtype == np.float32
    assert got.mask is not None and got.mask.shape == (3, H, W) and got.mask.dtype == np.uint8
    assert got.normal is not None and got.normal.shape == (3, H, W, 3) and got.normal.dtype == np.float32


def test_only_the_passes_asked_for_are_made() -> None:
    (got,) = passes(ball(), ("depth",))
    assert got.depth is not None and got.clay is None and got.mask is None and got.normal is None


def test_what_cannot_be_rendered_is_refused() -> None:
    plan = ball()
    with pytest.raises(ValueError, match="choose from"):
        passes(plan, ("beauty",))
    with pytest.raises(ValueError, match="too small"):
        passes(plan, w=1)
    with pytest.raises(ValueError, match="frames"):
        list(render_shot(plan, plan.shots[0], W, H, range(9)))


def test_the_mask_covers_the_projection_of_the_subject() -> None:
    # a ball of radius 0.5 whose middle is 4 m before a 36 mm lens
    plan = ball(eye=(0, 0.5, 4.0), target=(0, 0.5, 0), focal=36.0)
    (got,) = passes(plan)
    assert got.mask is not None
    ys, xs = np.nonzero(got.mask[0])
    radius = 0.5 / np.sqrt(4**2 - 0.5**2) * W  # pixels: tangent of the silhouette's cone
    assert xs.mean() == pytest.approx(W / 2 - 0.5, abs=0.5)
    assert (xs.max() - xs.min() + 1) / 2 == pytest.approx(radius, abs=1.0)
    assert (ys.max() - ys.min() + 1) / 2 == pytest.approx(radius, abs=1.0)


def test_depth_is_along_the_axis_and_infinite_in_the_sky() -> None:
    plan = ball(eye=(0, 0.5, 4.0), target=(0, 0.5, 0), focal=36.0)
    (got,) = passes(plan)
    assert got.depth is not None
    assert got.depth[0, H // 2, W // 2] == pytest.approx(3.5, abs=0.01)
    assert np.isinf(got.depth[0, 0]).all()
    # the floor half a metre below the axis, a pixel's centre above the picture's edge
    slope = (H / 2 - 0.5) / W
    assert got.depth[0, -1, 0] == pytest.approx(0.5 / slope, rel=1e-3)


def test_normals_of_the_floor_point_up() -> None:
    plan = ball(eye=(0, 0.5, 4.0), target=(0, 0.5, 0), focal=36.0)
    (got,) = passes(plan)
    assert got.normal is not None
    assert np.allclose(got.normal[0, -1, 0], (0, 1, 0))
    assert np.allclose(got.normal[0, H // 2, W // 2], (0, 0, 1), atol=0.07)
    assert np.allclose(got.normal[0, 0], 0)


def test_what_is_nearer_hides_what_is_behind() -> None:
    plan = film(
        [subject("far", "ball", height=1.0), subject("near", "ball", height=1.0)],
        [stand("far", (0, 0, -2)), stand("near", (0, 0, 0))],
        eye=(0, 0.5, 4), target=(0, 0.5, 0),
    )  # fmt: skip
    (got,) = passes(plan, ("mask",))
    assert got.mask is not None and got.mask[0, H // 2, W // 2] == 2


def test_nothing_is_drawn_of_what_is_behind_the_camera() -> None:
    plan = film([subject("b", "ball")], [stand("b", (0, 0, 9.0))])
    (got,) = passes(plan, ("mask",))
    assert got.mask is not None and not got.mask.any()


def test_chunks_do_not_change_the_picture() -> None:
    cast = [subject("a", features=["coat"])]
    path = [(0.05 * f, 0.0, 0.0) for f in range(6)]
    plan = film(cast, [stand("a", path)], frames=6)
    (whole,) = passes(plan, ("clay", "depth"))
    parts = [
        p
        for f in range(6)
        for p in render_shot(plan, plan.shots[0], W, H, range(f, f + 1), ("clay", "depth"))
    ]
    assert whole.clay is not None and whole.depth is not None
    for f, part in enumerate(parts):
        assert part.clay is not None and part.depth is not None
        assert np.array_equal(part.depth[0], whole.depth[f])
        assert np.abs(part.clay[0].astype(int) - whole.clay[f]).max() <= 2


def test_two_renders_are_equal() -> None:
    plan = film(
        [subject("m", "creature", features=["fluffy"])],
        [stand("m")],
        eye=(0, 0.6, 1.6),
        target=(0, 0.4, 0),
    )
    (one,), (two,) = passes(plan), passes(plan)
    assert np.array_equal(one.clay, two.clay)  # type: ignore[arg-type]


def test_a_camera_given_as_tensors_takes_the_place_of_the_plans() -> None:
    plan = ball(eye=(0, 0.5, 4.0), target=(0, 0.5, 0), focal=36.0)
    pose_44 = torch.tensor([[[1.0, 0, 0, 0], [0, -1, 0, 0.5], [0, 0, -1, 3.0], [0, 0, 0, 1]]])
    k = torch.tensor([[[1.0, 0, 0.5], [0, W / H, 0.5], [0, 0, 1]]])
    (got,) = passes(plan, ("depth",), c2w=pose_44, intrinsics=k)
    assert got.depth is not None and got.depth[0, H // 2, W // 2] == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("kind", [*KINDS, "contraption"])
def test_every_kind_covers_pixels_with_more_than_one_colour(kind: str) -> None:
    s = subject("x", kind)
    far = 2.2 * s.height + 0.2
    plan = film(
        [s],
        [stand("x", heading=30.0)],
        eye=(0.2 * far, 0.8 * s.height, far),
        target=(0, 0.45 * s.height, 0),
    )
    (got,) = passes(plan, ("clay", "mask"), 48, 36)
    assert got.mask is not None and got.clay is not None
    assert (got.mask == 1).sum() > 40
    assert got.clay[got.mask == 1].astype(float).std(0).max() > 4


@pytest.mark.parametrize("name", SETS)
def test_every_floor_has_texture_near_and_far(name: str) -> None:
    plan = film([], [], set=name, eye=(0, 1.6, 4), target=(0, 0.9, 0))
    (got,) = passes(plan, ("clay", "depth"), 96, 54)
    assert got.clay is not None and got.depth is not None
    near = got.clay[0, -8:].astype(float)
    assert (near - near.mean((0, 1))).std() > 1.2


def test_a_walk_moves_the_legs_and_standing_does_not() -> None:
    frames = 12
    path = [(1.3 * f / 24, 0.0, 0.0) for f in range(frames)]

    def silhouettes(track: object) -> np.ndarray:
        plan = film(
            [subject("a")],
            [track],
            frames=frames,
            eye=[(p[0], 0.5, 2.5) for p in path],
            target=(0, 0.5, -1e4),
        )  # type: ignore[list-item]
        return np.concatenate([p.mask[:, 20:] for p in passes(plan, ("mask",)) if p.mask is not None])

    walking = silhouettes(stand("a", path, 90.0, poses=[pose("walk", (0, frames))]))
    wide = (walking.any(1)).sum(-1)
    assert wide.max() - wide.min() >= 3


def test_feet_stay_where_they_tread() -> None:
    from scenelang.compiler.motion import motion, stage
    from scenelang.compiler.skeleton import joints

    frames = 48
    path = [(0.0, 0.0, 1.3 * f / 24) for f in range(frames)]
    plan = film([subject("a")], [stand("a", path, 0.0)], frames=frames)
    shot = plan.shots[0]
    scene = stage(shot, {"a": plan.subjects[0]}, np.zeros((frames, 3), np.float32), 24.0)
    body = motion(shot.subjects[0], scene, (0.0, 0.0), 0)
    foot = joints(body, 1.7).foot["left"] + body.position
    slide = np.abs(np.diff(foot[:, 2]))
    on_ground = (foot[:-1, 1] < 0.1) & (foot[1:, 1] < 0.1)
    assert on_ground.sum() > 15
    assert np.median(slide[on_ground]) < 0.006  # metres a frame; the body goes 0.054


def test_a_state_shows_from_its_frame_on() -> None:
    track = stand("c", states=[(2, "a green ball", {"main": "#00ff00"}, [])])
    plan = film(
        [subject("c", "ball", colours={"main": "#ff0000"})],
        [track],
        frames=4,
        eye=(0, 0.3, 1.5),
        target=(0, 0.25, 0),
    )
    clay = np.concatenate([p.clay for p in passes(plan, ("clay",)) if p.clay is not None]).astype(int)
    middle = clay[:, H // 2, W // 2 - 6]
    assert (middle[:2, 0] > middle[:2, 1]).all() and (middle[2:, 1] > middle[2:, 0]).all()


def test_edges_are_softened_and_the_rest_is_left_alone() -> None:
    plan = ball(eye=(0, 0.5, 4.0), target=(0, 0.5, 0), focal=36.0)
    (soft,), (hard,) = passes(plan, ("clay",)), passes(plan, ("clay",), smooth=False)
    assert soft.clay is not None and hard.clay is not None
    changed = (soft.clay != hard.clay).any(-1)[0]
    assert 0.01 < changed.mean() < 0.25
    assert not changed[H // 2 - 2 : H // 2, W // 2 - 6 : W // 2 - 3].any()  # left of the stripe
