"""`check` as it is mostly called, without Click; and without the language where the answer is known.

Whatever else stands on the command line, and what only Click can print, is left to Click.
"""

from __future__ import annotations

import os
import sys

from scenelang.cli.findings import findings_of
from scenelang.cli.report import painted, report

_FLAGS = {"--json": "as_json", "--strict": "strict", "--quiet": "quiet", "-q": "quiet"}


def quick_check(arguments: list[str]) -> int | None:
    """The exit code, after printing; None where Click is needed, and nothing is printed."""
    options = {"as_json": False, "strict": False, "quiet": False}
    colour: bool | None = None
    files = []
    rest = iter(arguments)
    for argument in rest:
        if argument in _FLAGS:
            options[_FLAGS[argument]] = True
        elif argument == "--color":
            said = next(rest, "")
            if said not in ("auto", "always", "never"):
                return None
            colour = {"always": True, "never": False}.get(said)
        elif argument.startswith("-"):
            return None
        else:
            files.append(argument)
    if not files or os.name == "nt" or not _plain(sys.stdout) or not _plain(sys.stderr):
        return None
    found = [finding for file in files for finding in findings_of(file)]
    if any("\x1b" in finding["headline"] + finding["rest"] for finding in found):
        return None  # Click takes such signs out, or not

    def echo(text: str, err: bool, paint: str) -> None:
        stream = sys.stderr if err else sys.stdout
        shown = stream.isatty() if colour is None else colour
        stream.write((painted(text, paint) if shown else text) + "\n")
        stream.flush()

    return report(found, len(files), echo, **options)


def _plain(stream: object) -> bool:
    """Whether a stream takes any text as it is."""
    return str(getattr(stream, "encoding", "")).lower() in ("utf-8", "utf8")
