"""Syntax errors in a film maker's words: what was found, what could stand there instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.forms import FORMS
from scenelang.grammar.tree import Token
from scenelang.grammar.units import Problem, is_unit

_QUOTES = "“”„«»‘’'`"
_PHRASES = {
    "NAME": "a name",
    "QUANTITY": "a quantity such as `4s`",
    "APERTURE": "an aperture such as `f/2.8`",
    "SIZE": "a size such as `1280x720`",
    "ASPECT": "an aspect ratio such as `2.39:1`",
    "STRING": "a text in quotes",
    "LPAR": "a point such as `(0m, 2m)`",
    "_SEP": "the end of the line",
    "_COMMA": "`,`",
    "_PLUS": "`+`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "RPAR": "`)`",
    "DOTDOT": "`..`",
    "DOT": "`.`",
    "COLON": "`:`",
    "MARK": "`@`",
    "ARROW": "`->`",
}
# what a name is behind a word of the language
_NAMES = {
    "FRAME": "a shot size such as `wide`",
    "ANGLE": "an angle such as `low`",
    "STEADINESS": "`handheld`, `smooth`, `static` or `shaky`",
    "PARTICLES": "a kind such as `snow`",
    "POSE": "a pose such as `sitting`",
    "FADE": "`in` or `out`",
    "LENS": "a focal length such as `35mm`",
}
_ANY_VALUE = {"NAME", "QUANTITY", "STRING", "LPAR"}
_NUMBERS = {"SEED": "a number such as `9`", "SCENELANG": "the version, `1`"}
_PREPOSITIONS = ("at", "on", "of", "in", "as", "from", "to", "with", "for", "looking", "facing")


def unexpected(found: Token, read: Sequence[Token], accepted: Collection[str], form: str) -> Problem:
    """A word or sign that the statement can't take; `read` is the statement up to there."""
    text = str(found).strip()
    if not text:
        return Problem(Code.UNEXPECTED, "the line can't end here", _hint(read, accepted, form))
    known = _known_slip(found, text, read, accepted)
    if known:
        return known
    shown = text if len(text) <= 40 else text[:39] + "…"
    return Problem(Code.UNEXPECTED, f"`{shown}` can't stand here", _hint(read, accepted, form))


def unfinished(read: Sequence[Token], accepted: Collection[str], form: str) -> Problem:
    """A statement that ends before it is complete."""
    last = str(read[-1])
    if read[-1].type in ("QUANTITY",) and "DOTDOT" in accepted and len(read) == 1:
        return Problem(
            Code.UNFINISHED, f"nothing happens at `{last}`", "a span is written like `0s..4s`"
        )
    return Problem(Code.UNFINISHED, f"something is missing behind `{last}`", _hint(read, accepted, form))


def _known_slip(
    found: Token, text: str, read: Sequence[Token], accepted: Collection[str]
) -> Problem | None:
    last = read[-1] if read else None
    if text[0] in _QUOTES:
        return Problem(Code.UNEXPECTED, f"`{text[0]}` is no quote of the language", 'texts stand in `"`')
    if last is not None and last.type == "QUANTITY":
        if found.type in ("NAME", "IN", "QUANTITY") and is_unit(text) and _is_bare(last):
            return Problem(Code.NO_UNIT, f"`{last}` and its unit are one word", f"write `{last}{text}`")
        if "DOTDOT" in accepted and (text[0] in "-–—.:" or text in ("to", "until")):
            end = text.lstrip("-–—.:") if text[0] == "-" and len(text) > 1 else "4s"
            return Problem(
                Code.UNEXPECTED, f"`{text}` can't stand here", f"a span is written `{last}..{end}`"
            )
    if is_assignment(text, last):
        return Problem(Code.UNEXPECTED, f"no `{text}` stands behind `{last}`", f"leave out the `{text}`")
    if text.upper() in FORMS and "_SEP" in accepted:
        hint = "begin a new line, or set a `;` before it"
        return Problem(Code.UNEXPECTED, f"`{text}` begins a new statement", hint)
    if found.type == "LBRACE" and read and "_SEP" in accepted:
        return Problem(
            Code.UNEXPECTED, f"`{read[0]}` takes no block", "leave out the braces and what is in them"
        )
    if found.type == "QUANTITY" and _is_bare(found) and _ANY_VALUE & set(accepted) == {"NAME"}:
        return Problem(
            Code.UNEXPECTED, f"`{text}` is no name", f"a name begins with a letter, like `s{text}`"
        )
    if (
        text == ","
        and last is not None
        and last.type == "NAME"
        and any(t.type == "NAME" for t in read[1:])
    ):
        return Problem(
            Code.UNEXPECTED, "`,` can't stand here", 'words with a comma are a text: `"rain, mist"`'
        )
    words = [word.lower() for word in accepted if word.isalpha() and word not in _PHRASES]
    near = did_you_mean(text, words) if len(text) > 1 else ""
    if near:
        return Problem(Code.UNEXPECTED, f"`{text}` can't stand here", near)
    if found.type == "NAME" and "STRING" in accepted and text not in _PREPOSITIONS:
        hint = f'texts stand in quotes, like `"{text} …"`'
        return Problem(Code.UNEXPECTED, f"`{text}` can't stand here", hint)
    return None


def is_assignment(found: str, last: Token | None) -> bool:
    """Whether the author wrote `size: 1280x720` or `size = 1280x720`."""
    return found in (":", "=") and last is not None and last[:1].isalpha() and last.type != "QUANTITY"


def _hint(read: Sequence[Token], accepted: Collection[str], form: str) -> str:
    phrases = []
    last = read[-1].type if read else ""
    for kind in sorted(accepted, key=_rank):
        if kind == "NAME":
            phrases.append(_NAMES.get(last, "a name"))
        elif kind == "QUANTITY" and last in _NUMBERS:
            phrases.append(_NUMBERS[last])
        elif kind in _PHRASES:
            phrases.append(_PHRASES[kind])
        elif kind.isalpha() and kind not in ("UNCLOSED", "ERROR"):
            phrases.append(f"`{kind.lower()}`")
    if len(phrases) > 6:
        phrases = []
    listed = (
        ", ".join(phrases[:-1]) + (" or " if len(phrases) > 1 else "") + phrases[-1] if phrases else ""
    )
    expected = f"here can stand {listed}" if listed else ""
    example = f"it is written like `{form}`" if form else ""
    return "; ".join(filter(None, (expected, example)))


def _rank(kind: str) -> tuple[int, str]:
    """Words first, then values, signs, and the end of the line."""
    if kind not in _PHRASES:
        return 0, kind
    return 1 + list(_PHRASES).index(kind), kind


def _is_bare(token: Token) -> bool:
    return not token.lstrip("-.0123456789")
