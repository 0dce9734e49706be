"""Soft solids before a camera, and bodies made of them: against what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from films import plan_text
from maquette_films import FILM, tiny_pipeline

from scenelang.compiler.conditioning import COLOURED, condition_shot
from scenelang.runtime.maquette import splats
from scenelang.runtime.maquette.bodies import SAID, Bodies
from scenelang.runtime.maquette.cues import Cues, collate, cues_of, with_air
from scenelang.runtime.maquette.features import Rays, rays
from scenelang.runtime.maquette.splats import Splats, seen, spread


@pytest.fixture(scope="module")
def cues() -> Cues:
    plan = plan_text(FILM)
    shot, encode = plan.shots[0], tiny_pipeline().encode
    found = cues_of(plan, shot, condition_shot(plan, shot, encode=encode, dialect="maquette"), encode)
    return with_air(found.frames(slice(4, 8)), shot, torch.arange(4, 8), 12.0, 32, 64)


def camera(height: int = 64, width: int = 64) -> Rays:
    """At the origin, looking along -z, a field of view of 90 degrees."""
    c2w = torch.diag(torch.tensor([1.0, -1, -1, 1]))[None, None]
    k = torch.tensor([[0.5, 0, 0.5], [0, 0.5 * width / height, 0.5], [0, 0, 1]])[None, None]
    empty = torch.zeros(1, 1, 0)
    blank = Cues(**dict.fromkeys(Cues.__annotations__, empty))
    return rays(replace(blank, c2w_BF44=c2w, K_BF33=k), height, width)


def solid(
    middle: tuple[float, float, float],
    half: tuple[float, float, float],
    exponent: float = 2.0,
    **more: float,
) -> Splats:
    said = torch.full((1, 1, SAID), more.get("said", 1.0))
    return Splats(
        torch.tensor([[middle]]), torch.eye(3)[None, None], torch.tensor([[half]]), torch.tensor([[exponent]]),
        torch.tensor([[more.get("across", exponent)]]), torch.tensor([[more.get("taper", 0.0)]]), torch.tensor([[0.01]]), torch.tensor([[more.get("opacity", 1.0)]]), said,
    )  # fmt: skip


def joined(*parts: Splats) -> Splats:
    return Splats(*(torch.cat([getattr(p, name) for p in parts], 1) for name in Splats.__annotations__))


def picture(values: torch.Tensor, tiles: torch.Tensor, size: int = 64) -> torch.Tensor:
    return spread(values, tiles, (1, size, size))[0]


def test_a_ball_covers_the_circle_that_it_should() -> None:
    """A ball of radius 1 four metres ahead: a cone of asin(1/4), 8.26 pixels of tangent about the middle."""
    found = seen(solid((0, 0, -4), (1, 1, 1)), camera(), 8)
    cover = picture(found.cover[..., None], found.tiles)[..., 0]
    assert cover.sum().item() == pytest.approx(torch.pi * (32 / 15**0.5) ** 2, rel=0.02)
    assert cover[32, 32] > 0.99 and cover[0].max() == 0
    middle = picture(torch.cat([found.normal, found.depth[..., None]], -1), found.tiles)[
        31:33, 31:33
    ].mean((0, 1))
    torch.testing.assert_close(middle, torch.tensor([0, 0, 1, 3.0]), atol=0.03, rtol=0)


def test_a_boxy_solid_fills_its_corners() -> None:
    shares = []
    for exponent in (2.0, 8.0):
        found = seen(solid((0, 0, -4), (1, 1, 0.1), exponent), camera(), 8)
        shares.append(picture(found.cover[..., None], found.tiles).sum().item() / (2 * 32 / 4) ** 2)
    assert shares[0] == pytest.approx(torch.pi / 4, abs=0.03)
    assert shares[1] > 0.92


def test_the_nearer_solid_hides_the_farther() -> None:
    near, far = solid((0, 0, -2), (0.5, 0.5, 0.5), said=2.0), solid((0, 0, -4), (2, 2, 0.5), said=5.0)
    for order in ((near, far), (far, near)):
        found = seen(joined(*order), camera(), 8)
        said = picture(found.said, found.tiles)[..., 0]
        assert said[32, 32].item() == pytest.approx(2, abs=0.05)
        assert said[32, 20].item() == pytest.approx(5, abs=0.1)


def test_what_is_behind_the_camera_or_clear_is_not_there() -> None:
    for unseen in (solid((0, 0, 4), (1, 1, 1)), solid((0, 0, -4), (1, 1, 1), opacity=0.0)):
        assert len(seen(unseen, camera(), 8).tiles) == 0


def scattered(count: int) -> Splats:
    """Solids of all shapes before the camera, turned at random, some of them around it."""
    torch.manual_seed(0)
    many = [
        replace(
            solid(
                tuple(torch.tensor([6.0, 4, 6]) * (torch.rand(3) - 0.5) - torch.tensor([0, 0, 4.0])),
                tuple(0.1 + torch.rand(3)),
                2 + 6 * float(torch.rand(1)),
            ),
            axes_GS33=torch.linalg.qr(torch.randn(3, 3))[0][None, None],
        )
        for _ in range(count)
    ]
    return joined(*many)


def test_no_tile_misses_what_covers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The choice of solids for tiles loses nothing that testing every solid in every tile finds."""
    whole = scattered(24)
    found = seen(whole, camera(), 24)
    monkeypatch.setattr(
        splats,
        "_keys",
        lambda s, r: (s.middle_GS3 @ r.axes[0, 0, :, 2]).clamp_min(0.01)[:, None].expand(1, 64, -1),
    )
    every = seen(whole, camera(), 24)
    ours, theirs = (picture(f.cover[..., None], f.tiles) for f in (found, every))
    assert (ours - theirs).abs().max() < 0.08  # the tails of soft edges


def test_it_looks_the_same_where_nothing_is_learned() -> None:
    """Few tiles at a time, without what is hardly seen, as all of them at once."""
    whole, eye = scattered(24), camera(256, 256)
    learned = seen(whole, eye, 24)
    with torch.inference_mode():
        drawn = seen(whole, eye, 24)
    assert len(drawn.tiles) > 2 * splats.BLOCK
    assert torch.equal(learned.tiles, drawn.tiles)
    for name in ("cover", "said", "normal", "depth"):
        torch.testing.assert_close(getattr(drawn, name), getattr(learned, name), atol=0.02, rtol=0.01)


def test_a_box_beside_the_camera_is_worked_out_only_where_it_is_seen() -> None:
    """A wall of half a metre's thickness along the line of sight, whose near end is beside the camera, lies in the
    right half of the picture alone."""
    wall = solid((1.5, 0, -4), (0.25, 1, 5), 8.0)
    columns = seen(wall, camera(512, 512), 8).tiles % 64
    assert columns.min() >= 32


def test_a_solid_learns_where_it_is() -> None:
    """From a picture alone: the place of a ball, by its edges."""
    wanted = seen(solid((0.4, -0.3, -4), (1, 1, 1)), camera(), 8)
    goal = picture(wanted.cover[..., None], wanted.tiles)
    place = torch.tensor([[[0.0, 0, -4]]], requires_grad=True)
    adam = torch.optim.Adam([place], lr=0.03)
    for _ in range(60):
        ball = replace(solid((0, 0, 0), (1, 1, 1)), middle_GS3=place, soft_GS=torch.tensor([[0.2]]))
        found = seen(ball, camera(), 8)
        loss = (picture(found.cover[..., None], found.tiles) - goal).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    torch.testing.assert_close(place.detach()[0, 0, :2], torch.tensor([0.4, -0.3]), atol=0.05, rtol=0)


# bodies ---------------------------------------------------------------------------------


def bodies_of(cues: Cues) -> Splats:
    torch.manual_seed(0)
    made = Bodies(32)
    one = torch.ones(len(cues.base_BFN3), 1, 1)
    with torch.no_grad():
        return made(cues, one, one)


def test_a_body_begins_where_the_film_puts_it(cues: Cues) -> None:
    """Before anything is learned: people as tall as they are, where they stand; a lamp within its box."""
    found = bodies_of(cues)
    middle = found.middle_GS3.view(4, 3, -1, 3)
    for n in range(3):
        base, high = cues.base_BFN3[0, :, n], float(cues.extent_BN2[0, n, 1])
        assert (middle[:, n, :, 1].amax(1) < 1.05 * high).all() and (
            middle[:, n, :, 1].amin(1) > -0.1
        ).all()
        assert ((middle[:, n].mean(1) - base)[:, ::2].abs() < 0.2 * high).all()
    assert (middle[:, :2, :, 1].amax(2) > 1.5).all()


def test_a_body_takes_the_colours_that_the_film_gives_it(cues: Cues) -> None:
    """In a red coat what her solids mix is redder, in a blue one bluer, and nobody else's changes."""
    mixed = {}
    for name, rgb in {"red": (1.0, 0.0, 0.0), "blue": (0.0, 0.0, 1.0)}.items():
        colour = cues.colour_BFNC.unflatten(-1, (-1, 4)).clone()
        colour[:, :, 0, COLOURED.index("coat"), :3] = torch.tensor(rgb)
        found = bodies_of(replace(cues, colour_BFNC=colour.flatten(-2)))
        mixed[name] = found.said_GSC.view(4, 3, -1, SAID)[..., :3].mean((0, 2))
    assert mixed["red"][0, 0] > mixed["blue"][0, 0] + 0.05
    assert mixed["blue"][0, 2] > mixed["red"][0, 2] + 0.05
    assert torch.equal(mixed["red"][1:], mixed["blue"][1:])


def test_a_batch_is_filled_with_nothing(cues: Cues) -> None:
    one = {name: getattr(cues, name)[:, :1] for name in ("extent_BN2", "stature_BN")}
    rows = ("base_BFN3", "bone_BFNR34", "motion_BFNK", "body_text_BFN", "body_BFNA", "colour_BFNC")
    few = replace(cues, **one, **{name: getattr(cues, name)[:, :, :1] for name in rows})
    alone, both = bodies_of(few), bodies_of(collate([cues, few]))
    k = alone.middle_GS3.shape[1]
    torch.testing.assert_close(both.middle_GS3[4:, :k], alone.middle_GS3)
    assert not both.opacity_GS[4:, k:].any()


def test_a_long_box_near_the_camera_shows_the_corners_of_its_front() -> None:
    """4 m long and 2 m wide, its front 2 m before the camera: the front's corners are at 1 m aside."""
    found = seen(solid((0, 0, -4), (1, 0.5, 2), 8.0), camera(), 8)
    cover = picture(found.cover[..., None], found.tiles)[..., 0]
    half = 32 * 1 / 2  # pixels of the front's half width: the picture is 64 wide, 90 degrees
    assert cover[32, 32 - int(half) + 1] > 0.9 and cover[32, 32 - int(half) - 3] < 0.1
    depth = picture(found.depth[..., None], found.tiles)[..., 0]
    assert depth[32, 32].item() == pytest.approx(2.0, abs=0.05)


def test_a_label_lies_before_its_bottle() -> None:
    """Both lean to the camera, so that the bottle's neck is nearer than the label."""
    turned = torch.tensor([[1.0, 0, 0], [0, 0.866, -0.5], [0, 0.5, 0.866]])[None, None]
    bottle = replace(solid((0, 0, -4), (0.3, 1.5, 0.3), said=2.0), axes_GS33=turned)
    label = replace(solid((0, 0, -4), (0.4, 0.3, 0.4), said=5.0), axes_GS33=turned)
    for order in ((bottle, label), (label, bottle)):
        found = seen(joined(*order), camera(), 8)
        assert picture(found.said, found.tiles)[32, 32, 0].item() == pytest.approx(5, abs=0.1)
