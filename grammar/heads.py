"""Why a word can't begin a statement where it stands: misspelt, or out of place."""

from __future__ import annotations

from collections.abc import Container

from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.units import Problem, alternatives
from scenelang.grammar.vocabulary import HEADS, MOVES, find_move

_WHERE = {
    "file": "outside of scenes and shots",
    "scene": "in a scene",
    "shot": "in a shot",
    "camera": "in the block of a shot's `camera`",
}
_CAMERA_HEADS = ("steadiness", *(name for term in MOVES for name in (term.word, *term.aliases)))


def heads(block: str) -> tuple[str, ...]:
    """The words that begin a statement in `file`, `scene`, `shot` or `camera`."""
    return _CAMERA_HEADS if block == "camera" else tuple(term.word for term in HEADS[block])


def explain_head(
    word: str, block: str, declared: Container[str] | None, timed: bool = False
) -> Problem | None:
    """What is wrong with a statement of `block` that begins with `word`.

    None where `word` may well be a subject: it is declared, or like no other word.
    """
    if declared is None or word in declared:
        return None
    if timed:
        return _timed(word)
    if word in heads(block):
        return None
    places = [place for place in ("shot", "scene", "file") if word in heads(place)]
    if places:
        stands = " or ".join(_WHERE[place] for place in places)
        return Problem(Code.MISPLACED, f"`{word}` can't stand here", f"it stands {stands}")
    if block == "shot" and _is_move(word):
        return Problem(Code.MISPLACED, f"`{word}` can't stand here", f"it stands {_WHERE['camera']}")
    hint = did_you_mean(word, heads(block))
    if hint:
        return Problem(Code.UNKNOWN_STATEMENT, f"no statement begins with `{word}`", hint)
    return None


def _timed(word: str) -> Problem | None:
    if word == "camera" or _is_move(word):
        hint = "write the times in the block of `camera`: `camera { 0s..4s dolly in 2m }`"
        return Problem(Code.MISPLACED, f"`{word}` can't stand behind a time here", hint)
    if word in heads("shot"):
        hint = "a value that changes is `animate`d: `animate sun.intensity: 40% @ 0s, 80% @ 4s`"
        return Problem(Code.MISPLACED, f"`{word}` can't stand behind a time", hint)
    return None


def _is_move(word: str) -> bool:
    return find_move(word) is not None or word == "steadiness"


def no_statement(word: str, block: str) -> Problem:
    """For a word that certainly begins no statement of `block`."""
    found = explain_head(word, block, ())
    if found:
        return found
    hint = f"a statement {_WHERE[block]} begins with {alternatives(heads(block))}"
    if block == "camera":
        hint = "a line of a camera is a move, such as `0s..4s dolly in 2m`"
    elif block != "file":
        hint = (
            f"a statement {_WHERE[block]} begins with a subject's name, or {alternatives(heads(block))}"
        )
    return Problem(Code.UNKNOWN_STATEMENT, f"no statement begins with `{word}`", hint)
