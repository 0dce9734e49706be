"""`make tables`: what Lark works out of scene.lark, as data, so that nothing is worked out at start.

The files are JSON, which can't run code, and are shipped beside the grammar: no folder of
the user's is written or trusted. Their `key` is the hash of the grammar they were made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lark
from lark.grammar import Rule
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

from scenelang.grammar.syntax import FILES, FOLDER, grammar_text, key_of
from scenelang.grammar.tree import Tree

STARTS = ["film", "values", "interval"]


class _WholeWords:
    """Lets the contextual lexer read a name at any place, so that no word matches a part of it."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[lark.Token]) -> Iterator[lark.Token]:
        return stream


def make_tables(text: str) -> dict[str, dict[str, Any]]:
    """The contents of FILES for a grammar."""
    made = _made(text)
    data, memo = made.memo_serialize([TerminalDef, Rule])
    plain = (str, int, bool, list, type(None))
    data["options"] = {k: v for k, v in data["options"].items() if isinstance(v, plain)}
    result = {
        "reader": {"key": key_of(text), **_reader(made)},
        "lark": {"key": key_of(text), "version": lark.__version__, "data": data, "memo": memo},
    }
    # through JSON, so that new tables are like those that are read from the files
    return {name: json.loads(json.dumps(stored)) for name, stored in result.items()}


def _made(text: str) -> lark.Lark:
    return lark.Lark(
        text, parser="lalr", lexer="contextual", start=STARTS, maybe_placeholders=False,
        postlex=_WholeWords(), tree_class=Tree,
    )  # fmt: skip


def lark_of(stored: dict[str, Any]) -> lark.Lark:
    """Lark's parser of its stored tables, if this Lark wrote them."""
    if stored["version"] != lark.__version__:
        return _made(grammar_text())
    data, memo = _numbered(stored["data"]), _numbered(stored["memo"])
    return lark.Lark._load_from_dict(data, memo, postlex=_WholeWords(), tree_class=Tree)


def _numbered(data: Any) -> Any:
    """JSON has made strings of the numbers that are keys."""
    if isinstance(data, dict):
        return {int(k) if k.isdigit() else k: _numbered(v) for k, v in data.items()}
    return [_numbered(item) for item in data] if isinstance(data, list) else data


def _reader(made: lark.Lark) -> dict[str, Any]:
    """The tables of reader.py: Lark's terminals in Lark's order, Lark's states and rules."""
    terminals = [t for t in made.terminals if t.pattern]
    terminals.sort(key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    name = re.compile(made.get_terminal("NAME").pattern.to_regexp())
    words = {
        t.pattern.value: str(t.name)
        for t in terminals
        if isinstance(t.pattern, PatternStr) and name.fullmatch(t.pattern.value)
    }
    signs = [t for t in terminals if t.pattern.value not in words]
    table = made.parser.parser._parse_table
    order = [table.start_states[start] for start in STARTS]  # Lark's own numbers differ from run to run
    rules: list[Rule] = []
    rows: list[dict[str, int]] = []
    for state in order:
        row: dict[str, int] = {}
        rows.append(row)
        for name, (action, target) in sorted(table.states[state].items(), key=lambda item: item[0]):
            known = order if action is Shift else rules
            if target not in known:
                known.append(target)
            number = known.index(target)
            row[str(name)] = number if action is Shift else ~number
    return {
        "terminals": [
            ["" if t.name in made.ignore_tokens else str(t.name), t.pattern.to_regexp()] for t in signs
        ],
        "words": words,
        "rows": rows,
        "rules": [[str(rule.origin.name), len(rule.expansion)] for rule in rules],
        "starts": {
            start: [order.index(found[start]) for found in (table.start_states, table.end_states)]
            for start in STARTS
        },
    }


def write_tables(folder: Path) -> None:
    for name, stored in make_tables(grammar_text()).items():
        text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        (folder / FILES[name]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_tables(FOLDER)
