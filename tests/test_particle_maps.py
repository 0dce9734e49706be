"""Where particles are, and the maps of what they cover."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from films import plan_shot

from scenelang.compiler.particle_field import HABITS, Drift, drift, reach_of
from scenelang.compiler.particle_maps import paint, particle_maps
from scenelang.compiler.plan import ShotPlan
from scenelang.compiler.rays import intrinsics, poses
from scenelang.grammar.vocabulary import TERMS

EYE = torch.eye(4)[None] * torch.tensor([1.0, -1.0, -1.0, 1.0])  # at the origin, looking to -z
K = torch.tensor([[[1.0, 0, 0.5], [0, 2.0, 0.5], [0, 0, 1]]])  # twice as wide as high


def shot_of(particles: str) -> ShotPlan:
    return plan_shot(f"frame wide on mara\n  {particles}\n  mara at (0m, 0m)").shots[0]


def maps_of(shot: ShotPlan, frames: list[float]) -> torch.Tensor:
    index = torch.tensor(frames)
    c2w = poses(shot, 24, 24)[index.long()]
    k = intrinsics(shot, (1280, 720), (128, 64), 24, 24)[index.long()]
    return particle_maps(shot, c2w, k, index, 24.0, 64, 128)


def a_point(
    x: float, y: float, z: float, radius: float, trail: tuple[float, ...] = (0.0, 0.0, 0.0)
) -> Drift:
    one = torch.tensor([[[x, y, z]]])
    return Drift(
        one, torch.tensor([[trail]]), torch.tensor([[radius]]), torch.ones(1, 1), torch.zeros(1), False
    )


def test_every_kind_of_the_language_drifts() -> None:
    assert set(HABITS) == {term.word for term in TERMS["particles"]}


def test_a_point_covers_the_pixel_that_it_falls_on() -> None:
    # 1 m to the right and 0.5 m up at 4 m: x = 0.5 + 1/4, y = 0.5 - 2 * 0.5/4
    found = paint(a_point(1.0, 0.5, -4.0, 0.02), EYE, K, 64, 128)[0]
    row, column = divmod(int(found[0].argmax()), 128)
    assert abs(column - 0.75 * 128) <= 1 and abs(row - 0.25 * 64) <= 1
    # the area of a disc whose edge falls off over a pixel
    assert found[0].sum() == pytest.approx(torch.pi * (0.64**2 + 1 / 12), rel=0.15)
    assert found[1].sum() / found[0].sum() == pytest.approx(1 / 4, rel=1e-3)


def test_a_large_point_covers_its_area() -> None:
    found = paint(a_point(0.0, 0.0, -2.0, 0.03), EYE, K, 64, 128)[0, 0]
    radius = 0.03 * 128 / 2
    assert found.sum() == pytest.approx(torch.pi * radius**2, rel=0.35)  # 1 - exp(-cover) takes some
    rows, columns = (found > 0.05).nonzero(as_tuple=True)
    assert rows.float().mean() == pytest.approx(31.5, abs=1) and columns.float().mean() == pytest.approx(
        63.5, abs=1
    )


def test_a_point_tells_its_tint_and_its_nearness_where_it_is() -> None:
    point = replace(a_point(0.0, 0.0, -2.0, 0.03), tint=torch.tensor([0.7]))
    cover, near, tint = paint(point, EYE, K, 64, 128)[0]
    there = cover > 0.05
    torch.testing.assert_close(tint[there] / cover[there], torch.full((int(there.sum()),), 0.7))
    torch.testing.assert_close(near[there] / cover[there], torch.full((int(there.sum()),), 0.5))


def test_a_puff_is_soft_and_as_wide_as_it_is() -> None:
    puff = replace(a_point(0.0, 0.0, -4.0, 1.0), puff=True)
    found = paint(puff, EYE, K, 64, 128)[0, 0]
    middle = found[32]
    # half the radius, 128 / 4 pixels, from its middle
    assert float(middle[64 + 16] / middle[64]) == pytest.approx((1 - 0.5**2) ** 2, abs=0.05)
    assert not found[:, : 64 - 36].any() and not found[:, 64 + 36 :].any()


def test_a_trail_is_as_long_as_the_shutter_makes_it() -> None:
    found = paint(a_point(0.0, -0.2, -2.0, 0.01, (0.0, -0.3, 0.0)), EYE, K, 64, 128)[0, 0]
    rows, columns = (found > 0.01).nonzero(as_tuple=True)
    assert int(rows.max() - rows.min()) == pytest.approx(0.3 * 64, abs=3)
    assert int(columns.max() - columns.min()) <= 2


def test_what_is_behind_or_beside_is_not_there() -> None:
    for x, z in ((0.0, 3.0), (9.0, -3.0)):
        assert not paint(a_point(x, 0.0, z, 0.05), EYE, K, 64, 128).any()


def test_denser_covers_more() -> None:
    cover = [
        float(maps_of(shot_of(f"particles snow {{ density {d}% }}"), [3.0])[0, 0, 0].mean())
        for d in (10, 40, 90)
    ]
    assert 0 < cover[0] < cover[1] < cover[2]
    assert not maps_of(shot_of("particles snow { density 0% }"), [3.0]).any()


def test_snow_falls_and_wind_carries_it() -> None:
    shot = shot_of("particles snow { density 60%; wind right 2m/s }")
    c2w = poses(shot, 24, 24)[:2]
    found = drift(shot, 0, c2w, torch.tensor([0.0, 1.0]), 24.0, reach_of(shot))
    assert found is not None
    step = found.position[1] - found.position[0]
    seen = found.opacity.min(0).values > 0.3
    x, y, _ = step[seen].median(0).values.tolist()
    assert x == pytest.approx(2 / 24, rel=0.3) and y < 0


def test_frames_in_between_lie_between() -> None:
    shot = shot_of("particles rain { density 60% }")
    c2w = poses(shot, 24, 24)[:1].expand(3, 4, 4)
    found = drift(shot, 0, c2w, torch.tensor([4.0, 4.5, 5.0]), 24.0, reach_of(shot))
    assert found is not None
    a, b, c = found.position
    near = (c - a).norm(dim=-1) < 1  # those that did not wrap around in this time
    torch.testing.assert_close(b[near], (a[near] + c[near]) / 2, atol=0.02, rtol=0)


def test_particles_move_with_the_principal_point() -> None:
    """On a canvas of which the picture is a part they lie where they lie in the picture."""
    shot, frames = shot_of("particles snow { density 60% }"), torch.arange(2)
    c2w = poses(shot, 24, 24)[:2]
    k = intrinsics(shot, (1280, 720), (128, 64), 24, 24)[:2]
    own = particle_maps(shot, c2w, k, frames, 24.0, 64, 128)
    wide = k.clone()
    wide[:, 0, 0], wide[:, 1, 1] = k[:, 0, 0] * 128 / 144, k[:, 1, 1] * 64 / 80
    wide[:, 0, 2], wide[:, 1, 2] = (64 + 5) / 144, (32 + 9) / 80
    there = particle_maps(shot, c2w, wide, frames, 24.0, 80, 144)[..., 9:73, 5:133]
    inside = (..., slice(8, -8), slice(8, -8))
    assert own.max() > 0.2
    assert (there[inside] - own[inside]).abs().mean() < 0.1 * own[inside].abs().mean()
