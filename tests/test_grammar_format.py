"""The canonical form: fixed points, idempotence, comments, and films made in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import films

from scenelang.grammar import ast
from scenelang.grammar.ast import Film
from scenelang.grammar.format import format_film, format_node
from scenelang.grammar.parse import parse

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.scene"))
GENERATED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def formatted(text: str) -> str:
    film, diagnostics = parse(text)
    assert not diagnostics
    return format_film(film)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_reference_film_formats_to_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_film_without_layout_prints_as_the_same_film(path: Path) -> None:
    film, _ = parse(path.read_text(encoding="utf-8"))
    bare = film.bare()
    assert bare == film
    assert all(node.span is None for node in bare.walk())
    again, diagnostics = parse(str(bare))
    assert again == film and not diagnostics


@given(films())
@GENERATED
def test_what_a_film_prints_parses_to_the_film(film: Film) -> None:
    text = str(film)
    again, diagnostics = parse(text)
    assert diagnostics == ()
    assert again == film


@given(films())
@GENERATED
def test_formatting_twice_changes_nothing(film: Film) -> None:
    text = str(film)
    assert formatted(text) == text


def test_aliases_numbers_and_spacing_become_canonical() -> None:
    text = (
        "scenelang   1\ncharacter mara 'x'\n".replace("'", '"')
        + 'shot  s010   4.0s  in street "One" {\n\tframe  ECU at center on mara\n  lens f/2.80 035mm\n'
        + '  light sun { color "red";height .5deg }\n  camera {\n 0s..4s boom up 1.90m+arc 30deg right around mara,ease   in-out\n }\n}\n'
    )
    assert formatted(text) == (
        'scenelang 1\ncharacter mara "x"\nshot s010 "One" 4s in street {\n'
        "  frame extreme-close-up on mara at centre\n  lens 35mm f/2.8\n"
        '  light sun { colour "red"; height 0.5deg }\n  camera {\n'
        "    0s..4s pedestal up 1.9m + orbit right 30deg around mara, ease in-out\n  }\n}\n"
    )


def test_blank_lines_are_kept_as_one_and_none_at_the_edges_of_blocks() -> None:
    text = "\n\nscenelang 1\n\n\n\nshot s 4s {\n\n  angle low\n\n\n  lens 35mm\n\n}\n\n\n"
    assert formatted(text) == "scenelang 1\n\nshot s 4s {\n  angle low\n\n  lens 35mm\n}\n"


COMMENTS = """\
# the licence

# about the film
scenelang 1 # the version

# first
# second

character mara "x" { # who
  # her height
  height 1.7m # tall

  # nothing more
} # mara ends

#!kept as it is
shot s 4s { # the shot
  # alone in the block
}

shot t 4s {
  light sun { height 5deg } # low
  # where

  # she stands
  mara at (0m, 0m)
}

# the end
"""


def test_comments_stay_where_they_are() -> None:
    assert formatted(COMMENTS) == COMMENTS


def test_comments_belong_to_their_nodes() -> None:
    film, _ = parse(COMMENTS)
    version, mara, first, second = film.statements
    assert version.trivia.before == ("the licence", ast.BLANK_LINE, "about the film")
    assert version.trivia.after == "the version"
    assert mara.trivia.before == ("first", "second", ast.BLANK_LINE)
    assert (mara.trivia.after, mara.trivia.closing) == ("who", "mara ends")
    assert isinstance(mara, ast.Declaration)
    assert mara.fields[0].trivia.before == ("her height",) and mara.fields[0].trivia.after == "tall"
    assert mara.trivia.inside == (ast.BLANK_LINE, "nothing more")
    assert first.trivia.inside == ("alone in the block",)
    assert isinstance(second, ast.Shot) and second.body[0].trivia.after == "low"
    assert film.trivia.inside == (ast.BLANK_LINE, "the end")


def test_comments_inside_a_statement_move_above_it() -> None:
    text = "scenelang 1\nshot s 4s {\n  camera {\n    pan left 2deg + # one\n    # two\n    tilt up 3deg # three\n  }\n}\n"
    assert "    # one\n    # two\n    pan left 2deg + tilt up 3deg # three\n" in formatted(text)


def test_a_block_of_fields_stays_as_its_author_wrote_it() -> None:
    one = 'scenelang 1\nlong "x" { a }\n'.replace("long", "character mara").replace(
        "{ a }", "{ height 1m; age 4 }"
    )
    several = 'scenelang 1\ncharacter mara "x" {\n  height 1m\n  age 4\n}\n'
    assert formatted(one) == one
    assert formatted(several) == several


def test_a_comment_breaks_a_block_open() -> None:
    text = 'scenelang 1\nfilm "x" { fps 24; # why\n seed 3 }\n'
    assert formatted(text) == 'scenelang 1\nfilm "x" {\n  fps 24 # why\n  seed 3\n}\n'


def test_a_film_made_in_python_breaks_long_blocks_and_groups_its_cast() -> None:
    long = ast.Field(key=ast.Word(text="look"), values=(ast.Text(value="x" * 90),))
    header = ast.Header(title=ast.Text(value="T"), fields=(long,))
    cast = [ast.Declaration(role="prop", name=ast.Word(text=name)) for name in "ab"]
    film = ast.Film(statements=(ast.Version(number=ast.Quantity(number=1)), header, *cast))  # type: ignore[arg-type]
    assert str(film) == f'scenelang 1\n\nfilm "T" {{\n  look "{"x" * 90}"\n}}\n\nprop a\nprop b\n'


def test_texts_keep_quotes_backslashes_and_line_breaks() -> None:
    text = ast.Text(value='a "b"\\c\n\td\r')
    assert format_node(text) == r'"a \"b\"\\c\n\td\r"'
    film, _ = parse(f"scenelang 1\nfilm {format_node(text)}\n")
    assert isinstance(header := film.statements[1], ast.Header) and header.title == text


def test_an_empty_shot_and_an_empty_film_print() -> None:
    assert formatted("scenelang 1\nshot s 4s {\n\n}\n") == "scenelang 1\nshot s 4s { }\n"
    assert str(Film()) == ""
