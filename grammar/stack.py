"""The LALR parser's stack as error recovery sees it: statements begun, blocks open."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import lark
from lark.lexer import LexerState
from lark.parsers.lalr_interactive_parser import InteractiveParser

from scenelang.grammar.context import Gap
from scenelang.grammar.forms import FORMS
from scenelang.grammar.syntax import grammar
from scenelang.grammar.tree import Part, Token, Tree

_BLOCK_OF = {"SHOT": "shot", "SCENE": "scene", "CAMERA": "camera"}
_FIELD_OWNERS = ("LIGHT", "PARTICLES", "FILM", "CHARACTER", "PROP", "PLACE", "IMPORT")


class Stack:
    """One run of the parser.

    A level is an index into the stack: what was read before it stands below it.
    """

    def __init__(self, text: str):
        self.parser: InteractiveParser = grammar().parse_interactive(text, start="film")

    @property
    def lexer(self) -> LexerState:
        state = self.parser.lexer_thread.state
        assert state is not None
        return state

    @property
    def values(self) -> list[Part]:
        return self.parser.parser_state.value_stack

    def feed(self, token: Token) -> object:
        return self.parser.feed_token(token)  # type: ignore[arg-type]  # of a token, Lark asks its type

    def accepted(self) -> set[str]:
        """The types of all tokens that can come next."""
        return self.parser.accepts()

    def read(self) -> None:
        """Reads the text up to its end, or the lexer's."""
        for token in self.parser.lexer_thread.lex(self.parser.parser_state):
            self.feed(own(token))

    def levels(self) -> list[int]:
        """Where ERROR can be fed, innermost first: heads of the last statement, then statements."""
        levels = []
        in_statement = True
        for level in range(len(self.parser.parser_state.state_stack) - 1, -1, -1):
            if self._takes_error(level):
                if not self._is_head(level):
                    in_statement = False
                    levels.append(level)
                elif in_statement:
                    levels.append(level)
        return levels

    def statement_level(self) -> int:
        return next(level for level in self.levels() if not self._is_head(level))

    def open_braces(self, level: int = 0) -> int:
        """How many blocks are open above a level."""
        return sum(isinstance(v, Token) and v.type == "LBRACE" for v in self.values[level:])

    def could_go_on(self, level: int, kind: str) -> bool:
        """Whether a token of type `kind` can follow ERROR at a level."""
        trial = self.parser.copy(deepcopy_values=False)
        # Lark's callbacks change the values that both stacks share
        trial.parser_state.parse_conf = copy(trial.parser_state.parse_conf)
        trial.parser_state.parse_conf.callbacks = {}
        del trial.parser_state.state_stack[level + 1 :]
        del trial.parser_state.value_stack[level:]
        trial.feed_token(Token("ERROR", ""))
        return kind in trial.accepts()

    def pop(self, level: int) -> None:
        del self.parser.parser_state.state_stack[level + 1 :]
        del self.parser.parser_state.value_stack[level:]

    def block(self, level: int) -> str:
        """The innermost block open at a level: file, scene, shot, camera or fields."""
        opened = False
        for value in reversed(self.values[:level]):
            if not isinstance(value, Token):
                continue
            if value.type == "LBRACE":
                opened = True
            elif opened and value.type in _BLOCK_OF:
                return _BLOCK_OF[value.type]
            elif opened and value.type in _FIELD_OWNERS:
                return "fields"
        return "file"

    def _takes_error(self, level: int) -> bool:
        state = self.parser.parser_state
        actions = state.parse_conf.states[state.state_stack[level]]
        return "ERROR" in actions and actions["ERROR"][0].name == "Shift"

    def _is_head(self, level: int) -> bool:
        """Whether ERROR stands at this level for the rest of a head, not for a statement."""
        last = self.values[level - 1] if level else None
        return isinstance(last, Token) and last.type in FORMS


def own(token: lark.Token) -> Token:
    """A token of Lark's lexer as one of ours."""
    return Token(token.type, token, token.start_pos or 0, token.end_pos or 0)


def unfolded(values: list[Part]) -> Iterator[Part]:
    """Parts as they would be in the tree: helper rules unfolded, punctuation left out."""
    for value in values:
        if isinstance(value, Tree) and str(value.data).startswith("_"):
            yield from unfolded(value.children)
        elif isinstance(value, Gap):
            yield from value.read
        elif isinstance(value, Tree) or not value.type.startswith("_"):
            yield value


def tokens_of(part: Part) -> Iterator[Token]:
    if isinstance(part, Token):
        yield part
    else:
        for child in part.children:
            yield from tokens_of(child)
