"""Every example goes all the way: checked, formatted, planned and rendered to a playable film."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest
from films import EXAMPLES

import scenelang as sl
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import DEFAULT_MODEL, load_backend

FILMS = sorted(p.stem for p in EXAMPLES.glob("*.scene") if p.stem != "cast")


@pytest.mark.parametrize("name", FILMS)
def test_an_example_renders_whole(name: str, tmp_path: Path) -> None:
    film = sl.load(EXAMPLES / f"{name}.scene")
    assert film.check() == []
    assert str(film) == (EXAMPLES / f"{name}.scene").read_text()
    plan = film.plan().model_copy(update={"size": (96, 54)})
    for _ in render_film(
        plan, load_backend(DEFAULT_MODEL), output=tmp_path / "film.mp4", profile="draft"
    ):
        pass
    with av.open(str(tmp_path / "film.mp4")) as container:
        (video,) = container.streams.video
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height, video.average_rate) == (96, 54, plan.rate)
        pictures = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    assert len(pictures) == plan.frames
    steps = [abs(a.astype(int) - b).mean() for a, b in pairwise(pictures)]
    cuts = {e.start for e in plan.edit}
    within = [s for i, s in enumerate(steps, start=1) if i not in cuts]
    assert max(within) < 25, "a take is broken"
    assert sum(s > 0.05 for s in within) > len(within) / 2, "nothing moves"


def test_a_storyboard_made_in_python_renders(tmp_path: Path) -> None:
    import runpy

    film = runpy.run_path(str(EXAMPLES / "storyboard.py"))["film"]
    done = film.render(tmp_path / "board.mp4", model="previz", profile="draft", shots=["d020"])
    assert done.frames == 48
    assert done.output.stat().st_size > 1000
