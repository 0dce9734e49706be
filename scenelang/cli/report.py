"""What `check` prints: findings as they are shown, as data that can be kept, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:  # imports nothing: an answer that is known already is given in no time
    from typing import TypedDict

    class Finding(TypedDict):
        """One finding: its headline, the lines below it, and its row in the JSON document."""

        severity: str
        headline: str
        rest: str
        row: dict[str, str | int]


DIAGNOSTICS_SCHEMA = "scenelang.diagnostics/1"
# as Click writes its red and yellow
_COLOURS = {"error": "\x1b[31m\x1b[1m", "warning": "\x1b[33m\x1b[1m"}
_PLAIN = "\x1b[0m"

Echo = Callable[[str, bool, str], None]  # a text, whether to standard error, and its colour or none


def report(
    found: list[Finding], films: int, echo: Echo, *, as_json: bool, strict: bool, quiet: bool
) -> int:
    """Prints the findings of some films; the exit code is 1 where they have errors."""
    if as_json:
        document = {"schema": DIAGNOSTICS_SCHEMA, "diagnostics": [finding["row"] for finding in found]}
        echo(json.dumps(document, ensure_ascii=False), False, "")
    else:
        for finding in found:
            if not quiet or finding["severity"] == "error":
                echo(finding["headline"], False, _COLOURS[finding["severity"]])
                echo(finding["rest"], False, "")
        if not quiet:
            echo(_summary(found, films), True, "")
    return int(any(strict or finding["severity"] == "error" for finding in found))


def painted(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}" if colour else text


def _summary(found: list[Finding], films: int) -> str:
    errors = sum(finding["severity"] == "error" for finding in found)
    warnings = len(found) - errors
    where = f"{films} film{'s' * (films != 1)}"
    if not found:
        return f"{where}: all clear"
    return f"{where}: {errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
