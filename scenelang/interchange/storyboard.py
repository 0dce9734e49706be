"""A storyboard in JSON to its film, by the builder; every finding at its place in the JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenelang.api.film import Film, Scene
from scenelang.api.shot import Shot
from scenelang.api.statements import standing
from scenelang.api.words import seconds
from scenelang.compiler.pipeline import analyse
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic, SceneError, did_you_mean, has_errors
from scenelang.grammar.source import line_of
from scenelang.interchange import storyboard_model as model
from scenelang.interchange.reading import InterchangeError

_MOST = 20  # problems that are told at once

Problem = tuple[str, str, str]  # the JSON path, what is wrong there, what to do


def film_of(text: str, file: str = "<storyboard>") -> ast.Film:
    """The film of a storyboard, which has no errors.

    Raises InterchangeError, which names the JSON path of everything that is wrong.
    """
    try:
        board = model.Storyboard.model_validate_json(text)
    except ValidationError as error:
        raise _refused(file, _schema_problems(error.errors(include_url=False), text)) from error
    writer = _Writer()
    film = writer.film(board)
    found = writer.found if film is None else (*writer.found, *analyse(film).diagnostics)
    if film is None or has_errors(found := [d for d in found if d.severity == "error"]):
        raise _refused(file, [(d.span.file, d.message, d.hint) for d in found])
    return film.bare().model_copy(update={"file": ""})


class _Writer:
    """Calls the builder for each part of a storyboard; what it refuses is found at the part's path."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        try:
            with standing(line_of(path, 1)):
                yield
        except SceneError as error:
            self.found += error.diagnostics

    def film(self, board: model.Storyboard) -> ast.Film | None:
        """None where not even the film's own line can be read."""
        style = {key: text for key in ("look", "avoid") if (text := getattr(board, key))}
        seed = {} if board.seed is None else {"seed": board.seed}
        film: Film | None = None
        with self.at("film"):
            film = Film(board.title, size=tuple(board.size), fps=board.fps, **seed, **style)
        if film is None:
            return None
        for i, m in enumerate(board.cast):
            with self.at(f"cast[{i}]"):
                film.declare(m.role, m.name, m.description, m.kind, **m.fields)
        scene: Scene | None = None
        for i, shot in enumerate(board.shots):
            if i == 0 or shot.scene != board.shots[i - 1].scene:
                self._transitions(shot.transitions, f"shots[{i}]", film)
                scene = None
                with self.at(f"shots[{i}].scene"):
                    scene = film.scene(shot.scene) if shot.scene else None
            elif shot.transitions:
                self._transitions(shot.transitions, f"shots[{i}]", scene or film)
            with self.at(f"shots[{i}]"):
                made = (scene or film).shot(
                    shot.id, seconds(shot.seconds), shot.place or None, shot.title
                )
                self._shot(shot, made, f"shots[{i}]")
        for n, words in enumerate(board.ending):
            with self.at(f"ending[{n}]"):
                film.transition(words)
        return film.ast()

    def _transitions(self, transitions: Sequence[str], path: str, owner: Film | Scene) -> None:
        for n, words in enumerate(transitions):
            with self.at(f"{path}.transitions[{n}]"):
                owner.transition(words)

    def _shot(self, board: model.Shot, shot: Shot, path: str) -> None:
        """The statements of a shot, in the order in which a film maker reads them."""
        if board.frame or board.on:
            on = (board.on,) if isinstance(board.on, str) else tuple(board.on)
            with self.at(f"{path}.frame"):
                shot.frame(board.frame or "single", on=on, of=board.of or None, at=board.position)
        for key, write in (("angle", shot.angle), ("lens", shot.lens), ("focus", shot.focus)):
            if words := getattr(board, key):
                with self.at(f"{path}.{key}"):
                    write(words)
        self._camera(board, shot, path)
        for n, light in enumerate(board.light):
            with self.at(f"{path}.light[{n}]"):
                shot.light(
                    light.name, on=light.on or None, role=light.role, text=light.text, **light.fields
                )
        for n, air in enumerate(board.particles):
            with self.at(f"{path}.particles[{n}]"):
                shot.particles(air.kind, air.text, **air.fields)
        for n, mark in enumerate(board.blocking):
            with self.at(f"{path}.blocking[{n}]"):
                shot.block(mark.who, _target(mark.at), _target(mark.facing), mark.pose)
        self._happenings(board, shot, path)
        for key, remark in (("sound", shot.sound), ("notes", shot.note)):
            for n, text in enumerate(getattr(board, key)):
                with self.at(f"{path}.{key}[{n}]"):
                    remark(text)
        for key, remark in (("look", shot.look), ("avoid", shot.avoid)):
            if text := getattr(board, key):
                with self.at(f"{path}.{key}"):
                    remark(text)
        if board.seed is not None:
            with self.at(f"{path}.seed"):
                shot.seed(board.seed)

    def _camera(self, board: model.Shot, shot: Shot, path: str) -> None:
        if board.camera_from or board.looking_at:
            with self.at(f"{path}.camera_from"):
                shot.camera.start(_target(board.camera_from or ""), _target(board.looking_at))  # type: ignore[arg-type]
        for n, move in enumerate(board.camera):
            with self.at(f"{path}.camera[{n}]"):
                if isinstance(move, str):
                    shot.camera.move(move)
                else:
                    shot.camera.move(*move.moves, during=move.during, ease=move.ease)
        if board.steadiness:
            with self.at(f"{path}.steadiness"):
                shot.camera.steadiness(board.steadiness)

    def _happenings(self, board: model.Shot, shot: Shot, path: str) -> None:
        for n, a in enumerate(board.actions):
            with self.at(f"{path}.actions[{n}]"):
                shot.act(a.during, a.who, a.does, a.manner, a.label, after=a.after, for_=a.lasting)
        for n, line in enumerate(board.dialogue):
            with self.at(f"{path}.dialogue[{n}]"):
                shot.says(line.during, line.who, line.says, after=line.after, for_=line.lasting)
        for n, change in enumerate(board.changes):
            with self.at(f"{path}.changes[{n}]"):
                shot.becomes(change.during, change.who, change.becomes, after=change.after)


def _target(target: Sequence[float | str] | str) -> tuple[float | str, ...] | str | None:
    """A subject's name, or a point; None where there is neither."""
    return (target or None) if isinstance(target, str) else tuple(target)


def _refused(file: str, problems: Sequence[Problem]) -> InterchangeError:
    """All that is wrong as one error, a line for each."""
    told = list(dict.fromkeys(problems))
    lines = [
        " ".join(f"{path or '$'}: {what}{hint and f'; {hint}'}".split())
        for path, what, hint in told[:_MOST]
    ]
    if len(told) > _MOST:
        lines.append(f"and {len(told) - _MOST} more")
    return InterchangeError(
        "\n  ".join([f"`{file}` is no storyboard that can be read:", *lines]),
        "docs/storyboard.schema.json has every key and what it takes",
    )


def _schema_problems(errors: Sequence[ErrorDetails], text: str) -> list[Problem]:
    """One for each path: a value of several possible types has an error for each of them."""
    if errors[0]["type"] == "json_invalid":
        return [("$", f"this is not JSON: {errors[0]['ctx']['error']}", "")]
    data = json.loads(text)
    found: dict[str, Problem] = {}
    for error in errors:
        path, key = _path(error, data)
        if path in found:
            before = found[path]
            found[path] = (path, f"{before[1]}, or {_what(error)[0]}", before[2])
        else:
            found[path] = (path, *_what(error, key))
    return list(found.values())


def _path(error: ErrorDetails, data: object) -> tuple[str, str]:
    """Where in the data an error is (pydantic also names the types it tried), and the last key."""
    path, key = "", ""
    for n, part in enumerate(error["loc"]):
        last = n == len(error["loc"]) - 1
        if isinstance(data, list) and isinstance(part, int):
            path, data = f"{path}[{part}]", data[part]
        elif isinstance(data, dict) and (part in data or (last and error["type"] == "missing")):
            key = str(part)
            path, data = f"{path}.{key}".lstrip("."), data.get(part)
    return path, key


def _what(error: ErrorDetails, key: str = "") -> tuple[str, str]:
    """What is wrong, and what to do."""
    if error["type"] == "missing":
        return "this is missing", "add it"
    if error["type"] == "extra_forbidden":
        return "there is no such key here", did_you_mean(key, _keys()) or "leave it out"
    if key == "schema":
        return "this version reads another schema", f'write "schema": "{model.SCHEMA}"'
    return error["msg"][0].lower() + error["msg"][1:], ""


def _keys() -> Iterator[str]:
    parts = [v for v in vars(model).values() if isinstance(v, type) and issubclass(v, BaseModel)]
    for part in parts:
        yield from (field.alias or name for name, field in part.model_fields.items())
