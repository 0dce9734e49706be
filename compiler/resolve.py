"""Film to Resolved: names bound, units in SI, defaults filled in."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

from scenelang.compiler import lexicon, resolved, units
from scenelang.compiler.imports import declare
from scenelang.compiler.memory import Memory
from scenelang.compiler.resolve_camera import reads_files
from scenelang.compiler.resolve_continue import check_joins, continues
from scenelang.compiler.resolve_light import resolve_light, resolve_particles
from scenelang.compiler.resolve_shot import resolve_mark, resolve_shot
from scenelang.compiler.scope import NOWHERE, Findings, Reader, Scope, project_folder
from scenelang.grammar import ast, facts
from scenelang.grammar.diagnostics import Diagnostic, did_you_mean
from scenelang.grammar.parse import parse_file
from scenelang.grammar.record import replace

DEFAULT_SIZE = (1280, 720)
DEFAULT_FPS = Fraction(24)
MOST_PIXELS = 7680 * 4320
FPS_RANGE = (1, 240)


def resolve(
    film: ast.Film,
    misread: bool = False,
    memory: Memory | None = None,
    read: Reader = parse_file,
) -> tuple[resolved.Film, list[Diagnostic]]:
    """Bind and convert everything that can be; what can't is left out and reported.

    `misread` says that the text has syntax errors: what they hid is not reported again.
    `read` is how imported files are read.
    """
    memory = memory or Memory()
    findings = Findings(film.file)
    scope = Scope(findings, misread, read)
    declare(film, scope, Path(film.file or "untitled.scene"))
    header = next((s for s in film.statements if isinstance(s, ast.Header)), None)
    result = _header(header, findings)
    result = replace(
        result,
        subjects={n: _subject(d, scope) for n, d in scope.declarations.items() if d.role != "place"},
        places={n: _place(d, scope) for n, d in scope.declarations.items() if d.role == "place"},
    )
    check_joins(film, scope)
    memory.begin((result, _style(header), list(scope.declarations.items()), misread))
    shots, transitions = _Reel(result, header, scope, memory).run(film.statements)
    _used(film, scope, bool(shots))
    return replace(result, shots=tuple(shots), transitions=tuple(transitions)), findings.found


def shot_seed(film_seed: int, shot: str) -> int:
    """hash(film's seed, shot ID): a shot's text never changes its seed."""
    return int.from_bytes(hashlib.sha256(f"{film_seed}/{shot}".encode()).digest()[:4], "big")


class _Reel:
    """Walks the statements in order; keeps the shots and transitions met so far."""

    def __init__(self, film: resolved.Film, header: ast.Header | None, scope: Scope, memory: Memory):
        self.film, self.header, self.scope, self.memory = film, header, scope, memory
        self.shots: list[resolved.Shot] = []
        self.transitions: list[resolved.Transition] = []
        self.names: dict[str, ast.Word] = {}
        self.by_name: dict[str, resolved.Shot] = {}

    def run(
        self, statements: tuple[ast.Statement, ...]
    ) -> tuple[list[resolved.Shot], list[resolved.Transition]]:
        for statement in statements:
            if isinstance(statement, ast.Scene):
                scene = self.memory.resolve(statement, (), self.scope, partial(_scene, statement))
                for inner in statement.body:
                    self.step(inner, scene)
            else:
                self.step(statement, None)
        return self.shots, self.transitions

    def step(self, statement: ast.Statement | ast.SceneStatement, scene: resolved.Scene | None) -> None:
        if isinstance(statement, ast.Transition):
            duration = Fraction(0)
            if statement.duration is not None:
                duration = units.seconds(statement.duration, self.film.fps, Fraction(0))
            direction = statement.direction.text if statement.direction else ""
            self.transitions.append(
                resolved.Transition(
                    statement.kind, direction, duration, len(self.shots), statement.span or NOWHERE
                )
            )
        elif isinstance(statement, ast.Shot):
            earlier = self.names.setdefault(statement.name.text, statement.name)
            if earlier is not statement.name:
                labels = [(earlier.span, "the first one")] if earlier.span else []
                self.scope.findings.error(
                    "C009", statement.name, f"two shots have the ID `{statement.name.text}`",
                    "caches and edit lists are keyed by it: give this shot another", labels=labels,
                )  # fmt: skip
                return
            work = partial(self.shot, statement, scene)
            if reads_files(statement):  # which may have changed where the text has not
                shot = work(self.scope)
            else:
                before = self.by_name.get(continues(statement))
                shot = self.memory.resolve(statement, (scene, before), self.scope, work)
            if shot is not None:
                self.shots.append(shot)
                self.by_name[shot.name] = shot

    def shot(
        self, statement: ast.Shot, scene: resolved.Scene | None, scope: Scope
    ) -> resolved.Shot | None:
        """A shot with what it has from the film."""
        shot = resolve_shot(statement, self.film, scene, scope, self.by_name)
        if shot is None:
            return None
        look, avoid = _style(self.header)
        seed = shot.seed
        if seed < 0:  # a take that goes on keeps its own
            take = self.by_name.get(shot.continues or "")
            seed = take.seed if take else shot_seed(self.film.seed, shot.name)
        return replace(shot, seed=seed, look=shot.look or look, avoid=_joined(avoid, shot.avoid))


def _style(header: ast.Header | None) -> tuple[str, str]:
    fields = header.fields if header else ()
    return units.field_text(fields, "look"), units.field_text(fields, "avoid")


def _joined(*texts: str) -> str:
    return ", ".join(t for t in texts if t)


def _header(header: ast.Header | None, findings: Findings) -> resolved.Film:
    fields = header.fields if header else ()
    size = DEFAULT_SIZE
    for value in units.field(fields, "aspect") or ():
        if isinstance(value, ast.Aspect):
            size = (2 * round(DEFAULT_SIZE[1] * float(value.width / value.height) / 2), DEFAULT_SIZE[1])
    for value in units.field(fields, "size") or ():
        if isinstance(value, ast.Size):
            size = (value.width, value.height)
            if min(size) < 16 or size[0] * size[1] > MOST_PIXELS:
                findings.error("C060", value, f"a film can't be {size[0]}x{size[1]}",
                               "between 16x16 and 7680x4320, such as `size 1920x1080`")  # fmt: skip
                size = DEFAULT_SIZE
    fps = DEFAULT_FPS
    for value in units.field(fields, "fps") or ():
        if isinstance(value, ast.Quantity):
            fps = _rate(Fraction(value.number))
            if not FPS_RANGE[0] <= fps <= FPS_RANGE[1]:
                findings.error("C060", value, f"a film can't run at {value.number} frames a second",
                               "between 1 and 240, such as `fps 24`")  # fmt: skip
                fps = DEFAULT_FPS
    title = header.title.value if header else "Untitled"
    return resolved.Film(title, size, fps, int(units.field_number(fields, "seed", 0)), {}, {})


def _rate(fps: Fraction) -> Fraction:
    """23.976, 29.97 and 59.94 mean 24000/1001 and so on."""
    for whole in (24, 30, 48, 60, 120):
        exact = Fraction(whole * 1000, 1001)
        if abs(fps - exact) < Fraction(1, 100) and fps != whole:
            return exact
    return fps


def _subject(d: ast.Declaration, scope: Scope) -> resolved.Subject:
    findings = scope.findings
    description = (d.description.value if d.description else "").strip() or d.name.text
    wears = units.field_text(d.fields, "wears")
    reading = lexicon.read(description, wears)
    kind_from: Literal["declared", "description", "role"] = "role"
    kind = "figure" if d.role == "character" else "box"
    if d.kind is not None:
        kind, kind_from = d.kind.text, "declared"
    elif reading.kind is not None:
        kind, kind_from = reading.kind, "description"
    count = int(units.field_number(d.fields, "count", 1))
    if count < 1 or count > 500:
        at = next(f for f in d.fields if f.key.text == "count")
        findings.error("C022", at, f"a group can't have {count} members", "between 1 and 500")
        count = 1
    height = units.field_number(d.fields, "height", lexicon.HEIGHTS.get(kind, 0.5))
    if height <= 0 or height > 1000:
        at = next(f for f in d.fields if f.key.text == "height")
        findings.error("C022", at, "a height must be more than nothing", "such as `height 1.8m`")
        height = lexicon.HEIGHTS.get(kind, 0.5)
    spread = units.field_number(
        d.fields, "spread", 0.65 * count**0.5 * (1 if kind == "figure" else height)
    )
    return resolved.Subject(
        d.name.text, "prop" if d.role == "prop" else "character", description, replace(reading, kind=kind), kind_from, wears,
        units.field_text(d.fields, "mood"), height, count, spread, _file(d, "reference", scope),
        units.field_text(d.fields, "voice"), d.span or NOWHERE,
        any(f.key.text in ("real", "consent") for f in d.fields), _file(d, "consent", scope),
    )  # fmt: skip


def _file(d: ast.Declaration, key: str, scope: Scope) -> str:
    """A field's path relative to the project's folder; a missing file is a warning."""
    value = next((v for v in units.field(d.fields, key) or () if isinstance(v, ast.Text)), None)
    path = scope.file(value) if value else None
    if value is None or path is None:
        return ""
    if not facts.is_file(str(path)):
        hint = (
            did_you_mean(path.name, facts.names_in(str(path.parent)))
            or f"paths are relative to the file that the {key} stands in"
        )
        scope.findings.warning("C018", value, f"there is no file `{value.value}`", hint)
        return ""
    home = Path((value.span.file if value.span else "") or scope.findings.file or "untitled.scene")
    return path.relative_to(project_folder(home)).as_posix()


def _place(d: ast.Declaration, scope: Scope) -> resolved.Place:
    description = (d.description.value if d.description else "").strip() or d.name.text
    set_, features = lexicon.read_place(description)
    return resolved.Place(
        d.name.text, description, set_, features, _file(d, "reference", scope), d.span or NOWHERE
    )


def _scene(node: ast.Scene, scope: Scope) -> resolved.Scene:
    axis = None
    for statement in node.body:
        if isinstance(statement, ast.Axis):
            start, end = scope.subject(statement.start), scope.subject(statement.end)
            axis = (start, end) if start and end else None
    place = scope.place(node.place)
    return resolved.Scene(
        node.name.text,
        node.slug.value if node.slug else "",
        place,
        axis,
        tuple(m for s in node.body if isinstance(s, ast.Blocking) and (m := resolve_mark(s, scope))),
        tuple(resolve_light(s, scope) for s in node.body if isinstance(s, ast.Light)),
        tuple(resolve_particles(s, scope) for s in node.body if isinstance(s, ast.Particles)),
    )


def _used(film: ast.Film, scope: Scope, has_shots: bool) -> None:
    """A library gets no warnings: its names are used by the films that import it."""
    if not has_shots:
        return
    for name in sorted(scope.own - scope.used):
        scope.findings.warning(
            "C003", scope.declarations[name].name, f"`{name}` is declared but no shot uses it",
            "place it, frame it or let it act; or delete the line",
        )  # fmt: skip
