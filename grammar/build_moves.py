"""Camera moves: their words sorted into direction, amount, speed, side and target."""

from __future__ import annotations

from typing import Any

from scenelang.grammar import build_values as values
from scenelang.grammar.ast import Move, Word
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.tree import Part, Token, Tree
from scenelang.grammar.units import alternatives, example, is_unit
from scenelang.grammar.vocabulary import (
    DIRECTION_ALIASES,
    MOVES,
    MoveTerm,
    find,
    find_move,
    words,
)


def move(context: Context, tree: Tree[Token]) -> Move | None:
    """One move; words that don't belong to it are reported and left out."""
    name, *parts = tree.children
    assert isinstance(name, Token)
    term = find_move(name)
    if term is None:
        _unknown_move(context, name)
        return None
    reading = _Reading(context, name, term)
    reading.sort(parts)
    reading.complete(tree)
    return Move.made(
        name=Word.made(text=term.word, span=context.span(name)), **reading.found, **context.at(tree)
    )


class _Reading:
    """The words of one move as they are sorted."""

    def __init__(self, context: Context, name: Token, term: MoveTerm):
        self.context, self.name, self.term = context, name, term
        self.found: dict[str, Any] = {}
        self.tokens: dict[str, Part] = {}  # where each attribute was given
        self.failed = False  # a word made no sense, and what is behind it may not either

    def sort(self, parts: list[Part]) -> None:
        queue = list(parts)
        while queue and not self.failed:
            part = queue.pop(0)
            follower = queue[0] if queue else None
            if self._split_unit(part, follower):
                queue.pop(0)
            elif isinstance(part, Tree) or part.type != "NAME":
                self._amount_or_point(part)
            elif follower is not None and self._pair(part, follower):
                queue.pop(0)
            else:
                self._word(part)

    def complete(self, tree: Tree[Token]) -> None:
        """Reports what the move can't do without."""
        if self.failed:
            return
        term, missing = self.term, ""
        if term.directions and "direction" not in self.tokens:
            if len(term.directions) == 1:
                self.found["direction"] = Word.made(
                    text=term.directions[0], span=self.context.span(self.name)
                )
            else:
                missing = f"a direction: {alternatives(term.directions)}"
        elif term.target == "first" and "target" not in self.tokens:
            missing = f"somebody: `{term.word} mara`"
        elif term.target and "target" not in self.tokens:
            missing = f"what it goes {term.preposition}: `{term.preposition} mara`"
        if missing:
            self.context.error(Code.MISSING, tree, f"`{term.word}` needs {missing}")
        if "speed" in self.tokens and "amount" in self.tokens:
            self.context.error(
                Code.TOO_MUCH,
                self.tokens["speed"],
                "a speed word stands instead of an amount, never beside it",
                "keep one of them",
            )
            self.found.pop("speed", None)

    def _pair(self, part: Token, follower: Part) -> bool:
        """Reads `around X`, `to 50mm`, `at 5m`, `from behind`; False for any other word."""
        if part == self.term.preposition:
            if isinstance(follower, Token) and follower.type in ("QUANTITY", "APERTURE"):
                self._amount(follower)
                return True
            if self.term.target == "after preposition":
                self._put("target", values.target(self.context, follower), follower)
                return True
        if (
            part == "from"
            and self.term.sides
            and isinstance(follower, Token)
            and follower in self.term.sides
        ):
            self._put("side", self.context.name(follower), follower)
            return True
        return False

    def _amount_or_point(self, part: Part) -> None:
        if isinstance(part, Tree):
            if self.term.target == "first":
                self._put("target", values.point(self.context, part), part)
            else:
                self._too_much(part, "a point")
        elif self.term.preposition and self.term.target != "after preposition" and self.term.takes:
            before = self.term.preposition
            message = f"`{self.term.word}` takes its amount behind `{before}`"
            self.context.error(Code.MISSING, part, message, f"write `{before} {part}`")
            self.tokens.setdefault("amount", part)
        else:
            self._amount(part)

    def _split_unit(self, part: Part, follower: Part | None) -> bool:
        """Reports `2 m` for `2m`."""
        if not isinstance(part, Token) or not isinstance(follower, Token) or part.type != "QUANTITY":
            return False
        taken = (self.term.preposition, *self.term.directions)
        if values.read_quantity(self.context, part).unit or not is_unit(follower) or follower in taken:
            return False
        message, hint = "a number and its unit are one word", f"write `{part}{follower}`"
        self.context.error(Code.NO_UNIT, follower, message, hint)
        self.tokens["amount"] = part
        return True

    def _amount(self, token: Token) -> None:
        if not self.term.takes:
            self._too_much(token, "an amount")
        else:
            self._put("amount", values.quantity(self.context, token, self.term.takes), token)

    def _word(self, token: Token) -> None:
        direction = DIRECTION_ALIASES.get(token, str(token))
        if direction in self.term.directions:
            self._put("direction", Word.made(text=direction, span=self.context.span(token)), token)
        elif token in (self.term.preposition, "from") and (token != "from" or self.term.sides):
            self._dangling(token)
        elif speed := find("speed", token):
            self._put("speed", Word.made(text=speed.word, span=self.context.span(token)), token)
        elif self.term.target == "first" and "target" not in self.tokens:
            self._put("target", self.context.name(token), token)
        else:
            self._unknown_word(token)

    def _put(self, attribute: str, node: object, where: Part) -> None:
        if attribute in self.tokens:
            self.context.twice(where, self.tokens[attribute], f"the {attribute} of `{self.term.word}`")
            return
        self.tokens[attribute] = where
        if node is not None:
            self.found[attribute] = node

    def _dangling(self, token: Token) -> None:
        self.failed = True
        if token == "from":
            message = f"behind `from` stands {alternatives(self.term.sides)}"
        elif self.term.target == "after preposition":
            message = f"behind `{token}` stands a name or a point"
        else:
            message = f"behind `{token}` stands an amount such as `{example(self.term.takes)}`"
        self.context.error(Code.MISSING, token, message)

    def _too_much(self, part: Part, what: str) -> None:
        self.context.error(Code.TOO_MUCH, part, f"`{self.term.word}` takes no {what.split(' ', 1)[1]}")

    def _unknown_word(self, token: Token) -> None:
        term = self.term
        self.failed = True
        if find_move(token) or find("ease", token):
            sign = "+" if find_move(token) else ","
            message = f"a `{sign}` is missing before `{token}`"
            self.context.error(
                Code.UNEXPECTED, token, message, "like `dolly in 2m + pan left 10deg, ease`"
            )
            return
        own = [*term.directions, *term.sides, *words("speed"), *filter(None, [term.preposition])]
        if term.directions and "direction" not in self.tokens:
            message = f"`{term.word}` goes {alternatives(term.directions)}, not `{token}`"
            others = [m.word for m in MOVES if token in m.directions and m.takes == term.takes]
            hint = (
                f"{token} is the way of {alternatives(others)}" if others else did_you_mean(token, own)
            )
        else:
            message = f"`{token}` is no word of the move `{term.word}`"
            hint = did_you_mean(token, own) or f"it reads `{form(term)}`"
        self.context.error(Code.UNKNOWN_WORD, token, message, hint)


def form(term: MoveTerm) -> str:
    """How a move is written, such as `orbit left|right 30deg around mara`."""
    words = [term.word, "mara" if term.target == "first" else "", "|".join(term.directions)]
    if term.sides:
        words.append("from " + "|".join(term.sides))
    amount = example(term.takes) if term.takes else ""
    if term.target == "after preposition":
        words += [amount, f"{term.preposition} mara"]
    else:
        words.append(f"{term.preposition} {amount}".strip())
    return " ".join(filter(None, words))


def _unknown_move(context: Context, name: Token) -> None:
    context.unknown(name, str(name), "move")
