"""The syntax tree of a film: frozen, typed, in the order in which the author wrote it.

Every node has a `span` (where it stands) and `trivia` (its comments, blank lines and
line breaks). Neither counts in `==`, so a film made in Python equals the film parsed
from its text. The parser and the Python builder make the same nodes.
"""

from __future__ import annotations

from typing import Literal

from scenelang.grammar.model import Field as Attribute
from scenelang.grammar.node import (
    BLANK_LINE as BLANK_LINE,
)
from scenelang.grammar.node import (
    NO_TRIVIA as NO_TRIVIA,
)
from scenelang.grammar.node import (
    Aspect as Aspect,
)
from scenelang.grammar.node import (
    Field as Field,
)
from scenelang.grammar.node import (
    Interval as Interval,
)
from scenelang.grammar.node import (
    Node as Node,
)
from scenelang.grammar.node import (
    Point as Point,
)
from scenelang.grammar.node import (
    Quantity as Quantity,
)
from scenelang.grammar.node import (
    Size as Size,
)
from scenelang.grammar.node import (
    Target as Target,
)
from scenelang.grammar.node import (
    Text as Text,
)
from scenelang.grammar.node import (
    Trivia as Trivia,
)
from scenelang.grammar.node import (
    Value as Value,
)
from scenelang.grammar.node import (
    When as When,
)
from scenelang.grammar.node import (
    Word as Word,
)

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
    path: Text | None = None  # a file of a tracked or animated camera
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


class Continue(Node):
    """`continue from s010`: the same take goes on from that shot's last frame."""

    shot: Word


class Speed(Node):
    """`speed 50%`: slow motion; over 100 % the shot runs fast."""

    amount: Quantity


class Expectation(Node):
    """`camera dolly-in`, `subjects 2`: what the finished take must show."""

    what: Word
    value: Word | Quantity


class Expect(Node):
    items: tuple[Expectation, ...]


class Seed(Node):
    number: Quantity


class Remark(Node):
    """`look`, `avoid`, `sound` or `note` and its text."""

    kind: Literal["look", "avoid", "sound", "note"]
    text: Text


ShotStatement = (
    Framing | Angle | Lens | Focus | Camera | Light | Particles | Animate | Blocking
    | Action | Says | Becomes | RackFocus | Seed | Remark | Continue | Speed | Expect
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
