"""Prompts in the dialects of the big models: on the reference films, within their limits, in their words."""

from __future__ import annotations

import pytest
from films import REFERENCE, plan_example, plan_shot
from tiny_models import short_tokyo

from scenelang.compiler.camera_words import FAMILIES, camera_words, plain_move
from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.prompts import OF_SUBJECTS, TELLING, TOKENS, prompts, too_long
from scenelang.grammar.terms import MOVES

BIG = ("wan", "wan-seen", "sana-wm", "ltx")


@pytest.mark.parametrize("dialect", BIG)
@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_films_fit_and_say_what_is_there(name: str, dialect: str) -> None:
    plan = plan_example(name)
    for shot in plan.shots:
        found = prompts(plan, shot, dialect)
        assert all(not too_long(p.text, dialect) for p in found)
        everything = " ".join(p.text for p in found).lower()
        for track in shot.subjects:
            subject = plan.subject(track.subject)
            if not track.held_by:
                assert subject.description.lower() in everything
        for action in shot.actions:
            assert action.words.lower() in everything
        assert shot.look.lower() in everything
        assert {p.negative for p in found} == {shot.avoid}


def test_wan_says_the_camera_in_its_makers_words() -> None:
    plan = plan_example("tokyo")
    first, *_, last = (p.text for p in prompts(plan, plan.shots[0], "wan"))
    assert "The camera moves straight down and the camera pushes in, smooth camera." in first
    assert "Tracking shot, the camera follows a couple in long red winter coats from behind" in last
    assert "pushes in" not in last and "dolly" not in first
    assert first.index("walks forward") < first.index("The camera") < first.index("Photorealistic")


def test_models_that_see_the_camera_hear_nothing_of_it() -> None:
    for name in REFERENCE:
        plan = plan_example(name)
        for shot in plan.shots:
            for dialect in ("wan-seen", "sana-wm"):
                for prompt in prompts(plan, shot, dialect):
                    assert "camera" not in prompt.text.lower() and "mm lens" not in prompt.text


def test_ltx_tells_the_shot_in_order_of_time() -> None:
    plan = plan_example("letter")
    (text,) = {p.text for p in prompts(plan, plan.shots[0], "ltx")}
    order = [
        "unfolds a folded white letter",
        "After 1 seconds, the camera slowly dollies in",
        "After 2.5 seconds",
        "gives",
        "After 4.5 seconds",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    (second,) = {p.text for p in prompts(plan, plan.shots[1], "ltx")}
    assert 'says: "You knew."' in second and "becomes a crumpled letter in a fist" in second
    sound = plan_shot('mara at (0m, 0m)\nsound "rain on a roof"')
    assert "Sound: rain on a roof." in prompts(sound, sound.shots[0], "ltx")[0].text


def test_a_dialect_that_tells_says_the_same_in_every_segment() -> None:
    for dialect in TELLING:
        for name in REFERENCE:
            plan = plan_example(name)
            for shot in plan.shots:
                assert len({p.text for p in prompts(plan, shot, dialect)}) == 1


def test_what_the_vendors_call_it() -> None:
    """A truck is a dolly to LTX-2's makers, a crane their jib; to Wan a push is a push."""
    assert camera_words("truck left 1m", 1, "ltx") == "the camera dollies left"
    assert camera_words("crane up 6m", 4, "ltx") == "the camera jibs up"
    assert camera_words("pedestal up 1m", 1, "ltx") == "the camera jibs up"
    assert camera_words("truck left 1m", 1, "wan") == "the camera moves left"
    assert camera_words("dolly out 1m", 1, "wan") == "the camera pulls back"
    assert (
        camera_words("orbit right around mara 90deg", 2, "wan")
        == "the camera quickly orbits to the right around mara"
    )
    assert (
        camera_words("zoom in to 50mm", 2, "wan") == "the lens zooms in while the camera stays in place"
    )


@pytest.mark.parametrize(
    ("move", "seconds", "said"),
    [("dolly in 0.5m", 4, "slowly "), ("dolly in 4m", 4, ""), ("dolly in 8m", 4, "quickly "), ("pan left 10deg", 4, "slowly "),
     ("pan left 60deg", 4, ""), ("pan left 180deg", 4, "quickly ")],
)  # fmt: skip
def test_pace_is_how_far_in_how_long(move: str, seconds: float, said: str) -> None:
    sentence = camera_words(move, seconds, "wan")
    assert said in sentence if said else "slowly" not in sentence and "quickly" not in sentence


@pytest.mark.parametrize("family", FAMILIES)
def test_every_move_of_the_language_has_words(family: str) -> None:
    for term in MOVES:
        for direction in term.directions or ("",):
            move = f"{term.word} {direction}".strip() + (" mara" if term.target else "")
            assert camera_words(move, 1, family) != move, move


def test_one_plain_move_is_told_from_several() -> None:
    assert plain_move("dolly in 2m") == "dolly in"
    assert plain_move("truck left 1.5m") == "truck left"
    assert plain_move("hold") == "hold"
    assert plain_move("pedestal up 1m + dolly in 2m") == plain_move("") == ""


def test_a_prompt_that_is_too_long_is_counted() -> None:
    assert not too_long("word " * 300, "wan") and too_long("word " * 400, "wan") == 600
    assert not too_long("word " * 4000, "plain")
    assert set(TOKENS) == set(BIG)


def test_no_text_is_encoded_for_subjects_alone_where_the_model_has_no_use_for_it() -> None:
    from films import plan_text

    plan = plan_text(short_tokyo())
    c = condition_shot(plan, plan.shots[0], dialect="wan")
    assert "wan" not in OF_SUBJECTS and c.subject_text_TLD.shape[0] == 0
    assert c.subject_text_FN.shape == (48, 5) and bool((c.subject_text_FN == -1).all())
