"""The syntax tree of a film: frozen, typed, in the order in which the author wrote it.

Every node has a `span` (where it stands) and `trivia` (its comments, blank lines and
line breaks). Neither counts in `==`, so a film made in Python equals the film parsed
from its text. The parser and the Python builder make the same nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Attribute

from scenelang.grammar.source import Span


@dataclass(frozen=True, slots=True)
class Trivia:
    """What the author wrote around a node that has no meaning, kept for the formatter.

    Comments are stored without `#` and the space behind it. An empty line between two of
    them is stored as BLANK_LINE, which no comment can be.
    """

    before: tuple[str, ...] = ()  # comment lines above
    after: str = ""  # comment at the end of the node's (first) line
    inside: tuple[str, ...] = ()  # comment lines above the closing brace
    closing: str = ""  # comment behind the closing brace of a broken block
    blank_before: bool = False  # an empty line above (and above the comments)
    broken: bool = False  # the block was written over several lines


NO_TRIVIA = Trivia()
BLANK_LINE = "\n"
_NOT_MEANING = frozenset({"span", "trivia"})


class Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    _meaning: ClassVar[tuple[str, ...]] = ()

    span: Span | None = Attribute(default=None, repr=False, exclude=True)
    trivia: Trivia = Attribute(default=NO_TRIVIA, repr=False, exclude=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._meaning = tuple(name for name in cls.model_fields if name not in _NOT_MEANING)

    def meaning(self) -> tuple[object, ...]:
        """The values that make two nodes equal."""
        return tuple(getattr(self, name) for name in self._meaning)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented  # a builder of the Python API may know how to compare
        return self.meaning() == other.meaning()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.meaning()))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in source order."""
        yield self
        for value in self.meaning():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Node):
                    yield from item.walk()

    def bare(self) -> Self:
        """The same node without place, comments and layout, all the way down."""
        changes: dict[str, Any] = {"span": None, "trivia": NO_TRIVIA}
        for name, value in zip(self._meaning, self.meaning()):
            if isinstance(value, Node):
                changes[name] = value.bare()
            elif isinstance(value, tuple):
                changes[name] = tuple(item.bare() if isinstance(item, Node) else item for item in value)
        return self.model_copy(update=changes)


# Values ---------------------------------------------------------------------------------


class Word(Node):
    """A name as the author wrote it, or a word of the vocabulary in its canonical form.

    Where the author wrote an alias (`ECU`, `boom`), the span still points at the alias.
    """

    text: str


class Text(Node):
    """A quoted string, without its quotes and with escapes undone."""

    value: str


class Quantity(Node):
    """A number and its unit as written; unit `f/` is an aperture, `` a plain number."""

    number: Decimal
    unit: str = ""


class Size(Node):
    width: int
    height: int


class Aspect(Node):
    width: Decimal
    height: Decimal


class Point(Node):
    """`(x, z)` on the floor or `(x, y, z)` in space; each a length."""

    coordinates: tuple[Quantity, ...]


Value = Quantity | Size | Aspect | Word | Text | Point
Target = Word | Point


class Field(Node):
    """`key value…` in the braces of a statement, such as `from left 35deg`."""

    key: Word
    values: tuple[Value, ...]


# Time -----------------------------------------------------------------------------------


class Interval(Node):
    """`0s..4s`, half-open; no `end` means to the end of the shot."""

    start: Quantity
    end: Quantity | None = None


class When(Node):
    """When something happens: `during` an interval, or `after` a label, `for` a time."""

    during: Interval | None = None
    after: Word | None = None
    lasting: Quantity | None = None


# The file -------------------------------------------------------------------------------


class Version(Node):
    number: Quantity


class Import(Node):
    path: Text
    names: tuple[Word, ...] = ()  # empty: all


class Header(Node):
    """`film "Title" { … }`: what holds for every shot."""

    title: Text
    fields: tuple[Field, ...] = ()


class Declaration(Node):
    """A member of the cast: a character, a prop or a place."""

    role: Literal["character", "prop", "place"]
    name: Word
    description: Text | None = None
    kind: Word | None = None
    fields: tuple[Field, ...] = ()


class Transition(Node):
    kind: Literal["cut", "dissolve", "fade in", "fade out", "wipe"]
    direction: Word | None = None
    duration: Quantity | None = None


class Axis(Node):
    """`axis A -> B`: the line that cameras of a scene stay on one side of."""

    start: Word
    end: Word


class Blocking(Node):
    """`NAME at P facing Q pose WORD`."""

    subject: Word
    at: Target | None = None
    facing: Target | None = None
    pose: Word | None = None


class Light(Node):
    name: Word
    on: Word | None = None
    role: Word | None = None
    text: Text | None = None
    fields: tuple[Field, ...] = ()


class Particles(Node):
    kind: Word
    text: Text | None = None
    fields: tuple[Field, ...] = ()


class Key(Node):
    """`VALUE @ TIME EASE`; the easing belongs to the arrival at this key."""

    value: Value
    at: Quantity
    ease: Word | None = None  # canonical text with a space, such as `ease in-out`


class Animate(Node):
    """`animate focus: …` (no property) or `animate sun.temperature: …`."""

    target: Word
    property: Word | None = None
    keys: tuple[Key, ...]


# Camera ---------------------------------------------------------------------------------


class Framing(Node):
    """`frame SIZE [of A] [on B, C] [at left-third]`."""

    size: Word
    of: Word | None = None
    on: tuple[Word, ...] = ()
    at: Word | None = None


class AnglePart(Node):
    word: Word
    amount: Quantity | None = None


class Angle(Node):
    parts: tuple[AnglePart, ...]


class Lens(Node):
    focal: Quantity | Word | None = None
    aperture: Quantity | None = None


class Focus(Node):
    on: Word  # a subject, or `deep`


class Move(Node):
    """One camera move: `orbit right 25deg around X`, `follow X from behind at 5m`."""

    name: Word
    direction: Word | None = None
    amount: Quantity | None = None
    speed: Word | None = None  # slow, regular, fast: stands instead of an amount
    target: Target | None = None
    side: Word | None = None  # behind, side, front


class MoveSpan(Node):
    """Moves that run together: `0s..4s pedestal down 2.4m + dolly in 5m, ease in-out`."""

    during: Interval | None = None
    moves: tuple[Move, ...]
    ease: Word | None = None


class Steadiness(Node):
    word: Word
    amount: Quantity | None = None


class Camera(Node):
    start: Point | None = None
    looking: Target | None = None
    body: tuple[MoveSpan | Steadiness, ...] = ()


# What happens ---------------------------------------------------------------------------


class Action(Node):
    """`0s..2s mara unfolds letter, "hands shaking" as opens`."""

    when: When | None = None
    actor: Word
    words: tuple[Value, ...]
    manner: Text | None = None
    label: Word | None = None


class Says(Node):
    when: When | None = None
    actor: Word
    line: Text
    label: Word | None = None


class Becomes(Node):
    """A change of state that lasts to the end of the scene."""

    when: When | None = None
    actor: Word
    description: Text
    label: Word | None = None


class RackFocus(Node):
    when: When | None = None
    target: Word
    ease: Word | None = None


class Seed(Node):
    number: Quantity


class Remark(Node):
    """`look`, `avoid`, `sound` or `note` and its text."""

    kind: Literal["look", "avoid", "sound", "note"]
    text: Text


ShotStatement = (
    Framing | Angle | Lens | Focus | Camera | Light | Particles | Animate | Blocking
    | Action | Says | Becomes | RackFocus | Seed | Remark
)  # fmt: skip


class Shot(Node):
    name: Word
    title: Text | None = None
    duration: Quantity
    place: Word | None = None
    body: tuple[ShotStatement, ...] = ()


SceneStatement = Blocking | Axis | Light | Particles | Shot | Transition


class Scene(Node):
    name: Word
    slug: Text | None = None
    place: Word | None = None
    body: tuple[SceneStatement, ...] = ()


Statement = Version | Import | Header | Declaration | Scene | Shot | Transition


class Film(Node):
    """A whole `.scene` file."""

    statements: tuple[Statement, ...] = ()
    file: str = Attribute(default="", exclude=True)

    def meaning(self) -> tuple[object, ...]:
        return (self.statements,)

    def __str__(self) -> str:
        from scenelang.grammar.format import format_film

        return format_film(self)
