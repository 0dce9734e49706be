"""Parsing on behind a mistake: yacc's error token, fed where a statement can't be read.

At a mistake the parser's stack is popped to the innermost place that takes ERROR and can
go on with what follows; the text is skipped to the end of the statement, or to the block
behind its head. Missing and stray braces are found beforehand (braces.py), so that one
brace never spoils the rest of the file. A misspelt first word is read as what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from itertools import takewhile

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import LexerState, TextSlice
from lark.parsers.lalr_interactive_parser import InteractiveParser

from scenelang.grammar.braces import Insertion, balance
from scenelang.grammar.codes import Code
from scenelang.grammar.comments import lexemes
from scenelang.grammar.context import Gap, declared_names
from scenelang.grammar.diagnostics import Diagnostic, nearest
from scenelang.grammar.heads import explain_head, heads, no_statement
from scenelang.grammar.messages import FORMS, is_assignment, unexpected, unfinished
from scenelang.grammar.source import Source
from scenelang.grammar.syntax import Part, first_token, grammar, start_of
from scenelang.grammar.units import Problem

_ENDS = ("_SEP", "RBRACE", "$END")
_BLOCK_OF = {"SHOT": "shot", "SCENE": "scene", "CAMERA": "camera"}
_FIELD_OWNERS = ("LIGHT", "PARTICLES", "FILM", "CHARACTER", "PROP", "PLACE", "IMPORT")


def recover(source: Source) -> tuple[Tree[Token], list[Diagnostic]]:
    """The tree of what can be read of a text with mistakes, and the mistakes."""
    recovery = _Recovery(source)
    return recovery.tree(), recovery.diagnostics


class _Recovery:
    def __init__(self, source: Source):
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.declared = declared_names(source.text)
        self.balance = balance(source.text)
        text = source.text
        for offset in self.balance.stray:
            text = text[:offset] + " " + text[offset + 1 :]
            self.report(
                offset, offset + 1, Problem(Code.STRAY_BRACE, "this `}` closes nothing", "take it out")
            )
        self.text = text
        self.parser: InteractiveParser = grammar().parse_interactive(text, start="film")
        self.stop = Insertion(len(text), "", 0)
        self.forgiven = -1  # the start of a statement that has its error already

    def tree(self) -> Tree[Token]:
        ends = sorted(self.balance.insertions, key=lambda i: i.offset)
        for stop in (*ends, Insertion(len(self.text), "", 0)):
            self.stop = stop
            self.lexer.text = TextSlice(self.text, 0, max(stop.offset, self.lexer.line_ctr.char_pos))
            self.read()
            if stop.brace:
                self.insert(stop)
        result = self.feed(_token("$END", "", len(self.text)))
        assert isinstance(result, Tree)
        return result

    @property
    def lexer(self) -> LexerState:
        state = self.parser.lexer_thread.state
        assert state is not None
        return state

    def read(self) -> None:
        """Reads up to the next inserted brace."""
        while True:
            try:
                for token in self.parser.lexer_thread.lex(self.parser.parser_state):
                    self.parser.feed_token(token)
                return
            except UnexpectedInput as error:
                self.mend(_offending(error, self.text))

    def feed(self, token: Token) -> object:
        """Feeds a token that isn't in the text; drops it where nothing can take it."""
        while True:
            try:
                return self.parser.feed_token(token)
            except UnexpectedToken:
                if not self.mend(token):
                    return None
                self.read()

    def insert(self, missing: Insertion) -> None:
        if missing.brace == "{":
            head = self.text[missing.opener : missing.offset]
            message = f"this {head.split()[0]} has no block"
            self.report(
                missing.opener,
                missing.offset,
                Problem(Code.NO_BLOCK, message, "add `{` here, and `}` below"),
            )
            self.feed(Token("LBRACE", "", missing.offset, end_pos=missing.offset + 1))
            return
        if missing.reported:
            line, _ = self.source.place(missing.offset)
            where = (
                f"before line {line}" if missing.offset < len(self.text) else "at the end of the file"
            )
            problem = Problem(
                Code.UNCLOSED_BLOCK, "this `{` is never closed", f"a `}}` is missing {where}"
            )
            self.report(missing.opener, missing.opener + 1, problem)
        # else its `{` was part of what couldn't be read
        if any(isinstance(value, Token) and value.type == "LBRACE" for value in self.values):
            self.feed(_token("RBRACE", "", missing.offset))
        if "_SEP" in self.parser.accepts():
            self.feed(_token("_SEP", "", missing.offset))

    # Mending ----------------------------------------------------------------------------

    def mend(self, found: Token) -> bool:
        """Reports a mistake at `found` and makes the parser ready to go on behind it.

        False where the parser still can't take `found`, if that isn't in the text.
        """
        levels = [i for i in range(len(self.states) - 1, -1, -1) if self.takes_error(i)]
        level = next((i for i in levels if not self.is_head(i)), levels[-1])
        read = list(_flat(self.values[level:]))
        tokens = [token for part in read for token in _tokens(part)]
        block = self.block(level)
        accepted = self.parser.accepts()
        head = _first_name(read, found)
        problem = self.explain(head, read, block)
        start = start_of(read[0]) if read else start_of(found)
        if start != self.forgiven and (found or found.type != "LBRACE"):
            self.forgiven = start
            if problem:
                self.report(head.start_pos, head.end_pos, problem)
            else:
                self.diagnose(found, tokens, accepted, FORMS.get(_form(read, block), ""))
            if not problem and is_assignment(str(found), tokens[-1] if tokens else None):
                self.lexer.line_ctr.char_pos = found.end_pos
                return True
            if problem and problem.code == Code.UNKNOWN_STATEMENT:
                meant = nearest(head, [word for word in heads(block) if word.upper() in FORMS])
                if meant:
                    self.pop(level)
                    # the canonical word at the misspelt word's place
                    self.parser.feed_token(
                        Token(meant.upper(), meant, head.start_pos, end_pos=head.end_pos)
                    )
                    self.lexer.line_ctr.char_pos = head.end_pos
                    return True
        return self.resume(found, levels, set() if problem else accepted)

    def diagnose(self, found: Token, tokens: list[Token], accepted: set[str], form: str) -> None:
        if found.type in _ENDS and tokens:
            self.report(tokens[-1].start_pos, tokens[-1].end_pos, unfinished(tokens, accepted, form))
            return
        problem = unexpected(found, tokens, accepted, form)
        line = self.source.place(found.start_pos or 0)[0]
        first = self.source.place(start_of(tokens[0]))[0] if tokens else line
        if first < line and problem.code == Code.UNEXPECTED:
            hint = f"the statement began in line {first}; does a `,` or `+` end a line by mistake?"
            problem = replace(problem, hint=hint)
        self.report(start_of(found), found.end_pos, problem)

    def explain(self, head: Token, read: list[Part], block: str) -> Problem | None:
        """What is wrong with a statement's first word, if that is its mistake."""
        if block == "fields":
            return None
        if not read:
            if not (head[:1].isalpha() or head[:1] == "_"):
                return None
            if self.declared and head in self.declared:
                message = f"`{head}` can't act here"
                return Problem(Code.MISPLACED, message, "what someone does stands in a shot")
            return no_statement(str(head), block)
        if head.type != "NAME" or (block == "camera" and isinstance(read[0], Tree)):
            return None
        return explain_head(str(head), block, self.declared, timed=isinstance(read[0], Tree))

    def resume(self, found: Token, levels: list[int], accepted: set[str]) -> bool:
        """Skips what can't be read, and puts ERROR in its place where that is needed."""
        offset = start_of(found)
        written = bool(found.strip()) or (found.type == "_SEP" and bool(found))
        if not written:
            return self.go_on(levels, found.type, offset)
        if found.type in ("_SEP", "RBRACE"):
            if not self.go_on(levels, found.type, offset):
                self.lexer.line_ctr.char_pos = found.end_pos
            return True
        depth = sum(t.type == "LBRACE" for t in self.values[levels[0] :] if isinstance(t, Token))
        for end, kind in self.ends(offset, depth):
            if kind in accepted and depth == 0:
                self.lexer.line_ctr.char_pos = end
                return True
            if self.go_on(levels, kind, end):
                return True
        # the block that ends here was not read as one
        return self.go_on(levels, "_SEP", self.stop.offset)

    def go_on(self, levels: list[int], kind: str, offset: int) -> bool:
        """Feeds ERROR at the innermost level that can go on with a token of `kind`."""
        for level in levels:
            if self.could_go_on(level, kind):
                read = tuple(_flat(self.values[level:]))
                start = start_of(read[0]) if read else min(offset, len(self.text))
                gap = Gap("ERROR", "", start, end_pos=offset)
                gap.read = tuple(takewhile(_is_whole, read))
                self.pop(level)
                self.parser.feed_token(gap)
                self.lexer.line_ctr.char_pos = offset
                return True
        return False

    def ends(self, offset: int, depth: int) -> Iterator[tuple[int, str]]:
        """Where a statement may end or its block begin, from `offset` on."""
        for match in lexemes(self.text, offset):
            at, sign = match.start(), match[0]
            if at >= self.stop.offset:
                break
            if match.lastgroup != "sign":
                continue
            if depth == 0:
                yield at, {"{": "LBRACE", "}": "RBRACE"}.get(sign, "_SEP")
            depth += {"{": 1, "}": -1}.get(sign, 0)
            depth = max(depth, 0)
        kind = {"{": "LBRACE", "}": "RBRACE", "": "$END"}[self.stop.brace]
        yield self.stop.offset, kind

    # The parser's stack -----------------------------------------------------------------

    @property
    def states(self) -> list[object]:
        return self.parser.parser_state.state_stack

    @property
    def values(self) -> list[Part]:
        return self.parser.parser_state.value_stack

    def pop(self, level: int) -> None:
        del self.states[level + 1 :]
        del self.values[level:]

    def takes_error(self, level: int) -> bool:
        table = self.parser.parser_state.parse_conf.states[self.states[level]]
        return "ERROR" in table and table["ERROR"][0].name == "Shift"

    def is_head(self, level: int) -> bool:
        """Whether ERROR stands at this level for the rest of a head, not for a statement."""
        last = self.values[level - 1] if level else None
        return isinstance(last, Token) and last.type in FORMS

    def could_go_on(self, level: int, kind: str) -> bool:
        trial = self.parser.copy(deepcopy_values=False)
        # Lark's callbacks change the values that both stacks share
        trial.parser_state.parse_conf = copy(trial.parser_state.parse_conf)
        trial.parser_state.parse_conf.callbacks = {}
        del trial.parser_state.state_stack[level + 1 :]
        del trial.parser_state.value_stack[level:]
        trial.feed_token(Token("ERROR", ""))
        return kind in trial.accepts()

    def block(self, level: int) -> str:
        """The innermost open block at a level: file, scene, shot, camera or fields."""
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

    def report(self, start: int | None, end: int | None, problem: Problem) -> None:
        span = self.source.span(start or 0, end or start or 0)
        self.diagnostics.append(
            Diagnostic(problem.code.value, "error", problem.message, span, problem.hint)
        )


def _offending(error: UnexpectedInput, text: str) -> Token:
    if isinstance(error, UnexpectedToken):
        return error.token
    assert isinstance(error, UnexpectedCharacters)
    at = error.pos_in_stream or 0
    return _token("SIGN", text[at], at)


def _token(kind: str, text: str, offset: int) -> Token:
    return Token(kind, text, offset, end_pos=offset + len(text))


def _flat(values: list[Part]) -> Iterator[Part]:
    """Parts as they would be in the tree: helper rules unfolded, punctuation left out."""
    for value in values:
        if isinstance(value, Tree) and str(value.data).startswith("_"):
            yield from _flat(value.children)
        elif isinstance(value, Gap):
            yield from value.read
        elif isinstance(value, Tree) or not value.type.startswith("_"):
            yield value


def _is_whole(part: Part) -> bool:
    """Whether a part of a head says something by itself, unlike the `in` of `in street`."""
    return isinstance(part, Tree) or part.type in ("NAME", "QUANTITY", "STRING", "UNCLOSED")


def _tokens(part: Part) -> Iterator[Token]:
    if isinstance(part, Token):
        yield part
    else:
        for child in part.children:
            yield from _tokens(child)


def _first_name(read: list[Part], found: Token) -> Token:
    """The word that a statement begins with, behind its time if it has one."""
    return next((part for part in read if isinstance(part, Token)), found)


def _form(read: list[Part], block: str) -> str:
    if block == "fields":
        return "field"
    if not read:
        return ""
    first = read[0]
    if isinstance(first, Tree) and first.data in FORMS:
        return "move_span" if block == "camera" else str(first.data)
    token = first_token(first)
    return "move_span" if block == "camera" and token.type != "STEADINESS" else token.type
