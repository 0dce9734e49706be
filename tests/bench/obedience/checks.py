"""Everything else that must be right in a film, whatever its group: camera, bodies, light, air, calm, identity.

The limits were set before any training for this benchmark, from what an onlooker forgives and from what the
animatic's own films reach after encoding; `python -m tests.bench.obedience` prints how those do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bench.obedience import air, bodies
from bench.obedience.pictures import Lab, grown, resized
from bench.obedience.reference import Reference
from numpy.typing import NDArray

from scenelang.runtime.measure.camera_errors import CameraErrors

FRAMES = 5  # of a shot that bodies are looked for in
ROT, ROT_SHARE = 1.5, 0.12  # degrees, and part of the planned turn
TRANS = 0.25  # of the planned way, mean over the frames
METRES = 0.06  # of the distance to what is seen, where the plan stands still
FOCAL = 0.10
POSITION, SIZES = 0.20, (0.6, 1.6)  # of the body's diagonal in the picture; ratio
COLOUR, LIGHT = 15.0, 18.0  # ΔE of a subject: half-way from red to orange is 14
PICTURE = 14.0  # ΔE, root of the mean over 16x9 cells: from day to dusk it is 20 and more
ENERGY, STILL = 6.0, 4.0  # ratio of what drifts; ΔE squared that may shimmer where nothing drifts
FLICKER, CALM = 1.5, 0.5  # ΔE between frames where the reference changes by less than CALM
IDENTITY = 8.0  # ΔE by which a person may change more than in the animatic


@dataclass(frozen=True)
class Check:
    """One question to a film: the number that was measured, and whether it is good enough."""

    name: str
    value: float
    right: bool


def camera(error: CameraErrors, planned: Reference) -> list[Check]:
    off = error.rotation_mean
    found = [Check("rotation", off, off <= ROT + ROT_SHARE * planned.turn)]
    if error.translation_mean is not None:
        found.append(Check("translation", error.translation_mean, error.translation_mean <= TRANS))
    else:
        found.append(Check("stays", error.metres, error.metres <= METRES * planned.distance))
    found.append(Check("focal length", error.focal, error.focal <= FOCAL))
    return found


def subjects(take: Lab, reference: Reference) -> list[tuple[str, bodies.Found]]:
    """Every subject that is in the picture, by its id."""
    frames = [*dict.fromkeys(np.linspace(0, len(take) - 1, FRAMES).round().astype(int).tolist())]
    anyone = reference.mask > 0
    ids = [s.id for s in reference.plan.subjects]
    found = []
    for number in np.unique(reference.mask[frames]):
        if number == 0:
            continue
        seen = bodies.find(take, reference.lab, reference.mask == number, anyone, frames)
        if seen is not None:
            found.append((ids[number - 1], seen))
    return found


def of_subject(name: str, found: bodies.Found) -> list[Check]:
    result = [
        Check(f"{name}: colour", found.colour, found.colour <= COLOUR),
        Check(f"{name}: light", found.light, found.light <= LIGHT),
    ]
    if np.isfinite(found.position):
        low, high = SIZES
        result.append(Check(f"{name}: position", found.position, found.position <= POSITION))
        result.append(Check(f"{name}: size", found.size, low <= found.size <= high))
    return result


def picture(take: Lab, reference: Reference) -> list[Check]:
    """Place and light as a whole, in coarse cells over time."""
    ours, theirs = (resized(film, (16, 9), min(4, len(film))) for film in (take, reference.lab))
    off = float(np.sqrt(np.square(ours - theirs).sum(-1).mean()))
    return [Check("picture", off, off <= PICTURE)]


def atmosphere(take: Lab, reference: Reference) -> list[Check]:
    """As much drifts as planned, and where nothing does, nothing shimmers. Asked where the camera stands still."""
    planned, found = air.energy(reference.lab), air.energy(take)
    if any(max(p.density) > 0 for p in reference.shot.particles):
        ratio = (found + 0.5) / (planned + 0.5)
        return [Check("particles", ratio, 1 / ENERGY <= ratio <= ENERGY)]
    return [Check("no particles", found - planned, found - planned <= STILL)]


def flicker(take: Lab, reference: Reference) -> list[Check]:
    """ΔE between neighbouring frames where the reference is calm; nothing if it never is."""
    change = np.linalg.norm(np.diff(reference.lab, axis=0), axis=-1)
    calm = ~grown(change > CALM, 3)
    if calm.mean() < 0.02:
        return []
    ours = np.linalg.norm(np.diff(take, axis=0), axis=-1)
    value = float(ours[calm].mean())
    return [Check("flicker", value, value <= FLICKER)]


def identity(
    takes: list[Lab], shots: list[Reference], borders: list[tuple[tuple[int, int], tuple[int, int]]]
) -> list[Check]:
    """How much each person changes over a border, given as (shot, frame) before and after, beyond what it changes in
    the reference: the light and the side it is seen from may change it there too."""
    worst: dict[str, float] = {}
    for (s, f), (t, g) in borders:
        before, after = shots[s], shots[t]
        for number, subject in enumerate(before.plan.subjects, 1):
            there = before.mask[f] == number, after.mask[g] == number
            if min(m.sum() for m in there) < bodies.LEAST:
                continue
            ours, theirs = (
                _looks(films[s][f], there[0]) - _looks(films[t][g], there[1])
                for films in (takes, [r.lab for r in shots])
            )
            change = float(np.linalg.norm(ours - theirs))
            worst[subject.id] = max(worst.get(subject.id, 0.0), change)
    return [Check(f"{name}: identity", value, value <= IDENTITY) for name, value in worst.items()]


def _looks(frame: Lab, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    colour: NDArray[np.float64] = frame[where].mean(0, dtype=np.float64)
    return colour
