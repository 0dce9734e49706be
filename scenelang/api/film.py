"""`sl.Film`: a builder over the frozen AST, and what one does with a film."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenelang.api.shot import Shot, Staged
from scenelang.api.statements import caller, read
from scenelang.api.words import Who, fields, quoted, who
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic, SceneError

if TYPE_CHECKING:
    from scenelang.compiler.pipeline import Analysis
    from scenelang.compiler.plan import Plan
    from scenelang.runtime.events import Done, RenderEvent
    from scenelang.runtime.finish.settings import Retime, Upscale

Path_ = str | os.PathLike[str]


class Member:
    """A declared character, prop or place; stands for its name."""

    def __init__(self, statement: ast.Declaration) -> None:
        self.statement = statement
        self.name = statement.name.text

    def __repr__(self) -> str:
        return f"<{self.statement.role} {self.name}>"


class Scene(Staged):
    """Shots that share place, blocking and light."""

    _inside = "scene"

    def __init__(self, name: str, slug: str, place: Who | None) -> None:
        super().__init__()
        line = (
            f"scene {name}"
            + (f" {quoted(slug)}" if slug else "")
            + (f" in {who(place)}" if place else "")
        )
        made = read(line + " {\n}")
        assert isinstance(made, ast.Scene)
        self._head = made
        self._items: list[ast.Node | Shot] = self._body  # type: ignore[assignment]

    def axis(self, start: Who, end: Who) -> Scene:
        """The line that the scene's cameras stay on the right of, walking from `start` to `end`."""
        self._write(f"axis {who(start)} -> {who(end)}")
        return self

    def shot(self, name: str, duration: str, place: Who | None = None, title: str = "") -> Shot:
        shot = Shot(name, duration, place, title)
        self._items.append(shot)
        return shot

    def transition(self, words: str) -> None:
        """Any transition as it is written, such as `wipe left 1s`."""
        self._write(words)

    def cut(self) -> None:
        self.transition("cut")

    def dissolve(self, duration: str) -> None:
        self.transition(f"dissolve {duration}")

    def ast(self) -> ast.Scene:
        body = tuple(s.ast() if isinstance(s, Shot) else s for s in self._items)
        return self._head.model_copy(update={"body": body})


class Film:
    """A film made in Python: declare, shoot, then check, plan or render it.

    `str(film)` is its canonical text, and `sl.parse(str(film)) == film`.
    """

    def __init__(self, title: str, **values: object) -> None:
        """`values` are the fields of `film`: size, aspect, fps, seed, look, avoid."""
        self._items: list[ast.Node | Shot | Scene] = [
            read(f"film {quoted(title)}{fields(values)}"),
        ]
        self._version = ast.Version(number=ast.Quantity(number=1), span=caller())  # type: ignore[arg-type]

    def character(self, name: str, description: str = "", kind: str = "", **values: object) -> Member:
        return self.declare("character", name, description, kind, **values)

    def prop(self, name: str, description: str = "", kind: str = "", **values: object) -> Member:
        return self.declare("prop", name, description, kind, **values)

    def place(self, name: str, description: str = "") -> Member:
        return self.declare("place", name, description)

    def declare(
        self, role: str, name: str, description: str = "", kind: str = "", **values: object
    ) -> Member:
        """A member of the cast, of any role."""
        line = (
            f"{role} {name}"
            + (f" {quoted(description)}" if description else "")
            + (f" as {kind}" if kind else "")
        )
        made = read(line + fields(values))
        assert isinstance(made, ast.Declaration)
        self._items.append(made)
        return Member(made)

    def scene(self, name: str, slug: str = "", place: Who | None = None) -> Scene:
        scene = Scene(name, slug, place)
        self._items.append(scene)
        return scene

    def shot(self, name: str, duration: str, place: Who | None = None, title: str = "") -> Shot:
        shot = Shot(name, duration, place, title)
        self._items.append(shot)
        return shot

    def transition(self, words: str) -> None:
        """Any transition as it is written, such as `wipe left 1s`."""
        self._items.append(read(words))

    def cut(self) -> None:
        self.transition("cut")

    def dissolve(self, duration: str) -> None:
        self.transition(f"dissolve {duration}")

    def fade_in(self, duration: str) -> None:
        self.transition(f"fade in {duration}")

    def fade_out(self, duration: str) -> None:
        self.transition(f"fade out {duration}")

    def wipe(self, direction: str, duration: str) -> None:
        self.transition(f"wipe {direction} {duration}")

    # What a film is ---------------------------------------------------------------------------

    def ast(self) -> ast.Film:
        items: list[Any] = [
            item.ast() if isinstance(item, Shot | Scene) else item for item in self._items
        ]
        return ast.Film(
            statements=(self._version, *items),
            file=self._version.span.file if self._version.span else "",
        )

    def __str__(self) -> str:
        return str(self.ast())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Film):
            other = other.ast()
        return self.ast() == other if isinstance(other, ast.Film) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    # What one does with it --------------------------------------------------------------------

    def check(self) -> list[Diagnostic]:
        """All findings; their places are the Python lines that made the nodes."""
        return list(self._analysis().diagnostics)

    def _analysis(self) -> Analysis:
        from scenelang.compiler.pipeline import analyse

        return analyse(self.ast())

    def plan(self) -> Plan:
        """The model-free Plan; raises SceneError where the film has errors."""
        from scenelang.compiler.pipeline import whole_plan

        return whole_plan(self._analysis())

    def save(self, path: Path_) -> Path:
        """Write the canonical text."""
        from scenelang.runtime.output import atomic_path

        with atomic_path(Path(path)) as temporary:
            temporary.write_text(str(self), encoding="utf-8")
        return Path(path)

    def render_events(
        self, output: Path_, model: str | None = None, profile: str = "final", device: str = "cpu",
        shots: Sequence[str] | None = None, upscale: Upscale | None = None, retime: Retime | None = None,
        cache: bool = True, force: bool = False,
    ) -> Iterator[RenderEvent]:  # fmt: skip
        """Render, telling what happens; the last event is `Done`.

        The content policy is asked first: raises SceneError, which carries what it refuses. The
        film is marked invisibly and signed; see `scenelang verify`.

        Shots that were rendered before come from the cache, but with `force`; without `cache` nothing is
        looked for there, or kept. `upscale` ("learned", "bicubic") and `retime` ("flow", "blend") say how
        frames get to the film's size and rate; the default is the profile's.
        """
        from scenelang.compiler.pipeline import whole_plan
        from scenelang.runtime.edit import only
        from scenelang.runtime.finish.settings import finish_of
        from scenelang.runtime.pipeline import render_film
        from scenelang.runtime.registry import DEFAULT_MODEL, load_backend
        from scenelang.runtime.settings import load_settings
        from scenelang.trust.film_id import FilmLog
        from scenelang.trust.label import label_of
        from scenelang.trust.policy_film import judge
        from scenelang.trust.policy_signing import load_rules, with_consents
        from scenelang.trust.seal import Seal
        from scenelang.trust.sources import imported

        analysis, project = self._analysis(), self._project()
        plan = whole_plan(analysis)
        rules = with_consents(load_rules(None), analysis)
        found = judge(analysis, rules.policy, rules.agreed)
        if found.refused:
            raise SceneError(d for d in found.diagnostics if d.severity == "error")
        backend = load_backend(model or DEFAULT_MODEL, project)
        shown = plan if shots is None else only(plan, shots)
        seal = Seal(
            shown, backend.name, str(analysis.film).encode(), rules.policy.digest, log=FilmLog(),
            beside=(*imported(analysis.film), *rules.statements),
            label=label_of("corner", backend.name, plan.title) if found.labelled else None,
        )  # fmt: skip
        yield from render_film(
            plan, backend, output=Path(output), profile=profile, device=device, shots=shots, project=project,
            store=load_settings(project).store(project) if cache else None, force=force,
            finish=finish_of(backend, profile, upscale, retime), seal=seal,
        )  # fmt: skip

    def _project(self) -> Path | None:
        """The folder whose settings and pictures are the film's; a film made in Python has that of the program."""
        from scenelang.compiler.scope import project_folder

        return project_folder(Path("film.scene"))

    def render(
        self, output: Path_, model: str | None = None, profile: str = "final", device: str = "cpu",
        shots: Sequence[str] | None = None, upscale: Upscale | None = None, retime: Retime | None = None,
        cache: bool = True, force: bool = False,
    ) -> Done:  # fmt: skip
        """Render to a file; returns the last event, which says what was made. See `render_events`."""
        from scenelang.runtime.events import Done

        last = None
        for event in self.render_events(
            output, model, profile, device, shots, upscale, retime, cache, force
        ):
            last = event
        assert isinstance(last, Done)
        return last


class LoadedFilm(Film):
    """A film read from text; it can be checked, planned and rendered as one made in Python."""

    def __init__(self, film: ast.Film, found: Sequence[Diagnostic]) -> None:
        self._film, self._found = film, tuple(found)

    def ast(self) -> ast.Film:
        return self._film

    def _project(self) -> Path | None:
        from scenelang.compiler.scope import project_folder

        file = self._film.span.file if self._film.span else ""
        return project_folder(Path(file)) if file and Path(file).is_file() else super()._project()

    def _analysis(self) -> Analysis:
        from scenelang.compiler.pipeline import analyse

        return analyse(self._film, self._found)


def parse(text: str, file: str = "<text>") -> LoadedFilm:
    """A film from its text. Never raises on bad text: `check()` tells what is wrong."""
    from scenelang.grammar.parse import parse as parse_text

    return LoadedFilm(*parse_text(text, file))


def load(path: Path_) -> LoadedFilm:
    """A film from a file. Never raises on a bad file: `check()` tells what is wrong."""
    from scenelang.grammar.parse import parse_file

    film, found, _ = parse_file(Path(path))
    return LoadedFilm(film, found)
