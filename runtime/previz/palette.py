"""The colours and features of a subject as its builders ask for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from scenelang.compiler.lexicon import linear
from scenelang.runtime.previz.solids import Material, Rgb

# what people wear where nothing is said, so that a crowd is no row of clones
CLOTHES = (
    "#3f5a78",
    "#7b4b3a",
    "#5d6b4a",
    "#8a6d3b",
    "#4b4763",
    "#a0522d",
    "#2f6f6d",
    "#914b5c",
    "#6f6a62",
)
HAIR = ("#2a1f1a", "#4a3224", "#1c1a1d", "#6b4a2c", "#332a2a")
SKIN = ("#e3b48f", "#c98f66", "#f0c9a8", "#a86f4b", "#d9a37c")
UMBRELLAS = ("#b3413a", "#3c6e91", "#d8b13c", "#4f7d5a", "#7a5a92", "#c76b3f", "#dcd6c8", "#39424e")


def rgb(colour: str) -> Rgb:
    """Linear RGB of `#rrggbb`."""
    return linear(colour)


@dataclass(frozen=True)
class Look:
    """What is known of how one member of a subject looks."""

    id: str
    kind: str
    height: float
    colours: dict[str, str]
    features: frozenset[str]
    words: str = ""
    member: int = 0
    members: int = 1
    night: bool = False

    def has(self, *features: str) -> bool:
        return any(f in self.features for f in features)

    def pick(self, choices: Iterable[str], what: str = "") -> str:
        """One of several colours, by the subject's name and member: the same in every shot."""
        options = tuple(choices)
        digest = hashlib.sha256(f"{self.id}/{what}".encode()).digest()
        return options[(digest[0] + self.member) % len(options)]

    def colour(self, *parts: str, otherwise: str) -> Rgb:
        """The colour of the first part that has one; groups vary a little in brightness."""
        name = next((self.colours[p] for p in parts if p in self.colours), otherwise)
        shade = 1.0 + (0.16 * ((self.member * 0.618) % 1.0 - 0.5) if self.members > 1 else 0.0)
        r, g, b = rgb(name)
        return (min(1, r * shade), min(1, g * shade), min(1, b * shade))

    def cloth(self, *parts: str, otherwise: str) -> Material:
        return Material(self.colour(*parts, otherwise=otherwise), texture="cloth", tile=0.35)

    def paint(self, *parts: str, otherwise: str, gloss: float = 0.0) -> Material:
        return Material(self.colour(*parts, otherwise=otherwise), gloss=gloss)


def material(colour: str, glow: float = 0.0, gloss: float = 0.0) -> Material:
    return Material(rgb(colour), glow, gloss=gloss)
