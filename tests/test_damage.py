"""No film is so broken that it ends in a traceback."""

from __future__ import annotations

import random

from damage import damaged, understand

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse


def test_damaged_films_are_understood_as_far_as_they_go() -> None:
    chance = random.Random(7)
    for _ in range(500):
        understand(damaged(chance))


def test_an_action_whose_words_were_all_misread() -> None:
    film, syntax = parse("scenelang 1\ncharacter mara\nshot a 2s {\n  0s.. mara 5kg\n}\n", "a.scene")
    assert [d.severity for d in analyse(film, syntax).diagnostics] == ["error"]
