"""A film's outline: its cast, its scenes and their shots."""

from __future__ import annotations

from lsprotocol import types

from scenelang.editor.documents import Document
from scenelang.grammar import ast
from scenelang.grammar.source import Span
from scenelang.grammar.units import written

_KINDS = {
    "character": types.SymbolKind.Class,
    "prop": types.SymbolKind.Object,
    "place": types.SymbolKind.Namespace,
}


def outline(document: Document) -> list[types.DocumentSymbol]:
    return [s for node in document.film.statements if (s := _symbol(document, node))]


def _symbol(document: Document, node: ast.Node) -> types.DocumentSymbol | None:
    if isinstance(node, ast.Declaration):
        detail = node.description.value if node.description else ""
        return _made(document, node, node.name, f"{node.role} {detail}".strip(), _KINDS[node.role])
    if isinstance(node, ast.Shot):
        title = node.title.value if node.title else ""
        detail = f"{written(node.duration)} {title}".strip()
        return _made(document, node, node.name, detail, types.SymbolKind.Event)
    if isinstance(node, ast.Scene):
        shots = [s for inner in node.body if (s := _symbol(document, inner))]
        slug = node.slug.value if node.slug else ""
        return _made(document, node, node.name, slug, types.SymbolKind.Module, shots)
    if isinstance(node, ast.Header):
        return _made(document, node, None, "film", types.SymbolKind.File, name=node.title.value)
    return None


def _made(
    document: Document,
    node: ast.Node,
    word: ast.Word | None,
    detail: str,
    kind: types.SymbolKind,
    children: list[types.DocumentSymbol] | None = None,
    name: str = "",
) -> types.DocumentSymbol:
    whole, chosen = node.span, word.span if word else node.span
    assert isinstance(whole, Span) and isinstance(chosen, Span)
    return types.DocumentSymbol(
        (word.text if word else name) or "untitled", kind, document.range(whole), document.range(chosen),
        detail=detail, children=children,
    )  # fmt: skip
