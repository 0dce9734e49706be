"""`check` from memory: the same answer as without, for as long as it holds, and nothing heavy imported."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from films import EXAMPLES

from scenelang.cli import known
from scenelang.cli.group import cli
from scenelang.cli.quick_check import quick_check
from scenelang.runtime.cache_folder import cache_folder

CORPUS = sorted((EXAMPLES.parent / "tests" / "corpus" / "err").glob("*.scene"))
HEAVY = {"lark", "pydantic", "click", "torch", "numpy", "diffusers", "transformers", "pygls", "rich"}
MAIN = "from scenelang.cli import main; main()"
FILM = 'scenelang 1\nimport "cast.scene" { mara }\nshot a 2s {\n  frame wide on mara\n}\n'
CAST = 'scenelang 1\ncharacter mara "a woman"\ncharacter lio "a man"\n'


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches" / "scenelang"


@pytest.fixture
def film(tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cast.scene").write_text(CAST)
    (tmp_path / "film.scene").write_text(FILM)
    (tmp_path / "scenelang.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "film.scene"


def check(*arguments: str) -> tuple[int, str, str]:
    """What Click's `check` prints."""
    done = CliRunner().invoke(cli, ["check", *arguments])
    return done.exit_code, done.stdout, done.stderr


OPTIONS = [
    (), ("--json",), ("--strict",), ("--quiet",), ("-q", "--json", "--strict"), ("--color", "always"),
    ("--color", "never", "--strict"), ("--color", "auto"),
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
def test_the_answer_is_the_same(
    options: tuple[str, ...], caches: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in [*CORPUS[::5], *sorted(EXAMPLES.glob("*.scene"))[:2]]:
        assert known.recall(str(path)) is None
        asked = check(str(path), *options)
        again = check(str(path), *options)
        assert quick_check([str(path), *options]) == asked[0]
        printed = capsys.readouterr()
        assert asked == again == (asked[0], printed.out, printed.err), path
        for entry in caches.iterdir():
            entry.unlink()


def test_several_films_are_one_report(caches: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(path) for path in CORPUS[:4]]
    asked = check(*paths)
    assert quick_check(paths) == asked[0] == 1
    assert capsys.readouterr().out == asked[1]


@pytest.mark.parametrize(
    "arguments", [["-"], ["--help"], ["--color", "red", "a.scene"], ["-qx", "a"], []]
)
def test_what_is_not_plain_is_left_to_click(arguments: list[str], caches: Path) -> None:
    assert quick_check(arguments) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda film: film.write_text(FILM.replace("wide", "wid")),
        lambda film: (film.parent / "cast.scene").write_text(CAST.replace("mara", "nora")),
        lambda film: (film.parent / "cast.scene").unlink(),
        lambda film: (film.parent / "cast.scene").rename(film.parent / "caste.scene"),
        lambda film: film.unlink(),
    ],
)
def test_a_change_of_anything_that_it_rests_on_is_seen(change, film: Path) -> None:  # type: ignore[no-untyped-def]
    before = check("film.scene")
    assert quick_check(["film.scene"]) == before[0] == 0
    change(film)
    assert known.recall("film.scene") is None
    assert check("film.scene")[0] == 1


def test_a_file_that_was_missing_is_seen_when_it_comes(film: Path) -> None:
    cast = film.parent / "cast.scene"
    cast.rename(film.parent / "other.scene")
    assert check("film.scene")[0] == 1
    assert quick_check(["film.scene"]) == 1
    (film.parent / "caste.scene").touch()  # the hint would name it
    assert known.recall("film.scene") is None
    (film.parent / "other.scene").rename(cast)
    assert check("film.scene")[0] == 0


def test_another_project_folder_is_seen(film: Path) -> None:
    inner = film.parent / "inner"
    inner.mkdir()
    (inner / "film.scene").write_text(FILM.replace("cast", "../cast"))
    assert check("inner/film.scene")[0] == 0
    (inner / "scenelang.toml").touch()  # what it imports lies outside now
    assert known.recall("inner/film.scene") is None
    assert check("inner/film.scene")[0] == 1


def test_another_scenelang_knows_nothing_of_it(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check("film.scene")
    monkeypatch.setattr("scenelang.__version__", "9.9")
    assert known.recall("film.scene") is None
    monkeypatch.undo()
    monkeypatch.setattr(known, "_code", lambda: "a line was changed")
    assert known.recall("film.scene") is None


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-20], lambda b: b.replace(b"all", b"any") + b" ", lambda b: b""]
)
def test_a_damaged_entry_counts_as_none_and_is_written_anew(damage, film: Path, caches: Path) -> None:  # type: ignore[no-untyped-def]
    asked = check("film.scene")
    (entry,) = caches.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert known.recall("film.scene") is None
    assert check("film.scene") == asked
    assert entry.read_bytes() == whole


def test_a_folder_that_others_can_write_is_not_trusted(film: Path, caches: Path) -> None:
    check("film.scene")
    caches.chmod(0o777)
    assert cache_folder() is None
    assert known.recall("film.scene") is None
    assert check("film.scene")[0] == 0
    caches.chmod(0o700)
    assert quick_check(["film.scene"]) == 0


def test_a_link_or_somebody_elses_folder_is_not_trusted(
    film: Path, caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check("film.scene")
    caches.rename(tmp_path / "elsewhere")
    caches.symlink_to(tmp_path / "elsewhere")
    assert known.recall("film.scene") is None
    caches.unlink()
    (tmp_path / "elsewhere").rename(caches)
    assert quick_check(["film.scene"]) == 0
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert known.recall("film.scene") is None


@pytest.mark.parametrize("home", ["/dev/null", "/nowhere/at/all", "/proc"])
def test_without_a_home_it_checks_all_the_same(
    home: str, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    if home == "/nowhere/at/all":
        monkeypatch.setattr(os, "makedirs", lambda *_, **__: (_ for _ in ()).throw(PermissionError()))
    assert [check("film.scene")[0] for _ in range(2)] == [0, 0]
    assert known.recall("film.scene") is None


def test_the_folder_stays_small(film: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST_FILES", 8)
    for n in range(12):
        Path(f"film{n}.scene").write_text(FILM)
        check(f"film{n}.scene")
        os.utime(max(caches.iterdir(), key=lambda p: p.stat().st_mtime_ns), ns=(n, n))
        quick_check(["film0.scene"])  # of use, so it stays
    assert len(list(caches.iterdir())) <= 8
    assert quick_check(["film0.scene"]) == 0
    assert known.recall("film1.scene") is None


def test_many_at_once_see_whole_entries(film: Path) -> None:
    asked = check("film.scene")

    def one(n: int) -> bool:
        known.remember("film.scene", [], [("names", "x", "")] if n % 2 else [])
        return known.recall("film.scene") in (None, [])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(one, range(40)))
    assert asked[0] == 0


def test_an_answer_from_memory_imports_nothing_heavy(film: Path) -> None:
    def run() -> tuple[subprocess.CompletedProcess[str], set[str]]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", MAIN, "check", "film.scene"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return done, {line.rsplit("|", 1)[1].strip() for line in lines}

    _, first = run()
    done, again = run()
    assert "1 film: all clear" in done.stderr
    # what is worked out takes the language alone, where the film has no mistake (grammar/plain.py)
    assert not {name.split(".")[0] for name in first} & HEAVY
    assert {name.split(".")[0] for name in again} & HEAVY == set()
    assert {name for name in again if name.startswith("scenelang.compiler.")} == set()
    assert {name for name in again if name.startswith("scenelang.grammar.")} == {
        "scenelang.grammar.facts",
        "scenelang.grammar.plain",
    }
