"""Go to definition, and all references to a name."""

from __future__ import annotations

from lsprotocol import types

from scenelang.editor.documents import Document, Documents
from scenelang.editor.names import mention_at, mentions
from scenelang.editor.project import cast_of, everywhere, home_of
from scenelang.editor.tree import spot_at
from scenelang.grammar import ast


def definition(document: Document, documents: Documents, offset: int) -> list[types.Location]:
    """Where the name at an offset is made; for an import's path, the beginning of its file."""
    spot = spot_at(document.spots, offset)
    if spot and isinstance(spot.parent, ast.Import) and isinstance(spot.node, ast.Text):
        path = (document.path.parent / spot.node.value).resolve()
        start = types.Position(0, 0)
        return (
            [types.Location(documents.get(path).uri, types.Range(start, start))]
            if path.is_file()
            else []
        )
    cast = cast_of(document, documents)
    mention = mention_at(document.spots, cast, offset)
    if mention is None:
        return []
    if mention.kind == "cast":
        made = cast[mention.name]
        assert made.name.span is not None
        return [documents.get(home_of(made)).location(made.name.span)]
    same = (m for m in mentions(document.spots, cast) if m.makes and m.same(mention))
    return [document.location(m.span) for m in same]


def references(
    document: Document, documents: Documents, offset: int, with_definition: bool
) -> list[types.Location]:
    """All places of the project that speak of what the name at an offset means."""
    mention = mention_at(document.spots, cast_of(document, documents), offset)
    if mention is None:
        return []
    return [
        film.location(m.span)
        for film, _, found in everywhere(mention, document, documents)
        for m in found
        if with_definition or not m.makes
    ]
