"""`watch`: a save shows in the page, and nothing but this machine is served."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import scenelang as sl
from scenelang.board.watch import Watch, serve
from scenelang.cli.watch import _explained
from scenelang.runtime.events import Checked
from scenelang.runtime.keys import take_keys
from scenelang.runtime.measured import keep_measured
from scenelang.runtime.outlook import Costing
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.previz.backend import PrevizBackend
from scenelang.runtime.store import Store

FILM = """scenelang 1
import "cast.scene"
film "T" { size 64x36; fps 12 }
shot a 6f { frame full on mara }
shot b 6f { frame wide on mara }
"""
CAST = 'scenelang 1\ncharacter mara "a woman in a red coat"\n'


class Board:
    """A watched film, its server, and what was said of its changes."""

    def __init__(self, film: Path, store: Store | None = None):
        self.said: list[str] = []
        self.stop = threading.Event()
        costing = Costing(store, project=film.parent)
        self.watch = Watch(str(film), PrevizBackend(), costing, "draft", _explained)
        self.server = serve(self.watch)
        self.port = self.server.server_port
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self.watch.run, args=(self.stop, self._say))
        self._thread.start()

    def _say(self, line: str) -> None:
        with self._changed:
            self.said.append(line)
            self._changed.notify_all()

    def settled(self, times: int) -> str:
        """The page once so many changes were shown in full."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.said) >= times, 120)
        return self.get("/")[1]

    def get(self, path: str, host: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def close(self) -> None:
        self.stop.set()
        self._thread.join()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "cast.scene").write_text(CAST)
    path = tmp_path / "film.scene"
    path.write_text(FILM)
    return path


@pytest.fixture
def board(film: Path) -> Iterator[Board]:
    board = Board(film)
    yield board
    board.close()


def save(path: Path, text: str) -> None:
    """As editors do: another file in its place."""
    part = path.with_suffix(".new")
    part.write_text(text)
    os.replace(part, path)


def test_a_save_shows_and_only_what_changed_is_drawn(board: Board, film: Path) -> None:
    html = board.settled(1)
    assert html.count("data:image/jpeg") == 2 and board.said[0].startswith("2 new stills")
    save(film, FILM.replace("frame wide", "frame medium"))
    assert "Medium" in board.settled(2) and board.said[1].startswith("1 new stills")
    save(film.with_name("cast.scene"), CAST.replace("red", "blue"))
    assert "blue coat" in board.settled(3) and board.said[2].startswith("2 new stills")


def test_a_shot_that_is_rendered_meanwhile_shows(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed: list[int] = []

    def counted(*given: Any, **more: Any) -> Any:
        keyed.append(1)
        return take_keys(*given, **more)

    monkeypatch.setattr("scenelang.board.watch.take_keys", counted)
    store, backend = Store(tmp_path / "store"), PrevizBackend()
    board = Board(film, store)
    try:
        before = board.settled(1)
        list(
            render_film(
                sl.load(film).plan(), backend, output=tmp_path / "a.mp4", profile="draft", shots=["a"],
                project=film.parent, store=store,
            )
        )  # fmt: skip
        after = board.settled(2)
        assert board.said[1].startswith("1 new stills")
        assert after.count("data:image/jpeg") == 2 and after != before
        assert len(keyed) == 2, "keys are made once for each change, not with each look at the files"
    finally:
        board.close()


def test_what_is_measured_of_a_take_meanwhile_shows(film: Path, tmp_path: Path) -> None:
    film.write_text(FILM.replace("on mara }", "on mara; expect subjects 1 }", 1))
    store, backend, plan = Store(tmp_path / "store"), PrevizBackend(), sl.load(film).plan()
    for _ in render_film(
        plan, backend, output=tmp_path / "a.mp4", profile="draft", project=film.parent, store=store, measured=False
    ):  # fmt: skip
        pass
    board = Board(film, store)
    try:
        assert "not measured yet" in board.settled(1)
        keys = take_keys(plan, backend, "draft", project=film.parent)
        keep_measured(store, keys or {}, [Checked("a", "subjects", "1", "1", 0.9, "held")])
        after = board.settled(2)
        assert "not measured yet" not in after and "found 1, confidence 0.90" in after
    finally:
        board.close()


def test_mistakes_stand_above_the_last_good_board(board: Board, film: Path) -> None:
    board.settled(1)
    save(film, FILM.replace("frame wide", "frame wid"))
    html = board.settled(2)
    assert "did you mean `wide`" in html and html.count("data:image/jpeg") == 2
    save(film, FILM)
    assert "did you mean" not in board.settled(3) and board.said[2].startswith("0 new stills")


def test_news_come_as_they_are_and_only_to_this_machine(board: Board, film: Path) -> None:
    board.settled(1)
    assert board.get("/", "evil.example:80")[0] == 403
    assert board.get("/", f"localhost:{board.port}")[0] == 200
    assert board.get("/etc/passwd")[0] == 404
    connection = http.client.HTTPConnection("127.0.0.1", board.port, timeout=60)
    connection.request("GET", "/news")
    answer = connection.getresponse()
    first = int(answer.readline().decode().removeprefix("data: "))
    assert first > 0 and answer.readline() == b"\n"
    save(film, FILM.replace("frame wide", "frame medium"))
    assert int(answer.readline().decode().removeprefix("data: ")) > first
    connection.close()


def test_a_film_that_cannot_be_planned_shows_why(tmp_path: Path) -> None:
    (tmp_path / "film.scene").write_text("scenelang 1\nshot <b> 6\n")
    board = Board(tmp_path / "film.scene")
    try:
        html = board.settled(1)
        assert "error[" in html and "&lt;b&gt;" in html and "<b>" not in html
    finally:
        board.close()
