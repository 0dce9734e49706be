"""What people wear where the film doesn't say: chosen once, for the animatic and for models alike."""

from __future__ import annotations

import pytest
import torch
from films import plan_text

from scenelang.compiler.conditioning import COLOURED, condition_shot
from scenelang.compiler.lexicon import read
from scenelang.compiler.plan import Plan, states_of
from scenelang.compiler.wardrobe import CLOTHES, HAIR, OLD_HAIR, SKIN, UMBRELLAS, worn
from scenelang.runtime.previz.kinds import looks

FILM = """scenelang 1
film "Test" { size 640x360; fps 8 }
character crowd "shoppers under umbrellas" as figure { count 6; spread 4m }
character ada "an old woman in a red coat, dark-skinned" as figure
prop book "a book"
place here "a street"
shot a 2s in here {
  camera from (0m, 1.3m, 9m)
  crowd at (0m, -3m) facing camera
  ada at (1m, 0m)
  book at (2m, 0m)
  1s.. ada becomes "an old woman in a blue coat"
}
shot b 1s in here { crowd at (0m, -3m); book at (2m, 0m); ada at (1m, 0m) }
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_text(FILM)


def dressed(plan: Plan, name: str) -> list[dict[str, str]]:
    who = plan.subject(name)
    return [worn(who, n, who.colours, who.features) for n in range(len(who.offsets))]


def test_what_the_film_says_is_worn_and_the_rest_is_chosen(plan: Plan) -> None:
    (ada,) = dressed(plan, "ada")
    assert ada["coat"] == read("a red coat").colours["coat"]
    assert ada["skin"] == read("a dark-skinned woman").colours["skin"]
    assert ada["hair"] == OLD_HAIR
    (book,) = dressed(plan, "book")
    assert book["main"] in CLOTHES


def test_a_crowd_is_no_row_of_clones(plan: Plan) -> None:
    crowd = dressed(plan, "crowd")
    for part, choices in (("coat", CLOTHES), ("hair", HAIR), ("skin", SKIN), ("umbrella", UMBRELLAS)):
        chosen = [one[part] for one in crowd]
        assert set(chosen) <= set(choices) and len(set(chosen)) == min(len(choices), len(crowd))


def test_the_animatic_and_the_tensors_have_the_same_colours(plan: Plan) -> None:
    for shot in plan.shots:
        tensors = condition_shot(plan, shot).colour_FNMQ4
        for n, track in enumerate(shot.subjects):
            subject = plan.subject(track.subject)
            for start, words, colours, features in states_of(subject, track):
                for look in looks(subject, colours, features, words, False):
                    row = tensors[start, n, look.member]
                    for part, told in zip(COLOURED, row, strict=True):
                        hexed = look.colours.get(part)
                        rgb = [int(hexed[i : i + 2], 16) / 255 for i in (1, 3, 5)] if hexed else [0] * 3
                        assert told.tolist() == pytest.approx([*rgb, float(hexed is not None)])
        assert tensors.shape[2] == 6
        assert torch.all(tensors[:, 1:, 1:] == 0)  # there is one of each of the others


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("a blonde woman", "hair"),
        ("a red-haired boy in a green coat", "hair"),
        ("un homme roux", "hair"),
        ("a pale-skinned man", "skin"),
        ("a girl with brown skin", "skin"),
    ],
)
def test_hair_and_skin_are_said_in_a_word(words: str, part: str) -> None:
    found = read(words)
    assert part in found.colours and "main" not in found.colours
    assert found.kind == "figure"
