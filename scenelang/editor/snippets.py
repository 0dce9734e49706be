"""The forms of statements as an editor's snippets: what changes from film to film is a place to fill."""

from __future__ import annotations

import re

from scenelang.editor.lexis import fields, keywords, pattern
from scenelang.grammar.forms import FORMS

_KINDS = ("STRING", "SIZE", "ASPECT", "APERTURE", "QUANTITY", "NAME")
_PART = re.compile(
    "|".join([r"(?P<CHOICE>[\w-]+(?:\|[\w-]+)+)", *(f"(?P<{kind}>{pattern(kind)})" for kind in _KINDS)])
)


def snippet(head: str) -> str:
    """The snippet of the statement that a word begins; empty where there is no form of it."""
    form = FORMS.get(head.upper(), "")
    return filled(form) if form else ""


def filled(form: str, headed: bool = True) -> str:
    """A form in the syntax of snippets; a block that it opens is closed around the last place.

    `headed`: the first word stays as it is.
    """
    place = 0

    def part(found: re.Match[str]) -> str:
        nonlocal place
        word = found[0]
        if (headed and found.start() == 0) or word in keywords().values() or word in fields():
            return word
        place += 1
        if found.lastgroup == "CHOICE":
            return f"${{{place}|{word.replace('|', ',')}|}}"
        if found.lastgroup == "STRING":
            return f'"${{{place}:{_escaped(word[1:-1])}}}"'
        return f"${{{place}:{_escaped(word)}}}"

    text = _PART.sub(part, form.replace("}", "\\}"))
    return f"{text}\n\t$0\n}}" if form.endswith("{") else text


def _escaped(text: str) -> str:
    return re.sub(r"([\\$}])", r"\\\1", text)
