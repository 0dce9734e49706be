"""Where in a film something is being written: the blocks around it and the statement so far.

Only braces and the ends of statements count here, so that it works in a film that is
broken elsewhere. `Context.trial` then asks the parser itself what could stand there: a
small film of nothing but the heads of the blocks and the statement, with a word put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lark.exceptions import UnexpectedInput

from scenelang.editor.lexis import keywords, pattern
from scenelang.editor.tree import Spot, spots
from scenelang.grammar.ast import Film
from scenelang.grammar.codes import Code
from scenelang.grammar.comments import lexemes
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse
from scenelang.grammar.stack import Stack
from scenelang.grammar.vocabulary import PROPERTIES

# an import without names may bring any, so no name is taken for a misspelt statement
_OPENING = 'scenelang 1\nimport "any"\n'
_GOES_ON = re.compile(r"[,+]\s*(?:#[^\n]*)?$")
_ANIMATED = next(p.key for p in PROPERTIES["light"] if p.animatable and p.type == "ratio")
_INCOMPLETE = (Code.MISSING, Code.UNFINISHED)
# what may have to follow a word before its statement is complete enough to be read
REST = ("", ")", ", 0m)", " @ 0s", " any waits", ".. any waits", " -> any", f".{_ANIMATED}: 0% @ 0s")


@dataclass(frozen=True)
class Context:
    """`heads` are those of the blocks around, outermost first; `statement` ends at the word."""

    heads: tuple[str, ...]
    before: tuple[str, ...]  # the statements before it in its block
    statement: str

    @property
    def opener(self) -> str:
        """The word that the innermost block's head begins with."""
        words = self.heads[-1].split() if self.heads else []
        return words[0] if words else ""

    @property
    def block(self) -> str:
        """file, scene, shot or camera; or fields."""
        if not self.heads:
            return "file"
        return "fields" if self.opener in PROPERTIES or self.opener == "import" else self.opener

    @property
    def text(self) -> str:
        """The small film up to the word."""
        return _OPENING + "".join(f"{head} {{\n" for head in self.heads) + self.statement

    def trial(self, word: str, rest: str = "") -> tuple[Film, tuple[Diagnostic, ...]]:
        return parse(self.text + word + rest + "\n}" * len(self.heads))

    def read_as(self, word: str, rests: tuple[str, ...] = REST) -> Iterator[Spot]:
        """What a word, put here, becomes in the tree; nothing where the parser can't take it."""
        start = len(self.text)
        for rest in rests:
            film, found = self.trial(word, rest)
            wrong = (d for d in found if d.code not in _INCOMPLETE)
            if any(start <= d.span.start < start + len(word) for d in wrong):
                continue
            at = [s for s in spots(film) if (s.span.start, s.span.end) == (start, start + len(word))]
            if at:
                yield from at
                return

    def keywords(self) -> list[str]:
        """The words of the grammar that can come next."""
        stack = Stack(self.text)
        try:
            stack.read()
        except UnexpectedInput:
            return []
        return sorted(keywords()[kind] for kind in stack.accepted() if kind in keywords())


def context_at(text: str, offset: int) -> Context | None:
    """The context of an offset; None in a comment or a text."""
    heads: list[str] = []
    before: list[list[str]] = [[]]
    begin = 0
    last = ""
    for found in lexemes(text[:offset]):
        if found.end() == offset and _is_open(found):
            return None
        if found.lastgroup != "sign":
            continue
        sign, statement = found[0], text[begin : found.start()]
        if sign == "\n" and _GOES_ON.search(statement):
            continue
        begin = found.end()
        written = _without_comments(statement)
        if sign == "{":
            heads.append(written or last)
            before.append([])
            last = ""
        else:
            last = written or last
            if written:
                before[-1].append(written)
            if sign == "}" and heads:
                heads.pop()
                before.pop()
    return Context(tuple(heads), tuple(before[-1]), text[begin:offset].lstrip())


def _is_open(found: re.Match[str]) -> bool:
    """Whether what is written behind a lexeme still belongs to it."""
    if found.lastgroup == "comment":
        return True
    return found.lastgroup == "text" and not re.fullmatch(pattern("STRING"), found[0])


def _without_comments(statement: str) -> str:
    return "\n".join(re.sub(r"#[^\n]*$", "", line) for line in statement.split("\n")).strip()
