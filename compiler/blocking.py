"""Actions to motion: everyone's position, heading, poses and held things in every frame."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler import resolved
from scenelang.compiler.easing import ease
from scenelang.compiler.geometry import (
    Vec3,
    add,
    forward_of,
    heading_of,
    length,
    lerp,
    level,
    scale,
    sub,
    turn,
    unit,
)  # fmt: skip
from scenelang.compiler.hands import hold_props
from scenelang.compiler.leaps import leaps, lift
from scenelang.compiler.plan import PosePlan, SubjectTrack
from scenelang.compiler.stage import Stage, Standing
from scenelang.compiler.trail import Trail, compact, frame_range
from scenelang.grammar.record import replace

WALK, RUN = 1.35, 3.6  # metres a second, where the file gives no distance
SPEEDS = {"vehicle": 8.0, "boat": 3.0, "bird": 5.0, "ball": 2.5}
TURN_SECONDS = 0.4
EXIT_METRES = 5.0
MOVING = {"walk": WALK, "run": RUN, "move": 1.5, "enter": WALK, "exit": WALK}
POSTURE_OF = {
    "sit": "sit",
    "stand": "stand",
    "kneel": "kneel",
    "crouch": "crouch",
    "lie": "lie",
}
POSE_OF = {
    "look": "look", "lean": "lean", "give": "give", "take": "reach", "hold": "hold", "open": "open", "read": "read",
    "reach": "reach", "point": "point", "wave": "wave", "smile": "smile", "talk": "talk",
    "dance": "dance",
}  # fmt: skip
GESTURES = {*MOVING, *POSTURE_OF, *POSE_OF, "turn", "jump", "fall"}
WAYS: dict[str, Vec3] = {
    "left": (-1, 0, 0), "right": (1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "away": (0, 0, -1),
}  # fmt: skip


def block(
    film: resolved.Film, shot: resolved.Shot, start: Stage, eye: Vec3
) -> tuple[list[SubjectTrack], Stage]:
    """The tracks of all subjects on stage, and the stage as the shot ends.

    `eye` is the camera's place at the shot's start, for those who walk toward it.
    """
    frames = max(1, film.frame(shot.duration))
    trails = {
        name: Trail([s.position] * (frames + 1), [s.heading] * (frames + 1), posture=s.posture)
        for name, s in start.items()
    }
    for name, standing in start.items():
        if standing.posture != "stand":
            trails[name].poses.append(PosePlan(frames=(0, frames), pose=standing.posture))
    for action in sorted(shot.actions, key=lambda a: a.start):
        _perform(action, film, trails, eye, frames)
    for line in shot.lines:
        span = frame_range(film, line.start, line.end, frames)
        trails[line.speaker].poses.append(PosePlan(frames=span, pose="talk"))
    hold_props(film, shot, start, trails, frames + 1)
    tracks = [_track(name, trail, film, shot, start[name], frames) for name, trail in trails.items()]
    return tracks, _closing(film, shot, start, trails)


def _perform(
    action: resolved.Action, film: resolved.Film, trails: dict[str, Trail], eye: Vec3, frames: int
) -> None:
    trail, span = trails[action.actor], frame_range(film, action.start, action.end, frames)
    gesture = action.gesture
    if gesture in MOVING:
        _travel(action, film, trails, eye, span)
    elif gesture == "turn":
        _turn(action, trails, eye, span, film.fps)
    elif gesture == "jump":
        _jump(trail, span, film.fps)
    elif gesture == "fall":
        start = _begins(trail, "lie", span[0], frames)
        _adopt(trail, "lie", start, frames)
        trail.poses.append(PosePlan(frames=(start, max(span[1], start + 1)), pose="fall"))
    elif gesture in POSTURE_OF:
        posture = POSTURE_OF[gesture]
        _adopt(trail, posture, _begins(trail, posture, span[0], frames), frames)
    elif gesture in POSE_OF:
        target = next((t for t in reversed(action.targets) if t != action.actor), None)
        if action.goal == "camera":
            target = "camera"
        trail.poses.append(PosePlan(frames=span, pose=POSE_OF[gesture], target=target))
        if gesture in ("give", "look", "point") and target in trails:
            _face(trail, trails[target].position[span[0]], span, film.fps, least=70.0)


def _begins(trail: Trail, posture: str, start: int, frames: int) -> int:
    """The frame in which a posture is taken up: what is there in a shot's first frame was there
    before, so that one who sits down then is seen to."""
    return 1 if start == 0 and frames > 1 and posture != trail.posture else start


def _adopt(trail: Trail, posture: str, start: int, frames: int) -> None:
    """Take up a posture from a frame on; the one before ends there."""
    bodies = {"stand", "sit", "kneel", "crouch", "lie"}
    kept = []
    for pose in trail.poses:
        if pose.pose in bodies and pose.frames[1] > start:
            if pose.frames[0] < start:
                kept.append(pose.model_copy(update={"frames": (pose.frames[0], start)}))
        else:
            kept.append(pose)
    trail.poses[:] = kept
    trail.posture = posture
    if posture != "stand":
        trail.poses.append(PosePlan(frames=(start, frames), pose=posture))


def _jump(trail: Trail, span: tuple[int, int], fps: Fraction) -> None:
    """Up and down, as often as there is time for."""
    a, b = span
    times = leaps(float((b - a) / fps))
    for f in range(a, b):
        x, y, z = trail.position[f]
        trail.position[f] = (x, y + lift((f - a) / (b - a) * times % 1), z)
    if trail.posture != "stand":
        _adopt(trail, "stand", a, len(trail.position))
    trail.poses.append(PosePlan(frames=span, pose="jump"))


def _travel(
    action: resolved.Action,
    film: resolved.Film,
    trails: dict[str, Trail],
    eye: Vec3,
    span: tuple[int, int],
) -> None:
    trail = trails[action.actor]
    subject = film.subjects[action.actor]
    a, b = span
    seconds = float((b - a) / film.fps)
    speed = SPEEDS.get(subject.reading.kind or "", MOVING[action.gesture or "walk"])
    origin, heading = trail.position[a], trail.heading[a]
    reach = action.distance if action.distance is not None else speed * seconds
    if action.gesture == "exit":
        reach = max(reach, EXIT_METRES)
    goal = _goal(action, film, trails, eye, origin, a)
    if goal is not None:
        way = sub(goal, origin)
        if action.distance is None and action.goal != "camera":
            reach = length(way)
        offset = scale(unit(way), min(reach, length(way)))
    else:
        default = forward_of(heading)
        offset = scale({**WAYS, "backward": scale(default, -1)}.get(action.direction, default), reach)
    if action.gesture == "enter" and goal is None:
        # comes in from the named side, and ends on its mark
        side = {"left": (-1.0, 0.0, 0.0), "right": (1.0, 0.0, 0.0)}.get(
            action.direction, scale(default, -1)
        )
        offset = scale(side, -max(reach, EXIT_METRES))
        origin = sub(origin, offset)
        trail.position[:a] = [origin] * a
    if trail.posture != "stand":
        _adopt(trail, "stand", a, len(trail.position))
    facing = heading if action.direction == "backward" else heading_of(offset, heading)
    for f in range(a, len(trail.position)):
        u = min(1.0, (f - a) / max(1, b - a))
        trail.position[f] = lerp(origin, add(origin, offset), u)
        trail.heading[f] = turn(heading, facing, ease("ease", float((f - a) / film.fps) / TURN_SECONDS))
    if action.gesture != "move":
        trail.poses.append(PosePlan(frames=span, pose="run" if action.gesture == "run" else "walk"))


def _goal(
    action: resolved.Action,
    film: resolved.Film,
    trails: dict[str, Trail],
    eye: Vec3,
    origin: Vec3,
    frame: int,
) -> Vec3 | None:
    """Where the walk ends: a little before a subject or the camera, on a point exactly."""
    if action.goal is None or (isinstance(action.goal, str) and action.goal == action.actor):
        return None
    if not isinstance(action.goal, str):
        return action.goal
    if action.goal == "camera":
        there, stop = (eye[0], origin[1], eye[2]), 1.2
    else:
        other = film.subjects[action.goal]
        there = trails[action.goal].position[frame]
        there = (there[0], origin[1], there[2])
        stop = 0.7 + (
            0.25 * other.height if other.reading.kind in ("stall", "vehicle", "building") else 0.0
        )
    way = level(sub(there, origin))
    return add(origin, scale(unit(way), max(0.0, length(way) - stop)))


def _turn(
    action: resolved.Action, trails: dict[str, Trail], eye: Vec3, span: tuple[int, int], fps: Fraction
) -> None:
    trail, a = trails[action.actor], span[0]
    if action.goal is not None:
        there = eye if action.goal == "camera" else action.goal
        if isinstance(there, str):
            there = trails[there].position[a]
        _face(trail, there, span, fps, least=0.0)
        return
    amount = {"left": 90.0, "right": -90.0}.get(action.direction, 180.0)
    start = trail.heading[a]
    for f in range(a, len(trail.heading)):
        trail.heading[f] = start + amount * ease("ease", (f - a) / max(1, span[1] - a))


def _face(trail: Trail, there: Vec3, span: tuple[int, int], fps: Fraction, least: float) -> None:
    """Turn the body toward a place, where it is more than `least` degrees off."""
    a, start = span[0], trail.heading[span[0]]
    wanted = heading_of(sub(there, trail.position[a]), start)
    if abs((wanted - start + 180) % 360 - 180) <= least:
        return
    for f in range(a, len(trail.heading)):
        trail.heading[f] = turn(start, wanted, ease("ease", float((f - a) / fps) / TURN_SECONDS))


# Results ------------------------------------------------------------------------------------


def _track(
    name: str, trail: Trail, film: resolved.Film, shot: resolved.Shot, standing: Standing, frames: int
) -> SubjectTrack:
    base = film.subjects[name].reading
    states = []
    changes = [(0, standing.description, standing.reading)] if standing.reading else []
    changes += [
        (film.frame(c.start), c.description, c.reading) for c in shot.changes if c.subject == name
    ]
    for frame, description, reading in changes:
        if reading is not None:
            features = list(dict.fromkeys((*base.features, *reading.features)))
            states.append((frame, description, {**base.colours, **reading.colours}, features))
    return SubjectTrack(
        subject=name,
        position=compact(
            [(round(x, 5), round(y, 5), round(z, 5)) for x, y, z in trail.position[:frames]]
        ),
        heading=compact([round(h, 4) for h in trail.heading[:frames]]),
        poses=sorted((_within(p, frames) for p in trail.poses), key=lambda p: (p.frames, p.pose)),
        held_by=[(a, min(b, frames), holder) for a, b, holder in trail.held],
        states=states,
    )


def _within(pose: PosePlan, frames: int) -> PosePlan:
    a, b = pose.frames
    return pose if b <= frames else pose.model_copy(update={"frames": (a, frames)})


def _closing(film: resolved.Film, shot: resolved.Shot, start: Stage, trails: dict[str, Trail]) -> Stage:
    changes = {c.subject: c for c in sorted(shot.changes, key=lambda c: c.start)}
    result: Stage = {}
    for name, trail in trails.items():
        last = trail.held[-1] if trail.held else None
        standing = replace(
            start[name],
            position=trail.position[-1],
            heading=trail.heading[-1],
            posture=trail.posture,
            held_by=last[2] if last and last[1] == len(trail.position) else None,
        )
        if name in changes:
            standing = replace(
                standing, description=changes[name].description, reading=changes[name].reading
            )
        result[name] = standing
    return result
