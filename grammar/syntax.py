"""The parsers of scene.lark: the quick one for clean text, and Lark's for text with mistakes.

Both are made of tables that `make tables` writes (tables.py). Tables of another grammar
than scene.lark, or of another Lark, are never used: Lark works them out anew.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenelang.grammar.reader import Reader

if TYPE_CHECKING:
    from lark import Lark

FOLDER = Path(__file__).parent
FILES = {"reader": "reader.json", "lark": "recovery.json"}


def grammar_text() -> str:
    return (FOLDER / "scene.lark").read_text(encoding="utf-8")


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def tables(name: str) -> dict[str, Any]:
    """The tables of a parser as they were shipped, or worked out where the grammar is newer."""
    text = grammar_text()
    try:
        stored = (FOLDER / FILES[name]).read_text(encoding="utf-8")
        read: dict[str, Any] = json.loads(stored)
        if read["key"] == key_of(text):
            return read
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no file, or a damaged one
    from scenelang.grammar.tables import make_tables

    return make_tables(text)[name]


@cache
def reader() -> Reader:
    """The quick parser; doesn't import Lark."""
    return Reader(tables("reader"))


@cache
def grammar() -> Lark:
    """Lark's parser, which can go on behind a mistake."""
    from scenelang.grammar.tables import lark_of

    return lark_of(tables("lark"))
