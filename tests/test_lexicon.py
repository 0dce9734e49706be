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


@pytest.mark.parametrize(
    ("description", "features"),
    [
        ("a small fluffy monster, big eyes, open mouth", ("fluffy", "big-eyes", "open-mouth")),
        ("a monster with big yellow eyes and its mouth wide open", ("big-eyes", "open-mouth")),
        ("une peluche, grands yeux, bouche grande ouverte", ("big-eyes", "open-mouth")),
        ("a monster with small eyes", ()),
        ("une femme aux yeux bleus", ()),
        ("a big dog, green eyes", ()),  # of another clause
        ("couples arm in arm", ("arm-in-arm",)),
        ("a man with a broken arm", ()),
        ("a woman, long black hair", ("long-hair",)),
        ("a woman in a long coat, black hair", ("coat",)),
    ],
)
def test_what_words_show_beside_each_other(description: str, features: tuple[str, ...]) -> None:
    assert read(description).features == features
