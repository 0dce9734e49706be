"""The TextMate grammar of the VS Code extension, made from the vocabulary.

`python -m scenelang.editor.textmate` writes it; a test says when it must be written again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scenelang.editor import lexis

PATH = Path(__file__).parent / "vscode" / "scene.tmLanguage.json"

_BEGINS = r"(?:^|(?<=[{};]))\s*"  # where a statement or a field may begin
_NUMBER = r"-?(?:\d+(?:\.\d+)?|\.\d+)"


def textmate() -> dict[str, Any]:
    """The grammar; of two rules that match at one place the first wins."""
    escape = {"name": "constant.character.escape.scene", "match": r"\\."}
    patterns = [
        _rule("#.*$", "comment.line.number-sign"),
        {"name": "string.quoted.double.scene", "begin": '"', "end": '"|$', "patterns": [escape]},
        _rule(
            rf'{_BEGINS}({_any(lexis.declaring())})\s+([^\s{{;"#]+)',
            "", "keyword.control", "entity.name.type",
        ),
        _rule(rf"{_BEGINS}({_any(lexis.heads())})(?![\w-])", "", "keyword.control"),
        _rule(rf"{_BEGINS}({_any(lexis.fields())})(?![\w-])", "", "variable.other.property"),
        _rule(rf"\b\d+[x×]\d+\b|{_NUMBER}:{_NUMBER}|\bf/{_NUMBER}", "constant.numeric"),
        _rule(
            rf"(?<!\w){_NUMBER}({_any(lexis.units())})?(?!\w)", "constant.numeric", "keyword.other.unit"
        ),
        _rule(_words(lexis.keywords().values()), "keyword.other"),
        _rule(_words(lexis.vocabulary()), "support.constant"),
        _rule(r"\.\.|->|→|[@+]", "keyword.operator"),
    ]  # fmt: skip
    return {
        "name": "Scenelang",
        "scopeName": "source.scene",
        "fileTypes": ["scene"],
        "patterns": patterns,
    }


def _rule(match: str, whole: str, *groups: str) -> dict[str, Any]:
    """A rule with the scopes of what it matches and of the groups in it."""
    rule: dict[str, Any] = {"name": f"{whole}.scene"} if whole else {}
    rule["match"] = match
    if groups:
        rule["captures"] = {
            str(i): {"name": f"{scope}.scene"} for i, scope in enumerate(groups, start=1)
        }
    return rule


def _words(words: Iterable[str]) -> str:
    """Whole words only: not the `in` of `in-out`."""
    return rf"(?<![\w.-])(?:{_any(words)})(?![\w-])"


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def text() -> str:
    return json.dumps(textmate(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
