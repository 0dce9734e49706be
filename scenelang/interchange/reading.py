"""Reads a text that isn't Scenelang's own: UTF-8, of a sensible size, or an error that says what to do."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from scenelang.grammar.parse import source_of

LARGEST = 4_000_000  # bytes; a long feature's screenplay has a tenth of it


class InterchangeError(Exception):
    """Something that can't be brought in, or compared. `hint` says what to do next."""

    def __init__(self, message: str, hint: str = ""):
        self.message = message
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)


def read_text(file: str, what: str) -> str:
    """The text of a file, or of standard input for `-`; `what` it should be is said in errors.

    Newlines are `\\n`. Raises InterchangeError for a file that isn't there, is too large or is no text.
    """
    data = _bytes(file)
    if len(data) > LARGEST:
        raise InterchangeError(
            f"`{file}` is larger than {LARGEST // 1_000_000} MB, too large to be {what}",
            "check the path",
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InterchangeError(f"`{file}` is in UTF-16", "save it again as UTF-8")
    if b"\0" in data:
        raise InterchangeError(
            f"`{file}` is not text", f"{what} is a text file in UTF-8; check the path"
        )
    try:
        text = source_of(data.decode("utf-8")).text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InterchangeError(
            f"`{file}` is not UTF-8: byte 0x{data[error.start]:02x} in line {line}",
            "save it again as UTF-8",
        ) from error
    if not text.strip():
        raise InterchangeError(f"`{file}` is empty", f"it should be {what}")
    return text


def _bytes(file: str) -> bytes:
    """No more of a file than tells that it is too large."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except IsADirectoryError as error:
        raise InterchangeError(f"`{file}` is a folder", "name the file in it") from error
    except FileNotFoundError as error:
        raise InterchangeError(f"there is no file `{file}`", "check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InterchangeError(f"`{file}` can't be opened: {reason}", "check its permissions") from error


def one_line(text: str) -> str:
    """A text on one line, without control characters."""
    seen = (" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join("".join(seen).split())
