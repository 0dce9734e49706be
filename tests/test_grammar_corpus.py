"""The films of tests/corpus: odd but valid ones, and ones with mistakes."""

from __future__ import annotations

from pathlib import Path

import corpus
import pytest

from scenelang.grammar.codes import Code
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse, parse_file


@pytest.mark.parametrize("path", corpus.films("err"), ids=lambda p: p.stem)
def test_a_film_with_mistakes_has_the_expected_diagnostics(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert corpus.expectations(text), "a film in corpus/err expects a diagnostic"
    assert corpus.findings(text) == corpus.expectations(text), f"if that is right: {corpus.UPDATE}"


@pytest.mark.parametrize("path", corpus.films("err"), ids=lambda p: p.stem)
def test_updating_changes_nothing_that_is_right(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert corpus.updated(text) == text


@pytest.mark.parametrize("path", corpus.films("err"), ids=lambda p: p.stem)
def test_one_mistake_is_one_error(path: Path) -> None:
    found = len(corpus.findings(path.read_text(encoding="utf-8")))
    several = path.stem.startswith("many_") or path.stem == "not_yet_continue_and_speed"
    assert found > 1 if several else found == 1


@pytest.mark.parametrize("path", corpus.films("ok"), ids=lambda p: p.stem)
def test_an_odd_film_is_read_and_its_format_is_stable(path: Path) -> None:
    film, diagnostics, _ = parse_file(path)
    assert diagnostics == ()
    text = format_film(film)
    assert "\r" not in text and "\t" not in text and "\ufeff" not in text
    again, diagnostics = parse(text)
    assert diagnostics == () and again == film
    assert format_film(again) == text


def test_formatting_loses_no_comment() -> None:
    path = next(p for p in corpus.films("ok") if p.stem == "comments_everywhere")
    before = path.read_text(encoding="utf-8")
    after = format_film(parse(before)[0])
    comments = [line.split("#", 1)[1].strip() for line in before.split("\n") if "#" in line]
    assert all(after.count(f"# {comment}\n") == before.count(f"# {comment}\n") for comment in comments)


def test_the_same_film_in_all_encodings_of_lines_is_equal() -> None:
    stems = ("crlf", "tabs", "byte_order_mark", "no_newline_at_end")
    first, *rest = [parse_file(p)[0] for p in corpus.films("ok") if p.stem in stems]
    assert len(rest) == len(stems) - 1 and all(film == first for film in rest)


def test_every_code_of_a_text_has_an_example() -> None:
    seen = {
        line.split()[1].rstrip(":")
        for p in corpus.films("err")
        for line in corpus.expectations(p.read_text())
    }
    of_files = {Code.NO_FILE, Code.FOLDER, Code.NOT_UTF8}
    assert seen == {code.value for code in Code} - of_files
