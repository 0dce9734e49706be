"""Which names and files can stand where something is being written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from scenelang.editor.context import Context
from scenelang.editor.documents import Document, Documents
from scenelang.editor.names import Cast, lights, mentions, role_of
from scenelang.editor.project import films_beside
from scenelang.editor.tree import Spot
from scenelang.grammar import ast

_Kind = types.CompletionItemKind
Items = Iterator[types.CompletionItem]


def names(spot: Spot, document: Document, cast: Cast, offset: int) -> Items:
    """The names that fit where the parser reads a name as `spot`."""
    kind, makes = role_of(spot)
    if makes:
        return
    around = [s for s in _blocks(document.film) if s.span and s.span.start <= offset <= s.span.end]
    if kind == "label":
        shots = [s for s in around if isinstance(s, ast.Shot)]
        for m in mentions(document.spots, cast):
            if m.kind == "label" and m.makes and m.owner in shots:
                yield types.CompletionItem(m.name, kind=_Kind.Event)
    elif kind == "light":
        for block in around:
            yield from (types.CompletionItem(name, kind=_Kind.Variable) for name in lights(block))
            for s in block.body:
                if isinstance(s, ast.Particles):
                    yield types.CompletionItem(s.kind.text, kind=_Kind.Variable)
    else:
        yield from members(cast, place=spot.attribute == "place")


def _blocks(film: ast.Film) -> Iterator[ast.Scene | ast.Shot]:
    yield from (node for node in film.walk() if isinstance(node, ast.Scene | ast.Shot))


def members(cast: Cast, place: bool | None = None) -> Items:
    """Places, or subjects, or both."""
    for name, declaration in cast.items():
        if place is None or (declaration.role == "place") == place:
            text = declaration.description.value if declaration.description else ""
            yield types.CompletionItem(name, kind=_Kind.Variable, detail=f"{declaration.role}: {text}")


def import_path(text: str) -> str:
    """What a text that ends in an import's path has of it, with its quote; empty elsewhere."""
    found = re.search(r'^[^\S\n]*import[^\S\n]+("[^"\n]*)\Z', text, re.M)
    return found[1] if found else ""


def files(document: Document, offset: int, written: str) -> Items:
    edited = document.positions.range(offset - len(written) + 1, offset)
    for path in films_beside(document.path):
        if path != document.path:
            name = Path(os.path.relpath(path, document.path.parent)).as_posix()
            yield types.CompletionItem(name, kind=_Kind.File, text_edit=types.TextEdit(edited, name))


def importable(context: Context, document: Document, documents: Documents) -> Items:
    """What the file of the import that is being written declares."""
    if path := re.search(r'"([^"\n]*)"', context.heads[-1]):
        film = documents.get((document.path.parent / path[1]).resolve()).film
        yield from members({d.name.text: d for d in film.statements if isinstance(d, ast.Declaration)})
