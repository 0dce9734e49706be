"""The set that each kind of place stands for: ground, walls, horizon, weather and what stands about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from scenelang.compiler.plan import PlacePlan
from scenelang.compiler.set_size import Extent, SetSize, set_size
from scenelang.compiler.sight_lines import CLEARANCE, distances, lines
from scenelang.compiler.turning import Array
from scenelang.runtime.previz import nature, pieces
from scenelang.runtime.previz.enclosures import Enclosure
from scenelang.runtime.previz.palette import rgb
from scenelang.runtime.previz.solids import Rgb


@dataclass(frozen=True)
class Ground:
    """The floor y = 0. Beyond `edge` metres along `axis` (0: |x|, 2: -z) it is of the second kind."""

    texture: str
    tile: float  # metres
    colour: Rgb
    edge: float = 0.0
    axis: int = 0
    beyond: tuple[str, float, Rgb] | None = None
    wet: float = 0.0  # 0 dry, 1 puddles everywhere
    gloss: float = 0.0


@dataclass(frozen=True)
class Set:
    """A place as previz builds it. `fill` scales the light of the surroundings, `fog` is the share
    of light lost in a metre of air, `room` says that there is no sky."""

    ground: Ground
    enclosure: Enclosure | None = None
    horizon: str | None = None
    fill: float = 1.0
    fog: float = 0.004
    interior: bool = False
    night: bool = False
    features: frozenset[str] = frozenset()
    pieces: list[pieces.Piece] = field(default_factory=list)


Build = Callable[[frozenset[str], SetSize], Set]


def _street(f: frozenset[str], size: SetSize) -> Set:
    lamps = 1.3 if f & {"night", "dusk", "lanterns", "neon"} else 0.75
    front = Enclosure("street", size.width, 0.0, size.height, rgb("#b9ada0"), "windows", 12.0, lamps)
    ground = Ground("asphalt", 4.0, rgb("#6c6b6e"), size.edge, 0, ("slabs", 3.0, rgb("#a7a098")))
    return Set(ground, front, "skyline", fog=0.005, pieces=pieces.street(size.width, f))


def _market(f: frozenset[str], size: SetSize) -> Set:
    base = _street(f, size)
    ground = Ground("slabs", 3.0, rgb("#a89a88"))
    return replace(base, ground=ground, pieces=pieces.market(size.width, f))


def _rooftop(f: frozenset[str], size: SetSize) -> Set:
    ground = Ground("slabs", 4.0, rgb("#77767a"), wet=0.25)
    return Set(ground, None, "skyline", fog=0.002, pieces=pieces.rooftop(size.width, f))


def _room(f: frozenset[str], size: SetSize) -> Set:
    walls = Enclosure("room", size.width, size.width, size.height, rgb("#b9a890"), "plaster", 3.0, 0.0)
    ground = Ground("planks", 2.4, rgb("#8f6a48"), gloss=0.12)
    return Set(ground, walls, None, 0.55, 0.0, True, pieces=pieces.room(size.width, f))


def _cave(f: frozenset[str], size: SetSize) -> Set:
    walls = Enclosure("cave", size.width, size.width, size.height, rgb("#6a615a"), "rock", 5.0, 0.0)
    ground = Ground("stone", 2.4, rgb("#7b736b"))
    return Set(ground, walls, None, 0.2, 0.0, True, pieces=nature.cave(size.width))


def _forest(f: frozenset[str], size: SetSize) -> Set:
    ground = Ground("litter", 4.0, rgb("#5d5236"))
    return Set(ground, None, "woods", 0.8, 0.008, pieces=nature.forest(f))


def _field(f: frozenset[str], size: SetSize) -> Set:
    ground = Ground("grass", 6.0, rgb("#5f8238"))
    return Set(ground, None, "hills", pieces=nature.field(f))


def _sea(f: frozenset[str], size: SetSize) -> Set:
    ground = Ground("sand", 4.0, rgb("#cfb88c"), size.edge, size.axis, ("water", 12.0, rgb("#2f6a80")))
    return Set(ground, None, "islands", pieces=nature.shore(size.edge, f))


def _desert(f: frozenset[str], size: SetSize) -> Set:
    return Set(
        Ground("sand", 6.0, rgb("#d3a468")),
        None,
        "dunes",
        fog=0.004,
        pieces=nature.desert(f),
    )


def _mountains(f: frozenset[str], size: SetSize) -> Set:
    return Set(Ground("rock", 6.0, rgb("#857f74")), None, "mountains", pieces=nature.mountains(f))


def _studio(f: frozenset[str], size: SetSize) -> Set:
    return Set(Ground("checker", 4.0, rgb("#9a9a9c")), None, None, fog=0.008)


SETS: dict[str, Build] = {
    "street": _street, "rooftop": _rooftop, "room": _room, "cave": _cave, "forest": _forest, "field": _field,
    "sea": _sea, "beach": _sea, "desert": _desert, "mountains": _mountains, "market": _market, "studio": _studio,
}  # fmt: skip


def build(place: PlacePlan | None, extent: Extent, weather: frozenset[str] = frozenset()) -> Set:
    """The set of a place, large enough for `extent`; an unknown one is the studio.

    `weather` adds features that the shot's particles bring (`wet`)."""
    features = (frozenset(place.features) if place else frozenset()) | weather
    name = place.set if place else "studio"
    made = SETS.get(name, _studio)(features, set_size(name, extent))
    ground = made.ground
    if "snowy" in features and not made.interior:
        trodden = ("snow", 6.0, rgb("#d6dbe4"))
        if ground.texture == "asphalt":
            ground = replace(ground, texture="slush", tile=4.0, colour=rgb("#c2c6cf"), beyond=trodden)
        else:
            beyond = ground.beyond if ground.axis == 2 else None
            ground = replace(ground, texture="snow", tile=6.0, colour=rgb("#d6dbe4"), beyond=beyond)
    if "wet" in features:
        dark = tuple(0.62 * c for c in ground.colour)
        ground = replace(ground, wet=max(ground.wet, 0.6), colour=dark)  # type: ignore[arg-type]
    if "stone" in features and made.interior:
        ground = replace(ground, texture="stone", tile=2.4, colour=rgb("#7b736b"))
    fog = made.fog + 0.045 * ("fog" in features)
    night = "night" in features
    fill = made.fill * (0.45 if "dark" in features else 1.0)
    return replace(made, ground=ground, fog=fog, night=night, fill=fill, features=features)


def clear(made: Set, eye: Array, subjects: list[Array]) -> Set:
    """The set without what would stand in the camera's way: pieces near its path or near the
    lines from it to the subjects. `eye` and every subject [F, 3] metres."""
    if not made.pieces:
        return made
    middles = np.asarray([piece.middle for piece in made.pieces], np.float32)
    away = distances(lines(eye, subjects), middles)
    kept = [p for p, far in zip(made.pieces, away, strict=True) if far >= p.radius + CLEARANCE]
    return replace(made, pieces=kept)
