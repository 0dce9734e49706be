"""Builders of a shot and its camera. Every method returns the builder, so calls chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from scenelang.api.statements import read
from scenelang.api.words import Place, Who, fields, quoted, where, who
from scenelang.grammar import ast


class Camera:
    """`shot.camera`: `start(…)` says where it stands, `move(…)` what it does when."""

    def __init__(self) -> None:
        self.statement: ast.Camera | None = None

    def start(self, at: Place | None = None, looking_at: Who | Place | None = None) -> Camera:
        """Where the camera stands (metres) and what it keeps looking at."""
        line = (
            "camera"
            + (f" from {where(at)}" if at else "")
            + (f" looking at {where(looking_at)}" if looking_at else "")
        )
        made = self._read(f"{line} {{ hold }}")
        self._set(made.model_copy(update={"body": self.statement.body if self.statement else ()}))
        return self

    def move(self, *moves: str, during: str = "", ease: str = "") -> Camera:
        """Moves that run together, over a span (`0s..3s`, or the whole shot), with an easing."""
        line = f"{during} {' + '.join(moves)}".strip() + (f", {_ease(ease)}" if ease else "")
        return self._add(line)

    def steadiness(self, word: str, amount: str = "") -> Camera:
        """`smooth`, `handheld` (by an amount such as `20%`) or `shaky`."""
        return self._add(f"steadiness {word} {amount}".strip())

    def _add(self, line: str) -> Camera:
        made = self._read(f"camera {{\n{line}\n}}")
        before = self.statement or made.model_copy(update={"body": ()})
        self._set(before.model_copy(update={"body": (*before.body, *made.body)}))
        return self

    def _set(self, statement: ast.Camera) -> None:
        self.statement = statement

    @staticmethod
    def _read(text: str) -> ast.Camera:
        made = read(text, "shot")
        assert isinstance(made, ast.Camera)
        return made


def _ease(word: str) -> str:
    """`in-out` may stand for `ease in-out`."""
    return word if word.startswith(("ease", "linear")) else f"ease {word}"


class Staged:
    """What a scene and a shot have in common: light, air and blocking."""

    _inside = "shot"

    def __init__(self) -> None:
        self._body: list[ast.Node] = []

    def light(
        self, name: str, *, on: Who | None = None, role: str = "", text: str = "", **values: object
    ) -> Self:
        """A light; `values` are its fields, such as `from_="left 35deg", temperature="3200K"`."""
        line = f"light {name}" + (f" on {who(on)}" if on else "") + (f" as {role}" if role else "")
        return self._write(line + _text(text) + fields(values))

    def particles(self, kind: str, text: str = "", **values: object) -> Self:
        """What drifts in the air, such as `particles("snow", density="40%", wind="left 2m/s")`."""
        return self._write(f"particles {kind}" + _text(text) + fields(values))

    def block(
        self,
        subject: Who,
        at: Who | Place | None = None,
        facing: Who | Place | None = None,
        pose: str = "",
    ) -> Self:
        """Where a subject stands: a point in metres, whom or what it faces, its pose."""
        line = (
            who(subject)
            + (f" at {where(at)}" if at else "")
            + (f" facing {where(facing)}" if facing else "")
        )
        return self._write(line + (f" pose {pose}" if pose else ""))

    def _write(self, line: str) -> Self:
        self._body.append(read(line, self._inside))
        return self


def _text(text: str) -> str:
    return f" {quoted(text)}" if text else ""


class Shot(Staged):
    """One take. Its `name` is its stable ID."""

    def __init__(self, name: str, duration: str, place: Who | None, title: str) -> None:
        super().__init__()
        self.name = name
        self.camera = Camera()
        line = f"shot {name}{_text(title)} {duration}" + (f" in {who(place)}" if place else "")
        made = read(line + " {\n}")
        assert isinstance(made, ast.Shot)
        self._head = made

    def frame(
        self, size: str, on: Who | tuple[Who, ...] = (), of: Who | None = None, at: str = ""
    ) -> Shot:
        """Size and composition: `frame("over-the-shoulder", of=lio, on=mara)`."""
        subjects = on if isinstance(on, tuple) else (on,)
        line = f"frame {size}" + (f" of {who(of)}" if of else "")
        line += f" on {', '.join(who(s) for s in subjects)}" if subjects else ""
        return self._write(line + (f" at {at}" if at else ""))

    def angle(self, *words: str) -> Shot:
        """`angle("low")`, `angle("low", "dutch 12deg")`."""
        return self._write(f"angle {' '.join(words)}")

    def lens(self, focal: str, aperture: str = "") -> Shot:
        return self._write(f"lens {focal} {aperture}".strip())

    def focus(self, on: Who) -> Shot:
        """A subject, or `deep`."""
        return self._write(f"focus {who(on)}")

    def rack_focus(self, to: Who, during: str = "", ease: str = "") -> Shot:
        return self._write(
            f"{during} rack focus to {who(to)}{', ' + _ease(ease) if ease else ''}".strip()
        )

    def animate(self, path: str, keys: Mapping[str, str | tuple[str, str]]) -> Shot:
        """`animate("sun.temperature", {"4s": "4300K", "10s": ("2700K", "ease")})`."""
        written = []
        for time, value in keys.items():
            value, ease = value if isinstance(value, tuple) else (value, "")
            written.append(f"{value} @ {time} {_ease(ease) if ease else ''}".strip())
        return self._write(f"animate {path}: {', '.join(written)}")

    def act(
        self,
        during: str,
        actor: Who,
        words: str,
        manner: str = "",
        label: str = "",
        after: str = "",
        for_: str = "",
    ) -> Shot:
        """An action over a span (or, with an empty span, `after` a label and `for_` a time)."""
        tail = (f", {quoted(manner)}" if manner else "") + (f" as {label}" if label else "")
        return self._write(f"{_when(during, after, for_)} {who(actor)} {words}{tail}".strip())

    def says(self, during: str, actor: Who, line: str, after: str = "", for_: str = "") -> Shot:
        return self._write(f"{_when(during, after, for_)} {who(actor)} says {quoted(line)}".strip())

    def becomes(self, during: str, actor: Who, description: str, after: str = "") -> Shot:
        """A change of state that lasts to the end of the scene."""
        return self._write(
            f"{_when(during, after, '')} {who(actor)} becomes {quoted(description)}".strip()
        )

    def seed(self, number: int) -> Shot:
        return self._write(f"seed {number}")

    def look(self, text: str) -> Shot:
        return self._write(f"look{_text(text)}")

    def avoid(self, text: str) -> Shot:
        return self._write(f"avoid{_text(text)}")

    def sound(self, text: str) -> Shot:
        return self._write(f"sound{_text(text)}")

    def note(self, text: str) -> Shot:
        return self._write(f"note{_text(text)}")

    def ast(self) -> ast.Shot:
        """The camera stands behind frame, angle and lens, before all else."""
        body = list(self._body)
        if self.camera.statement is not None:
            optics = (ast.Framing, ast.Angle, ast.Lens, ast.Focus)
            at = next((i for i, s in enumerate(body) if not isinstance(s, optics)), len(body))
            body.insert(at, self.camera.statement)
        return self._head.model_copy(update={"body": tuple(body)})


def _when(during: str, after: str, for_: str) -> str:
    if after:
        return f"after {after}" + (f" for {for_}" if for_ else "")
    return during
