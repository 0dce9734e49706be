"""A text cut into pieces that can be read one by one: between the statements of the file."""

from __future__ import annotations

import re

from scenelang.grammar.braces import DEEPEST
from scenelang.grammar.comments import lexemes

_BLOCK_FOLLOWS = re.compile(r"\s*\{")


def cuts(text: str, start: int, end: int) -> list[int] | None:
    """Where pieces begin in a range of a text that begins with one; None where braces don't match.

    A piece ends at the end of a statement's last line. What comes next, the newline and
    the comments and empty lines above a statement, begins the piece of that statement.
    """
    found = [start]
    depth, behind, solid = 0, start, False
    for match in lexemes(text, start):
        at = match.start()
        if at >= end:
            break
        sign = match[0]
        solid = solid or match.lastgroup == "text" or bool(text[behind:at].strip(" \t;"))
        behind = match.end()
        if sign == "{":
            depth += 1
            if depth > DEEPEST:
                return None
        elif sign == "}":
            depth -= 1
            if depth < 0:
                return None
        elif sign == "\n" and depth == 0 and solid and not _BLOCK_FOLLOWS.match(text, at):
            found.append(at)
            solid = False
    if depth:
        return None
    if len(found) > 1 and not solid and not text[behind:end].strip(" \t;"):
        found.pop()  # comments at the end belong to what they stand behind
    return found
