"""What the frames of a shot depend on, as one hash: two shots that share it look the same."""

from __future__ import annotations

import hashlib
import json

from scenelang.compiler.plan import Plan, ShotPlan

# names, notes and wishes for people, of which no picture shows anything; and what it continues,
# for which the hash of that shot stands
_UNSEEN = {"id", "title", "scene", "notes", "expect", "continues", "hash"}


def footage_hashes(plan: Plan) -> dict[str, str]:
    """Of each shot its SHA-256 of all that its frames depend on: the shot, who is in it, its place, the
    film's size and rate, and the shot that it continues."""
    cast = {s.id: s.model_dump_json() for s in plan.subjects}
    places = {p.id: p.model_dump_json() for p in plan.places}
    hashes: dict[str, str] = {}
    for shot in plan.shots:  # one that is continued stands before
        depends = [
            shot.model_dump_json(exclude=_UNSEEN),
            *(cast.get(name, "") for name in _mentioned(shot)),
            places.get(shot.place or "", ""),
            json.dumps([plan.size, plan.fps]),
            hashes.get(shot.continues or "", ""),
        ]
        hashes[shot.id] = hashlib.sha256("\n".join(depends).encode()).hexdigest()
    return hashes


def _mentioned(shot: ShotPlan) -> list[str]:
    """The subjects that the shot shows, and those that its words are about."""
    names = [track.subject for track in shot.subjects]
    for action in shot.actions:
        names += [action.actor, *action.targets]
    names += [line.speaker for line in shot.dialogue]
    return sorted(set(names))
