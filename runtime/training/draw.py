"""Drawing by chance: words by how often they come, numbers, and what is held out."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from scenelang.runtime.training.world import HELD_OUT


class Held(Exception):
    """The draw holds a combination that is kept for tests."""


class Draw:
    """One film being drawn."""

    def __init__(self, random: Random, held: tuple[str, str] | None) -> None:
        self.random, self.held = random, held
        self.shown: set[str] = set()

    def one(self, weights: dict[str, int]) -> str:
        return self.random.choices([*weights], [*weights.values()])[0]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self, low: float, high: float, places: int = 1) -> float:
        return round(self.random.uniform(low, high), places)

    def pair(self, *pair: str) -> None:
        if pair in HELD_OUT and pair != self.held:
            raise Held(pair)

    def want(self, options: Iterable[str], default: str, *, with_: str = "") -> str:
        """The held-out word, where this film is to show one and `options` has it."""
        for word in self.held or ():
            if word in options and word not in self.shown and (not with_ or with_ in (self.held or ())):
                self.shown.add(word)
                return word
        return default
