"""Texts to syntax trees: the reference films' nodes and places, and that parsing is total."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenelang.grammar import ast, vocabulary
from scenelang.grammar.ast import Film, Word
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse, parse_file

EXAMPLES = Path(__file__).parents[1] / "examples"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.scene"))}
N = TypeVar("N", bound=ast.Node)


def film_of(name: str) -> Film:
    film, diagnostics = parse(TEXTS[name], f"{name}.scene")
    assert diagnostics == ()
    return film


def all_of(film: ast.Node, kind: type[N]) -> list[N]:
    return [node for node in film.walk() if isinstance(node, kind)]


def source_of(node: ast.Node, text: str) -> str:
    assert node.span is not None
    return text[node.span.start : node.span.end]


def amount(number: str, unit: str) -> ast.Quantity:
    return ast.Quantity(number=Decimal(number), unit=unit)


def test_cast_declares_two_characters_and_a_prop() -> None:
    film = film_of("cast")
    assert [type(s).__name__ for s in film.statements] == ["Version", *["Declaration"] * 3]
    mara, lio, letter = all_of(film, ast.Declaration)
    assert (mara.role, mara.name.text, letter.role) == ("character", "mara", "prop")
    assert lio.fields[0] == ast.Field(key=Word(text="height"), values=(amount("1.9", "m"),))
    assert film.statements[0].trivia.before == ("Shared by every film that these people are in.",)


def test_tokyo_is_one_take_with_a_moving_camera() -> None:
    film, text = film_of("tokyo"), TEXTS["tokyo"]
    header, shot, camera = (all_of(film, kind)[0] for kind in (ast.Header, ast.Shot, ast.Camera))
    assert header.fields[0].values == (ast.Size(width=1280, height=720),)
    assert (shot.name.text, shot.title, shot.duration) == (
        "sh010",
        ast.Text(value="Through the street"),
        amount("10", "s"),
    )
    assert camera.start == ast.Point(coordinates=tuple(amount(n, "m") for n in "046"))
    first, second, steady = camera.body
    assert isinstance(first, ast.MoveSpan) and isinstance(second, ast.MoveSpan)
    assert [m.name.text for m in first.moves] == ["pedestal", "dolly"] and first.ease == Word(
        text="ease in-out"
    )
    assert second.moves[0] == ast.Move(
        name=Word(text="follow"),
        target=Word(text="couple"),
        side=Word(text="behind"),
        amount=amount("5", "m"),
    )
    assert isinstance(steady, ast.Steadiness) and steady.word.text == "smooth"
    assert source_of(second.moves[0], text) == "follow couple from behind at 5m"
    assert source_of(camera, text).startswith("camera from") and source_of(camera, text).endswith(
        "smooth\n  }"
    )
    assert first.during == ast.Interval(start=amount("0", "s"), end=amount("4", "s"))
    assert all_of(film, ast.Action)[2].when == ast.When(during=ast.Interval(start=amount("8", "s")))


def test_letter_has_a_scene_with_transitions_labels_and_interaction() -> None:
    film, text = film_of("letter"), TEXTS["letter"]
    scene = all_of(film, ast.Scene)[0]
    assert [type(s).__name__ for s in scene.body[:3]] == ["Blocking", "Blocking", "Axis"]
    assert [t.kind for t in all_of(film, ast.Transition)] == ["cut", "dissolve", "fade out"]
    assert all_of(film, ast.Framing)[0] == ast.Framing(
        size=Word(text="over-the-shoulder"), of=Word(text="lio"), on=(Word(text="mara"),)
    )
    give = all_of(film, ast.Action)[1]
    assert give.when == ast.When(after=Word(text="opens"), lasting=amount("2", "s"))
    assert [w.text for w in give.words if isinstance(w, Word)] == ["gives", "letter", "to", "lio"]
    assert (give.label, give.manner) == (Word(text="gives"), None)
    assert all_of(film, ast.Says)[0].line.value == "You knew."
    assert all_of(film, ast.Becomes)[0].actor.text == "letter"
    rain = all_of(film, ast.Animate)[1]
    assert rain.property == Word(text="density") and rain.keys[1].value == amount("80", "%")
    assert source_of(rain.keys[1], text) == "80% @ 5s"
    assert all_of(film, ast.Import)[0].names == tuple(Word(text=n) for n in ("mara", "lio", "letter"))


def test_monster_is_lit_by_three_lights() -> None:
    film, text = film_of("monster"), TEXTS["monster"]
    flame, moon, ambient = all_of(film, ast.Light)
    assert (flame.on, flame.role) == (Word(text="bougie"), Word(text="key"))
    assert moon.fields[0].values == (Word(text="right"), amount("140", "deg"))
    assert (ambient.name.text, ambient.role) == ("ambient", None)
    orbit = all_of(film, ast.Move)[0]
    assert (orbit.direction, orbit.target) == (Word(text="right"), Word(text="monstre"))
    assert source_of(orbit, text) == "orbit right 25deg around monstre"
    assert all_of(film, ast.Blocking)[0].pose == Word(text="kneeling")
    change = all_of(film, ast.Becomes)[0]
    assert change.span is not None and (change.span.line, change.span.column) == (40, 3)


@pytest.mark.parametrize("name", TEXTS)
def test_every_node_knows_its_place(name: str) -> None:
    film, text = film_of(name), TEXTS[name]
    for node in film.walk():
        assert node.span is not None and 0 <= node.span.start < node.span.end <= len(text)
        inner = [child.span for child in node.walk() if child.span]
        assert all(node.span.start <= span.start and span.end <= node.span.end for span in inner)
        if isinstance(node, ast.Text):
            assert source_of(node, text) == f'"{node.value}"'


def test_aliases_become_canonical_words_at_their_own_place() -> None:
    text = 'scenelang 1\nshot s 4s {\n  frame OTS of a on b\n  camera { 0s.. boom up 1m }\n  light x as hair { color "red" }\n}\n'
    film, diagnostics = parse(text)
    assert diagnostics == ()
    framing, move, light = (all_of(film, kind)[0] for kind in (ast.Framing, ast.Move, ast.Light))
    assert framing.size.text == "over-the-shoulder" and source_of(framing.size, text) == "OTS"
    assert move.name.text == "pedestal" and source_of(move.name, text) == "boom"
    assert light.role == Word(text="rim") and light.fields[0].key.text == "colour"


def test_every_word_of_the_vocabulary_can_be_written() -> None:
    forms = {
        "size": "frame {} on m", "framing": "frame {} on m", "angle": "angle {}", "lens": "lens {}",
        "composition": "frame wide at {}", "steadiness": "camera {{ steadiness {} }}", "role": "light l as {}",
        "particles": "particles {}", "pose": "m pose {}", "ease": "camera {{ hold, {} }}",
        "speed": "camera {{ pan left {} }}", "quality": "light l {{ quality {} }}", "verb": "0s.. m {}",
        "facing": "m facing {}", "preset": "light {}",
    }  # fmt: skip
    for category, form in forms.items():
        for word in vocabulary.words(category):
            text = f'scenelang 1\ncharacter m "x"\nshot s 4s {{\n  {form.format(word)}\n}}\n'
            assert parse(text)[1] == (), (category, word)
    for kind in vocabulary.words("kind"):
        assert parse(f"scenelang 1\nprop p as {kind}\n")[1] == ()


def test_every_statement_of_the_language_is_read() -> None:
    text = """scenelang 1
character mara "a woman"
shot s 4s {
  focus deep
  seed 9
  look "a"
  avoid "b"
  sound "c"
  note "d"
  rack focus to mara
  1s..2s rack focus to mara, ease in-out
  light golden-hour
  animate lens: 35mm @ 0s, 85mm @ 4s linear
  mara waves
  mara says "hello" as greets
}
wipe left 1s
fade in 1s
"""
    film, diagnostics = parse(text)
    assert diagnostics == ()
    shot = all_of(film, ast.Shot)[0]
    kinds = [type(s).__name__ for s in shot.body]
    assert kinds == [
        "Focus",
        "Seed",
        *["Remark"] * 4,
        "RackFocus",
        "RackFocus",
        "Light",
        "Animate",
        "Action",
        "Says",
    ]
    assert shot.body[-1] == ast.Says(
        actor=Word(text="mara"), line=ast.Text(value="hello"), label=Word(text="greets")
    )
    assert all_of(film, ast.Transition)[0].direction == Word(text="left")


def test_a_broken_statement_leaves_the_rest_of_the_film() -> None:
    text = TEXTS["tokyo"].replace("angle high", "angle hihg").replace("lens 28mm f/4", "lens lens lens")
    film, diagnostics = parse(text)
    assert len(diagnostics) == 2
    whole = film_of("tokyo")
    lost = (ast.Angle, ast.Lens)
    kept = [s for s in all_of(whole, ast.Shot)[0].body if not isinstance(s, lost)]
    assert list(all_of(film, ast.Shot)[0].body) == kept
    assert film.statements[:-1] == whole.statements[:-1]


# Totality -------------------------------------------------------------------------------


def check(text: str) -> tuple[Film, tuple[Diagnostic, ...]]:
    film, diagnostics = parse(text, "x.scene")
    assert list(diagnostics) == sorted(diagnostics, key=lambda d: d.order)
    for found in diagnostics:
        assert (
            0 <= found.span.start <= found.span.end <= len(text)
            and found.message
            and found.code[0] == "S"
        )
    for node in film.walk():
        assert node.span is not None and 0 <= node.span.start <= node.span.end <= len(text)
    if not diagnostics:
        assert parse(str(film)) == (film, ())
    return film, diagnostics


PIECES = sorted({piece for text in TEXTS.values() for piece in re.findall(r"\S+", text)})
SIGNS = [
    "{",
    "}",
    "(",
    ")",
    ";",
    ",",
    "+",
    "@",
    '"',
    "\\",
    "#",
    "..",
    "->",
    "\n",
    "=",
    "“",
    "\t",
    "shot",
    "4 s",
]


@given(st.sampled_from(sorted(TEXTS)), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_damaged_film_never_raises(name: str, chance: random.Random) -> None:
    text = TEXTS[name]
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = start + chance.choice([0, 1, 1, 6, 40, 300])
        text = text[:start] + chance.choice(["", "", *SIGNS, chance.choice(PIECES)]) + text[end:]
    check(text)


@given(st.lists(st.sampled_from(PIECES + SIGNS * 8), max_size=60).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_words_can_be_parsed(text: str) -> None:
    check(text)


@given(st.text(st.characters(exclude_characters="\r"), max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_parsed(text: str) -> None:
    check(text.removeprefix("\ufeff"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_missing_word_is_at_most_two_errors(name: str) -> None:
    text = TEXTS[name]
    words = [*re.finditer(r'"[^"\n]*"|[\w./%-]+|[^\s\w]', text)]
    for match in words[:: 1 + len(words) // 500]:  # of a long film not every word
        found = parse(text[: match.start()] + text[match.end() :])[1]
        assert len(found) <= 2, (match[0], found)


# Files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "S004"),
        (b"\n \n", "S004"),
        (b"scenelang 1\nplace \xe9t\xe9\n", "S003"),
        ("scenelang 1\n".encode("utf-16"), "S003"),
        (b"\x89PNG\r\n\x1a\n\0\0", "S003"),
    ],
)
def test_a_file_that_is_no_film_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "film.scene"
    path.write_bytes(content)
    film, diagnostics, source = parse_file(path)
    assert [d.code for d in diagnostics] == [code]
    assert film.statements == () and source.file == str(path) and diagnostics[0].hint


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    assert [d.code for d in parse_file(tmp_path / "none.scene")[1]] == ["S001"]
    assert [d.code for d in parse_file(tmp_path)[1]] == ["S002"]


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "film.scene"
    path.write_bytes(content)
    assert parse_file(path)[1]


def test_parsing_imports_no_arrays() -> None:
    code = (
        "import sys, scenelang.grammar.parse; print([m for m in ('torch', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
