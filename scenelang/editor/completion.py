"""What can stand where something is being written.

Nothing here knows a statement: which words, names and units fit is asked of the parser,
by putting them in (context.py).
"""

from __future__ import annotations

import re
from dataclasses import replace

from lsprotocol import types

from scenelang.editor.completion_names import Items, files, import_path, importable, members, names
from scenelang.editor.context import Context, context_at
from scenelang.editor.documents import Document, Documents
from scenelang.editor.lexis import FREE, units
from scenelang.editor.names import Cast
from scenelang.editor.project import cast_of
from scenelang.editor.snippets import filled, snippet
from scenelang.editor.words import categories
from scenelang.grammar import ast
from scenelang.grammar.build_fields import TYPES
from scenelang.grammar.build_moves import form
from scenelang.grammar.forms import FORMS
from scenelang.grammar.heads import heads
from scenelang.grammar.vocabulary import (
    HEADS,
    MOVES,
    PROPERTIES,
    TERMS,
    Property,
    Term,
    find,
    find_move,
    find_property,
)

_WORD = re.compile(r"[^\W\d][\w'-]*$|[23]-?[\w-]*$")
_NUMBER = re.compile(r"(?<![\w.])(-?(?:\d+(?:\.\d+)?|\.\d+))([^\W\d]*)$")
_ANY = "any-name"  # stands for a name that nobody has
_Kind = types.CompletionItemKind


def complete(
    document: Document, documents: Documents, offset: int, snippets: bool = True
) -> list[types.CompletionItem]:
    """`snippets`: whether the editor can fill them in; else it gets the word alone."""
    text = document.source.text
    if path := import_path(text[:offset]):
        return list(files(document, offset, path))
    context = context_at(text, offset)
    if context is None:
        return []
    number = _NUMBER.search(context.statement)
    word = _WORD.search(context.statement)
    written = number[0] if number else word[0] if word else ""
    before = replace(context, statement=context.statement.removesuffix(written))
    items = list(_units(before, number[1])) if number else []
    if not items:
        items = list(_items(before, document, documents, offset))
    start = offset - len(written)
    seen: dict[str, types.CompletionItem] = {}
    for item in items:
        if not snippets:
            item.insert_text = item.insert_text_format = None
        text = item.insert_text or item.label
        item.text_edit = types.TextEdit(document.positions.range(start, offset), text)
        seen.setdefault(item.label, item)
    return list(seen.values())


def _items(context: Context, document: Document, documents: Documents, offset: int) -> Items:
    cast = cast_of(document, documents)
    if context.opener == "import":
        yield from importable(context, document, documents)
    elif context.block == "fields":
        yield from _fields(context)
    elif not context.statement.strip():
        yield from _statements(context, cast)
    elif context.statement.rstrip().endswith("."):
        yield from _animatable(context)
    elif context.block == "camera" and (move := _move(context)):
        yield from _of_move(move, cast)
    else:
        named = list(context.read_as(_ANY))
        if named:
            for category in categories(named[0]):
                # an action is told in the third person: `walks`
                yield from (_term(t, t.aliases[0] if category in FREE else "") for t in TERMS[category])
            yield from names(named[0], document, cast, offset)
        else:
            yield from _terms(context)
        yield from (types.CompletionItem(word, kind=_Kind.Keyword) for word in context.keywords())


# Statements -----------------------------------------------------------------------------


def _statements(context: Context, cast: Cast) -> Items:
    meanings = {term.word: term.meaning for term in HEADS.get(context.block, ())}
    for word in heads(context.block) if context.block in (*HEADS, "camera") else ():
        if term := find_move(word) if word not in meanings else None:
            if word == term.word:
                yield _snippet(word, term.meaning, filled(form(term)), form(term))
            continue
        filling = snippet(word)
        yield _snippet(word, meanings.get(word, ""), filling or word, FORMS.get(word.upper(), word))
    if context.block in ("scene", "shot"):
        yield from members(cast, place=False)


def _snippet(label: str, detail: str, text: str, form: str) -> types.CompletionItem:
    return types.CompletionItem(
        label, kind=_Kind.Keyword, detail=detail, insert_text=text,
        insert_text_format=types.InsertTextFormat.Snippet if text != label else None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, f"```scene\n{form}\n```"),
    )  # fmt: skip


# Fields ---------------------------------------------------------------------------------


def _fields(context: Context) -> Items:
    owner = context.opener
    words = context.statement.split()
    if not words:
        given = {before.split()[0] for before in context.before}
        for prop in PROPERTIES[owner]:
            if prop.key not in given:
                line = f"{prop.key} {TYPES[prop.type][1]}".rstrip()
                yield _snippet(prop.key, prop.meaning, filled(line), line)
    elif len(words) == 1 and (known := find_property(owner, words[0])) and known.type != "flag":
        yield _sample(known)
        yield from _terms(context)


def _animatable(context: Context) -> Items:
    """The properties that `animate` can drive, of a light or of particles: `rain.`."""
    found = re.search(r"([^\W\d][\w-]*)\s*\.\s*$", context.statement)
    owner = "particles" if found and find("particles", found[1]) else "light"
    for prop in PROPERTIES[owner]:
        if prop.animatable:
            yield types.CompletionItem(prop.key, kind=_Kind.Property, detail=prop.meaning)


def _sample(prop: Property) -> types.CompletionItem:
    name, sample = TYPES[prop.type]
    return types.CompletionItem(
        sample, kind=_Kind.Value, detail=name, insert_text=filled(sample, headed=False),
        insert_text_format=types.InsertTextFormat.Snippet,
    )  # fmt: skip


# Words ----------------------------------------------------------------------------------


def _terms(context: Context) -> Items:
    """The words that the parser takes here, of each category of which it takes the first."""
    for terms in (*TERMS.values(), MOVES):
        if _takes(context, terms[0].word):
            yield from (_term(term) for term in terms if _takes(context, term.word))
    yield from _second_words(context)


def _second_words(context: Context) -> Items:
    """What completes a term of two words of which the first is written."""
    first = context.statement.split()[-1]
    shorter = replace(context, statement=context.statement.rstrip().removesuffix(first))
    for term in (term for terms in TERMS.values() for term in terms):
        if term.word.startswith(f"{first} ") and _takes(shorter, term.word):
            item = _term(term)
            item.label = term.word.removeprefix(f"{first} ")
            item.filter_text = None
            yield item


def _takes(context: Context, word: str) -> bool:
    """Whether the parser reads a term as itself here, not as another's alias."""
    read = context.read_as(word, rests=("",))
    return any(isinstance(spot.node, ast.Word) and spot.node.text == word for spot in read)


def _term(term: Term, form: str = "") -> types.CompletionItem:
    """A word of the vocabulary; `form` is which of its aliases is written."""
    also = f" (also {', '.join(term.aliases)})" if term.aliases else ""
    return types.CompletionItem(
        form or term.word, kind=_Kind.EnumMember, detail=term.meaning + also,
        filter_text=" ".join((term.word, *term.aliases)),
    )  # fmt: skip


def _move(context: Context) -> str:
    """The move that is being written, by the last `+` of the statement."""
    words = re.findall(r"[^\W\d][\w-]*", re.split(r"[+,]", context.statement)[-1])
    return next((word for word in words if find_move(word)), "")


def _of_move(name: str, cast: Cast) -> Items:
    term = find_move(name)
    assert term is not None
    for word in (*term.directions, *(f"from {side}" for side in term.sides)):
        yield types.CompletionItem(word, kind=_Kind.EnumMember, detail=form(term))
    if term.preposition:
        yield types.CompletionItem(term.preposition, kind=_Kind.Keyword, detail=form(term))
    if term.directions:
        yield from map(_term, TERMS["speed"])
    if term.target:
        yield from members(cast, place=False)


def _units(context: Context, number: str) -> Items:
    """The units that the parser takes behind a number."""
    for unit in units():
        for spot in context.read_as(number + unit):
            if isinstance(spot.node, ast.Quantity):
                yield types.CompletionItem(number + unit, kind=_Kind.Unit)
