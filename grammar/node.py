"""What every node of the syntax tree has, and the nodes that are values and times."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar, Self

from scenelang.grammar.model import BaseModel, ConfigDict
from scenelang.grammar.model import Field as Attribute
from scenelang.grammar.record import Record
from scenelang.grammar.source import Span


class Trivia(Record):
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
    # the parser's own nodes need no validator: one is built when it is first asked for
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )
    _meaning: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}
    _names: ClassVar[set[str]] = set()

    span: Span | None = Attribute(default=None, repr=False, exclude=True)
    trivia: Trivia = Attribute(default=NO_TRIVIA, repr=False, exclude=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._meaning = tuple(name for name in cls.model_fields if name not in _NOT_MEANING)
        cls._defaults = {name: field.default for name, field in cls.model_fields.items()}
        cls._names = set(cls.model_fields)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A node of values that the parser has made itself, so that nothing has to be validated."""
        node = cls.__new__(cls)
        set_ = object.__setattr__
        set_(node, "__dict__", {**cls._defaults, **values})
        set_(node, "__pydantic_fields_set__", cls._names)
        set_(node, "__pydantic_extra__", None)
        set_(node, "__pydantic_private__", None)
        return node

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
