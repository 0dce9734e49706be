"""Which builder makes which kind of subject, and every subject of a shot as solids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.motion import Motion, Stage, motion, spread
from scenelang.compiler.plan import Plan, ShotPlan, SubjectPlan, states_of
from scenelang.compiler.turning import Array, rotate, turn
from scenelang.compiler.wardrobe import worn
from scenelang.runtime.previz import builds, creatures, figures, things
from scenelang.runtime.previz.palette import Look
from scenelang.runtime.previz.solids import Assembly, Material, Solids, finished

Builder = Callable[[Look, Motion], Assembly]

KINDS: dict[str, Builder] = {
    "figure": figures.figure, "creature": creatures.creature, "animal": creatures.animal, "bird": creatures.bird,
    "vehicle": builds.vehicle, "boat": builds.boat, "tree": builds.tree, "building": builds.building,
    "stall": builds.stall, "ball": things.ball, "box": things.box, "candle": things.candle,
    "lantern": things.lantern, "table": things.table, "chair": things.chair, "cup": things.cup,
    "letter": things.letter, "book": things.book, "bottle": things.bottle, "umbrella": things.umbrella,
    "rock": things.rock,
}  # fmt: skip


def looks(
    subject: SubjectPlan, colours: dict[str, str], features: list[str], words: str, night: bool
) -> list[Look]:
    """How each member of a subject looks in one of its states, in which the film says `colours`."""
    count = len(subject.offsets)
    return [
        Look(
            subject.id,
            subject.kind,
            subject.height,
            worn(subject, i, colours, features),
            frozenset(features),
            words,
            i,
            count,
            night,
        )
        for i in range(count)
    ]


def subject_solids(
    plan: Plan, shot: ShotPlan, scene: Stage, layers: dict[str, int], night: bool
) -> list[Solids]:
    """The subjects of a shot over all its frames. A subject's index is its place in the plan's
    cast, from 1. A kind without a builder is a box."""
    index = {s.id: i + 1 for i, s in enumerate(plan.subjects)}
    gain = _gains(shot)
    result = []
    for track in shot.subjects:
        if track.subject not in index:
            continue
        subject = plan.subject(track.subject)
        states = states_of(subject, track)
        for i, (start, words, colours, features) in enumerate(states):
            stop = states[i + 1][0] if i + 1 < len(states) else shot.frames
            if stop <= start:
                continue
            frame = np.arange(shot.frames)
            alive = (frame >= start) & (frame < stop)
            for look in looks(subject, colours, features, words, night):
                body = motion(track, scene, subject.offsets[look.member], look.member)
                parts = KINDS.get(subject.kind, things.box)(look, body)
                result.append(
                    finished(
                        parts,
                        layers,
                        index[subject.id],
                        body.position,
                        body.heading,
                        alive,
                        gain.get(subject.id, 1.0),
                    )
                )
    return result


def _gains(shot: ShotPlan) -> dict[str, Array]:
    """How brightly a subject that carries a light glows in each frame, 1 where the light is at
    its mean: so a flame flickers with its light."""
    result = {}
    for light in shot.lights:
        if light.on and light.type == "point":
            intensity = spread(light.intensity, shot.frames)
            result[light.on] = intensity / max(float(intensity.mean()), 1e-6)
    return result


GRAIN = Material((0.1, 0.1, 0.1))
# where steam rises from a kind, in its own frame in heights, and the width of the pot
_POTS: dict[str, tuple[tuple[tuple[float, float, float], ...], float]] = {
    "stall": (((-0.286, 0.48, 0.05), (0.0, 0.48, 0.05)), 0.075),
    "cup": (((0.0, 1.0, 0.0),), 0.45),
    "table": (((0.0, 1.05, 0.0),), 0.08),
}


def steaming(plan: Plan, shot: ShotPlan, scene: Stage) -> tuple[Tensor, Tensor]:
    """Where steam rises in a shot, [F, E, 3] metres, and the size of each pot [E] in metres."""
    points, sizes = [], []
    for track in shot.subjects:
        subject = next((s for s in plan.subjects if s.id == track.subject), None)
        if subject is None or "steaming" not in subject.features:
            continue
        where, size = _POTS.get(subject.kind, (((0.0, 1.0, 0.0),), 0.2))
        world = turn(spread(track.heading, shot.frames))
        for pot in where:
            offset = rotate(world, np.asarray(pot, np.float32) * subject.height)
            points.append(spread(track.position, shot.frames) + offset)
            sizes.append(size * subject.height)
    if not points:
        return torch.zeros(shot.frames, 0, 3), torch.zeros(0)
    return torch.from_numpy(np.stack(points, 1).astype(np.float32)), torch.tensor(sizes)
