"""What the frames of a shot depend on, as one hash: two shots that share it look the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from scenelang.compiler.plan import Plan, ShotPlan

# names, notes and wishes for people, of which no picture shows anything; and what it continues,
# for which the hash of that shot stands
_UNSEEN = {"id", "title", "scene", "notes", "expect", "continues", "seed", "hash"}


@dataclass(frozen=True)
class Footage:
    """Of a shot: the hash of all that its frames depend on, and of that but for its own seed, which
    several takes of it share."""

    hash: str
    seedless: str


def footage_of(plan: Plan) -> dict[str, Footage]:
    """What each shot's frames depend on: the shot, who is in it, its place, the film's size and rate,
    and the footage that it continues."""
    cast = {s.id: s.model_dump_json() for s in plan.subjects}
    places = {p.id: p.model_dump_json() for p in plan.places}
    known: dict[str, Footage] = {}
    for shot in plan.shots:  # one that is continued stands before
        before = known.get(shot.continues or "")
        depends = [
            shot.model_dump_json(exclude=_UNSEEN),
            *(cast.get(name, "") for name in _mentioned(shot)),
            places.get(shot.place or "", ""),
            json.dumps([plan.size, plan.fps]),
            before.hash if before else "",
        ]
        seedless = hashlib.sha256("\n".join(depends).encode())
        seeded = seedless.copy()
        seeded.update(f"\n{shot.seed}".encode())
        known[shot.id] = Footage(seeded.hexdigest(), seedless.hexdigest())
    return known


def _mentioned(shot: ShotPlan) -> list[str]:
    """The subjects that the shot shows, and those that its words are about."""
    names = [track.subject for track in shot.subjects]
    for action in shot.actions:
        names += [action.actor, *action.targets]
    names += [line.speaker for line in shot.dialogue]
    return sorted(set(names))
