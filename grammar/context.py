"""What every builder of AST nodes shares: places, trivia, words, and the findings so far."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scenelang.grammar import vocabulary
from scenelang.grammar.ast import NO_TRIVIA, Trivia, Word
from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import Diagnostic, did_you_mean
from scenelang.grammar.source import Source, Span
from scenelang.grammar.tree import Part, Token, Tree, end_of, start_of
from scenelang.grammar.units import Problem, alternatives

_NOUNS = {
    "size": "shot size", "framing": "framing", "angle": "camera angle", "composition": "place in the frame",
    "lens": "lens", "ease": "easing", "speed": "speed", "steadiness": "steadiness", "role": "role of a light",
    "quality": "quality of light", "particles": "kind of particles", "direction": "direction", "pose": "pose",
    "kind": "kind that previz can draw", "move": "camera move", "seen": "camera move that can be seen",
    "expectation": "thing to expect",
}  # fmt: skip
# what may be said of a statement only because a part of it couldn't be read
_OF_THE_WHOLE = (
    Code.MISSING, Code.NO_UNIT, Code.TOO_MUCH, Code.TWICE, Code.UNKNOWN_WORD, Code.WRONG_KIND, Code.UNKNOWN_FIELD,
)  # fmt: skip
MOST_MISTAKES = 200  # of a text: behind them nothing is read
_MANY = 12  # more words than this are not listed in a hint

# also what a misspelt word declares
_DECLARED = re.compile(r"^(?:[^\S\n]*(?:character|prop|place)|[^\W\d]+)[^\S\n]+([^\s{;#\"]+)", re.M)
_IMPORTED = re.compile(r'^[^\S\n]*import\s+"[^"\n]*"\s*(?:\{([^}]*)\})?', re.M)


class Gap(Token):
    """An ERROR token, with what had been read of the statement when the error came."""

    read: tuple[Part, ...] = ()


class Context:
    def __init__(
        self,
        source: Source,
        trivia: Mapping[int, Trivia],
        diagnostics: Iterable[Diagnostic] = (),
        broken: Sequence[tuple[int, int]] = (),
    ):
        self.source, self.trivia = source, trivia
        self.diagnostics = list(diagnostics)
        self.broken = broken  # see recovery.py
        self.in_scene = False  # directly in a scene, not in a shot of it
        self.declared: Container[str] | None = None  # the names of the film, where all of them are known

    def span(self, part: Part) -> Span:
        if type(part) is Token and part.type != "LBRACE":
            return Span(self.source, part.start_pos, part.end_pos)
        return self.source.span(start_of(part), end_of(part))

    def at(self, part: Part) -> dict[str, Any]:
        """A node's `span` and `trivia`, for its constructor."""
        return {"span": self.span(part), "trivia": self.trivia.get(id(part), NO_TRIVIA)}

    def error(
        self,
        code: Code,
        where: Part | Span,
        message: str,
        hint: str = "",
        labels: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        span = where if isinstance(where, Span) else self.span(where)
        at = span.start - self.source.offset
        if code in _OF_THE_WHOLE and any(start <= at < end for start, end in self.broken):
            return
        self.diagnostics.append(Diagnostic(code.value, "error", message, span, hint, labels))

    def problem(self, where: Part | Span, problem: Problem) -> None:
        self.error(problem.code, where, problem.message, problem.hint)

    def twice(self, where: Part, first: Part | Span, what: str) -> None:
        first = first if isinstance(first, Span) else self.span(first)
        self.error(
            Code.TWICE,
            where,
            f"{what} is given twice",
            "keep one of them",
            ((first, "first given here"),),
        )

    def name(self, token: Token) -> Word:
        return Word.made(text=str(token), span=Span(self.source, token.start_pos, token.end_pos))

    def term(self, where: Part, *categories: str) -> Word | None:
        """The canonical form of a word (or two); None, and an error, where no category has it."""
        text = " ".join(map(str, where.children)) if isinstance(where, Tree) else str(where)
        for category in categories:
            if term := vocabulary.find(category, text):
                return Word.made(text=term.word, span=self.span(where))
        self.unknown(where, text, *categories)
        return None

    def unknown(self, where: Part | Span, text: str, *categories: str) -> None:
        candidates = [word for category in categories for word in vocabulary.words(category)]
        hint = did_you_mean(text, candidates)
        if not hint:
            canon = [t.word for c in categories for t in _terms(c)]
            listed = alternatives(canon[:_MANY]) if len(canon) <= _MANY else ", ".join(canon)
            hint = f"it can be {listed}"
        noun = " or ".join(_NOUNS[category] for category in categories)
        self.error(Code.UNKNOWN_WORD, where, f"`{text}` is no {noun}", hint)


def _terms(category: str) -> tuple[vocabulary.Term, ...]:
    return vocabulary.MOVES if category == "move" else vocabulary.TERMS[category]


def children(tree: Tree[Token]) -> Iterator[Part]:
    """A tree's children; what was read before an error stands in the error's place."""
    for child in tree.children:
        if isinstance(child, Gap):
            yield from child.read
        elif isinstance(child, Tree) or child.type != "ERROR":
            yield child


def declared_names(text: str) -> frozenset[str] | None:
    """The names that a text seems to declare or import; None where an import brings all.

    A guess, to tell a misspelt statement from a subject that acts where there is no tree.
    """
    names = set(_DECLARED.findall(text))
    for imported in _IMPORTED.findall(text):
        if not imported.strip():
            return None
        names.update(re.split(r"[\s,]+", imported.strip()))
    return frozenset(names)
