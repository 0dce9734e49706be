"""What was measured of takes is kept with them, and the storyboard shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from in_process import scenelang
from pattern_backend import shot_plan

from scenelang.compiler.plan import ShotPlan
from scenelang.runtime.events import Checked
from scenelang.runtime.keys import TakeKey
from scenelang.runtime.measured import keep_measured, measured, when_measured
from scenelang.runtime.store import Store

FILM = """scenelang 1

film "Expect" { size 320x180; fps 8 }

character ada "a woman in a red coat"
character tom "a man in a blue coat"
place here "a forest"

shot a 1s in here {
  camera from (0m, 1.5m, 8m) { truck right 1m }
  ada at (-0.8m, 0m) facing camera
  tom at (0.8m, 0m) facing camera
  expect camera truck-right, subjects 3, frame wide
}
"""
KEY = TakeKey("ab" * 32, "cd" * 32)
ROW = re.compile(r'<li class="([\w-]+)"><b>([^<]+)</b> (.*)</li>')


def shown(film: Path) -> dict[str, tuple[str, str]]:
    """What the storyboard says of each expectation: its class, and its words."""
    assert scenelang("storyboard", film, "--model", "previz").returncode == 0
    html = film.with_suffix(".storyboard.html").read_text()
    return {what: (kind, re.sub("<[^>]+>", "", words)) for kind, what, words in ROW.findall(html)}


def test_the_storyboard_shows_what_is_expected_and_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    film = tmp_path / "film.scene"
    film.write_text(FILM)
    before = shown(film)
    assert [*before] == ["camera truck-right", "subjects 3", "frame wide"]
    assert {*before.values()} == {("open", "expected, not measured yet")}
    assert "expected: 3 not measured" in film.with_suffix(".storyboard.html").read_text()

    assert scenelang("render", film, "--model", "previz").returncode == 0
    after = shown(film)
    assert {what: kind for what, (kind, _) in after.items()} == {
        "camera truck-right": "held", "subjects 3": "not-held", "frame wide": "held",
    }  # fmt: skip
    assert re.fullmatch(r"not held found 2, confidence \d\.\d\d", after["subjects 3"][1])
    assert "expected: 2 held · 1 not held" in film.with_suffix(".storyboard.html").read_text()

    film.write_text(FILM.replace("subjects 3", "subjects 2"))  # the same take
    asked = shown(film)
    assert asked["subjects 2"][0] == "open" and asked["frame wide"] == after["frame wide"]
    assert scenelang("render", film, "--model", "previz").returncode == 0
    assert shown(film)["subjects 2"][0] == "held"

    film.write_text(FILM.replace("truck right 1m", "truck right 2m"))  # another take, not rendered
    assert {kind for kind, _ in shown(film).values()} == {"open"}


def test_a_film_that_expects_nothing_has_no_such_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    film = tmp_path / "film.scene"
    film.write_text(re.sub(r"  expect .*\n", "", FILM))
    assert shown(film) == {}
    assert "expected:" not in film.with_suffix(".storyboard.html").read_text()


def expecting() -> ShotPlan:
    return shot_plan("a", 8).model_copy(update={"expect": [("camera", "static"), ("subjects", "1")]})


def found(what: str = "subjects", result: str = "held") -> Checked:
    return Checked("a", what, "1", "1", 0.5, result)  # type: ignore[arg-type]


def test_what_was_measured_lives_and_dies_with_its_take(tmp_path: Path) -> None:
    store, shot = Store(tmp_path), expecting()
    keep_measured(store, {"a": KEY}, [found()])
    assert measured(store, KEY, shot) == [None, None] and when_measured(store, KEY.take) == 0, "no take"
    store.put("takes", KEY.take, b"{}")
    keep_measured(store, {"a": KEY}, [found()])
    assert measured(store, KEY, shot) == [None, found()] and when_measured(store, KEY.take) > 0
    assert measured(store, TakeKey("ef" * 32, ""), shot) == [None, None]
    assert len(store.groups()) == 1, "no take of its own"
    static = Checked("a", "camera", "static", "static", 0.9, "held")
    keep_measured(store, {"a": KEY}, [static])
    assert measured(store, KEY, shot) == [static, found()], "what was known stays"
    keep_measured(store, {"a": KEY}, [found(result="unsure")])
    assert measured(store, KEY, shot) == [static, found(result="unsure")]
    store.drop(KEY.take)
    store.put("takes", KEY.take, b"{}")
    assert measured(store, KEY, shot) == [None, None]


@pytest.mark.parametrize("content", [b"{", b"[1]", b'[{"name": "another release"}]'])
def test_what_cannot_be_read_is_unknown(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path)
    store.put("takes", KEY.take, b"{}")
    store.put("takes", f"{KEY.take}.expect", content)
    assert measured(store, KEY, expecting()) == [None, None]
    store.path("takes", f"{KEY.take}.expect").write_bytes(b"damaged")
    assert measured(store, KEY, expecting()) == [None, None]
