"""The elements of a screenplay, whatever format it was read from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """`INT. ROOM - NIGHT #12A#`."""

    text: str
    number: str = ""


@dataclass(frozen=True)
class Action:
    """A paragraph, its lines joined."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A piece of a speech: what is said or sung, or the parenthetical before it."""

    text: str
    manner: bool = False
    sung: bool = False


@dataclass(frozen=True)
class Speech:
    """A character's cue with its extensions, such as `V.O.`, and what is said."""

    speaker: str
    extensions: tuple[str, ...]
    dual: bool  # at the same time as the speech before
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transition:
    text: str


@dataclass(frozen=True)
class Centred:
    text: str


@dataclass(frozen=True)
class Lyric:
    text: str


@dataclass(frozen=True)
class Section:
    text: str
    level: int


@dataclass(frozen=True)
class Synopsis:
    text: str


@dataclass(frozen=True)
class Note:
    text: str


@dataclass(frozen=True)
class PageBreak:
    pass


Element = (
    Heading | Action | Speech | Transition | Centred | Lyric | Section | Synopsis | Note | PageBreak
)


@dataclass(frozen=True)
class Screenplay:
    title_page: dict[str, str]  # keys in lower case
    elements: tuple[Element, ...]
