"""The camera statement: moves with amounts in SI, spans in seconds."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler import resolved, units
from scenelang.compiler.camera_files import read
from scenelang.compiler.camera_track import CameraFileError, Track
from scenelang.compiler.scope import NOWHERE, Scope
from scenelang.grammar import ast
from scenelang.grammar.vocabulary import find_move

SHAKES = {"static": 0.0, "smooth": 0.0, "handheld": 0.3, "shaky": 0.8}


def resolve_camera(
    node: ast.Camera | None, fps: Fraction, duration: Fraction, scope: Scope
) -> resolved.Camera:
    if node is None:
        return resolved.Camera(None, None, None, (), "", 0.0, None)
    track = _track(node, fps, duration, scope) if node.path else None
    spans: list[resolved.MoveSpan] = []
    steadiness, shake = "", 0.0
    for part in node.body:
        if isinstance(part, ast.Steadiness):
            steadiness = part.word.text
            shake = units.number(part.amount) if part.amount else SHAKES[steadiness]
        else:
            span = _span(part, fps, duration, scope)
            if span is not None:
                spans.append(span)
    looking: resolved.Target | None = None
    if isinstance(node.looking, ast.Point):
        looking = units.point(node.looking)
    elif node.looking is not None:
        looking = scope.subject(node.looking)
    start = units.point(node.start) if node.start else None
    return resolved.Camera(track, start, looking, tuple(spans), steadiness, shake, node.span or NOWHERE)


def reads_files(shot: ast.Shot) -> bool:
    """Whether the camera of a shot is in a file."""
    return any(isinstance(s, ast.Camera) and s.path is not None for s in shot.body)


def _track(node: ast.Camera, fps: Fraction, duration: Fraction, scope: Scope) -> Track | None:
    """The camera of a file, which then is all of the shot's camera."""
    assert node.path is not None
    findings = scope.findings
    for part in (node.start, node.looking, *(s for s in node.body if isinstance(s, ast.MoveSpan))):
        if part is not None:
            findings.error(
                "C035", part, "a camera from a file takes no place, aim or move of its own",
                "leave it out; `steadiness` may stay", labels=[(node.path.span or NOWHERE, "the file")],
            )  # fmt: skip
    path = scope.file(node.path)
    if path is None:
        return None
    try:
        track = read(path, fps)
    except CameraFileError as error:
        findings.error("C036", node.path, str(error), error.hint)
        return None
    if track.duration + 1 / fps < duration and len(track.samples) > 1:
        findings.warning(
            "C037", node.path, f"the file's camera moves for {float(track.duration):.1f}s, the shot lasts "
            f"{float(duration):g}s: it stands still after that", "shorten the shot, or export a longer path",
        )  # fmt: skip
    return track


def _span(
    node: ast.MoveSpan, fps: Fraction, duration: Fraction, scope: Scope
) -> resolved.MoveSpan | None:
    interval = interval_of(node.during, fps, duration, scope)
    if interval is None:
        return None
    moves = tuple(m for move in node.moves if (m := _move(move, scope)))
    return resolved.MoveSpan(
        *interval, moves, node.ease.text if node.ease else "linear", node.span or NOWHERE
    )


def interval_of(
    during: ast.Interval | None, fps: Fraction, duration: Fraction, scope: Scope
) -> tuple[Fraction, Fraction] | None:
    """Start and end in seconds inside the shot, or None after an error; no span is the whole shot."""
    if during is None:
        return Fraction(0), duration
    start = units.seconds(during.start, fps, duration)
    end = units.seconds(during.end, fps, duration) if during.end else duration
    shown = f"{float(duration):g}s"
    if start < 0 or start >= duration or end > duration:
        at = during.end if during.end and end > duration and 0 <= start < duration else during
        scope.findings.error(
            "C010", at, f"this time lies outside the shot, which lasts {shown}",
            f"end by {shown}, or make the shot longer",
        )  # fmt: skip
        return None
    if end <= start:
        scope.findings.error(
            "C013", during, "this span ends before it begins", "write the earlier time first"
        )
        return None
    return start, end


def _move(node: ast.Move, scope: Scope) -> resolved.Move | None:
    term = find_move(node.name.text)
    if term is None:
        return None
    target: resolved.Target | None = None
    if isinstance(node.target, ast.Point):
        target = units.point(node.target)
    elif node.target is not None:
        target = scope.subject(node.target)
        if target is None:
            return None
    direction = (
        node.direction.text if node.direction else (term.directions[0] if term.directions else "")
    )
    if node.amount is not None:
        amount = units.focal(node.amount) if term.takes == "focal" else units.number(node.amount)
    else:
        speed = node.speed.text if node.speed else "regular"
        amount = term.amounts[("slow", "regular", "fast").index(speed)]
        if term.takes == "focal":  # a ratio, told from millimetres by its sign
            amount = -(amount if direction == "in" else 1 / amount)
    side = node.side.text if node.side else ("front" if term.word == "lead" else "behind")
    return resolved.Move(term.word, direction, amount, target, side, node.span or NOWHERE)
