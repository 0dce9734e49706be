"""The bench of a minute of Full HD sees who changes, who is mixed up, and what flickers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from bench.minute.looks import Looks, kept, looked
from bench.minute.plot import Line, Panel, write_plot
from bench.obedience.checks import FLICKER, IDENTITY
from bench.obedience.pictures import SIZE, lab
from films import plan_text

from scenelang.compiler.plan import Plan
from scenelang.runtime.previz.render import render_shot

FRAMES = range(2, 6)
FILM = """scenelang 1
film "Two" { size 256x144; fps 8 }
character anna "a woman in a red coat"
character jon "a man in a blue jacket"
place here "a room"
shot a 1s in here {
  camera from (0m, 1.5m, 4m) looking at (0m, 1m, 0m)
  anna at (-0.7m, 0m) facing camera
  jon at (0.7m, 0m) facing camera
}
"""


@pytest.fixture(scope="module")
def planned() -> tuple[Plan, np.ndarray, np.ndarray]:
    """The plan, and the animatic's frames and masks."""
    plan = plan_text(FILM)
    chunks = [*render_shot(plan, plan.shots[0], *SIZE, passes=("clay", "mask"), frames=FRAMES)]
    clay, mask = (np.concatenate([getattr(c, name) for c in chunks]) for name in ("clay", "mask"))
    return plan, clay, mask


def seen(plan: Plan, frames: np.ndarray) -> Looks:
    return looked(plan, plan.shots[0], FRAMES, lab(frames), start=2)


def test_the_animatic_is_itself(planned: tuple[Plan, np.ndarray, np.ndarray]) -> None:
    plan, clay, _ = planned
    found = seen(plan, clay)
    assert (found.shot, found.start, set(found.drawn)) == ("a", 2, {"anna", "jon"})
    for id in found.drawn:
        assert np.allclose(found.drawn[id], 0) and (found.apart[id] == 1).all()
        assert np.allclose(kept([found], id, 2), 0)
    assert np.isnan(found.flicker[0]) and found.flicker[1:].max() < 0.2
    assert np.isnan(found.unrest[0]) and np.allclose(found.unrest[1:], 0)


def test_a_coat_of_another_colour_is_another_person(
    planned: tuple[Plan, np.ndarray, np.ndarray],
) -> None:
    plan, clay, mask = planned
    frames = clay.copy()
    anna, jon = mask == 1, mask == 2
    frames[2:][anna[2:]] = clay[2:][jon[2:]].mean(0).astype(np.uint8)
    found = seen(plan, frames)
    off = kept([found], "anna", 2)
    assert off[:2].max() < 0.01 and off[2:].min() > IDENTITY
    assert found.apart["anna"].tolist() == [1, 1, 0, 0] and (found.apart["jon"] == 1).all()
    assert kept([found], "jon", 2).max() < 1


def test_what_is_drawn_otherwise_from_the_beginning_stays_who_it_is(
    planned: tuple[Plan, np.ndarray, np.ndarray],
) -> None:
    plan, clay, mask = planned
    frames = clay.copy()
    frames[mask == 1] //= 2
    found = seen(plan, frames)
    assert np.linalg.norm(found.drawn["anna"], axis=-1).min() > IDENTITY
    assert kept([found], "anna", 2).max() < 1


def test_light_that_trembles_is_flicker(planned: tuple[Plan, np.ndarray, np.ndarray]) -> None:
    plan, clay, _ = planned
    frames = clay.astype(int)
    frames[1::2] += 12
    found = seen(plan, frames.clip(0, 255).astype(np.uint8))
    assert found.flicker[1:].min() > FLICKER and found.unrest[1:].min() > FLICKER


def test_who_is_hardly_seen_is_not_judged(planned: tuple[Plan, np.ndarray, np.ndarray]) -> None:
    away = plan_text(FILM.replace("jon at (0.7m, 0m)", "jon at (0.7m, 200m)"))
    _, clay, _ = planned
    found = seen(away, clay)
    assert np.isnan(found.drawn["jon"]).all() and np.isnan(found.apart["anna"]).all()


def test_the_plot_is_svg_with_gaps(tmp_path: Path) -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0])
    panel = Panel("Identity < 8", 8.0, [Line("anna", "#c00", values)])
    write_plot(tmp_path / "plot.svg", [panel], [(0.0, "s010"), (2.0, "s020")], 4.0)
    tree = ElementTree.parse(tmp_path / "plot.svg")
    (line,) = [p for p in tree.iter("{http://www.w3.org/2000/svg}path") if p.get("stroke") == "#c00"]
    assert line.get("d", "").count("M") == 2 and line.get("d", "").count("L") == 1
