"""The storyboard as a browser shows it: on a desk and on a phone, with nothing from elsewhere, and live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser, browser
from films import EXAMPLES
from in_process import scenelang
from test_watch import CAST, FILM, Board, save

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
DESK, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("letter") / "board.html"
    done = scenelang(
        "storyboard", EXAMPLES / "letter.scene", "-o", page, "--model", "previz", "--profile", "draft"
    )
    assert done.returncode == 0, done.stderr
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_fits_and_asks_for_nothing(
    chromium: Browser, letter: Path, size: tuple[int, int]
) -> None:
    chromium.requests.clear()
    chromium.open(letter.as_uri(), *size)
    assert chromium.value("document.documentElement.scrollWidth") <= size[0], (
        "nothing lies beside the screen"
    )
    assert chromium.value("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert chromium.value("document.images.length") > 0
    assert [url for url in chromium.requests if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in chromium.requests) == 1
    assert chromium.picture().startswith(b"\x89PNG")


def test_a_saved_film_shows_its_new_still(chromium: Browser, tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    (tmp_path / "cast.scene").write_text(CAST)
    film.write_text(FILM)
    board = Board(film)
    try:
        board.settled(1)
        chromium.requests.clear()
        chromium.open(f"http://127.0.0.1:{board.port}/", *DESK)
        chromium.wait("document.images.length === 2")
        before = chromium.value("[...document.images].map(i => i.src)")
        save(film, FILM.replace("frame wide", "frame full"))
        chromium.wait(
            f"[...document.images].some((i, n) => i.src !== {before!r}[n] && i.naturalWidth > 0)"
        )
        after = chromium.value("[...document.images].map(i => i.src)")
        assert len(before) == len(after)
        assert sum(a != b for a, b in zip(before, after)) == 1, "the other shot's still stays"
        here = (f"http://127.0.0.1:{board.port}/", "data:", "blob:")
        assert all(url.startswith(here) for url in chromium.requests)
    finally:
        board.close()
