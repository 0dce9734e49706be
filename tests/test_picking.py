"""`pick` writes one number into a film; everything else stays, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import EXAMPLES, plan_text

from scenelang.interchange.picking import pick, with_seed
from scenelang.interchange.reading import InterchangeError

FILM = """scenelang 1
# the head
film "T" { size 64x36; fps 12 }
character mara "a woman"

scene one {
  shot a 1s "Title {" in room { # why
    # a remark
    frame full on mara
    seed   7 # the third was best
  } # behind
\tshot b 1s {

      frame wide on mara # keep
  }
}
place room "a room"
shot c 6f { frame full on mara }
shot d 6f {}
shot e 6f { frame full on mara
}
"""


@pytest.mark.parametrize("shot", ["a", "b", "c", "d", "e"])
def test_a_seed_is_written_and_nothing_else_changes(shot: str) -> None:
    changed = with_seed(FILM, shot, 99)
    plan, before = plan_text(changed), plan_text(FILM)
    for now, was in zip(plan.shots, before.shots):
        assert now.seed == (99 if now.id == shot else was.seed)
    old, new = FILM.splitlines(), changed.splitlines()
    if shot == "a":
        assert [b for a, b in zip(old, new) if a != b] == ["    seed   99 # the third was best"]
    if shot == "b":
        assert new[:12] + new[13:] == old and new[12] == "      seed 99"
    if shot == "c":
        assert changed == FILM.replace("{ frame full on mara }", "{\n  seed 99\n  frame full on mara\n}")
    again = with_seed(changed, shot, 5)
    assert plan_text(again).shot(shot).seed == 5 and again == changed.replace(
        "seed 99", "seed 5"
    ).replace("seed   99", "seed   5")


@pytest.mark.parametrize(
    "film", sorted(p.name for p in EXAMPLES.glob("*.scene") if p.name != "cast.scene")
)
def test_every_shot_of_the_examples_can_be_picked(film: str) -> None:
    import re

    text = (EXAMPLES / film).read_text()
    for shot in re.findall(r"^\s*shot (\w+)", text, re.MULTILINE):
        changed = with_seed(text, shot, 123456)
        assert (
            sorted(set(changed.splitlines()) - set(text.splitlines()))
            == sorted(line for line in changed.splitlines() if line.strip() == "seed 123456")[:1]
        )


def test_newlines_mark_and_rights_stay(tmp_path: Path) -> None:
    path = tmp_path / "film.scene"
    path.write_bytes(("\ufeff" + FILM.replace("\n", "\r\n")).encode())
    path.chmod(0o640)
    pick(path, "a", 99)
    expected = "\ufeff" + FILM.replace("\n", "\r\n").replace("seed   7", "seed   99")
    assert path.read_bytes() == expected.encode()
    assert path.stat().st_mode & 0o777 == 0o640 and list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_picked_is_said_and_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "film.scene"
    for text, shot, says in (
        (FILM, "z", "no shot has the ID `z`"),
        (FILM.replace("12 }", ""), "a", "errors"),
    ):
        path.write_text(text)
        with pytest.raises(InterchangeError, match=says):
            pick(path, shot, 1)
        assert path.read_text() == text
    with pytest.raises(InterchangeError, match="can't be read"):
        pick(tmp_path / "none.scene", "a", 1)
