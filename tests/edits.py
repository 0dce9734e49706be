"""Edits of a film's text, as they come from an editor: words, lines, blocks, comments, whole films."""

from __future__ import annotations

from damage import TEXTS, WORDS
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from strategies import films

from scenelang.grammar.format import format_film

PIECES = [
    *WORDS, "\n", "\n\n", "  ", "# why\n", " # why", "/", "shot zz9 2s {\n  frame wide\n  look \"x\"\n}\n",
    "character shot\n", "character nora \"a woman\"\nplace hall\n", "scenelang 1\n", "scene s9 {\n", "}\n",
    "frme on x\n", 'import "cast.scene"\n', "cut\n", "cut; cut\n", "dissolve 4f\n",
]  # fmt: skip


@st.composite
def texts(draw: DrawFn) -> str:
    return draw(st.sampled_from(TEXTS) | films().map(format_film))


@st.composite
def edited(draw: DrawFn, text: str) -> str:
    """A text that differs from another by what one does in an editor."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    what = draw(st.integers(0, 5))
    if what == 0:  # a line doubled or moved
        lines.insert(draw(st.integers(0, len(lines))), lines[at])
    elif what == 1:
        lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
    elif what == 2:
        del lines[at : at + draw(st.integers(1, 4))]
    elif what == 3:
        return draw(texts())
    else:
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 0, 1, 5, 40])))
        return text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return "\n".join(lines)
