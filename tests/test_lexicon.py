"""What the words of a description show: kinds, one of them or several, and what a thing is made of."""

from __future__ import annotations

import pytest

from scenelang.compiler.lexicon import read


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("white gulls", "bird"),
        ("two wolves at the door", "animal"),
        ("ponies and foxes", "animal"),
        ("a pile of boxes", "box"),
        ("des bateaux bleus", "boat"),
        ("a paper lantern", "lantern"),  # the last of a row says what it is
        ("a round paper lantern", "lantern"),
        ("an apple tree", "tree"),
        ("a stone house", "building"),
        ("a sheet of paper", "letter"),
        ("a note", "letter"),
        ("someone who stands and notes", None),  # what someone does is no thing
        ("a glass of water", "cup"),
        ("a woman in a red coat, with a lantern", "figure"),
        ("nothing that is known", None),
    ],
)
def test_the_kind_that_words_name(description: str, kind: str | None) -> None:
    assert read(description).kind == kind
