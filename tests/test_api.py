"""The Python API: the same AST as the parser's, the same checks, places in Python."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from films import EXAMPLES

import scenelang as sl


def tokyo() -> sl.Film:
    """The example of the design notes."""
    film = sl.Film("Tokyo in the snow", size=(1280, 720), fps=24, seed=7)
    street = film.place("street", "a bustling snowy Tokyo street")
    mei = film.character("mei", "a young woman in a red wool coat")
    for n, (angle, length) in enumerate([("low", 4), ("high", 6)], start=1):
        shot = film.shot(f"sh{n:02}0", sl.seconds(length), place=street)
        shot.frame("wide", on=mei).angle(angle).lens("35mm")
        shot.camera.move(sl.dolly_in("2m"), sl.pedestal_up("1m"), during="0s..3s", ease="in-out")
        shot.light("sun", role="key", from_="left 35deg", temperature="3200K")
        shot.particles("snow", density="40%")
        shot.act("0s..", mei, "walks toward camera")
    return film


def everything() -> sl.Film:
    """One of every call of the builder."""
    film = sl.Film('All "of" it', aspect="2.39:1", fps=25, look="noir", avoid="text")
    roof = film.place("roof", "a city rooftop")
    ann = film.character("ann", "a woman", kind="figure", wears="red coat", mood="calm", height="1.7m")
    ben = film.character("ben", "a man", count=2, spread="1m")
    sheet = film.prop("sheet", "a letter")
    film.fade_in("1s")
    scene = film.scene("one", "EXT. ROOF", place=roof)
    scene.axis(ann, ben)
    scene.block(ann, at=(0, 0), facing=ben)
    scene.block(ben, at=(1, 0, -0.5), facing="camera", pose="sitting")
    scene.light("moon", role="rim", from_="back", intensity="40%", colour="deep blue")
    scene.particles("rain", "a drizzle", density="30%", wind="left 2m/s")
    a = scene.shot("a", sl.frames(50), title="First")
    a.frame("OTS", of=ben, on=ann).angle("low", "dutch 5deg").lens("50mm", "f/2").focus(ann)
    a.camera.start(at=(1, 1.6, 4), looking_at=ann).steadiness("handheld", "20%")
    a.camera.move(sl.orbit_left("20deg", around=ann), sl.zoom_in("70mm"), during="0s..1s", ease="out")
    a.camera.move(sl.follow(ben, at="3m", side="side"), during="1s..")
    a.animate("moon.intensity", {"0s": "40%", "1s": ("10%", "ease")}).rack_focus(
        ben, during="1s..2s", ease="in"
    )
    a.act("0s..1s", ann, "gives sheet to ben", "slowly", label="gives").says(
        "", ben, "Oh.", after="gives", for_="0.5s"
    )
    a.becomes("1s..", sheet, "a torn letter").seed(4).look("rain").avoid("sun").sound("thunder").note(
        "one take"
    )
    scene.dissolve("10f")
    b = scene.shot("b", "2s")
    b.frame("two-shot", on=(ann, ben), at="left-third")
    b.camera.move(sl.hold())
    film.cut()
    c = film.shot("c", "2s", place=roof)
    c.frame("full", on=ann).block(ann, at=(0, 0), facing=(0, 5))
    moves = [sl.pan_left("5deg"), sl.tilt_up("2deg"), sl.roll_cw("1deg"), sl.dolly_out("1m"), sl.truck_left(speed="slow"), sl.pedestal_down("0.1m")]  # fmt: skip
    c.camera.move(*moves, during="0s..1s", ease="linear").move(sl.lead(ann), during="1s..2s")
    film.wipe("left", "0.5s")
    film.shot("d", "2s").camera.move(sl.pull_out("1m"), sl.crane_down("0.2m"), sl.pan_right("5deg"))
    film.fade_out("1s")
    return film


@pytest.mark.parametrize("make", [tokyo, everything])
def test_the_text_of_a_film_parses_to_the_film(make) -> None:  # type: ignore[no-untyped-def]
    film = make()
    assert sl.parse(str(film)) == film
    assert sl.parse(str(film)).ast() == film.ast()
    assert str(sl.parse(str(film))) == str(film)
    assert sl.parse(str(film).replace("4s", "5s").replace("1s", "7s")) != film


@pytest.mark.parametrize("make", [tokyo, everything])
def test_a_film_from_python_checks_and_plans(make) -> None:  # type: ignore[no-untyped-def]
    film = make()
    assert [d for d in film.check() if d.severity == "error"] == []
    assert film.plan().shots


def test_both_ways_make_the_same_plan() -> None:
    film = tokyo()
    assert sl.parse(str(film)).plan() == film.plan()


def test_an_unreadable_word_raises_at_the_python_line_with_a_hint() -> None:
    film = sl.Film("x")
    mara = film.character("mara")
    shot = film.shot("a", "2s")
    with pytest.raises(sl.SceneError, match="wid") as caught:
        shot.frame("wid", on=mara)
    (diagnostic,) = caught.value.diagnostics
    assert "wide" in diagnostic.hint
    assert Path(diagnostic.span.file).name == "test_api.py"


def test_a_wrong_film_is_reported_at_the_python_line() -> None:
    film = sl.Film("x")
    film.character("mara")
    shot = film.shot("a", "2s")
    shot.frame("wide", on="mura")
    (found,) = [d for d in film.check() if d.severity == "error"]
    assert (found.code, found.hint) == ("C001", "did you mean `mara`?")
    assert Path(found.span.file).name == "test_api.py"
    line = Path(__file__).read_text().splitlines()[found.span.line - 1]
    assert 'on="mura"' in line
    with pytest.raises(sl.SceneError, match="mura"):
        film.plan()


def test_text_in_strings_can_hold_anything() -> None:
    film = sl.Film('A "quoted" \\ title')
    mara = film.character("mara", 'the "one" with a \\ and a } and a # in it')
    film.shot("a", "2s").frame("wide", on=mara).says("0s..1s", mara, 'She said: "no".')
    assert sl.parse(str(film)) == film
    assert film.plan().title == 'A "quoted" \\ title'


def test_a_real_person_is_written_as_a_flag_and_a_file() -> None:
    film = sl.Film("Real")
    film.character("star", "a singer", real=True, consent="star.toml")
    film.character("moon", "a woman", real=False)
    assert 'character star "a singer" { real; consent "star.toml" }' in str(film)
    assert 'character moon "a woman"\n' in str(film) + "\n"
    assert sl.parse(str(film)) == film


def test_a_loaded_film_is_a_film() -> None:
    film = sl.load(EXAMPLES / "letter.scene")
    assert film.check() == []
    assert str(film) == (EXAMPLES / "letter.scene").read_text()
    assert len(film.plan().shots) == 3
    assert sl.load("nothing.scene").check()[0].severity == "error"
    with pytest.raises(sl.SceneError):
        sl.load("nothing.scene").plan()


def test_a_film_is_saved_as_text(tmp_path: Path) -> None:
    path = tokyo().save(tmp_path / "tokyo.scene")
    assert sl.load(path) == tokyo()


def test_the_storyboard_example() -> None:
    film = runpy.run_path(str(EXAMPLES / "storyboard.py"))["film"]
    assert film.check() == []
    assert sl.parse(str(film)) == film
    assert [s.id for s in film.plan().shots] == ["d010", "d020", "d030", "d040"]


def test_importing_the_package_imports_next_to_nothing() -> None:
    code = "import sys, scenelang; print(len([m for m in sys.modules if m.split('.')[0] in ('torch', 'numpy', 'pydantic', 'lark', 'click', 'av')]))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "0\n"
    )


def test_every_name_that_is_offered_is_there() -> None:
    assert all(getattr(sl, name) for name in sl.__all__)
    with pytest.raises(AttributeError):
        sl.nothing  # noqa: B018
