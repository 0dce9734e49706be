"""Every word of the language: one table for parser, suggestions, prompts and reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Term:
    """A canonical word, what crews also call it, and what it means in one line."""

    word: str
    meaning: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class MoveTerm(Term):
    """A camera move and the words that go with it.

    `amounts` are what `slow`, `regular` and `fast` stand for over the move's span, in SI
    units (metres, or degrees); `takes` names the quantity that an amount must be.
    """

    directions: tuple[str, ...] = ()
    takes: str = ""  # angle, length, focal, or nothing
    amounts: tuple[float, float, float] = (0.0, 0.0, 0.0)
    preposition: str = ""  # `around` X; `to` for zoom; `at` for follow's distance
    target: str = ""  # `after preposition`, `first` word, or nothing
    sides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Property:
    """A field in the braces of a statement: its type and whether `animate` may drive it."""

    key: str
    type: (
        str  # a quantity of UNITS, or text, number, count, size, aspect, bearing, wind, colour, quality
    )
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


def _terms(*rows: tuple[str, str] | tuple[str, str, str]) -> tuple[Term, ...]:
    return tuple(Term(row[0], row[1], tuple(row[2].split(", ")) if len(row) > 2 else ()) for row in rows)


TERMS: dict[str, tuple[Term, ...]] = {
    "size": _terms(
        ("extreme-close-up", "a detail: eyes, a hand", "ECU, XCU, extreme-closeup"),
        ("close-up", "head and shoulders", "CU, closeup, close"),
        ("medium-close-up", "head to chest", "MCU, medium-close"),
        ("medium", "to the waist", "MS, mid, mid-shot, medium-shot"),
        ("medium-wide", "to the knees", "MWS, cowboy, medium-long"),
        ("full", "the whole figure, a tenth to spare", "FS, full-shot"),
        ("wide", "the subject a third of the frame's height", "WS, LS, long, wide-shot"),
        ("extreme-wide", "the subject a tenth of the frame's height", "EWS, ELS, extreme-long"),
    ),
    "framing": _terms(
        ("single", "one subject alone"),
        ("two-shot", "two subjects together", "2-shot, two"),
        ("three-shot", "three subjects together", "3-shot"),
        ("group", "all of several subjects", "group-shot"),
        ("over-the-shoulder", "past one subject's shoulder onto another", "OTS, over-shoulder"),
        ("insert", "a thing filling the frame"),
        ("establishing", "the place, with the subjects small in it"),
    ),
    "angle": _terms(
        ("eye-level", "the camera at the height of the subject's eyes", "eye, straight-on"),
        ("low", "from below, looking up", "low-angle"),
        ("high", "from above, looking down", "high-angle"),
        ("overhead", "from straight above", "top-down, birds-eye, bird's-eye"),
        ("ground", "the camera on the ground", "ground-level, worms-eye"),
        ("aerial", "from far above", "drone"),
        ("dutch", "the horizon tilted; positive is clockwise", "canted, oblique"),
    ),
    "composition": _terms(
        ("centre", "the subject in the middle", "center"),
        ("left-third", "the subject on the left third"),
        ("right-third", "the subject on the right third"),
    ),
    "lens": _terms(
        ("ultra-wide", "16mm", "fisheye"),
        ("wide-angle", "24mm", "wide"),
        ("normal", "50mm", "standard"),
        ("short-tele", "85mm", "portrait"),
        ("telephoto", "135mm", "long, tele"),
    ),
    "ease": _terms(
        ("linear", "at constant speed"),
        ("ease", "slow at both ends", "smooth-ease"),
        ("ease in", "slow at the start"),
        ("ease out", "slow at the end"),
        ("ease in-out", "slow at both ends, more strongly"),
    ),
    "speed": _terms(
        ("slow", "a small amount over the span"),
        ("regular", "a usual amount over the span", "normal"),
        ("fast", "a large amount over the span", "quick"),
    ),
    "steadiness": _terms(
        ("static", "locked on a tripod", "locked"),
        ("smooth", "gimbal, dolly track or crane", "steady, steadicam"),
        ("handheld", "carried by a person", "hand-held"),
        ("shaky", "running with the camera"),
    ),
    "role": _terms(
        ("key", "the main light"),
        ("fill", "lightens the shadows"),
        ("rim", "outlines the subject from behind", "edge, hair"),
        ("back", "from behind the subject", "backlight"),
        ("practical", "a lamp that is seen in the picture"),
        ("ambient", "from everywhere"),
    ),
    "preset": _terms(
        ("golden-hour", "low warm sun"),
        ("blue-hour", "cool light after sunset"),
        ("noon", "high hard sun", "midday"),
        ("overcast", "soft grey sky"),
        ("moonlight", "cool and dim, from high behind"),
        ("candlelight", "warm and flickering, from near"),
        ("night", "very little light"),
    ),
    "quality": _terms(("soft", "shadows with soft edges"), ("hard", "shadows with sharp edges")),
    "particles": _terms(
        ("snow", "flakes that drift down"),
        ("rain", "drops that fall in streaks"),
        ("petals", "blossom petals that tumble"),
        ("leaves", "leaves that tumble down"),
        ("dust", "motes that hang in the light"),
        ("smoke", "smoke that rises"),
        ("fog", "fog that lies over the ground"),
        ("mist", "thin fog"),
        ("sparks", "bright sparks that fly up and fall"),
        ("embers", "glowing embers that rise"),
        ("ash", "ash that floats down"),
        ("bubbles", "bubbles that rise"),
        ("confetti", "coloured paper that tumbles down"),
        ("fireflies", "points of light that wander"),
        ("debris", "pieces that fall"),
        ("spray", "fine drops of water"),
    ),
    "direction": _terms(
        ("left", "the audience's left"),
        ("right", "the audience's right"),
        ("front", "from the audience's side"),
        ("back", "from the far side"),
        ("up", "upward"),
        ("down", "downward"),
    ),
    "facing": _terms(
        ("camera", "toward the shot's camera"),
        ("away", "away from the audience"),
        ("left", "the audience's left"),
        ("right", "the audience's right"),
    ),
    "pose": _terms(
        ("standing", "upright", "stand, stands"),
        ("sitting", "on a seat or the ground", "sit, seated"),
        ("kneeling", "on the knees", "kneel"),
        ("crouching", "low on bent legs", "crouch, squatting"),
        ("lying", "stretched out on the ground", "lie, prone"),
        ("leaning", "bent forward", "lean"),
    ),
    "kind": _terms(
        ("figure", "a person", "person, human"),
        ("creature", "a small plush monster", "monster"),
        ("animal", "a four-legged animal"),
        ("bird", "a bird"),
        ("vehicle", "a car", "car"),
        ("boat", "a boat", "ship"),
        ("tree", "a tree"),
        ("building", "a house", "house"),
        ("ball", "a ball", "sphere"),
        ("box", "a box", "cube, crate"),
        ("candle", "a candle with its flame"),
        ("lantern", "a paper lantern", "lamp"),
        ("table", "a table", "desk"),
        ("stall", "a market stall"),
        ("cup", "a cup", "mug, cups"),
        ("letter", "a folded sheet of paper", "paper, note"),
        ("book", "a book"),
        ("bottle", "a bottle"),
        ("chair", "a chair", "bench, stool"),
        ("umbrella", "an open umbrella"),
        ("rock", "a rock", "stone"),
    ),
    # what previz can show of an action, and the verbs that mean it
    "verb": _terms(
        ("walk", "moves along the ground at a walk", "walks, walking, strolls, wanders, steps, approaches, goes, come, comes, marches, marche, avance"),
        ("run", "moves along the ground at a run", "runs, running, sprints, rushes, dashes, hurries, jogs, chases, court"),
        ("move", "moves without legs: drives, flies, floats", "moves, drives, flies, floats, glides, rolls, slides, sails, drifts, swims"),
        ("enter", "comes into the picture", "enters, entering"),
        ("exit", "goes out of the picture", "exits, leaves, exiting, leaving"),
        ("turn", "turns round", "turns, turning, rotates, spins"),
        ("look", "turns the head toward", "looks, looking, watches, gazes, stares, glances, regarde"),
        ("lean", "bends toward", "leans, leaning, bends, bows, se-penche"),
        ("give", "hands a thing over", "gives, giving, hands, offers, passes, donne"),
        ("take", "takes a thing", "takes, taking, grabs, picks, receives, prend"),
        ("hold", "keeps a thing in the hand", "holds, holding, carries, clutches, tient"),
        ("open", "opens or unfolds a thing in the hands", "opens, opening, unfolds, unwraps, ouvre"),
        ("read", "reads a thing in the hands", "reads, reading, studies, lit"),
        ("reach", "stretches an arm toward", "reaches, reaching, touches"),
        ("point", "points at", "points, pointing"),
        ("wave", "waves a hand", "waves, waving, salutes, greets"),
        ("smile", "smiles", "smiles, smiling, grins, laughs, sourit"),
        ("talk", "speaks", "talks, talking, speaks, whispers, shouts, sings"),
        ("sit", "sits down", "sits, sitting"),
        ("stand", "stands up or stands still", "stands, standing, rises, waits, stops"),
        ("kneel", "goes down on the knees", "kneels, kneeling"),
        ("crouch", "bends the legs", "crouches, crouching, ducks, squats"),
        ("lie", "lies down", "lies, lying"),
        ("jump", "jumps", "jumps, jumping, leaps, hops"),
        ("fall", "falls to the ground", "falls, falling, collapses, stumbles"),
        ("dance", "dances", "dances, dancing"),
    ),
}  # fmt: skip

MOVES: tuple[MoveTerm, ...] = (
    MoveTerm("hold", "the camera stays as it is", ("static", "still")),
    MoveTerm("pan", "turns about the vertical; the operator's left and right", ("panning",),
             ("left", "right"), "angle", (10, 25, 60)),
    MoveTerm("tilt", "turns up or down", ("tilting",), ("up", "down"), "angle", (8, 15, 35)),
    MoveTerm("roll", "turns about the line of sight; cw as seen from behind the camera", ("rolling",),
             ("cw", "ccw"), "angle", (6, 15, 45)),
    MoveTerm("dolly", "moves toward what it sees, level", ("dollying",), ("in", "out"), "length", (0.5, 1.5, 4)),
    MoveTerm("truck", "moves sideways, level", ("trucking", "crab", "slide"), ("left", "right"), "length", (0.5, 1.5, 4)),
    MoveTerm("pedestal", "moves along the vertical", ("boom", "ped"), ("up", "down"), "length", (0.3, 1, 2.5)),
    MoveTerm("push", "moves along the line of sight, forward", ("pushing",), ("in",), "length", (0.5, 1.5, 4)),
    MoveTerm("pull", "moves along the line of sight, backward", ("pulling",), ("out",), "length", (0.5, 1.5, 4)),
    MoveTerm("crane", "rises or sinks and keeps looking at its target", ("jib",), ("up", "down"), "length", (0.5, 2, 5)),
    MoveTerm("zoom", "changes the focal length", ("zooming",), ("in", "out"), "focal", (1.2, 1.6, 2.5), "to"),
    MoveTerm("orbit", "circles X, rigidly", ("arc", "circle"), ("left", "right"), "angle", (15, 45, 120),
             "around", "after preposition"),
    MoveTerm("follow", "keeps a place beside X while X moves, looking at it", ("track", "tracking"), (), "length",
             (3, 3, 3), "at", "first", ("behind", "side", "front")),
    MoveTerm("lead", "moves ahead of X, looking back at it", (), (), "length", (3, 3, 3), "at", "first"),
)  # fmt: skip

_CAST = (
    Property("wears", "text", "clothes and make-up, kept in every shot"),
    Property("mood", "text", "the state of mind"),
    Property("age", "number", "years"),
    Property("height", "length", "how tall"),
    Property("count", "number", "how many: a group"),
    Property("spread", "length", "how far a group is spread"),
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
    "character": _CAST,
    "prop": _CAST,
    "place": (),
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
    ),
}  # fmt: skip

# aliases of property names
PROPERTY_ALIASES = {"color": "colour", "temp": "temperature"}

# other words for the directions of a move
DIRECTION_ALIASES = {
    "clockwise": "cw", "counterclockwise": "ccw", "anticlockwise": "ccw", "counter-clockwise": "ccw",
    "forward": "in", "forwards": "in", "backward": "out", "backwards": "out",
}  # fmt: skip

# words of the language that this version does not read yet, by where they stand
NOT_YET: dict[str, tuple[str, ...]] = {
    "statement": ("expect", "continue", "speed"),
    "move": ("dolly-zoom", "whip-pan", "aerial", "pov"),
    "character": ("reference", "voice"),
    "prop": ("reference",),
    "place": ("reference",),
    "particles": ("from",),
}

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
