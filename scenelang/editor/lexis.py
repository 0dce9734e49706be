"""The language's words as highlighters need them: read from the grammar and the vocabulary."""

from __future__ import annotations

from functools import cache
from typing import get_args

from scenelang.grammar import ast
from scenelang.grammar.syntax import grammar
from scenelang.grammar.vocabulary import HEADS, PROPERTIES, PROPERTY_ALIASES, TERMS, UNITS, words

FREE = ("verb",)  # categories whose words are also ordinary words of an action


@cache
def keywords() -> dict[str, str]:
    """The grammar's own words, by the names of their terminals."""
    return {
        terminal.name: terminal.pattern.value
        for terminal in grammar().terminals
        if terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
    }


def pattern(terminal: str) -> str:
    """The regular expression of a terminal."""
    return str(grammar().get_terminal(terminal).pattern.to_regexp())


@cache
def heads() -> frozenset[str]:
    """The words that begin statements."""
    return frozenset(term.word for terms in HEADS.values() for term in terms)


@cache
def declaring() -> tuple[str, ...]:
    """The heads that a new name stands behind."""
    roles = get_args(ast.Declaration.model_fields["role"].annotation)
    return (*roles, *(block for block in HEADS if block in heads()))


@cache
def fields() -> frozenset[str]:
    """The words that begin fields."""
    return frozenset([*(p.key for owned in PROPERTIES.values() for p in owned), *PROPERTY_ALIASES])


@cache
def vocabulary() -> frozenset[str]:
    """The other words of the vocabulary and their aliases, without those of actions."""
    categories = ("move", *(category for category in TERMS if category not in FREE))
    return frozenset(part for c in categories for word in words(c) for part in word.split())


@cache
def units() -> tuple[str, ...]:
    """All units that stand behind a number, the longest first."""
    every = {unit for owned in UNITS.values() for unit in owned if unit and not unit.endswith("/")}
    return tuple(sorted(every, key=lambda unit: (-len(unit), unit)))
