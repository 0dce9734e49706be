"""Quantities to SI numbers. The parser has checked the units; this converts."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler.geometry import Vec3
from scenelang.grammar import ast
from scenelang.grammar.vocabulary import UNITS

# `%` is a ratio here, and a share of the shot only in `seconds`; `mm` is a length but in `focal`
_FACTORS = (
    {u: k for units in UNITS.values() for u, k in units.items()} | UNITS["length"] | UNITS["ratio"]
)


def number(quantity: ast.Quantity) -> float:
    """A quantity in SI units; a plain number as it is, a ratio from 0 to 1."""
    return float(quantity.number) * _FACTORS[quantity.unit]


def focal(quantity: ast.Quantity) -> float:
    """A focal length in millimetres."""
    return float(quantity.number) * {"mm": 1.0, "cm": 10.0, "m": 1000.0}.get(quantity.unit, 1.0)


def seconds(quantity: ast.Quantity, fps: Fraction, shot: Fraction) -> Fraction:
    """A time in exact seconds; frames are of the film, per cents of the shot."""
    value = Fraction(quantity.number)
    if quantity.unit == "f":
        return value / fps
    if quantity.unit == "%":
        return value / 100 * shot
    return value


def point(node: ast.Point) -> Vec3:
    """`(x, z)` on the floor or `(x, y, z)` in space, in metres."""
    values = [number(q) for q in node.coordinates]
    return (values[0], 0.0, values[1]) if len(values) == 2 else (values[0], values[1], values[2])


def field(fields: tuple[ast.Field, ...], key: str) -> tuple[ast.Value, ...] | None:
    return next((f.values for f in fields if f.key.text == key), None)


def field_number(fields: tuple[ast.Field, ...], key: str, default: float) -> float:
    values = field(fields, key)
    found = next((v for v in values or () if isinstance(v, ast.Quantity)), None)
    return default if found is None else number(found)


def field_text(fields: tuple[ast.Field, ...], key: str, default: str = "") -> str:
    values = field(fields, key)
    found = next((v for v in values or () if isinstance(v, ast.Text)), None)
    return default if found is None else found.value
