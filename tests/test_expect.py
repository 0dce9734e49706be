"""What is expected of shots is measured on the finished film, told, and stops nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from films import EXAMPLES, plan_text
from pattern_backend import PatternBackend, film_plan, number_of, shot_plan

from scenelang.compiler.plan import EditPlan
from scenelang.runtime.errors import RenderError
from scenelang.runtime.measure.expect import check_film, check_take
from scenelang.runtime.measure.takes import OtherFilm, Take, takes
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.previz.backend import PrevizBackend

COMMAND = [sys.executable, "-c", "from scenelang.cli import main; main()"]
FILM = """scenelang 1

film "Expect" {{ size 320x180; fps 8 }}

character ada "a woman in a red coat"
character tom "a man in a blue coat"
place here "a forest"

shot a 1s in here {{
  camera from (0m, 1.5m, 8m) {{ truck right 1m }}
  ada at (-0.8m, 0m) facing camera
  tom at (0.8m, 0m) facing camera
  {}
}}
"""
HELD = "expect camera truck-right, subjects 2, frame wide"
SCHEMA = json.loads((EXAMPLES.parent / "docs" / "events.schema.json").read_text())


def scenelang(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]]]:
    """The folder of a film whose expectations are held, and what its render told."""
    folder = tmp_path_factory.mktemp("expect")
    (folder / "film.scene").write_text(FILM.format(HELD))
    done = scenelang("render", folder / "film.scene", "--model", "previz", "--json")
    assert done.returncode == 0, done.stderr
    return folder, [json.loads(line) for line in done.stdout.splitlines()]


def test_render_tells_what_is_held(rendered: tuple[Path, list[dict[str, object]]]) -> None:
    _, events = rendered
    for event in events:
        jsonschema.validate(event, SCHEMA)
    told = [e for e in events if e["event"] == "expectation"]
    assert [(e["what"], e["expected"], e["result"]) for e in told] == [
        ("camera", "truck-right", "held"), ("subjects", "2", "held"), ("frame", "wide", "held"),
    ]  # fmt: skip
    assert all(0 < e["confidence"] <= 1 for e in told)
    assert events[-1]["event"] == "done"
    assert [e["found"] for e in events[-1]["expectations"]] == [e["found"] for e in told]


def test_expect_measures_a_film_that_is_there(rendered: tuple[Path, list[dict[str, object]]]) -> None:
    folder, _ = rendered
    wrong = folder / "wrong.scene"
    wrong.write_text(FILM.format("expect camera dolly-in, subjects 1, frame close-up"))
    done = scenelang("expect", wrong, folder / "film.mp4")
    assert done.returncode == 0
    assert "expects camera dolly-in: not held; found truck-right" in done.stdout
    assert "expects subjects 1: not held; found 2" in done.stdout
    assert "expects frame close-up: not held; found wide" in done.stdout
    strict = scenelang("expect", wrong, folder / "film.mp4", "--strict", "--json")
    assert strict.returncode == 1
    rows = json.loads(strict.stdout)["expectations"]
    assert [row["result"] for row in rows] == 3 * ["not held"]


def test_expect_says_what_is_wrong_with_a_video(rendered: tuple[Path, list[dict[str, object]]]) -> None:
    folder, _ = rendered
    longer = folder / "longer.scene"
    longer.write_text(FILM.format(HELD).replace("shot a 1s", "shot a 2s"))
    done = scenelang("expect", longer, folder / "film.mp4")
    assert done.returncode == 1
    assert "1.00 s long, the film 2.00 s" in done.stderr
    assert "hint" in done.stderr
    done = scenelang("expect", folder / "film.scene", folder / "film.scene")
    assert (done.returncode, "can't be read" in done.stderr) == (1, True)
    none = folder / "none.scene"
    none.write_text(FILM.format(""))
    done = scenelang("expect", none, folder / "film.mp4")
    assert (done.returncode, "expects anything" in done.stderr) == (0, True)


def test_missing_opencv_is_one_warning(tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("raise ImportError('not here')\n")
    film = tmp_path / "film.scene"
    film.write_text(FILM.format(HELD).replace("320x180", "64x36"))
    done = scenelang("render", film, "--model", "previz", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0
    assert (tmp_path / "film.mp4").exists()
    assert done.stderr.count("could not be measured") == 1
    assert "pip install 'scenelang[measure]'" in done.stderr
    done = scenelang("expect", film, tmp_path / "film.mp4", PYTHONPATH=str(tmp_path))
    assert (done.returncode, "opencv-python-headless" in done.stderr) == (1, True)


def test_other_looks_are_unsure() -> None:
    """The planned people drawn in grey, and nothing at all: no claim that they are missing."""
    plan = plan_text(FILM.format("expect subjects 2, frame wide"))
    from scenelang.runtime.previz.render import render_shot

    passes = render_shot(plan, plan.shots[0], 320, 180)
    clay = np.concatenate([p.clay for p in passes if p.clay is not None])
    grey = np.stack([cv2.cvtColor(255 - f, cv2.COLOR_RGB2GRAY) for f in clay])[..., None].repeat(3, -1)
    for frames in (grey, np.full_like(clay, 128)):
        found = [*check_take(plan, Take(plan.shots[0], [*range(8)], frames))]
        assert [c.result for c in found] == ["unsure", "unsure"], found


def test_somebody_who_isnt_planned_makes_the_count_unsure(
    rendered: tuple[Path, list[dict[str, object]]],
) -> None:
    folder, _ = rendered
    alone = FILM.format("expect subjects 1").replace("  tom at (0.8m, 0m) facing camera\n", "")
    found = [*check_film(plan_text(alone), folder / "film.mp4")]
    assert [(c.found, c.result) for c in found] == [("1", "unsure")], found


def test_takes_are_what_no_transition_touches(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 12), shot_plan("b", 10)], size=(64, 32))
    edit = [EditPlan(shot="a", start=0), EditPlan(shot="b", start=8, enter="dissolve", enter_frames=4)]
    plan = plan.model_copy(update={"edit": edit, "frames": 18})
    for output in (tmp_path / "film.mp4", tmp_path / "frames"):
        for _ in render_film(plan, PatternBackend(), output=output if output.suffix else f"{output}/"):
            pass
        found = {take.shot.id: take for take in takes(output, plan, ["a", "b"])}
        assert found["a"].numbers == [*range(8)]
        assert found["b"].numbers == [*range(4, 10)]
        for take in found.values():
            assert [number_of(frame) for frame in take.frames] == take.numbers
        longer = plan.model_copy(update={"shots": [plan.shots[0], shot_plan("b", 12)], "frames": 20})
        with pytest.raises(OtherFilm, match="the film"):
            [*takes(output, longer, ["a", "b"])]


def test_shot_that_is_all_transition_is_unsure(tmp_path: Path) -> None:
    shots = [shot_plan("a", 4), shot_plan("b", 4)]
    shots[1] = shots[1].model_copy(update={"expect": [("camera", "static")]})
    plan = film_plan(shots, size=(64, 32))
    edit = [EditPlan(shot="a", start=0), EditPlan(shot="b", start=0, enter="dissolve", enter_frames=4)]
    plan = plan.model_copy(update={"edit": edit, "frames": 4})
    *_, done = render_film(plan, PatternBackend(), output=tmp_path / "film.mp4")
    assert [(c.shot, c.found, c.result) for c in done.expectations] == [("b", "", "unsure")]


def test_preview_of_a_pass_is_not_measured(tmp_path: Path) -> None:
    plan = plan_text(FILM.format(HELD).replace("320x180", "64x36"))
    *_, done = render_film(plan, PrevizBackend("mask"), output=tmp_path / "film.mp4", measured=False)
    assert done.expectations == ()
    with pytest.raises(RenderError, match="can't be read"):
        [*check_film(plan, tmp_path / "nothing.mp4")]
