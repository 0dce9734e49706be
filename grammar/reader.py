"""The quick parser: text without mistakes to its tree, in one loop over Lark's tables.

It makes the tree that Lark would make, several times faster, and gives up at the first
thing that it can't read: what is wrong there is the business of recovery.py.

One regular expression reads the tokens whatever the parser's state, where Lark has one
for each state. That is safe: its alternatives stand in Lark's order, so what it finds,
where the state takes it, is what Lark would have found among those that the state takes.
"""

from __future__ import annotations

import re
from typing import Any

from scenelang.grammar.tree import Token, Tree

_SKIPPED, _END = "", "$END"


class Reader:
    def __init__(self, tables: dict[str, Any]):
        names, patterns = zip(*tables["terminals"])
        alternatives = "|".join(f"({pattern})" for pattern in (*patterns, r"\Z", "."))
        self.tokens = re.compile(rf"[^\S\n]*(?:{alternatives})")
        self.patterns = dict(tables["terminals"])
        self.kinds: list[str] = ["", *names, _END, "?"]
        self.words: dict[str, str] = tables["words"]
        self.rows: list[dict[str, int]] = tables["rows"]
        self.rules = [(name, size, name.startswith("_")) for name, size in tables["rules"]]
        self.starts: dict[str, list[int]] = tables["starts"]

    def read(self, text: str, start: str = "film") -> Tree[Token] | None:
        """The tree of a text; None where the text has a mistake."""
        kinds, words, rows, rules = self.kinds, self.words, self.rows, self.rules
        state, end = self.starts[start]
        states = [state]
        row = rows[state]
        # a token or tree; a list for what is unfolded into the rule above, empty for punctuation
        values: list[Any] = []
        new = str.__new__
        for match in self.tokens.finditer(text):
            group = match.lastindex or 0
            kind = kinds[group]
            if kind == _SKIPPED:
                continue
            written = match[group]
            if kind == "NAME":
                word = words.get(written, kind)
                if word in row:
                    kind = word
            action = row.get(kind)
            while action is not None and action < 0:
                name, size, unfolded = rules[~action]
                if size == 1 and unfolded:  # its value is its part's
                    states.pop()
                else:
                    parts: list[Any] = []
                    for value in values[-size:] if size else ():
                        if type(value) is not list:
                            parts.append(value)
                        elif parts:
                            parts += value
                        else:
                            parts = value  # nobody else has this list
                    if size:
                        del values[-size:], states[-size:]
                    values.append(parts if unfolded else Tree(name, parts))
                state = rows[states[-1]][name]
                if state == end and kind == _END:
                    tree = values[0]
                    assert isinstance(tree, Tree)
                    return tree
                states.append(state)
                row = rows[state]
                action = row.get(kind)
            if action is None:
                return None
            if kind[0] == "_":
                values.append([])
            else:
                token = new(Token, written)
                token.type = kind
                token.start_pos, token.end_pos = match.span(group)
                values.append(token)
            states.append(action)
            row = rows[action]
        return None
