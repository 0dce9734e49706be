"""Cues as maps: the geometry that drives maquette, against cameras worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from films import plan_text
from maquette_films import FILM, tiny_pipeline

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.rays import plucker
from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import Cues, cues_of, with_air


@pytest.fixture(scope="module")
def cues() -> Cues:
    plan = plan_text(FILM)
    shot, encode = plan.shots[0], tiny_pipeline().encode
    found = cues_of(plan, shot, condition_shot(plan, shot, encode=encode, dialect="maquette"), encode)
    found = found.frames(slice(4, 8))
    return with_air(found, shot, torch.arange(4, 8), 12.0, 144, 256)


def test_rays_are_those_of_the_compiler(cues: Cues) -> None:
    r = features.rays(cues, 9, 16)
    own = torch.cat([torch.cross(r.o.expand_as(r.d), r.d, dim=-1), r.d], -1)[0].permute(0, 3, 1, 2)
    torch.testing.assert_close(own, plucker(cues.c2w_BF44[0], cues.K_BF33[0], 9, 16), atol=1e-5, rtol=0)


def test_maps_have_the_channels_that_they_say(cues: Cues) -> None:
    r = features.rays(cues, 9, 16)
    assert features.sky_maps(cues, r).shape == (1, 4, 9, 16, features.SKY_CHANNELS)
    assert features.shades(cues, features.ground(r)[2]).shape == (1, 4, 9, 16, features.SUNS + 1)
    assert features.frame_vector(cues).shape == (1, 4, features.FRAME_CHANNELS)
    without = replace(cues, light_BFJ8=cues.light_BFJ8 * torch.tensor([1, 0, 1, 1, 1, 1, 1, 1]))
    assert features.sky_maps(without, r).shape == (1, 4, 9, 16, features.SKY_CHANNELS)


def test_the_floor_is_where_rays_meet_it(cues: Cues) -> None:
    t, hit, point = features.ground(features.rays(cues, 36, 64))
    on = hit[..., 0] > 0
    assert on.any() and not on.all()
    assert point[on][:, 1].abs().max() < 1e-4
    assert (t[~on] == features.FAR).all()


@pytest.mark.parametrize(
    ("shape", "along", "met"),
    [
        ((1, 0, 0), (1.0, 0.0, 0.0), (7.0, 1, 0.0, 1.5)),  # a house front on the right, at eye level
        ((1, 0, 0), (0.0, 0.0, -1.0), None),  # a street has no end
        ((0, 1, 0), (0.0, 0.0, -1.0), (9.0, 2, 0.0, 1.5)),
        (
            (0, 1, 0),
            (0.0, 1.0, 0.0),
            (2.5, features.CEILING, 0.0, 9.0),
        ),  # 2 + 7 metres along the ceiling
        ((0, 0, 1), (-1.0, 0.0, 0.0), (7.0 / 7.0 * (53**0.5 - 4) ** 0, features.AROUND, None, 1.5)),
        ((0, 0, 0), (1.0, 0.0, 0.0), None),
    ],
)
def test_walls_are_where_the_set_has_them(
    cues: Cues, shape: tuple[float, ...], along: tuple[float, float, float], met: tuple | None
) -> None:
    """The eye at (0, 1.5, 2) in a set seven metres to each side and four high."""
    size = torch.tensor([[*shape, 7.0, 4.0, 0.0, 0.0]])
    c2w = torch.eye(4)[None, None].clone()
    c2w[..., :3, 3] = torch.tensor([0.0, 1.5, 2.0])
    r = replace(
        features.rays(replace(cues.frames(slice(0, 1)), c2w_BF44=c2w), 8, 8),
        d=torch.tensor(along).expand(1, 1, 8, 8, 3),
    )
    found = features.walls(replace(cues, set_B7=size), r)
    if met is None:
        assert (found.t == features.FAR).all()
        return
    t, which, place, up = met
    if shape[2]:  # a circle of radius 7 about the middle, met two metres beside it
        t = 45**0.5
    torch.testing.assert_close(found.t[0, 0, 0, 0].item(), t, atol=1e-3, rtol=0)
    assert found.which[0, 0, 0, 0] == which
    torch.testing.assert_close(found.up[0, 0, 0, 0].item(), up, atol=1e-3, rtol=0)
    if place is not None and shape[0]:
        assert found.along[0, 0, 0, 0].item() == pytest.approx(2.0)  # metres along z


def test_a_body_shades_the_floor_behind_it_as_the_sun_sees_it(cues: Cues) -> None:
    """The sun stands at the left, 45 degrees high: the shadow lies to the right, as long as the body is high."""
    light = torch.zeros(1, 4, 1, 8)
    light[..., :] = torch.tensor([1, 0, -(0.5**0.5), 0.5**0.5, 0, 1, 1, 1])
    lit = replace(
        cues,
        light_BFJ8=light,
        extent_BN2=torch.tensor([[[0.3, 1.7]]]),
        base_BFN3=torch.zeros(1, 4, 1, 3),
    )
    points = torch.tensor([[0.9, 0, 0], [-0.9, 0, 0], [0, 0, 0.9], [2.6, 0, 0]]).view(1, 1, 1, 4, 3)
    dark = features.shades(lit, points.expand(1, 4, 1, 4, 3))[0, 0, 0]
    assert dark[0, 0] > 0.9 and dark[1:, 0].max() < 0.1
    assert features.shades(lit, torch.zeros(1, 4, 1, 1, 3))[..., features.SUNS].min() == 1


def test_a_part_of_the_picture_has_the_maps_of_that_part(cues: Cues) -> None:
    """An off-centre lens sees what it would see as a part of the whole: that is how crops are trained on."""
    k = cues.K_BF33.clone()
    k[..., :2, 2] = 0.5 * 2 - 0.5  # the middle half
    k[..., 0, 0], k[..., 1, 1] = k[..., 0, 0] * 2, k[..., 1, 1] * 2
    part = replace(cues, K_BF33=k)
    whole_rays, part_rays = features.rays(cues, 36, 64), features.rays(part, 18, 32)
    torch.testing.assert_close(part_rays.d, whole_rays.d[:, :, 9:27, 16:48], atol=1e-5, rtol=0)
    torch.testing.assert_close(part_rays.pixel, whole_rays.pixel)
    own, theirs = features.sky_maps(part, part_rays), features.sky_maps(cues, whole_rays)
    torch.testing.assert_close(own, theirs[:, :, 9:27, 16:48], atol=2e-3, rtol=0)


def test_lamps_brighten_what_is_near(cues: Cues) -> None:
    r = features.rays(cues, 36, 64)
    lamp = next(j for j in range(2) if cues.light_BFJ8[0, 0, j, 1] == 1)
    place = cues.light_BFJ8[0, 0, lamp, 2:5]
    _, hit, point = features.ground(r)
    away = (point - place).norm(dim=-1)[0, 0].masked_fill(hit[0, 0, ..., 0] == 0, torch.inf)
    near = (away == away.min()).nonzero()[0]
    given = (features.lamplight(cues, point) * hit)[0, 0].sum(-1)
    assert given[tuple(near)] == given.max() > 0
    up = torch.tensor([0.0, 1.0, 0.0]).expand_as(point)
    assert (
        (features.lamplight(cues, point, up) > features.lamplight(cues, point, -up))[hit[..., 0] > 0]
        .any(-1)
        .all()
    )
