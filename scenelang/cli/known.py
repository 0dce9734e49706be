"""Findings that `check` has told before, kept on disk for as long as nothing they rest on changes.

They rest on the film, on the files that it imports, on which files there are (all of these
are facts, see grammar/facts.py), and on scenelang itself. An entry that is damaged, of
another scenelang or from somebody else's hand counts as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from functools import cache

from scenelang.grammar.facts import Fact, holds
from scenelang.runtime.cache_folder import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scenelang.cli.report import Finding

_PACKAGE = sys.modules["scenelang"]  # importing it by name would, for linters, import the whole API
MOST_FILES = 500
MOST_BYTES = 8 << 20


def recall(file: str) -> list[Finding] | None:
    """What is wrong with a film, if that is known."""
    path = _entry(file)
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8", newline="") as entry:
            digest, body = entry.readline().rstrip("\n"), entry.read()
        if digest != _digest(body):
            return None
        read = json.loads(body)
        if not all(holds(tuple(fact)) for fact in read["facts"]):
            return None
        os.utime(path)  # it was of use: the least used go first
        findings: list[Finding] = read["findings"]
        return findings
    except (OSError, ValueError):
        return None


def remember(file: str, findings: list[Finding], facts: Iterable[Fact]) -> None:
    """Keeps the findings of a film. Where that can't be, they are worked out again next time."""
    path = _entry(file)
    if path is None:
        return
    entry = {"facts": sorted(facts), "findings": findings}
    try:
        body = json.dumps(entry, ensure_ascii=False)
        data = f"{_digest(body)}\n{body}".encode()
        part = f"{path}.{os.urandom(8).hex()}"
        with open(part, "xb") as out:
            out.write(data)
        os.replace(part, path)
        _prune(os.path.dirname(path))
    except (OSError, ValueError):
        pass


def _entry(file: str) -> str | None:
    """Its path is a hash of whatever findings rest on besides facts: a film's path is shown as given."""
    folder = cache_folder()
    try:
        key = [file, os.getcwd(), sys.version, _PACKAGE.__version__, _code()]
    except OSError:  # a folder that is there no more
        return None
    return os.path.join(folder, _digest(json.dumps(key))) if folder else None


@cache
def _code() -> str:
    """A hash of the sizes and times of scenelang's own files, which developers change."""
    from scenelang import compiler, grammar

    stamps: list[tuple[str, int, int]] = []
    folders = [*_PACKAGE.__path__, *compiler.__path__, *grammar.__path__]
    folders += [
        os.path.join(folder, name) for folder in folders for name in ("cli", "checks", "templates")
    ]
    for folder in folders:
        if os.path.isdir(folder):
            with os.scandir(folder) as files:
                stamps += [
                    (file.path, (found := file.stat()).st_mtime_ns, found.st_size)
                    for file in files
                    if file.is_file()
                ]
    return _digest(repr(sorted(stamps)))


def _prune(folder: str) -> None:
    """Takes out what was not of use for longest, until a quarter of the room is free."""
    with os.scandir(folder) as files:
        entries = [file for file in files if file.is_file()]  # folders in it are others' business
    found = sorted((file.stat().st_mtime_ns, file.stat().st_size, file.path) for file in entries)
    count, size = len(found), sum(size for _, size, _ in found)
    if count <= MOST_FILES and size <= MOST_BYTES:
        return
    for _, own, path in found:
        if count <= MOST_FILES * 3 // 4 and size <= MOST_BYTES * 3 // 4:
            return
        os.unlink(path)
        count, size = count - 1, size - own


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
