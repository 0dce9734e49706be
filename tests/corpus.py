"""Films with mistakes in tests/corpus/err say in comments what is wrong with them.

`# error[S010] 14-17: …` behind a line is a diagnostic on that line, with its columns.
Where a line can't take a comment, because a text isn't closed in it, the expectation
stands at the top of the file with its line: `# error[S018] 4:13-22: …`.

`python tests/corpus.py --update` writes what the parser says now; read the difference.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scenelang.grammar.comments import find_comments
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse

FOLDER = Path(__file__).parent / "corpus"
UPDATE = "python tests/corpus.py --update"
_HEADER = re.compile(r"(# error\[\w+\] \d+:.*\n)+")
_TRAILING = re.compile(r"[^\S\n]*# error\[\w+\] \d+-.*")


def films(kind: str) -> list[Path]:
    return sorted((FOLDER / kind).glob("*.scene"))


def expectations(text: str) -> list[str]:
    """The diagnostics that a text expects, as `line:columns code: message; hint`."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        for code, place, message in re.findall(
            r"# error\[(\w+)\] ([\d:-]+): (.*?)(?=$| # error\[)", line
        ):
            place = place if ":" in place.split("-")[0] else f"{number}:{place}"
            found.append(f"{place} {code}: {message}")
    return sorted(found)


def findings(text: str) -> list[str]:
    """The diagnostics that the parser finds, in the same form."""
    return sorted(f"{d.span.line}:{_columns(d)} {d.code}: {_message(d)}" for d in parse(text)[1])


def updated(text: str) -> str:
    """A text with the expectations that the parser fulfils."""
    text = _HEADER.sub("", text, count=1) if _HEADER.match(text) else text
    text = "\n".join(_TRAILING.sub("", line) for line in text.split("\n"))
    lines = text.split("\n")
    rooms = [_has_room(lines[found.span.line - 1]) for found in parse(text)[1]]
    lines = ["#"] * rooms.count(False) + lines
    at_top = []
    for found, room in zip(parse("\n".join(lines))[1], rooms, strict=True):
        comment = f"# error[{found.code}] {_columns(found)}: {_message(found)}"
        if room:
            line = lines[found.span.line - 1]
            lines[found.span.line - 1] = f"{line} {comment}" if line else comment
        else:
            at_top.append(comment.replace("] ", f"] {found.span.line}:", 1))
    return "\n".join(at_top + lines[len(at_top) :])


def _has_room(line: str) -> bool:
    """Whether a comment can stand behind a line, which it can't in a text that isn't closed."""
    return bool(find_comments(f"{line} #"))


def _columns(found: Diagnostic) -> str:
    span = found.span
    end = "" if span.end_line == span.line else f"{span.end_line}:"
    return f"{span.column}-{end}{span.end_column}"


def _message(found: Diagnostic) -> str:
    return f"{found.message}; {found.hint}" if found.hint else found.message


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit(f"usage: {UPDATE}")
    for path in films("err"):
        path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8")
