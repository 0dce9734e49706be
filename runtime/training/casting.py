"""What bodies of the training world look like, as the solids on bones that the sketch's bodies should be.

As with what stands about (dressing.py), shapes and which colour is where are learned from the geometry that clips are
rendered from; how all that looks in a film's light is learned from pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scenelang.compiler.bones import BONES, packed
from scenelang.compiler.conditioning import COLOURED, condition_shot
from scenelang.compiler.lexicon import KINDS as SAID_KINDS
from scenelang.compiler.lexicon import linear
from scenelang.compiler.motion import motion, stage
from scenelang.compiler.plan import Plan, states_of
from scenelang.compiler.rigs import Being, rig
from scenelang.compiler.turning import turn
from scenelang.runtime.maquette.bodies import Bodies, rigid
from scenelang.runtime.maquette.cues import cues_of
from scenelang.runtime.previz.kinds import KINDS, looks
from scenelang.runtime.previz.palette import Look
from scenelang.runtime.previz.pieces import still
from scenelang.runtime.previz.solids import Assembly
from scenelang.runtime.previz.textures import mean_of
from scenelang.runtime.previz.things import box
from scenelang.runtime.training.solids import (
    Floats,
    Named,
    blank,
    near_unit,
    seen,
    shaped,
    superquadric,
    taught,
    turn_of,
    unlit,
)

FRAMES = 2  # of each shot
# colours that nothing has by itself, one for each part that can be given one, and how much of it counts as it
_MIXED = ("#" + "".join(rgb) for rgb in product(("00", "89", "bc"), repeat=3) if {"00", "bc"} <= {*rgb})
MARKS = dict(zip(COLOURED, _MIXED, strict=False))
LEAST = 0.05
ABSENT = -6.0  # logit of a colour that a solid doesn't have
THIN = 0.002  # metres that half a solid is thick at least
MANY = 16  # parts that are alike
# how much it counts that each value is right
COUNTS = {
    "middle": 12.0, "half": 2.0, "turn": 1.0, "exponent": 0.1, "across": 0.1, "taper": 0.5, "soft": 0.2, "opacity": 0.3,
    "glow": 0.2, "code": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """The solids of a body in one frame, in its own axes: middles [S, 3], axes [S, 3, 3], halves [S, 3], exponents and
    taper [S, 3], colours [S, 3] linear, what textures make of those from afar [S, 3], glow [S], gloss [S]."""

    middle: Floats
    axes: Floats
    half: Floats
    shape: Floats
    colour: Floats
    texture: Floats
    glow: Floats
    gloss: Floats


def parts_of(assembly: Assembly, frame: int) -> Parts:
    rows = []
    for n in range(len(assembly)):
        f = min(frame, len(assembly.half[n]) - 1)
        m, axes = assembly.material[n], assembly.axes[n][f]
        half, *shape = superquadric(assembly.shape[n], assembly.half[n][f], float(assembly.taper[n][f]))
        rows.append(
            (assembly.centre[n][f], axes, half, shape, m.colour, mean_of(m.texture), m.glow, m.gloss)
        )
    return Parts(*(np.asarray(column, np.float32) for column in zip(*rows, strict=True)))


# how far a bone reaches, for the question which is nearest: more for those that have many solids
_REACH = {"head": 0.6, "chest": 1.0, "pelvis": 1.0, "hand": 0.5, "foot": 0.6, "body": 4.0}


def slots_of(rest: Parts, bones: Floats | None, where: Sequence[int]) -> list[int]:
    """Which solid of a body has which of its parts, -1 for parts that find none: the largest first, each on the nearest
    bone that has a slot left. `bones` [B, 3] are their origins in the body's axes, None without a skeleton: then what
    there are many of, such as a coat's tufts, gets what the others leave, evenly."""
    free: dict[int, list[int]] = {}
    for slot, bone in enumerate(where):
        free.setdefault(bone, []).append(slot)
    size = np.sort(rest.half, -1)[:, 1:].prod(-1)
    if bones is None:
        many = _alike(rest) >= MANY
        single = np.nonzero(~many)[0]
        single = np.sort(single[np.argsort(-size[single], kind="stable")[: len(where)]])
        left = np.nonzero(many)[0]
        some = (
            np.linspace(0, len(left) - 1, min(len(left), len(where) - len(single))).round().astype(int)
        )
        taken = {int(n): slot for slot, n in enumerate([*single, *left[some]])}
        return [taken.get(n, -1) for n in range(len(size))]
    weight = np.array([_REACH.get(b.split("_")[-1], 1.0) for b in BONES])
    far = np.linalg.norm(rest.middle[:, None] - bones, axis=-1) * weight
    chosen = [-1] * len(size)
    homes: dict[int, list[int]] = {}
    for n in np.argsort(-size):
        for bone in np.argsort(far[n]):
            if len(homes.setdefault(int(bone), [])) < len(free.get(int(bone), [])):
                homes[int(bone)].append(int(n))
                break
    for bone, parts in homes.items():  # in the order in which they are built: the same in every look
        for slot, part in zip(free[bone], sorted(parts), strict=False):
            chosen[part] = slot
    return chosen


def rows_of(
    plan: Plan, bodies: Bodies, luck: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """What is known of each body of a plan's first shot in some frames [KNOWN], the values that its solids should have
    [K, V], and how much each counts [K, V]."""
    shot = plan.shots[0]
    encode = lambda texts: torch.zeros(len(texts), 1, 1)  # noqa: E731
    cues = cues_of(plan, shot, condition_shot(plan, shot, encode=encode), encode)
    if cues.base_BFN3.shape[2] == 0:
        return
    known = bodies.known(cues, torch.ones(1, 1, 1))
    unit, begin, size = (scale[0].numpy() for scale in bodies.units(cues))
    base, bones = cues.base_BFN3[0].numpy(), cues.bone_BFNR34[0].numpy()
    boneless = rigid(cues)[0, 0, :, 0] > 0
    cast = {s.id: s for s in plan.subjects}
    eye = cues.c2w_BF44[0, :, :3, 3].numpy()
    scene = stage(shot, cast, eye, float(plan.rate))
    index = [(t, m) for t in shot.subjects for m in range(len(cast[t.subject].offsets))]
    for n, (track, member) in enumerate(index):
        if member > 1:
            continue
        subject = cast[track.subject]
        build = KINDS.get(subject.kind, box)
        states = states_of(subject, track)
        body = motion(track, scene, subject.offsets[member], member)
        for f in luck.choice(len(eye), FRAMES, replace=len(eye) < FRAMES):
            _, words, colours, features = [s for s in states if s[0] <= f][-1]
            look = looks(subject, colours, features, words, False)[member]
            rest = parts_of(build(look, still()), 0)
            here = parts_of(build(look, body), int(f))
            marked = parts_of(build(_marked(look), still()), 0).colour
            if len(here.glow) != len(rest.glow):
                continue  # in some pose it has other parts
            origins = None
            if not boneless[n]:
                origins = packed(rig(Being(subject, features, member, still())), 1)[0, :, :, 3]
            slots = slots_of(rest, origins, bodies.bone.tolist())
            turned = turn(np.float32(body.heading[f]))
            placed = replace(
                here,
                middle=here.middle @ turned.T + base[f, n],
                axes=(turned @ here.axes).astype(np.float32),
            )
            scale = unit[f, n, 0], begin[f, n], size[f, n]
            yield known[0, f, n], *_values(bodies, placed, slots, bones[f, n], scale, marked, look)


def _alike(parts: Parts) -> NDArray[np.int64]:
    """How many parts [S] are of the same shape and as thin as each."""
    what = np.concatenate([parts.shape, parts.half.min(1, keepdims=True)], 1).round(4)
    _, which, count = np.unique(what, axis=0, return_inverse=True, return_counts=True)
    found: NDArray[np.int64] = count[which.reshape(-1)]
    return found


def _values(
    bodies: Bodies,
    parts: Parts,
    slots: list[int],
    bones: Floats,
    scale: tuple[Floats, Floats, Floats],
    marked: Floats,
    look: Look,
) -> tuple[Tensor, Tensor]:
    """Values of `parts` that are placed in the world, on `bones` [B, 3, 4] there; `scale` as Bodies.units says, `marked`
    [S, 3] the colours that they have where each part of the look has its mark."""
    unit, begin, size = scale
    unit = np.maximum(unit, 1e-4)
    want, weight, v, w = blank(bodies.values, len(bodies.bone))
    said = [part for part in COLOURED if part in look.colours]
    for n, slot in enumerate(slots):
        if slot < 0:
            continue
        turned, origin = np.split(bones[int(bodies.bone[slot])], [3], axis=1)
        place = turned.T @ (parts.middle[n] - origin[:, 0]) / unit
        exponent, across, taper = parts.shape[n].tolist()
        axes, half, up = near_unit(
            turned.T @ parts.axes[n], parts.half[n], across < exponent or taper != 0
        )
        v["middle"][slot] = torch.from_numpy(place - begin[slot])
        v["half"][slot] = torch.from_numpy(np.log(np.maximum(half, THIN) / (size[slot] * unit)))
        v["turn"][slot] = torch.from_numpy(turn_of(axes))
        shaped(v, slot, exponent, across, taper * up)
        seen(v, slot, float(parts.glow[n]), float(parts.gloss[n]))
        for name, factor in COUNTS.items():
            w[name][slot] = factor
        _paint(v, w, slot, parts.colour[n], parts.texture[n], marked[n], said)
    return want, weight


def _marked(look: Look) -> Look:
    """The same with every part that has a colour in its mark, so that solids tell of which part theirs is."""
    return replace(look, colours={part: MARKS.get(part, c) for part, c in look.colours.items()})


def _paint(
    v: Named, w: Named, slot: int, colour: Floats, texture: Floats, marked: Floats, said: Sequence[str]
) -> None:
    """Which of the colours that parts have it is, darkened by black, or a colour of its own."""
    best, tint = None, 1.0
    for part in said:
        mark = np.array(linear(MARKS[part]), np.float32)
        factor = float(marked @ mark / (mark @ mark))
        if factor > LEAST and np.abs(marked - factor * mark).max() < 0.02 * factor:
            best, tint = part, factor
    w["own"][slot] = 0.3
    for part in said:
        v["paint"][slot, 1 + COLOURED.index(part)] = ABSENT
        w["paint"][slot, 1 + COLOURED.index(part)] = 0.2
    w["paint"][slot, 0] = 0.2
    if best is None:
        v["own"][slot] = unlit(colour * texture)
        v["paint"][slot, 0] = 2.0
        return
    share = min(tint * float(texture.mean()), 0.98)
    v["own"][slot] = -4.0
    v["paint"][slot, 1 + COLOURED.index(best)] = 2.0
    v["paint"][slot, 0] = 2.0 + float(np.log((1 - share) / share))


def cast(bodies: Bodies, plans: Sequence[Plan], steps: int = 4000, seed: int = 0) -> float:
    """Teaches bodies what those of plans look like; the same plans and seed teach the same. Returns the last loss."""
    rng = np.random.default_rng(seed)
    rows = [row for plan in plans for row in rows_of(plan, bodies, rng)]
    known, want, weight = (torch.stack(column) for column in zip(*rows, strict=True))

    def said(chosen: Tensor) -> Tensor:
        return torch.cat([*bodies.said(known[chosen]).values()], -1)

    kinds, which = known[:, : len(SAID_KINDS)].unique(dim=0, return_inverse=True)
    seldom = which.bincount(minlength=len(kinds)).float().rsqrt()  # is seen more often than it is
    return taught(bodies, said, want, weight, steps, seed, seldom[which])
