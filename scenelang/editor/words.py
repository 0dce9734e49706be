"""Which word of the vocabulary a word in a film is."""

from __future__ import annotations

from scenelang.editor.tree import Spot
from scenelang.grammar import ast, vocabulary
from scenelang.grammar.vocabulary import TERMS, Property, Term

# where a word's category isn't the name of the attribute that it stands in
_CATEGORIES: dict[tuple[type[ast.Node], str], tuple[str, ...]] = {
    (ast.Framing, "size"): ("size", "framing"),
    (ast.Framing, "at"): ("composition",),
    (ast.AnglePart, "word"): ("angle",),
    (ast.Lens, "focal"): ("lens",),
    (ast.Steadiness, "word"): ("steadiness",),
    (ast.Particles, "kind"): ("particles",),
    (ast.Light, "name"): ("preset",),
    (ast.Move, "name"): ("move",),
    (ast.Move, "direction"): (),  # the operator's, not the audience's
}


def categories(spot: Spot) -> tuple[str, ...]:
    """The categories of the vocabulary whose words can stand where a word stands."""
    parent = spot.parent
    if isinstance(parent, ast.Field):
        key = parent.key.text
        return () if spot.attribute == "key" else (key,) if key in TERMS else ("direction",)
    if isinstance(parent, ast.Action) and spot.attribute == "words":
        return ("verb",) if spot.number == 0 else ()
    named = (spot.attribute,) if spot.attribute in TERMS else ()
    return _CATEGORIES.get((type(parent), spot.attribute), named)


def term_of(spot: Spot) -> tuple[str, Term] | None:
    """The category and the term of a word; None for one that the vocabulary doesn't have there."""
    if isinstance(spot.node, ast.Word):
        for category in categories(spot):
            if term := vocabulary.find(category, spot.node.text):
                return category, term
    return None


def property_of(field: Spot) -> Property | None:
    """The property that a field, or one of its parts, sets."""
    line = (*field.above, field.node)
    at = next((i for i, node in enumerate(line) if isinstance(node, ast.Field)), 0)
    if not at:
        return None
    node, owner = line[at], line[at - 1]
    name = owner.role if isinstance(owner, ast.Declaration) else type(owner).__name__.lower()
    name = "film" if isinstance(owner, ast.Header) else name
    assert isinstance(node, ast.Field)
    return vocabulary.find_property(name, node.key.text)
