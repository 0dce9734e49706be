"""The reference films, from text to previz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenelang.compiler.pipeline import plan_film
from scenelang.grammar.parse import parse_file
from scenelang.runtime.previz.render import render_shot

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("name", ["tokyo", "letter", "monster"])
def test_every_shot_shows_its_subjects_and_something_happens(name: str) -> None:
    film, _, _ = parse_file(EXAMPLES / f"{name}.scene")
    plan = plan_film(film)
    for shot in plan.shots:
        ends = []
        for f in (0, shot.frames - 1):
            (got,) = render_shot(plan, shot, 64, 36, range(f, f + 1), ("clay", "mask", "depth"))
            assert got.clay is not None and got.mask is not None and got.depth is not None
            assert got.mask.any(), f"nobody is seen in {shot.id}"
            assert not np.isnan(got.depth).any() and (got.depth > 0).all()
            assert 12 < got.clay.mean() < 235, f"{shot.id} cannot be read"
            ends.append(got.clay.astype(int))
        assert np.abs(ends[1] - ends[0]).mean() > 2, f"{shot.id} stands still"
