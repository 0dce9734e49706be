"""Renaming subjects, places, lights and labels in all files that speak of them."""

from __future__ import annotations

import re

from lsprotocol import types

from scenelang.editor.documents import Document, Documents
from scenelang.editor.lexis import heads, keywords, pattern
from scenelang.editor.names import Cast, Mention, mention_at, mentions
from scenelang.editor.project import cast_of, everywhere
from scenelang.grammar import vocabulary

_NOT_RENAMED = {
    "shot": "a shot's ID stays: its seed, and so its picture, come from it",
    "scene": "nothing refers to a scene's name: write another",
}


class Refused(Exception):
    """Why a name can't be changed, in words for the author."""


def renamable(document: Document, documents: Documents, offset: int) -> Mention:
    """The name at an offset; raises `Refused` where there is none that can be renamed."""
    mention = mention_at(document.spots, cast_of(document, documents), offset)
    if mention is None:
        raise Refused("no name stands here: subjects, places, lights and labels can be renamed")
    if mention.kind in _NOT_RENAMED:
        raise Refused(_NOT_RENAMED[mention.kind])
    if mention.kind == "light" and vocabulary.find("preset", mention.name):
        raise Refused(f"`{mention.name}` is a word of the language; it says what the light is like")
    return mention


def prepare(document: Document, documents: Documents, offset: int) -> types.PrepareRenamePlaceholder:
    mention = renamable(document, documents, offset)
    return types.PrepareRenamePlaceholder(document.range(mention.span), mention.name)


def rename(document: Document, documents: Documents, offset: int, name: str) -> types.WorkspaceEdit:
    mention = renamable(document, documents, offset)
    _check_name(name, mention)
    changes: dict[str, list[types.TextEdit]] = {}
    for film, cast, found in everywhere(mention, document, documents):
        if name != mention.name:
            _check_free(name, mention, film, cast)
        # two findings of one place would be two edits of it
        spans = {(m.span.start, m.span.end): m.span for m in found}
        changes[film.uri] = [types.TextEdit(film.range(span), name) for span in spans.values()]
    return types.WorkspaceEdit(changes=changes)


def _check_name(name: str, mention: Mention) -> None:
    if not re.fullmatch(pattern("NAME"), name):
        raise Refused(
            f"`{name}` is no name: a name is letters, digits, `_` and `-`, and begins with a letter"
        )
    # behind `facing` a word of the vocabulary comes before a subject
    faced = mention.kind == "cast" and vocabulary.find("facing", name)
    if faced or name in heads() or name in keywords().values():
        raise Refused(f"`{name}` is a word of the language; choose another name")


def _check_free(name: str, mention: Mention, film: Document, cast: Cast) -> None:
    if mention.kind == "cast" and name in cast:
        raise Refused(f"`{name}` is taken in {film.path.name}: choose another name")
    for other in mentions(film.spots, cast):
        if (other.kind, other.name, other.owner) == (mention.kind, name, mention.owner):
            line = f"line {other.span.line}"
            raise Refused(f"a {other.kind} is called `{name}` already, in {line}: choose another name")
