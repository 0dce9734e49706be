"""A text that is edited is parsed again only where it changed, and read as if it were parsed whole."""

from __future__ import annotations

import pytest
from edits import edited, texts
from films import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from scenelang.grammar.ast import Film
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.format import format_film
from scenelang.grammar.incremental import Document
from scenelang.grammar.parse import parse

LANTERN = (EXAMPLES / "lantern.scene").read_text()
FILM = """scenelang 1
film "Test" { size 640x360 }
character mara "a woman"
place street "a street"

shot a 2s in street {
  frame wide on mara
}
# between
shot b 2s in street {
  look "soft"  # grain
}

scene two in street {
  shot c 2s {
    frame full on mara
    mara waits
  }
}
"""


def everything(read: tuple[Film, tuple[Diagnostic, ...]]) -> object:
    """A film with all places, comments and findings."""
    film, found = read
    places = [
        (n.span.start, n.span.end, str(n.span), n.span.end_column) if n.span else None
        for n in film.walk()
    ]
    return film, places, [n.trivia for n in film.walk()], found, [d.labels for d in found]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_after_any_edits_a_document_reads_as_its_text_does(data: st.DataObject) -> None:
    document = Document("film.scene")
    text = data.draw(texts())
    for _ in range(5):
        assert everything(document.update(text)) == everything(parse(text, "film.scene"))
        text = data.draw(edited(text))


@pytest.mark.parametrize(
    "before, after, parsed",
    [
        ("", "", 0),
        ("wide", "full", 1),
        ('"soft"', '"soft grain"', 1),
        ("# between", "# between the two\n\n", 1),  # a comment is its statement's
        ("mara waits", "mara waits for it", 1),
        ("scenelang 1\n", "scenelang 1\n# on top\n\n", 1),
        ("shot b 2s in street {\n", "shot n 1s { look \"x\" }\nshot b 2s in street {\n", 2),  # the comment is the new one's
        ("\n# between\n", "\n", 1),
        ('place street "a street"', 'place street "a wide street"', 1),
        ("mara", "nora", 3),  # declared, framed, and the scene where she acts
        ("character mara", "character waits\ncharacter mara", 1),  # no one acts who would depend on it
    ],
)  # fmt: skip
def test_only_what_changed_is_parsed(before: str, after: str, parsed: int) -> None:
    document = Document()
    document.update(FILM)
    assert document.parsed == 7
    text = FILM.replace(before, after) if before else FILM
    assert everything(document.update(text)) == everything(parse(text))
    assert document.parsed == parsed
    document.update(text)
    assert document.parsed == 0


def test_a_word_that_is_declared_elsewhere_means_something_else() -> None:
    """`frme` is a misspelt statement until someone is called so."""
    text = FILM.replace("mara waits", "frme waits")
    document = Document()
    assert [d.code for d in document.update(text)[1]] == ["S011"]
    cast = text.replace("place street", "character frme\nplace street", 1)
    assert document.update(cast)[1] == ()
    assert document.parsed == 2  # the declaration and the scene
    assert [d.code for d in document.update(text)[1]] == ["S011"]


def test_an_import_of_all_names_leaves_every_word_open() -> None:
    text = FILM.replace("mara waits", "frme waits")
    document = Document()
    document.update(text)
    assert document.update(text.replace("film ", 'import "cast.scene"\nfilm ', 1))[1] == ()
    assert len(document.update(text)[1]) == 1


def test_nodes_are_kept_and_their_places_move_with_them() -> None:
    document = Document()
    before, _ = document.update(FILM)
    after, _ = document.update("# above\n" + FILM)
    assert [a is b for a, b in zip(before.statements, after.statements)] == [False, *[True] * 6]
    last = after.statements[-1].span
    assert last is not None
    assert last.line == FILM[: FILM.index("scene two")].count("\n") + 2


def test_a_mistake_ends_nothing() -> None:
    document = Document()
    document.update(LANTERN)
    assert document.update(LANTERN.replace("{", "", 1))[1] == parse(LANTERN.replace("{", "", 1))[1]
    assert document.update(LANTERN)[0] == parse(LANTERN)[0]
    assert document.update("")[1] == parse("")[1]
    assert format_film(document.update(LANTERN)[0]) == format_film(parse(LANTERN)[0])
