"""The grammar's tables: current, and never trusted where they are not; the quick parser reads as Lark does."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from damage import TEXTS, damaged
from films import EXAMPLES
from hypothesis import given, settings
from lark.exceptions import UnexpectedInput
from strategies import films

from scenelang.grammar import syntax
from scenelang.grammar.ast import Film
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse
from scenelang.grammar.stack import Stack
from scenelang.grammar.syntax import FILES, reader, tables
from scenelang.grammar.tables import lark_of, write_tables
from scenelang.grammar.tree import Part, Token, Tree


def test_the_tables_are_those_of_the_grammar(tmp_path: Path) -> None:
    write_tables(tmp_path)
    shipped, made = EXAMPLES.parent / "grammar", tmp_path
    ours = [(folder / FILES["reader"]).read_text(encoding="utf-8") for folder in (shipped, made)]
    assert ours[0] == ours[1], "write it again: make tables"
    # Lark numbers its states anew in each run
    larks = [
        json.loads((folder / FILES["lark"]).read_text(encoding="utf-8")) for folder in (shipped, made)
    ]
    for part in ("key", "version"):
        assert larks[0][part] == larks[1][part], "write it again: make tables"


@pytest.mark.parametrize("content", ["", "{", '{"key": "of another grammar"}', "[]", "\x00"])
def test_tables_that_are_damaged_or_old_are_not_used(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = dict(tables("reader"))
    (tmp_path / "scene.lark").write_text(syntax.grammar_text())
    for name in FILES.values():
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(syntax, "FOLDER", tmp_path)
    assert syntax.tables.__wrapped__("reader") == shipped


def test_tables_of_another_lark_are_not_used() -> None:
    stored = {**tables("lark"), "version": "0.1", "data": None, "memo": None}
    assert lark_of(stored).parse("scenelang 1", start="film").data == "film"


def test_clean_films_are_read_without_lark() -> None:
    code = (
        "import sys; from scenelang.grammar.parse import parse_file; film, found, _ = parse_file(sys.argv[1]); "
        "assert film.statements and not found; assert 'lark' not in sys.modules"
    )
    film = str(EXAMPLES / "lantern.scene")
    assert subprocess.run([sys.executable, "-c", code, film], check=False).returncode == 0


def shape(part: Part) -> object:
    """A tree with all of its tokens; a brace's token may begin before its white space or behind it."""
    if isinstance(part, Token):
        return part.type, part.strip(), part.end_pos, None if part.type == "LBRACE" else part.start_pos
    return str(part.data), [shape(child) for child in part.children]


def read_by_lark(text: str) -> Tree[Token] | None:
    stack = Stack(text)
    try:
        stack.read()
        tree = stack.feed(Token("$END", "", len(text), len(text)))
    except UnexpectedInput:
        return None
    assert isinstance(tree, Tree)
    return tree


def same(text: str) -> bool:
    """Whether the quick parser reads a text, after making sure that it reads it as Lark does."""
    quick = reader().read(text)
    if quick is not None:
        lark = read_by_lark(text)
        assert lark is not None, text
        assert shape(quick) == shape(lark), text
    return quick is not None


def test_reference_films_are_read_as_lark_reads_them() -> None:
    assert all(same(text) for text in TEXTS)


@settings(max_examples=30, deadline=None)
@given(films())
def test_generated_films_are_read_as_lark_reads_them(film: Film) -> None:
    assert same(format_film(film))


def test_damaged_films_are_read_as_lark_reads_them_or_left_to_it() -> None:
    chance = random.Random(3)
    texts = [damaged(chance).replace("\r", "\n") for _ in range(300)]
    read = sum(same(text) for text in texts)
    assert 0 < read < len(texts)
    # and nothing that Lark reads is left to it but for a word that reads in two ways
    left = [t for t in texts if reader().read(t) is None and read_by_lark(t) is not None]
    assert len(left) < len(texts) / 100


def test_places_in_the_text_are_the_same() -> None:
    film, found = parse('scenelang 1\nshot a 2s\n{\n  look "x"  # why\n}\n')
    assert not found
    assert film.statements[1].span is not None
    assert (film.statements[1].span.line, film.statements[1].span.end_line) == (2, 5)
