"""Iterating at the command line: plan, budget, lock, takes, pages, cache."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess

import jsonschema
import pytest
from films import EXAMPLES
from in_process import scenelang

FILM = """scenelang 1
film "A <b>bold</b> & short one" { size 64x36; fps 12 }
character mara "a woman in a <i>red</i> coat"
place street "a snowy street"
shot a 6f "<script>alert(1)</script>" in street {
  frame full on mara
  particles snow { density 60% }
  mara says "\\"</style><img src=x>\\""
}
shot b 6f in street { frame wide on mara }
"""


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "film").mkdir()
    path = tmp_path / "film" / "film.scene"
    path.write_text(FILM)
    return path


def previz(*arguments: str | Path) -> CompletedProcess[str]:
    return scenelang(*arguments, "--model", "previz")


def plan(film: Path, *more: str) -> dict:  # type: ignore[type-arg]
    document = json.loads(previz("plan", film, "--json", *more).stdout)
    jsonschema.validate(
        document, json.loads((EXAMPLES.parent / "docs" / "report.schema.json").read_text())
    )
    return document


def rendered(film: Path, *more: str) -> list[str]:
    """The shots that a render made."""
    done = previz("render", film, "--json", *more)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [event["shot"] for event in events if event["event"] == "shot"]


# Plan and budget ------------------------------------------------------------------------------


def test_plan_knows_what_is_cached_and_learns_how_long_it_takes(film: Path) -> None:
    before = plan(film)
    assert [shot["cached"] for shot in before["shots"]] == [False, False]
    assert before["total"]["cost"]["seconds"] is None and before["total"]["runs"] == 2
    assert "time unknown" in previz("plan", film).stdout
    assert rendered(film) == ["a", "b"]
    after = plan(film)
    assert [shot["cached"] for shot in after["shots"]] == [True, True]
    assert all(shot["cost"]["seconds"] > 0 for shot in after["shots"])
    assert after["total"]["runs"] == 0 and after["total"]["cost"]["seconds"] is not None
    assert "2 cached, nothing to render" in previz("plan", film).stdout
    film.write_text(FILM.replace("frame wide", "frame full"))
    assert [shot["runs"] for shot in plan(film)["shots"]] == [False, True]
    assert plan(film, "--shots", "a")["total"]["runs"] == 0
    assert rendered(film) == ["b"]


def test_a_budget_stops_a_render_before_it_starts(film: Path) -> None:
    settings = film.parent / "scenelang.toml"
    settings.write_text("[budget]\nprice = 0.0\n[price]\nper_hour = 3600\n")
    done = previz("render", film)
    assert done.returncode == 3 and "how much this takes is not known" in done.stderr
    assert not film.with_suffix(".mp4").exists()
    assert previz("render", film, "--yes").returncode == 0
    film.write_text(FILM.replace("frame wide", "frame full"))
    found = plan(film)
    assert found["total"]["cost"]["price"] == pytest.approx(found["total"]["cost"]["seconds"])
    assert found["total"]["currency"] == "USD" and len(found["total"]["over_budget"]) == 1
    done = previz("render", film)
    assert done.returncode == 3 and "the budget is 0 price" in done.stderr
    assert previz("render", film, "--takes", "2", "--shots", "a").returncode == 3
    settings.write_text("[budget]\nprice = 1e6\n[price]\nper_hour = 1\n")
    assert rendered(film) == ["b"]
    settings.write_text("[budget]\nmoney = 1\n")
    done = previz("render", film)
    assert done.returncode == 2 and "budget.money" in done.stderr


def test_a_plan_that_no_longer_fits_is_refused(film: Path) -> None:
    written = film.parent / "film.plan.json"
    assert previz("plan", film, "-o", written, "-q").returncode == 0
    assert rendered(film, "--plan", str(written)) == ["a", "b"]
    film.write_text(FILM.replace("frame wide", "frame full"))
    done = previz("render", film, "--plan", written)
    assert done.returncode == 3 and "shots b changed" in done.stderr
    written.write_text("{}")
    assert previz("render", film, "--plan", written).returncode == 2
    assert previz("render", film, "--plan", written.with_name("no.json")).returncode == 2


def test_a_lock_refuses_to_drift(film: Path) -> None:
    lock = film.with_suffix(".lock")
    assert previz("render", film, "--locked").returncode == 3
    assert rendered(film, "--lock") == ["a", "b"] and lock.exists()
    assert rendered(film, "--locked") == []
    locked = json.loads(lock.read_text())
    assert set(locked["shots"]) == {"a", "b"} and locked["model"]["model"] == "previz"
    film.write_text(FILM.replace("frame wide on mara }", "frame wide on mara\nseed 3 }"))
    done = previz("render", film, "--locked")
    assert done.returncode == 3 and re.search(r"shot b: seed \d+, now 3", done.stderr)
    done = previz("render", film)
    assert done.returncode == 0 and "film.lock says otherwise: shot b" in done.stderr
    assert json.loads(lock.read_text()) == locked, "only --lock writes it"
    film.write_text(
        FILM.replace("frame full", "frame wide").replace("frame wide on mara }", "frame full on mara }")
    )
    done = previz("render", film, "--locked")
    assert done.returncode == 3 and "shot a: changed; shot b: changed" in done.stderr
    lock.write_text("{}")
    assert previz("render", film, "--locked").returncode == 1
    film.write_text(FILM)
    lock.write_text(json.dumps({**locked, "model": {**locked["model"], "code": "another"}}))
    done = previz("render", film, "--locked")
    assert done.returncode == 3 and "model code: another, now " in done.stderr


# Takes ----------------------------------------------------------------------------------------


def test_takes_are_made_seen_and_picked(film: Path) -> None:
    page = film.with_suffix(".takes.html")
    done = previz("takes", film)
    assert done.returncode == 0 and "No shot has several takes yet" in page.read_text()
    done = previz("render", film, "--takes", "3", "--shots", "a", "--json")
    takes = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "take"]
    assert [take["take"] for take in takes] == [1, 2, 3] and len({take["seed"] for take in takes}) == 3
    assert not film.with_suffix(".mp4").exists()
    assert previz("takes", film).returncode == 0
    html = page.read_text()
    assert html.count("<video") == 3 and html.count("data:video/mp4;base64,") == 3
    assert "take 1, the film’s" in html
    assert previz("pick", film, "a", "3").returncode == 0
    assert f"seed {takes[2]['seed']}" in film.read_text()
    assert [shot["cached"] for shot in plan(film)["shots"]] == [True, False]
    assert rendered(film, "--takes", "3", "--shots", "a") == [], "their numbers stay"
    done = previz("pick", film, "a", "4")
    assert done.returncode == 1 and "there are 3 takes" in done.stderr
    assert scenelang("pick", "a", "--seed", "9", cwd=film.parent).returncode == 0
    assert "seed 9" in film.read_text()
    assert previz("pick", film, "z", "1").returncode == 2
    assert scenelang("pick", film, "a", "two").returncode == 2


# The page -------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [v or "" for k, v in attrs if k in ("src", "href", "action", "poster", "srcset")]
        assert not [k for k, _ in attrs if k.startswith("on")]


def test_the_storyboard_needs_nothing_and_shows_any_text_as_text(film: Path) -> None:
    assert previz("storyboard", film, "-o", film.with_name("board.html")).returncode == 0
    html = film.with_name("board.html").read_text()
    tags = Tags()
    tags.feed(html)
    assert "script" not in tags.names and "i" in tags.names and tags.names.count("img") == 2
    assert all(link.startswith(("#", "data:image/jpeg;base64,")) for link in tags.links)
    assert not re.search(r"(?<!%)https?://|@import|url\(", html.replace("http-equiv", ""))
    assert "<title>A &lt;b&gt;bold&lt;/b&gt; &amp; short one</title>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "&lt;/style&gt;&lt;img src=x&gt;" in html
    assert html.count("<svg") == 4 and "animatic" in html and "snow 60 %" in html


def test_the_storyboard_shows_takes_that_are_cached(film: Path) -> None:
    rendered(film)
    previz("storyboard", film)
    html = film.with_suffix(".storyboard.html").read_text()
    assert "<i>animatic</i>" not in html and html.count("<img") == 2 and "nothing to render" in html


# The cache ------------------------------------------------------------------------------------


def test_the_cache_is_shown_checked_and_emptied(film: Path) -> None:
    rendered(film)
    info = json.loads(scenelang("cache", "info", "--json").stdout)
    assert info["takes"]["count"] == 2 and info["bytes"] > 1000 and info["limit"] == 20 * 10**9
    assert "takes: 2" in scenelang("cache", "info").stdout
    assert scenelang("cache", "check").returncode == 0
    frames = next(Path(info["folder"]).glob("frames/*/*.0000"))
    frames.write_bytes(frames.read_bytes()[:-1])
    done = scenelang("cache", "check")
    assert done.returncode == 1 and "was damaged" in done.stdout
    assert len(rendered(film)) == 1
    assert scenelang("cache", "prune", "--to", "much").returncode == 2
    assert json.loads(scenelang("cache", "prune", "--to", "0B", "--json").stdout)["removed"] == 2
    assert json.loads(scenelang("cache", "info", "--json").stdout)["bytes"] == 0
    assert rendered(film) == ["a", "b"]
