"""The vocabulary as a page of the reference, made from the one table."""

from __future__ import annotations

from collections.abc import Iterator

from scenelang.grammar.vocabulary import HEADS, MOVES, PROPERTIES, TERMS, UNIT_EXAMPLES, UNITS, Term

TITLES = {
    "size": "Shot sizes", "framing": "Framings", "angle": "Angles", "composition": "Compositions", "lens": "Lenses in words",
    "ease": "Easing", "speed": "Speeds, instead of an amount", "steadiness": "Steadiness", "role": "Roles of a light",
    "preset": "Lights in one word", "quality": "Quality of light", "particles": "Particles", "direction": "Directions",
    "facing": "Facings", "pose": "Poses", "kind": "Kinds that previz draws", "verb": "Verbs that previz knows",
}  # fmt: skip


def vocabulary_page() -> str:
    """`docs/vocabulary.md`, whole."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The vocabulary"
    yield ""
    yield "Made from the table in `grammar/terms.py` by `make vocabulary`. Aliases are read, and `fmt` writes the first word."
    for place, terms in HEADS.items():
        yield from _table(f"Statements of a {place}", terms)
    yield from _moves()
    for category, title in TITLES.items():
        yield from _table(title, TERMS[category])
    for owner, properties in PROPERTIES.items():
        if properties:
            yield from (
                "",
                f"## Fields of `{owner}`",
                "",
                "| field | takes | meaning | can be animated |",
                "|---|---|---|---|",
            )
            for p in properties:
                yield f"| `{p.key}` | {p.type} | {p.meaning} | {'yes' if p.animatable else ''} |"
    yield from ("", "## Units", "", "| quantity | units | such as |", "|---|---|---|")
    for quantity, units in UNITS.items():
        yield f"| {quantity} | {' '.join(f'`{u}`' if u else 'none' for u in units)} | `{UNIT_EXAMPLES[quantity]}` |"


def _table(title: str, terms: tuple[Term, ...]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| word | meaning | also |", "|---|---|---|")
    for term in terms:
        yield f"| `{term.word}` | {term.meaning} | {_also(term)} |"


def _moves() -> Iterator[str]:
    yield from (
        "",
        "## Camera moves",
        "",
        "| move | directions | amount | slow, regular, fast | meaning | also |",
        "|---|---|---|---|---|---|",
    )
    for m in MOVES:
        amounts = ", ".join(f"{a:g}" for a in m.amounts) if any(m.amounts) and m.directions else ""
        yield f"| `{m.word}` | {' '.join(m.directions)} | {m.takes} | {amounts} | {m.meaning} | {_also(m)} |"


def _also(term: Term) -> str:
    return " ".join(f"`{alias}`" for alias in term.aliases)
