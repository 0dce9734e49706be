"""A film of any length for the benches: the scenes and shots of the reference films, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from scenelang.grammar import ast
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse_file

S = TypeVar("S", ast.Scene, ast.Shot)
EXAMPLES = Path(__file__).parents[2] / "examples"


def long_film(shots: int) -> str:
    """The text of a film of so many shots, each with an ID of its own."""
    films = [parse_file(path)[0] for path in sorted(EXAMPLES.glob("*.scene"))]
    cast: dict[str, ast.Declaration] = {}
    for film in films:
        for statement in film.statements:
            if isinstance(statement, ast.Declaration):
                cast.setdefault(statement.name.text, statement)
    whole = [s for film in films for s in film.statements if isinstance(s, ast.Scene | ast.Shot)]
    version = ast.Version(number=ast.Quantity(number=1))
    header = ast.Header(title=ast.Text(value="A long film"))
    return format_film(ast.Film(statements=(version, header, *cast.values(), *_repeated(whole, shots))))


def _repeated(whole: list[ast.Scene | ast.Shot], shots: int) -> Iterator[ast.Scene | ast.Shot]:
    made = 0
    for number, statement in enumerate(cycle(whole)):
        parts = [statement] if isinstance(statement, ast.Shot) else statement.body
        count = sum(isinstance(part, ast.Shot) for part in parts)
        if made + count > shots:
            rest = [s for s in whole if isinstance(s, ast.Shot)]
            yield from (_numbered(rest[n % len(rest)], number + n) for n in range(shots - made))
            return
        made += count
        yield _numbered(statement, number)


def _numbered(statement: S, number: int) -> S:
    """The statement and the shots in it with IDs that no others have."""
    name = statement.name.model_copy(update={"text": f"{statement.name.text}_{number}"})
    changes: dict[str, object] = {"name": name}
    if isinstance(statement, ast.Scene):
        changes["body"] = tuple(
            _numbered(part, number) if isinstance(part, ast.Shot) else part for part in statement.body
        )
    return statement.model_copy(update=changes)
