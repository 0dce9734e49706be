"""Screenplays in Fountain as films: each element in its place; any text at all makes a film without errors."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import pytest
from films import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_process import scenelang

from scenelang.compiler.pipeline import Analysis, analyse
from scenelang.compiler.resolve_action import speaking_time
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse
from scenelang.interchange import fountain
from scenelang.interchange.draft import draft
from scenelang.interchange.fountain_marks import plain as emphasis
from scenelang.interchange.reading import LARGEST, InterchangeError
from scenelang.interchange.screenplay import (
    Action,
    Centred,
    Heading,
    Note,
    Part,
    Section,
    Speech,
    Transition,
)

LETTER = Path(__file__).parent / "screenplays" / "letter.fountain"


def drafted(text: str) -> Analysis:
    """The film of a screenplay, written, read again and checked: the same film, in canonical form."""
    film = draft(text)
    written = format_film(film)
    read, found = parse(written)
    assert not found, (written, found)
    assert read == film
    assert format_film(read) == written
    analysis = analyse(read, found)
    assert analysis.plan is not None, (written, analysis.diagnostics)
    return analysis


def speech(text: str) -> Speech:
    (found,) = (e for e in fountain.parse(text).elements if isinstance(e, Speech))
    return found


# Fountain -------------------------------------------------------------------------------------


def test_the_title_page() -> None:
    page = fountain.parse(LETTER.read_text()).title_page
    assert page == {"title": "The Letter a short film", "author": "Somebody"}
    assert fountain.parse("FADE IN:\n\nINT. A\n").title_page == {}
    assert fountain.parse("INT. HOUSE - 3:00 PM\n").title_page == {}


@pytest.mark.parametrize(
    ("line", "text", "number"),
    [
        ("INT. ROOM - NIGHT #12-A.#", "INT. ROOM - NIGHT", "12-A."),
        ("ext room", "ext room", ""),
        ("I/E. CAR - DAY", "I/E. CAR - DAY", ""),
        ("INT./EXT. CAR", "INT./EXT. CAR", ""),
        (".Élodie's dream", "Élodie's dream", ""),
        (".花園", "花園", ""),
    ],
)
def test_headings(line: str, text: str, number: str) -> None:
    assert fountain.parse(f"x\n\n{line}\n\ny").elements[1] == Heading(text, number)


@pytest.mark.parametrize(
    "line", ["...and so on", "INTERNAL affairs.", "THE END", "!INT. ROOM", "23", "**A** *b*"]
)
def test_action_that_looks_like_something_else(line: str) -> None:
    (element,) = fountain.parse(f"{line}\n").elements
    assert isinstance(element, Action)


@pytest.mark.parametrize(
    ("cue", "speaker", "extensions", "dual"),
    [
        ("MARA", "MARA", (), False),
        ("R2D2 (V.O.) (CONT'D) ^", "R2D2", ("V.O.", "CONT'D"), True),
        ("HANS (on the radio)", "HANS", ("on the radio",), False),
        ("@McCLANE", "McCLANE", (), False),
        ("@花子", "花子", (), False),
        ("ÉLODIE", "ÉLODIE", (), False),
        ("МАРИЯ", "МАРИЯ", (), False),
    ],
)
def test_cues(cue: str, speaker: str, extensions: tuple[str, ...], dual: bool) -> None:
    assert speech(f"{cue}\nHello.") == Speech(speaker, extensions, dual, (Part("Hello."),))


def test_a_speech_with_all_that_it_can_have() -> None:
    found = speech("A\n(low)\nOne\ntwo [[three]]\n~la la\n  \nfour\n\nB")
    assert found.parts == (
        Part("low", manner=True), Part("One two"), Part("la la", sung=True), Part("four"),
    )  # fmt: skip
    assert found.notes == ("three",)


def test_an_all_caps_line_without_dialogue_is_action() -> None:
    assert [type(e) for e in fountain.parse("BANG\n\nIt is late.").elements] == [Action, Action]


def test_transitions_centred_text_sections_and_notes() -> None:
    elements = fountain.parse(
        "CUT TO:\n\n> Burn to white.\n\n> THE END <\n\n## Two\n\n[[a\nb]]\n"
    ).elements
    assert elements == (
        Transition("CUT TO:"), Transition("Burn to white."), Centred("THE END"), Section("Two", 2), Note("a b"),
    )  # fmt: skip


def test_boneyard_and_notes_end_where_they_are_closed() -> None:
    assert fountain.parse("a /* x\n\ny */ b\n\n/* c").elements == (Action("a b"), Action("/* c"))
    assert fountain.parse("a [[b\n\nc]] d").elements == (Action("a [[b"), Action("c]] d"))


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("*a* **b** ***c*** _d_", "a b c d"),
        ("**a *b* c**", "a b c"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        (r"\*a\*", "*a*"),
        ("take_two_now", "take_two_now"),
        ("*open", "*open"),
    ],
)
def test_emphasis(marked: str, plain: str) -> None:
    assert emphasis(marked) == plain


@pytest.mark.parametrize(
    "piece",
    ["[[", "*", "a*b", "/*", "A\n", "_*", "@A\n", "(x)", "[[x]]\n", "A ^\nb\n\n", "[[\n\n", "a:\n   b\n", "-", "A (1", "a.", "b\n"],
)  # fmt: skip
def test_reading_takes_time_in_proportion(piece: str) -> None:
    begun = time.process_time()
    draft("INT. A\n\nB\n" + piece * (12_000 // len(piece)))
    assert time.process_time() - begun < 5


# The draft ------------------------------------------------------------------------------------


def test_the_examples_are_drafts_as_expected() -> None:
    for path in (LETTER, EXAMPLES / "ferry.fountain"):
        drafted(path.read_text())
    film = drafted((EXAMPLES / "ferry.fountain").read_text()).resolved
    assert film.title == "The last ferry"
    assert [s.description for s in film.subjects.values()] == [
        "Ines, 34, red raincoat, long hair", "Tomas, 60, grey beard, navy coat",
    ]  # fmt: skip
    assert [p.set for p in film.places.values()] == ["sea", "room", "sea"]
    assert [(s.name, s.scene.slug) for s in film.shots if s.scene][::6] == [
        ("s010", "EXT. HARBOUR PIER - DUSK"), ("s070", "INT. WAITING ROOM - NIGHT"), ("s130", "EXT. HARBOUR PIER - DAWN"),
    ]  # fmt: skip
    assert [t.kind for t in film.transitions] == ["fade in", "cut", "dissolve", "fade out"]
    assert [s.lights[0].name for s in film.shots[::6]] == ["golden-hour", "lamp", "golden-hour"]
    exchange = next(s for s in film.shots if s.name == "s060")
    assert (exchange.framing.size, exchange.framing.on) == ("two-shot", ("tomas", "ines"))
    assert [(line.speaker, line.text) for line in exchange.lines] == [
        ("tomas", "It comes back, you know."), ("ines", "When?"), ("tomas", "When it wants to."),
    ]  # fmt: skip


def test_a_name_in_capitals_is_described_and_acts() -> None:
    film = drafted(LETTER.read_text()).resolved
    assert film.subjects["mara"].description == "Mara, 40, grey raincoat, short hair"
    assert film.subjects["léo"].description == "Léo, a tall man in a yellow anorak"
    unfolds, watches = film.shots[1].actions
    assert (unfolds.actor, unfolds.gesture, unfolds.manner) == ("mara", "open", "hands shaking")
    assert (watches.actor, watches.gesture, watches.targets) == ("léo", "look", ("mara",))
    assert unfolds.end == watches.start
    gives = next(a for s in film.shots for a in s.actions if a.gesture == "give")
    assert (gives.actor, gives.goal) == ("mara", "léo")


def test_dialogue_lasts_as_long_as_the_compiler_says() -> None:
    line = "It is " + "very " * 20 + "late."
    (shot,) = drafted(f"INT. A\n\nB\n{line}\n").resolved.shots
    assert shot.lines[0].end - shot.lines[0].start == speaking_time(line)
    assert shot.duration - speaking_time(line) < Fraction(1, 2)


def test_speeches_together_begin_together() -> None:
    (shot,) = drafted("INT. A\n\nB\nOne two three four five.\n\nC ^\nSix.\n\nB\nSeven.").resolved.shots
    first, together, after = shot.lines
    assert first.start == together.start == 0
    assert after.start >= first.end


def test_who_is_only_heard_is_not_framed() -> None:
    plan = drafted("INT. A\n\nB (V.O.)\nOne.\n\nIt rains.\n\nB\nTwo.").plan
    assert plan is not None
    assert [shot.subjects[0].position[0][2] for shot in plan.shots] == [40, 40, 0]
    assert [shot.camera.c2w[0][11] for shot in plan.shots[:2]] == [6, 6]


def test_a_long_speech_is_several_shots() -> None:
    shots = drafted("INT. A\n\nB\n" + "So it is, and so it was. " * 200).resolved.shots
    assert len(shots) > 2
    assert all(shot.duration <= 60 for shot in shots)


def test_places_of_one_name_at_other_times_are_others() -> None:
    film = drafted("INT. A - DAY\n\nINT. A - NIGHT\n\nINT. A - CONTINUOUS\n\nint. a - day\n").resolved
    assert [s.place for s in film.shots] == ["a", "a-2", "a-2", "a"]


def test_sections_and_the_title_page_are_comments() -> None:
    text = format_film(draft("Author: Me\n\n# Act\n\nINT. A\n\nText.\n\n= More"))
    for line in ("# Author: Me", "## Act", "# More"):
        assert line in text.split("\n")


@pytest.mark.parametrize(
    "name",
    [
        "frame",
        "camera",
        "says",
        "LEFT",
        "deep",
        "23 SKIDOO",
        "#",
        "???",
        "a" * 119,
        "O'Brien",
        "नमस्ते",
        "light",
    ],
)
def test_unusual_names(name: str) -> None:
    analysis = drafted(
        f"INT. {name.upper()}\n\n{name.capitalize()} walks.\n\n@{name}\nHi.\n\n{name} walks.\n"
    )
    assert len(analysis.resolved.subjects) == 1


@pytest.mark.parametrize(
    "text",
    [
        "CUT TO:\n\nINT. A\n\nCUT TO:\n\nDISSOLVE TO:\n\nINT. B\n\nFADE OUT.\n\nDISSOLVE TO:\n\nINT. C\n\nCUT TO:",
        "FADE OUT.\n\nINT. A",
        "INT. A\n\nFADE OUT.\n\nFADE IN:\n\nINT. B\n\nFADE IN:",
        "INT. A\n\nDISSOLVE TO:\n\nINT. B\n\nWIPE TO:\n\nINT. C",
        "[[x]]\n\nCUT TO:\n\n[[x]]\n\nA\nHi",
    ],
)  # fmt: skip
def test_transitions_stand_where_they_can(text: str) -> None:
    drafted(text)


_PIECES = st.sampled_from(
    [
        "INT. ROOM - NIGHT", "EXT. ROOM - LATER", ".x", ".", "MARA", "LIO (V.O.)", "LIO ^", "@a", "CUT TO:", "FADE OUT.",
        "DISSOLVE TO:", "> W <", "> wipe", "===", "# S", "= s", "~la", "[[n]]", "[[", "/*", "*/", "(low)", "  ", "",
        "", "", "", "Mara walks to Lio. Lio runs away! Mara enters, leaves.", "MARA (40, tall) exits left 3m \"x\" {",
        "Mara says as Lio becomes at facing; # not", "Title: X", "   y", "\\", '"', "Lio", "*b*", "A. B! C? (d) e…",
    ]
)  # fmt: skip
_LINES = _PIECES | st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_LINES, max_size=40))
def test_any_text_makes_a_film_without_errors(lines: list[str]) -> None:
    drafted("INT. FIRST - DAY\n\n" + "\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        drafted(text)
    except InterchangeError as error:
        assert error.hint


# The command ----------------------------------------------------------------------------------


def test_the_command_writes_the_draft(tmp_path: Path) -> None:
    out = tmp_path / "draft.scene"
    done = scenelang("import", EXAMPLES / "ferry.fountain", "-o", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert scenelang("check", out).returncode == 0
    assert scenelang("fmt", "--check", out).returncode == 0
    assert (
        scenelang("import", "-", stdin=(EXAMPLES / "ferry.fountain").read_bytes()).stdout
        == out.read_text()
    )
    again = scenelang("import", LETTER, "-o", out)
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert scenelang("import", LETTER, "-o", out, "--force").returncode == 0
    assert 'film "The Letter a short film"' in out.read_text()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x00\x01\xff" * 50, "is not text"),
        (b"\xff\xfeI\x00", "UTF-16"),
        (b"INT. CAF\xc9\n", "not UTF-8: byte 0xc9 in line 1"),
        (b"Dear diary, today it rained.\n", "no scene heading"),
        (b"x" * (LARGEST + 1), "too large"),
    ],
)
def test_what_is_no_screenplay_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "odd.fountain"
    path.write_bytes(content)
    done = scenelang("import", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "hint" in done.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no file" in scenelang("import", "no.fountain", cwd=tmp_path).stderr
    assert "is a folder" in scenelang("import", ".", cwd=tmp_path).stderr
    assert scenelang("import").returncode == 2
