"""Storyboards in JSON as films: every key arrives, every mistake is told at its path."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from in_process import scenelang

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse
from scenelang.interchange.reading import InterchangeError
from scenelang.interchange.storyboard import film_of
from scenelang.interchange.storyboard_model import SCHEMA, Storyboard

BOARD = Path(__file__).parent / "storyboards" / "umbrella.json"
DOCS = Path(__file__).parent.parent / "docs"


def board(**shot: Any) -> dict[str, Any]:
    """A storyboard of one shot."""
    return {
        "schema": SCHEMA,
        "title": "x",
        "cast": [{"role": "character", "name": "mara", "description": "a woman"}],
        "shots": [{"id": "s010", "seconds": 4, "frame": "full", "on": ["mara"], **shot}],
    }


def refused(data: object) -> str:
    with pytest.raises(InterchangeError) as caught:
        film_of(data if isinstance(data, str) else json.dumps(data), "b.json")
    return caught.value.message


def test_a_storyboard_with_every_key() -> None:
    film = film_of(BOARD.read_text())
    text = format_film(film)
    read, found = parse(text)
    assert not found
    assert read == film
    assert format_film(read) == text
    analysis = analyse(read)
    assert analysis.diagnostics == ()
    assert analysis.plan is not None
    assert [(s.id, s.frames, s.scene) for s in analysis.plan.shots] == [
        ("sh010", 96, "meeting"), ("sh020", 84, "meeting"), ("sh030", 48, None),
    ]  # fmt: skip
    for piece in (
        'character mei "a young woman in a red wool coat" { height 1.65m; wears "red coat; grey scarf" }',
        "frame wide on mei at left-third", "angle low dutch 5deg", "lens 35mm f/2.8", "dolly in 2m",
        'light lamp as key "a street lamp" { from left 35deg; temperature 3200K }', "jon at (-3m, 0.5m) facing mei pose standing",
        "after looks for 1.5s jon walks to mei", "camera from (0m, 1.5m, 3.2m) looking at mei {",
        "0s..3s orbit right 15deg around mei + push in 0.2m, ease in-out", "steadiness handheld 20%",
        r'0.5s.. jon says "Take it. \"Please.\""', '1s.. umbrella becomes "an open black umbrella"', "seed 11", 'note "Keep her small."',
        "fade in 1s", "\n  cut\n", "\ndissolve 12f\n", "fade out 1s",
    ):  # fmt: skip
        assert piece in text, piece


def test_the_test_uses_every_key() -> None:
    """So that no key is published that nothing reads."""
    used: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            used.update(value)
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(json.loads(BOARD.read_text()))
    schema = Storyboard.model_json_schema(by_alias=True)
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
    assert keys - used == set()


def test_the_published_schema_is_the_models() -> None:
    published = json.loads((DOCS / "storyboard.schema.json").read_text())
    assert published == Storyboard.model_json_schema(by_alias=True), "write it again: make schema"
    jsonschema.validate(json.loads(BOARD.read_text()), published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(board(lense="35mm"), published)


@pytest.mark.parametrize(
    ("shot", "says"),
    [
        ({"seconds": "4"}, "shots[0].seconds: input should be a valid number"),
        ({"seconds": 0}, "shots[0].seconds: input should be greater than 0"),
        ({"lense": "35mm"}, "shots[0].lense: there is no such key here; did you mean `lens`?"),
        ({"lens": "35"}, "shots[0].lens: "),
        ({"lens": 35}, "shots[0].lens: input should be a valid string"),
        ({"frame": "ful"}, "did you mean `full`?"),
        ({"on": "mura"}, "shots[0].frame: no character or prop is called `mura`; did you mean `mara`?"),
        ({"camera": ["dolly in 2m", "doly in 2m"]}, "shots[0].camera[1]: "),
        ({"camera": [3]}, "shots[0].camera[0]: "),
        ({"camera": [{"moves": []}]}, "shots[0].camera[0].moves: "),
        ({"light": [{"name": "sun", "fields": {"temperatur": "3200K"}}]}, "did you mean `temperature`?"),
        ({"light": [{"name": "sun", "fields": {"temperature": "3200"}}]}, "shots[0].light[0]: "),
        ({"actions": [{"who": "mara"}]}, "shots[0].actions[0].does: this is missing; add it"),
        ({"actions": [{"who": "mara", "does": "walks", "during": "0s..9s"}]}, "shots[0].actions[0]: this time lies outside"),
        ({"dialogue": [{"who": "mara", "says": "a"}, {"who": "lio", "says": "b"}]}, "shots[0].dialogue[1]: no character"),
        ({"place": "moon"}, "shots[0]: no place is called `moon`"),
        ({"transitions": ["disolve 12f"]}, "shots[0].transitions[0]: "),
        ({"angle": "low\nangle high"}, "shots[0].angle: "),
        ({"lens": "35mm; seed 4"}, "shots[0].lens: `lens 35mm; seed 4` is 2 statements, where one belongs"),
        ({"id": "4"}, "shots[0]: "),
        ({"blocking": [{"who": "mara", "at": [1]}]}, "shots[0].blocking[0].at: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_path(shot: dict[str, Any], says: str) -> None:
    message = refused(board(**shot))
    assert message.startswith("`b.json` is no storyboard")
    assert says in message


def test_all_mistakes_are_told_at_once() -> None:
    message = refused(board(lens="35", angle="lo", camera=["dolly"]))
    assert [line.split(":")[0].strip() for line in message.split("\n")[1:]] == [
        "shots[0].angle", "shots[0].lens", "shots[0].camera[0]",
    ]  # fmt: skip
    many = refused(board(camera=["doly"] * 50))
    assert "shots[0].camera[19]" in many
    assert "and 30 more" in many


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("{", "$: this is not JSON"),
        ("[]", "$: input should be an object"),
        ({"schema": "scenelang.storyboard/2", "title": "x", "shots": []}, 'write "schema": "scenelang.storyboard/1"'),
        ({**board(), "size": [2, 2]}, "can't be 2x2"),
        ({**board(), "fps": -1}, "film"),
        ({**board(), "cast": [{"role": "place", "name": "a", "kind": "box"}]}, "cast[0]: "),
        ({**board(), "cast": [{"role": "hero", "name": "a"}]}, "cast[0].role: "),
        ("[" * 5000, "$: this is not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_storyboard_is_refused(data: object, says: str) -> None:
    assert says in refused(data)


def test_control_characters_never_reach_the_film() -> None:
    data = board(notes=["a\x00b\nc"], sound=[" x "])
    data["cast"][0]["fields"] = {"wears": "red\x00coat"}
    text = format_film(film_of(json.dumps(data)))
    assert 'wears "red coat"' in text
    assert 'note "a b c"' in text


def test_the_command(tmp_path: Path) -> None:
    out = tmp_path / "film.scene"
    assert scenelang("import", "--json", BOARD, "-o", out).returncode == 0
    assert scenelang("check", "--strict", out).returncode == 0
    assert scenelang("fmt", "--check", out).returncode == 0
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(board(lens="35")))
    done = scenelang("import", "--json", bad)
    assert (done.returncode, done.stdout) == (1, "")
    assert "shots[0].lens" in done.stderr


def test_the_storyboard_in_the_documents_is_one() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", (DOCS / "repository.md").read_text(), re.S)
    assert analyse(film_of(text)).diagnostics == ()
