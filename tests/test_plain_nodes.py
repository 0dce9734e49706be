"""A check defines no models: the plain nodes that it reads films with find the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from films import EXAMPLES

from scenelang.compiler.geometry import Orientation
from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse_file
from scenelang.grammar.record import Record, replace

FILES = [
    *sorted(map(str, EXAMPLES.glob("*.scene"))),
    *sorted(map(str, (EXAMPLES.parent / "tests" / "corpus").glob("*/*.scene"))),
]
FOUND = "[[str(d.span), d.code, d.message, d.hint] for d in analyse(*parse_file(file)[:2]).diagnostics]"
PLAIN = f"""
import json, sys
from scenelang.grammar import plain
plain.in_use = True
from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse_file
found = {{file: {FOUND} for file in json.load(sys.stdin)}}
assert "pydantic" not in sys.modules
json.dump(found, sys.stdout)
"""


def test_plain_nodes_find_what_models_find() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN],
        input=json.dumps(FILES),
        capture_output=True,
        text=True,
        check=True,
    )
    plain = json.loads(done.stdout)
    for file in FILES:
        found = analyse(*parse_file(file)[:2]).diagnostics
        assert plain[file] == [[str(d.span), d.code, d.message, d.hint] for d in found], file


def test_records_are_like_frozen_dataclasses() -> None:
    class Point(Record):
        x: float
        y: float = 2.0

    class Named(Point):
        name: str = "n"

    assert Point(1.0) == Point(x=1.0, y=2.0) != Named(1.0)
    assert Named(1.0, name="a") == Named(1.0, 2.0, "a")
    assert hash(Point(1.0)) == hash(Point(1.0, 2.0))
    assert repr(Point(1.0)) == "Point(x=1.0, y=2.0)"
    assert replace(Point(1.0), y=3.0) == Point(1.0, 3.0)
    for wrong in (
        Point,
        lambda: Point(1.0, 2.0, 3.0),  # type: ignore[call-arg]
        lambda: Point(1.0, x=2.0),  # type: ignore[misc]
        lambda: Point(1.0, z=2.0),  # type: ignore[call-arg]
        lambda: replace(Point(1.0), z=2.0),
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(AttributeError):
        Point(1.0).x = 2.0  # type: ignore[misc]
    assert Orientation().plus(yaw=3) == Orientation(3)
