"""A film that is edited is understood again only where it changed, as if it were understood whole."""

from __future__ import annotations

import pytest
from edits import edited, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from scenelang.compiler.memory import Memory
from scenelang.compiler.pipeline import Analysis, analyse
from scenelang.grammar.incremental import Document
from scenelang.grammar.parse import parse

FILM = """scenelang 1
film "Test" { size 64x36; fps 4 }
character mara "a woman"
character lio "a man"

shot a 1s {
  frame wide on mara
}
scene two {
  shot b 1s {
    mara at (1m, 0m)
    lio at (0m, 0m)
    mara walks forward 1m
  }
  shot c 1s {
    frame full on mara
  }
}
shot d 1s {
  frame wide on lio
}
"""


def counts(memory: Memory) -> tuple[int, int, int]:
    return memory.resolved, memory.staged, memory.checked


def same(ours: Analysis, whole: Analysis) -> None:
    assert ours.diagnostics == whole.diagnostics
    assert [d.labels for d in ours.diagnostics] == [d.labels for d in whole.diagnostics]
    assert ours.resolved == whole.resolved
    assert ours.plan == whole.plan


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_after_any_edits_all_is_understood_as_anew(data: st.DataObject) -> None:
    document, memory = Document("film.scene"), Memory()
    text = data.draw(texts().filter(lambda text: len(text) < 4000))
    for _ in range(4):
        same(analyse(*document.update(text), memory), analyse(*parse(text, "film.scene")))
        text = data.draw(edited(text))


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("scenelang 1\n", "scenelang 1\n# a comment\n", (0, 0, 0)),
        ("frame wide on mara", "frame full on mara", (1, 1, 1)),  # its shot alone
        ("mara walks forward 1m", "mara walks forward 2m", (3, 2, 2)),  # the scene and its two shots
        ('character lio "a man"', 'character lio "an old man"', (5, 4, 4)),  # everyone may see him
        ("fps 4", "fps 8", (5, 4, 4)),
        ("shot d 1s", "shot e 2s", (1, 1, 1)),
        ("shot d 1s", "dissolve 1f\nshot d 1s", (0, 0, 0)),
        ("frame wide on lio", "frame wide on nobody", (1, 0, 4)),  # an error: nothing is planned
    ],
)
def test_only_what_changed_is_understood_again(
    before: str, after: str, expected: tuple[int, int, int]
) -> None:
    document, memory = Document(), Memory()
    analyse(*document.update(FILM), memory)
    assert counts(memory) == (5, 4, 4)  # the scene is resolved too
    text = FILM.replace(before, after)
    same(analyse(*document.update(text), memory), analyse(*parse(text)))
    assert counts(memory) == expected
    analyse(*document.update(FILM), memory)
    assert memory.staged == (expected[1] or expected[0])


@pytest.mark.parametrize("mistake", [("frame wide on lio", "frame wide on"), ("on lio", "on nobody")])
def test_a_mistake_makes_nothing_forgotten(mistake: tuple[str, str]) -> None:
    document, memory = Document(), Memory()
    analyse(*document.update(FILM), memory)
    assert analyse(*document.update(FILM.replace(*mistake)), memory).plan is None
    same(analyse(*document.update(FILM), memory), analyse(*parse(FILM)))
    assert memory.staged <= 1


def test_what_a_shot_leaves_is_what_the_next_one_finds() -> None:
    """In one scene, by its own nodes: a change of the first shot's end changes the second's plan."""
    document, memory = Document(), Memory()
    before = analyse(*document.update(FILM), memory).plan
    after = analyse(*document.update(FILM.replace("forward 1m", "forward 3m")), memory).plan
    assert before and after
    assert [a == b for a, b in zip(before.shots, after.shots)] == [True, False, False, True]
