"""Every word of the language: one table for parser, suggestions, prompts and reference."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from scenelang.grammar.record import Record
from scenelang.grammar.terms import MOVES as MOVES
from scenelang.grammar.terms import TERMS as TERMS
from scenelang.grammar.terms import MoveTerm as MoveTerm
from scenelang.grammar.terms import Term as Term
from scenelang.grammar.terms import terms as _terms


class Property(Record):
    """A field in the braces of a statement: its type and whether `animate` may drive it."""

    key: str
    type: str  # a quantity of UNITS, or text, name, number, count, size, aspect, bearing, wind, colour, quality, flag
    meaning: str
    animatable: bool = False


# unit -> factor to the SI unit of its quantity; the first unit is the one hints name
UNITS: dict[str, dict[str, float]] = {
    "length": {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254},
    "angle": {"deg": 1.0},
    "time": {"s": 1.0, "f": 1.0, "%": 1.0},  # frames and shares of the shot are resolved in place
    "speed": {"m/s": 1.0, "km/h": 1 / 3.6},
    "temperature": {"K": 1.0},
    "ratio": {"%": 0.01},
    "focal": {"mm": 1.0},
    "aperture": {"f/": 1.0},
    "number": {"": 1.0},
}

UNIT_EXAMPLES = {
    "length": "2m", "angle": "30deg", "time": "4s", "speed": "2m/s", "temperature": "3200K",
    "ratio": "40%", "focal": "35mm", "aperture": "f/2.8", "number": "24",
}  # fmt: skip

# what people write for a unit; never accepted, but understood in hints
UNIT_ALIASES = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "fr": "f", "frame": "f", "frames": "f",
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "centimetres": "cm", "centimeters": "cm",
    "foot": "ft", "feet": "ft", "inch": "in", "inches": "in", "°": "deg", "degree": "deg", "degrees": "deg",
    "kelvin": "K", "kph": "km/h", "kmh": "km/h", "mps": "m/s", "percent": "%", "pct": "%",
}  # fmt: skip

_CAST = (
    Property("wears", "text", "clothes and make-up, kept in every shot"),
    Property("mood", "text", "the state of mind"),
    Property("age", "number", "years"),
    Property("height", "length", "how tall"),
    Property("count", "number", "how many: a group"),
    Property("spread", "length", "how far a group is spread"),
    Property("reference", "text", "a picture of it, relative to this file"),
)

PROPERTIES: dict[str, tuple[Property, ...]] = {
    "film": (
        Property("size", "size", "picture size in pixels"),
        Property("aspect", "aspect", "aspect ratio, where no size is given"),
        Property("fps", "number", "frames a second"),
        Property("seed", "number", "what randomness starts from"),
        Property("look", "text", "the style, in words"),
        Property("avoid", "text", "what must not be seen, in words"),
    ),
    "character": (
        *_CAST,
        Property("voice", "text", "how it sounds, in words"),
        Property("real", "flag", "a real person, who must have agreed"),
        Property("consent", "text", "the signed file that says so, relative to this file"),
    ),
    "prop": _CAST,
    "place": (Property("reference", "text", "a picture of it, relative to this file"),),
    "light": (
        Property("from", "bearing", "the side it comes from, and the azimuth toward that side"),
        Property("height", "angle", "elevation above the horizon", True),
        Property("temperature", "temperature", "colour temperature", True),
        Property("colour", "colour", "colour in words", True),
        Property("intensity", "ratio", "brightness", True),
        Property("quality", "quality", "soft or hard"),
        Property("flicker", "ratio", "how much it flickers", True),
    ),
    "particles": (
        Property("density", "ratio", "how many", True),
        Property("wind", "wind", "where and how fast the air carries them; left blows toward the left", True),
        Property("rise", "speed", "how fast they rise", True),
        Property("size", "length", "how large each is"),
        Property("speed", "speed", "how fast they fall"),
        Property("swirl", "ratio", "how much they swirl", True),
        Property("from", "name", "who or what they come from"),
    ),
}  # fmt: skip

# aliases of property names
PROPERTY_ALIASES = {"color": "colour", "temp": "temperature"}

# other words for the directions of a move
DIRECTION_ALIASES = {
    "clockwise": "cw", "counterclockwise": "ccw", "anticlockwise": "ccw", "counter-clockwise": "ccw",
    "forward": "in", "forwards": "in", "backward": "out", "backwards": "out",
}  # fmt: skip

# words that head a statement, by where it may stand
HEADS: dict[str, tuple[Term, ...]] = {
    "file": _terms(
        ("scenelang", "the language's version; first in every file"),
        ("import", "names from another file"),
        ("film", "what holds for every shot"),
        ("character", "someone in the cast"),
        ("prop", "a thing in the cast"),
        ("place", "where it happens"),
        ("scene", "shots that share place, blocking and light"),
        ("shot", "one take"),
        ("cut", "the next shot begins at once"),
        ("dissolve", "the next shot fades in over this one"),
        ("fade", "from or to black: `fade in 1s`, `fade out 1s`"),
        ("wipe", "the next shot slides over this one"),
    ),
    "scene": _terms(
        ("axis", "the line that the cameras stay on one side of"),
        ("light", "a light"),
        ("particles", "what drifts in the air"),
        ("shot", "one take"),
        ("cut", "the next shot begins at once"),
        ("dissolve", "the next shot fades in over this one"),
        ("fade", "from or to black"),
        ("wipe", "the next shot slides over this one"),
    ),
    "shot": _terms(
        ("frame", "size and composition"),
        ("angle", "height and tilt of the view"),
        ("lens", "focal length and aperture"),
        ("focus", "what is sharp"),
        ("camera", "the camera's path"),
        ("light", "a light"),
        ("particles", "what drifts in the air"),
        ("animate", "a property over time"),
        ("after", "an action that follows another"),
        ("rack", "`rack focus to X`: the focus moves to X"),
        ("continue", "`continue from s010`: that shot's take goes on"),
        ("speed", "slow motion: `speed 50%`"),
        ("expect", "what the finished take must show"),
        ("seed", "this shot's own seed"),
        ("look", "this shot's own style"),
        ("avoid", "what must not be seen in this shot"),
        ("sound", "what is heard"),
        ("note", "a note for the crew"),
    ),
}


@cache
def _index(category: str) -> dict[str, Term]:
    terms: Iterable[Term] = MOVES if category == "move" else TERMS[category]
    return {name.casefold(): term for term in terms for name in (term.word, *term.aliases)}


def find(category: str, word: str) -> Term | None:
    """The term that a word or alias of a category (`move` included) stands for, ignoring case."""
    return _index(category).get(word.casefold())


def find_move(word: str) -> MoveTerm | None:
    term = find("move", word)
    return term if isinstance(term, MoveTerm) else None


def words(category: str) -> tuple[str, ...]:
    """All words and aliases of a category, for suggestions."""
    terms: Iterable[Term] = MOVES if category == "move" else TERMS[category]
    return tuple(name for term in terms for name in (term.word, *term.aliases))


def find_property(owner: str, key: str) -> Property | None:
    key = PROPERTY_ALIASES.get(key, key)
    return next((p for p in PROPERTIES[owner] if p.key == key), None)
