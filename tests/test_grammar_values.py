"""Values written as texts, for films made in Python."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from scenelang.grammar import ast, values
from scenelang.grammar.ast import Word


def amount(number: str, unit: str) -> ast.Quantity:
    return ast.Quantity(number=Decimal(number), unit=unit)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("2.5m", "2.5", "m"),
        ("f/2.8", "2.8", "f/"),
        ("-12deg", "-12", "deg"),
        ("40%", "40", "%"),
        ("24", "24", ""),
    ],
)
def test_a_quantity_is_read(text: str, number: str, unit: str) -> None:
    read = values.quantity(text)
    assert read == amount(number, unit) and read.span is None


def test_intervals_points_and_several_values_are_read() -> None:
    assert values.interval("0s..4s") == ast.Interval(start=amount("0", "s"), end=amount("4", "s"))
    assert values.interval("50%..").end is None
    assert values.point("(0m, 2m)") == ast.Point(coordinates=(amount("0", "m"), amount("2", "m")))
    assert values.value("left 35deg") == (Word(text="left"), amount("35", "deg"))
    assert values.value('1280x720 "a \\"b\\""') == (
        ast.Size(width=1280, height=720),
        ast.Text(value='a "b"'),
    )
    assert values.term("size", "CU") == Word(text="close-up")
    assert values.term("move", "boom") == Word(text="pedestal")


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: values.quantity("2", "length"), "a length needs a unit: `2m`"),
        (lambda: values.quantity("4s", "length"), "`4s` is a time, but a length belongs here"),
        (lambda: values.quantity("3sec", "time"), "write `3s`"),
        (lambda: values.quantity("tall", "length"), "`tall` is not a length such as `2m`"),
        (lambda: values.quantity("2m 3m"), "is not a quantity"),
        (lambda: values.interval("0..4s"), "a time needs a unit: `0s`"),
        (lambda: values.interval("4s"), "is not a span of time such as `0s..4s`"),
        (lambda: values.point("2m"), "is not a point"),
        (lambda: values.point("(2m)"), "a point has 2 or 3 coordinates, not 1"),
        (lambda: values.value("{ }"), "can't be read as a value"),
        (lambda: values.term("size", "wid"), "did you mean `wide`?"),
    ],
)
def test_a_wrong_value_says_what_to_write(read: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        read()
    assert message in str(raised.value)
