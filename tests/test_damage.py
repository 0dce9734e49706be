"""No film is so broken that it ends in a traceback."""

from __future__ import annotations

import random
from pathlib import Path
from time import process_time

from damage import damaged, understand

from scenelang.compiler.pipeline import analyse
from scenelang.grammar import facts
from scenelang.grammar.context import MOST_MISTAKES
from scenelang.grammar.parse import parse, parse_file


def test_damaged_films_are_understood_as_far_as_they_go() -> None:
    chance = random.Random(7)
    for _ in range(500):
        understand(damaged(chance))


def test_an_action_whose_words_were_all_misread() -> None:
    film, syntax = parse("scenelang 1\ncharacter mara\nshot a 2s {\n  0s.. mara 5kg\n}\n", "a.scene")
    assert [d.severity for d in analyse(film, syntax).diagnostics] == ["error"]


def test_what_is_no_film_is_answered_soon(tmp_path: Path) -> None:
    large = tmp_path / "large.scene"
    large.write_bytes(b"a" * (facts.MOST_BYTES + 1))
    (found,) = parse_file(large)[1]
    assert (found.code, "16 MB" in found.message) == ("S001", True)
    for text in (
        "a b c\n" * 5000,
        "}" * 20000,
        "{" * 20000,
        "a" * 100000,
        "scene a {\n" * 2000 + "}\n" * 2000,
    ):
        begun = process_time()
        found_in = parse(text)[1]
        assert 1 <= len(found_in) <= MOST_MISTAKES + 2
        assert process_time() - begun < 5
