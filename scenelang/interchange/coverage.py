"""How a beat is shot: its takes, their framing, who stands where, and what happens when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scenelang.grammar import ast
from scenelang.grammar.format import format_node
from scenelang.grammar.parse import parse
from scenelang.interchange.beats import LONGEST, SHORTEST, Beat, Doing, Saying, Scene
from scenelang.interchange.reading import one_line

APART = Decimal("1.1")  # metres between people who were not placed by anyone
UNSEEN = ast.Point(
    coordinates=(ast.Quantity(number=Decimal(0), unit="m"), ast.Quantity(number=Decimal(40), unit="m"))
)
MOST_IN_FRAME = 6
_CLAUSE = re.compile(r"[^,.;:!?…—–()\"“”]+")
_TOKEN = re.compile(r"[^\W\d_][\w-]*")

Thing = Doing | Saying


def word(text: str) -> ast.Word:
    return ast.Word(text=text)


def quantity(number: Decimal | str, unit: str = "") -> ast.Quantity:
    return ast.Quantity(number=Decimal(number), unit=unit)


def remark(kind: str, text: str) -> ast.Remark:
    return ast.Remark(kind=kind, text=ast.Text(value=text))  # type: ignore[arg-type]


class Coverage:
    """The shots of one scene. Who is only heard stands far behind the camera."""

    def __init__(self, scene: Scene) -> None:
        things = [thing for beat in scene.beats for thing in beat.things]
        self.cast = list(dict.fromkeys(name for thing in things for name in _seen(thing)))
        self.names = {t.who.called.casefold(): t.who.name for t in things if t.who}
        self.first = True
        self.last = ""  # who was last in the picture
        self.away: set[str] = set()

    def blocking(self) -> Iterator[ast.Blocking]:
        """Everyone who is seen in a row; the first two face each other."""
        for i, name in enumerate(self.cast):
            facing = self.cast[1 - i] if i < 2 <= len(self.cast) else "camera"
            yield ast.Blocking(subject=word(name), at=self._home(name), facing=word(facing))

    def shots(self, beat: Beat) -> Iterator[ast.Shot]:
        """One shot for a beat; more where it is too long for one."""
        for take in _takes(beat.things):
            yield self._shot(take)
            self.first = False

    def _home(self, name: str) -> ast.Point:
        x = (self.cast.index(name) - Decimal(len(self.cast) - 1) / 2) * APART
        return ast.Point(coordinates=(quantity(x, "m"), quantity("0", "m")))

    def _shot(self, things: list[Thing]) -> ast.Shot:
        seen = list(dict.fromkeys(name for thing in things for name in _seen(thing)))
        heard = {t.who.name for t in things if t.who} - set(seen)
        body: list[Any] = [self._framing(seen, any(isinstance(t, Saying) for t in things))]
        if not seen and (heard or self.away):  # the frame would look for whoever is there
            body.append(ast.Camera(start=_point("0", "1.6", "6"), looking=_point("0", "1.2", "0")))
        body += [ast.Blocking(subject=word(n), at=self._home(n)) for n in seen if n in self.away]
        body += [ast.Blocking(subject=word(n), at=UNSEEN) for n in sorted(heard)]
        self.away = (self.away - set(seen)) | heard
        clock = speech = end = Decimal(0)  # now; when the last speech began; when all is done
        for thing in things:
            if isinstance(thing, Doing):
                clock = end
            elif thing.begins:
                clock = speech = speech if thing.together else end
            body.append(self._statement(thing, clock))
            clock += thing.seconds
            end = max(end, clock)
        self.last = seen[-1] if seen else self.last
        return ast.Shot(name=word("x"), duration=quantity(max(SHORTEST, end), "s"), body=tuple(body))

    def _framing(self, seen: list[str], spoken: bool) -> ast.Framing:
        """A scene is established first; a speaker is seen alone, or past the shoulder of the other."""
        on = tuple(map(word, seen[:MOST_IN_FRAME]))
        if self.first:
            return ast.Framing(size=word("wide" if spoken else "establishing"), on=on)
        if len(seen) == 1 and spoken and self.last not in ("", seen[0], *self.away):
            return ast.Framing(size=word("over-the-shoulder"), of=word(self.last), on=on)
        sizes = {0: "wide", 1: "medium" if spoken else "full", 2: "two-shot", 3: "three-shot"}
        return ast.Framing(size=word(sizes.get(len(seen), "group")), on=on)

    def _statement(self, thing: Thing, start: Decimal) -> ast.Node:
        end = quantity(start + thing.seconds, "s")
        if isinstance(thing, Saying):
            when = ast.When(during=ast.Interval(start=quantity(start, "s")))
            return ast.Says(
                when=when, actor=word(thing.who.name), line=ast.Text(value=one_line(thing.text))
            )
        if thing.who is None:
            return remark("note", one_line(thing.text))
        when = ast.When(during=ast.Interval(start=quantity(start, "s"), end=end))
        return self._action(when, thing.who.name, one_line(thing.text))

    def _action(self, when: ast.When, actor: str, text: str) -> ast.Node:
        """The first clause in words, as far as the language reads them so; the rest as it stands."""
        text = text.rstrip(" .")
        clause = _CLAUSE.match(text)
        words = clause[0].split() if clause and _TOKEN.match(clause[0]) else []
        plain = next((i for i, w in enumerate(words) if not _TOKEN.fullmatch(w)), len(words))
        values: list[ast.Value] = [
            word(self.names.get(w.casefold(), w) if w[0].isupper() else w) for w in words[:plain]
        ]
        if plain < len(words):
            values.append(ast.Text(value=" ".join(words[plain:])))
        rest = text[clause.end() if words and clause else 0 :].strip(" ,;:–—")
        manner = ast.Text(value=rest) if rest else None
        if values:
            action = ast.Action(when=when, actor=word(actor), words=tuple(values), manner=manner)
            if _reads_back(action):
                return action
        text = text or "is there"
        return ast.Action(when=when, actor=word(actor), words=(ast.Text(value=text),))


def _takes(things: list[Thing]) -> Iterator[list[Thing]]:
    """The things of a beat in shots of the longest length; what is said together stays together."""
    take: list[Thing] = []
    length = Decimal(0)
    for thing in things:
        together = isinstance(thing, Saying) and thing.together
        if take and not together and length + thing.seconds > LONGEST:
            yield take
            take, length = [], Decimal(0)
        take.append(replace(thing, together=False) if isinstance(thing, Saying) and not take else thing)
        length += thing.seconds
    yield take


def _seen(thing: Thing) -> list[str]:
    if thing.who is None or (isinstance(thing, Saying) and not thing.seen):
        return []
    return [thing.who.name]


def _reads_back(action: ast.Action) -> bool:
    """Whether the parser reads the line of an action as this action."""
    actor = action.actor.text
    film, found = parse(
        f'scenelang 1\ncharacter {actor} "x"\nshot x 600s {{\n{format_node(action)}\n}}\n'
    )
    shot = film.statements[-1]
    return not found and isinstance(shot, ast.Shot) and shot.body == (action,)


def _point(x: str, y: str, z: str) -> ast.Point:
    return ast.Point(coordinates=(quantity(x, "m"), quantity(y, "m"), quantity(z, "m")))
