"""A screenplay as scenes of beats: an action paragraph or an exchange of dialogue, with its length."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from scenelang.compiler.resolve_action import speaking_time
from scenelang.interchange import fountain, screenplay
from scenelang.interchange.cast import Cast, Member

WORDS_A_SECOND = 2.5  # of action: a page of some 150 words is a minute
LETTERS_A_WORD = 6  # for scripts that don't part words
LONGEST = Decimal(60)  # seconds of a draft's shot
SHORTEST = Decimal(2)
STEP = Decimal("0.5")
BREATH = int(30 / speaking_time("x" * 1000) * 1000)  # letters said in half a minute
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’»)]*\s+|(?<=[。！？])")
_UNSEEN = re.compile(r"\b(?:V\.? ?O|O\.? ?S|O\.? ?C)\b", re.IGNORECASE)
_LATER = re.compile(r"CONTINUOUS|LATER|SAME|MOMENTS?\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Doing:
    """A sentence of action; `who` where it begins with a name, and then `text` is the rest."""

    who: Member | None
    text: str
    seconds: Decimal


@dataclass(frozen=True)
class Saying:
    """What someone says in one breath; `together` with the speech before, where it begins one."""

    who: Member
    text: str
    seconds: Decimal
    seen: bool
    together: bool
    begins: bool


@dataclass
class Beat:
    things: list[Doing | Saying] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def spoken(self) -> bool:
        return bool(self.things) and isinstance(self.things[0], Saying)


@dataclass(frozen=True)
class Slug:
    """A scene heading taken apart."""

    text: str
    number: str
    setting: str  # interior, exterior, both, or nothing
    location: str
    time: str


@dataclass
class Scene:
    """What stands under a heading (none: before the first); transitions are words among the beats."""

    slug: Slug | None
    comments: list[str] = field(default_factory=list)
    body: list[Beat | str] = field(default_factory=list)

    @property
    def beats(self) -> list[Beat]:
        return [b for b in self.body if isinstance(b, Beat)]


def scenes_of(script: screenplay.Screenplay, cast: Cast) -> tuple[list[Scene], list[str]]:
    """The scenes, and the comments behind the last of them."""
    reader = _Reader(cast)
    for element in script.elements:
        reader.take(element)
    return reader.finished()


class _Reader:
    """Takes the elements one by one; `comments` wait for the next beat or scene, `notes` for a beat."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.scenes = [Scene(None)]
        self.comments: list[str] = []
        self.notes: list[str] = []
        self.time = ""
        self.open = False  # an exchange that goes on

    def take(self, element: screenplay.Element) -> None:
        match element:
            case screenplay.Heading():
                self._heading(element)
            case screenplay.Action():
                self._add(list(_doings(element.text, self.cast)), element.notes)
            case screenplay.Speech():
                self._add(list(_sayings(element, self.cast)), (*_manners(element), *element.notes))
            case screenplay.Transition():
                self.scenes[-1].body.append(element.text)
                self.open = False
            case screenplay.Centred() | screenplay.Note() | screenplay.Lyric():
                self._note(
                    f"on screen: {element.text}"
                    if isinstance(element, screenplay.Centred)
                    else element.text
                )
            case screenplay.Section():
                self.comments.append(f"{'#' * element.level} {element.text}")
            case screenplay.Synopsis():
                self.comments.append(element.text)
            case screenplay.PageBreak():
                pass

    def finished(self) -> tuple[list[Scene], list[str]]:
        scenes = [s for s in self.scenes if s.slug or s.body]
        for scene in scenes:
            if scene.slug and not scene.beats:
                scene.body.insert(0, Beat())
        if self.notes and (beats := [b for scene in scenes for b in scene.beats]):
            beats[-1].notes += self.notes
        return scenes, self.comments

    def _heading(self, heading: screenplay.Heading) -> None:
        slug = _slug(heading, self.time)
        self.time = slug.time
        self.scenes.append(Scene(slug, self.comments))
        self.comments = []
        self.open = False

    def _add(self, things: list[Doing] | list[Saying], notes: tuple[str, ...]) -> None:
        """An exchange goes on in its beat; anything else begins one."""
        if not things:
            for note in notes:
                self._note(note)
            return
        spoken = isinstance(things[0], Saying)
        body = self.scenes[-1].body
        if not (spoken and self.open and not self.comments):
            body.append(Beat(notes=self.notes, comments=self.comments))
            self.notes, self.comments = [], []
        beat = body[-1]
        assert isinstance(beat, Beat)
        beat.things += things
        beat.notes += notes
        self.open = spoken

    def _note(self, text: str) -> None:
        """A note belongs to the beat above it in its scene, else to the next."""
        last = self.scenes[-1].body[-1:]
        (last[0].notes if last and isinstance(last[0], Beat) else self.notes).append(text)


def _slug(heading: screenplay.Heading, before: str) -> Slug:
    """`before` is the time of the scene before, for headings that say `CONTINUOUS` or `LATER`."""
    prefix, rest = "", heading.text
    if fountain.is_heading(heading.text):
        prefix, _, rest = re.sub(r"\s*\.\s*|\s+", " ", heading.text, count=1).partition(" ")
    sides = [part[:1].upper() for part in prefix.split("/")]
    setting = " and ".join(w for w, letter in (("interior", "I"), ("exterior", "E")) if letter in sides)
    location, *more = re.split(r"\s+[-–—]+\s+", rest.strip(" -–—.") or heading.text)
    time = more[-1] if more else ""
    location = ", ".join([location, *more[:-1]])
    return Slug(
        heading.text, heading.number, setting, location, before if _LATER.fullmatch(time) else time
    )


def _doings(text: str, cast: Cast) -> Iterator[Doing]:
    """Sentences that begin with a name, and what stands between them."""
    free: list[str] = []
    for sentence in _sentences(text):
        found = cast.begins(sentence)
        if found is None:
            free.append(sentence)
            continue
        yield from _free(free)
        free = []
        yield Doing(found[0], found[1], _acting_time(sentence))
    yield from _free(free)


def _free(sentences: list[str]) -> list[Doing]:
    text = " ".join(sentences)
    return [Doing(None, text, _acting_time(text))] if text else []


def _acting_time(text: str) -> Decimal:
    words = max(len(text.split()), len(text) // LETTERS_A_WORD)
    return min(LONGEST, _rounded(words / WORDS_A_SECOND))


def _sayings(speech: screenplay.Speech, cast: Cast) -> Iterator[Saying]:
    seen = not any(_UNSEEN.search(extension) for extension in speech.extensions)
    begins = True
    for part in speech.parts:
        if part.manner:
            continue
        for text in _breaths(part.text):
            said = f"♪ {text} ♪" if part.sung else text
            seconds = _rounded(float(speaking_time(said)))
            yield Saying(cast.of(speech.speaker), said, seconds, seen, speech.dual and begins, begins)
            begins = False


def _manners(speech: screenplay.Speech) -> Iterator[str]:
    """How it is said, and where from, for the crew."""
    said = [e for e in speech.extensions if not e.upper().startswith("CONT")]
    for text in [*said, *(part.text for part in speech.parts if part.manner)]:
        yield f"{speech.speaker}: {text}"


def _breaths(text: str) -> Iterator[str]:
    """A text in pieces that a shot is long enough for, parted between sentences where there are any."""
    piece = ""
    for sentence in _sentences(text):
        for start in range(0, len(sentence), BREATH):
            part = sentence[start : start + BREATH]
            if piece and len(piece) + len(part) >= BREATH:
                yield piece
                piece = ""
            piece = f"{piece} {part}".strip()
    if piece:
        yield piece


def _sentences(text: str) -> list[str]:
    return [s for part in _SENTENCE.split(text) if part and (s := part.strip())]


def _rounded(seconds: float) -> Decimal:
    return max(STEP, STEP * math.ceil(Decimal(seconds) / STEP))
