"""Where everyone and the camera is in each frame of a shot: what checks look at, and later shots begin with."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from scenelang.compiler import camera, resolved
from scenelang.compiler.blocking import block
from scenelang.compiler.easing import mix_linear, mix_ratio, value_at
from scenelang.compiler.geometry import Vec3, lerp, matrix, sub, turn
from scenelang.compiler.memory import Memory
from scenelang.compiler.placement import (
    FRAMING_SIZES,
    View,
    middle_of,
    opening_view,
    posture_height,
    subjects_of,
)
from scenelang.compiler.plan import CameraTrack, ShotPlan, SubjectTrack, at
from scenelang.compiler.resolve_action import called
from scenelang.compiler.stage import Stage, facing_camera, opening
from scenelang.compiler.trail import compact
from scenelang.grammar.record import Record

FAR = 1000.0  # metres: where a deep focus is while it racks from or to a distance


class Staged(Record):
    """A shot as far as its findings go: a ShotPlan (planning.py) before its light, air and words."""

    shot: resolved.Shot
    frames: int
    since: int  # frames of the take before this shot
    camera: CameraTrack
    subjects: list[SubjectTrack]


class Take(Record):
    """What goes on from a shot: the stage as it leaves it, the camera's last pose, its frames so far."""

    stage: Stage
    view: View
    pose: camera.Pose
    frames: int


def stage_shots(film: resolved.Film, memory: Memory) -> list[Staged]:
    memory.begin_staging()
    shots: list[Staged] = []
    takes: dict[str, Take] = {}
    stage: Stage = {}
    for i, shot in enumerate(film.shots):
        if shot.scene is None or i == 0 or film.shots[i - 1].scene is not shot.scene:
            stage = {}
        before = takes.get(shot.continues or "")
        staged, take = memory.stage(shot, stage, before, partial(stage_shot, film, shot, stage, before))
        takes[shot.name], stage = take, take.stage
        shots.append(staged)
    return shots


def stage_shot(
    film: resolved.Film, shot: resolved.Shot, stage: Stage, before: Take | None = None
) -> tuple[Staged, Take]:
    """One shot, and how it ends; `before` is how the one that it continues ended.

    The order matters: places, then the camera's first pose (which needs the places), then
    everyone's motion (which may face the camera), then the camera's path (which may follow).
    """
    frames = max(1, film.frame(shot.duration))
    since = before.frames if before else 0
    start = opening(film, shot, before.stage if before else stage)
    view = before.view if before else opening_view(film, shot, start)
    start = facing_camera(shot, start, view.eye)
    tracks, end = block(film, shot, start, view.eye)
    by_name = {t.subject: t for t in tracks}
    first = before.pose if before else None
    path = camera.Path(shot, view, _Locator(film, by_name, start), _Compass(film, by_name), first)
    filmed = _camera(film, shot, path, times_of(film, frames), subjects_of(shot, film, start), since)
    staged = Staged(shot, frames, since, filmed, tracks)
    return staged, Take(end, view, path.at(shot.duration), since + frames)


def times_of(film: resolved.Film, frames: int) -> list[Fraction]:
    """The time of each frame, in seconds from the shot's start."""
    return [Fraction(f) / film.fps for f in range(frames)]


def camera_at(shot: Staged | ShotPlan, frame: int) -> tuple[Vec3, Vec3]:
    """Eye and forward direction in a frame of a planned shot."""
    m = at(shot.camera.c2w, frame)
    return (m[3], m[7], m[11]), (m[2], m[6], m[10])


class _Locator:
    """A subject's middle, or a point, at a time."""

    def __init__(self, film: resolved.Film, tracks: dict[str, SubjectTrack], stage: Stage):
        self.film, self.tracks, self.stage = film, tracks, stage

    def __call__(self, target: resolved.Target, time: Fraction) -> Vec3:
        if not isinstance(target, str) or target not in self.tracks:
            return middle_of(target, self.film, self.stage)
        track = self.tracks[target].position
        x, y, z = _sample(track, time * self.film.fps, lerp)
        half = self.film.subjects[target].height * posture_height(self.stage[target].posture) / 2
        return (x, y + half, z)


class _Compass:
    """A subject's heading at a time."""

    def __init__(self, film: resolved.Film, tracks: dict[str, SubjectTrack]):
        self.film, self.tracks = film, tracks

    def __call__(self, name: str, time: Fraction) -> float:
        """Where it is heading a little later: a walk that has just begun counts."""
        ahead = (time + Fraction(1, 2)) * self.film.fps
        return _sample(self.tracks[name].heading, ahead, turn) if name in self.tracks else 0.0


def _sample(track, frame, mix):  # type: ignore[no-untyped-def]
    """A track between its frames; the last frame's value holds beyond it."""
    last = len(track) - 1
    low = min(int(frame), last)
    high = min(low + 1, last)
    return mix(track[low], track[high], float(frame - low) if high > low else 0.0)


def _camera(
    film: resolved.Film,
    shot: resolved.Shot,
    path: camera.Path,
    times: list[Fraction],
    about: list[str],
    since: int,
) -> CameraTrack:
    tremor = camera.shake(shot, film.fps, len(times), since)
    c2w, focal, focus = [], [], []
    lens = next((a for a in shot.animations if a.target == "lens"), None)
    for time, jolt in zip(times, tremor):
        pose = path.at(time)
        orientation = pose.orientation.plus(jolt.yaw, jolt.pitch, jolt.roll)
        c2w.append(matrix(pose.eye, orientation))
        focal.append(round(value_at(lens.keys, time, mix_ratio) if lens else pose.focal, 5))
        focus.append(round(_focus(shot, path, pose, time, about), 4))
    return CameraTrack(
        c2w=c2w if any(m != c2w[0] for m in c2w) else c2w[:1],
        focal_mm=compact(focal),
        aperture=[shot.aperture],
        focus_m=compact(focus),
        moves=[
            (film.frame(s.start), film.frame(s.end), " + ".join(_move_words(m, film) for m in s.moves))
            for s in shot.camera.spans
        ],
        framing=_framing_words(film, shot),
        angle=" ".join(word for word, _ in shot.angles),
        steadiness=f"{shot.camera.steadiness} {shot.camera.shake:.0%}"
        if shot.camera.shake
        else shot.camera.steadiness,
    )


def _focus(
    shot: resolved.Shot, path: camera.Path, pose: camera.Pose, time: Fraction, about: list[str]
) -> float:
    """Distance of the plane of focus along the line of sight; racks are even in 1/distance."""

    def distance(value: str | float) -> float:
        if not isinstance(value, str):
            return max(0.05, value)
        if value == "deep":
            return FAR
        way = sub(path.locate(value, time), pose.eye)
        return max(0.05, sum(a * b for a, b in zip(way, pose.orientation.forward)))

    keys = next((a.keys for a in shot.animations if a.target == "focus"), ())
    if keys:
        inverse = value_at(
            keys,
            time,
            lambda a, b, u: _Diopters(mix_linear(_diopters(a, distance), _diopters(b, distance), u)),
        )
        d = 1 / _diopters(inverse, distance)
        return 0.0 if d >= FAR else d
    if shot.focus == "deep" or (shot.focus is None and not about):
        return 0.0
    return distance(shot.focus or about[0])


class _Diopters(float):
    """An inverse distance, so that a mixed value is told from a distance in metres."""


def _diopters(value, distance) -> float:  # type: ignore[no-untyped-def]
    return float(value) if isinstance(value, _Diopters) else 1 / distance(value)


def _move_words(move: resolved.Move, film: resolved.Film) -> str:
    unit = {"pan": "deg", "tilt": "deg", "roll": "deg", "orbit": "deg", "zoom": "mm", "hold": ""}.get(
        move.name, "m"
    )
    amount = f"{move.amount:g}{unit}" if move.amount > 0 and unit else ""
    words = [move.name, move.direction]
    if isinstance(move.target, str):
        name = called(film.subjects[move.target])
        words += ["around", name] if move.name == "orbit" else [name, f"from {move.side}"]
    return " ".join(w for w in (*words, amount) if w)


def _framing_words(film: resolved.Film, shot: resolved.Shot) -> str:
    framing = shot.framing
    if not framing.stated:
        return ""
    on = " and ".join(called(film.subjects[n]) for n in framing.on)
    if framing.size == "over-the-shoulder" and framing.of:
        return f"over-the-shoulder shot, past {called(film.subjects[framing.of])}, of {on}"
    shot_words = (
        framing.size
        if framing.size in FRAMING_SIZES and framing.size.endswith("shot")
        else f"{framing.size} shot"
    )
    return f"{shot_words} of {on}" if on else shot_words
