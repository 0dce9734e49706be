"""Who is in a screenplay: names, descriptions, and whom a sentence of action begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scenelang.interchange import screenplay
from scenelang.interchange.naming import Names

# MARA (40, grey raincoat) or LIO (20s): in capitals, and an age in the parentheses
_INTRODUCED = re.compile(
    r"\b([^\W\d_][\w.'’-]{0,30}(?: [^\W\d_][\w.'’-]{0,30}){0,3}) ?\([^()]{0,60}\d[^()]{0,60}\)"
)
_WORD = re.compile(r"[\w#]+(?:['’.-][\w#]+)*")
_APPOSITION = re.compile(r"\s*(?:\([^()]*\)|,[^,]{1,80},(?= ))")  # behind a name, before what it does
_OPENING = 240  # characters behind a name in which its description may stand


@dataclass(frozen=True)
class Member:
    name: str  # in the film
    called: str  # in the screenplay
    description: str


class Cast:
    """Everyone who speaks, and everyone who is introduced in capitals with an age."""

    def __init__(self, elements: Iterable[screenplay.Element], names: Names) -> None:
        elements = tuple(elements)
        actions = [e.text for e in elements if isinstance(e, screenplay.Action)]
        called = {_key(e.speaker): e.speaker for e in elements if isinstance(e, screenplay.Speech)}
        also = _introduced(actions, called)
        described = _descriptions(actions, called)
        self.members = {
            key: Member(names.make(text, "character"), text, described.get(key, _titled(text)))
            for key, text in called.items()
        }
        self.declared = tuple(self.members.values())
        self.members |= {longer: self.members[key] for longer, key in also.items()}
        self._longest = max((len(_WORD.findall(key)) for key in self.members), default=0)

    def of(self, called: str) -> Member:
        return self.members[_key(called)]

    def begins(self, sentence: str) -> tuple[Member, str] | None:
        """The member whose name a sentence begins with, and the rest of the sentence."""
        words = [m for m, _ in zip(_WORD.finditer(sentence), range(self._longest))]
        if not words or words[0].start() > 0:
            return None
        for count in range(len(words), 0, -1):
            written = sentence[: words[count - 1].end()]
            found = self.members.get(_key(written))
            if found and written[0] == written[0].upper():
                return found, _APPOSITION.sub("", sentence[words[count - 1].end() :], count=1).strip(
                    " ,;:"
                )
        return None


def _introduced(actions: list[str], called: dict[str, str]) -> dict[str, str]:
    """Adds who is introduced but never speaks to `called`; returns the longer names of those who do.

    `MARA WINTERS (40)` is the `MARA` of the cues, `DICK STEEL (60)` their `STEEL`.
    """
    also: dict[str, str] = {}
    speaking = set(called)
    for text in actions:
        for match in _INTRODUCED.finditer(text):
            if match[1].isupper():
                words = _key(match[1]).split()
                parts = {" ".join(words[:n]) for n in range(1, len(words))} | {words[-1]}
                short = parts & speaking
                if len(short) == 1 and _key(match[1]) not in speaking:
                    also[_key(match[1])] = short.pop()
                else:
                    called.setdefault(_key(match[1]), match[1])
    return also


def _descriptions(actions: list[str], called: dict[str, str]) -> dict[str, str]:
    """The description that stands where a member's name first is in capitals, by key."""
    found: dict[str, str] = {}
    firsts: dict[str, list[str]] = {}
    for key in called:
        firsts.setdefault((_WORD.findall(key) or [key])[0], []).append(key)
    for text in actions:
        for word in _WORD.finditer(text):
            for key in firsts.get(word[0], ()):
                if key not in found and text.startswith(key, word.start()):
                    rest = text[word.start() + len(key) : word.start() + len(key) + _OPENING]
                    if not rest[:1].isalnum():
                        found[key] = ", ".join([_titled(called[key]), *_described(rest)])
    return found


def _described(rest: str) -> Iterator[str]:
    """`(40, grey raincoat)`, or `, a retired detective,`, behind a name and its other names."""
    if match := re.match(r"(?: [^\W\d_a-z]+\b)* ?\(([^()]+)\)", rest):
        yield match[1].strip()
        return
    match = re.match(r"(?: [^\W\d_a-z]+\b)*, ([^,.;:!?]{3,80})[,.]", rest)
    if match and not match[1].isupper():  # capitals would be the next name of a list
        yield match[1].strip()


def _key(called: str) -> str:
    return " ".join(called.upper().split()).rstrip(".") or "?"


def _titled(called: str) -> str:
    """`OLD MAN` as a description says it: `Old man`; `Mara` of `MARA`."""
    return called.capitalize() if called.isupper() else called
