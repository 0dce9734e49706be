"""Cameras from files and into them: every format brings back the same camera."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from films import plan_text
from hypothesis import given
from hypothesis import strategies as st
from test_cli import scenelang

from scenelang.compiler.camera_files import WRITERS, read
from scenelang.compiler.camera_track import Camera, CameraFileError
from scenelang.compiler.geometry import Orientation, matrix, oriented
from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan, at
from scenelang.grammar.parse import parse_file

FILM = """scenelang 1
film "T" {{ size 640x360; fps 12 }}
character mara "a woman"
place street "a street"
shot a 2s in street {{
  {camera}
  mara at (0m, 0m)
}}
"""
MOVED = "camera from (1m, 1.6m, 5m) looking at mara { 0s..2s orbit left 40deg around mara + roll cw 10deg + zoom in to 50mm }"
FORMATS = tuple(WRITERS)
angles = st.floats(-179, 179)


def needs(form: str) -> None:
    if form == "usda":
        pytest.importorskip("pxr", reason="usd-core is an extra")


def camera_of(plan: Plan) -> Camera:
    track, frames = plan.shots[0].camera, range(plan.shots[0].frames)
    c2w, focal = [at(track.c2w, f) for f in frames], [at(track.focal_mm, f) for f in frames]
    return Camera("a", plan.size, plan.rate, c2w, focal)


@given(angles, st.floats(-89, 89), angles)
def test_an_orientation_comes_back_from_its_matrix(yaw: float, pitch: float, roll: float) -> None:
    c2w = matrix((1.0, 2.0, 3.0), Orientation(yaw, pitch, roll))
    assert matrix((1.0, 2.0, 3.0), oriented(c2w)) == pytest.approx(c2w, abs=1e-5)


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_back(form: str, tmp_path: Path) -> None:
    needs(form)
    camera = camera_of(plan_text(FILM.format(camera=MOVED)))
    path = tmp_path / f"a.{form}"
    path.write_text(WRITERS[form](camera), encoding="utf-8")
    track = read(path, camera.fps)
    assert len(track.samples) == len(camera.c2w) == 24
    for frame, sample in enumerate(track.samples):
        assert float(sample.time) == pytest.approx(frame / 12, abs=1e-5)
        assert matrix(sample.eye, sample.orientation) == pytest.approx(camera.c2w[frame], abs=1e-4)
        assert sample.focal == pytest.approx(camera.focal[frame], rel=1e-5)


@pytest.mark.parametrize("form", FORMATS)
def test_a_film_with_a_camera_from_a_file_has_its_path(form: str, tmp_path: Path) -> None:
    """Exported by the command, read by `camera path from`, and the Plan's camera is the same."""
    needs(form)
    first = tmp_path / "first.scene"
    first.write_text(FILM.format(camera=MOVED))
    assert scenelang("export", first, "--to", form, "-o", tmp_path).returncode == 0
    second = tmp_path / "second.scene"
    second.write_text(FILM.format(camera=f'camera path from "first-a.{form}"'))
    film, found, _ = parse_file(second)
    plan = analyse(film, found).plan
    assert plan is not None
    wanted = camera_of(plan_text(FILM.format(camera=MOVED)))
    got = camera_of(plan)
    for a, b in zip(wanted.c2w, got.c2w, strict=True):
        assert a == pytest.approx(b, abs=1e-4)
    assert wanted.focal == pytest.approx(got.focal, rel=1e-4)


def test_a_real_estate_file_stands_upright_in_our_axes(tmp_path: Path) -> None:
    """Its first camera, the identity, looks level along -z; the second has moved a metre to its right."""
    path = tmp_path / "clip.txt"
    rows = ["https://example.org/watch", "0 0.5 0.9 0.5 0.5 0 0 1 0 0 0 0 1 0 0 0 0 1 0"]
    rows.append("500000 0.5 0.9 0.5 0.5 0 0 1 0 0 -1 0 1 0 0 0 0 1 0")
    path.write_text("\n".join(rows))
    track = read(path, Fraction(24))
    first, second = track.samples
    assert first.orientation.forward == pytest.approx((0, 0, -1)) and first.focal == pytest.approx(18)
    assert second.eye == pytest.approx((1, 0, 0)) and second.time == Fraction(1, 2)
    assert track.at(Fraction(1, 4)).eye == pytest.approx((0.5, 0, 0))
    assert track.at(Fraction(9)).eye == second.eye


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.txt", "http://x\n0 1 2 3\n", "line 2"),
        ("a.txt", "", "no frame"),
        ("a.chan", "1 0 0 0 0 0\n", "line 1"),
        ("a.chan", "1 0 0 0 0 0 0 200\n", "angle of view"),
        ("a.chan", "1 nan 0 0 0 0 0\n", "numbers that are none"),
        ("a.json", "{", "can't be read"),
        ("a.json", "[]", "does not say"),
        ("a.json", json.dumps({"schema": "scenelang.camera/1", "frames": [{"c2w": [1]}]}), "frame 0"),
        ("a.fbx", "", "no kind of camera file"),
    ],
)
def test_a_bad_file_is_an_error_with_its_reason(name: str, text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CameraFileError, match=says):
        read(tmp_path / name, Fraction(24))


def test_in_a_film_a_bad_or_missing_or_foreign_file_has_its_place(tmp_path: Path) -> None:
    (tmp_path / "scenelang.toml").write_text("")
    for name, code in (("gone.txt", "C036"), ("../x.txt", "C006")):
        path = tmp_path / "film.scene"
        path.write_text(FILM.format(camera=f'camera path from "{name}"'))
        film, found, _ = parse_file(path)
        errors = [d for d in analyse(film, found).diagnostics if d.severity == "error"]
        assert [d.code for d in errors] == [code] and errors[0].span.line == 6


def test_a_camera_from_a_file_takes_no_moves_and_may_be_shorter(tmp_path: Path) -> None:
    (tmp_path / "a.chan").write_text("".join(f"{n} 0 1 5 0 0 0 40\n" for n in range(12)))
    path = tmp_path / "film.scene"
    path.write_text(
        FILM.format(camera='camera path from "a.chan" { dolly in 1m; steadiness handheld 20% }')
    )
    film, found, _ = parse_file(path)
    codes = [d.code for d in analyse(film, found).diagnostics]
    assert sorted(codes) == ["C035", "C037"]
