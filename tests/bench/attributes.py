"""Attributes of one film, changed one at a time: does the picture change as the file says, and nothing else?

Every change is measured twice, on the model's films and on the animatic's: a change is a pair of films of
the same seed, without and with it.

(a) It changes what it should. A measure of its own (bench/measures.py) is taken of the region that the plan
names. The model's change must point where the animatic's points, be about as large, and, where the measure
is absolute, end nearer to the animatic with the change than to the one without.

(b) It leaves the rest. The rest is every pixel that the animatic does not change, by SAME and INSIDE. There
the model's two films may differ by at most REST, an absolute limit: it is what an onlooker sees who holds
both side by side. A limit relative to the model's spread over seeds would forgive a model that is
nowhere the same twice, and punish one that always is; the spread is measured and printed beside it. Where
the rest is less than SCARCE of the picture, as under another lamp, (b) says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
from bench import measures
from bench.measures import (
    SIZE,
    Compared,
    Lab,
    Measure,
    Regions,
    compared,
    difference,
    lab,
    regions,
    shrunk,
    small,
)
from films import plan_text
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.table import Table

from scenelang.compiler.plan import Plan
from scenelang.runtime.previz.render import render_shot

# The animatic's changes within an attribute are at most 0.88 alike (green and yellow; light from the right
# and from behind; desert and sea): a change that is less alike than this may be one into something else.
COSINE = 0.9
# The model's change over the animatic's: nearer to it than to none; energies are squares of that.
AMOUNT, ENERGY = (0.5, 2.0), (0.25, 4.0)
# ΔE. 2.3 is just noticed between two even patches side by side (Mahy, Van Eycken and Oosterlinck 1994);
# what the animatic changes by less is the same to the eye ...
SAME = 2.0
REST = 5.0  # ... and twice that, on average, is still little in a picture
SCARCE = 0.02  # of the picture: some 700 px, below which edges and chance decide

FILM = """scenelang 1
film "Obedience" {{ size {size}; fps 12; seed {seed} }}
character ada "a woman in a {colour} coat" as figure
prop bench "one brown table" as table
place here "a {place}"
shot a {seconds} in here {{
  lens 35mm
  camera from (0m, 1.3m, 5m) looking at (0m, 0.9m, 0m)
  light sun as key {{ from {side}; height 30deg; temperature {temperature} }}
  {air}
  ada at (0m, 0m) facing camera
  bench at (-1.8m, -2.5m) facing camera
  {action}
}}
"""
BASE = {
    "size": "640x360", "seconds": "2s", "colour": "red", "place": "street", "side": "left",
    "temperature": "5600K", "air": "", "action": "",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What is different in the file, and how to measure it in the films."""

    name: str
    fields: Mapping[str, str] = field(hash=False)
    measure: Measure
    amount: tuple[float, float] = AMOUNT
    absolute: bool = (
        True  # not for energies: a soft picture has less of them, with the change and without
    )


def _changes() -> Iterator[Change]:
    for colour in ("blue", "green", "yellow"):
        yield Change(f"coat {colour}", {"colour": colour}, measures.coat_colour)
    yield Change("light from the right", {"side": "right"}, measures.light_balance)
    yield Change("light from behind", {"side": "back"}, measures.light_balance)
    yield Change("light of 2200 K", {"temperature": "2200K"}, measures.warmth)
    yield Change("light of 9000 K", {"temperature": "9000K"}, measures.warmth)
    for kind in ("snow", "rain", "petals"):
        air = {"air": f"particles {kind} {{ density 70% }}"}
        yield Change(kind, air, measures.drifting, ENERGY, absolute=False)
    for place in ("forest", "desert", "room", "sea"):
        yield Change(place, {"place": place}, measures.backdrop_look)
    yield Change("walks right", {"action": "0s.. ada walks right 2m"}, measures.place_at_end)
    yield Change("waves", {"action": "0s.. ada waves"}, measures.motion, ENERGY, absolute=False)
    yield Change("sits", {"action": "0s.. ada sits"}, measures.place_at_end)


CHANGES = {change.name: change for change in _changes()}


def film_plan(name: str = "", seed: int = 1, **more: str) -> Plan:
    """The Plan of the base film, or of one with a change."""
    fields = CHANGES[name].fields if name else {}
    return plan_text(FILM.format(**{**BASE, **fields, **more}, seed=seed))


def where(name: str, seconds: str = "2s") -> Regions:
    """Where a change is measured. Only actions move anybody, in the animatic as in the file."""
    return regions(subjects("", seconds), subjects(CHANGES[name].fields.get("action", ""), seconds))


@cache
def subjects(action: str, seconds: str) -> NDArray[np.uint8]:
    """The mask pass of the base film with an action, [F, H, W] at SIZE."""
    plan = film_plan(action=action, seconds=seconds)
    passes = render_shot(plan, plan.shots[0], *SIZE, passes=("mask",), smooth=False)
    return np.concatenate([p.mask for p in passes if p.mask is not None])


@dataclass(frozen=True)
class Score:
    """How a model obeys one change. `rest` and `seeds` are ΔE over the rest, which is `share` of the picture:
    of the model's film with the change, and of its base with another seed."""

    change: str
    seed: int
    change_seen: Compared
    rest: float
    seeds: float
    share: float

    @property
    def changes(self) -> bool:
        change, seen = CHANGES[self.change], self.change_seen
        low, high = change.amount
        near = seen.to_own < seen.to_base or not change.absolute
        return seen.cosine >= COSINE and low <= seen.ratio <= high and near

    @property
    def leaves(self) -> bool:
        return self.share < SCARCE or self.rest <= REST

    @property
    def obeyed(self) -> bool:
        return self.changes and self.leaves

    def to_json(self) -> dict[str, Any]:
        numbers = {**vars(self.change_seen), "rest": self.rest, "seeds": self.seeds, "share": self.share}
        found = {k: round(v, 4) if math.isfinite(v) else None for k, v in numbers.items()}
        verdict = {"changes": self.changes, "leaves": self.leaves, "obeyed": self.obeyed}
        return {"change": self.change, "seed": self.seed, **found, **verdict}


@dataclass(frozen=True)
class Pair:
    """A film without and with the change."""

    base: Lab
    variant: Lab


def score(name: str, model: Pair, animatic: Pair, other: Lab, seen_in: Regions, seed: int = 1) -> Score:
    """`other` is the model's base film with another seed."""
    films = (model.base, model.variant, animatic.base, animatic.variant)
    measure = CHANGES[name].measure
    seen = compared(*(measure(film, seen_in) for film in films))
    rest = shrunk(difference(animatic.base, animatic.variant) < SAME)
    changed, reseeded = (
        float(difference(model.base, film)[rest].mean()) if rest.any() else math.nan
        for film in (model.variant, other)
    )
    return Score(name, seed, seen, changed, reseeded, float(rest.mean()))


Shoot = Callable[[Plan, str], NDArray[np.uint8]]  # a plan and a name in, the finished film's frames out


class Take:
    """All films of the part by one backend, each rendered when it is first asked for."""

    def __init__(self, shoot: Shoot, done: Callable[[], None]) -> None:
        self._shoot, self._done = shoot, done
        self._films: dict[tuple[str, int], NDArray[np.uint8]] = {}

    def frames(self, name: str, seed: int) -> NDArray[np.uint8]:
        """uint8 [F, H, W, 3] at SIZE."""
        if (name, seed) not in self._films:
            frames = self._shoot(film_plan(name, seed), f"{seed}/{name or 'base'}".replace(" ", "-"))
            self._films[name, seed] = small(frames)
            self._done()
        return self._films[name, seed]

    def pair(self, name: str, seed: int) -> Pair:
        return Pair(lab(self.frames("", seed)), lab(self.frames(name, seed)))


def scores(model: Take, animatic: Take, seed: int, other_seed: int) -> Iterator[Score]:
    other = lab(model.frames("", other_seed))
    for name in CHANGES:
        yield score(name, model.pair(name, seed), animatic.pair(name, seed), other, where(name), seed)


def table(found: list[Score], title: str) -> Table:
    columns = ("change", "cosine", "amount", "nearer", "rest ΔE", "(seeds)", "rest of", "verdict")
    result = Table(*columns, title=title, box=SIMPLE)
    for s in found:
        seen = s.change_seen
        near = f"{seen.to_own:.1f} < {seen.to_base:.1f}" if CHANGES[s.change].absolute else "–"
        rest = (f"{s.rest:.2f}", f"{s.seeds:.2f}") if s.share >= SCARCE else ("–", "–")
        why = [part for part, good in (("changes", s.changes), ("leaves", s.leaves)) if not good]
        verdict = "obeyed" if s.obeyed else f"NOT OBEYED: {', '.join(why)}"
        result.add_row(
            s.change, f"{seen.cosine:.3f}", f"{seen.ratio:.2f}", near, *rest, f"{s.share:.0%}", verdict
        )
    return result


def stills(model: Take, animatic: Take, seed: int, frame: int = 16) -> NDArray[np.uint8]:
    """One row a change: the animatic's base and variant, the model's base and variant; RGB."""
    rows = []
    for name in CHANGES:
        shown = [take.frames(which, seed)[frame] for take in (animatic, model) for which in ("", name)]
        labels = ("animatic", f"animatic: {name}", "model", f"model: {name}")
        rows.append(
            np.hstack([labelled(picture, text) for picture, text in zip(shown, labels, strict=True)])
        )
    return np.vstack(rows)


def labelled(picture: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """A copy with a text on a dark strip."""
    picture = picture.copy()
    picture[:16] //= 4
    cv2.putText(picture, text, (6, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255,) * 3, 1, cv2.LINE_AA)
    return picture
