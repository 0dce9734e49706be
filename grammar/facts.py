"""What an answer was read from: every question put to the file system, and what it said.

Whoever parses or checks a film asks the file system here. Then an answer that was worked
out once is known to hold for as long as all of its questions are answered as before.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Fact = tuple[str, str, str]  # the question, the path, the answer

MOST_BYTES = 16 << 20  # of a file: some 20,000 shots

_asked: ContextVar[set[Fact] | None] = ContextVar("asked", default=None)


@contextmanager
def recorded() -> Iterator[set[Fact]]:
    """Collects what is asked inside of it."""
    facts: set[Fact] = set()
    token = _asked.set(facts)
    try:
        yield facts
    finally:
        _asked.reset(token)


def holds(fact: Fact) -> bool:
    """Whether the file system would give the same answer now."""
    question, path, answer = fact
    if question == "content":
        try:
            return _digest(_contents(path)) == answer
        except (OSError, ValueError) as error:
            return _failure(error) == answer
    asked = _QUESTIONS.get(question)
    return asked is not None and asked(path) == answer


def _contents(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + 1)  # a device may have no end
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MOST_BYTES >> 20} MB")
    return data


def read_bytes(path: str) -> bytes:
    """A file's contents; OSError where it can't be opened or has more than MOST_BYTES."""
    try:
        data = _contents(path)
    except (OSError, ValueError) as error:
        _record("content", path, _failure(error))
        raise
    _record("content", path, _digest(data))
    return data


def is_file(path: str) -> bool:
    return bool(_ask("file", path))


def exists(path: str) -> bool:
    return bool(_ask("exists", path))


def real(path: str) -> str:
    """The absolute path without links."""
    return _ask("real", path)


def names_in(folder: str) -> list[str]:
    """The names of the files in a folder, if it is one."""
    return [name for name in _ask("names", folder).split("\0") if name]


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL in it
        return os.path.abspath(path)


def _names(folder: str) -> str:
    try:
        return "\0".join(sorted(os.listdir(folder)))
    except (OSError, ValueError):
        return ""


def _said(question):  # type: ignore[no-untyped-def]
    return lambda path: "yes" if question(path) else ""


_QUESTIONS = {
    "file": _said(os.path.isfile), "exists": _said(os.path.exists), "real": _real, "names": _names,
}  # fmt: skip


def _ask(question: str, path: str) -> str:
    answer: str = _QUESTIONS[question](path)
    _record(question, path, answer)
    return answer


def _record(question: str, path: str, answer: str) -> None:
    facts = _asked.get()
    if facts is not None:
        facts.add((question, path, answer))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _failure(error: Exception) -> str:
    return f"{type(error).__name__} {getattr(error, 'errno', '')}"
