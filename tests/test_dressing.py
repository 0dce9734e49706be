"""What stands about in a place: the training world's geometry as solids, and lines of sight that stay free."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from films import plan_text

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.motion import spread
from scenelang.compiler.plan import Plan
from scenelang.compiler.set_size import extent_of
from scenelang.compiler.sight_lines import lines, sight_lines
from scenelang.runtime.maquette.bodies import Scenery, _free, _turned
from scenelang.runtime.maquette.cues import cues_of
from scenelang.runtime.previz import sets
from scenelang.runtime.training.dressing import dressing, values_of
from scenelang.runtime.training.solids import loss_of

FILM = """scenelang 1
film "Test" {{ size 640x360; fps 8 }}
character ada "a woman in a red coat"
place here "a {place}"
shot a 2s in here {{
  camera from (0m, 1.3m, 9m) looking at ada {{ orbit right 60deg around ada }}
  ada at (0m, -2m) facing camera
}}
"""


@cache
def plan(place: str) -> Plan:
    return plan_text(FILM.format(place=place))


@pytest.mark.parametrize("place", ["forest", "market", "room", "mountains"])
def test_a_place_is_dressed_with_solids_that_have_a_size(place: str) -> None:
    found = dressing(plan(place).places[0])
    assert len(found) > 20
    assert (found.half > 0).all() and (found.shape[:, :2] >= 2).all() and (found.shape[:, :2] <= 8).all()
    assert np.allclose(found.axes @ found.axes.transpose(0, 2, 1), np.eye(3), atol=1e-4)


def test_a_void_is_dressed_with_nothing() -> None:
    assert len(dressing(plan("void").places[0])) == 0
    want, weight = values_of(dressing(plan("void").places[0]), Scenery(16, 5))
    assert want.shape == weight.shape and want.abs().sum() > 0


def said(scenery: Scenery, place: str) -> torch.Tensor:
    """The splats of a scenery that says the same of every place."""
    film = plan(place)
    encode = lambda texts: torch.zeros(len(texts), 1, 8)  # noqa: E731
    cues = cues_of(film, film.shots[0], condition_shot(film, film.shots[0], encode=encode), encode)
    return scenery(cues, torch.ones(1, 1, 1))


def test_a_scenery_that_says_the_values_has_the_solids() -> None:
    found = dressing(plan("forest").places[0])
    scenery = Scenery(16, 64)
    want, _ = values_of(found, scenery)
    with torch.no_grad():
        scenery.rest[:] = want
    splats = said(scenery, "forest")
    kept = found.take(np.sort(np.argsort(-found.importance)[:64]))
    assert np.allclose(splats.middle_GS3[0].detach(), kept.middle, atol=1e-3)
    # a solid is the same whichever of its axes is called the first: compare its extent along the world's
    extent = (splats.axes_GS33[0] * splats.half_GS3[0][:, None]).square().sum(-1).sqrt()
    wanted = np.sqrt(np.square(kept.axes * kept.half.clip(0.02)[:, None]).sum(-1))
    assert np.allclose(extent.detach(), wanted, atol=0.03, rtol=0.05)
    assert loss_of(want[None], want[None], torch.ones_like(want)[None]) == 0


def test_hidden_solids_are_not_seen() -> None:
    scenery = Scenery(16, 40)
    want, _ = values_of(dressing(plan("void").places[0]), scenery)
    with torch.no_grad():
        scenery.rest[:] = want
    assert (said(scenery, "void").opacity_GS < 0.004).all()


@pytest.mark.parametrize("place", ["forest", "market", "room", "street"])
def test_the_same_pieces_give_way_as_in_the_animatic(place: str) -> None:
    film = plan(place)
    shot = film.shots[0]
    made = sets.build(film.place(shot.place), extent_of(film, shot.place))
    eye = spread(shot.camera.c2w, shot.frames).reshape(-1, 3, 4)[:, :, 3]
    kept = sets.clear(made, eye, [spread(t.position, shot.frames) for t in shot.subjects]).pieces
    pieces = torch.tensor([[*piece.middle, piece.radius] for piece in made.pieces])[None].float()
    free = _free(sight_lines(shot)[None], pieces)[0]
    assert [any(p is k for k in kept) for p in made.pieces] == free.tolist()


def test_something_gives_way_and_an_empty_line_blocks_nothing() -> None:
    sight = torch.tensor([[[0.0, 1.0, 5.0, 0.0, 1.0, 0.0, 1.0], [0.0] * 7]])
    pieces = torch.tensor([[[0.2, 1.0, 2.0, 0.3], [3.0, 1.0, 2.0, 0.3], [0.0, 0.0, -1.0, 0.1]]])
    assert _free(sight, pieces).tolist() == [[False, True, True]]
    assert lines(np.zeros((3, 3), np.float32), []).shape == (3, 2, 3)


def test_turns_are_rotations() -> None:
    turned = _turned(torch.randn(5, 3))
    assert torch.allclose(turned @ turned.transpose(1, 2), torch.eye(3).expand(5, 3, 3), atol=1e-5)
