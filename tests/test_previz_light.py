"""Light and what drifts in the air, as previz shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from previz_stage import drift, film, lamp, stand, subject, sun

from scenelang.compiler.plan import Plan
from scenelang.runtime.previz.particles import STYLES
from scenelang.runtime.previz.render import render_shot

W, H = 64, 36


def clay(plan: Plan, frames: range | None = None) -> np.ndarray:
    chunks = render_shot(plan, plan.shots[0], W, H, frames)
    return np.concatenate([c.clay for c in chunks if c.clay is not None]).astype(np.int32)


def white_ball(**more: Any) -> Plan:
    s = subject("b", "ball", height=1.0, colours={"main": "#d8d8d8"})
    place = {"eye": (0, 0.9, 3.2), "target": (0, 0.5, 0), "focal": 36.0}
    return film([s], [stand("b", heading=0.0)], **{**place, **more})


def test_the_side_of_the_sun_is_bright() -> None:
    left = clay(white_ball(lights=[sun((-1, 0.5, 0.3))]))[0].sum(-1)
    right = clay(white_ball(lights=[sun((1, 0.5, 0.3))]))[0].sum(-1)
    a, b = (slice(14, 20), slice(24, 28)), (slice(14, 20), slice(36, 40))
    assert left[a].mean() > left[b].mean() + 60
    assert right[b].mean() > right[a].mean() + 60


def test_the_shadow_falls_on_the_far_side() -> None:
    floor = clay(white_ball(lights=[sun((-1, 0.6, 0.0))]))[0, 27:31].sum(-1)
    left, right = floor[:, 14:20].mean(), floor[:, 44:50].mean()
    assert left > right + 40


def test_warm_light_gives_a_redder_floor_than_cold() -> None:
    warm = clay(film([], [], lights=[sun(colour=[(1.0, 0.6, 0.25)])]))[0, -8:]
    cold = clay(film([], [], lights=[sun(colour=[(0.6, 0.75, 1.0)])]))[0, -8:]
    assert (warm[..., 0] - warm[..., 2]).mean() > (cold[..., 0] - cold[..., 2]).mean() + 25


def test_a_change_of_light_over_time_shows() -> None:
    plan = film([], [], frames=3, lights=[sun().model_copy(update={"intensity": [0.2, 0.6, 1.0]})])
    means = clay(plan)[:, -8:].mean((1, 2, 3))
    assert means[0] + 8 < means[1] < means[2] - 8


def test_a_lamp_lights_what_is_near_it() -> None:
    dark = film([], [], set="cave", features=["dark"], lights=[sun(intensity=0.02)])
    lit = film([], [], set="cave", features=["dark"], lights=[sun(intensity=0.02), lamp((0, 0.5, 1.5))])
    gain = (clay(lit) - clay(dark))[0]
    assert gain[-6:, 24:40, 0].mean() > 40
    assert gain[-6:, 24:40, 0].mean() > gain[-6:, :6, 0].mean() + 10


def test_a_candle_lit_close_up_is_warm_and_not_black() -> None:
    cast = [subject("m", "creature", height=0.6), subject("c", "candle", height=0.32)]
    tracks = [stand("m"), stand("c", (0.18, 0, 0.3))]
    light = lamp((0.18, 0.33, 0.3), (1.0, 0.27, 0.02), 0.8, on="c")
    plan = film(
        cast,
        tracks,
        eye=(0.2, 0.4, 1.2),
        target=(0, 0.3, 0),
        focal=65,
        set="cave",
        features=["dark"],
        lights=[light],
    )
    picture = clay(plan)[0]
    face = picture[10:26, 20:40]
    assert face.mean() > 60 and face[..., 0].mean() > face[..., 2].mean() + 30


def difference(plan: Plan, without: Plan) -> np.ndarray:
    return np.abs(clay(plan) - clay(without)).sum(-1)


@pytest.mark.parametrize("kind", STYLES)
def test_no_density_draws_nothing_and_more_draws_more(kind: str) -> None:
    # the fog that some kinds bring is not what is counted: it is there in all three
    def with_(density: float, points: bool) -> np.ndarray:
        track = drift(kind, density)
        plan = film([], [], set="field", lights=[sun(intensity=0.5)], particles=[track])
        from scenelang.runtime.previz import scene as scenes

        chunks = render_shot(plan, plan.shots[0], W, H)
        if points:
            return next(iter(chunks)).clay.astype(np.int32)  # type: ignore[union-attr]
        original = scenes.Scene.clouds
        try:
            scenes.Scene.clouds = lambda *a: iter(())  # type: ignore[method-assign, assignment]
            return next(iter(chunks)).clay.astype(np.int32)  # type: ignore[union-attr]
        finally:
            scenes.Scene.clouds = original  # type: ignore[method-assign]

    def covered(density: float) -> float:
        return float(np.abs(with_(density, True) - with_(density, False)).sum())

    nothing, some, much = covered(0.0), covered(0.25), covered(1.0)
    assert nothing == 0
    assert much > 1.3 * some > 0


def test_particles_are_the_same_every_time_and_differ_by_seed() -> None:
    def plan(seed: int) -> Plan:
        return film([], [], particles=[drift("confetti", 1.0)], seed=seed)

    one = clay(plan(3))
    assert np.array_equal(one, clay(plan(3)))
    assert not np.array_equal(one, clay(plan(4)))


def test_snow_falls() -> None:
    import torch

    from scenelang.runtime.previz.scene import scene

    plan = film([], [], frames=4, particles=[drift("snow", 0.5, swirl=[0.0])])
    with torch.inference_mode():
        stage = scene(plan, plan.shots[0], W / H)
        heights = []
        for f in (0, 1):
            from scenelang.runtime.previz.rays import perspective

            rays = perspective(stage.c2w[f : f + 1], stage.intrinsics[f : f + 1], W, H)
            (cloud,) = stage.clouds(stage.world(rays, f, f + 1), f, f + 1)
            heights.append(cloud.position[0, :, 1])
        moved = heights[1] - heights[0]
    steps = moved[moved.abs() < 1.0]  # but for those that wrap around
    assert len(steps) > 0.8 * len(moved)
    assert float(steps.max()) < 0 and -0.06 < float(steps.mean()) < -0.03  # 1 m/s at 24 fps


def test_particles_keep_their_places_when_the_camera_moves() -> None:
    import torch

    from scenelang.runtime.previz.rays import perspective
    from scenelang.runtime.previz.scene import scene

    plan = film([], [], frames=2, eye=[(0, 1.4, 4), (0.3, 1.4, 4)], target=(0, 1.4, -1e6),
                particles=[drift("snow", 0.5, swirl=[0.0], velocity=[(0.0, 0.0, 0.0)])])  # fmt: skip
    with torch.inference_mode():
        stage = scene(plan, plan.shots[0], W / H)
        rays = perspective(stage.c2w, stage.intrinsics, W, H)
        (cloud,) = stage.clouds(stage.world(rays, 0, 2), 0, 2)
    moved = (cloud.position[1] - cloud.position[0]).norm(dim=-1)
    assert float((moved < 1e-3).float().mean()) > 0.85


def test_a_density_that_grows_only_adds() -> None:
    import torch

    from scenelang.runtime.previz.rays import perspective
    from scenelang.runtime.previz.scene import scene

    plan = film(
        [], [], frames=3, particles=[drift("snow", [0.2, 0.21, 0.4], velocity=[(0, 0, 0)], swirl=[0.0])]
    )
    with torch.inference_mode():
        stage = scene(plan, plan.shots[0], W / H)
        rays = perspective(stage.c2w, stage.intrinsics, W, H)
        (cloud,) = stage.clouds(stage.world(rays, 0, 3), 0, 3)
    a, b, c = cloud.opacity
    assert bool((b >= a - 1e-6).all()) and bool((c >= b - 1e-6).all())
    assert float((b - a).max()) <= 0.6  # fades in, does not jump
