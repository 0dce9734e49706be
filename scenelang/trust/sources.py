"""The files that a film was made of besides its own: what it imports, and what these import."""

from __future__ import annotations

import os
from pathlib import Path

from scenelang.grammar import ast, facts
from scenelang.grammar.parse import parse_file

MOST = 100  # files


def imported(film: ast.Film) -> tuple[tuple[str, bytes], ...]:
    """(path relative to the film's folder, contents) of each import of a film without errors."""
    home = Path(film.file).parent
    found: dict[str, bytes] = {}
    waiting = [film]
    while waiting and len(found) < MOST:
        one = waiting.pop(0)
        for statement in one.statements:
            if not isinstance(statement, ast.Import):
                continue
            path = Path(one.file).parent / statement.path.value
            name = os.path.relpath(path, home).replace(os.sep, "/")
            if name not in found:
                try:
                    found[name] = facts.read_bytes(str(path))
                except OSError:
                    continue
                waiting.append(parse_file(path)[0])
    return tuple(sorted(found.items()))
