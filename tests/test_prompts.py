"""Prompts: what a segment is about reaches its text, and nothing of another segment does."""

from __future__ import annotations

import pytest
from films import REFERENCE, plan_example, plan_shot

from scenelang.compiler.lexicon import read, read_place
from scenelang.compiler.prompts import DIALECTS, prompts, subject_prompts


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", REFERENCE)
def test_every_segment_has_a_prompt(name: str, dialect: str) -> None:
    plan = plan_example(name)
    for shot in plan.shots:
        found = prompts(plan, shot, dialect)
        assert [p.frames for p in found] == [s.frames for s in shot.segments]
        assert all(p.text and "  " not in p.text and ".." not in p.text for p in found)


def test_tokyo_in_prose() -> None:
    plan = plan_example("tokyo")
    first, *_, last = prompts(plan, plan.shots[0])
    assert first.text.startswith(
        "Wide shot of a couple in long red winter coats, high angle, 28mm lens."
    )
    assert "walks forward 7m" in first.text
    assert "sakura" not in first.text  # none in the air yet
    assert "gives two steaming cups to a couple" in last.text
    assert "sakura petals" in last.text
    assert "growing warmer" in last.text
    assert "follow" in last.text
    assert "dolly" not in last.text
    assert first.negative == "text, logos, distorted hands"


def test_the_text_of_an_action_is_in_its_own_segment_only() -> None:
    plan = plan_shot('mara at (0m, 0m)\n0s..2s mara hums, "very quietly"\n2s..4s mara juggles knives')
    first, second = prompts(plan, plan.shots[0])
    assert "hums, very quietly" in first.text
    assert "juggles" not in first.text
    assert "juggles knives" in second.text
    assert "hums" not in second.text


def test_maquettes_dialect_says_all_in_its_own_words() -> None:
    plan = plan_example("monster")
    shot = plan.shots[0]
    assert prompts(plan, shot, "maquette")[0].text == (
        "cave dark stone. candle-warm key light, flickering. cool hard rim light, from behind on the right. "
        "blue ambient light. sparse embers, rising. creature kneel look. red candle. creature look."
    )
    said = subject_prompts(plan, shot, "bougie", "maquette")
    assert len(said) == shot.frames
    assert list(dict.fromkeys(said)) == ["candle red main, lit.", "candle red main, lit melted."]
    assert said.index("candle red main, lit melted.") == 96  # `4s.. bougie becomes …`


def test_what_a_film_calls_a_light_stays_out_of_a_closed_dialect() -> None:
    plan = plan_example("letter")
    plain, closed = (prompts(plan, plan.shots[0], dialect)[0].text for dialect in ("plain", "maquette"))
    assert "distant neon" in plain and "distant" not in closed


def test_an_unknown_dialect_is_an_error() -> None:
    plan = plan_example("monster")
    with pytest.raises(KeyError):
        subject_prompts(plan, plan.shots[0], "monstre", "klingon")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("a woman of forty, grey raincoat", "figure"), ("un petit monstre pelucheux", "creature"),
        ("une bougie rouge allumée", "candle"), ("a folded white letter", "letter"), ("an old car with a dog in it", "vehicle"),
        ("a shapeless thing", None),
    ],
)  # fmt: skip
def test_kinds_from_words(words: str, kind: str | None) -> None:
    assert read(words).kind == kind


def test_a_colour_belongs_to_the_part_beside_it() -> None:
    reading = read("an old street vendor in a blue apron", "black boots")
    assert set(reading.colours) == {"apron", "boots"}
    assert read("un homme, manteau rouge, cheveux gris").colours == {
        "coat": "#c4262b",
        "hair": "#85888c",
    }


def test_places() -> None:
    assert read_place("a city rooftop at dusk, puddles, distant neon") == (
        "rooftop",
        ("dusk", "wet", "neon"),
    )
    assert read_place("une pièce sombre, un sol de pierre")[0] == "cave"
    assert read_place("somewhere") == ("studio", ())
