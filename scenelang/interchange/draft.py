"""A screenplay as a first draft of its film: cast, places, one scene a heading, one shot a beat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from scenelang.compiler.lexicon import read_place
from scenelang.grammar import ast
from scenelang.interchange import fountain, screenplay
from scenelang.interchange.beats import Beat, Scene, Slug, scenes_of
from scenelang.interchange.cast import Cast
from scenelang.interchange.coverage import Coverage, quantity, remark, word
from scenelang.interchange.naming import Names
from scenelang.interchange.reading import InterchangeError, one_line

SIZE, RATE = ast.Size(width=1920, height=1080), Decimal(24)
_LONGEST_DESCRIPTION = 200
# what a transition's words become; all others are cuts
_TRANSITIONS = (
    ("DISSOLVE", ast.Transition(kind="dissolve", duration=quantity("0.5", "s"))),
    ("FADE OUT", ast.Transition(kind="fade out", duration=quantity("1", "s"))),
    ("FADE TO BLACK", ast.Transition(kind="fade out", duration=quantity("1", "s"))),
    ("FADE IN", ast.Transition(kind="fade in", duration=quantity("1", "s"))),
    ("WIPE", ast.Transition(kind="wipe", direction=word("left"), duration=quantity("0.5", "s"))),
)


def draft(text: str, otherwise: str = "Untitled") -> ast.Film:
    """The film of a Fountain screenplay, which has no errors; `otherwise` is its title if it has none.

    Raises InterchangeError where the text is no screenplay.
    """
    script = fountain.parse(text)
    if not any(isinstance(e, screenplay.Heading | screenplay.Speech) for e in script.elements):
        raise InterchangeError(
            "this is no screenplay: it has no scene heading and no dialogue",
            "a heading is a line such as `INT. ROOM - DAY`, or any line behind a `.`, an empty line above it",
        )
    names = Names()
    cast = Cast(script.elements, names)
    scenes, left = scenes_of(script, cast)
    return _Draft(names, scenes).film(script.title_page, cast, otherwise, left)


@dataclass
class _Reel:
    """Shots and what stands between them, in order; transitions wait for the shot behind them."""

    shots: int = 0
    waiting: dict[str, ast.Transition] = field(default_factory=dict)

    def transition(self, text: str) -> None:
        """Fade out, fade in, or another: one of each side of an edge."""
        kind = next((t for key, t in _TRANSITIONS if key in text.upper()), ast.Transition(kind="cut"))
        made = kind.model_copy(update={"trivia": ast.Trivia(after=one_line(text))})
        side = "out" if kind.kind == "fade out" else "in"
        if side == "out" or kind.kind != "fade in":
            self.waiting.pop("in" if side == "out" else "out", None)
        self.waiting[side] = made

    def edge(self, last: bool = False) -> Iterator[ast.Transition]:
        """What can stand here: nothing leaves the first shot's front, only a fade stands at the end."""
        waiting, self.waiting = self.waiting, {}
        for side in ("out", "in"):
            made = waiting.get(side)
            if made and (self.shots or made.kind == "fade in") and (side == "out" or not last):
                yield made


class _Draft:
    def __init__(self, names: Names, scenes: list[Scene]) -> None:
        self.scenes = scenes
        self.reel = _Reel()
        self.labels = Names()
        self.slugs: dict[tuple[str, ...], Slug] = {}
        for scene in scenes:
            if scene.slug:
                self.slugs.setdefault(_where(scene.slug), scene.slug)
        self.places = {where: names.make(slug.location, "place") for where, slug in self.slugs.items()}

    def film(self, title_page: dict[str, str], cast: Cast, otherwise: str, left: list[str]) -> ast.Film:
        page = dict(title_page)
        title = one_line(page.pop("title", "")) or otherwise
        about = tuple(one_line(f"{key.capitalize()}: {value}") for key, value in page.items())
        statements: list[ast.Node] = [
            ast.Version(number=quantity("1")),
            ast.Header(
                title=ast.Text(value=title),
                fields=(
                    ast.Field(key=word("size"), values=(SIZE,)),
                    ast.Field(key=word("fps"), values=(ast.Quantity(number=RATE),)),
                ),
                trivia=ast.Trivia(before=about),
            ),
        ]
        statements += [_declared("character", m.name, m.description) for m in cast.declared]
        statements += self._places()
        for number, scene in enumerate(self.scenes, 1):
            statements += self._scene(scene, number)
        statements += self.reel.edge(last=True)
        inside = tuple(map(one_line, left))
        return ast.Film(statements=tuple(statements), trivia=ast.Trivia(inside=inside))  # type: ignore[arg-type]

    def _places(self) -> Iterator[ast.Node]:
        """Each with what its heading says, and the paragraph that first describes it."""
        described: dict[tuple[str, ...], str] = {}
        for scene in self.scenes:
            things = scene.beats[0].things if scene.slug else []
            free = " ".join(t.text for t in things if t.who is None)
            if scene.slug and not any(t.who for t in things) and len(free) <= _LONGEST_DESCRIPTION:
                described.setdefault(_where(scene.slug), free)
        for where, slug in self.slugs.items():
            head = ", ".join(_quiet(t) for t in (slug.location, slug.setting, slug.time) if t)
            text = f"{head}. {described[where]}" if described.get(where) else head
            yield _declared("place", self.places[where], text)

    def _scene(self, scene: Scene, number: int) -> Iterator[ast.Node]:
        coverage = Coverage(scene)
        body: list[ast.Node] = []
        before: list[ast.Node] = []  # between this scene and the one before it
        for item in scene.body:
            if isinstance(item, str):
                self.reel.transition(item)
                continue
            for shot in coverage.shots(item):
                (body if any(isinstance(s, ast.Shot) for s in body) else before).extend(self.reel.edge())
                body.append(self._shot(shot, item))
        yield from before
        if scene.slug is None:
            yield from body
            return
        yield ast.Scene(
            name=word(self.labels.make(f"sc{scene.slug.number or number}", "sc")),
            slug=ast.Text(value=one_line(scene.slug.text)),
            place=word(self.places[_where(scene.slug)]),
            body=(*coverage.blocking(), *_lights(scene.slug), *body),  # type: ignore[arg-type]
            trivia=ast.Trivia(before=tuple(map(one_line, scene.comments))),
        )

    def _shot(self, shot: ast.Shot, beat: Beat) -> ast.Shot:
        """The shot with its ID, and with what the screenplay remarks on its beat."""
        self.reel.shots += 1
        notes, beat.notes = [remark("note", text) for text in map(one_line, beat.notes) if text], []
        comments, beat.comments = tuple(map(one_line, beat.comments)), []
        return shot.model_copy(
            update={
                "name": word(f"s{self.reel.shots:02}0"),
                "body": (*shot.body, *notes),
                "trivia": ast.Trivia(before=comments),
            }
        )


def _where(slug: Slug) -> tuple[str, ...]:
    return tuple(text.casefold() for text in (slug.location, slug.setting, slug.time))


def _declared(role: str, name: str, description: str) -> ast.Declaration:
    text = ast.Text(value=one_line(description))
    return ast.Declaration(role=role, name=word(name), description=text)  # type: ignore[arg-type]


def _quiet(text: str) -> str:
    """Capitals as a description writes them."""
    return text.lower() if text.isupper() else text


def _lights(slug: Slug) -> Iterable[ast.Light]:
    """One light for the time of day; a room at night has a lamp."""
    if not slug.time:
        return
    found = read_place("", slug.time)[1]
    if "night" in found and slug.setting == "interior":
        warm = ast.Field(key=word("temperature"), values=(quantity("2900", "K"),))
        yield ast.Light(name=word("lamp"), role=word("key"), fields=(warm,))
        return
    names = {"night": "moonlight", "dusk": "golden-hour", "dawn": "golden-hour"}
    name = next((names[feature] for feature in found if feature in names), "sun")
    yield ast.Light(name=word(name), role=word("key"))
