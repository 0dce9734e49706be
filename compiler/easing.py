"""Easing, and values between keys, each kind of value in the space where it moves evenly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

from scenelang.grammar.record import Record

T = TypeVar("T")

EASES: dict[str, Callable[[float], float]] = {
    "linear": lambda u: u,
    "ease": lambda u: u * u * (3 - 2 * u),
    "ease in": lambda u: u * u,
    "ease out": lambda u: u * (2 - u),
    "ease in-out": lambda u: u * u * u * (u * (6 * u - 15) + 10),
}


def ease(name: str, u: float) -> float:
    """Progress 0..1 along an easing, clamped at both ends."""
    return EASES[name](min(1.0, max(0.0, u)))


class Keyed(Record, Generic[T]):
    """A value at a time in seconds from the shot's start; the easing belongs to the arrival."""

    value: T
    time: Fraction
    ease: str = "linear"


def mix_linear(a: float, b: float, u: float) -> float:
    return a + (b - a) * u


def mix_inverse(a: float, b: float, u: float) -> float:
    """Even in 1/x: focus distances and colour temperatures."""
    return 1.0 / (1.0 / a + (1.0 / b - 1.0 / a) * u)


def mix_ratio(a: float, b: float, u: float) -> float:
    """Even in log x: focal lengths, so that a zoom looks as fast at its end as at its start."""
    return a * (b / a) ** u


def mix_vector(a: tuple[float, ...], b: tuple[float, ...], u: float) -> tuple[float, ...]:
    return tuple(x + (y - x) * u for x, y in zip(a, b))


def value_at(keys: Sequence[Keyed[T]], time: Fraction, mix: Callable[[T, T, float], T]) -> T:
    """The value at a time: held before the first key and after the last."""
    if time <= keys[0].time:
        return keys[0].value
    for a, b in pairwise(keys):
        if time < b.time:
            return mix(a.value, b.value, ease(b.ease, float((time - a.time) / (b.time - a.time))))
    return keys[-1].value
