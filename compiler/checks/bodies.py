"""A camera that goes through somebody or something."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scenelang.compiler import resolved
from scenelang.compiler.placement import WIDTHS
from scenelang.compiler.plan import SubjectTrack, at
from scenelang.compiler.stage import offsets
from scenelang.compiler.staging import Staged, camera_at
from scenelang.grammar.diagnostics import Diagnostic

CORE = 0.6  # of a body's half width: its outline is no box


def check(film: resolved.Film, shot: resolved.Shot, staged: Staged | None) -> Iterator[Diagnostic]:
    eyes_of = {m.target for span in shot.camera.spans for m in span.moves if m.name == "pov"}
    if staged is None:
        return
    for track in staged.subjects:
        subject = film.subjects[track.subject]
        frame = None if track.subject in eyes_of else _met(staged, track, subject)
        if frame is not None:
            yield Diagnostic(
                "C038", "warning", f"the camera goes through `{subject.name}` at {frame / float(film.fps):.1f}s",
                shot.camera.span or shot.span, "move it past, or stop before",
            )  # fmt: skip


def _met(shot: Staged, track: SubjectTrack, subject: resolved.Subject) -> int | None:
    """The first frame in which the camera is in a body."""
    half = CORE * subject.height * WIDTHS.get(subject.reading.kind or "", 0.6) / 2
    members = offsets(subject)
    still = len(shot.camera.c2w) == len(track.position) == 1
    for frame in range(1 if still else shot.frames):
        eye, _ = camera_at(shot, frame)
        x, y, z = at(track.position, frame)
        if y <= eye[1] <= y + subject.height and any(
            math.hypot(eye[0] - x - dx, eye[2] - z - dz) < half for dx, dz in members
        ):
            return frame
    return None
