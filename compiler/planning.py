"""Staged shots to the Plan: light, air, words and hashes added, every clip on the timeline."""

from __future__ import annotations

import hashlib

from scenelang.compiler import resolved, timing
from scenelang.compiler.blocking import GESTURES
from scenelang.compiler.lighting import light_tracks, particle_tracks
from scenelang.compiler.plan import (
    ActionPlan,
    EditPlan,
    LinePlan,
    PlacePlan,
    Plan,
    ShotPlan,
    SubjectPlan,
)
from scenelang.compiler.stage import offsets
from scenelang.compiler.staging import Staged, times_of
from scenelang.compiler.trail import frame_range


def plan_of(film: resolved.Film, staged: list[Staged], source: str) -> Plan:
    """The whole film; `source` is the SHA-256 of its canonical text."""
    shots = plan_shots(film, staged)
    edit, frames = timeline(film, [(s.id, s.frames) for s in shots])
    width, height = film.size
    return Plan(
        title=film.title, size=(width, height), fps=str(film.fps), frames=frames, source=source,
        subjects=[_subject(s) for s in film.subjects.values()],
        places=[
            PlacePlan(
                id=p.name, description=p.description, set=p.set, features=list(p.features),
                reference=p.reference,
            )
            for p in film.places.values()
        ],
        shots=shots, edit=edit,
    )  # fmt: skip


def _subject(s: resolved.Subject) -> SubjectPlan:
    return SubjectPlan(
        id=s.name, role=s.role, description=s.description, wears=s.wears,
        mood=s.mood, kind=s.reading.kind or "box", kind_from=s.kind_from,
        colours=s.reading.colours, features=list(s.reading.features), height=s.height, offsets=offsets(s),
        reference=s.reference, voice=s.voice,
    )  # fmt: skip


def plan_shots(film: resolved.Film, staged: list[Staged]) -> list[ShotPlan]:
    hashes: dict[str, str] = {}
    shots = []
    for each in staged:
        planned = plan_shot(film, each, hashes.get(each.shot.continues or "", ""))
        hashes[planned.id] = planned.hash
        shots.append(planned)
    return shots


def plan_shot(film: resolved.Film, staged: Staged, before: str = "") -> ShotPlan:
    """One shot; `before` is the hash of the one that it continues."""
    shot, frames = staged.shot, staged.frames
    times = times_of(film, frames)
    by_name = {t.subject: t for t in staged.subjects}
    actions = [_action(film, a, frames) for a in shot.actions]
    planned = ShotPlan(
        id=shot.name,
        title=shot.title,
        scene=shot.scene.name if shot.scene else None,
        slug=shot.scene.slug if shot.scene else "",
        place=shot.place,
        frames=frames,
        seed=shot.seed,
        look=shot.look,
        avoid=shot.avoid,
        sound=list(shot.sounds),
        notes=list(shot.notes),
        segments=timing.segments(film, shot, actions),
        actions=actions,
        camera=staged.camera,
        subjects=staged.subjects,
        lights=light_tracks(film, shot, by_name, times),
        particles=particle_tracks(shot, times),
        dialogue=[
            LinePlan(frames=frame_range(film, n.start, n.end, frames), speaker=n.speaker, text=n.text)
            for n in shot.lines
        ],
        continues=shot.continues,
        since=staged.since,
        speed=shot.speed,
        expect=list(shot.expects),
        hash="",
    )
    digest = hashlib.sha256(planned.model_dump_json(exclude={"hash"}).encode())
    digest.update(before.encode())
    return planned.model_copy(update={"hash": digest.hexdigest()})


def _action(film: resolved.Film, a: resolved.Action, frames: int) -> ActionPlan:
    return ActionPlan(
        id=a.id, frames=frame_range(film, a.start, a.end, frames), actor=a.actor, words=a.words, manner=a.manner,
        verb=a.verb, gesture=a.gesture if a.gesture in GESTURES else None, targets=list(a.targets),
    )  # fmt: skip


def timeline(film: resolved.Film, shots: list[tuple[str, int]]) -> tuple[list[EditPlan], int]:
    """Where each shot begins in the film, and the film's frames; of each shot its ID and its frames.

    Dissolves and wipes overlap their shots; fades don't.
    """
    entries = [EditPlan(shot=name, start=0) for name, _ in shots]
    for transition in film.transitions:
        n = film.frame(transition.duration)
        i = transition.before
        if transition.kind in ("dissolve", "wipe") and 0 < i < len(shots):
            enter = (
                "dissolve" if transition.kind == "dissolve" else f"wipe {transition.direction or 'left'}"
            )
            entries[i] = entries[i].model_copy(update={"enter": enter, "enter_frames": n})
        elif transition.kind == "fade in" and i < len(shots):
            entries[i] = entries[i].model_copy(update={"enter": "fade in", "enter_frames": n})
        elif transition.kind == "fade out" and i > 0:
            entries[i - 1] = entries[i - 1].model_copy(update={"leave": "fade out", "leave_frames": n})
    position = 0
    for i, (entry, (_, frames)) in enumerate(zip(entries, shots)):
        overlap = entry.enter_frames if entry.enter.startswith(("dissolve", "wipe")) else 0
        entries[i] = entry.model_copy(update={"start": position - overlap})
        position += frames - overlap
    return entries, position
