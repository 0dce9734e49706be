"""Who is in a shot and where everyone stands as it begins; what carries over to the next."""

from __future__ import annotations

import hashlib
import math

from scenelang.compiler import resolved
from scenelang.compiler.geometry import Vec3, heading_of, sub
from scenelang.compiler.lexicon import Reading
from scenelang.grammar.record import Record, replace

POSTURES = {
    "standing": "stand", "sitting": "sit", "kneeling": "kneel", "crouching": "crouch", "lying": "lie",
    "leaning": "lean",
}  # fmt: skip
ROW_SPACING = 1.1
FACING_HEADINGS = {"away": 180.0, "left": -90.0, "right": 90.0}


class Standing(Record):
    """Where and how a subject is at one moment."""

    position: Vec3
    heading: float = 0.0
    posture: str = "stand"
    held_by: str | None = None
    description: str = ""  # not empty after a `becomes`
    reading: Reading | None = None


Stage = dict[str, Standing]


def present(film: resolved.Film, shot: resolved.Shot, stage: Stage) -> list[str]:
    """The subjects of a shot in the order of their declarations: everyone it names, and
    everyone whom its scene has on stage."""
    names = set(stage)
    names.update(m.subject for m in shot.marks)
    names.update(m.subject for m in (shot.scene.marks if shot.scene else ()))
    names.update(shot.framing.on)
    names.update(n for n in (shot.framing.of, shot.focus) if n)
    for action in shot.actions:
        names.update((action.actor, *action.targets))
    names.update(line.speaker for line in shot.lines)
    names.update(change.subject for change in shot.changes)
    names.update(light.on for light in shot.lights if light.on)
    names.update(p.source for p in shot.particles if p.source)
    targets: list[object] = [
        shot.camera.looking,
        *(m.at for m in shot.marks),
        *(m.facing for m in shot.marks),
    ]
    targets += [move.target for span in shot.camera.spans for move in span.moves]
    targets += [key.value for a in shot.animations if a.target == "focus" for key in a.keys]
    names.update(t for t in targets if isinstance(t, str))
    return [name for name in film.subjects if name in names]


def opening(film: resolved.Film, shot: resolved.Shot, stage: Stage) -> Stage:
    """Everyone's place as the shot begins; headings that look at the camera come later.

    What the scene carried over holds unless the shot places a subject anew; a prop that
    nobody placed is in the hands of the first who acts on it; the others stand in a row.
    """
    marks = {m.subject: m for m in (shot.scene.marks if shot.scene else ()) if m.subject not in stage}
    for own in shot.marks:
        earlier = marks.get(own.subject)
        marks[own.subject] = _over(own, earlier) if earlier else own
    result: Stage = {}
    waiting: list[tuple[str, str | None]] = []
    for name in present(film, shot, stage):
        mark, before = marks.get(name), stage.get(name)
        if mark is not None and mark.at is not None and not isinstance(mark.at, str):
            result[name] = replace(before or Standing(mark.at), position=mark.at, held_by=None)
        elif mark is not None and isinstance(mark.at, str):
            waiting.append((name, mark.at))
        elif before is not None:
            result[name] = before
        elif (holder := _first_holder(film, shot, name)) is not None:
            result[name] = Standing((0.0, 0.0, 0.0), held_by=holder)
        else:
            waiting.append((name, None))
    row = [name for name, at in waiting if at is None]
    behind = -1.5 if any(s.held_by is None for s in result.values()) else 0.0
    for i, name in enumerate(row):
        result[name] = Standing(((i - (len(row) - 1) / 2) * ROW_SPACING, 0.0, behind))
    for name, at in waiting:
        if at is not None:
            there = result.get(at, Standing((0.0, 0.0, 0.0))).position
            result[name] = Standing((there[0] + 0.9, there[1], there[2]))
    for name, standing in list(result.items()):
        placed = marks.get(name)
        if placed is not None:
            posture = POSTURES[placed.pose] if placed.pose else standing.posture
            result[name] = replace(
                standing, posture=posture, heading=_facing(placed.facing, standing, result)
            )
    return result


def _over(mark: resolved.Mark, earlier: resolved.Mark) -> resolved.Mark:
    return replace(
        mark,
        at=earlier.at if mark.at is None else mark.at,
        facing=earlier.facing if mark.facing is None else mark.facing,
        pose=mark.pose or earlier.pose,
    )


def _facing(facing: resolved.Target | None, standing: Standing, stage: Stage) -> float:
    if facing is None:
        return standing.heading
    if isinstance(facing, str):
        if facing in FACING_HEADINGS:
            return FACING_HEADINGS[facing]
        if facing not in stage:  # camera
            return standing.heading
        facing = stage[facing].position
    return heading_of(sub(facing, standing.position), standing.heading)


def facing_camera(shot: resolved.Shot, stage: Stage, eye: Vec3) -> Stage:
    """Turn those who face the camera, once it is known where the camera stands."""
    marks = {m.subject: m for m in (*(shot.scene.marks if shot.scene else ()), *shot.marks)}
    result = dict(stage)
    for name, standing in stage.items():
        mark = marks.get(name)
        if mark is not None and mark.facing == "camera":
            result[name] = replace(standing, heading=heading_of(sub(eye, standing.position)))
    return result


def _first_holder(film: resolved.Film, shot: resolved.Shot, prop: str) -> str | None:
    if film.subjects[prop].role != "prop":
        return None
    for action in shot.actions:
        if prop in action.targets and action.gesture in ("give", "hold", "open", "read"):
            return action.actor
    return None


def offsets(subject: resolved.Subject) -> list[tuple[float, float]]:
    """Where the members of a group stand around its place: a sunflower of the group's spread,
    shifted a little by a hash of the name, so that groups differ and stay the same."""
    if subject.count == 1:
        return [(0.0, 0.0)]
    if subject.count == 2:
        half = subject.spread / 2 if subject.spread > 1.2 else 0.3 * subject.height / 1.7
        return [(-half, 0.0), (half, 0.0)]
    result = []
    for i in range(subject.count):
        digest = hashlib.sha256(f"{subject.name}/{i}".encode()).digest()
        angle = i * math.pi * (3 - math.sqrt(5)) + digest[0] / 255 * 0.8
        radius = (
            subject.spread / 2 * math.sqrt((i + 0.5) / subject.count) * (0.9 + 0.2 * digest[1] / 255)
        )
        result.append((round(radius * math.sin(angle), 4), round(radius * math.cos(angle), 4)))
    return result
