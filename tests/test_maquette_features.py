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
from scenelang.runtime.maquette.cues import Cues, collate, cues_of, with_air
from scenelang.runtime.maquette.grids import MARGIN, OFFSETS, cropped, on_canvas, padded


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
    shape = (1, 4, 9, 16)
    assert features.ray_maps(r).shape == (*shape, features.RAY_CHANNELS)
    assert features.light_maps(cues, r).shape == (*shape, features.LIGHT_CHANNELS)
    assert features.body_maps(cues, r).maps.shape == (*shape, features.LAYERS, features.BODY_CHANNELS)
    assert features.frame_vector(cues).shape == (1, 4, features.FRAME_CHANNELS)


def test_the_floor_is_where_rays_meet_it(cues: Cues) -> None:
    t, hit, point = features.ground(features.rays(cues, 36, 64))
    on = hit[..., 0] > 0
    assert on.any() and not on.all()
    assert point[on][:, 1].abs().max() < 1e-4
    assert (t[~on] == features.FAR).all()


def test_a_body_stands_where_its_box_is(cues: Cues) -> None:
    """Of the cell that a body's middle falls on, the coordinates are near (0, 0) and the text is its own."""
    bodies = features.body_maps(cues, features.rays(cues, 72, 128))
    for n in range(3):
        middle = cues.base_BFN3[0, 0, n] + torch.tensor([0, float(cues.extent_BN2[0, n, 1]) / 2, 0])
        c2w, k = cues.c2w_BF44[0, 0], cues.K_BF33[0, 0]
        x, y, z = (c2w[:3, :3].T @ (middle - c2w[:3, 3])).tolist()
        column, row = int((k[0, 0] * x / z + 0.5) * 128), int((k[1, 1] * y / z + 0.5) * 72)
        cell = bodies.maps[0, 0, row, column]
        who = bodies.who[0, 0, row, column].tolist()
        assert n in who
        layer = who.index(n)
        assert cell[layer, :2].abs().max() < 0.15
        assert bodies.there[0, 0, row, column, layer] == 1


def test_a_part_of_the_picture_has_the_maps_of_that_part(cues: Cues) -> None:
    """An off-centre lens sees what it would see as a part of the whole: that is how crops are trained on."""
    k = cues.K_BF33.clone()
    k[..., :2, 2] = 0.5 * 2 - 0.5  # the middle half
    k[..., 0, 0], k[..., 1, 1] = k[..., 0, 0] * 2, k[..., 1, 1] * 2
    part = replace(cues, K_BF33=k)
    whole_rays, part_rays = features.rays(cues, 36, 64), features.rays(part, 18, 32)
    torch.testing.assert_close(part_rays.d, whole_rays.d[:, :, 9:27, 16:48], atol=1e-5, rtol=0)
    torch.testing.assert_close(
        features.ray_maps(part_rays), features.ray_maps(whole_rays)[:, :, 9:27, 16:48], atol=2e-3, rtol=0
    )
    own, theirs = features.body_maps(part, part_rays), features.body_maps(cues, whole_rays)
    torch.testing.assert_close(own.maps, theirs.maps[:, :, 9:27, 16:48], atol=2e-3, rtol=0)


def test_lamps_brighten_what_is_near(cues: Cues) -> None:
    r = features.rays(cues, 36, 64)
    maps = features.light_maps(cues, r)
    lamp = next(j for j in range(2) if cues.light_BFJ8[0, 0, j, 1] == 1)
    place = cues.light_BFJ8[0, 0, lamp, 2:5]
    _, hit, point = features.ground(r)
    away = (point - place).norm(dim=-1)[0, 0].masked_fill(hit[0, 0, ..., 0] == 0, torch.inf)
    near = (away == away.min()).nonzero()[0]
    given = maps[0, 0, ..., -3:].sum(-1)
    assert given[tuple(near)] == given.max() > 0


def test_a_batch_is_filled_with_nothing(cues: Cues) -> None:
    few = replace(
        cues, extent_BN2=cues.extent_BN2[:, :1], base_BFN3=cues.base_BFN3[:, :, :1],
        heading_BFN=cues.heading_BFN[:, :, :1], body_text_BFN=cues.body_text_BFN[:, :, :1], colour_BFNC=cues.colour_BFNC[:, :, :1],
    )  # fmt: skip
    both = collate([cues, few])
    r = features.rays(both, 18, 32)
    alone = features.body_maps(few, features.rays(few, 18, 32))
    torch.testing.assert_close(features.body_maps(both, r).maps[1:], alone.maps)


def test_nobody_is_no_mistake(cues: Cues) -> None:
    none = replace(
        cues, extent_BN2=cues.extent_BN2[:, :0], base_BFN3=cues.base_BFN3[:, :, :0],
        heading_BFN=cues.heading_BFN[:, :, :0], body_text_BFN=cues.body_text_BFN[:, :, :0], colour_BFNC=cues.colour_BFNC[:, :, :0],
        light_BFJ8=cues.light_BFJ8[:, :, :0],
    )  # fmt: skip
    r = features.rays(none, 9, 16)
    assert not features.body_maps(none, r).there.any()
    assert not features.light_maps(none, r).any()
    assert features.frame_vector(none).isfinite().all()


def test_a_picture_on_a_canvas_sees_what_it_sees_alone(cues: Cues) -> None:
    """A ray through the canvas at the picture's place is the picture's own."""
    height, width = 32, 64
    own = features.rays(cues, height, width)
    for offset in OFFSETS:
        moved = features.rays(on_canvas(cues, height, width, offset), height + MARGIN, width + MARGIN)
        there = cropped(moved.d.movedim(-1, 2), offset).movedim(2, -1)
        torch.testing.assert_close(there, own.d, atol=1e-5, rtol=0)


def test_frames_come_back_from_the_canvas() -> None:
    frames = torch.rand(1, 4, 3, 32, 64)
    for offset in OFFSETS:
        canvas = padded(frames, offset)
        assert canvas.shape[-2:] == (32 + MARGIN, 64 + MARGIN)
        assert torch.equal(cropped(canvas, offset), frames)
    # every grid begins elsewhere, within a cell too
    assert len({(x % 4, y % 4) for x, y in OFFSETS[:4]}) == 4
