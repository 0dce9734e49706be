"""Text as a policy reads it: without accents, odd letters, digits for letters or letters apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Cyrillic and Greek letters that look like Latin ones
_LIKE = str.maketrans(
    "асеорхуіјѕкмтвнԁԛԝɡ" + "αβεικνορτυχ",
    "aceopxyijskmtbhdqwg" + "abeiknoptux",
)
_FIRST = str.maketrans("43105$7@!8", "aeiossta" + "ib")  # 1 and ! as i
_SECOND = str.maketrans("43105$7@!8", "aelossta" + "lb")  # and as l
_MIXED = re.compile(r"[^\W\d_]*[0-9$@!][\w$@!]*|[\w$@!]*[0-9$@!][^\W\d_]+")
_APART = re.compile(r"(?<![^\W_])[^\W_](?:[ ._*\-]+[^\W_](?![^\W_])){2,}")
_LONG = re.compile(r"([^\W\d_])\1\1+")
LONGEST = 20_000  # characters of one text that are looked at


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, no accents, no invisible characters, one space between words."""
    text = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    text = "".join(
        c for c in text if unicodedata.category(c) not in ("Cf", "Mn", "Cc", "Co") or c in "\n\t"
    )
    if any("a" <= c <= "z" for c in text) and any("\u0370" <= c <= "\u052f" for c in text):
        text = text.translate(_LIKE)
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


@lru_cache(maxsize=4096)
def views(text: str) -> tuple[str, ...]:
    """The plain text, and what it says where it is in disguise."""
    first = plain(text)
    found = [first]
    for table in (_FIRST, _SECOND):
        found.append(_MIXED.sub(lambda m, t=table: m[0].translate(t), first))  # type: ignore[misc]
    found += [_APART.sub(_joined, view) for view in found]
    return tuple(dict.fromkeys(found))


def _joined(match: re.Match[str]) -> str:
    return re.sub(r"[ ._*\-]+", "", match[0])


def runs_together(text: str) -> str:
    """The words of a text that were written letter by letter, whose ends are lost; or nothing."""
    return " ".join(_joined(m) for m in _APART.finditer(plain(text)))


def is_stretched(text: str) -> bool:
    return bool(_LONG.search(plain(text)))


def squeezed(text: str) -> str:
    """Each letter once, however often it is repeated."""
    return re.sub(r"([^\W\d_])\1+", r"\1", text)
