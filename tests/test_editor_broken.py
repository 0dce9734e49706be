"""Nothing that an editor asks fails, whatever the film: the corpus of mistakes, and damaged films."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import films
from damage import damaged
from lsprotocol import types
from pygls.workspace import PositionCodec

from scenelang.compiler.pipeline import analyse
from scenelang.editor import (
    completion,
    diagnostics,
    folding,
    formatting,
    inlay,
    navigation,
    outline,
    rename,
    tokens,
)
from scenelang.editor import hover as hovering
from scenelang.editor.documents import Document, Documents, Open
from scenelang.editor.timing import times_of

WHOLE = types.Range(types.Position(0, 0), types.Position(10_000, 0))


def opened(text: str, folder: Path) -> tuple[Document, Documents]:
    path = (folder / "film.scene").resolve()
    documents = Documents({path: Open(path.as_uri(), text)}, PositionCodec())
    return documents.get(path), documents


def ask_everything(document: Document, documents: Documents, offsets: Iterator[int]) -> None:
    analysis = analyse(document.film, document.syntax, read=documents.read)
    for found in analysis.diagnostics:
        diagnostics.converted(found, document, documents)
    inlay.hints(document, analysis, times_of(analysis), WHOLE)
    outline.outline(document)
    folding.folds(document)
    tokens.semantic_tokens(document, documents)
    try:
        formatting.formatted(document)
    except formatting.Misread:
        assert document.syntax
    for offset in offsets:
        hovering.hover(document, documents, offset, analysis, times_of(analysis))
        completion.complete(document, documents, offset)
        navigation.definition(document, documents, offset)
        navigation.references(document, documents, offset, True)
        try:
            rename.rename(document, documents, offset, "another-name")
        except rename.Refused as why:
            assert str(why)


@pytest.mark.parametrize("path", [*films("ok"), *films("err")], ids=lambda path: path.stem)
def test_the_corpus(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode()
    chance = random.Random(path.stem)
    asked = opened(text, tmp_path)
    ask_everything(*asked, (chance.randrange(len(asked[0].source.text) + 1) for _ in range(2)))


def test_an_editor_without_snippets_gets_words(tmp_path: Path) -> None:
    asked = opened("scenelang 1\nsho", tmp_path)
    for snippets, text in ((True, "shot ${1:s010}"), (False, "shot")):
        found = {i.label: i for i in completion.complete(*asked, 15, snippets)}["shot"]
        assert found.text_edit and found.text_edit.new_text.startswith(text)
        assert (found.text_edit.new_text == "shot") is not snippets
        assert bool(found.insert_text_format) is snippets


def test_damaged_films(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(6):
        asked = opened(damaged(chance), tmp_path)
        ask_everything(*asked, (chance.randrange(len(asked[0].source.text) + 1) for _ in range(2)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_offset_has_a_position_and_comes_back(end: str, mark: str, tmp_path: Path) -> None:
    text = '# 🎬 é\u2028雪\nscenelang 1\nfilm "👩\u200d🚀" { }\n'
    document, _ = opened(mark + text.replace("\n", end), tmp_path)
    units = 0
    for offset, sign in enumerate(text):
        position = document.positions.position(offset)
        assert document.positions.offset(position) == offset
        first = len(mark) if position.line == 0 else 0
        assert position.character == first + units
        units = 0 if sign == "\n" else units + len(sign.encode("utf-16-le")) // 2
    assert document.positions.offset(types.Position(99, 0)) == len(text)
    assert document.positions.offset(types.Position(1, 99)) == text.index("\nfilm")
