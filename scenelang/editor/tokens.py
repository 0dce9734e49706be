"""Semantic tokens: what every word of a film is, names and words of the vocabulary told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from scenelang.editor.documents import Document, Documents
from scenelang.editor.lexis import keywords, pattern
from scenelang.editor.names import Cast, Mention, mentions
from scenelang.editor.project import cast_of
from scenelang.grammar import ast
from scenelang.grammar.comments import lexemes

_Type = types.SemanticTokenTypes
_NAMES = {
    "light": _Type.Variable,
    "label": _Type.Event,
    "shot": _Type.Function,
    "scene": _Type.Namespace,
}
_ROLES = {"character": _Type.Class, "prop": _Type.Struct, "place": _Type.Namespace}
_MADE = 1  # the bit of the one modifier
_ORDER = (
    *dict.fromkeys(
        [*_NAMES.values(), *_ROLES.values(), _Type.Keyword, _Type.Comment, _Type.String, _Type.Number,
         _Type.EnumMember, _Type.Property]
    ),
)  # fmt: skip
LEGEND = types.SemanticTokensLegend(
    [str(kind.value) for kind in _ORDER], [str(types.SemanticTokenModifiers.Declaration.value)]
)
# (start, end, type, modifiers)
Token = tuple[int, int, types.SemanticTokenTypes, int]


def semantic_tokens(document: Document, documents: Documents) -> types.SemanticTokens:
    return types.SemanticTokens(list(_encoded(document, _tokens(document, documents))))


def _tokens(document: Document, documents: Documents) -> list[Token]:
    """Tokens that don't overlap, in the order of the text."""
    cast = cast_of(document, documents)
    found: dict[int, Token] = {}
    for token in (
        *_lexical(document),
        *_values(document),
        *_named(mentions(document.spots, cast), cast),
    ):
        found[token[0]] = token
    tokens: list[Token] = []
    for token in sorted(found.values()):
        if token[1] > token[0] and (not tokens or tokens[-1][1] <= token[0]):
            tokens.append(token)
    return tokens


def _named(found: list[Mention], cast: Cast) -> Iterator[Token]:
    for m in found:
        kind = _ROLES[cast[m.name].role] if m.kind == "cast" and m.name in cast else _NAMES.get(m.kind)
        if kind:
            yield m.span.start, m.span.end, kind, _MADE if m.makes else 0


def _values(document: Document) -> Iterator[Token]:
    """Words of the vocabulary, fields and numbers."""
    for spot in document.spots:
        node, span = spot.node, spot.span
        if isinstance(node, ast.Quantity | ast.Size | ast.Aspect):
            yield span.start, span.end, _Type.Number, 0
        elif isinstance(node, ast.Word):
            free = isinstance(spot.parent, ast.Action) and spot.attribute == "words" and spot.number
            if not free:
                field = spot.attribute in ("key", "property")
                yield span.start, span.end, _Type.Property if field else _Type.EnumMember, 0


def _lexical(document: Document) -> Iterator[Token]:
    """Texts, comments and the grammar's own words; these also where a film is broken."""
    text = document.source.text
    taken: list[tuple[int, int]] = []
    for found in lexemes(text):
        if found.lastgroup in ("text", "comment"):
            taken.append(found.span())
            kind = _Type.Comment if found.lastgroup == "comment" else _Type.String
            yield found.start(), found.end(), kind, 0
    own = frozenset(keywords().values())
    inside = iter([*taken, (len(text), len(text))])
    start, end = next(inside)
    for word in re.finditer(pattern("NAME"), text):
        while end <= word.start() < len(text):
            start, end = next(inside)
        if word[0] in own and not start <= word.start() < end:
            yield word.start(), word.end(), _Type.Keyword, 0


def _encoded(document: Document, tokens: list[Token]) -> Iterator[int]:
    """Five numbers a token, each place relative to the one before."""
    line = character = 0
    for start, end, kind, modifiers in tokens:
        at, to = document.positions.position(start), document.positions.position(end)
        if at.line != to.line:
            continue
        if at.line != line:
            character = 0
        yield from (at.line - line, at.character - character, to.character - at.character)
        yield from (_ORDER.index(kind), modifiers)
        line, character = at.line, at.character
