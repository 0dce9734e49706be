"""Highlighters know the language's words: the TextMate grammar and the Pygments lexer."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from corpus import films
from pygments.token import Error, Keyword, Name, Number, String

from scenelang.editor import textmate
from scenelang.editor.pygments import SceneLexer

ROOT = Path(__file__).parent.parent
FILMS = [*sorted((ROOT / "examples").glob("*.scene")), *films("ok")]


def tokens(text: str) -> list[tuple[Any, str]]:
    return [(kind, value) for kind, value in SceneLexer().get_tokens(text) if value.strip()]


def test_the_textmate_grammar_is_the_vocabularys() -> None:
    written = textmate.PATH.read_text(encoding="utf-8")
    assert written == textmate.text(), "write it again: python -m scenelang.editor.textmate"


@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.stem)
def test_the_lexer_reads_films_without_errors(path: Path) -> None:
    text = path.read_text(encoding="utf-8-sig")
    found = list(SceneLexer(stripnl=False, ensurenl=False).get_tokens(text))
    assert [value for kind, value in found if kind is Error] == []
    assert "".join(value for _, value in found) == text


def test_the_lexer_tells_words_apart() -> None:
    found = tokens('character mara "a woman" { height 1.7m }\nshot a 4s { frame two-shot on mara }')
    for expected in [
        (Keyword.Declaration, "character"), (Name.Class, "mara"), (String.Double, '"a woman"'),
        (Name.Attribute, "height"), (Number, "1.7m"), (Name.Constant, "two-shot"), (Keyword, "on"), (Name, "mara"),
    ]:  # fmt: skip
        assert expected in found


def test_the_lexer_is_registered() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, name = project["entry-points"]["pygments.lexers"]["scene"].split(":")
    assert getattr(import_module(module), name) is SceneLexer
    assert {"scene", "scenelang"} == set(SceneLexer.aliases)


def test_without_pygls_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['pygls'] = None; from scenelang.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "lsp"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "pip install 'scenelang[editor]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_extension_names_files_that_are_there() -> None:
    folder = textmate.PATH.parent
    package = json.loads((folder / "package.json").read_text())
    (language,), (grammar,) = package["contributes"]["languages"], package["contributes"]["grammars"]
    for name in (package["main"], language["configuration"], grammar["path"]):
        assert (folder / name).is_file()
    assert "resolved" not in (folder / "package-lock.json").read_text()
