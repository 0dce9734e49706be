"""Random films as text, over what the lexicon and the vocabulary know: what the bundled model learns from.

A film is one shot of some seconds with a cast, a place, a camera, lights, air and actions.
Everything comes from one `random.Random`, so a seed names a film. Combinations of HELD_OUT
are drawn only when asked for, so that a model never sees them before it is tested on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.parse import parse

# pairs that no training film holds together: a kind and its colour, a place and a kind, a place and its air
HELD_OUT: frozenset[tuple[str, str]] = frozenset(
    {
        ("vehicle", "green"), ("figure", "purple"), ("ball", "cyan"), ("boat", "orange"), ("animal", "grey"),
        ("desert", "boat"), ("rooftop", "animal"), ("sea", "vehicle"), ("forest", "stall"),
        ("desert", "snow"), ("market", "leaves"), ("mountains", "petals"), ("street", "bubbles"),
    }
)  # fmt: skip

COLOURS = (
    "red", "orange", "yellow", "green", "blue", "navy", "purple", "magenta", "pink", "brown", "beige", "black",
    "white", "grey", "cyan",
)  # fmt: skip
KINDS = {
    "figure": 60, "creature": 5, "animal": 5, "bird": 3, "vehicle": 6, "boat": 3, "tree": 4, "building": 3,
    "ball": 4, "candle": 4, "lantern": 4, "stall": 4, "table": 3, "cup": 2, "letter": 3, "book": 2, "bottle": 2,
    "chair": 3, "umbrella": 2, "rock": 2, "box": 4,
}  # fmt: skip
NOUNS = {
    "figure": ("woman", "man", "girl", "boy", "person", "vendor", "dancer", "lady"), "creature": ("monster",),
    "animal": ("dog", "horse", "fox"), "vehicle": ("car", "taxi", "van"), "tree": ("tree", "pine"),
    "building": ("house", "tower"),
}  # fmt: skip
GARMENTS = ("coat", "raincoat", "dress", "jacket", "sweater", "shirt", "suit")
SETS = {
    "street": 16, "rooftop": 9, "room": 9, "cave": 9, "forest": 8, "field": 8, "sea": 7, "desert": 7, "mountains": 7,
    "market": 8, "studio": 4,
}  # fmt: skip
TIMES = ("", "", "", "", "at dusk", "at night", "at dawn")
PARTICLES = {
    "snow": 16, "rain": 14, "petals": 12, "leaves": 6, "dust": 7, "smoke": 5, "fog": 5, "mist": 4, "sparks": 6,
    "embers": 9, "ash": 4, "bubbles": 4, "confetti": 6, "fireflies": 6, "debris": 3, "spray": 3,
}  # fmt: skip
RISING = ("embers", "sparks", "smoke", "bubbles")
SIZES = {
    "extreme-close-up": 2, "close-up": 8, "medium-close-up": 8, "medium": 12, "medium-wide": 14, "full": 22, "wide": 24,
    "extreme-wide": 6,
}  # fmt: skip
MOVES = (
    ("pan", ("left", "right"), "deg", (8, 25)), ("tilt", ("up", "down"), "deg", (5, 14)),
    ("roll", ("cw", "ccw"), "deg", (6, 18)), ("dolly", ("in", "out"), "m", (0.4, 2)),
    ("truck", ("left", "right"), "m", (0.4, 2)), ("pedestal", ("up", "down"), "m", (0.3, 1)),
    ("crane", ("up", "down"), "m", (0.5, 3)), ("push", ("in",), "m", (0.4, 1.6)), ("pull", ("out",), "m", (0.4, 1.6)),
)  # fmt: skip
GOING = ("walks", "walks", "walks", "runs")
STAYING = (
    "looks", "leans", "points", "waves", "smiles", "talks", "sits", "kneels", "crouches", "jumps", "dances", "turns",
    "reads", "gives",
)  # fmt: skip


class _Held(Exception):
    """The draw holds a combination that is kept for tests."""


@dataclass
class _Cast:
    name: str
    kind: str
    line: str
    x: float = 0.0
    z: float = 0.0


class _Draw:
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
            raise _Held(pair)

    def want(self, options: Iterable[str], default: str, *, with_: str = "") -> str:
        """The held-out word, where this film is to show one and `options` has it."""
        for word in self.held or ():
            if word in options and word not in self.shown and (not with_ or with_ in (self.held or ())):
                self.shown.add(word)
                return word
        return default

    # the cast ---------------------------------------------------------------------------

    def subject(self, name: str, kind: str) -> _Cast:
        noun = self.random.choice(NOUNS.get(kind, (kind,)))
        colour = self.want(COLOURS, self.random.choice(COLOURS), with_=kind)
        self.pair(kind, colour)
        fields = []
        if kind == "figure":
            text = self._person(noun, colour)
            if self.chance(0.14):
                many = self.random.choice((2, 2, 2, 3, 4, 6, 8))
                fields += [f"count {many}", f"spread {self.number(1.2, 6)}m"]
                text = text.replace(noun, "couple" if many == 2 else "people", 1)
                if many == 2 and self.chance(0.6):
                    text += ", arm in arm"
            elif self.chance(0.2):
                fields.append(f"height {self.number(1.2, 2.0, 2)}m")
        else:
            text = self._thing(kind, noun, colour)
            if self.chance(0.2):
                fields.append(f"height {self._height(kind)}m")
        role = "character" if kind in ("figure", "creature", "animal", "bird") else "prop"
        body = f" {{ {'; '.join(fields)} }}" if fields else ""
        return _Cast(name, kind, f'{role} {name} "{text}" as {kind}{body}')

    def _person(self, noun: str, colour: str) -> str:
        old = "old " if self.chance(0.12) else ""
        text = f"a {old}{noun} in a {'long ' if self.chance(0.2) else ''}{colour} {self.random.choice(GARMENTS)}"
        extras = []
        if self.chance(0.5):
            hair = self.random.choice(("black", "brown", "white", "red", "yellow"))
            extras.append(f"{hair} hair")
        if self.chance(0.14):
            extras.append(f"a {self.random.choice(COLOURS)} umbrella")
        if self.chance(0.12):
            extras.append(f"a {self.random.choice(COLOURS)} apron")
        if self.chance(0.15):
            extras.append(f"a {self.random.choice(COLOURS)} hat")
        if self.chance(0.1):
            extras.append("a beard")
        if self.chance(0.3):
            extras.append(f"{self.random.choice(COLOURS)} trousers")
        if extras:
            text += ", " + ", ".join(extras)
        return (
            text
            + (", hooded" if self.chance(0.06) else "")
            + (", long-haired" if self.chance(0.15) else "")
        )

    def _thing(self, kind: str, noun: str, colour: str) -> str:
        text = f"one {colour} {noun}" if self.chance(0.92) or self.held else f"one {noun}"
        if kind == "creature":
            text = f"a fluffy {colour} {noun}"
            text += ", big-eyed" if self.chance(0.5) else ""
            text += ", open-mouthed" if self.chance(0.4) else ""
        elif kind == "candle":
            text += ", lit" + (", half-melted" if self.chance(0.3) else "")
        elif kind == "letter" and self.chance(0.25):
            text += ", crumpled"
        elif kind in ("stall", "cup") and self.chance(0.4):
            text += ", steaming"
        return text

    def _height(self, kind: str) -> float:
        low, high = {
            "creature": (0.5, 1.4), "tree": (3, 7), "building": (4, 8), "ball": (0.3, 1.0), "box": (0.3, 1.0),
            "rock": (0.4, 1.4), "candle": (0.2, 0.4), "animal": (0.6, 1.5), "boat": (1.5, 2.5),
        }.get(kind, (0.0, 0.0))  # fmt: skip
        from scenelang.compiler.lexicon import HEIGHTS

        return self.number(low, high, 2) if high else HEIGHTS[kind]

    # the place and its light ------------------------------------------------------------

    def place(self, cast: list[_Cast]) -> tuple[str, str]:
        name = self.want(SETS, self.one(SETS))
        for member in cast:
            self.pair(name, member.kind)
        words = [name]
        if name in ("street", "rooftop", "market", "forest", "field", "mountains", "studio"):
            if self.chance(0.18):
                words.insert(0, "snowy")
            elif self.chance(0.15):
                words.insert(0, "wet")
        if name in ("street", "market", "rooftop"):
            words += ["with lanterns"] if self.chance(0.25) else []
            words += ["with neon"] if self.chance(0.12) else []
        if name in ("room", "cave") and self.chance(0.5):
            words.insert(0, "dark")
        if name not in ("room", "cave", "studio"):
            words.append(self.random.choice(TIMES))
        return name, " ".join(filter(None, words))

    def lights(self, cast: list[_Cast]) -> list[str]:
        found = []
        if self.chance(0.82):
            fields = [
                f"from {self.side()} {self.random.randrange(0, 81, 5)}deg",
                f"height {self.random.randrange(4, 75)}deg",
            ]
            fields.append(self._tone())
            if self.chance(0.4):
                fields.append(f"intensity {self.random.randrange(25, 121, 5)}%")
            if self.chance(0.5):
                fields.append(f"quality {self.random.choice(('soft', 'hard'))}")
            found.append(f"light sun as key {{ {'; '.join(fields)} }}")
            if self.chance(0.14) and "temperature" in fields[2]:
                found.append(
                    f"animate sun.temperature: {self._kelvin()}K @ 0s, {self._kelvin()}K @ 1.8s ease"
                )
        if self.chance(0.2):
            found.append(
                f"light edge as rim {{ from {self.side()} {self.random.randrange(110, 170, 5)}deg; "
                f"height {self.random.randrange(10, 45)}deg; {self._tone()}; intensity {self.random.randrange(15, 80, 5)}% }}"
            )
        lamps = [m for m in cast if m.kind in ("candle", "lantern", "stall")]
        for member in lamps:
            if self.chance(0.75):
                flicker = f"; flicker {self.random.randrange(10, 50, 5)}%" if self.chance(0.3) else ""
                found.append(
                    f"light {member.name}-lamp on {member.name} as practical {{ temperature {self.random.randrange(1800, 3200, 100)}K; "
                    f"intensity {self.random.randrange(30, 121, 10)}%{flicker} }}"
                )
        if self.chance(0.1):
            found.append(
                f"light around as ambient {{ intensity {self.random.randrange(5, 50, 5)}%; {self._tone()} }}"
            )
        return found

    def side(self) -> str:
        return self.random.choice(("left", "right"))

    def _kelvin(self) -> int:
        return self.random.randrange(1900, 9000, 100)

    def _tone(self) -> str:
        if self.chance(0.09):
            colour = self.random.choice(
                ("red", "orange", "magenta", "blue", "deep blue", "cyan", "green", "purple")
            )
            return f'colour "{colour}"'
        return f"temperature {self._kelvin()}K"

    def air(self, place: str) -> list[str]:
        found: list[str] = []
        for kind in dict.fromkeys((self.want(PARTICLES, self.one(PARTICLES)), self.one(PARTICLES))):
            if not (self.chance(0.62 if not found else 0.15) or kind in self.shown):
                continue
            self.pair(place, kind)
            fields = [f"density {self.random.randrange(8, 101, 4)}%"]
            if self.chance(0.5):
                fields.append(f"wind {self.side()} {self.number(0.2, 3.5)}m/s")
            if kind in RISING and self.chance(0.4):
                fields.append(f"rise {self.number(0.2, 1.2)}m/s")
            if self.chance(0.25):
                fields.append(f"swirl {self.random.randrange(10, 90, 10)}%")
            found.append(f"particles {kind} {{ {'; '.join(fields)} }}")
            if self.chance(0.15):
                low, high = sorted(self.random.sample(range(0, 101, 5), 2))
                first, last = (low, high) if self.chance(0.6) else (high, low)
                found.append(f"animate {kind}.density: {first}% @ 0s, {last}% @ 1.8s")
        return found

    # the camera -------------------------------------------------------------------------

    def camera(self, cast: list[_Cast]) -> list[str]:
        star = cast[0]
        found = [
            f"frame {self._size(star)} on {star.name}"
            + self.random.choice(("", "", " at left-third", " at right-third"))
        ]
        if self.chance(0.5):
            found.append(
                f"angle {self.random.choice(('eye-level', 'eye-level', 'low', 'high', 'high', 'high', 'overhead', 'ground', 'dutch'))}"
            )
        if self.chance(0.7):
            found.append(f"lens {self.random.choice((20, 24, 28, 28, 35, 35, 35, 50, 50, 65, 85))}mm")
        head = "camera"
        if self.chance(0.35):
            found[0] = ""
            reach = self.number(2.0, 9.0)
            head += f" from ({self.number(-2, 2)}m, {self.number(0.3, 4)}m, {round(reach + star.z, 1)}m) looking at {star.name}"
        moves = " + ".join(dict.fromkeys(self._move(star) for _ in range(self.random.choice((1, 1, 2)))))
        body = (
            []
            if self.chance(0.14)
            else [f"    {moves}{self.random.choice(('', '', ', ease', ', ease in-out'))}"]
        )
        if self.chance(0.12):
            body.append(f"    steadiness handheld {self.random.randrange(10, 40, 5)}%")
        if body or head != "camera":
            found.append(f"{head} {{\n" + "\n".join(body) + "\n  }" if body else head)
        return [line for line in found if line]

    def _size(self, star: _Cast) -> str:
        size = self.one(SIZES)
        if star.kind == "figure" and self.chance(0.06):
            return "establishing"
        return size

    def _move(self, star: _Cast) -> str:
        if self.chance(0.2):
            return f"orbit {self.side()} {self.random.randrange(10, 70)}deg around {star.name}"
        if self.chance(0.08):
            return (
                f"zoom {self.random.choice(('in to 60mm', 'in to 50mm', 'out to 20mm', 'out to 24mm'))}"
            )
        if star.kind == "figure" and self.chance(0.1):
            return f"follow {star.name} from {self.random.choice(('behind', 'side', 'front'))} at {self.number(2.5, 6)}m"
        name, directions, unit, (low, high) = self.random.choice(MOVES)
        return f"{name} {self.random.choice(directions)} {self.number(low, high)}{unit}"

    # what happens -----------------------------------------------------------------------

    def stage(self, cast: list[_Cast]) -> list[str]:
        found = []
        for n, member in enumerate(cast):
            large = member.kind in ("building", "tree", "boat", "vehicle")
            member.x = self.number(-0.6, 0.6) if n == 0 else self.number(-4.5, 4.5)
            member.z = self.number(-1, 0.5) if n == 0 else self.number(-9, 1.2) - (4 if large else 0)
            if n and abs(member.x) < 0.7:
                member.x += 1.5
            facing = self.random.choice(
                ("camera", "camera", "away", "left", "right", cast[0].name if n else "camera")
            )
            pose = (
                f" pose {self.random.choice(('sitting', 'kneeling', 'crouching', 'leaning', 'standing'))}"
                if member.kind in ("figure", "creature") and self.chance(0.12)
                else ""
            )
            found.append(f"{member.name} at ({member.x:.1f}m, {member.z:.1f}m) facing {facing}{pose}")
        return found

    def actions(self, cast: list[_Cast], seconds: int) -> list[str]:
        found = []
        for member in cast:
            if member.kind in ("vehicle", "boat", "ball") and self.chance(0.4):
                found.append(
                    f"0s.. {member.name} moves {self.random.choice(('forward', 'left', 'right'))} {self.number(1, 5)}m"
                )
            if member.kind not in ("figure", "creature", "animal", "bird") or not self.chance(0.6):
                continue
            if self.chance(0.5) or member.kind in ("animal", "bird"):
                where = self.random.choice(("forward", "forward", "left", "right", "away"))
                found.append(
                    f"0s.. {member.name} {self.random.choice(GOING)} {where} {self.number(1, 2 + 1.2 * seconds)}m"
                )
                continue
            verb = self.random.choice(STAYING)
            whom = self.random.choice([m.name for m in cast if m is not member] or ["camera"])
            if verb in ("looks", "points"):
                found.append(f"0s.. {member.name} {verb} at {whom}")
            elif verb == "leans":
                found.append(f"0s.. {member.name} leans toward {whom}")
            elif verb == "gives":
                found.append(
                    f"0s.. {member.name} gives {whom} to camera"
                    if whom != "camera"
                    else f"0s.. {member.name} waves"
                )
            elif verb == "talks":
                found.append(f'0s.. {member.name} says "Look at that."')
            else:
                found.append(f"0s.. {member.name} {verb}")
        return found

    def text(self) -> str:
        fps, seconds = self.random.choice(((24, 2), (24, 3), (12, 3), (12, 3), (12, 4), (8, 4)))
        seed = self.random.randrange(10_000)
        kinds = [self.one(KINDS)]
        kinds += [self.one(KINDS) for _ in range(self.random.choice((0, 0, 1, 1, 2, 3)))]
        kinds[-1] = self.want(KINDS, kinds[-1])
        cast = [
            self.subject(f"{self.random.choice('abcdefghkm')}{n}{self.random.randrange(1000)}", kind)
            for n, kind in enumerate(kinds)
        ]
        name, place = self.place(cast)
        body = [
            *self.camera(cast),
            *self.lights(cast),
            *self.air(name),
            *self.stage(cast),
            *self.actions(cast, seconds),
        ]
        lines = [
            "scenelang 1",
            f'film "Random" {{ size 1280x720; fps {fps}; seed {seed} }}',
            *[member.line for member in cast],
            f'place here "a {place}"',
            f"shot a {seconds}s in here {{",
            *[f"  {line}" for line in body],
            "}",
        ]
        if self.held and len(self.shown) < 2:
            raise _Held(self.held)
        return "\n".join(lines) + "\n"


def random_film(random: Random, held: tuple[str, str] | None = None) -> str:
    """The text of a random film without errors; with `held`, one that shows this pair of HELD_OUT."""
    while True:
        try:
            text = _Draw(random, held).text()
        except _Held:
            continue
        if analyse(*parse(text, "random.scene")).plan is not None:
            return text


def random_plan(seed: int, held: tuple[str, str] | None = None) -> Plan:
    """The Plan of the film that a seed names."""
    plan = analyse(*parse(random_film(Random(seed), held), f"random-{seed}.scene")).plan
    assert plan is not None
    return plan
