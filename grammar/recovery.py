"""Parsing on behind a mistake: yacc's error token, fed where a statement can't be read.

At a mistake the parser's stack is popped to the innermost place that takes ERROR and can
go on with what follows; the text is skipped to the end of the statement, or to the block
behind its head. Missing and stray braces are found beforehand (braces.py), so that one
brace never spoils the rest of the file. A misspelt first word is read as what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import TextSlice

from scenelang.grammar.braces import DEEPEST, Insertion, balance
from scenelang.grammar.codes import Code
from scenelang.grammar.comments import lexemes
from scenelang.grammar.context import MOST_MISTAKES, Gap, declared_names
from scenelang.grammar.diagnostics import Diagnostic, nearest
from scenelang.grammar.forms import FIELD_KEYS, FORMS, form_of
from scenelang.grammar.heads import explain_head, heads, no_statement
from scenelang.grammar.messages import is_assignment, unexpected, unfinished
from scenelang.grammar.record import replace
from scenelang.grammar.source import Source, Span
from scenelang.grammar.stack import Stack, own, tokens_of, unfolded
from scenelang.grammar.tree import Part, Token, Tree, start_of
from scenelang.grammar.units import Problem

_ENDS = ("_SEP", "RBRACE", "$END")


@dataclass
class Recovered:
    """What can be read of a text with mistakes.

    `broken` are the ranges of the text that were skipped in part; what is wrong with the
    rest of such a statement is likely to come from the same mistake.
    """

    tree: Tree[Token]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    broken: list[tuple[int, int]] = field(default_factory=list)


class _Enough(Exception):
    """A text has so many mistakes that it may be no film."""


def recover(source: Source) -> Recovered:
    """What can be read; behind MOST_MISTAKES nothing is."""
    return _Recovery(source, source.text, declared_names(source.text), MOST_MISTAKES).run()


def recover_piece(source: Source, declared: frozenset[str] | None) -> Recovered | None:
    """Like `recover`, for a piece of a file (pieces.py); `declared` are the whole file's names.

    None where what is wrong reaches over the piece's end.
    """
    if not source.text.strip() or source.text.rstrip(" \t;")[-1] in ",+":
        return None  # the next line goes on
    return _Recovery(source, source.text + "\n", declared, MOST_MISTAKES).run()


class _Recovery:
    def __init__(self, source: Source, text: str, declared: frozenset[str] | None, most: int):
        self.source, self.text, self.declared, self.most = source, text, declared, most
        self.result = Recovered(Tree("film", []))
        self.forgiven = -1  # the start of a statement that has its error already

    def run(self) -> Recovered:
        try:
            return self.mended()
        except _Enough:
            self.result.tree = Tree("film", [Token("ERROR", "")])
            return self.result

    def mended(self) -> Recovered:
        balanced = balance(self.text)
        self.unopened = balanced.unopened
        for offset in (*balanced.stray, *balanced.unopened):
            message = f"this `{self.text[offset]}` has no partner"
            self.report(offset, offset + 1, Problem(Code.STRAY_BRACE, message, "take it out"))
        self.text = _blanked(self.text, sorted((*balanced.stray, *balanced.unopened)))
        self.stack = Stack(self.text)
        end = Insertion(len(self.text), "", 0)
        for stop in (*sorted(balanced.insertions, key=lambda i: i.offset), end):
            self.stop = stop
            start = self.stack.lexer.line_ctr.char_pos
            self.stack.lexer.text = TextSlice(self.text, 0, max(stop.offset, start))
            self.read()
            if stop.brace:
                self.insert(stop)
        tree = self.feed(Token("$END", "", end.offset, end_pos=end.offset))
        assert isinstance(tree, Tree)
        self.result.tree = tree
        self.without_strays_of_broken_lines()
        return self.result

    def read(self) -> None:
        """Reads up to the next inserted brace."""
        while True:
            try:
                self.stack.read()
                return
            except UnexpectedInput as error:
                self.mend(_offending(error, self.text))

    def feed(self, token: Token) -> object:
        """Feeds a token that isn't in the text; drops it where nothing can take it."""
        while True:
            try:
                return self.stack.feed(token)
            except UnexpectedToken:
                if not self.mend(token):
                    return None
                self.read()

    def insert(self, missing: Insertion) -> None:
        """Reads a brace that isn't there."""
        at = missing.offset
        if missing.brace == "{":
            if missing.reported:
                start, end = missing.opener, max(at, missing.opener)
                message = (
                    f"a `{{` is missing at the end of this {self.text[start:end].split()[0]}'s line"
                )
                self.report(
                    start, end, Problem(Code.NO_BLOCK, message, "what is in it stands in braces")
                )
            self.feed(Token("LBRACE", "", at, end_pos=at + 1))
            return
        if missing.reported:
            line, column = self.source.place(at)
            where = f"before line {line}" if column == 1 else f"at the end of line {line}"
            where = "at the end of the file" if at == len(self.text) else where
            problem = Problem(
                Code.UNCLOSED_BLOCK, "this `{` is never closed", f"a `}}` is missing {where}"
            )
            self.report(missing.opener, missing.opener + 1, problem)
        if self.stack.open_braces():  # else its `{` was part of what couldn't be read
            self.feed(Token("RBRACE", "", at, end_pos=at))
        begins_line = self.source.place(at)[1] == 1
        if begins_line and "_SEP" in self.stack.accepted():
            self.feed(Token("_SEP", "", at, end_pos=at))

    def mend(self, found: Token) -> bool:
        """Reports a mistake at `found` and makes the parser ready to go on behind it.

        False where the parser still can't take `found`, if that isn't in the text.
        """
        level = self.stack.statement_level()
        read = list(unfolded(self.stack.values[level:]))
        tokens = [token for part in read for token in tokens_of(part)]
        block = self.stack.block(level)
        accepted = self.stack.accepted()
        head = next((part for part in read if isinstance(part, Token)), found)
        problem = self.explain(head, found, read, block)
        start = start_of(read[0]) if read else start_of(found)
        if start != self.forgiven and (found or found.type != "LBRACE"):
            self.forgiven = start
            if self.open_late(found, accepted):
                return True
            if problem:
                self.report(head.start_pos, head.end_pos, problem)
                if problem.code == Code.UNKNOWN_STATEMENT and self.replace_head(head, level, block):
                    return True
            else:
                self.diagnose(found, tokens, accepted, form_of(read, block))
                if is_assignment(str(found), tokens[-1] if tokens else None):
                    self.skip_to(start_of(found), found.end_pos or 0)
                    return True
        keep = not problem and block != "fields"
        return self.resume(found, start, accepted if keep else set(), problem)

    def explain(self, head: Token, found: Token, read: list[Part], block: str) -> Problem | None:
        """What is wrong with a statement's first word, if that is its mistake."""
        if block == "fields":
            return None
        if block in ("file", "scene") and not read and found.type == "QUANTITY":
            return Problem(
                Code.MISPLACED, f"`{found}` can't stand here", "what has a time stands in a shot"
            )
        if (
            block == "scene"
            and len(read) == 1
            and found.type == "NAME"
            and head in (self.declared or ())
        ):
            hint = f"it stands in a shot; in a scene a subject is placed: `{head} at (0m, 0m)`"
            return Problem(Code.MISPLACED, f"what `{head}` does can't stand here", hint)
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

    def replace_head(self, head: Token, level: int, block: str) -> bool:
        """Reads a misspelt first word as the word that it is most like."""
        meant = nearest(head, [word for word in heads(block) if word.upper() in FORMS])
        if not meant:
            return False
        self.stack.pop(level)
        self.stack.feed(Token(meant.upper(), meant, head.start_pos, end_pos=head.end_pos))
        self.skip_to(start_of(head), head.end_pos or 0)
        return True

    def open_late(self, found: Token, accepted: set[str]) -> bool:
        """Reads the `{` that is missing before `found` in a line that has its `}`."""
        at = start_of(found)
        line_end = self.text.find("\n", at)
        closing = next((o for o in self.unopened if at < o and (o < line_end or line_end < 0)), None)
        if closing is None or "LBRACE" not in accepted or found not in FIELD_KEYS:
            return False
        self.text = self.text[:closing] + "}" + self.text[closing + 1 :]
        self.stack.lexer.text = TextSlice(self.text, 0, self.stack.lexer.text.end)
        message = f"a `{{` is missing before `{found}`"
        self.report(at, found.end_pos, Problem(Code.NO_BLOCK, message, "fields stand in braces"))
        self.stack.feed(Token("LBRACE", "", at, end_pos=at + 1))
        self.skip_to(at, at)
        return True

    def diagnose(self, found: Token, tokens: list[Token], accepted: set[str], form: str) -> None:
        if not found and not tokens:
            return
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

    def resume(self, found: Token, start: int, accepted: set[str], problem: Problem | None) -> bool:
        """Skips what can't be read, and puts ERROR in its place where that is needed."""
        offset = start_of(found)
        if not found:
            return self.go_on(found.type, start, offset)
        if found.type in ("_SEP", "RBRACE"):
            if not self.go_on(found.type, start, offset):
                self.skip_to(start, found.end_pos or 0)
            return True
        depth = self.stack.open_braces(self.stack.levels()[0])
        prose = problem is not None and problem.code == Code.UNKNOWN_STATEMENT
        for end, kind in self.ends(offset, depth, prose):
            if kind in accepted and depth == 0:
                self.skip_to(start, end)
                return True
            if self.go_on(kind, start, end):
                return True
        # the block that ends here was not read as one
        return self.go_on("_SEP", start, self.stop.offset)

    def go_on(self, kind: str, start: int, offset: int) -> bool:
        """Feeds ERROR at the innermost level that can go on with a token of `kind`."""
        for level in self.stack.levels():
            if self.stack.could_go_on(level, kind):
                read = tuple(unfolded(self.stack.values[level:]))
                gap = Gap("ERROR", "", start_of(read[0]) if read else start, end_pos=offset)
                gap.read = tuple(takewhile(_is_whole, read))
                self.stack.pop(level)
                self.stack.feed(gap)
                self.skip_to(start, offset)
                return True
        return False

    def skip_to(self, start: int, offset: int) -> None:
        """Goes on reading at `offset`; what began at `start` is broken."""
        self.stack.lexer.line_ctr.char_pos = offset
        self.result.broken.append((start, offset))

    def ends(self, offset: int, depth: int, prose: bool) -> Iterator[tuple[int, str]]:
        """Where a statement may end or its block begin, from `offset` on.

        `depth` blocks of the statement are open already. In `prose`, a `;` ends nothing.
        """
        for match in lexemes(self.text, offset):
            at, sign = match.start(), match[0]
            if at >= self.stop.offset:
                break
            if match.lastgroup != "sign" or (prose and sign == ";"):
                continue
            if depth == 0:
                yield at, {"{": "LBRACE", "}": "RBRACE"}.get(sign, "_SEP")
            depth = max(0, depth + {"{": 1, "}": -1}.get(sign, 0))
            if depth > DEEPEST:
                break
        yield self.stop.offset, {"{": "LBRACE", "}": "RBRACE", "": "$END"}[self.stop.brace]

    def without_strays_of_broken_lines(self) -> None:
        """Leaves out a stray brace in a line that has another error: they are one mistake."""
        found = self.result.diagnostics
        lines = {d.span.line for d in found if d.code != Code.STRAY_BRACE}
        found[:] = [d for d in found if d.code != Code.STRAY_BRACE or d.span.line not in lines]

    def report(self, start: int | None, end: int | None, problem: Problem) -> None:
        span = self.source.span(start or 0, end or start or 0)
        found = Diagnostic(problem.code.value, "error", problem.message, span, problem.hint)
        self.result.diagnostics.append(found)
        if len(self.result.diagnostics) == self.most:
            self.result.diagnostics.append(too_many(span))
            raise _Enough


def _blanked(text: str, offsets: list[int]) -> str:
    """A text with spaces in some places."""
    parts, start = [], 0
    for offset in offsets:
        parts += [text[start:offset], " "]
        start = offset + 1
    return "".join([*parts, text[start:]])


def too_many(span: Span) -> Diagnostic:
    message = "too many mistakes: what follows is not read"
    return Diagnostic(Code.UNEXPECTED.value, "error", message, span, "mend those above first")


def _offending(error: UnexpectedInput, text: str) -> Token:
    if isinstance(error, UnexpectedToken):
        return own(error.token)
    assert isinstance(error, UnexpectedCharacters)
    at = error.pos_in_stream or 0
    return Token("SIGN", text[at], at, end_pos=at + 1)


def _is_whole(part: Part) -> bool:
    """Whether a part of a head says something by itself, unlike the `in` of `in street`."""
    return isinstance(part, Tree) or part.type in ("NAME", "QUANTITY", "STRING", "UNCLOSED")
