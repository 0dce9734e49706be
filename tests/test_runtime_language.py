"""A reference film, from its text to the written file, with the compiler's own conditioning."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import av
from pattern_backend import PatternBackend

from scenelang.compiler.pipeline import plan_film
from scenelang.grammar.parse import parse_file
from scenelang.runtime.events import Done
from scenelang.runtime.pipeline import render_film


def test_a_film_of_the_language_goes_all_the_way(tmp_path: Path) -> None:
    film, found, _ = parse_file(Path(__file__).parent.parent / "examples" / "letter.scene")
    assert not found
    plan = plan_film(film).model_copy(update={"size": (64, 36)})
    backend = PatternBackend(size=(48, 32), fps=Fraction(16), extra=1)
    *_, done = render_film(plan, backend, output=tmp_path / "film.mp4")
    assert isinstance(done, Done) and done.frames == plan.frames
    with av.open(str(tmp_path / "film.mp4")) as written:
        assert sum(1 for _ in written.decode(video=0)) == plan.frames
    assert [len(c.c2w_F44) for c in backend.conditioned] == [  # type: ignore[attr-defined]
        ceil(Fraction(16, 24) * shot.frames) for shot in plan.shots
    ]
    spoken = [line.text for shot in plan.shots for line in shot.dialogue]
    assert spoken and [t for t in spoken if t in (tmp_path / "film.srt").read_text()] == spoken
