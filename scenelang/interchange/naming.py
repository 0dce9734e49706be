"""Names of the language for what is called anything: `DEALER #2` becomes `dealer-2`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from scenelang.grammar.syntax import grammar
from scenelang.grammar.vocabulary import HEADS, TERMS

_LONGEST = 40


class Names:
    """Gives out names that the language can read, each once."""

    def __init__(self) -> None:
        self._taken = set(_reserved())
        self._next: dict[str, int] = {}

    def make(self, called: str, otherwise: str) -> str:
        """A name like what something is called; like `otherwise` where no letter of it can be used."""
        base = identifier(called) or identifier(f"{otherwise}-{called}") or otherwise
        name = base
        while name in self._taken:
            self._next[base] = self._next.get(base, 1) + 1
            name = f"{base}-{self._next[base]}"
        self._taken.add(name)
        return name


def identifier(called: str) -> str:
    """What is left of a text as a name, or an empty string where it can't begin one."""
    text = unicodedata.normalize("NFC", called.lower())[: 2 * _LONGEST]
    letters = (char if char != "-" and _name().fullmatch(f"x{char}") else "-" for char in text)
    name = re.sub("-+", "-", "".join(letters))[:_LONGEST].strip("-")
    return name if _name().fullmatch(name) else ""


@cache
def _name() -> re.Pattern[str]:
    return re.compile(grammar().get_terminal("NAME").pattern.value)


@cache
def _reserved() -> frozenset[str]:
    """Words that mean something where a name could stand, at the head of a statement or behind a word."""
    words = {t.pattern.value for t in grammar().terminals if t.pattern.type == "str"}
    words.update(term.word for heads in HEADS.values() for term in heads)
    for category in ("facing", "direction"):
        words.update(name for term in TERMS[category] for name in (term.word, *term.aliases))
    return frozenset(words | {"deep"})
