"""What the frames of a shot depend on, as one hash: two shots that share it look the same."""

from __future__ import annotations

import hashlib
import json

from scenelang.compiler.plan import Plan, ShotPlan

# names and notes for people, of which no picture shows anything
_UNSEEN = {"id", "title", "scene", "notes", "hash"}


def footage_hash(plan: Plan, shot: ShotPlan) -> str:
    """SHA-256 of the shot, who is in it, its place, and the film's size and rate."""
    place = plan.place(shot.place)
    depends = {
        "shot": shot.model_dump(mode="json", exclude=_UNSEEN),
        "subjects": [plan.subject(track.subject).model_dump(mode="json") for track in shot.subjects],
        "place": place.model_dump(mode="json") if place else None,
        "size": plan.size,
        "fps": plan.fps,
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()
