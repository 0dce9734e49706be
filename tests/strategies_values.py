"""Hypothesis strategies for the values, fields and times of generated films."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from scenelang.grammar import ast, vocabulary
from scenelang.grammar.vocabulary import PROPERTIES, TERMS


def word(text: str) -> ast.Word:
    return ast.Word(text=text)


def amount(number: int | str | Decimal, unit: str) -> ast.Quantity:
    return ast.Quantity(number=Decimal(number), unit=unit)


def numbers(low: str | int, high: str | int, places: int = 1) -> SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places)


def quantities(
    unit: str, low: str | int, high: str | int, places: int = 1
) -> SearchStrategy[ast.Quantity]:
    return numbers(low, high, places).map(lambda number: amount(number, unit))


def terms(*categories: str) -> SearchStrategy[ast.Word]:
    return st.sampled_from([word(term.word) for category in categories for term in TERMS[category]])


# Prose of any language; control characters are no text.
_PROSE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=40
)
_SENTENCES = st.sampled_from(
    [
        "a woman in a red coat",
        "un vieux monsieur à lunettes",
        "雪の降る通り",
        'a sign that says "open"',
        "rain, mist",
    ]
)
texts = st.builds(ast.Text, value=_SENTENCES | _PROSE)
# Words that a statement begins with can't name a subject at a statement's beginning.
_HEADS = {term.word for heads in vocabulary.HEADS.values() for term in heads}
_RESERVED = _HEADS
_NAME = r"[a-zé雪]([a-z0-9_]|-[a-z0-9]){0,6}"
NAMES = st.from_regex(_NAME, fullmatch=True).filter(lambda name: name not in _RESERVED)
VERBS = [alias for term in TERMS["verb"] for alias in (term.word, *term.aliases)]
_STILL = ("smile", "wave", "look", "talk", "point", "hold")
STILL_VERBS = [t.word for t in TERMS["verb"] if t.word in _STILL]

lengths = quantities("m", "0.1", 6) | quantities("cm", 1, 90, 0) | quantities("ft", 1, 9, 0)
coordinates = quantities("m", -9, 9, 2)
points = st.builds(
    lambda xs: ast.Point(coordinates=tuple(xs)), st.lists(coordinates, min_size=2, max_size=2)
)
angles = quantities("deg", 0, 60, 0)
ratios = quantities("%", 0, 100, 0)
speeds = quantities("m/s", 0, 4) | quantities("km/h", 0, 9, 0)
kelvin = quantities("K", 1500, 9000, 0)

TYPES: dict[str, SearchStrategy[tuple[ast.Value, ...]]] = {
    "text": st.tuples(texts),
    "colour": st.tuples(
        st.sampled_from(["magenta", "deep blue", "#ffcc88"]).map(lambda c: ast.Text(value=c))
    ),
    "number": st.tuples(quantities("", 1, 60, 0)),
    "length": st.tuples(lengths),
    "angle": st.tuples(angles),
    "ratio": st.tuples(ratios),
    "speed": st.tuples(speeds),
    "temperature": st.tuples(kelvin),
    "size": st.tuples(
        st.sampled_from([ast.Size(width=640, height=360), ast.Size(width=1920, height=1080)])
    ),
    "aspect": st.tuples(st.sampled_from([ast.Aspect(width=Decimal("2.39"), height=Decimal(1))])),
    "quality": st.tuples(terms("quality")),
    "flag": st.just(()),
    "bearing": st.tuples(st.sampled_from(["left", "right", "front", "back"]).map(word), angles),
    "wind": st.tuples(st.sampled_from(["left", "right", "front", "back"]).map(word), speeds),
}


@st.composite
def fields(draw: DrawFn, owner: str, names: Sequence[str] = ()) -> tuple[ast.Field, ...]:
    """Some of the properties of a statement, each once; those that name a subject only with `names`."""
    types = TYPES | ({"name": st.tuples(st.sampled_from(names).map(word))} if names else {})
    own = [p for p in PROPERTIES[owner] if p.type in types]
    chosen = draw(st.lists(st.sampled_from(own), unique=True, max_size=4))
    return tuple(ast.Field(key=word(p.key), values=draw(types[p.type])) for p in chosen)


# Time -----------------------------------------------------------------------------------


@st.composite
def intervals(draw: DrawFn, seconds: int) -> ast.Interval:
    """A span inside a shot of some seconds; open at the end, or half-open."""
    start, end = sorted(draw(st.lists(st.integers(0, seconds * 4), min_size=2, max_size=2, unique=True)))
    times = [amount(Decimal(quarter) / 4, "s") for quarter in (start, end)]
    return ast.Interval(start=times[0], end=None if draw(st.booleans()) else times[1])
