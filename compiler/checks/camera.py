"""Cameras under the floor, too fast to be moved, or not where `frame` and `angle` say."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scenelang.compiler import resolved
from scenelang.compiler.geometry import SENSOR_WIDTH_MM, length, sub
from scenelang.compiler.placement import PERSON
from scenelang.compiler.plan import at
from scenelang.compiler.staging import Staged, camera_at
from scenelang.compiler.trail import speed_of
from scenelang.grammar.diagnostics import Diagnostic

FASTEST = 30.0  # metres a second: a drone or a car rig
SIZE_TOLERANCE = 2.5
ANGLES = {
    "eye-level": (-25, 25),
    "low": (-90, 5),
    "high": (5, 90),
    "overhead": (55, 90),
    "aerial": (25, 90),
}


def check(film: resolved.Film, shot: resolved.Shot, staged: Staged | None) -> Iterator[Diagnostic]:
    if staged is None:
        return
    span = shot.camera.span or shot.span
    eyes = [camera_at(staged, f)[0] for f in range(staged.frames)]
    under = next((f for f, eye in enumerate(eyes) if eye[1] < 0), None)
    if under is not None:
        yield Diagnostic(
            "C030", "warning", f"the camera is under the floor at {under / float(film.fps):.1f}s", span,
            "raise its start, or move it down less",
        )  # fmt: skip
    speed = speed_of(eyes, film.fps)
    if speed > FASTEST:
        yield Diagnostic(
            "C031", "warning", f"the camera moves at {speed:.0f} m/s; no rig does more than {FASTEST:.0f}", span,
            "give the move more time, or a shorter way",
        )  # fmt: skip
    if shot.camera.start is not None and shot.framing.on:
        yield from _disagreement(film, shot, staged)


def _disagreement(film: resolved.Film, shot: resolved.Shot, staged: Staged) -> Iterator[Diagnostic]:
    """`camera from` wins over `frame` and `angle`; where they differ by much, it is said."""
    name = shot.framing.on[0]
    subject = film.subjects[name]
    track = next((t for t in staged.subjects if t.subject == name), None)
    if track is None:
        return
    eye, _ = camera_at(staged, 0)
    foot = at(track.position, 0)
    way = sub(eye, (foot[0], foot[1] + subject.height / 2, foot[2]))
    region = SENSOR_WIDTH_MM * film.size[1] / film.size[0] / at(staged.camera.focal_mm, 0) * length(way)
    span = shot.camera.span or shot.span
    wanted = PERSON.get(shot.framing.size)
    if wanted and len(shot.framing.on) == 1 and subject.count == 1:
        ratio = region / (wanted[0] * subject.height)
        if not 1 / SIZE_TOLERANCE <= ratio <= SIZE_TOLERANCE:
            nearest = min(PERSON, key=lambda s: abs(math.log(region / (PERSON[s][0] * subject.height))))
            yield Diagnostic(
                "C033", "warning", f"from there `{name}` is seen {nearest}, not {shot.framing.size}", span,
                f"write `frame {nearest} on {name}`, or take `from` out and let the frame place the camera",
            )  # fmt: skip
    elevation = math.degrees(math.atan2(way[1], math.hypot(way[0], way[2])))
    for word, _ in shot.angles:
        low, high = ANGLES.get(word, (-90, 90))
        if not low <= elevation <= high:
            yield Diagnostic(
                "C033", "warning", f"from there the camera looks {'down' if elevation > 0 else 'up'} at `{name}` by "
                f"{abs(elevation):.0f}deg, which is no {word} angle", span,
                "change the angle's word, or the place of the camera",
            )  # fmt: skip
