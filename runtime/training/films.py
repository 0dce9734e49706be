"""Random films as text, over what the lexicon and the vocabulary know: what the bundled model learns from.

A film is one shot of some seconds with a cast, a place, a camera, lights, air and actions.
Everything comes from one `random.Random`, so a seed names a film. Combinations of HELD_OUT
are drawn only when asked for, so that a model never sees them before it is tested on them.
"""

from __future__ import annotations

from random import Random

from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.parse import parse
from scenelang.runtime.training.cast import Member, someone
from scenelang.runtime.training.draw import Draw, Held
from scenelang.runtime.training.world import (
    GOING,
    KINDS,
    MOVES,
    PARTICLES,
    RISING,
    SETS,
    SIZES,
    STAYING,
    TIMES,
)


class _Film(Draw):
    """One film being drawn."""

    # the place and its light ------------------------------------------------------------

    def place(self, cast: list[Member]) -> tuple[str, str]:
        name = self.want(SETS, self.one(SETS))
        for member in cast:
            self.pair(name, member.kind)
        words = ["void" if name == "studio" else name]  # a film studio is a room
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

    def lights(self, cast: list[Member]) -> list[str]:
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

    def camera(self, cast: list[Member]) -> list[str]:
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

    def _size(self, star: Member) -> str:
        size = self.one(SIZES)
        if star.kind == "figure" and self.chance(0.06):
            return "establishing"
        return size

    def _move(self, star: Member) -> str:
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

    def stage(self, cast: list[Member]) -> list[str]:
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

    def actions(self, cast: list[Member], seconds: int) -> list[str]:
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
            someone(self, f"{self.random.choice('abcdefghkm')}{n}{self.random.randrange(1000)}", kind)
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
            raise Held(self.held)
        return "\n".join(lines) + "\n"


def random_film(random: Random, held: tuple[str, str] | None = None) -> str:
    """The text of a random film without errors; with `held`, one that shows this pair of HELD_OUT."""
    while True:
        try:
            text = _Film(random, held).text()
        except Held:
            continue
        if analyse(*parse(text, "random.scene")).plan is not None:
            return text


def random_plan(seed: int, held: tuple[str, str] | None = None) -> Plan:
    """The Plan of the film that a seed names."""
    plan = analyse(*parse(random_film(Random(seed), held), f"random-{seed}.scene")).plan
    assert plan is not None
    return plan
