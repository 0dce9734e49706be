"""The films of a project: what each of them knows, and where a name is spoken of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from scenelang.compiler.imports import declare
from scenelang.compiler.scope import Findings, Scope, project_folder
from scenelang.editor.documents import Document, Documents
from scenelang.editor.names import Cast, Mention, mentions
from scenelang.grammar import ast

_SKIPPED = ("node_modules", "__pycache__")


def cast_of(document: Document, documents: Documents) -> Cast:
    """The declarations that a film makes and imports."""
    scope = Scope(Findings(), True, documents.read)
    declare(document.film, scope, document.path)
    return scope.declarations


def home_of(declaration: ast.Declaration) -> Path:
    """The file that a declaration stands in."""
    assert declaration.span is not None
    return Path(declaration.span.file).resolve()


def films_beside(path: Path) -> Iterator[Path]:
    """All films of the project that a film belongs to, itself included."""
    seen = {path}
    yield path
    for folder, inner, files in os.walk(project_folder(path)):
        inner[:] = sorted(n for n in inner if not n.startswith(".") and n not in _SKIPPED)
        for name in sorted(files):
            found = (Path(folder) / name).resolve()
            if name.endswith(".scene") and found not in seen:
                seen.add(found)
                yield found


def everywhere(
    wanted: Mention, document: Document, documents: Documents
) -> Iterator[tuple[Document, Cast, list[Mention]]]:
    """Each film that speaks of what a mention in `document` means, its cast, and its mentions of it."""
    cast = cast_of(document, documents)
    if wanted.kind != "cast":
        yield document, cast, [m for m in mentions(document.spots, cast) if m.same(wanted)]
        return
    home = home_of(cast[wanted.name])
    for path in films_beside(home):
        if wanted.name not in documents.text(path):
            continue
        film = documents.get(path)
        known = cast_of(film, documents)
        if wanted.name in known and home_of(known[wanted.name]) == home:
            yield film, known, [m for m in mentions(film.spots, known) if m.same(wanted)]
