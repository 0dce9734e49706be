"""Syntax errors in a film maker's words: what was found, what could stand there instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lark import Token

from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.units import Problem, is_unit

# how each statement is written, by the type of its first token
FORMS = {
    "SCENELANG": "scenelang 1",
    "IMPORT": 'import "cast.scene" { mara, lio }',
    "FILM": 'film "Title" { size 1280x720; fps 24 }',
    "CHARACTER": 'character mara "a woman in a grey raincoat" as figure { height 1.7m }',
    "PROP": 'prop letter "a folded letter"',
    "PLACE": 'place rooftop "a rooftop at dusk"',
    "SCENE": 'scene roof "EXT. ROOFTOP" in rooftop {',
    "SHOT": 'shot s010 "The letter" 6s in rooftop {',
    "CUT": "cut",
    "DISSOLVE": "dissolve 12f",
    "FADE": "fade out 1s",
    "WIPE": "wipe left 1s",
    "AXIS": "axis mara -> lio",
    "LIGHT": 'light sun as key "low sun" { from left 35deg; temperature 3200K }',
    "PARTICLES": 'particles snow "heavy flakes" { density 40% }',
    "ANIMATE": "animate sun.intensity: 40% @ 0s, 80% @ 4s ease",
    "FRAME": "frame close-up on mara at left-third",
    "ANGLE": "angle low",
    "LENS": "lens 35mm f/2.8",
    "FOCUS": "focus mara",
    "CAMERA": "camera from (0m, 1.6m, 4m) looking at mara {",
    "STEADINESS": "steadiness handheld 20%",
    "AFTER": "after opens for 2s mara gives letter to lio",
    "RACK": "rack focus to lio, ease",
    "SEED": "seed 9",
    "LOOK": 'look "soft grain"',
    "AVOID": 'avoid "text, logos"',
    "SOUND": 'sound "rain on tin"',
    "NOTE": 'note "shoot this first"',
    "NAME": 'mara at (0m, 0m) facing lio`, `0s..2s mara walks forward 2m, "slowly"',
    "span": '0s..2s mara walks forward 2m, "slowly"',
    "after": "after opens for 2s mara gives letter to lio",
    "move_span": "0s..4s dolly in 2m + pan left 10deg, ease in-out",
    "field": "from left 35deg; height 12deg",
}

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


def unexpected(found: Token, read: Sequence[Token], accepted: Collection[str], form: str) -> Problem:
    """A word or sign that the statement can't take; `read` is the statement up to there."""
    text = str(found).strip() or str(found)
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
    if found.type in ("NAME", "QUANTITY") and "STRING" in accepted and not set(accepted) >= _ANY_VALUE:
        near = did_you_mean(
            text, [word.lower() for word in accepted if word.isalpha() and word not in _PHRASES]
        )
        hint = near or f'texts stand in quotes, like `"{text} …"`'
        return Problem(Code.UNEXPECTED, f"`{text}` can't stand here", hint)
    words = [word.lower() for word in accepted if word.isalpha() and word not in _PHRASES]
    if near := did_you_mean(text, words):
        return Problem(Code.UNEXPECTED, f"`{text}` can't stand here", near)
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
