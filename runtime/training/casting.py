"""What bodies of the training world look like, as the solids on bones that the sketch's bodies should be.

As with what stands about (dressing.py), shapes and which colour is where are learned from the geometry that clips are
rendered from; how all that looks in a film's light is learned from pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as fn

from scenelang.compiler.bones import BONES, packed
from scenelang.compiler.conditioning import COLOURED, condition_shot
from scenelang.compiler.lexicon import linear
from scenelang.compiler.motion import Motion, motion, stage
from scenelang.compiler.plan import Plan
from scenelang.compiler.rigs import Being, rig
from scenelang.compiler.turning import turn
from scenelang.runtime.maquette.bodies import Bodies, rigid
from scenelang.runtime.maquette.cues import cues_of
from scenelang.runtime.previz.kinds import KINDS, looks
from scenelang.runtime.previz.palette import Look
from scenelang.runtime.previz.solids import Assembly
from scenelang.runtime.previz.things import box
from scenelang.runtime.training.dressing import (
    BATCH,
    HIDDEN,
    RATE,
    Floats,
    near_unit,
    shaped,
    superquadric,
    turn_of,
)

FRAMES = 2  # of each shot
TINTS = 0.04  # by which a colour may miss that of a part times a factor
ABSENT = -6.0  # logit of a colour that a solid doesn't have


@dataclass(frozen=True)
class Parts:
    """The solids of a body in one frame, in its own axes: middles [S, 3], axes [S, 3, 3], halves [S, 3], exponents and
    taper [S, 3], colours [S, 3] linear, glow [S]."""

    middle: Floats
    axes: Floats
    half: Floats
    shape: Floats
    colour: Floats
    glow: Floats


def parts_of(assembly: Assembly, frame: int) -> Parts:
    rows = []
    for n in range(len(assembly)):
        f = min(frame, len(assembly.half[n]) - 1)
        m, axes = assembly.material[n], assembly.axes[n][f]
        half, *shape = superquadric(assembly.shape[n], assembly.half[n][f], float(assembly.taper[n][f]))
        rows.append((assembly.centre[n][f], axes, half, shape, m.colour, m.glow))
    return Parts(*(np.asarray(column, np.float32) for column in zip(*rows, strict=True)))


def standing() -> Motion:
    """Of somebody who stands and does nothing, in one frame."""
    zero = np.zeros(1, np.float32)
    return Motion(
        zero,
        np.zeros((1, 3), np.float32),
        zero,
        zero,
        np.array([[0, 1]], np.float32),
        zero,
        0.0,
        {},
        {},
        zero,
    )


_REACH = {"head": 0.6, "chest": 1.0, "pelvis": 1.0, "hand": 0.5, "foot": 0.6, "body": 4.0}


def slots_of(rest: Parts, bones: Floats | None, where: Sequence[int]) -> list[int]:
    """Which solid of a body has which of its parts, -1 for parts that find none: the largest first, each on the nearest
    bone that has a slot left. `bones` [B, 3] are their origins in the body's axes, None without a skeleton."""
    free: dict[int, list[int]] = {}
    for slot, bone in enumerate(where):
        free.setdefault(bone, []).append(slot)
    size = np.sort(rest.half, -1)[:, 1:].prod(-1)
    if bones is None:
        order = np.argsort(-size)[: len(where)]
        taken = dict(zip(sorted(order.tolist()), range(len(where)), strict=False))
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
    unit, begin, size = bodies.units(cues)
    boneless = rigid(cues)[0, 0, :, 0] > 0
    cast = {s.id: s for s in plan.subjects}
    eye = cues.c2w_BF44[0, :, :3, 3].numpy()
    scene = stage(shot, cast, eye, float(plan.rate))
    index = [(t, m) for t in shot.subjects for m in range(len(cast[t.subject].offsets))]
    for n, (track, member) in enumerate(index):
        if member > 1:
            continue
        subject = cast[track.subject]
        first = (0, subject.description, subject.colours, subject.features)
        states = [first, *sorted(track.states, key=lambda s: s[0])]
        body = motion(track, scene, subject.offsets[member], member)
        for f in luck.choice(len(eye), FRAMES, replace=len(eye) < FRAMES):
            _, words, colours, features = [s for s in states if s[0] <= f][-1]
            look = looks(subject, colours, features, words, False)[member]
            build = KINDS.get(subject.kind, box)
            rest = parts_of(build(look, standing()), 0)
            here = parts_of(build(look, body), int(f))
            if len(here.glow) != len(rest.glow):
                continue  # in some pose it has other parts
            bones = None
            if not boneless[n]:
                frames = packed(rig(Being(subject, features, member, standing())), 1)
                bones = frames[0, :, :, 3]
            slots = slots_of(rest, bones, bodies.bone.tolist())
            frame = cues.bone_BFNR34[0, f, n].numpy()
            pose = (cues.base_BFN3[0, f, n].numpy(), float(body.heading[f]))
            scale = (
                unit[0, min(f, unit.shape[1] - 1), n, 0].numpy(),
                begin[0, min(f, begin.shape[1] - 1), n].numpy(),
                size[0, min(f, size.shape[1] - 1), n].numpy(),
            )
            want, weight = _values(bodies, here, slots, frame, pose, scale, look)
            yield known[0, f, n], want, weight


def _values(
    bodies: Bodies, parts: Parts, slots: list[int], bones: Floats, pose: tuple[Floats, float],
    scale: tuple[Floats, Floats, Floats], look: Look,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    base, heading = pose
    unit, begin, size = scale
    world = turn(np.float32(heading))
    want = torch.zeros(len(bodies.bone), sum(bodies.values.values()))
    weight = torch.zeros_like(want)
    v = dict(zip(bodies.values, want.split([*bodies.values.values()], -1), strict=True))
    w = dict(zip(bodies.values, weight.split([*bodies.values.values()], -1), strict=True))
    v["opacity"][:], w["opacity"][:] = HIDDEN, 0.3
    said = {
        part: np.array(linear(value), np.float32)
        for part, value in look.colours.items()
        if part in COLOURED
    }
    for n, slot in enumerate(slots):
        if slot < 0:
            continue
        bone = int(bodies.bone[slot])
        turned, origin = bones[bone, :, :3], bones[bone, :, 3]
        centre = world @ parts.middle[n] + base
        place = turned.T @ (centre - origin) / np.maximum(unit, 1e-4)
        exponent, across, taper = parts.shape[n].tolist()
        axes, half, up = near_unit(
            turned.T @ world @ parts.axes[n], parts.half[n], across < exponent or taper != 0
        )
        v["middle"][slot] = torch.from_numpy(place - begin[slot])
        v["half"][slot] = torch.from_numpy(
            np.log(np.maximum(half, 2e-3) / (size[slot] * np.maximum(unit, 1e-4)))
        )
        v["turn"][slot] = torch.from_numpy(turn_of(axes))
        shaped(v, slot, exponent, across, taper * up)
        v["soft"][slot], v["opacity"][slot] = -3.0, 4.0
        glow = float(parts.glow[n])
        v["glow"][slot] = float(np.log(np.expm1(glow / 4)) + 4) if glow > 0.05 else -1.0
        _paint(v, w, slot, parts.colour[n], said)
        for name, factor in _COUNTS.items():
            w[name][slot] = factor
    return want, weight


_COUNTS = {
    "middle": 12.0,
    "half": 2.0,
    "turn": 1.0,
    "exponent": 0.1,
    "across": 0.1,
    "taper": 0.5,
    "soft": 0.2,
    "opacity": 0.3,
    "glow": 0.2,
}


def _paint(
    v: dict[str, Tensor], w: dict[str, Tensor], slot: int, colour: Floats, said: dict[str, Floats]
) -> None:
    """Which of the colours that the film gives a part it is, darkened by black, or a colour of its own."""
    best, tint = None, 1.0
    for part, theirs in said.items():
        factor = float(colour @ theirs / max(float(theirs @ theirs), 1e-6))
        if (
            np.abs(colour - factor * theirs).max() < TINTS * max(0.2, float(colour.max()))
            and 0.2 < factor < 1.5
            and (best is None or abs(factor - 1) < abs(tint - 1))
        ):
            best, tint = part, factor
    w["own"][slot] = 0.3
    for part in said:
        v["paint"][slot, 1 + COLOURED.index(part)] = ABSENT
        w["paint"][slot, 1 + COLOURED.index(part)] = 0.2
    w["paint"][slot, 0] = 0.2
    if best is None:
        v["own"][slot] = torch.logit(torch.from_numpy(colour).clamp(0.01, 0.99))
        v["paint"][slot, 0] = 2.0
        return
    share = min(tint, 0.98)
    v["own"][slot] = -4.0
    v["paint"][slot, 1 + COLOURED.index(best)] = 2.0
    v["paint"][slot, 0] = 2.0 + float(np.log((1 - share) / share))


def cast(bodies: Bodies, plans: Sequence[Plan], steps: int = 4000, seed: int = 0) -> float:
    """Teaches bodies what those of plans look like; the same plans and seed teach the same. Returns the last loss."""
    rng = np.random.default_rng(seed)
    rows = [row for plan in plans for row in rows_of(plan, bodies, rng)]
    known, want, weight = (torch.stack(column) for column in zip(*rows, strict=True))
    luck = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(bodies.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE * min(
            1.0, (step + 1) / 50, max((steps - step) / (0.6 * steps), 0.01)
        )
        chosen = torch.randint(len(known), (BATCH,), generator=luck)
        loss = casting_loss(bodies, known[chosen], want[chosen], weight[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def casting_loss(bodies: Bodies, known: Tensor, want: Tensor, weight: Tensor) -> Tensor:
    said = torch.cat([*bodies.said(known).values()], -1)
    return (fn.smooth_l1_loss(said, want, beta=0.1, reduction="none") * weight).mean()
