"""The film obeys its file: the motion in the finished mp4, measured from its pixels alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import ONE_MOVES, one_move_film

import scenelang as sl
from scenelang.runtime.measure.camera_motion import classify, read_frames


@pytest.mark.parametrize("name", ONE_MOVES)
def test_one_move(name: str, tmp_path: Path) -> None:
    kind, direction, move = ONE_MOVES[name]
    film = sl.parse(one_move_film(move))
    film.render(tmp_path / "film.mp4", model="previz")
    seen = classify(read_frames(tmp_path / "film.mp4"))
    assert (seen.kind, seen.direction) == (kind, direction), seen
