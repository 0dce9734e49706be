"""One film for each code of the compiler: what is wrong, where it is said, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import EXAMPLES, HEAD, codes, findings, plan_text

from scenelang.compiler.codes import CODES
from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse_file

FULL = "frame full on mara\n"
MOVES = "camera {{\n{}\n}}"

# code -> the body of a shot of 4 s that earns exactly this code
SHOTS: dict[str, list[str]] = {
    "C001": ["frame full on mura", "marra walks forward 1m", "frame full on mara\nlight glow on lampp as key"],
    "C008": ["frame full on street"],
    "C010": [
        "3s..5s mara walks", "4s.. mara walks", MOVES.format("0s..9s pan left 5deg"),
        "animate focus: mara @ 1s, lio @ 9s", "0s..3s mara waves as waves\nafter waves for 2s mara walks",
    ],
    "C011": ["after nothing mara waves", "after later mara waves\n0s..1s mara walks as later"],
    "C012": ["mara walks as walks\nafter walks mara waves"],
    "C013": ["2s..1s mara waves", MOVES.format("2s..2s pan left 5deg")],
    "C014": ["animate focus: mara @ 2s, lio @ 1s"],
    "C015": ["continue from nothing"],
    "C020": ["animate sunn.temperature: 3000K @ 1s, 4000K @ 2s\nlight sun as key", "animate snow.density: 1% @ 1s"],
    "C021": ["light sun as key\nanimate sun.density: 1% @ 1s, 2% @ 2s"],
    "C022": ["lens 1mm", "lens 9000mm"],
    "C023": ['light sun as key { colour "of the sky" }'],
    "C030": ["camera from (0m, 1m, 4m) { pedestal down 3m }"],
    "C031": ["camera from (0m, 1m, 4m) { 0s..1s truck left 100m }"],
    "C032": [
        MOVES.format("0s..2s pan left 5deg + pan right 5deg"), MOVES.format("0s..2s dolly in 1m\n1s..3s dolly out 1m"),
        MOVES.format("0s..2s hold + pan left 5deg"),
    ],
    "C033": ["frame close-up on mara\ncamera from (0m, 1m, 12m) { hold }", "frame full on mara\nangle low\ncamera from (0m, 4m, 2m) { hold }"],
    "C034": ["lens 35mm\n" + MOVES.format("zoom in to 24mm")],
    "C038": ["mara at (0m, 0m)\ncamera from (0m, 1m, 4m) { 0s..4s dolly in 6m }"],
    "C040": ["0s..2s mara walks to lio\n1s..3s mara walks forward 1m"],
}  # fmt: skip

GOING_ON = (
    "scenelang 1\ncharacter mara\nshot a 1s {{ frame full on mara }}\n"
    "shot b 1s {{\ncontinue from a\n{}\nmara waves\n}}"
)

# code -> whole films
FILMS: dict[str, list[str]] = {
    "C002": [HEAD.format('character mara "again"\nshot a 1s {{ frame full on mara }}'.format())],
    "C003": ['scenelang 1\ncharacter mara\ncharacter ghost\nshot a 1s { frame full on mara }'],
    "C009": ["scenelang 1\ncharacter mara\nshot a 1s { frame full on mara }\nshot a 1s { frame full on mara }"],
    "C050": [
        "scenelang 1\ncharacter mara\nshot a 1s { frame full on mara }\ndissolve 2s\nshot b 4s { frame full on mara }",
        "scenelang 1\ncharacter mara\nshot a 4s { frame full on mara }\ndissolve 20f\nshot b 1s { frame full on mara }\n"
        "dissolve 20f\nshot c 4s { frame full on mara }",
    ],
    "C051": [
        "scenelang 1\ncharacter mara\ndissolve 1s\nshot b 4s { frame full on mara }",
        "scenelang 1\ncharacter mara\nshot b 4s { frame full on mara }\nfade in 1s",
    ],
    "C060": [
        'scenelang 1\nfilm "x" { size 4x4 }\ncharacter mara\nshot a 1s { frame full on mara }',
        'scenelang 1\nfilm "x" { fps 0 }\ncharacter mara\nshot a 1s { frame full on mara }',
        "scenelang 1\ncharacter mara\nshot a 0s { frame full on mara }",
        "scenelang 1\ncharacter mara\nshot a 9999s { frame full on mara }",
    ],
}  # fmt: skip
FILMS |= {
    "C016": [
        GOING_ON.format("lens 50mm"), GOING_ON.format("frame wide on mara"), GOING_ON.format("angle low"),
        GOING_ON.format("camera from (0m, 1m, 4m) { hold }"), GOING_ON.format("camera looking at mara { hold }"),
    ],
    "C017": [GOING_ON.format("").replace("shot b", "dissolve 6f\nshot b")],
    "C039": [
        "scenelang 1\ncharacter mara\ncharacter lio\nscene s {\naxis mara -> lio\nmara at (-1m, 0m)\nlio at (1m, 0m)\n"
        "shot a 1s { camera from (0m, 1m, 4m) looking at mara }\nshot b 1s { camera from (0m, 1m, -4m) looking at mara }\n}"
    ],
}  # fmt: skip
FILES = ("C018", "C035", "C036", "C037")  # test_camera_files.py and below
IMPORTS = ("C004", "C005", "C006", "C007")


def test_every_code_has_a_film() -> None:
    assert {*SHOTS, *FILMS, *IMPORTS, *FILES} == set(CODES)


@pytest.mark.parametrize(("code", "body"), [(c, b) for c, bodies in SHOTS.items() for b in bodies])
def test_shots(code: str, body: str) -> None:
    assert codes(body) == [code]


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, texts in FILMS.items() for t in texts])
def test_films(code: str, text: str) -> None:
    found = [d for d in findings(text) if d.code == code or d.severity == "error"]
    assert [d.code for d in found] == [code]
    assert 0 <= found[0].span.start <= found[0].span.end <= len(text)
    assert found[0].hint


def test_imports(tmp_path: Path) -> None:
    (tmp_path / "scenelang.toml").write_text("")
    (tmp_path / "cast.scene").write_text('scenelang 1\ncharacter mara "a woman"\n')
    (tmp_path / "a.scene").write_text('scenelang 1\nimport "b.scene"\n')
    (tmp_path / "b.scene").write_text('scenelang 1\nimport "a.scene"\n')

    def of(line: str) -> list[tuple[str, str]]:
        film = tmp_path / "film.scene"
        film.write_text(f"scenelang 1\n{line}\nshot a 1s {{\n}}\n")
        parsed, found, _ = parse_file(film)
        return [(d.code, d.hint) for d in analyse(parsed, found).diagnostics]

    assert of('import "cast.scene" { mara }') == []
    assert of('import "cats.scene"') == [("C004", "did you mean `cast.scene`?")]
    assert of('import "cast.scene" { mary }') == [("C007", "did you mean `mara`?")]
    assert [c for c, _ in of('import "../outside.scene"')] == ["C006"]
    assert [c for c, _ in of('import "/etc/passwd"')] == ["C006"]
    assert [c for c, _ in of('import "a.scene"')] == ["C005"]
    assert [c for c, _ in of('import "film.scene"')] == ["C005"]


def test_errors_in_an_imported_file_are_said_there(tmp_path: Path) -> None:
    (tmp_path / "cast.scene").write_text("scenelang 1\ncharacter mara { heigt 1m }\n")
    film = tmp_path / "film.scene"
    film.write_text('scenelang 1\nimport "cast.scene"\nshot a 1s {\n frame full on mara\n}\n')
    parsed, found, _ = parse_file(film)
    (error,) = analyse(parsed, found).diagnostics
    assert Path(error.span.file).name == "cast.scene"
    assert error.span.line == 2


def test_all_errors_of_a_file_in_one_run_sorted() -> None:
    text = HEAD.format(
        "shot a 4s {{\n frame ful on mara\n lens 35\n 5s..9s mara walks\n mura waves\n}}\nshot b 2s {{ frame wide on lia }}".format()
    )
    found = [d for d in findings(text) if d.severity == "error"]
    lines = [d.span.line for d in found]
    assert len(found) == 5
    assert lines == sorted(lines)


def test_the_reference_films_are_clean() -> None:
    for path in sorted(EXAMPLES.glob("*.scene")):
        film, found, _ = parse_file(path)
        assert analyse(film, found).diagnostics == (), path.name


def test_warnings_do_not_stop_a_plan() -> None:
    assert plan_text(
        "scenelang 1\ncharacter mara\ncharacter ghost\nshot a 1s { frame full on mara }"
    ).shots


def test_a_missing_reference_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "film.scene"
    head = 'scenelang 1\ncharacter mara "a woman" {{ reference "{}" }}\nshot a 1s {{ frame full on mara }}\n'
    path.write_text(head.format("mara.png"))
    (tmp_path / "mira.png").write_bytes(b"")
    film, found, _ = parse_file(path)
    (only,) = analyse(film, found).diagnostics
    assert (only.code, only.severity) == ("C018", "warning") and "mira.png" in only.hint
    path.write_text(head.format("mira.png"))
    film, found, _ = parse_file(path)
    plan = analyse(film, found).plan
    assert plan is not None and plan.subject("mara").reference == "mira.png"
