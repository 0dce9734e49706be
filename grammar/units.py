"""Whether a quantity has a unit that its place takes, and if not, what to write instead."""

from __future__ import annotations

from scenelang.grammar.ast import Quantity
from scenelang.grammar.codes import Code
from scenelang.grammar.diagnostics import Suggestion
from scenelang.grammar.record import Record
from scenelang.grammar.vocabulary import UNIT_ALIASES, UNIT_EXAMPLES, UNITS

# a duration has no shot yet that it could be a share of
_UNITS = {**UNITS, "duration": dict.fromkeys(("s", "f"), 1.0)}
_EXAMPLES = {**UNIT_EXAMPLES, "duration": UNIT_EXAMPLES["time"]}
_NAMES = {
    "length": "a length", "angle": "an angle", "time": "a time", "speed": "a speed",
    "temperature": "a temperature", "ratio": "a ratio", "focal": "a focal length",
    "aperture": "an aperture", "number": "a number", "duration": "a duration",
}  # fmt: skip


class Problem(Record):
    code: Code
    message: str
    hint: str = ""


def written(quantity: Quantity) -> str:
    """A quantity in its canonical form: `1.90m` becomes `1.9m`."""
    return f"f/{plain(quantity)}" if quantity.unit == "f/" else plain(quantity) + quantity.unit


def plain(quantity: Quantity) -> str:
    """The number alone; exact, without an exponent or trailing zeros."""
    text = f"{quantity.number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def kind_name(kind: str) -> str:
    """`an angle` for `angle`."""
    return _NAMES[kind]


def example(kind: str) -> str:
    return _EXAMPLES[kind]


def problem(quantity: Quantity, kind: str) -> Problem | None:
    """What is wrong with a quantity where one of `kind` (of UNITS, or `duration`) belongs."""
    if quantity.unit in _UNITS[kind]:
        return None
    name, number = kind_name(kind), plain(quantity)
    if kind == "number":
        return Problem(Code.WRONG_UNIT, f"a plain number belongs here: `{number}`, without a unit")
    choices = [f"f/{number}" if unit == "f/" else number + unit for unit in _UNITS[kind]]
    if not quantity.unit:
        return Problem(Code.NO_UNIT, f"{name} needs a unit: {alternatives(choices)}")
    meant = canonical_unit(quantity.unit)
    if meant in _UNITS[kind]:
        return Problem(
            Code.UNKNOWN_UNIT,
            f"`{quantity.unit}` is no unit of the language",
            Suggestion(f"write `{number}{meant}`", number + meant),
        )
    if meant:
        kinds = [kind for kind, units in UNITS.items() if meant in units]
        other = "ratio" if "ratio" in kinds else kinds[0]
        return Problem(
            Code.WRONG_UNIT,
            f"`{written(quantity)}` is {kind_name(other)}, but {name} belongs here",
            f"{name} is written like `{example(kind)}`",
        )
    return unknown_unit(quantity, f"{name} is written like `{example(kind)}`")


def unknown_unit(quantity: Quantity, hint: str = "") -> Problem:
    meant = canonical_unit(quantity.unit)
    if meant:
        hint = Suggestion(f"write `{plain(quantity)}{meant}`", plain(quantity) + meant)
    return Problem(Code.UNKNOWN_UNIT, f"`{quantity.unit}` is no unit of the language", hint)


def is_unit(unit: str) -> bool:
    return any(unit in units for units in UNITS.values())


def canonical_unit(unit: str) -> str:
    """The unit that a spelling such as `sec` or `S` stands for, or an empty string."""
    if is_unit(unit):
        return unit
    if unit in UNIT_ALIASES:
        return UNIT_ALIASES[unit]
    fold = unit.casefold()
    known = (known for units in UNITS.values() for known in units if known.casefold() == fold)
    return UNIT_ALIASES.get(fold) or next(known, "")


def alternatives(choices: list[str] | tuple[str, ...]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{choice}`" for choice in choices]
    if len(quoted) < 2:
        return "".join(quoted)
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]
