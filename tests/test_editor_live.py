"""A text that is edited in an editor is read and checked only where it changed, with the answers of a whole reading."""

from __future__ import annotations

from pathlib import Path

from edits import edited, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pygls.workspace import PositionCodec

from scenelang.editor import folding, outline, tokens
from scenelang.editor.checking import Known, check
from scenelang.editor.documents import Documents, Live, Open, parsed

PATH = Path(__file__).resolve().with_name("film.scene")  # not there: its text is in the editor


def opened(text: str, parser=parsed) -> Documents:  # type: ignore[no-untyped-def]
    return Documents({PATH: Open(PATH.as_uri(), text)}, PositionCodec(), parser)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_after_any_edits_the_editor_says_what_it_says_of_a_new_text(data: st.DataObject) -> None:
    known, live = Known(PATH), Live()
    text = data.draw(texts().filter(lambda text: len(text) < 4000))
    for _ in range(4):
        kept, anew = check(PATH, opened(text), known), check(PATH, opened(text), Known(PATH))
        assert kept.analysis.diagnostics == anew.analysis.diagnostics
        assert [d.labels for d in kept.analysis.diagnostics] == [
            d.labels for d in anew.analysis.diagnostics
        ]
        assert kept.analysis.resolved == anew.analysis.resolved
        assert kept.times == anew.times
        ours, whole = opened(text, live), opened(text)
        film, other = ours.get(PATH), whole.get(PATH)
        assert film.syntax == other.syntax
        assert outline.outline(film) == outline.outline(other)
        assert folding.folds(film) == folding.folds(other)
        assert tokens.semantic_tokens(film, ours) == tokens.semantic_tokens(other, whole)
        text = data.draw(edited(text))


def test_findings_stay_where_they_were_found() -> None:
    """The nodes of a text move with its next edit; what was found in it before does not."""
    text = "scenelang 1\nshot a 1s {\n  frame wide\n}\nshot b 1s {\n  frame wide on nobody\n}\n"
    known = Known(PATH)
    (before,) = check(PATH, opened(text), known).analysis.diagnostics
    (after,) = check(PATH, opened("# above\n" + text), known).analysis.diagnostics
    assert (before.span.line, after.span.line) == (6, 7)
    assert known.document.parsed == 1  # the version, with the comment above it


def test_a_mistake_is_read_in_its_own_piece_alone() -> None:
    text = "scenelang 1\n" + "".join(f"shot s{n} 1s {{\n  frame wide\n}}\n" for n in range(20))
    known = Known(PATH)
    check(PATH, opened(text), known)
    wrong = text.replace("wide", "wide on", 1)
    (found,) = check(PATH, opened(wrong), known).analysis.diagnostics
    assert (found.code, found.span.line) == ("S014", 3)
    assert known.document.parsed == 1
    assert check(PATH, opened(text), known).analysis.diagnostics == ()
    assert known.memory.staged <= 1  # the mistake made nothing forgotten
