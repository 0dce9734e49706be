"""What bodies look like: previz's solids on the bones that the sketch draws with."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from films import plan_text

from scenelang.compiler.bones import BONES
from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.motion import motion, stage
from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette.bodies import Bodies
from scenelang.runtime.maquette.cues import Cues, cues_of
from scenelang.runtime.previz.kinds import KINDS, looks
from scenelang.runtime.previz.palette import Look
from scenelang.runtime.previz.pieces import still
from scenelang.runtime.training.casting import cast, parts_of, rows_of, slots_of

FILM = """scenelang 1
film "Test" {{ size 640x360; fps 8 }}
{role} x "{words}" as {kind}
place here "a street"
shot a 2s in here {{
  camera from (0m, 1.3m, 5m) looking at x
  x at (0.5m, -1m) facing left
  {action}
}}
"""
CASES = {
    "figure": ("character", "a woman in a red coat, a blue hat", "0s.. x waves"),
    "table": ("prop", "one brown table", ""),
    "vehicle": ("prop", "one blue car", "0s.. x moves forward 2m"),
    "animal": ("character", "a grey dog", "0s.. x walks forward 1m"),
    "tree": ("prop", "one green tree", ""),
}


@cache
def plan(kind: str) -> Plan:
    role, words, action = CASES[kind]
    return plan_text(FILM.format(role=role, words=words, kind=kind, action=action))


@cache
def cues(kind: str) -> Cues:
    film = plan(kind)
    encode = lambda texts: torch.zeros(len(texts), 1, 1)  # noqa: E731
    return cues_of(film, film.shots[0], condition_shot(film, film.shots[0], encode=encode), encode)


def saying(want: torch.Tensor) -> Bodies:
    """Bodies that say the same values of everything."""
    bodies = Bodies(16)
    with torch.no_grad():
        bodies.rest[:] = want
    return bodies


@pytest.mark.parametrize("kind", CASES)
def test_bodies_that_say_the_values_are_previz_s_solids(kind: str) -> None:
    """In each frame the values are of, solids are where previz has them in the world, and of that colour."""
    film, found = plan(kind), cues(kind)
    track, subject = film.shots[0].subjects[0], film.subjects[0]
    eye = found.c2w_BF44[0, :, :3, 3].numpy()
    body = motion(track, stage(film.shots[0], {subject.id: subject}, eye, 8.0), (0.0, 0.0), 0)
    look = looks(subject, subject.colours, subject.features, subject.description, False)[0]
    for frame in (0, 9):
        luck = _Frames([frame, frame])
        _, want, weight = next(rows_of(film, Bodies(16), luck))  # type: ignore[arg-type]
        splats = saying(want)(found, torch.ones(1, 1, 1), torch.ones(1, 1, 1))
        shown = (weight[:, 0] > 0).nonzero()[:, 0]
        parts = parts_of(KINDS[kind](look, body), frame)
        turned = np.radians(body.heading[frame])
        world = np.array(
            [[np.cos(turned), 0, np.sin(turned)], [0, 1, 0], [-np.sin(turned), 0, np.cos(turned)]]
        )
        previz = parts.middle @ world.T + body.position[frame]
        ours = splats.middle_GS3[frame, shown].detach().numpy()
        far = np.linalg.norm(ours[:, None] - previz, axis=-1)
        assert far.min(1).max() < 0.01
        assert len(shown) > 3
        nearest = parts.colour[far.argmin(1)]
        assert np.abs(splats.said_GSC[frame, shown, :3].detach().numpy() - nearest).mean() < 0.1


class _Frames:
    """Luck that always chooses the same frames."""

    def __init__(self, frames: list[int]) -> None:
        self.frames = frames

    def choice(self, count: int, size: int, replace: bool = False) -> list[int]:
        return self.frames


def test_every_solid_has_a_slot_on_a_bone_near_it() -> None:
    film = plan("figure")
    subject = film.subjects[0]
    look = looks(subject, subject.colours, subject.features, subject.description, False)[0]
    rest = parts_of(KINDS["figure"](look, still()), 0)
    bones = np.zeros((len(BONES), 3), np.float32)
    bones[:, 1] = np.linspace(0, 1.7, len(BONES))
    where = Bodies(16).bone.tolist()
    slots = slots_of(rest, bones, where)
    used = [s for s in slots if s >= 0]
    assert len(used) == len(set(used)) == min(len(rest.glow), len(where))


def test_casting_brings_a_body_nearer_to_what_it_is() -> None:
    torch.manual_seed(0)
    bodies = Bodies(32)
    first = cast(bodies, [plan("table")], steps=1)
    assert cast(bodies, [plan("table")], steps=60) < 0.3 * first


def test_tufts_get_the_slots_that_a_face_leaves() -> None:
    """A plush monster has hundreds: its eyes and mouth keep the same slots with tufts and without."""
    looks_like = {f: Look("x", "creature", 0.6, {}, frozenset(f)) for f in ((), ("smooth",))}
    found = {}
    for features, look in looks_like.items():
        rest = parts_of(KINDS["creature"](look, still()), 0)
        slots = slots_of(rest, None, range(60))
        taken = sorted(s for s in slots if s >= 0)
        assert taken == list(range(len(taken)))
        found[features] = {
            tuple(rest.middle[n].round(4)): slot for n, slot in enumerate(slots) if slot >= 0
        }
    smooth = found[("smooth",)]
    assert len(smooth) < 40 and len(found[()]) == 60
    assert smooth.items() <= found[()].items()
