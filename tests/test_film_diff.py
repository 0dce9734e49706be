"""What `scenelang diff` says of two films: in film terms, with what must be rendered again, between git revisions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from films import EXAMPLES
from hypothesis import given, settings
from in_process import scenelang
from strategies import films

from scenelang.grammar import ast
from scenelang.grammar.parse import parse
from scenelang.interchange.changes import Change, changes, cut_of
from scenelang.interchange.difference import Difference, difference
from scenelang.interchange.revisions import Version, version_of

DOCS = Path(__file__).parent.parent / "docs"
FILM = """scenelang 1

film "x" { size 64x36; fps 12 }

character mara "a woman" { height 1.7m }
character lio "a man"
place street "a street"

scene one "EXT. STREET" in street {
  light sun as key { temperature 3200K }

  shot s010 "Come" 4s {
    frame full on mara
    camera {
      0s..4s dolly in 2m
    }
    0s..2s mara waves
  }

  shot s020 2s {
    frame medium on lio
    lio says "Yes."
  }
}

dissolve 6f

shot s030 3s in street {
  frame wide on mara
}
"""


def written(folder: Path, text: str, name: str = "film.scene") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def compared(folder: Path, before: str, after: str) -> Difference:
    a = version_of(str(written(folder, before, "a.scene")))
    b = version_of(str(written(folder, after, "b.scene")))
    return difference(a, b, "a", "b")


def cut(text: str) -> list[tuple[str, str, str, str | None, str | None]]:
    """The differences between FILM and FILM with changes."""
    a, b = (cut_of(f, {s.name.text: s for s in f.statements if isinstance(s, ast.Declaration)})
            for f in (parse(FILM)[0], parse(text)[0]))  # fmt: skip
    return [(c.part, c.name, c.what, c.before, c.after) for c in changes(a, b)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("s010 \"Come\" 4s", 's010 "Come" 4.5s', ("shot", "s010", "duration", "4s", "4.5s")),
        ('"Come"', '"Go"', ("shot", "s010", "title", '"Come"', '"Go"')),
        ("dolly in 2m", "dolly in 3m", ("shot", "s010", "camera", "0s..4s dolly in 2m", "0s..4s dolly in 3m")),
        ("3200K", "5600K", ("scene", "one", "light sun temperature", "3200K", "5600K")),
        ("temperature 3200K", "intensity 40%", ("scene", "one", "light sun intensity", None, "40%")),
        ('"a man"', '"an old man"', ("character", "lio", "description", '"a man"', '"an old man"')),
        ("height 1.7m", "height 1.8m", ("character", "mara", "height", "1.7m", "1.8m")),
        ('"Yes."', '"No."', ("shot", "s020", "dialogue lio", 'says "Yes."', 'says "No."')),
        ("frame medium", "frame close-up", ("shot", "s020", "frame", "medium on lio", "close-up on lio")),
        ("mara waves", "mara smiles", ("shot", "s010", "action mara", "0s..2s mara waves", "0s..2s mara smiles")),
        ("    0s..2s mara waves\n", "", ("shot", "s010", "action mara", "0s..2s mara waves", None)),
        ("dissolve 6f", "cut", ("edit", "s030", "transition", "dissolve 6f", "cut")),
        ("fps 12", "fps 24", ("film", "", "fps", "12", "24")),
        ("EXT. STREET", "INT. STREET", ("scene", "one", "slug", '"EXT. STREET"', '"INT. STREET"')),
        ("s030 3s", "s040 3s", ("shot", "s040", "renamed", "s030", "s040")),
    ],
)  # fmt: skip
def test_a_change_in_film_terms(
    old: str, new: str, said: tuple[str, str, str, str | None, str | None]
) -> None:
    assert old in FILM
    found = cut(FILM.replace(old, new))
    assert said in [
        (p, n, w, b and b.removeprefix("lio "), a and a.removeprefix("lio ")) for p, n, w, b, a in found
    ]
    assert len(found) <= 2


def test_shots_added_removed_and_moved() -> None:
    head, scene = FILM.split("scene one")
    without = head + "scene one" + scene[: scene.index("dissolve")]
    assert ("shot", "s030", "removed", "3s in street", None) in cut(without)
    moved = FILM.replace("dissolve 6f\n", "").replace(
        "shot s030 3s in street {\n  frame wide on mara\n}\n", ""
    )
    moved = moved.replace("scene one", "shot s030 3s in street {\n  frame wide on mara\n}\n\nscene one")
    assert ("shot", "s030", "moved", "after s020", "first") in cut(moved)
    added = FILM + "\nshot s040 1s in street {\n}\n"
    assert cut(added) == [("shot", "s040", "added", None, "1s in street")]


def test_layout_comments_and_aliases_are_no_difference() -> None:
    assert cut(FILM.replace("frame medium", "# closer?\n    frame   MS").replace("1.7m", "1.70m")) == []


def test_the_same_length_in_another_unit_is_no_difference() -> None:
    same = FILM.replace("height 1.7m", "height 170cm").replace("dolly in 2m", "dolly in 200cm")
    assert same.count("cm") == 2
    assert cut(same) == []
    ((*_, before, after),) = cut(FILM.replace("dolly in 2m", "dolly in 300cm"))
    assert (before, after) == ("0s..4s dolly in 2m", "0s..4s dolly in 300cm")  # as they are written


@settings(max_examples=12, deadline=None)
@given(films(), films())
def test_any_two_films_compare(a: ast.Film, b: ast.Film) -> None:
    """Something differs exactly where the films do, in both directions."""
    one, other = (
        cut_of(f, {s.name.text: s for s in f.statements if isinstance(s, ast.Declaration)})
        for f in (a, b)
    )
    assert list(changes(one, one)) == []
    there, back = list(changes(one, other)), list(changes(other, one))
    assert bool(there) == bool(back)
    assert all(
        isinstance(c, Change) and c.before != c.after
        for c in there
        if c.what not in ("added", "removed")
    )


# What renders again ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "shots", "seconds"),
    [
        ('"Come"', '"Go"', [], 0.0),
        ("dissolve 6f", "cut", [], 0.0),
        ('film "x"', 'film "y"', [], 0.0),
        ("dolly in 2m", "dolly in 3m", ["s010"], 4.0),
        ("3200K", "5600K", ["s010", "s020"], 6.0),
        ('"a woman"', '"an old woman"', ["s010", "s020", "s030"], 9.0),  # she stays in the scene
        ('"a street"', '"a snowy street"', ["s010", "s020", "s030"], 9.0),
        ("64x36", "128x72", ["s010", "s020", "s030"], 9.0),
        ("s030 3s", "s030 2.5s", ["s030"], 2.5),
        ("dissolve 6f", "shot s025 1s in street {\n  frame wide on lio\n}", ["s025"], 1.0),
    ],
)  # fmt: skip
def test_only_what_looks_different_renders_again(
    tmp_path: Path, old: str, new: str, shots: list[str], seconds: float
) -> None:
    found = compared(tmp_path, FILM, FILM.replace(old, new))
    assert found.changes
    assert (found.render.shots, found.render.seconds) == (shots, seconds)


# The command and git --------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A film in a subfolder that imports its cast from the folder above; both are committed."""
    git(tmp_path, "init", "-q")
    written(tmp_path, 'scenelang 1\ncharacter mara "a woman"\n', "cast.scene")
    written(tmp_path, IMPORTING, "films/film.scene")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


IMPORTING = 'scenelang 1\nimport "../cast.scene"\nfilm "x" { size 64x36; fps 12 }\nshot a 2s { frame full on mara }\n'


def test_a_film_against_a_revision_with_its_imports(repository: Path) -> None:
    same = scenelang("diff", "--rev", "HEAD", "film.scene", cwd=repository / "films")
    assert (same.returncode, same.stdout) == (0, "")
    written(repository, 'scenelang 1\ncharacter mara "an old woman"\n', "cast.scene")
    expected = [
        {
            "part": "character",
            "name": "mara",
            "what": "description",
            "before": '"a woman"',
            "after": '"an old woman"',
        }
    ]
    for arguments, folder in (
        (["--rev", "HEAD", "film.scene"], repository / "films"),
        (["--rev", "HEAD", str(repository / "films" / "film.scene")], repository.parent),
        (["HEAD:films/film.scene", "films/film.scene"], repository),
        (["HEAD:./film.scene", "film.scene"], repository / "films"),
        ([":films/film.scene", "films/film.scene"], repository),
    ):
        done = scenelang("diff", "--json", *arguments, cwd=folder)
        assert done.returncode == 1, done.stderr
        document = json.loads(done.stdout)
        jsonschema.validate(document, json.loads((DOCS / "diff.schema.json").read_text()))
        assert document["changes"] == expected
        assert document["render"] == {"shots": ["a"], "seconds": 2.0, "of_seconds": 2.0}
    git(repository, "commit", "-qam", "two")
    assert (
        scenelang("diff", "HEAD~1:films/film.scene", "HEAD:films/film.scene", cwd=repository).returncode
        == 1
    )


def test_a_broken_film_of_a_revision_is_shown_there(repository: Path) -> None:
    good = (repository / "films" / "film.scene").read_text()
    written(repository, good.replace("full on", "ful on"), "films/film.scene")
    git(repository, "commit", "-qam", "broken")
    written(repository, good, "films/film.scene")
    done = scenelang("diff", "--rev", "HEAD", "films/film.scene", cwd=repository)
    assert done.returncode == 2
    assert "HEAD:films/film.scene:4:" in done.stderr
    assert "frame ful on mara" in done.stderr
    assert "did you mean `full`?" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["film.scene"], "compare two films"),
        (["--rev", "HEAD", "a", "b"], "compare two films"),
        (["NOPE:films/film.scene", "films/film.scene"], "`NOPE` is no file, and no revision"),
        (["HEAD:film.scene", "films/film.scene"], "there is no file `film.scene` at `HEAD`"),
        (["HEAD:./../../x.scene", "films/film.scene"], "outside the repository"),
        (["--rev=--output=x", "films/film.scene"], "no revision"),
        (["no.scene", "films/film.scene"], "there is no file `no.scene`"),
    ],
)
def test_what_cant_be_compared_is_2(repository: Path, arguments: list[str], says: str) -> None:
    done = scenelang("diff", *arguments, cwd=repository)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (repository / "x").exists()


def test_revisions_outside_of_a_repository(tmp_path: Path) -> None:
    written(tmp_path, FILM)
    done = scenelang("diff", "HEAD:film.scene", "film.scene", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


def test_the_human_form_is_short(tmp_path: Path) -> None:
    a, b = (
        written(tmp_path, FILM, "a.scene"),
        written(tmp_path, FILM.replace("in 2m", "in 3m"), "b.scene"),
    )
    done = scenelang("diff", a, b)
    assert done.stdout.split("\n") == [
        "shot s010", "  camera: 0s..4s dolly in 2m → 3m", "to render again: 1 shot, 4s of 9s: s010", "",
    ]  # fmt: skip
    assert "\x1b[" in scenelang("diff", a, b, "--color", "always").stdout
    assert scenelang("diff", a, b, "--quiet").stdout == ""


def test_the_published_schema_is_the_models() -> None:
    published = json.loads((DOCS / "diff.schema.json").read_text())
    assert published == Difference.model_json_schema(by_alias=True, mode="serialization"), (
        "write it again: make schema"
    )


def test_examples_are_themselves() -> None:
    version: Version = version_of(str(EXAMPLES / "letter.scene"))
    assert difference(version, version, "a", "a").changes == []
    assert set(version.cast) == {"mara", "lio", "letter", "rooftop"}
