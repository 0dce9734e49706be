"""Things in hands: who has a prop when, and how it goes from hand to hand."""

from __future__ import annotations

from scenelang.compiler import resolved
from scenelang.compiler.easing import ease
from scenelang.compiler.geometry import Vec3, add, forward_of, lerp, scale
from scenelang.compiler.plan import PosePlan
from scenelang.compiler.stage import Stage, Standing
from scenelang.compiler.trail import Trail, frame_range


def hand(subject: resolved.Subject, position: Vec3, heading: float, posture: str) -> Vec3:
    """Where a subject holds a thing: before the chest, lower when it kneels or sits."""
    height = subject.height * {"kneel": 0.45, "sit": 0.42, "crouch": 0.4, "lie": 0.15}.get(posture, 0.68)
    ahead = scale(forward_of(heading), 0.22 * subject.height)
    return add(add(position, ahead), (0.0, height, 0.0))


def hold_props(
    film: resolved.Film, shot: resolved.Shot, start: Stage, trails: dict[str, Trail], frames: int
) -> None:
    for name, standing in start.items():
        if film.subjects[name].role == "prop":
            _hold(name, standing, film, shot, trails, frames)


def _hold(
    name: str,
    standing: Standing,
    film: resolved.Film,
    shot: resolved.Shot,
    trails: dict[str, Trail],
    frames: int,
) -> None:
    """Who has a prop when; from hand to hand it travels in the middle of the action."""
    holder, since = standing.held_by, 0
    trail = trails[name]
    for action in sorted(shot.actions, key=lambda a: a.start):
        if name not in action.targets or action.gesture not in ("give", "take", "hold", "open", "read"):
            continue
        a, b = frame_range(film, action.start, action.end, frames)
        others = [t for t in action.targets if t in trails and film.subjects[t].role == "character"]
        receiver = others[0] if action.gesture == "give" and others else action.actor
        if receiver == holder:
            continue
        leave, arrive = round(a + 0.45 * (b - a)), round(a + 0.65 * (b - a))
        if holder is not None:
            _in_hand(trail, holder, since, leave, film, trails)
            trails[receiver].poses.append(PosePlan(frames=(leave, b), pose="reach", target=holder))
        origin = (
            trail.position[min(leave, frames - 1)]
            if holder is None
            else _palm(holder, leave, film, trails)
        )
        for f in range(leave, min(arrive, frames)):
            u = ease("ease", (f - leave) / max(1, arrive - leave))
            trail.position[f] = lerp(origin, _palm(receiver, f, film, trails), u)
        holder, since = receiver, arrive
    if holder is not None:
        _in_hand(trail, holder, since, frames, film, trails)


def _palm(holder: str, frame: int, film: resolved.Film, trails: dict[str, Trail]) -> Vec3:
    trail = trails[holder]
    f = min(frame, len(trail.position) - 1)
    return hand(film.subjects[holder], trail.position[f], trail.heading[f], trail.posture)


def _in_hand(
    trail: Trail, holder: str, start: int, end: int, film: resolved.Film, trails: dict[str, Trail]
) -> None:
    end = min(end, len(trail.position))
    if end <= start:
        return
    for f in range(start, end):
        trail.position[f] = _palm(holder, f, film, trails)
        trail.heading[f] = trails[holder].heading[f]
    trail.held.append((start, end, holder))
    trails[holder].poses.append(PosePlan(frames=(start, end), pose="hold"))
