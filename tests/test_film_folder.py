"""A film's life in a repository: a new folder, git's diffs of films, hooks, shell completion."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from films import EXAMPLES
from in_process import scenelang
from test_cli import COMMAND, TINY
from test_film_diff import git

import scenelang as sl
from scenelang.cli import COMMANDS
from scenelang.cli.group import cli
from scenelang.interchange.film_folder import GIT_SETTINGS, contents

ROOT = Path(__file__).parent.parent
FILES = {
    ".gitattributes", ".gitignore", ".pre-commit-config.yaml", "README.md", "cast.scene", "film.scene", "scenelang.toml",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films" / "first"
    done = scenelang("init", made)
    assert done.returncode == 0, done.stderr
    return made


# init -----------------------------------------------------------------------------------------


def test_a_new_film_works_as_it_is(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES == set(contents())
    films = sorted(folder.glob("*.scene"))
    assert scenelang("check", "--strict", *films).returncode == 0
    assert scenelang("fmt", "--check", *films).returncode == 0
    plan = sl.load(folder / "film.scene").plan()
    assert (len(plan.shots), plan.frames) == (2, 7 * 24)
    assert plan.subject("lamp").kind == "lantern"


def test_init_in_the_current_folder_says_what_is_next(tmp_path: Path) -> None:
    done = scenelang("init", cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    for line in GIT_SETTINGS:
        assert line in done.stderr
    assert scenelang("init", tmp_path / "other", "--quiet").stdout == ""


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    for name in ("film.scene", ".gitignore"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    done = scenelang("init", tmp_path)
    assert done.returncode == 1
    assert "film.scene" in done.stderr
    assert ".gitignore" in done.stderr
    assert "cast.scene" not in done.stderr
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == dict.fromkeys(
        ("film.scene", ".gitignore", "notes.txt"), "mine"
    )
    assert "is a file" in scenelang("init", tmp_path / "notes.txt").stderr


# git ------------------------------------------------------------------------------------------


def test_git_diff_shows_films_in_the_canonical_form(folder: Path) -> None:
    git(folder, "init", "-q")
    textconv, *others = GIT_SETTINGS
    assert textconv.endswith('"scenelang textconv"')
    git(folder, "config", "diff.scenelang.textconv", f"{shlex.join(COMMAND)} textconv")
    for setting in others:
        _, _, key, value = shlex.split(setting)
        git(folder, "config", key, value)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    film = folder / "film.scene"
    text = film.read_text()
    film.write_text(text.replace("frame wide", "frame    WS").replace("\n", "\r\n"))
    assert "@@" not in git(folder, "diff")  # the same film, written otherwise
    film.write_text(text.replace("frame close-up", "frame   MCU"))
    shown = git(folder, "diff", "-U0")
    assert "-    frame close-up on ada" in shown
    assert "+    frame medium-close-up on ada" in shown
    assert '@@ shot s020 "Her answer" 3s {' in shown


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\n", b"scenelang 1\nshot", b"{" * 3000, TINY.encode("utf-16")]
)
def test_textconv_prints_what_it_cant_read_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.scene"
    path.write_bytes(content)
    done = CliRunner().invoke(cli, ["textconv", str(path)])
    assert (done.exit_code, done.stdout_bytes, done.stderr) == (0, content, "")


def test_textconv_prints_the_canonical_form() -> None:
    film = EXAMPLES / "letter.scene"
    assert scenelang("textconv", film).stdout == film.read_text()
    assert scenelang("textconv", "no.scene").returncode == 1


def test_hooks_call_commands_that_there_are(folder: Path) -> None:
    published = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (local,) = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())["repos"]
    assert {hook["id"] for hook in published} == {"scenelang-check", "scenelang-fmt"}
    for hook in [*published, *local["hooks"]]:
        program, command = hook["entry"].split()
        assert (program, f"scenelang-{command}") == ("scenelang", hook["id"])
        assert command in COMMANDS
        assert hook["files"] == r"\.scene$"
    assert local["repo"] == "local"


# Completion -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    done = scenelang("completion", shell)
    assert done.returncode == 0
    assert f"_SCENELANG_COMPLETE={shell}_complete" in done.stdout


def test_completion_names_commands_and_options() -> None:
    def completed(words: str) -> list[str]:
        env = {
            "_SCENELANG_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        done = subprocess.run(
            COMMAND, env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
        return [line.split(",")[1] for line in done.stdout.split()]

    assert completed("scenelang che") == ["check"]
    assert "--strict" in completed("scenelang check --s")


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert scenelang("completion", "csh").returncode == 2
    assert set(COMMANDS) >= {"import", "diff", "init", "textconv", "completion"}
    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert "Example" in (command.epilog or "")
