"""Two shots after each other that look at an axis from opposite sides: left and right change places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scenelang.compiler import resolved
from scenelang.compiler.geometry import Vec3
from scenelang.compiler.plan import at
from scenelang.compiler.staging import Staged, camera_at
from scenelang.grammar.diagnostics import Diagnostic

NEAR = 0.15  # metres: so near to the line no side is meant


def check(film: resolved.Film, shots: list[Staged] | None) -> Iterator[Diagnostic]:
    pairs = zip(pairwise(film.shots), pairwise(shots or ()))
    for (before, shot), (staged_before, staged) in pairs:
        if shot.scene is None or shot.scene.axis is None or before.scene is not shot.scene:
            continue
        was = _side(staged_before, staged_before.frames - 1, shot.scene.axis)
        now = _side(staged, 0, shot.scene.axis)
        if was * now < 0:
            a, b = shot.scene.axis
            yield Diagnostic(
                "C039", "warning", f"`{shot.name}` looks at the line from `{a}` to `{b}` from the other side than "
                f"`{before.name}`: left and right change places", shot.camera.span or shot.span,
                "keep the camera on one side, or show it crossing the line in a shot",
                ((before.span, "this shot looks from the other side"),),
            )  # fmt: skip


def _side(shot: Staged, frame: int, axis: tuple[str, str]) -> float:
    """Metres of the camera to the right of the axis; 0 where one of the two isn't there, or it is too near."""
    places = {t.subject: at(t.position, frame) for t in shot.subjects}
    if any(name not in places for name in axis):
        return 0.0
    a, b = (places[name] for name in axis)
    eye, _ = camera_at(shot, frame)
    off = _right_of(a, b, eye)
    return off if abs(off) > NEAR else 0.0


def _right_of(a: Vec3, b: Vec3, eye: Vec3) -> float:
    x, z = b[0] - a[0], b[2] - a[2]
    size = (x * x + z * z) ** 0.5
    return ((eye[2] - a[2]) * x - (eye[0] - a[0]) * z) / size if size > 1e-6 else 0.0
