"""The films of the obedience benchmark: groups of films that differ in one thing of the file.

In a group each film is an alternative of the others, so that a take can be asked which of them it shows.
The set is fixed: a film's name and its text say all about it, and nothing here is drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from films import plan_text

from scenelang.compiler.plan import Plan

Way = Literal["camera", "picture", "body", "air"]  # what a take is told apart by; see judge.py

TEMPLATE = """scenelang 1
film "Obedience" {{ size 640x360; fps {fps}; seed {seed} }}
{cast}
{things}
place here "{place}"
shot a {seconds} in here {{
  {view}
  {light}
  {air}
  {stage}
  {action}
}}
{after}
"""
CAMERA = "lens 35mm\n  camera from (0m, 1.3m, 5m) looking at ada"
STAGE = "ada at (0m, 0m) facing camera\n  bench at (-1.8m, -2.5m) facing camera"
BASE = {
    "fps": "8", "seed": "1", "seconds": "2s", "place": "a street", "view": CAMERA, "air": "", "action": "",
    "cast": 'character ada "a woman in a red coat, black hair" as figure',
    "things": 'prop bench "one brown table" as table',
    "light": "light sun as key { from left 40deg; height 30deg; temperature 5600K }",
    "stage": STAGE, "after": "",
}  # fmt: skip


@dataclass(frozen=True)
class Film:
    """`values` is what is different in the file, for people; `angle` degrees about the vertical, of a light."""

    group: str
    name: str
    text: str = field(repr=False)
    reference_only: bool = False  # never rendered by a model: it is what another film must not look like
    angle: float | None = None
    kelvin: float | None = None

    @property
    def plan(self) -> Plan:
        return plan_text(self.text)

    @property
    def path(self) -> str:
        return f"{self.group}/{self.name}".replace(" ", "-")


@dataclass(frozen=True)
class Group:
    name: str
    way: Way
    about: str  # what its films differ in
    films: list[Film]


def _film(group: str, name: str, fields: Mapping[str, str], **facts: float) -> Film:
    return Film(group, name, TEMPLATE.format(**{**BASE, **fields}), **facts)  # type: ignore[arg-type]


def _group(name: str, way: Way, about: str, films: Mapping[str, Mapping[str, str]]) -> Group:
    return Group(name, way, about, [_film(name, key, fields) for key, fields in films.items()])


# the camera ---------------------------------------------------------------------------------

BESIDE = "lens 35mm\n  camera from {} looking at ada {{\n    {}\n  }}"
WALKS = {"stage": f"{STAGE}\n  0s.. ada walks right 1.5m"}
ONE_MOVES = {
    "hold": "hold", "pan left": "pan left 20deg", "pan right": "pan right 20deg", "tilt up": "tilt up 10deg",
    "tilt down": "tilt down 10deg", "roll cw": "roll cw 15deg", "roll ccw": "roll ccw 15deg",
    "dolly in": "dolly in 1.5m", "dolly out": "dolly out 1.5m", "truck left": "truck left 1m",
    "truck right": "truck right 1m", "pedestal up": "pedestal up 0.8m", "pedestal down": "pedestal down 0.8m",
    "crane up": "crane up 1.5m", "crane down": "crane down 0.8m", "zoom in": "zoom in to 50mm",
    "zoom out": "zoom out to 24mm", "orbit left": "orbit left 25deg around ada",
    "orbit right": "orbit right 25deg around ada", "dolly-zoom in": "dolly-zoom in 1.2m",
    "dolly-zoom out": "dolly-zoom out 1.2m", "fast pan": "pan right 45deg", "slow push": "push in 0.4m",
    "pull": "pull out 1.5m", "handheld": "hold\n    steadiness handheld 30%", "whip-pan": "0s..1.5s hold\n    1.5s..2s whip-pan left 40deg",
}  # fmt: skip
TWO_MOVES = {
    "dolly in + pan left": "dolly in 1m + pan left 12deg", "dolly out + tilt down": "dolly out 1m + tilt down 6deg",
    "truck left + pan right": "truck left 1m + pan right 12deg", "truck right + zoom in": "truck right 0.8m + zoom in to 45mm",
    "pedestal up + tilt down": "pedestal up 0.8m + tilt down 8deg", "pedestal down + dolly in": "pedestal down 0.6m + dolly in 1m",
    "orbit right + dolly in": "orbit right 25deg around ada + dolly in 0.8m",
    "orbit left + pedestal up": "orbit left 25deg around ada + pedestal up 0.6m", "roll cw + dolly in": "roll cw 10deg + dolly in 1m",
    "roll ccw + pan left": "roll ccw 10deg + pan left 12deg", "crane up + dolly out": "crane up 1m + dolly out 1m",
    "pan right + tilt up": "pan right 12deg + tilt up 6deg", "dolly in, then pan": "0s..1s dolly in 1m\n    1s..2s pan right 15deg",
    "hold, then truck": "0s..1s hold\n    1s..2s truck right 1m", "pan left, then right": "0s..1s pan left 12deg\n    1s..2s pan right 12deg",
    "zoom out + dolly in": "zoom out to 28mm + dolly in 1m",
}  # fmt: skip
OTHER_PLACES = ("a forest", "a desert", "a room", "a rooftop at dusk", "a market", "a field")
ELSEWHERE = {
    "orbit": "orbit right 30deg around ada", "dolly": "dolly in 1.2m", "truck": "truck left 1m", "pan": "pan right 15deg",
}  # fmt: skip
FREE = (
    "lens 35mm\n  camera from (0m, 1.3m, 5m)"  # looks at nobody: what looks at somebody goes on doing so
)


def _moved(move: str) -> dict[str, str]:
    view = FREE if move.startswith("pedestal") else CAMERA
    return {"view": f"{view} {{\n    {move}\n  }}"}


def _cameras() -> Iterator[Group]:
    yield _group(
        "moves", "camera", "one move of the camera", {k: _moved(m) for k, m in ONE_MOVES.items()}
    )
    yield _group("pairs of moves", "camera", "two moves", {k: _moved(m) for k, m in TWO_MOVES.items()})
    for place in OTHER_PLACES:
        films = {name: {**_moved(move), "place": place} for name, move in ELSEWHERE.items()}
        yield _group(f"moves in {place}", "camera", "one move, elsewhere", films)
    with_walker = {
        "follow": {"view": BESIDE.format("(0m, 1.5m, -4m)", "follow ada from side at 4m"), **WALKS},
        "lead": {"view": BESIDE.format("(4m, 1.5m, 0m)", "lead ada at 4m"), **WALKS},
        "from behind": {"view": BESIDE.format("(-4m, 1.5m, 0m)", "follow ada from behind at 4m"), **WALKS}, "pan with": {**_moved("pan right 15deg"), **WALKS},
        "hold beside": {**_moved("hold"), **WALKS}, "truck with": {**_moved("truck right 1.5m"), **WALKS},
    }  # fmt: skip
    yield _group("moves with a walker", "camera", "the camera and somebody walking", with_walker)


def _views() -> Iterator[Group]:
    sizes = (
        "extreme-close-up", "close-up", "medium-close-up", "medium", "medium-wide", "full", "wide", "extreme-wide",
    )  # fmt: skip
    framed = {"lens": "lens 35mm"}
    yield _group(
        "sizes", "picture", "the size of the shot",
        {s: {"view": f"{framed['lens']}\n  frame {s} on ada"} for s in sizes},
    )  # fmt: skip
    angles = ("eye-level", "low", "high", "overhead", "dutch 15deg", "dutch -15deg")
    yield _group(
        "angles", "picture", "the angle of the camera",
        {a: {"view": f"lens 35mm\n  frame medium on ada\n  angle {a}"} for a in angles},
    )  # fmt: skip
    lenses = (16, 24, 35, 50, 85, 135)
    yield _group(
        "lenses", "picture", "the lens, at the same size of the subject",
        {f"{mm}mm": {"view": f"lens {mm}mm\n  frame medium-wide on ada"} for mm in lenses},
    )  # fmt: skip
    places = ("centre", "left-third", "right-third")
    composed = {p: {"view": f"lens 35mm\n  frame medium on ada at {p}"} for p in places}
    yield _group("compositions", "picture", "where in the frame", composed)
    two = {
        "cast": PEOPLE,
        "stage": "ada at (-0.5m, 0m) facing bo\n  bo at (0.5m, 0m) facing ada\n  bench at (-1.8m, -2.5m) facing camera",
    }
    frames = {
        "two-shot": "frame two-shot on ada, bo", "over the shoulder of bo": "frame over-the-shoulder of bo on ada",
        "over the shoulder of ada": "frame over-the-shoulder of ada on bo", "single on bo": "frame medium-close-up on bo",
        "single on ada": "frame medium-close-up on ada", "establishing": "frame establishing on ada, bo",
        "insert": "frame insert on bench", "group": "frame group on ada, bo, bench", "single of the bench": "frame single on bench",
        "ground": "frame wide on bo\n  angle ground", "aerial": "frame full on bo\n  angle aerial",
        "his eyes": "camera {\n    pov bo\n  }", "a flight": "camera {\n    aerial 12m over ada\n  }",
        "three": "frame three-shot on ada, bo, bench",
    }  # fmt: skip
    yield _group(
        "framings",
        "picture",
        "who is in the frame",
        {k: {**two, "view": f"lens 35mm\n  {f}"} for k, f in frames.items()},
    )


# light and air ------------------------------------------------------------------------------


def _sun(fields: str) -> dict[str, str]:
    return {"light": f"light sun as key {{ {fields} }}"}


def _lights() -> Iterator[Group]:
    found = []
    for side, azimuth in (("left", 1), ("right", -1)):
        for degrees in (20, 65, 110, 155):
            fields = _sun(f"from {side} {degrees}deg; height 30deg; temperature 5600K")
            found.append(
                _film("light directions", f"{side} {degrees}", fields, angle=float(azimuth * degrees))
            )
    yield Group("light directions", "picture", "the side that the key comes from", found)
    heights = {
        f"{h} degrees": _sun(f"from left 40deg; height {h}deg; temperature 5600K") for h in (8, 30, 70)
    }
    yield _group("light heights", "picture", "how high the key stands", heights)
    found = [
        _film(
            "temperatures",
            f"{k} K",
            _sun(f"from left 40deg; height 30deg; temperature {k}K"),
            kelvin=float(k),
        )
        for k in (2000, 2700, 3500, 4500, 5600, 7000, 9500)
    ]
    yield Group("temperatures", "picture", "the temperature of the key", found)
    words = (
        "golden-hour", "blue-hour", "noon", "overcast", "moonlight", "candlelight", "night", "sunny", "firelight",
        "tungsten", "fluorescent", "neon", "led", "hmi", "mixed-light", "side-light", "top-light", "underlight",
        "silhouette", "high-contrast", "low-contrast",
    )  # fmt: skip
    yield _group(
        "lights in a word", "picture", "a light in one word", {w: {"light": f"light {w}"} for w in words}
    )
    colours = ("red", "magenta", "blue", "green")
    tinted = {c: _sun(f'from left 40deg; height 30deg; colour "{c}"') for c in colours}
    yield _group("light colours", "picture", "the colour of the key", tinted)
    key = "light sun as key { from left 40deg; height 30deg; temperature 5600K }"
    changes = {
        "warmer": f"{key}\n  animate sun.temperature: 8000K @ 0s, 2200K @ 1.8s",
        "colder": f"{key}\n  animate sun.temperature: 2200K @ 0s, 8000K @ 1.8s",
        "brighter": f"{key}\n  animate sun.intensity: 15% @ 0s, 110% @ 1.8s",
        "darker": f"{key}\n  animate sun.intensity: 110% @ 0s, 15% @ 1.8s",
        "sinking": f"{key}\n  animate sun.height: 60deg @ 0s, 5deg @ 1.8s", "unchanged": key,
    }  # fmt: skip
    yield _group(
        "light changes",
        "picture",
        "how the key changes within the shot",
        {k: {"light": v} for k, v in changes.items()},
    )
    lamp = {
        "things": 'prop lamp "a paper lantern" as lantern',
        "stage": "ada at (0m, 0m) facing camera\n  lamp at (1m, 0.3m)",
    }
    night = {**lamp, "place": "a street at night"}
    lit = "light glow on lamp as practical { temperature 2400K; intensity 100% }"
    practical = {
        "lit": {**night, "light": lit}, "unlit": {**night, "light": "light moon as key { from back 150deg; height 40deg; intensity 12% }"},
        "lit green": {**night, "light": lit.replace("temperature 2400K", 'colour "green"')},
    }  # fmt: skip
    yield _group("lamps", "picture", "a lamp in the picture", practical)


PARTICLES = (
    "snow", "rain", "petals", "leaves", "dust", "smoke", "fog", "mist", "sparks", "embers", "ash", "bubbles", "confetti",
    "fireflies", "debris", "spray",
)  # fmt: skip


def _airs() -> Iterator[Group]:
    quick = {"fps": "24", "seconds": "16f"}
    dim = {
        **quick,
        "place": "a street at dusk",
        "light": "light sun as key { from left 40deg; height 10deg; temperature 5600K; intensity 40% }",
    }
    kinds = {k: {**dim, "air": f"particles {k} {{ density 70% }}"} for k in PARTICLES}
    yield _group("particles", "air", "what drifts in the air", {"nothing": dim, **kinds})
    for kind in ("snow", "rain", "petals"):
        amounts = {
            f"{d}%": {**quick, "air": f"particles {kind} {{ density {d}% }}"} for d in (0, 20, 80)
        }
        yield _group(f"{kind}, how much", "air", f"the density of {kind}", amounts)
    winds = {
        f"{kind} {side}": {**quick, "air": f"particles {kind} {{ density 60%; wind {side} 4m/s }}"}
        for kind in ("snow", "petals") for side in ("left", "right")
    }  # fmt: skip
    yield _group("winds", "air", "where the wind blows", winds)
    changes = {
        "begins": "particles snow\n  animate snow.density: 0% @ 0s, 90% @ 1.8s",
        "ends": "particles snow\n  animate snow.density: 90% @ 0s, 0% @ 1.8s",
    }
    yield _group(
        "snowfall changes",
        "air",
        "how the snow changes within the shot",
        {k: {"air": v} for k, v in changes.items()},
    )


# who and where ------------------------------------------------------------------------------

PEOPLE = 'character ada "a woman in a red coat, black hair" as figure\ncharacter bo "a man in a blue jacket" as figure'
KINDS = {
    "creature": 1.0, "animal": 1.0, "bird": 0.6, "vehicle": 1.5, "boat": 1.8, "tree": 3.0, "building": 3.5, "ball": 0.9,
    "box": 0.9, "candle": 0.5, "lantern": 0.6, "table": 0.9, "stall": 2.2, "cup": 0.4, "letter": 0.4, "book": 0.4,
    "bottle": 0.5, "chair": 1.0, "umbrella": 1.0, "rock": 0.9,
}  # fmt: skip
COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
    "cyan",
)


def _thing(kind: str, colour: str, height: float) -> dict[str, str]:
    role = "character" if kind in ("creature", "animal", "bird", "figure") else "prop"
    return {
        "cast": f'{role} ada "one {colour} {kind}" as {kind} {{ height {height}m }}', "things": "",
        "view": f"lens 35mm\n  camera from (0.6m, {round(0.4 * height + 0.5, 2)}m, {round(2.4 * height + 0.6, 2)}m) looking at ada",
        "stage": "ada at (0m, 0m) facing camera",
    }  # fmt: skip


def _subjects() -> Iterator[Group]:
    small = {k: h for k, h in KINDS.items() if h <= 0.6}
    large = {k: h for k, h in KINDS.items() if h > 0.6}
    for name, kinds in (("large kinds", large), ("small kinds", small)):
        yield _group(
            name,
            "picture",
            "the kind of the subject",
            {k: _thing(k, "red", h) for k, h in kinds.items()},
        )
    coats = {
        c: {"cast": f'character ada "a woman in a {c} coat, black hair" as figure'} for c in COLOURS
    }
    yield _group("coats", "body", "the colour of a coat", coats)
    hair = {
        c: {
            "cast": f'character ada "a woman in a red coat, {c} hair" as figure',
            "view": "lens 50mm\n  frame close-up on ada",
        }
        for c in ("black", "brown", "white", "yellow", "red")
    }
    yield _group("hair", "body", "the colour of hair", hair)
    for kind in ("vehicle", "ball"):
        paint = {
            c: _thing(kind, c, KINDS[kind]) for c in ("red", "blue", "yellow", "green", "white", "black")
        }
        yield _group(f"{kind} colours", "body", f"the colour of a {kind}", paint)
    two = "ada at (-0.6m, 0m) facing camera\n  bo at (0.6m, 0m) facing camera\n  bench at (-1.8m, -2.5m) facing camera"
    bound = {
        f"{a} and {b}": {
            "cast": f'character ada "a woman in a {a} coat" as figure\ncharacter bo "a man in a {b} coat" as figure', "stage": two,
        }
        for a, b in (("red", "blue"), ("blue", "red"), ("green", "yellow"), ("yellow", "green"), ("red", "red"), ("blue", "blue"))
    }  # fmt: skip
    yield _group("two people's colours", "body", "which of two wears which colour", bound)
    counted = {
        str(n): {"cast": f'character ada "people in red coats" as figure {{ count {n}; spread 4m }}' if n > 1 else BASE["cast"]}
        for n in (1, 2, 4, 8)
    }  # fmt: skip
    yield _group("how many", "picture", "how many there are", counted)
    heights = {
        f"{h} m": {
            "cast": f'character ada "a woman in a red coat" as figure {{ height {h}m }}',
            "view": CAMERA.replace("looking at ada", "looking at bench").replace("1.3m, 5m", "1.3m, 5m"),
        }
        for h in (1.2, 1.6, 2.0)
    }
    yield _group("heights", "body", "how tall somebody is", heights)
    spots = {
        "left": "(-1.2m, 0m)", "middle": "(0m, 0m)", "right": "(1.2m, 0m)", "behind": "(0.8m, -3m)", "before": "(0.3m, 1.5m)",
    }  # fmt: skip
    placed = {
        k: {"stage": f"ada at {p} facing camera\n  bench at (-1.8m, -2.5m) facing camera", "view": CAMERA.replace("looking at ada", "looking at bench")}
        for k, p in spots.items()
    }  # fmt: skip
    yield _group("spots", "picture", "where somebody stands", placed)
    facing = {
        f: {"stage": STAGE.replace("facing camera", f"facing {f}", 1)}
        for f in ("camera", "away", "left", "right")
    }
    yield _group("facings", "body", "which way somebody faces", facing)


def _places() -> Iterator[Group]:
    names = (
        "street",
        "rooftop",
        "room",
        "cave",
        "forest",
        "field",
        "sea",
        "desert",
        "mountains",
        "market",
        "void",
    )
    yield _group("places", "picture", "the place", {n: {"place": f"a {n}"} for n in names})
    times = {t or "by day": {"place": f"a street {t}"} for t in ("", "at dusk", "at night", "at dawn")}
    yield _group("times of day", "picture", "the time of day", times)
    weather = {w or "plain": {"place": f"a {w} street"} for w in ("", "snowy", "wet")}
    yield _group("streets", "picture", "what covers the street", weather)


# what happens -------------------------------------------------------------------------------

ACTIONS = {
    "stands": "", "walks right": "ada walks right 2m", "walks left": "ada walks left 2m", "walks away": "ada walks away 2.5m",
    "walks forward": "ada walks forward 2m", "runs right": "ada runs right 4m", "sits": "ada sits", "kneels": "ada kneels",
    "crouches": "ada crouches", "lies": "ada lies", "waves": "ada waves", "points": "ada points at bench", "jumps": "ada jumps",
    "turns": "ada turns", "falls": "ada falls", "dances": "ada dances", "leans": "ada leans toward bench",
    "reaches": "ada reaches toward bench", "enters": "ada enters", "exits": "ada exits right",
}  # fmt: skip


def _happenings() -> Iterator[Group]:
    acts = {k: {"action": f"0s.. {a}" if a else ""} for k, a in ACTIONS.items()}
    yield _group("actions", "body", "what somebody does", acts)
    stage = "ada at (-0.8m, 0m) facing bo\n  bo at (0.8m, 0m) facing ada\n  bench at (-1.8m, -2.5m) facing camera"
    together = {
        "stand": "", "ada comes": "0s.. ada walks right 1m", "bo comes": "0s.. bo walks left 1m",
        "both part": "0s.. ada walks left 1m\n  0s.. bo walks right 1m", "ada waves to bo": "0s.. ada waves", "bo waves to ada": "0s.. bo waves",
        "ada points at bo": "0s.. ada points at bo", "bo kneels before ada": "0s.. bo kneels", "ada kneels before bo": "0s.. ada kneels",
    }  # fmt: skip
    acted = {k: {"cast": PEOPLE, "stage": stage, "action": a} for k, a in together.items()}
    yield _group("interactions", "body", "what two people do", acted)
    letter = {
        "cast": PEOPLE,
        "things": 'prop letter "a white letter" as letter',
        "stage": stage.rsplit("\n", 1)[0],
        "view": "lens 50mm\n  frame two-shot on ada, bo",
    }
    given = {
        "ada gives bo a letter": "0s..2s ada gives letter to bo", "bo gives ada a letter": "0s..2s bo gives letter to ada",
        "ada reads it": "0s.. ada reads letter", "bo reads it": "0s.. bo reads letter", "ada holds it": "0s.. ada holds letter", "bo takes it": "0s.. bo takes letter",
    }  # fmt: skip
    yield _group(
        "a letter", "body", "who has a letter", {k: {**letter, "action": a} for k, a in given.items()}
    )
    late = {
        "sits, then waves": "0s..1s ada sits\n  1s..2s ada waves", "waves, then sits": "0s..1s ada waves\n  1s..2s ada sits",
        "walks, then stands": "0s..1s ada walks right 1.5m", "stands, then walks": "1s..2s ada walks right 1.5m",
        "becomes blue": '1s.. ada becomes "a woman in a blue coat, black hair"',
        "becomes yellow": '1s.. ada becomes "a woman in a yellow coat, black hair"', "stays": "",
    }  # fmt: skip
    yield _group(
        "changes within the shot",
        "body",
        "what changes half-way",
        {k: {"action": a} for k, a in late.items()},
    )


def _long_ones() -> Iterator[Group]:
    long = {"seconds": "5s"}
    found = {
        "still": long, "orbit": {**long, **_moved("orbit right 40deg around ada")},
        "walks far": {**long, "action": "0s.. ada walks right 2.5m"}, "dolly": {**long, **_moved("dolly in 2m")},
        "waves late": {**long, "action": "3s.. ada waves"}, "blue from 3 s": {**long, "action": '3s.. ada becomes "a woman in a blue coat, black hair"'},
    }  # fmt: skip
    yield _group("across chunks", "picture", "a shot of several clips", found)
    second = (
        "cut\nshot b 2s in here {{\n  lens 50mm\n  frame {size} on ada\n  light sun as key {{ from left 40deg; height 30deg; "
        "temperature 5600K }}\n  ada at (0m, 0m) facing {facing}\n  bench at (-1.8m, -2.5m) facing camera\n}}"
    )
    cuts = {
        "to a close-up": {"after": second.format(size="close-up", facing="camera")},
        "to a wide": {"after": second.format(size="wide", facing="camera")},
        "to her profile": {"after": second.format(size="medium", facing="right")},
        "going on": {"after": "shot b 2s {\n  continue from a\n  0s.. ada waves\n}"},
    }  # fmt: skip
    yield _group("across shots", "picture", "the same person in two shots", cuts)


def _held_out() -> Iterator[Group]:
    """Pairs that no training film holds, each beside the same film with another colour, kind or air."""
    from scenelang.runtime.training.world import HELD_OUT  # the list is the training's own

    for a, b in sorted(HELD_OUT):
        yield _pair(a, b)


def _pair(a: str, b: str) -> Group:
    name = f"held out: {a}, {b}"
    if b in COLOURS or b == "navy":
        height = KINDS.get(a, 1.7)
        films = {c: _thing(a, c, height) for c in (b, "red", "white", "blue")}
        way: Way = "body"
    elif b in PARTICLES:
        quick = {"fps": "24", "seconds": "16f", "place": f"a {a}"}
        films = {
            k: {**quick, "air": f"particles {k} {{ density 70% }}"}
            for k in (b, *(p for p in ("snow", "rain", "petals", "embers") if p != b))
        }
        way = "air"
    else:
        films = {
            k: {**_thing(k, "red", KINDS[k]), "place": f"a {a}"}
            for k in (b, *(k for k in ("ball", "table", "rock", "animal") if k != b))
        }
        way = "picture"
    made = [
        Film(name, key, TEMPLATE.format(**{**BASE, **fields}), reference_only=number > 0)
        for number, (key, fields) in enumerate(films.items())
    ]
    return Group(name, way, f"{b} with {a}, which no training film shows", made)


@cache
def groups() -> tuple[Group, ...]:
    """The whole set, in a fixed order."""
    makers = (_cameras, _views, _lights, _airs, _subjects, _places, _happenings, _long_ones, _held_out)
    return tuple(group for make in makers for group in make())
