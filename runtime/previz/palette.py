"""The colours and features of a subject as its builders ask for them."""

from __future__ import annotations

from dataclasses import dataclass

from scenelang.compiler.lexicon import linear
from scenelang.runtime.previz.solids import Material, Rgb

UNSAID = "#808080"  # of parts that are given a colour before


def rgb(colour: str) -> Rgb:
    """Linear RGB of `#rrggbb`."""
    return linear(colour)


@dataclass(frozen=True)
class Look:
    """What is known of how one member of a subject looks."""

    id: str
    kind: str
    height: float
    colours: dict[str, str]  # of parts; of people as compiler/wardrobe.py says
    features: frozenset[str]
    words: str = ""
    member: int = 0
    members: int = 1
    night: bool = False

    def has(self, *features: str) -> bool:
        return any(f in self.features for f in features)

    def colour(self, *parts: str, otherwise: str = UNSAID) -> Rgb:
        """The colour of the first part that has one; groups vary a little in brightness."""
        name = next((self.colours[p] for p in parts if p in self.colours), otherwise)
        shade = 1.0 + (0.16 * ((self.member * 0.618) % 1.0 - 0.5) if self.members > 1 else 0.0)
        r, g, b = rgb(name)
        return (min(1, r * shade), min(1, g * shade), min(1, b * shade))

    def cloth(self, *parts: str, otherwise: str = UNSAID) -> Material:
        return Material(self.colour(*parts, otherwise=otherwise), texture="cloth", tile=0.35)

    def paint(self, *parts: str, otherwise: str = UNSAID, gloss: float = 0.0) -> Material:
        return Material(self.colour(*parts, otherwise=otherwise), gloss=gloss)


def material(colour: str, glow: float = 0.0, gloss: float = 0.0) -> Material:
    return Material(rgb(colour), glow, gloss=gloss)
